"""How all of a vendor's partners stand: kept, and found anew for whom lines were booked, or when another day begins.

The list of partners counts, sorts and filters ten thousand of them by these figures. They come from `sales.revenue`;
triggers name in the transaction of each booking and enrolment whose are outdated, so it shows in the next request.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator
from datetime import date
from decimal import Decimal
from typing import Any

from django.db import connection, transaction
from django.db.models import QuerySet

from common.copying import tell_planner
from common.money import ZERO
from common.periods import Period, PeriodKind
from partners.models import Enrolment
from programs.models import Vendor
from sales.models import ListedPartners, Standing
from sales.revenue import last_sale_by_partner, net_by_partner, same_time

BATCH = 2_000
QUARTERS_ASLEEP = 2
"""Whole quarters without a purchase, beside the running one, after which a partner sleeps."""


def awake_since(today: date) -> date:
    """The first day on which a purchase still counts as active."""
    return Period.containing(PeriodKind.QUARTER, today).previous(QUARTERS_ASLEEP).start


LISTED = """
SELECT active, sleeping, never, EXISTS (SELECT FROM sales_changedpartner WHERE vendor_id = %(vendor)s)
FROM sales_listedpartners WHERE vendor_id = %(vendor)s AND day = %(day)s AND currency = %(currency)s
"""
# One by one: ten thousand rows are counted so in two thirds of the time that it takes to group them.
COUNT = f"""
INSERT INTO sales_listedpartners (vendor_id, day, currency, active, sleeping, never)
SELECT %(vendor)s, %(day)s, %(currency)s,
    {", ".join(f"count(*) FILTER (WHERE activity = '{each}')" for each in Standing.Activity.values)}
FROM sales_standing WHERE vendor_id = %(vendor)s AND day = %(day)s AND currency = %(currency)s AND enrolled
    AND partner_id <> ALL (ARRAY(SELECT source_id FROM partners_succession WHERE vendor_id = %(vendor)s))
ON CONFLICT (vendor_id) DO UPDATE SET (day, currency, active, sleeping, never)
    = ROW (excluded.day, excluded.currency, excluded.active, excluded.sleeping, excluded.never)
"""  # noqa: S608


def listed_by_activity(*, vendor: Vendor, currency: str, today: date) -> dict[str, int]:
    """How many of the enrolled partners there are of each activity, without those merged away.

    After whatever changed has been found anew: `Standing` has them as of today from here on.
    """
    asked: dict[str, Any] = {"vendor": vendor.pk, "day": today, "currency": currency}
    with connection.cursor() as cursor:
        cursor.execute(LISTED, asked)
        found = cursor.fetchone()
        if found is None or found[-1]:
            _find(vendor, currency, today)
            cursor.execute(LISTED, asked)
            found = cursor.fetchone()
    # Gone again only where somebody has found those of the next day meanwhile.
    return dict(zip(Standing.Activity.values, found or (0, 0, 0), strict=False))


def standings(*, vendor: Vendor, currency: str, today: date) -> QuerySet[Standing]:
    """How the vendor's partners stand today, after whatever changed has been found anew."""
    listed_by_activity(vendor=vendor, currency=currency, today=today)
    return Standing.objects.filter(vendor=vendor, day=today, currency=currency)


MOST_OF_REVENUE = Decimal(80)
"""Percent."""
CONCENTRATION = """
SELECT count(*) FILTER (WHERE reached - revenue < whole * %(most)s / 100), count(*) FROM (
    SELECT revenue, sum(revenue) OVER largest AS reached, sum(revenue) OVER () AS whole
    FROM sales_standing WHERE vendor_id = %(vendor)s AND day = %(day)s AND currency = %(currency)s AND revenue > 0
    WINDOW largest AS (ORDER BY revenue DESC ROWS UNBOUNDED PRECEDING)
) AS buying
"""


def concentration(*, vendor: Vendor, currency: str, today: date) -> tuple[int, int]:
    """How few partners make `MOST_OF_REVENUE` of the running quarter, and how many buy at all; after `standings`."""
    with connection.cursor() as cursor:
        cursor.execute(
            CONCENTRATION, {"vendor": vendor.pk, "day": today, "currency": currency, "most": MOST_OF_REVENUE}
        )
        few, buying = cursor.fetchone()
    return few, buying


@transaction.atomic
def _find(vendor: Vendor, currency: str, today: date) -> None:
    """One at a time per vendor: who waited finds the work done. What is booked meanwhile stays marked."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(hashtextextended(%s, 0))", [f"standings {vendor.pk}"])
        # Taken away before anything is read: each later statement sees at least the lines that these rows stand for.
        cursor.execute("DELETE FROM sales_changedpartner WHERE vendor_id = %s RETURNING partner_id", [vendor.pk])
        changed: set[int] | None = {pk for (pk,) in cursor}
    of_vendor = Standing.objects.filter(vendor=vendor)
    if not ListedPartners.objects.filter(vendor=vendor, day=today, currency=currency).exists():
        changed = None
    (of_vendor if changed is None else of_vendor.filter(partner__in=changed)).delete()
    Standing.objects.bulk_create(_found(vendor, currency, today, changed), batch_size=BATCH)
    if changed is None:
        tell_planner(Standing)
    with connection.cursor() as cursor:
        cursor.execute(COUNT, {"vendor": vendor.pk, "day": today, "currency": currency})


def _found(vendor: Vendor, currency: str, today: date, partners: Collection[int] | None) -> Iterator[Standing]:
    quarter, _until, start, end = same_time(today)
    now = net_by_partner(vendor=vendor, currency=currency, start=quarter.start, end=quarter.end, partners=partners)
    before = net_by_partner(vendor=vendor, currency=currency, start=start, end=end, partners=partners)
    last = last_sale_by_partner(vendor=vendor, partners=partners)
    enrolments = Enrolment.objects.filter(program__vendor=vendor)
    if partners is not None:
        enrolments = enrolments.filter(partner__in=partners)
    enrolled = set(enrolments.order_by().values_list("partner_id", flat=True))
    awake = awake_since(today)
    for pk in sorted(now.keys() | before.keys() | last.keys() | enrolled):
        bought = last.get(pk)
        yield Standing(
            vendor=vendor,
            partner_id=pk,
            day=today,
            currency=currency,
            activity=_activity(bought, awake),
            revenue=now.get(pk, ZERO),
            revenue_before=before.get(pk, ZERO),
            last_sale=bought,
            enrolled=pk in enrolled,
        )


def _activity(last_sale: date | None, awake: date) -> str:
    if last_sale is None:
        return Standing.Activity.NEVER
    return Standing.Activity.ACTIVE if last_sale >= awake else Standing.Activity.SLEEPING
