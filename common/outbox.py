"""Mail that is made once and sent at most, or at least, once: see `OutboxMail`.

Services call `put` inside their own transaction. `send_batch` claims, commits the claim, sends, commits the answer.
A message to the worker is only a hint: whatever is unsent is found by the next call.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from smtplib import SMTPException, SMTPRecipientsRefused, SMTPResponseException
from typing import Any

import structlog
from django.conf import settings
from django.core.mail import EmailMultiAlternatives, get_connection
from django.core.mail.backends.base import BaseEmailBackend
from django.db import transaction
from django.db.models import Q
from django.template.loader import render_to_string
from django.utils.translation import override

from common import registry
from common.models import OutboxMail, User

log = structlog.get_logger(__name__)

State = OutboxMail.State
ATTEMPTS = 5
RETRY_AFTER = timedelta(minutes=5)
CLAIM_EXPIRES = timedelta(minutes=10)


def put(*, kind: str, period: str, recipient: User, context: Mapping[str, Any]) -> bool:
    """Store the mail of `kind` for `period` to `recipient`, in the recipient's language. False: it was there already.

    `period` names the occasion ("2026W47", "2026Q3", "closing 17"); together with kind and recipient it is unique.
    """
    template = registry.mails[kind].template
    with override(recipient.language):
        values = {**context, "recipient": recipient, "portal_url": settings.PORTAL_URL}
        # A subject is one line, whatever a name in it contains.
        subject = " ".join(render_to_string(f"mail/{template}.subject.txt", values).split())[:250]
        text = render_to_string(f"mail/{template}.txt", values)
        html = render_to_string(f"mail/{template}.html", values)
    content = {"address": recipient.email, "language": recipient.language, "subject": subject, "text": text, "html": html}
    _mail, made = OutboxMail.objects.get_or_create(kind=kind, period=period, recipient=recipient, defaults=content)
    return made


def claim(*, now: datetime, limit: int) -> list[OutboxMail]:
    """Take up to `limit` mails that are due; other senders skip them. The claim is committed on return."""
    with transaction.atomic():
        due = OutboxMail.objects.filter(Q(next_attempt_at=None) | Q(next_attempt_at__lte=now), state=State.PENDING)
        mails = list(due.order_by("id").select_for_update(skip_locked=True)[:limit])
        OutboxMail.objects.filter(id__in=[mail.pk for mail in mails]).update(state=State.CLAIMED, claimed_at=now)
    return mails


def send_batch(*, now: datetime, limit: int = 100) -> int:
    """Send up to `limit` due mails over one connection; returns how many were sent."""
    mails = claim(now=now, limit=limit)
    if not mails:
        return 0
    connection = get_connection()
    try:
        return sum(_send(mail, connection, now) for mail in mails)
    finally:
        connection.close()


def _send(mail: OutboxMail, connection: BaseEmailBackend, now: datetime) -> bool:
    message = EmailMultiAlternatives(
        mail.subject,
        mail.text,
        to=[mail.address],
        connection=connection,
        headers={"Message-ID": mail.message_id, "Auto-Submitted": "auto-generated"},
    )
    if mail.html:
        message.attach_alternative(mail.html, "text/html")
    claimed = OutboxMail.objects.filter(pk=mail.pk, state=State.CLAIMED)
    attempts = mail.attempts + 1
    try:
        connection.open()
        message.send()
    except (OSError, SMTPException, ValueError) as error:
        # ValueError: a header Django refuses. One bad mail must not delay the others.
        lost = attempts >= ATTEMPTS or _is_final(error)
        claimed.update(
            state=State.FAILED if lost else State.PENDING,
            attempts=attempts,
            error=type(error).__name__,
            next_attempt_at=now + RETRY_AFTER * attempts,
        )
        connection.close()
        log.warning("mail not sent", mail=mail.pk, error=type(error).__name__, final=lost)
        return False
    claimed.update(state=State.SENT, attempts=attempts, sent_at=now, error="")
    return True


def _is_final(error: Exception) -> bool:
    if isinstance(error, SMTPRecipientsRefused):
        return all(code >= 500 for code, _answer in error.recipients.values())
    return isinstance(error, ValueError) or (isinstance(error, SMTPResponseException) and error.smtp_code >= 500)


def sweep(*, now: datetime) -> int:
    """Claims that nobody answered become uncertain; kinds that must arrive are sent again. Returns how many expired."""
    expired = OutboxMail.objects.filter(state=State.CLAIMED, claimed_at__lt=now - CLAIM_EXPIRES)
    count = expired.update(state=State.UNCERTAIN)
    again = [kind.key for kind in registry.mails if kind.resend_when_uncertain]
    OutboxMail.objects.filter(state=State.UNCERTAIN, kind__in=again, attempts__lt=ATTEMPTS).update(
        state=State.PENDING, claimed_at=None
    )
    return count
