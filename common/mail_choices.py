"""How a person wants the mails of each kind: at once, once a day, in the portal only; or a regular one how often."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from django.db import transaction
from django.db.models import TextChoices
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from common import registry
from common.access import Actor
from common.errors import DomainError
from common.models import MailChoice, OutboxMail
from common.registry import MailKind


class Choice(TextChoices):
    AT_ONCE = "at_once", gettext_lazy("by mail, at once")
    DIGEST = "digest", gettext_lazy("by mail, once a day")
    PORTAL = "portal", gettext_lazy("in the portal only")
    DAILY = "daily", gettext_lazy("every day")
    WEEKLY = "weekly", gettext_lazy("every week")
    MONTHLY = "monthly", gettext_lazy("once a month")
    OFF = "off", gettext_lazy("never")


AS_NOTICE = (Choice.AT_ONCE, Choice.DIGEST, Choice.PORTAL)
"""What a person may choose for a notice that nobody has to have."""
REGULAR = (Choice.WEEKLY, Choice.MONTHLY, Choice.OFF)
AS_SUMMARY = (Choice.DAILY, Choice.OFF)
"""Of the mail that names the notices of a day; without it they stay to be read in the portal."""

NO_MAIL = (Choice.PORTAL, Choice.OFF)


class NotAChoice(DomainError):
    """The kind is none, has to be sent, or cannot be had in this way."""


def kinds() -> list[MailKind]:
    """The kinds about which a person may choose."""
    return [kind for kind in registry.mails if kind.choices]


def stored(*, kind: MailKind, users: Iterable[int]) -> Mapping[int, Choice]:
    """What those of `users` (ids) have chosen who have chosen something that the kind still offers, in one query."""
    rows = MailChoice.objects.filter(kind=kind.key, user__in=list(users), choice__in=kind.choices)
    return {user: Choice(choice) for user, choice in rows.values_list("user_id", "choice")}


def chosen(*, kind: MailKind, users: Iterable[int]) -> Mapping[int, Choice]:
    """What becomes of a mail to each of `users` (ids), in one query; none for a kind that nobody chooses."""
    people = list(users)
    if not kind.choices or not people:
        return {}
    return dict.fromkeys(people, Choice(kind.choices[0])) | dict(stored(kind=kind, users=people))


def choices_of(*, actor: Actor) -> Mapping[str, Choice]:
    """What a person has, by kind: every kind of `kinds`."""
    held = dict(MailChoice.objects.filter(user=actor.user_id).values_list("kind", "choice"))
    return {
        kind.key: Choice(held[kind.key]) if held.get(kind.key) in kind.choices else _unasked(kind, actor)
        for kind in kinds()
    }


def _unasked(kind: MailKind, actor: Actor) -> Choice:
    """What holds until the person chooses: the most, or nothing for whom such a mail is not meant."""
    meant = not kind.roles or bool(actor.ids(kind.scope, *kind.roles))
    return Choice(kind.choices[0]) if meant else least(kind)


@transaction.atomic
def choose(*, user_id: int, kind: str, choice: str) -> None:
    """Remember what a person wants. Who wants no mail gets none of those that wait, either. Raises NotAChoice."""
    known = {each.key: each for each in kinds()}
    if kind not in known or choice not in known[kind].choices:
        raise NotAChoice(_("That cannot be chosen for this mail."))
    MailChoice.objects.update_or_create(user_id=user_id, kind=kind, defaults={"choice": choice})
    if choice in NO_MAIL:
        state = OutboxMail.State
        waiting = OutboxMail.objects.filter(recipient=user_id, kind=kind, state__in=[state.PENDING, state.COLLECTED])
        waiting.update(state=state.KEPT)


def least(kind: MailKind) -> Choice:
    """What unsubscribing chooses."""
    return Choice(kind.choices[-1])
