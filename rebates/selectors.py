"""What people ask about rebates: earned so far, per period, settled. All figures come from `rebates.live`."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from enum import StrEnum

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from common.money import ZERO
from common.periods import Period, PeriodKind
from partners.models import Enrolment
from programs.models import ProductGroup, Program, RebateTerms
from rebates.live import (
    Figure,
    by_program,
    figures,
    live_figures,
    published_terms,
    runs_in,
    together,
    versions_for,
)
from rebates.models import Closing, Settlement

Amounts = dict[str, Decimal]
"""Sums of money by currency."""


class PeriodState(StrEnum):
    """Where a period stands for one partner."""

    RUNNING = "running"
    ENDED = "ended"
    """Over, late reports still count; nothing is settled yet."""
    CLOSING = "closing"
    """Settled by a closing that is not sealed yet."""
    CLOSED = "closed"

    @property
    def label(self) -> Promise:
        return _STATE_LABELS[self]


_STATE_LABELS = {
    PeriodState.RUNNING: _("running"),
    PeriodState.ENDED: _("ended, not closed yet"),
    PeriodState.CLOSING: _("being closed"),
    PeriodState.CLOSED: _("closed"),
}


@dataclass(frozen=True, slots=True)
class Earned:
    """What one enrolment earned under one code of terms in one period. `adjusted`: by later closings, zero if none.

    `terms` is the latest version the period was settled with. `closes_on`: first day on which the period is closed.
    """

    enrolment: Enrolment
    terms: RebateTerms
    period: Period
    currency: str
    earned: Decimal
    adjusted: Decimal
    state: PeriodState

    @property
    def total(self) -> Decimal:
        return self.earned + self.adjusted

    @property
    def closes_on(self) -> date:
        return closes_on(self.terms.program, self.period)


def closes_on(program: Program, period: Period) -> date:
    """The day on which the period's closing is due: grace days after its end."""
    return period.end + timedelta(days=program.grace_days)


# --- live -----------------------------------------------------------------------------------------


def sum_by_currency(found: Iterable[Figure]) -> Amounts:
    amounts: Amounts = defaultdict(lambda: ZERO)
    for figure in found:
        amounts[figure.settlement.currency] += figure.settlement.amount
    return dict(amounts)


@dataclass(frozen=True, slots=True)
class SoFar:
    """What was earned in a running period of time, against the one before up to the same day."""

    period: Period
    now: Amounts
    then: Amounts | None
    """None where nobody was enrolled yet."""


def earned_so_far(
    *, enrolments: Sequence[Enrolment], running: Sequence[Figure], published: Sequence[RebateTerms], today: date
) -> SoFar | None:
    """This quarter's earnings and those of the last one at the same time; longer periods where no terms are shorter.

    Monthly terms add up to their quarter. `running` are the live figures of the same enrolments, `published` their
    `terms_of`. None: no terms run.
    """
    kinds = {figure.period.kind for figure in running}
    if not kinds:
        return None
    shortest = min(kinds, key=lambda kind: kind.months)
    span = Period.containing(max(shortest, PeriodKind.QUARTER, key=lambda kind: kind.months), today)
    until = today + timedelta(days=1)
    inside = [figure for figure in running if figure.period.kind.months <= span.kind.months]
    inside += _figures_within(enrolments, published, span, until, today, before=True)
    before = span.previous()
    then = min(before.end, before.start + (until - span.start))
    enrolled = [enrolment for enrolment in enrolments if enrolment.enrolled_on < then]
    earlier = sum_by_currency(_figures_within(enrolled, published, before, then, today)) if enrolled else None
    return SoFar(span, sum_by_currency(inside), earlier)


def _figures_within(
    enrolments: Sequence[Enrolment],
    published: Sequence[RebateTerms],
    span: Period,
    until: date,
    today: date,
    *,
    before: bool = False,
) -> list[Figure]:
    """Figures of every period inside `span` on lines before `until`; with `before` only those that are over today."""
    enrolled = by_program(enrolments)
    kinds = {terms.terms.period for terms in published if terms.terms.period.months <= span.kind.months}
    found: list[Figure] = []
    for kind in sorted(kinds, key=lambda kind: kind.months):
        period = Period.containing(kind, span.start)
        while period.start < until and period.end <= span.end:
            if not (before and period.contains(today)):
                settling = ((terms, period) for terms in versions_for(published, period))
                for program_id, _period, versions in together(settling):
                    asked = enrolled[program_id]
                    found += figures(versions=versions, period=period, today=today, until=until, enrolments=asked)
            period = period.next()
    return found


