"""What the partners of the demo buy: for each quarter a list of document lines, the same for the same day.

Amounts come first (how many units or euros a partner makes in the quarter), then documents that add up to them exactly.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from decimal import Decimal
from random import Random

from common.money import round_cents
from common.periods import Period
from portal.demo.chance import chance
from portal.demo.companies import SHOWN
from portal.demo.programs import DISTRIBUTORS, IBM, LENOVO, SNOM, Participation

STRENGTH = {SNOM: (720, 1.35), LENOVO: (330, 1.2), IBM: (900_000, 1.45)}
"""Units or euros a quarter of the strongest partner, and how steeply it falls from there."""
SEASON = (Decimal("0.90"), Decimal("1.00"), Decimal("0.95"), Decimal("1.20"))

COUNTED = {
    SNOM: (("D120", 69), ("D335", 129), ("D785", 219), ("D865", 279)),
    LENOVO: (("TP-L14", 949), ("TP-T14", 1349), ("TP-E16", 799), ("TC-NEO50", 629)),
    IBM: (("SYSX-3250", 1490), ("SYSX-3650", 3980), ("POWER-720", 8900), ("STOR-V3700", 6450), ("TAPE-TS2900", 2650)),
}
BESIDES = {SNOM: (("A150", 119), ("M400", 149)), LENOVO: (("TV-T24", 199), ("DOCK-USBC", 229), ("TC-M70", 719))}
"""Sold along with the others, in no product group that counts (the last one left its group)."""
SERVICE = "SPAC-3Y"

TARGETS: dict[tuple[str, str], tuple[str | None, ...]] = {
    # What a quarter ends with, the fifth being the open one; None leaves it to chance.
    (LENOVO, SHOWN): ("31", "24", "52", "38", "47"),
    (LENOVO, "rautental"): (None, None, "9", "25", "10"),
    (LENOVO, "moorkamp"): (None, "12", "24", "49", "9"),
    (LENOVO, "gaik"): (None, None, None, "50", "51"),
    (LENOVO, "eichsee"): ("14", "6", "0", "0", "0"),  # asleep: a channel manager would call
    (IBM, SHOWN): ("28400.00", "51200.00", "39950.00", "62350.00", "48600.00"),
    (IBM, "zweistrom"): (None, None, "10000.00", "50000.00", "9999.99"),
    (IBM, "haselgrund"): (None, None, None, "400000.00", "225000.00"),
    (IBM, "nordhaven"): ("480000.00", "512500.00", "455000.00", "500000.00", "431250.00"),
    (IBM, "groessmueller"): ("9999.99", "10000.00", None, None, None),
    (SNOM, SHOWN): ("34", "42", "61", "58", "49"),
}
LATE_SALE = (LENOVO, SHOWN, 2)
"""Whose last sale of which quarter is reported late although the quarter ends exactly."""
RISING = {"blaufuchs", "knotenpunkt", "wolkenstieg", "hirschauer"}
LATE = Decimal("0.04")
RETURNED = Decimal("0.05")


@dataclass(frozen=True)
class Purchase:
    """One line of a distributor's invoice to a partner. `late`: reported with the next quarter only."""

    vendor: str
    company: str
    distributor: str
    day: date
    article: str
    quantity: int
    net: Decimal | None
    document: int = 0
    line: int = 1
    project: str = ""
    late: bool = False


def purchases(part: Participation, quarters: Sequence[Period], index: int, today: date) -> list[Purchase]:
    """What the partner buys in one quarter, or has bought so far in the open one. `document` numbers its documents."""
    quarter = quarters[index]
    last = min(quarter.last_day, today)
    if part.rank == 99 or part.since > last or not part.is_active_on(last):
        return []
    dice = chance("purchases", part.vendor, part.company.slug, index)
    target = TARGETS.get((part.vendor, part.company.slug), (None,) * 5)[index]
    exact = target is not None
    first = max(part.since, quarter.start)
    amount = Decimal(target) if target is not None else _amount(part, quarters, index, today, dice)
    lines = list(
        _spend(part, amount, first, last, dice) if part.vendor == IBM else _order(part, amount, first, last, dice)
    )
    if not exact:
        lines = [_maybe_late(line, quarter, index, dice) for line in lines]
        lines += _returns(lines, last, dice)
    elif (part.vendor, part.company.slug, index) == LATE_SALE:
        latest = max((line for line in lines if line.line == 1), key=lambda line: (line.day, line.quantity))
        lines = [replace(line, late=line is latest) for line in lines]
    return lines


