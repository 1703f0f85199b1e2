"""What terms give for a period as things stand: live figures, closings and adjustments all ask here."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from django.db.models import QuerySet

from common.money import ZERO
from common.periods import Period
from partners.models import Enrolment
from programs.models import Program, RebateTerms
from rebates.aggregates import aggregates_of
from rebates.engine import Aggregate, Facts, settle, settle_unless
from rebates.engine import Settlement as Result
from rebates.models import Settlement
from rebates.standing import standings_of

Known = Mapping[tuple[int, str], Decimal]
"""Amounts of a period, per id of the enrolment and code of the terms."""


@dataclass(frozen=True, slots=True)
class Figure:
    """One enrolment's result under one version of terms in one period."""

    enrolment: Enrolment
    terms: RebateTerms
    period: Period
    settlement: Result


def terms_in_force(*, program: Program, period: Period) -> list[RebateTerms]:
    """The published version of each code that settles exactly this period: the last one that started by then."""
    return versions_for(published_terms(programs=[program]), period)


def published_terms(*, programs: Iterable[Program]) -> list[RebateTerms]:
    """All published versions of these programs, by code and start."""
    return list(_published(program__in=programs).select_related("program__vendor"))


def published_in_short(*, vendor_id: int) -> list[RebateTerms]:
    """Those of a vendor's programs with no more than `running_versions` asks for: lists look with every request."""
    asked = ("program_id", "code", "starts_on", "document", "program__starts_on", "program__ends_on")
    return list(_published(program__vendor=vendor_id).select_related("program").only(*asked))


def _published(**of: Any) -> QuerySet[RebateTerms]:
    published = RebateTerms.objects.filter(**of, state=RebateTerms.State.PUBLISHED)
    return published.order_by("program__name", "program_id", "code", "starts_on")


def terms_of(*, enrolments: Iterable[Enrolment]) -> list[RebateTerms]:
    """`published_terms` of the programs of these enrolments, which come with them."""
    programs = {each.program_id: each.program for each in enrolments}
    found = list(_published(program__in=programs))
    for terms in found:
        terms.program = programs[terms.program_id]
    return found


def versions_for(published: Iterable[RebateTerms], period: Period) -> list[RebateTerms]:
    """Of `published_terms`, what settles exactly this period."""
    latest = {(terms.program_id, terms.code): terms for terms in published if terms.starts_on <= period.start}
    return [terms for terms in latest.values() if terms.terms.period == period.kind and runs_in(terms.program, period)]


def terms_of_then(*, program: Program, periods: Sequence[Period]) -> dict[Period, list[RebateTerms]]:
    """The versions that settle these periods: those each was first settled with, whatever was published since."""
    published = published_terms(programs=[program])
    versions = {terms.pk: terms for terms in published}
    found = {period: {terms.code: terms for terms in versions_for(published, period)} for period in periods}
    asked = {str(period): period for period in periods if runs_in(program, period) and _several_fit(published, period)}
    if asked:
        settled = Settlement.objects.filter(terms__in=versions, period__in=asked)
        first = settled.order_by("period", "terms__code", "id").distinct("period", "terms__code")
        for code, terms_id in first.values_list("period", "terms_id"):
            found[asked[code]][versions[terms_id].code] = versions[terms_id]
    return {period: list(latest.values()) for period, latest in found.items()}


def _several_fit(published: Iterable[RebateTerms], period: Period) -> bool:
    """Whether a version other than the latest may have settled the period."""
    fitting = [terms for terms in published if terms.starts_on <= period.start and terms.terms.period == period.kind]
    return {terms.pk for terms in fitting} != {terms.pk for terms in versions_for(published, period)}


def next_closing(*, program: Program, published: Iterable[RebateTerms], latest: Period) -> Period | None:
    """The period that is closed next after `latest`, the last one closed.

    None: the program or its terms end, or pause for longer than any closing looks back.
    """
    own = [terms for terms in published if terms.program_id == program.pk]
    following = (latest.next(count) for count in range(1, Program.MOST_RECOMPUTED + 1))
    return next((period for period in following if versions_for(own, period)), None)


def runs_in(program: Program, period: Period) -> bool:
    """Whether the program runs on at least one day of the period."""
    return program.starts_on < period.end and (program.ends_on is None or program.ends_on > period.start)


