"""Sale lines summed up in SQL for the engine: cost grows with partners, not with lines.

One row per enrolment and combination of what terms can ask for about a sale, each judged on the line's `counts_on`.
All terms of a program that count the same evidence share one statement. The single lines of one enrolment, to share its
amount out, come from the same joins.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import date
from typing import Any

from django.db import connection

from common.periods import Period
from programs.models import RebateTerms
from rebates.engine import Aggregate, Reason, SaleLine

CIRCUMSTANCES = """
           {tier}, seat.country, coalesce({status} = 'active', false), agreement.id IS NOT NULL,
           {article}, {groups}, {project},
           CASE WHEN authorised.id IS NULL THEN 'distributor'
                WHEN line.currency <> program.currency THEN 'currency'
                WHEN line.counts_on < program.starts_on OR line.counts_on >= program.ends_on THEN 'program'
                WHEN coalesce(seat.country, '') <> ALL (program.countries) THEN 'country' END"""

_OF_A_LINE = CIRCUMSTANCES.format(
    tier="tier.code",
    status="status.status",
    article="product.article",
    groups="membership.id IS NOT NULL",
    project="line.project_ref <> ''",
)
_OF_A_SUM = CIRCUMSTANCES.format(
    tier="line.tier", status="line.status", article="line.article", groups="line.codes", project="line.project"
)

# A line joins at most one row of each history: their exclusion constraints see to it. IS TRUE keeps the planner from
# looking days up in those constraints' indexes, where it would meet everybody's rows of the day for each single line.
STATUS_AND_TIER = """LEFT JOIN partners_enrolmentstatus status
           ON status.enrolment_id = {enrolment} AND (status.valid @> line.counts_on) IS TRUE
    LEFT JOIN partners_enrolmenttier held ON held.enrolment_id = {enrolment} AND (held.valid @> line.counts_on) IS TRUE
    LEFT JOIN programs_tier tier ON tier.id = held.tier_id"""
SEAT_AND_OTHERS = """LEFT JOIN partners_seat seat
           ON seat.partner_id = line.partner_id AND (seat.valid @> line.counts_on) IS TRUE
    LEFT JOIN partners_individualagreement agreement
           ON agreement.enrolment_id = {enrolment} AND (agreement.valid @> line.counts_on) IS TRUE
    LEFT JOIN programs_authorisation authorised ON authorised.program_id = %(program)s
          AND authorised.distributor_id = line.distributor_id AND (authorised.valid @> line.counts_on) IS TRUE"""
SINGLE_LINES = f"""
    SELECT e.id, line.id, {_OF_A_LINE} AS excluded, line.quantity, line.net
    FROM sales_saleline line
    JOIN programs_program program ON program.id = %(program)s
    JOIN partners_enrolment e ON e.partner_id = line.partner_id AND e.program_id = program.id
    JOIN programs_product product ON product.id = line.product_id
    {STATUS_AND_TIER.format(enrolment="e.id")}
    {SEAT_AND_OTHERS.format(enrolment="e.id")}
    LEFT JOIN programs_productgroup grp ON grp.vendor_id = program.vendor_id AND grp.code = ANY(%(groups)s)
    LEFT JOIN programs_groupmembership membership ON membership.group_id = grp.id
          AND membership.product_id = line.product_id AND (membership.valid @> line.counts_on) IS TRUE
    WHERE line.vendor_id = program.vendor_id AND line.evidence = %(evidence)s
      AND line.counts_on >= %(start)s AND line.counts_on < %(end)s
      AND (%(cut)s::int IS NULL OR line.cut <= %(cut)s)
      AND (%(enrolments)s::bigint[] IS NULL OR e.id = ANY(%(enrolments)s))
