"""What the portal has told a person, to be read in the portal: the same rows that are sent as mails."""

from __future__ import annotations

from datetime import datetime
from typing import cast

from django.db.models import QuerySet

from common import registry
from common.access import Actor
from common.models import OutboxMail

MOST_COUNTED = 99
"""The bell says "99+" above: nobody reads the difference, and counting stays cheap."""
FOOT = "\n-- \n"
"""What `mail/base.txt` begins the foot of a mail with, as mail programs know it (RFC 3676)."""


def notices_of(*, actor: Actor) -> QuerySet[OutboxMail]:
    """The actor's notices, latest first; those with a link that opens something are in the mailbox only.

    What a mail said is forgotten after a time (`common.retention`); then it is no notice any more.
    """
    opening = [kind.key for kind in registry.mails if kind.opens]
    own = OutboxMail.objects.visible_to(actor).exclude(kind__in=opening).exclude(subject="")
    return cast("QuerySet[OutboxMail]", own.order_by("-id"))


def words_of(notice: OutboxMail) -> str:
    """What the mail says, without the foot that only a mail needs: who sent it, and the link to have no more of it."""
    said, found, _foot = notice.text.rpartition(FOOT)
    return said if found else notice.text


def unread(*, actor: Actor) -> int:
    """How many notices wait to be read, one more than MOST_COUNTED at most."""
    waiting = notices_of(actor=actor).filter(read_at=None).order_by()
    return waiting[: MOST_COUNTED + 1].count()


def read(*, actor: Actor, pk: int, now: datetime) -> OutboxMail:
    """One notice, which counts as read from now on. Raises OutboxMail.DoesNotExist."""
    notice = notices_of(actor=actor).get(pk=pk)
    if notice.read_at is None:
        OutboxMail.objects.filter(pk=notice.pk, read_at=None).update(read_at=now)
    return notice


def read_all(*, actor: Actor, until: int, now: datetime) -> int:
    """Everything up to the notice `until`, the latest the person has seen; what came since stays unread."""
    waiting = notices_of(actor=actor).filter(read_at=None, pk__lte=until).order_by()
    return waiting.update(read_at=now)
