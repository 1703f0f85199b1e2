"""Sale lines summed up in SQL for the engine: cost grows with partners, not with lines.

One row per enrolment and combination of what terms can ask for about a sale, each judged on the line's `counts_on`.
The single lines of one enrolment, to share its amount out, come from the same joins.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from typing import Any

from django.db import connection

from common.periods import Period
from programs.models import RebateTerms
from rebates.engine import Aggregate, Reason, SaleLine

CIRCUMSTANCES = """
           tier.code, seat.country, coalesce(status.status = 'active', false), agreement.id IS NOT NULL,
           product.article, membership.id IS NOT NULL, line.project_ref <> '',
           CASE WHEN authorised.id IS NULL THEN 'distributor'
                WHEN line.currency <> program.currency THEN 'currency'
                WHEN line.counts_on < program.starts_on OR line.counts_on >= program.ends_on THEN 'program'
                WHEN coalesce(seat.country, '') <> ALL (program.countries) THEN 'country' END"""

# A line joins at most one row of each history: their exclusion constraints see to it. IS TRUE keeps the planner from
# looking days up in those constraints' indexes, where it would meet everybody's rows of the day for each single line.
LINES = """
    FROM sales_saleline line
    JOIN programs_program program ON program.id = %(program)s
    JOIN partners_enrolment e ON e.partner_id = line.partner_id AND e.program_id = program.id
    JOIN programs_product product ON product.id = line.product_id
    LEFT JOIN partners_enrolmentstatus status ON status.enrolment_id = e.id AND (status.valid @> line.counts_on) IS TRUE
    LEFT JOIN partners_enrolmenttier held ON held.enrolment_id = e.id AND (held.valid @> line.counts_on) IS TRUE
    LEFT JOIN programs_tier tier ON tier.id = held.tier_id
    LEFT JOIN partners_seat seat ON seat.partner_id = line.partner_id AND (seat.valid @> line.counts_on) IS TRUE
    LEFT JOIN partners_individualagreement agreement
           ON agreement.enrolment_id = e.id AND (agreement.valid @> line.counts_on) IS TRUE
    LEFT JOIN programs_authorisation authorised ON authorised.program_id = program.id
          AND authorised.distributor_id = line.distributor_id AND (authorised.valid @> line.counts_on) IS TRUE
    LEFT JOIN programs_productgroup grp ON grp.vendor_id = program.vendor_id AND grp.code = %(group)s
    LEFT JOIN programs_groupmembership membership ON membership.group_id = grp.id
          AND membership.product_id = line.product_id AND (membership.valid @> line.counts_on) IS TRUE
    WHERE line.vendor_id = program.vendor_id AND line.evidence = %(evidence)s
      AND line.counts_on >= %(start)s AND line.counts_on < %(end)s
      AND (%(cut)s::int IS NULL OR line.cut <= %(cut)s)
      AND (%(enrolments)s::bigint[] IS NULL OR e.id = ANY(%(enrolments)s))
"""
AGGREGATES = f"""
    SELECT e.id, {CIRCUMSTANCES} AS excluded,
           sum(line.quantity), coalesce(sum(line.net), 0), count(*), count(*) FILTER (WHERE line.net IS NULL),
           coalesce(sum(line.quantity) FILTER (WHERE line.net IS NULL), 0)
    {LINES}
    GROUP BY 1, 2, 3, 4, 5, 6, 7, 8, 9
    ORDER BY 1, 2, 3, 4, 5, 6, 7, 8, 9
"""
SINGLE_LINES = f"SELECT e.id, line.id, {CIRCUMSTANCES} AS excluded, line.quantity, line.net {LINES}"


def aggregates_of(
    *,
    terms: RebateTerms,
    period: Period,
    cut: int | None = None,
    until: date | None = None,
    enrolments: Sequence[int] | None = None,
) -> Mapping[int, list[Aggregate]]:
    """Per enrolment of the terms' program, the sums of its lines of `period`.

    `cut`: only lines booked under this cut number or before; None: every line committed so far.
    `until`: only lines that count before this day. `enrolments`: only these; None: all of the program.
    """
    every_product = terms.terms.products == terms.terms.ALL_PRODUCTS
    found: dict[int, list[Aggregate]] = defaultdict(list)
    rows = aggregate_rows(terms=terms, period=period, cut=cut, until=until, enrolments=enrolments)
    for enrolment, tier, country, active, agreement, article, in_group, project, excluded, *sums in rows:
        units, net, lines, lines_without_value, units_without_value = sums
        found[enrolment].append(
            Aggregate(
                tier=tier,
                country=country,
                active=active,
                agreement=agreement,
                article=article,
                in_group=in_group or every_product,
                project=project,
                excluded=None if excluded is None else Reason(excluded),
                units=units,
                net=net,
                lines=lines,
                lines_without_value=lines_without_value,
                units_without_value=units_without_value,
            )
        )
    return found


def aggregate_rows(
    *,
    terms: RebateTerms,
    period: Period,
    cut: int | None = None,
    until: date | None = None,
    enrolments: Sequence[int] | None = None,
) -> Iterator[tuple[Any, ...]]:
    """What `aggregates_of` is made of, as the database gives it."""
    with connection.cursor() as cursor:
        cursor.execute(AGGREGATES, _values(terms, period, cut, until, enrolments))
        yield from cursor


def lines_of(*, terms: RebateTerms, period: Period, enrolment_id: int, cut: int | None = None) -> list[SaleLine]:
    """The lines behind one enrolment's aggregates, by id."""
    with connection.cursor() as cursor:
        cursor.execute(f"{SINGLE_LINES} ORDER BY line.id", _values(terms, period, cut, None, [enrolment_id]))
        return [_single_line(terms, *row) for _enrolment, *row in cursor]


def lines_among(*, terms: RebateTerms, ids: Sequence[int], periods: Sequence[Period]) -> list[tuple[int, SaleLine]]:
    """Those of the lines `ids` between the first day and the last one of `periods`, each after its enrolment's id."""
    first = min(periods, key=lambda period: period.start)
    values = _values(terms, first, None, None, None)
    values |= {"end": max(period.end for period in periods), "ids": list(ids)}
    with connection.cursor() as cursor:
        cursor.execute(f"{SINGLE_LINES} AND line.id = ANY(%(ids)s)", values)
        return [(enrolment, _single_line(terms, *row)) for enrolment, *row in cursor]


def _single_line(terms: RebateTerms, pk: int, *known: Any) -> SaleLine:
    tier, country, active, agreement, article, in_group, project, excluded, units, net = known
    return SaleLine(
        id=pk,
        tier=tier,
        country=country,
        active=active,
        agreement=agreement,
        article=article,
        in_group=in_group or terms.terms.products == terms.terms.ALL_PRODUCTS,
        project=project,
        excluded=None if excluded is None else Reason(excluded),
        units=units,
        net=net,
    )


def _values(
    terms: RebateTerms, period: Period, cut: int | None, until: date | None, enrolments: Sequence[int] | None
) -> dict[str, Any]:
    document = terms.terms
    return {
        "program": terms.program_id,
        "group": document.products,
        "evidence": document.evidence,
        "start": period.start,
        "end": period.end if until is None else min(period.end, until),
        "cut": cut,
        "enrolments": None if enrolments is None else list(enrolments),
    }
