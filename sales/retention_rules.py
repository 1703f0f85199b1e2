"""What the proof of sales forgets: whom vendors invited among unknown customers."""

from __future__ import annotations

from datetime import datetime

from django.utils.timezone import localdate

from common.retention import Rule, delete_some, rules
from sales.models import Invitation


def _invitations(before: datetime, limit: int) -> int:
    """As long as a vendor must not write to an address again, the invitation says so."""
    old = Invitation.objects.filter(invited_at__lte=before).exclude(valid__contains=localdate())
    return delete_some(old, limit)


def register() -> None:
    rules.register(Rule("customer-invitations", _invitations))
