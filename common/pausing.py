"""Whether the whole system stands still: from a restore until a person releases it, nothing is sent or booked.

Pages go on, so that people can sign in and look. `common.background` keeps every task from running, `common.outbox`
every mail from leaving; what moves money asks `ensure_running` in its own transaction.
"""

from __future__ import annotations

from datetime import datetime

from django.utils.translation import gettext as _

from common.errors import DomainError
from common.models import Pause


class Paused(DomainError):
    """The system was restored from a backup, and nobody has released it yet."""


def is_paused() -> bool:
    """Whether a pause is unreleased. One small query: a pause only ever begins in a database that was empty."""
    return Pause.objects.filter(released_at=None).exists()


def restored_since(moment: datetime) -> bool:
    """Whether a backup made after `moment` was restored: what is of then may have gone on in the system before."""
    return Pause.objects.filter(backup_at__gte=moment).exists()


def ensure_running() -> None:
    """Raises Paused while nothing may be sent, booked or paid."""
    if is_paused():
        raise Paused(
            _("This portal was restored from a backup and is paused until an administrator of the portal releases it.")
        )
