"""What deals forget when somebody's personal data is removed: that the person is a contact at an end customer."""

from __future__ import annotations

from datetime import datetime

from django.db.models.functions import Lower

from common.erasing import Addresses, Tie, ties
from common.models import User
from deals.models import Deal


def _forget_contact(user: User, addresses: Addresses, now: datetime) -> None:
    """What a partner wants to go on with needs another contact."""
    named = Deal.objects.annotate(lowered=Lower("contact_email")).filter(lowered__in=addresses)
    named.update(contact_name="", contact_email="", contact_phone="")


def register() -> None:
    ties.register(Tie("deal-contacts", _forget_contact))