# --- settled --------------------------------------------------------------------------------------


def earnings(*, enrolments: Sequence[Enrolment], today: date) -> list[Earned]:
    """Every period of these enrolments, the latest first: running and ended ones live, settled ones as settled."""
    running = live_figures(enrolments=enrolments, today=today)
    return [
        *_in_order(_live(figure, PeriodState.RUNNING) for figure in running),
        *past_earnings(enrolments=enrolments, today=today),
    ]


def past_earnings(*, enrolments: Sequence[Enrolment], today: date) -> list[Earned]:
    """Every period that is over, the latest first."""
    settled = _settled(enrolments)
    ended = (_live(figure, PeriodState.ENDED) for figure in _ended(enrolments, today))
    return _in_order([*settled.values(), *(row for row in ended if _key(row) not in settled)])


def _live(figure: Figure, state: PeriodState) -> Earned:
    settlement = figure.settlement
    return Earned(
        enrolment=figure.enrolment,
        terms=figure.terms,
        period=figure.period,
        currency=settlement.currency,
        earned=settlement.amount,
        adjusted=ZERO,
        state=state,
    )


def _key(row: Earned) -> tuple[int, str, str]:
    return row.enrolment.pk, row.terms.code, str(row.period)


def _in_order(rows: Iterable[Earned]) -> list[Earned]:
    return sorted(rows, key=lambda row: (-row.period.end.toordinal(), row.terms.program.name, row.terms.name))


def _settled(enrolments: Sequence[Enrolment]) -> dict[tuple[int, str, str], Earned]:
    by_id = {enrolment.pk: enrolment for enrolment in enrolments}
    settlements = (
        Settlement.objects.filter(enrolment__in=by_id)
        .select_related("closing", "terms__program__vendor")
        .defer("explanation")
        .order_by("settled_at", "id")
    )
    found: dict[tuple[int, str, str], Earned] = {}
    for each in settlements:
        key = (each.enrolment_id, each.terms.code, each.period)
        known = found.get(key)
        own = each.closing.period == each.period
        sealed = each.closing.state == Closing.State.SEALED
        state = PeriodState.CLOSED if sealed else PeriodState.CLOSING
        found[key] = Earned(
            enrolment=by_id[each.enrolment_id],
            terms=each.terms,
            period=Period.parse(each.period),
            currency=each.currency,
            earned=(known.earned if known else ZERO) + (each.amount if own else ZERO),
            adjusted=(known.adjusted if known else ZERO) + (ZERO if own else each.amount),
            state=state if known is None or own else known.state,
        )
    return found


def _ended(enrolments: Sequence[Enrolment], today: date) -> Iterable[Figure]:
    """Live figures of the periods that are over and not sealed yet."""
    enrolled = by_program(enrolments)
    programs = list(Program.objects.filter(id__in=enrolled))
    published = published_terms(programs=programs)
    for program_id, period in unsealed_periods(programs=programs, published=published, today=today):
        versions = [terms for terms in versions_for(published, period) if terms.program_id == program_id]
        if asked := [each for each in enrolled[program_id] if each.enrolled_on < period.end]:
            yield from figures(versions=versions, period=period, today=today, enrolments=asked)


def unsealed_periods(
    *, programs: Sequence[Program], published: Sequence[RebateTerms], today: date
) -> list[tuple[int, Period]]:
    """Periods that are over and whose closing is not sealed, as (id of the program, period), latest first."""
    sealed = set(
        Closing.objects.filter(program__in=programs, state=Closing.State.SEALED).values_list("program_id", "period")
    )
    found = []
    for program in programs:
        of_program = [terms for terms in published if terms.program_id == program.pk]
        for kind in {terms.terms.period for terms in of_program}:
            period = Period.containing(kind, today).previous()
            while runs_in(program, period) and (program.pk, str(period)) not in sealed:
                if not versions_for(of_program, period):
                    break
                found.append((program.pk, period))
                period = period.previous()
    return sorted(found, key=lambda pair: pair[1].end, reverse=True)


# --- names ----------------------------------------------------------------------------------------


def group_names(terms: Iterable[RebateTerms]) -> dict[tuple[int, str], str]:
    """Names of the product groups that these terms count, by (id of the vendor, code)."""
    wanted = {(each.program.vendor_id, each.terms.products) for each in terms}
    groups = ProductGroup.objects.filter(
        vendor_id__in={vendor for vendor, _code in wanted}, code__in={code for _vendor, code in wanted}
    )
    return {(group.vendor_id, group.code): group.name for group in groups}
