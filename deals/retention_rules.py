"""What deals forget: drafts nobody goes on with, files and contacts of ended deals, and who looked or tried."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction
from django.db.models import QuerySet

from common.kept import forgetting
from common.retention import Rule, delete_some, rules
from deals.models import ENDED, Deal, DealFile, Opening, Probe

State = Deal.State


@transaction.atomic
def _drafts(before: datetime, limit: int) -> int:
    """Counted from the day on which they were last written. Locked: what is sent in this moment is none any more."""
    old = Deal.objects.filter(state=State.DRAFT, since__lte=before).select_for_update(skip_locked=True)
    ids = [deal.pk for deal in old.order_by("pk").only("pk")[:limit]]
    Deal.objects.filter(pk__in=ids).delete()
    return len(ids)


def _ended(before: datetime) -> QuerySet[Deal]:
    return Deal.objects.filter(state__in=ENDED, since__lte=before)


def _contacts(before: datetime, limit: int) -> int:
    """The contact is a person; the customer, what was agreed and what became of it stays."""
    named = _ended(before).exclude(contact_name="", contact_email="", contact_phone="")
    ids = list(named.order_by("pk").values_list("pk", flat=True)[:limit])
    return Deal.objects.filter(pk__in=ids).update(contact_name="", contact_email="", contact_phone="")


def _files(before: datetime, limit: int) -> int:
    """Plans, offers and letters of the customer, whatever became of the deal."""
    return delete_some(DealFile.objects.filter(deal__in=_ended(before)), limit)


def _openings(before: datetime, limit: int) -> int:
    with forgetting():
        return delete_some(Opening.objects.filter(at__lte=before), limit)


def _probes(before: datetime, limit: int) -> int:
    return delete_some(Probe.objects.filter(at__lte=before), limit)


def register() -> None:
    rules.register(Rule("deal-drafts", _drafts))
    rules.register(Rule("deal-contacts", _contacts))
    rules.register(Rule("deal-files", _files))
    rules.register(Rule("deal-openings", _openings))
    rules.register(Rule("deal-probes", _probes))