def running_versions(published: Sequence[RebateTerms], *, today: date) -> list[tuple[RebateTerms, Period]]:
    """Of `published_terms`, what runs today, with its period: by program, then by length of the period."""
    kinds = sorted({terms.terms.period for terms in published}, key=lambda kind: kind.months)
    periods = [Period.containing(kind, today) for kind in kinds]
    found = [(terms, period) for period in periods for terms in versions_for(published, period)]
    programs = list(dict.fromkeys(terms.program_id for terms in published))
    return sorted(found, key=lambda pair: programs.index(pair[0].program_id))


def together(found: Iterable[tuple[RebateTerms, Period]]) -> list[tuple[int, Period, list[RebateTerms]]]:
    """Terms of the same program and period as one: the id of the program, the period, the terms."""
    grouped: dict[tuple[int, Period], list[RebateTerms]] = defaultdict(list)
    for terms, period in found:
        grouped[terms.program_id, period].append(terms)
    return [(program_id, period, versions) for (program_id, period), versions in grouped.items()]


def figures(
    *,
    versions: Sequence[RebateTerms],
    period: Period,
    today: date,
    cut: int | None = None,
    until: date | None = None,
    enrolments: Sequence[Enrolment] | None = None,
    known: Known | None = None,
) -> Iterator[Figure]:
    """Results of `enrolments` (None: all of the program), those without a sale included, in order of their ids.

    `versions`: terms of one program, whose figures follow each other; what counts the same evidence is added up once.
    `cut` and `until` limit the lines as in `aggregates_of`. `known`: amounts of the period so far, 0.00 where there is
    none; results that are the same are left out. In a running period the next step takes into account
    whether further sales would count as the enrolment stands today.
    """
    if not versions:
        return
    if enrolments is None:
        of_program = Enrolment.objects.filter(program_id=versions[0].program_id)
        asked, ids = list(of_program.select_related("partner").order_by("id")), None
    else:
        asked = sorted(enrolments, key=lambda enrolment: enrolment.pk)
        ids = [enrolment.pk for enrolment in asked]
    standings = standings_of(enrolments=[each.pk for each in asked], day=today) if period.contains(today) else {}
    sums = _sums_of(versions, period=period, cut=cut, until=until, enrolments=ids)
    for terms in versions:
        for enrolment in asked:
            facts = Facts(
                period=period,
                currency=terms.program.currency,
                today=today,
                first_enrolled_on=enrolment.enrolled_on,
                standing=standings.get(enrolment.pk),
            )
            sales = sums[terms.pk].get(enrolment.pk, [])
            if known is None:
                yield Figure(enrolment, terms, period, settle(terms.terms, facts, sales))
                continue
            before = known.get((enrolment.pk, terms.code), ZERO)
            if (changed := settle_unless(terms.terms, facts, sales, amount=before)) is not None:
                yield Figure(enrolment, terms, period, changed)


def _sums_of(versions: Sequence[RebateTerms], **asked: Any) -> dict[int, Mapping[int, list[Aggregate]]]:
    """`aggregates_of` all these terms, by their ids."""
    alike: dict[str, list[RebateTerms]] = {}
    for terms in versions:
        alike.setdefault(terms.terms.evidence, []).append(terms)
    return {
        terms.pk: sums
        for group in alike.values()
        for terms, sums in zip(group, aggregates_of(versions=group, **asked), strict=True)
    }


def by_program(enrolments: Iterable[Enrolment]) -> dict[int, list[Enrolment]]:
    """These enrolments by the id of their program."""
    found: dict[int, list[Enrolment]] = defaultdict(list)
    for enrolment in enrolments:
        found[enrolment.program_id].append(enrolment)
    return found


def live_figures(
    *, enrolments: Sequence[Enrolment], today: date, published: Sequence[RebateTerms] | None = None
) -> list[Figure]:
    """Running figures of these enrolments (of any programs), as of the lines committed so far.

    `published`: the `terms_of` these enrolments, where the caller has them already.
    """
    if published is None:
        published = terms_of(enrolments=enrolments)
    enrolled = by_program(enrolments)
    return [
        figure
        for program_id, period, versions in together(running_versions(published, today=today))
        for figure in figures(versions=versions, period=period, today=today, enrolments=enrolled[program_id])
    ]
