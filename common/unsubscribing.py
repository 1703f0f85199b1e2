"""The link in a mail with which its reader has no more of its kind, without signing in (RFC 8058).

The link is signed and names the person and the kind, nothing else: it opens nothing but this one choice, and it goes
on working as long as mails lie in mailboxes.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace

from django.conf import settings
from django.core import signing
from django.urls import reverse
from django.utils.translation import gettext as _

from common import mail_choices, registry
from common.errors import DomainError
from common.mail_choices import Choice
from common.models import User
from common.registry import MailKind

SIGNER = signing.Signer(salt="common.unsubscribing")
"""Without the time: whoever makes a mail once more writes the same."""


class UnknownLink(DomainError):
    """No such link was ever made, or the kind of mail or the person is gone."""


@dataclass(frozen=True)
class Unsubscribing:
    """What a link is about: whose choice, of which kind, and how it stands."""

    user: User
    kind: MailKind
    choice: Choice

    @property
    def is_done(self) -> bool:
        return self.choice == mail_choices.least(self.kind)


def link(*, user_id: int, kind: str) -> str:
    return str(settings.PORTAL_URL) + reverse("common:unsubscribe", args=[SIGNER.sign_object([user_id, kind])])


def headers(*, user_id: int, kind: str) -> Mapping[str, str]:
    """What mail programs show as a button of their own."""
    return {
        "List-Unsubscribe": f"<{link(user_id=user_id, kind=kind)}>",
        "List-Unsubscribe-Post": "List-Unsubscribe=One-Click",
    }


def look(*, token: str) -> Unsubscribing:
    """Raises UnknownLink."""
    try:
        user_id, key = SIGNER.unsign_object(token)
    except (signing.BadSignature, ValueError) as error:
        raise UnknownLink(_("This link is not known.")) from error
    kind, user = registry.mails.get(key), User.objects.filter(pk=user_id, is_active=True).first()
    if kind is None or not kind.choices or user is None:
        raise UnknownLink(_("This link is not known."))
    return Unsubscribing(user, kind, mail_choices.chosen(kind=kind, users=[user.pk])[user.pk])


def unsubscribe(*, token: str) -> Unsubscribing:
    """No more mails of this kind to this person; what it says stays to be read in the portal. Raises UnknownLink."""
    found = look(token=token)
    return _chosen(found, mail_choices.least(found.kind))


def subscribe(*, token: str) -> Unsubscribing:
    """Take it back: the kind's first choice again. Raises UnknownLink."""
    found = look(token=token)
    return _chosen(found, Choice(found.kind.choices[0]))


def _chosen(found: Unsubscribing, choice: Choice) -> Unsubscribing:
    mail_choices.choose(user_id=found.user.pk, kind=found.kind.key, choice=choice)
    return replace(found, choice=choice)
