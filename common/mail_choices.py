"""How a person wants the mails of each kind: at once, once a day, in the portal only; or the weekly one how often."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from django.db import transaction
from django.db.models import TextChoices
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from common import registry
from common.errors import DomainError
from common.models import MailChoice, OutboxMail, User
from common.registry import MailKind


class Choice(TextChoices):
    AT_ONCE = "at_once", gettext_lazy("by mail, at once")
    DIGEST = "digest", gettext_lazy("by mail, once a day")
    PORTAL = "portal", gettext_lazy("in the portal only")
    WEEKLY = "weekly", gettext_lazy("every week")
    MONTHLY = "monthly", gettext_lazy("once a month")
    OFF = "off", gettext_lazy("never")


AS_NOTICE = (Choice.AT_ONCE, Choice.DIGEST, Choice.PORTAL)
"""What a person may choose for a notice that nobody has to have."""
REGULAR = (Choice.WEEKLY, Choice.MONTHLY, Choice.OFF)

NO_MAIL = (Choice.PORTAL, Choice.OFF)


class NotAChoice(DomainError):
    """The kind is none, has to be sent, or cannot be had in this way."""


def kinds() -> list[MailKind]:
    """The kinds about which a person may choose."""
    return [kind for kind in registry.mails if kind.choices]


def chosen(*, kind: MailKind, users: Iterable[int]) -> Mapping[int, Choice]:
    """What each of `users` (ids) has for this kind, in one query; none for a kind that nobody chooses."""
    people = list(users)
    if not kind.choices or not people:
        return {}
    found = dict.fromkeys(people, Choice(kind.choices[0]))
    rows = MailChoice.objects.filter(kind=kind.key, user__in=people, choice__in=kind.choices)
    return found | {user: Choice(choice) for user, choice in rows.values_list("user_id", "choice")}


def choices_of(*, user: User) -> Mapping[str, Choice]:
    """What a person has, by kind: every kind of `kinds`."""
    stored = dict(MailChoice.objects.filter(user=user).values_list("kind", "choice"))
    return {
        kind.key: Choice(stored[kind.key] if stored.get(kind.key) in kind.choices else kind.choices[0])
        for kind in kinds()
    }


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
