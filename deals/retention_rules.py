"""What deals forget: drafts nobody sent, contacts at end customers of deals that have ended, and who tried out what."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction

from common.retention import Rule, delete_some, rules
from deals.models import RUNNING, Deal, Probe

State = Deal.State


@transaction.atomic
def _drafts(before: datetime, limit: int) -> int:
    """Counted from the day on which they were begun. Locked: what is sent in this moment is none any more."""
    old = Deal.objects.filter(state=State.DRAFT, since__lte=before).select_for_update(skip_locked=True)
    ids = [deal.pk for deal in old.order_by("pk").only("pk")[:limit]]
    Deal.objects.filter(pk__in=ids).delete()
    return len(ids)


def _contacts(before: datetime, limit: int) -> int:
    """The contact is a person; the customer, what was agreed and what became of it stays."""
    ended = Deal.objects.exclude(state__in=[State.DRAFT, *RUNNING]).filter(since__lte=before)
    named = ended.exclude(contact_name="", contact_email="", contact_phone="")
    ids = list(named.order_by("pk").values_list("pk", flat=True)[:limit])
    return Deal.objects.filter(pk__in=ids).update(contact_name="", contact_email="", contact_phone="")


def _probes(before: datetime, limit: int) -> int:
    return delete_some(Probe.objects.filter(at__lte=before), limit)


def register() -> None:
    rules.register(Rule("deal-drafts", _drafts))
    rules.register(Rule("deal-contacts", _contacts))
    rules.register(Rule("deal-probes", _probes))
