"""Stopping the mail by hand: everything is made and waits, until a platform admin lets it go on."""

from __future__ import annotations

from datetime import datetime

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from common.access import Actor
from common.errors import DomainError
from common.models import MailStop


class NotAllowed(DomainError):
    """Only a platform admin stops the mail and lets it go on."""


class ReasonMissing(DomainError):
    """Whoever stops the mail says why."""


class ChangedMeanwhile(DomainError):
    """Somebody else was faster."""


def is_stopped() -> bool:
    return MailStop.objects.filter(ended_at=None).exists()


def current() -> MailStop | None:
    """The stop that holds, with who said so."""
    return MailStop.objects.filter(ended_at=None).select_related("stopped_by").first()


def stop(*, actor: Actor, reason: str, now: datetime) -> None:
    """Send nothing from now on; what is under way just now still goes out.

    Raises NotAllowed, ReasonMissing, ChangedMeanwhile.
    """
    person = _person(actor)
    if not reason.strip():
        raise ReasonMissing(_("Please say why."))
    try:
        with transaction.atomic():
            MailStop.objects.create(stopped_at=now, stopped_by_id=person, reason=reason.strip()[:300])
    except IntegrityError as error:
        raise ChangedMeanwhile(_("The mail is stopped already.")) from error


def go_on(*, actor: Actor, now: datetime) -> None:
    """Send again. Raises NotAllowed, ChangedMeanwhile."""
    person = _person(actor)
    if MailStop.objects.filter(ended_at=None).update(ended_at=now, ended_by_id=person) != 1:
        raise ChangedMeanwhile(_("The mail is not stopped any more."))


def _person(actor: Actor) -> int:
    if not actor.is_platform_admin or actor.user_id is None:
        raise NotAllowed(_("Only administrators of the portal stop the mail."))
    return actor.user_id