def _amount(part: Participation, quarters: Sequence[Period], index: int, today: date, dice: Random) -> Decimal:
    """By strength, season and growth, and in the open quarter by the days that have passed."""
    top, steepness = STRENGTH[part.vendor]
    growth = 0.45 if part.company.slug in RISING else chance("growth", part.company.slug).uniform(-0.07, 0.09)
    amount = top * (part.rank + 1) ** -steepness * (1 + growth) ** index * dice.uniform(0.8, 1.25)
    quarter = quarters[index]
    passed = min(Decimal((today - quarter.start).days + 1) / (quarter.end - quarter.start).days, Decimal(1))
    seasonal = Decimal(str(round(amount, 2))) * SEASON[(quarter.start.month - 1) // 3] * passed
    return round_cents(seasonal) if part.vendor == IBM else seasonal.to_integral_value()


def _distributors(part: Participation) -> tuple[str, ...]:
    """Where the partner buys: from one or two distributors, always the same."""
    dice = chance("distributors", part.vendor, part.company.slug)
    known = DISTRIBUTORS[part.vendor]
    return tuple(dice.sample(known, k=min(len(known), dice.choice((1, 1, 2)))))


def _day(first: date, last: date, dice: Random) -> date:
    """A working day, where there is one."""
    day = first + timedelta(days=dice.randint(0, (last - first).days))
    back = day - timedelta(days=max(0, day.weekday() - 4))
    return back if back >= first else day


def _price(list_price: int, dice: Random) -> Decimal:
    return round_cents(Decimal(list_price) * Decimal(dice.randint(740, 860)) / 1000)


def _parts(total: int, count: int, dice: Random) -> list[int]:
    """`total` in `count` parts of at least one."""
    cuts = sorted(dice.sample(range(1, total), count - 1)) if count > 1 else []
    return [high - low for low, high in zip([0, *cuts], [*cuts, total], strict=True)]


def _order(part: Participation, amount: Decimal, first: date, last: date, dice: Random) -> Iterator[Purchase]:
    """Documents whose counted articles add up to this many units; now and then something else on a second line."""
    units = int(amount)
    if units <= 0:
        return
    for document, quantity in enumerate(_parts(units, min(units, 1 + units // 9, 12), dice), start=1):
        distributor, day = dice.choice(_distributors(part)), _day(first, last, dice)
        article, price = dice.choice(COUNTED[part.vendor])
        net = quantity * _price(price, dice)
        shown = None if part.vendor == LENOVO and dice.random() < 0.02 else net
        project = f"P-{dice.randint(1000, 1999)}" if dice.random() < 0.04 else ""
        line = Purchase(part.vendor, part.company.slug, distributor, day, article, quantity, shown)
        yield replace(line, document=document, project=project)
        if dice.random() < 0.3:
            article, price = dice.choice(BESIDES[part.vendor])
            more = dice.randint(1, 4)
            yield replace(
                line, document=document, line=2, article=article, quantity=more, net=more * _price(price, dice)
            )


def _spend(part: Participation, amount: Decimal, first: date, last: date, dice: Random) -> Iterator[Purchase]:
    """Documents whose nets add up to exactly this amount: systems, and service for what is left of it."""
    cents = int(amount * 100)
    if cents <= 0:
        return
    count = max(1, min(10, cents // 1_200_000))
    for document, share in enumerate(_parts(cents, count, dice), start=1):
        left = Decimal(share) / 100
        article, price = dice.choice(COUNTED[IBM])
        each = _price(price, dice)
        distributor, day = dice.choice(_distributors(part)), _day(first, last, dice)
        quantity = int(left / each)
        line = Purchase(IBM, part.company.slug, distributor, day, article, quantity, quantity * each)
        line = replace(line, document=document)
        if quantity:
            yield line
        if rest := left - quantity * each:
            service = replace(line, article=SERVICE, quantity=max(1, int(rest / 460)), net=rest)
            yield replace(service, line=2 if quantity else 1)


def _maybe_late(line: Purchase, quarter: Period, index: int, dice: Random) -> Purchase:
    """Some sales of the last days of a closed quarter are reported with the next one."""
    at_the_end = (quarter.end - line.day).days <= 15
    return replace(line, late=index < 4 and at_the_end and dice.random() < LATE * 4)


def _returns(lines: Sequence[Purchase], last: date, dice: Random) -> list[Purchase]:
    """Single pieces come back, on a document of their own."""
    back: list[Purchase] = []
    for line in lines:
        if line.quantity < 2 or line.net is None or dice.random() >= RETURNED:
            continue
        each = round_cents(line.net / line.quantity)
        day = min(last, line.day + timedelta(days=dice.randint(2, 20)))
        returned = replace(line, day=day, line=1, quantity=-1, net=-each, project="", late=False)
        back.append(replace(returned, document=100 + len(back)))
    return back
