"""Vendor staff opening a protected deal's customer data is recorded, and the partner reads who and when.

A deal that is only shown beside a similar one is not opened: the record would tell its partner, in the moment in which
the vendor decides, that somebody else has registered the same project. What stands there has no contact.
"""

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
    if actor.user_id is None or deal.state not in RECORDED or not _looks_in(actor, deal):
        return
    # One look at a time.
    Deal.objects.select_for_update(no_key=True).get(pk=deal.pk)
    if not Opening.objects.filter(deal=deal.pk, person=actor.user_id, at__gt=now - ONCE_WITHIN).exists():
        Opening.objects.create(deal_id=deal.pk, person_id=actor.user_id, at=now)


def _looks_in(actor: Actor, deal: Deal) -> bool:
    """Platform admins look in from outside, as the vendor's people do."""
    return actor.sees_all or deal.vendor_id in actor.ids(VENDOR)