"""  # noqa: S608

# The same judgement for sums, of which there are far fewer than lines: nothing changes for an enrolment between two
# days on which a validity begins or ends, so its lines between them are added up first and judged by the first day.
# OFFSET 0 keeps half of the joins apart: to weigh all orders of ten takes the planner longer than one partner's sums.
_BOUNDS = "LATERAL (VALUES (lower(valid)), (upper(valid))) AS bound (day) WHERE day > %(start)s AND day < %(end)s"
AGGREGATES = f"""
    WITH changes AS (
        SELECT enrolment_id, day
        FROM (
            SELECT enrolment_id, valid FROM partners_enrolmentstatus
            UNION ALL SELECT enrolment_id, valid FROM partners_enrolmenttier
            UNION ALL SELECT enrolment_id, valid FROM partners_individualagreement
            UNION ALL SELECT e.id, seat.valid FROM partners_seat seat
                JOIN partners_enrolment e ON e.partner_id = seat.partner_id AND e.program_id = %(program)s
        ) AS history (enrolment_id, valid), {_BOUNDS}
          AND (%(enrolments)s::bigint[] IS NULL OR enrolment_id = ANY(%(enrolments)s))
    ), changes_for_all AS (
        SELECT day
        FROM (
            SELECT valid FROM programs_authorisation WHERE program_id = %(program)s
            UNION ALL SELECT membership.valid FROM programs_groupmembership membership
                JOIN programs_productgroup grp ON grp.id = membership.group_id
                WHERE grp.vendor_id = %(vendor)s AND grp.code = ANY(%(groups)s)
            UNION ALL SELECT daterange(starts_on, ends_on) FROM programs_program WHERE id = %(program)s
        ) AS history (valid), {_BOUNDS}
    ), own AS (
        SELECT enrolment_id, array_agg(DISTINCT day ORDER BY day) AS days
        FROM (
            SELECT enrolment_id, day FROM changes
            UNION SELECT enrolment_id, changes_for_all.day FROM changes CROSS JOIN changes_for_all
        ) AS any_change
        GROUP BY enrolment_id
    ), asked AS (
        SELECT e.id, e.partner_id,
            coalesce(own.days, (SELECT array_agg(DISTINCT day ORDER BY day) FROM changes_for_all)) AS days
        FROM partners_enrolment e LEFT JOIN own ON own.enrolment_id = e.id
        WHERE e.program_id = %(program)s AND (%(enrolments)s::bigint[] IS NULL OR e.id = ANY(%(enrolments)s))
    ), line AS MATERIALIZED (
        SELECT asked.id AS enrolment_id, line.partner_id, line.product_id, line.distributor_id, line.currency,
            line.project_ref <> '' AS project,
            coalesce(asked.days[width_bucket(line.counts_on, asked.days)], %(start)s) AS counts_on,
            sum(line.quantity) AS units, coalesce(sum(line.net), 0) AS net, count(*) AS lines,
            count(*) FILTER (WHERE line.net IS NULL) AS without_value,
            coalesce(sum(line.quantity) FILTER (WHERE line.net IS NULL), 0) AS units_without_value
        FROM asked JOIN sales_saleline line ON line.partner_id = asked.partner_id
        WHERE line.vendor_id = %(vendor)s AND line.evidence = %(evidence)s
          AND line.counts_on >= %(start)s AND line.counts_on < %(end)s
          AND (%(cut)s::int IS NULL OR line.cut <= %(cut)s)
        GROUP BY 1, 2, 3, 4, 5, 6, 7
    ), grouped AS (
        SELECT line.product_id, line.counts_on, array_agg(grp.code::text ORDER BY grp.code) AS codes
        FROM (SELECT DISTINCT product_id, counts_on FROM line) AS line
        JOIN programs_groupmembership membership
          ON membership.product_id = line.product_id AND (membership.valid @> line.counts_on) IS TRUE
        JOIN programs_productgroup grp ON grp.id = membership.group_id
         AND grp.vendor_id = %(vendor)s AND grp.code = ANY(%(groups)s)
        GROUP BY 1, 2
    )
    SELECT line.enrolment_id, {_OF_A_SUM} AS excluded,
           sum(line.units), sum(line.net), sum(line.lines)::bigint, sum(line.without_value)::bigint,
           sum(line.units_without_value)
    FROM (
        SELECT line.*, CASE WHEN %(by_article)s THEN product.article ELSE '' END AS article,
            coalesce(grouped.codes, '{{}}') AS codes, status.status, tier.code AS tier
        FROM line
        JOIN programs_product product ON product.id = line.product_id
        LEFT JOIN grouped ON grouped.product_id = line.product_id AND grouped.counts_on = line.counts_on
        {STATUS_AND_TIER.format(enrolment="line.enrolment_id")}
        OFFSET 0
    ) AS line
    JOIN programs_program program ON program.id = %(program)s
    {SEAT_AND_OTHERS.format(enrolment="line.enrolment_id")}
    GROUP BY 1, 2, 3, 4, 5, 6, 7, 8, 9
    ORDER BY 1, 2, 3, 4, 5, 6, 7, 8, 9
