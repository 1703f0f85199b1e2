"""Enrolments as they stand on a day: whether what is sold from then on would count."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date

from django.db import connection

from rebates.engine import Standing

STANDINGS = """
    SELECT e.id, tier.code, seat.country, coalesce(status.status = 'active', false), agreement.id IS NOT NULL
    FROM partners_enrolment e
    LEFT JOIN partners_enrolmentstatus status ON status.enrolment_id = e.id AND status.valid @> %(day)s::date
    LEFT JOIN partners_enrolmenttier held ON held.enrolment_id = e.id AND held.valid @> %(day)s::date
    LEFT JOIN programs_tier tier ON tier.id = held.tier_id
    LEFT JOIN partners_seat seat ON seat.partner_id = e.partner_id AND seat.valid @> %(day)s::date
    LEFT JOIN partners_individualagreement agreement
           ON agreement.enrolment_id = e.id AND agreement.valid @> %(day)s::date
    WHERE e.id = ANY(%(enrolments)s)
"""


def standings_of(*, enrolments: Sequence[int], day: date) -> Mapping[int, Standing]:
    """Tier, registered country, status and individual agreement of these enrolments on `day`."""
    with connection.cursor() as cursor:
        cursor.execute(STANDINGS, {"day": day, "enrolments": list(enrolments)})
        return {pk: Standing(*held) for pk, *held in cursor}
