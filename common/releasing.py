"""Letting a restored system go on: what has to be looked at before, and the person who says so."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

from django.db import transaction
from django.db.models import Max
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from common import formats, outbox, registry
from common.access import Actor
from common.errors import DomainError
from common.models import Pause
from common.registry import BeforeRelease, Waiting


class NotAllowed(DomainError):
    """Only a platform admin releases the system."""


class CommentMissing(DomainError):
    """Whoever releases the system says what was looked at."""


class NotPaused(DomainError):
    """Nothing is paused, or somebody else was faster."""


def backup_moment() -> datetime | None:
    """The moment of the latest backup that is restored and not released; None while nothing is paused."""
    moment: datetime | None = Pause.objects.filter(released_at=None).aggregate(latest=Max("backup_at"))["latest"]
    return moment


def to_look_at(*, backup_at: datetime) -> list[Waiting]:
    """What every app wants to be looked at before the system is released."""
    return [item for each in registry.before_release for item in each.items(backup_at)]


@transaction.atomic
def release(*, actor: Actor, comment: str, now: datetime) -> None:
    """Let everything go on. Mails that the backup held unsent become uncertain: they have most likely been sent since.

    Raises NotAllowed, CommentMissing, NotPaused.
    """
    if not actor.is_platform_admin:
        raise NotAllowed(_("Only administrators of the portal release it."))
    if not comment.strip():
        raise CommentMissing(_("Please say what you have looked at."))
    backup_at = backup_moment()
    released = Pause.objects.filter(released_at=None).update(
        released_at=now, released_by=actor.user_id, comment=comment.strip()[:1000]
    )
    if backup_at is None or not released:
        raise NotPaused(_("The portal is not paused any more."))
    outbox.unsent(until=backup_at).update(state=outbox.State.UNCERTAIN)


def _mails(backup_at: datetime) -> Iterator[Waiting]:
    doubtful = outbox.unsent(until=backup_at).count()
    waiting = outbox.unsent().count() - doubtful
    if doubtful:
        text = ngettext(
            "%(count)s mail was unsent at the moment of the backup and has probably been sent since. Documents and "
            "security notices are sent once more, other mails are not.",
            "%(count)s mails were unsent at the moment of the backup and have probably been sent since. Documents and "
            "security notices are sent once more, other mails are not.",
            doubtful,
        )
        yield Waiting(text % {"count": formats.number(doubtful)}, url="", count=doubtful)
    if waiting:
        text = ngettext(
            "%(count)s mail was made since and is sent as soon as you release the portal.",
            "%(count)s mails were made since and are sent as soon as you release the portal.",
            waiting,
        )
        yield Waiting(text % {"count": formats.number(waiting)}, url="", count=waiting)


def register() -> None:
    registry.before_release.register(BeforeRelease("mails", _mails, order=10))
