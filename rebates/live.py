"""What terms give for a period as things stand: live figures, closings and adjustments all ask here."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date

from django.db.models import Q

from common.periods import Period
from partners.models import Enrolment
from programs.models import Program, RebateTerms
from rebates.aggregates import aggregates_of
from rebates.engine import Facts, Settlement, settle


@dataclass(frozen=True, slots=True)
class Figure:
    """One enrolment's result under one version of terms in one period."""

    enrolment: Enrolment
    terms: RebateTerms
    period: Period
    settlement: Settlement


def terms_in_force(*, program: Program, period: Period) -> list[RebateTerms]:
    """The published version of each code that settles exactly this period: the last one that started by then."""
    if program.starts_on >= period.end or (program.ends_on is not None and program.ends_on <= period.start):
        return []
    published = RebateTerms.objects.filter(
        program=program, state=RebateTerms.State.PUBLISHED, starts_on__lte=period.start
    )
    latest = {terms.code: terms for terms in published.order_by("code", "starts_on")}
    return [terms for terms in latest.values() if terms.terms.period == period.kind]


def running_terms(*, program: Program, today: date) -> list[tuple[RebateTerms, Period]]:
    """Every terms of the program with its period that contains `today`."""
    kinds = sorted(
        {terms.terms.period for terms in RebateTerms.objects.filter(program=program, state="published")}
    )
    periods = [Period.containing(kind, today) for kind in kinds]
    return [(terms, period) for period in periods for terms in terms_in_force(program=program, period=period)]


def figures(
    *,
    terms: RebateTerms,
    period: Period,
    today: date,
    cut: int | None = None,
    enrolments: Sequence[Enrolment] | None = None,
) -> Iterator[Figure]:
    """Results of `enrolments` (None: all of the program), those without a sale included, in order of their ids."""
    if enrolments is None:
        asked = list(Enrolment.objects.filter(program_id=terms.program_id).order_by("id"))
        sums = aggregates_of(terms=terms, period=period, cut=cut)
    else:
        asked = sorted(enrolments, key=lambda enrolment: enrolment.pk)
        sums = aggregates_of(
            terms=terms, period=period, cut=cut, enrolments=[enrolment.pk for enrolment in asked]
        )
    document, currency = terms.terms, terms.program.currency
    for enrolment in asked:
        facts = Facts(period=period, today=today, first_enrolled_on=enrolment.enrolled_on, currency=currency)
        yield Figure(enrolment, terms, period, settle(document, facts, sums.get(enrolment.pk, [])))


def live_figures(*, enrolments: Sequence[Enrolment], today: date) -> list[Figure]:
    """Running figures of these enrolments (of any programs), as of the lines committed so far."""
    by_program: dict[int, list[Enrolment]] = {}
    for enrolment in enrolments:
        by_program.setdefault(enrolment.program_id, []).append(enrolment)
    programs = Program.objects.filter(Q(id__in=by_program)).select_related("vendor").order_by("name")
    return [
        figure
        for program in programs
        for terms, period in running_terms(program=program, today=today)
        for figure in figures(terms=terms, period=period, today=today, enrolments=by_program[program.pk])
    ]
