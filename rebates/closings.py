"""Closings of a vendor, those ahead included: where they are, what they settle, what is odd."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from django.db.models import Count, Q, Sum

from common.access import Actor
from common.money import ZERO
from common.periods import Period
from partners.models import Enrolment
from programs.models import Program, RebateTerms, Vendor
from rebates.live import figures, published_terms, running_versions, versions_for
from rebates.models import Closing, ClosingItem, Settlement
from rebates.selectors import closes_on, unsealed_periods

Key = tuple[int, str]
"""Enrolment and code of the terms."""


@dataclass(frozen=True)
class ClosingRow:
    """A closing, or a period that will be closed: then `closing` is None and `total` what it would be now."""

    program: Program
    period: Period
    closing: Closing | None
    items: int = 0
    parked: int = 0
    total: Decimal | None = None

    @property
    def closes_on(self) -> date:
        return closes_on(self.program, self.period)


@dataclass(frozen=True)
class Amount:
    """What a closing settles for one enrolment under one code of terms; `before`: in the last one, if closed."""

    enrolment: Enrolment
    terms: RebateTerms
    period: Period
    attainment: Decimal
    amount: Decimal
    adjustment: bool
    before: Decimal | None

    @property
    def change(self) -> Decimal | None:
        return None if self.before is None else self.amount - self.before


def sealed_periods(vendor_id: int) -> list[Period]:
    """Periods that a closing of one of the vendor's programs has settled."""
    sealed = Closing.objects.filter(program__vendor=vendor_id, state=Closing.State.SEALED)
    return [Period.parse(code) for code in sealed.values_list("period", flat=True).distinct()]


def begun_periods(vendor_id: int) -> list[Period]:
    """Periods of which a closing of one of the vendor's programs has taken the lines."""
    begun = Closing.objects.filter(program__vendor=vendor_id).exclude(state=Closing.State.OPEN)
    return [Period.parse(code) for code in begun.values_list("period", flat=True).distinct()]


def closings_of(*, vendor: Vendor, actor: Actor, today: date) -> list[ClosingRow]:
    """Closings and what is closed next, the latest period first."""
    found = (
        Closing.objects.visible_to(actor)
        .filter(program__vendor=vendor)
        .select_related("program")
        .annotate(
            all_items=Count("items"),
            parked_items=Count("items", filter=Q(items__state=ClosingItem.State.PARKED)),
        )
    )
    # What is sealed knows its sum; to add up all settlements of all years would take ever longer.
    settled = dict(
        Settlement.objects.filter(closing__program__vendor=vendor)
        .exclude(closing__state=Closing.State.SEALED)
        .order_by()
        .values_list("closing_id")
        .annotate(total=Sum("amount"))
    )
    rows = [
        ClosingRow(
            program=closing.program,
            period=Period.parse(closing.period),
            closing=closing,
            items=closing.all_items,
            parked=closing.parked_items,
            total=settled.get(closing.pk) if closing.total is None else closing.total,
        )
        for closing in found
    ]
    known = {(row.program.pk, row.period) for row in rows}
    rows += [row for row in _ahead(vendor, today) if (row.program.pk, row.period) not in known]
    return sorted(rows, key=lambda row: (-row.period.end.toordinal(), row.program.name, row.period.kind.months))


def _ahead(vendor: Vendor, today: date) -> list[ClosingRow]:
    """Periods that run, or are over and not closed."""
    programs = {program.pk: program for program in Program.objects.filter(vendor=vendor)}
    published = published_terms(programs=programs.values())
    running = {(terms.program_id, period) for terms, period in running_versions(published, today=today)}
    ended = unsealed_periods(programs=list(programs.values()), published=published, today=today)
    return [ClosingRow(programs[pk], period, None) for pk, period in {*running, *ended}]


def totals_of(rows: Iterable[Amount]) -> tuple[Decimal, Decimal]:
    """Sums of what is settled for the period itself, and of adjustments of earlier ones."""
    own, adjusted = ZERO, ZERO
    for row in rows:
        if row.adjustment:
            adjusted += row.amount
        else:
            own += row.amount
    return own, adjusted


def amounts_of(closing: Closing) -> list[Amount]:
    """What the closing has settled so far."""
    period = Period.parse(closing.period)
    before = _settled_for(closing.program, period.previous())
    settlements = closing.settlements.select_related("enrolment__partner", "terms__program").defer("explanation")
    return [
        Amount(
            enrolment=each.enrolment,
            terms=each.terms,
            period=Period.parse(each.period),
            attainment=each.attainment,
            amount=each.amount,
            adjustment=each.period != closing.period,
            before=_before(before, each.enrolment_id, each.terms.code) if each.period == closing.period else None,
        )
        for each in settlements
    ]


def amounts_now(*, program: Program, period: Period, today: date) -> list[Amount]:
    """What a closing of the period would settle as of now, without those who sold nothing now and before."""
    before = _settled_for(program, period.previous())
    enrolments = list(
        Enrolment.objects.filter(program=program, enrolled_on__lt=period.end).select_related("partner").order_by("id")
    )
    found = []
    versions = versions_for(published_terms(programs=[program]), period)
    for figure in figures(versions=versions, period=period, today=today, enrolments=enrolments):
        settlement = figure.settlement
        earned_before = _before(before, figure.enrolment.pk, figure.terms.code)
        if settlement.totals.lines or settlement.left_out or earned_before:
            found.append(
                Amount(
                    enrolment=figure.enrolment,
                    terms=figure.terms,
                    period=period,
                    attainment=settlement.attainment,
                    amount=settlement.amount,
                    adjustment=False,
                    before=earned_before,
                )
            )
    return found


def _before(before: dict[Key, Decimal] | None, enrolment: int, code: str) -> Decimal | None:
    return None if before is None else before.get((enrolment, code), ZERO)


def _settled_for(program: Program, period: Period) -> dict[Key, Decimal] | None:
    """What the period's own closing settled; None where it is not closed."""
    closed = Closing.objects.filter(program=program, period=str(period), state=Closing.State.SEALED)
    if (closing := closed.first()) is None:
        return None
    own = closing.settlements.filter(period=str(period))
    return {(pk, code): amount for pk, code, amount in own.values_list("enrolment_id", "terms__code", "amount")}


def biggest(rows: Sequence[Amount], count: int = 10) -> list[Amount]:
    return sorted((row for row in rows if row.amount), key=lambda row: -abs(row.amount))[:count]


def most_changed(rows: Sequence[Amount], count: int = 10) -> list[Amount]:
    """Where the amount differs most from the period before, either way."""
    return sorted((row for row in rows if row.change), key=lambda row: -abs(row.change or ZERO))[:count]


@dataclass(frozen=True)
class Items:
    """Partners of a closing: how many are settled, which are held back, and whose amount a person found right."""

    all: int = 0
    done: int = 0
    parked: Sequence[ClosingItem] = ()
    accepted: Sequence[ClosingItem] = ()


def items_of(closing: Closing) -> Items:
    counts = closing.items.aggregate(all=Count("id"), done=Count("id", filter=Q(state=ClosingItem.State.DONE)))
    looked_at = closing.items.filter(Q(state=ClosingItem.State.PARKED) | Q(accepted__isnull=False))
    known = looked_at.select_related("enrolment__partner", "accepted_by", "closing__program").order_by("id")
    parked = [item for item in known if item.state == ClosingItem.State.PARKED]
    accepted = [item for item in known if item.accepted is not None and item not in parked]
    return Items(counts["all"], counts["done"], parked, accepted)
