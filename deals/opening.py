"""Vendor staff opening a protected deal's customer data is recorded, and the partner reads who and when."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.db import transaction

from common.access import VENDOR, Actor
from deals.models import Deal, Opening

ONCE_WITHIN = timedelta(hours=1)
"""Looking again within this time is the same look."""
RECORDED = (Deal.State.PROTECTED, Deal.State.WON)


@transaction.atomic
def record_opening(*, deal: Deal, actor: Actor, now: datetime) -> None:
    """Before the page is shown. Partners' own people are not recorded, and neither is what is not decided yet."""
    if actor.user_id is None or deal.state not in RECORDED or deal.vendor_id not in actor.ids(VENDOR):
        return
    Deal.objects.select_for_update(no_key=True).get(pk=deal.pk)
    recent = Opening.objects.filter(deal=deal, person=actor.user_id, at__gt=now - ONCE_WITHIN)
    if not recent.exists():
        Opening.objects.create(deal=deal, person_id=actor.user_id, at=now)
