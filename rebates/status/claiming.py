"""Which enrolments are due, claimed so that two schedulers never have the same one."""

from __future__ import annotations

import json
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.db import connection

from common.zones import zones_by_country
from programs.models import Program
from rebates.models import WeeklyStatus
from rebates.status.weeks import Week

BEGIN = """
    INSERT INTO rebates_weeklystatus (enrolment_id, week, figures)
    SELECT e.id, '', '{}' FROM partners_enrolment e
    WHERE e.program_id = %(program)s
      AND NOT EXISTS (SELECT FROM rebates_weeklystatus told WHERE told.enrolment_id = e.id)
    ORDER BY e.id
    ON CONFLICT DO NOTHING
"""

# Who was not active on Monday begins with the next week, so that nobody gets a mail on the day they are enrolled.
CLAIM = """
    SELECT told.id, told.enrolment_id, due.week, told.made_at, told.figures::text
    FROM rebates_weeklystatus told
    JOIN partners_enrolment e ON e.id = told.enrolment_id
    JOIN partners_partner partner ON partner.id = e.partner_id
    JOIN partners_enrolmentstatus status
      ON status.enrolment_id = e.id AND status.status = 'active' AND status.valid @> %(today)s::date
    LEFT JOIN partners_seat seat ON seat.partner_id = partner.id AND seat.valid @> %(today)s::date
    JOIN unnest(%(places)s::text[], %(weeks)s::text[], %(mondays)s::date[]) AS due (place, week, monday)
      ON due.place = CASE WHEN partner.time_zone = ANY(%(zones)s) THEN partner.time_zone
                          WHEN seat.country = ANY(%(countries)s) THEN seat.country ELSE '' END
    WHERE e.program_id = %(program)s AND told.week < due.week AND told.id <> ALL(%(without)s)
      AND EXISTS (SELECT FROM partners_enrolmentstatus then_
                  WHERE then_.enrolment_id = e.id AND then_.status = 'active' AND then_.valid @> due.monday)
    ORDER BY told.id
    LIMIT %(limit)s
    FOR UPDATE OF told SKIP LOCKED
"""


@dataclass(frozen=True)
class Claimed:
    """An enrolment whose week is due. `told_at`, `figures`: when it was told last, and what; None: never."""

    pk: int
    enrolment_id: int
    week: Week
    told_at: datetime | None
    figures: Mapping[str, Mapping[str, str]]


def begin(*, program: Program) -> None:
    """Enrolments that are new have been told nothing so far."""
    with connection.cursor() as cursor:
        cursor.execute(BEGIN, {"program": program.pk})


def claim(
    *, program: Program, due: Mapping[str, Week], today: date, limit: int, without: Collection[int] = ()
) -> list[Claimed]:
    """Up to `limit` enrolments that are active and were not told their week yet, and that nobody else works on.

    They stay claimed until the transaction ends. `due`: see `due_places`. `without`: ids of rows that are left alone.
    """
    weeks = {str(week): week for week in due.values()}
    asked: dict[str, Any] = {
        "program": program.pk, "today": today, "limit": limit, "without": list(without),
        "places": list(due), "weeks": [str(week) for week in due.values()],
        "mondays": [week.monday for week in due.values()],
        "countries": list(zones_by_country()),
        "zones": [zone for zones in zones_by_country().values() for zone in zones],
    }  # fmt: skip
    with connection.cursor() as cursor:
        cursor.execute(CLAIM, asked)
        return [
            Claimed(pk, enrolment, weeks[week], told_at, json.loads(figures))
            for pk, enrolment, week, told_at, figures in cursor
        ]


def close(*, claimed: Sequence[Claimed], figures: Mapping[int, Mapping[str, Any]], now: datetime) -> None:
    """Write down that they have been told, in the transaction in which they were. `figures`: by id of the enrolment."""
    rows = [
        WeeklyStatus(pk=each.pk, week=str(each.week), made_at=now, figures=figures.get(each.enrolment_id, {}))
        for each in claimed
    ]
    WeeklyStatus.objects.bulk_update(rows, ["week", "made_at", "figures"])