"""  # noqa: S608


def aggregates_of(
    *,
    versions: Sequence[RebateTerms],
    period: Period,
    cut: int | None = None,
    until: date | None = None,
    enrolments: Sequence[int] | None = None,
) -> list[Mapping[int, list[Aggregate]]]:
    """For each of these terms, all of one program and for the same evidence: per enrolment the sums of its lines of
    `period`.

    `cut`: only lines booked under this cut number or before; None: every line committed so far.
    `until`: only lines that count before this day. `enrolments`: only these; None: all of the program.
    """
    found: list[dict[int, list[Aggregate]]] = [defaultdict(list) for _terms in versions]
    asked = [None if _every_product(terms) else terms.terms.products for terms in versions]
    rows = aggregate_rows(versions=versions, period=period, cut=cut, until=until, enrolments=enrolments)
    for enrolment, tier, country, active, agreement, article, groups, project, excluded, *sums in rows:
        units, net, lines, lines_without_value, units_without_value = sums
        one = Aggregate(
            tier=tier,
            country=country,
            active=active,
            agreement=agreement,
            article=article,
            in_group=True,
            project=project,
            excluded=None if excluded is None else Reason(excluded),
            units=units,
            net=net,
            lines=lines,
            lines_without_value=lines_without_value,
            units_without_value=units_without_value,
        )
        outside: Aggregate | None = None
        for of_terms, group in zip(found, asked, strict=True):
            if group is None or group in groups:
                of_terms[enrolment].append(one)
            else:
                outside = outside or replace(one, in_group=False)
                of_terms[enrolment].append(outside)
    return list(found)


def aggregate_rows(
    *,
    versions: Sequence[RebateTerms],
    period: Period,
    cut: int | None = None,
    until: date | None = None,
    enrolments: Sequence[int] | None = None,
) -> Iterator[tuple[Any, ...]]:
    """What `aggregates_of` is made of, as the database gives it."""
    with connection.cursor() as cursor:
        cursor.execute(AGGREGATES, _values(versions, period, cut, until, enrolments))
        yield from cursor


def _every_product(terms: RebateTerms) -> bool:
    return terms.terms.products == terms.terms.ALL_PRODUCTS


def lines_of(
    *,
    terms: RebateTerms,
    period: Period,
    enrolment_id: int,
    cut: int | None = None,
    histories: str = "",
    values: Mapping[str, Any] | None = None,
) -> list[SaleLine]:
    """The lines behind one enrolment's aggregates, by id.

    `histories`: tables to be read instead of those of the same name, as a WITH clause with its `values`.
    """
    asked = _values([terms], period, cut, None, [enrolment_id]) | dict(values or {})
    with connection.cursor() as cursor:
        cursor.execute(f"{histories} {SINGLE_LINES} ORDER BY line.id", asked)
        return [_single_line(terms, *row) for _enrolment, *row in cursor]


def lines_among(*, terms: RebateTerms, ids: Sequence[int], periods: Sequence[Period]) -> list[tuple[int, SaleLine]]:
    """Those of the lines `ids` between the first day and the last one of `periods`, each after its enrolment's id."""
    first = min(periods, key=lambda period: period.start)
    values = _values([terms], first, None, None, None)
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
        in_group=in_group or _every_product(terms),
        project=project,
        excluded=None if excluded is None else Reason(excluded),
        units=units,
        net=net,
    )


def _values(
    versions: Sequence[RebateTerms],
    period: Period,
    cut: int | None,
    until: date | None,
    enrolments: Sequence[int] | None,
) -> dict[str, Any]:
    asked = {(terms.program_id, terms.program.vendor_id, terms.terms.evidence) for terms in versions}
    # Sums are made once for all of them.
    ((program, vendor, evidence),) = asked
    return {
        "program": program,
        "vendor": vendor,
        "evidence": evidence,
        "groups": [terms.terms.products for terms in versions],
        # Without rates no sum depends on the article: one row for all of them, instead of one for each.
        "by_article": any(terms.terms.rates is not None for terms in versions),
        "start": period.start,
        "end": period.end if until is None else min(period.end, until),
        "cut": cut,
        "enrolments": None if enrolments is None else list(enrolments),
    }
