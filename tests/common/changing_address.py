"""What tests of another address share."""

from __future__ import annotations

import re

from allauth.account.models import EmailAddress

from common import account_mails, email_change
from common.models import EmailChange, OutboxMail, User
from tests.world import NOW

NEW = "new.address@example.com"
SECRET = re.compile(r"/account/email/link/([^/\s]+)/")


def begin(user: User, new: str = NEW) -> tuple[str, str]:
    """The secrets of the links to the old and to the new address; the latter empty if no link was sent there."""
    change = email_change.start(user=user, new_address=new, now=NOW)
    return secret_in(account_mails.CONFIRM_OLD, change), secret_in(account_mails.CONFIRM_NEW, change)


def secret_in(kind: str, change: EmailChange) -> str:
    mail = OutboxMail.objects.filter(kind=kind, period=f"change {change.pk}").first()
    return SECRET.findall(mail.text)[0] if mail else ""


def address_of(user: User) -> tuple[str, list[tuple[str, bool, bool]]]:
    user.refresh_from_db()
    rows = EmailAddress.objects.filter(user=user).values_list("email", "verified", "primary")
    return user.email, list(rows)
