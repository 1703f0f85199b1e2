"""Sale lines as a closing judged them: with the tiers, statuses, agreements and the rest as they were recorded then.

What is recorded may be corrected afterwards; its history (pghistory) says what it was. A closing is settled between two
moments, its freezing and the end of its calculation; whoever asks compares what comes out with what was settled.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime

from django.db import connection

from common.periods import Period
from programs.models import RebateTerms
from rebates.aggregates import lines_of
from rebates.engine import SaleLine
from rebates.models import Closing


@dataclass(frozen=True, slots=True)
class Recorded:
    """A moment whose records are asked for, in the database's own time.

    Histories do not say when a record was removed: `removed` tells whether those that are gone by now were there.
    """

    at: datetime
    removed: bool = True


# Each table under its own name, as it was: what joins them need not know. Inside its own definition the name is the
# table's, which has what is still there.
_THEN = """{table} AS (
    SELECT DISTINCT ON (pgh_obj_id) event.* FROM {table}event event
    WHERE {of} AND event.pgh_created_at <= %(at)s
      AND (%(removed)s OR EXISTS (SELECT FROM {table} still WHERE still.id = event.pgh_obj_id))
    ORDER BY pgh_obj_id, pgh_id DESC
)"""
_OF_ENROLMENT = "event.enrolment_id = ANY(%(enrolments)s)"
_OF_WHOM = {
    "partners_enrolment": "event.pgh_obj_id = ANY(%(enrolments)s)",
    "partners_enrolmentstatus": _OF_ENROLMENT,
    "partners_enrolmenttier": _OF_ENROLMENT,
    "partners_individualagreement": _OF_ENROLMENT,
    "partners_seat": "event.partner_id IN (SELECT partner_id FROM partners_enrolment)",
}
_OF_PROGRAM = {
    "programs_program": "event.pgh_obj_id = %(program)s",
    "programs_authorisation": "event.program_id = %(program)s",
    "programs_groupmembership": """event.group_id IN (
        SELECT grp.id FROM programs_productgroup grp WHERE grp.vendor_id = %(vendor)s AND grp.code = ANY(%(groups)s)
    )""",
}


def _as_then(tables: Mapping[str, str]) -> str:
    return "WITH " + ", ".join(_THEN.format(table=table, of=of) for table, of in tables.items())


_ALL_THEN = _as_then(_OF_WHOM | _OF_PROGRAM)
FACTS = f"""{_as_then(_OF_WHOM)}
    SELECT 'status', lower(valid), upper(valid), status FROM partners_enrolmentstatus WHERE NOT isempty(valid)
    UNION ALL SELECT 'tier', lower(valid), upper(valid), tier.name
        FROM partners_enrolmenttier held JOIN programs_tier tier ON tier.id = held.tier_id WHERE NOT isempty(valid)
    UNION ALL SELECT 'agreement', lower(valid), upper(valid), 'agreement'
        FROM partners_individualagreement WHERE NOT isempty(valid)
    UNION ALL SELECT 'country', lower(valid), upper(valid), country FROM partners_seat WHERE NOT isempty(valid)
    UNION ALL SELECT 'enrolled', enrolled_on, NULL, 'enrolled' FROM partners_enrolment
    ORDER BY 1, 2
"""  # noqa: S608
MOMENTS = """
    SELECT pgh_obj_id, pgh_created_at FROM rebates_closingevent
    WHERE pgh_obj_id = ANY(%(closings)s) AND state = ANY(%(states)s)
    ORDER BY pgh_obj_id, pgh_created_at DESC
"""

Span = tuple[date, date | None, str]
"""First day, first day after it (None: open), and what held."""


def moments_of(closings: Iterable[Closing]) -> dict[int, list[datetime]]:
    """When each of these closings was calculated and frozen, in the database's time, the later one first."""
    found: dict[int, list[datetime]] = {closing.pk: [] for closing in closings}
    states = [Closing.State.FROZEN.value, Closing.State.CALCULATED.value]
    with connection.cursor() as cursor:
        cursor.execute(MOMENTS, {"closings": list(found), "states": states})
        for closing, at in cursor:
            if at not in found[closing]:
                found[closing].append(at)
    return found


def lines_then(
    *, terms: RebateTerms, period: Period, enrolment_id: int, cut: int, recorded: Recorded
) -> list[SaleLine]:
    """The lines up to the cut, judged by what was recorded at that moment; by id."""
    values = {"at": recorded.at, "removed": recorded.removed}
    return lines_of(terms=terms, period=period, enrolment_id=enrolment_id, cut=cut, histories=_ALL_THEN, values=values)


def facts_then(*, enrolment_id: int, recorded: Recorded) -> dict[str, list[Span]]:
    """What was recorded of the enrolment at that moment: status, tier, agreement, country, and since when enrolled."""
    found: dict[str, list[Span]] = {"status": [], "tier": [], "agreement": [], "country": [], "enrolled": []}
    with connection.cursor() as cursor:
        cursor.execute(FACTS, {"enrolments": [enrolment_id], "at": recorded.at, "removed": recorded.removed})
        for what, start, end, value in cursor:
            found[what].append((start, end, value))
    return found
