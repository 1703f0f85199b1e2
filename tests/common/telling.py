"""Mails of real kinds with their sample data, as something that happened would have made them."""

from __future__ import annotations

from typing import Any

from common import outbox, registry
from common.models import OutboxMail, User

OPTIONAL, REGULAR, TO_VENDOR = "settled", "standing", "certificate-handed-in"
MANDATORY, OPENING = "bank-account-changed", "account-reset"


def tell(user: User, kind: str = OPTIONAL, *, period: str = "2026Q3", **fields: Any) -> OutboxMail:
    """Put a mail into the outbox; `fields` are what became of it since."""
    outbox.put(kind=kind, period=period, recipient=user, context=registry.mails[kind].sample())
    mails = OutboxMail.objects.filter(kind=kind, period=period, recipient=user)
    if fields:
        mails.update(**fields)
    return mails.get()
