"""A vendor's own words in mails: which are in force, how they came about, and how they are changed.

Only vendor admins change them, in front of the version they have seen. What may stand in a block is decided by
`common.mail_words`, here once more for whoever does not come through the form.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from django.conf import settings
from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from common import mail_words, registry
from common.access import VENDOR, VENDOR_ADMIN, Actor
from common.errors import DomainError
from common.registry import Blocks, MailKind, WordingSource
from programs.models import MailWording, Vendor


class NotAllowed(DomainError):
    """The actor is no vendor admin of this vendor."""


class NotAdaptable(DomainError):
    """Vendors have no words of their own in this mail, or not this text, or not in this language."""


class MovedOn(DomainError):
    """Somebody else has changed the wording since the actor looked at it; nothing was done."""


@dataclass(frozen=True)
class Subject:
    """What is worded: one vendor's kind of mail in one language."""

    vendor: Vendor
    kind: MailKind
    language: str

    def row(self) -> dict[str, object]:
        return {"vendor": self.vendor, "kind": self.kind.key, "language": self.language}


def in_force(kind: str, vendor_id: int) -> Mapping[str, Blocks]:
    """The vendor's words in this kind of mail, by language; a language in which it has none is left out."""
    rows = MailWording.objects.filter(vendor_id=vendor_id, kind=kind).order_by("language", "-version")
    return dict(rows.distinct("language").values_list("language", "blocks"))


def worded_kinds(*, vendor: Vendor, actor: Actor) -> Mapping[str, list[str]]:
    """The languages in which the vendor has words of its own, by the kind's key."""
    rows = MailWording.objects.visible_to(actor).filter(vendor=vendor).order_by("kind", "language", "-version")
    found: dict[str, list[str]] = {}
    for kind, language, blocks in rows.distinct("kind", "language").values_list("kind", "language", "blocks"):
        if blocks:
            found.setdefault(kind, []).append(language)
    return found


def versions(*, subject: Subject, actor: Actor) -> list[MailWording]:
    """All versions, the one in force first."""
    rows = MailWording.objects.visible_to(actor).filter(**subject.row())
    return list(rows.select_related("author").order_by("-version"))


def may_change(*, vendor: Vendor, actor: Actor) -> bool:
    return actor.user_id is not None and actor.scopes is None and actor.has(VENDOR, vendor.pk, VENDOR_ADMIN)


def change(*, subject: Subject, blocks: Blocks, seen: int, actor: Actor, now: datetime) -> MailWording | None:
    """Put these words into force; no blocks: the portal's own again. None: they are in force already.

    `seen`: the version in front of which the actor decided, 0: there was none. Raises `NotAllowed`, `NotAdaptable`,
    `MovedOn`.
    """
    if not may_change(vendor=subject.vendor, actor=actor):
        raise NotAllowed(_("Only vendor admins change the wording of mails."))
    assert actor.user_id is not None
    tidied = _checked(subject, blocks)
    latest = MailWording.objects.filter(**subject.row()).order_by("-version").first()
    if tidied == (latest.blocks if latest else {}):
        return None
    if (latest.version if latest else 0) != seen:
        raise _moved_on(latest)
    try:
        with transaction.atomic():
            return MailWording.objects.create(
                **subject.row(), version=seen + 1, blocks=tidied, author_id=actor.user_id, created_at=now
            )
    except IntegrityError as error:
        # Somebody else was faster by a moment.
        raise _moved_on(MailWording.objects.filter(**subject.row()).order_by("-version").first()) from error


def restore(*, subject: Subject, version: int, seen: int, actor: Actor, now: datetime) -> MailWording | None:
    """Put the words of an earlier version into force, as another version. Raises as `change`, and DoesNotExist."""
    earlier = MailWording.objects.visible_to(actor).get(**subject.row(), version=version)
    return change(subject=subject, blocks=earlier.blocks, seen=seen, actor=actor, now=now)


def _checked(subject: Subject, blocks: Blocks) -> dict[str, str]:
    if not subject.kind.placeholders or subject.language not in dict(settings.LANGUAGES):
        raise NotAdaptable(_("The words of this mail are the portal’s alone."))
    tidied = {name: mail_words.tidy(blocks.get(name, "")) for name in mail_words.BLOCKS}
    if set(blocks) - set(mail_words.BLOCKS) or "\n" in tidied["subject"]:
        raise NotAdaptable(_("This text has no place in the mail."))
    for name, text in tidied.items():
        if len(text) > mail_words.BLOCKS[name]:
            raise NotAdaptable(_("This text is too long."))
        if wrong := mail_words.unknown(subject.kind, text):
            raise NotAdaptable(mail_words.unknown_in_words(subject.kind, wrong))
    return {name: text for name, text in tidied.items() if text}


def _moved_on(latest: MailWording | None) -> MovedOn:
    name = latest.author.name if latest else ""
    return MovedOn(
        _("%(name)s has changed this wording meanwhile; below is what you have typed. Saved again, it replaces theirs.")
        % {"name": name}
    )


def register() -> None:
    registry.wordings.register(WordingSource("vendors", in_force))
