"""What a vendor owes its partners, as somebody with a list of facts and a calculator finds it. At most 100 lines."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import ROUND_HALF_UP, Decimal

YEAR, LOOKS_BACK, CENT, NOTHING = 2026, 4, Decimal("0.01"), Decimal(0)
# Of the revenue without an individual agreement, from which revenue on; per unit, by the tier of the day.
PERCENT = ((Decimal(1000), Decimal("5.5")), (NOTHING, Decimal("2.9")))
RATES = {
    "silver": {"X1": Decimal(4), "Y1": Decimal("0.37")},
    "gold": {"X1": Decimal("6.50"), "Y1": Decimal("0.41")},
}


def first_day(quarter: int) -> date:
    return date(YEAR + quarter // 4, quarter % 4 * 3 + 1, 1)


@dataclass(frozen=True)
class Sale:
    partner: int
    article: str
    day: date
    units: Decimal
    net: Decimal


@dataclass(frozen=True)
class Tier:
    """Holds until the next one that is known."""

    partner: int
    tier: str
    day: date


@dataclass(frozen=True)
class Agreement:
    """The last one known with this first day says when it ends."""

    partner: int
    day: date
    end: date | None


@dataclass(frozen=True)
class Adjustment:
    partner: int
    amount: Decimal


@dataclass(frozen=True)
class Close:
    quarter: int


Fact = Sale | Tier | Agreement | Adjustment | Close


@dataclass
class Model:
    """Facts in the order in which they became known. Nothing is kept from one question to the next."""

    facts: list[Fact] = field(default_factory=list)

    def tier(self, partner: int, day: date, known: Sequence[Fact]) -> str:
        held = [fact for fact in known if isinstance(fact, Tier) and fact.partner == partner and fact.day <= day]
        # Of two from the same day on the later known one counts: max() gives the first of equals.
        return max(reversed(held), key=lambda fact: fact.day).tier

    def agreements(self, partner: int, known: Sequence[Fact]) -> dict[date, date]:
        return {f.day: f.end or date.max for f in known if isinstance(f, Agreement) and f.partner == partner}

    def results(self, quarter: int, partner: int, known: Sequence[Fact]) -> Iterator[tuple[str, Decimal]]:
        own = (fact for fact in known if isinstance(fact, Sale) and fact.partner == partner)
        sales = [sale for sale in own if first_day(quarter) <= sale.day < first_day(quarter + 1)]
        agreed = self.agreements(partner, known).items()
        free = [sale.net for sale in sales if not any(start <= sale.day < end for start, end in agreed)]
        revenue = sum(free, NOTHING)
        percent = next((percent for start, percent in PERCENT if revenue >= start), NOTHING)
        yield "revenue", (revenue * percent / 100).quantize(CENT, ROUND_HALF_UP) if revenue > 0 else NOTHING
        paid = (sale.units * RATES.get(self.tier(partner, sale.day, known), {}).get(sale.article, 0) for sale in sales)
        units = sum(sale.units for sale in sales)
        yield "devices", sum(paid, NOTHING).quantize(CENT, ROUND_HALF_UP) if units > 0 else NOTHING

    def owed(self, partner: int) -> Decimal:
        """Below zero: so much is carried."""
        settled: dict[tuple[int, str], Decimal] = defaultdict(lambda: NOTHING)
        adjusted = sum((f.amount for f in self.facts if isinstance(f, Adjustment) and f.partner == partner), NOTHING)
        for position, fact in enumerate(self.facts):
            if isinstance(fact, Close):
                for quarter in range(max(0, fact.quarter - LOOKS_BACK), fact.quarter + 1):
                    for code, result in self.results(quarter, partner, self.facts[:position]):
                        settled[quarter, code] = result
        return sum(settled.values(), adjusted)
