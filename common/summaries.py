"""The daily summary: what people want told once a day, in one mail.

Made from seven in the morning, the portal's time. Of one person's collected mails and the summary that names them, a
commit knows both or neither: so it may be killed, repeated or raced.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

import structlog
from django.conf import settings
from django.db import DatabaseError, transaction
from django.db.models import Exists, OuterRef
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from common import outbox, registry
from common.bouncing import bouncing
from common.mail_choices import AS_SUMMARY, Choice, chosen
from common.models import OutboxMail, User
from common.registry import MailKind

log = structlog.get_logger(__name__)
DAILY = "daily-summary"
HOUR = 7
State = OutboxMail.State


def make_due(*, now: datetime, limit: int = 1000) -> int:
    """Make today's summaries of up to `limit` people who have none yet; returns how many were made."""
    if timezone.localtime(now).hour < HOUR:
        return 0
    period = timezone.localtime(now).date().isoformat()
    todays = OutboxMail.objects.filter(kind=DAILY, period=period, recipient=OuterRef("recipient"))
    # Who is locked out is told nothing about what went on.
    waiting = OutboxMail.objects.filter(~Exists(todays), state=State.COLLECTED, recipient__is_active=True)
    people = waiting.order_by("recipient").values_list("recipient", flat=True).distinct()[:limit]
    return sum(_made(User.objects.get(pk=person), period) for person in people)


def _made(person: User, period: str) -> bool:
    """A summary that cannot be made holds up no other."""
    try:
        return _make(person, period)
    except DatabaseError:
        raise
    except Exception:
        log.exception("no summary made", recipient=person.pk)
        return False


@transaction.atomic
def _make(person: User, period: str) -> bool:
    """One person's summary. False: somebody else is at it, or the person gets none, and reads it in the portal."""
    collected = OutboxMail.objects.filter(recipient=person, state=State.COLLECTED)
    mails = list(collected.select_for_update(skip_locked=True).order_by("id"))
    if not mails:
        return False
    wanted = _gets_one(person)
    if wanted and not outbox.put(kind=DAILY, period=period, recipient=person, context=about(mails)):
        return False
    OutboxMail.objects.filter(pk__in=[mail.pk for mail in mails]).update(state=State.KEPT)
    return wanted


def _gets_one(person: User) -> bool:
    """Whether the person wants summaries, and mails arrive."""
    held = chosen(kind=registry.mails[DAILY], users=[person.pk])[person.pk]
    return held != Choice.OFF and not bouncing(addresses=[person.email])


def about(mails: Sequence[OutboxMail]) -> Mapping[str, Any]:
    """What the summary says: each notice with its subject and where it is read."""
    return {
        "items": [
            {"subject": mail.subject, "url": settings.PORTAL_URL + reverse("common:notice", args=[mail.pk])}
            for mail in mails
        ],
        "url": settings.PORTAL_URL + reverse("common:notices"),
    }


def sample() -> Mapping[str, Any]:
    return {
        "items": [
            {"subject": _("Lenovo has a question for you"), "url": settings.PORTAL_URL},
            {"subject": _("A payment is on its way"), "url": settings.PORTAL_URL},
        ],
        "url": settings.PORTAL_URL,
    }


def register() -> None:
    registry.mails.register(
        MailKind(
            DAILY, _("the summary of a day"), "daily_summary", sample, order=90, choices=AS_SUMMARY,
            group=_("Summaries"), to=_("who wants notices once a day"),
        )
    )  # fmt: skip
