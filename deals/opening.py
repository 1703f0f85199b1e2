"""Vendor staff opening a protected deal's customer data is recorded, and the partner reads who and when."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime, timedelta

from django.db import transaction

from common.access import VENDOR, Actor
from deals.models import Deal, Opening

ONCE_WITHIN = timedelta(hours=1)
"""Looking again within this time is the same look."""
RECORDED = (Deal.State.PROTECTED, Deal.State.WON)


def record_opening(*, deal: Deal, actor: Actor, now: datetime) -> None:
    record_openings(deals=[deal], actor=actor, now=now)


@transaction.atomic
def record_openings(*, deals: Collection[Deal], actor: Actor, now: datetime) -> None:
    """Before the page is shown. Partners' own people are not recorded, and neither is what is not decided yet."""
    vendors = actor.ids(VENDOR)
    opened = sorted(deal.pk for deal in deals if deal.state in RECORDED and deal.vendor_id in vendors)
    if actor.user_id is None or not opened:
        return
    # One look at a time of each deal, always in the same order.
    list(Deal.objects.select_for_update(no_key=True).filter(pk__in=opened).order_by("pk").values_list("pk"))
    recent = Opening.objects.filter(deal__in=opened, person=actor.user_id, at__gt=now - ONCE_WITHIN)
    known = set(recent.values_list("deal_id", flat=True))
    Opening.objects.bulk_create(
        [Opening(deal_id=pk, person_id=actor.user_id, at=now) for pk in opened if pk not in known]
    )
