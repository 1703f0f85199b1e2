"""Every mail the portal can send: in which order they are listed, how each reads with sample data, and a test of it."""

from __future__ import annotations

import uuid
from collections.abc import Iterator
from dataclasses import dataclass

from django.utils.translation import gettext as _
from django.utils.translation import override

from common import mail_words, outbox, registry
from common.mail_choices import Choice
from common.mail_words import Wording
from common.models import OutboxMail, User
from common.outbox import Addressee
from common.registry import Blocks, MailKind, Text

LONG = 440
"""Characters of the plain text."""


@dataclass(frozen=True)
class Group:
    """The kinds about one subject."""

    label: Text
    kinds: tuple[MailKind, ...]


@dataclass(frozen=True)
class Preview:
    """A mail as it would be sent."""

    subject: str
    text: str
    html: str

    @property
    def is_long(self) -> bool:
        """Whether it needs the taller frame: with a table, or with many words."""
        return "<tr" in self.html or len(self.text) > LONG


def groups() -> list[Group]:
    """All kinds by subject, in the order of the registry."""
    found: dict[str, tuple[Text, list[MailKind]]] = {}
    for kind in registry.mails:
        found.setdefault(str(kind.group), (kind.group, []))[1].append(kind)
    return [Group(label, tuple(kinds)) for label, kinds in found.values()]


def choices_in_words(kind: MailKind) -> str:
    """Whether a person can do without the mail, and what they can choose."""
    if not kind.choices:
        return _("always sent, at once")
    labels = "; ".join(str(Choice(choice).label) for choice in kind.choices)
    return _("each person chooses: %(choices)s") % {"choices": labels}


def of_vendor(vendor_id: int) -> Wording:
    """For samples: the words in force of this vendor, whichever the sample is about."""
    wording = mail_words.in_force()
    return lambda kind, _sample, language: wording(kind, vendor_id, language)


def of_blocks(blocks: Blocks) -> Wording:
    """For samples: these words, whoever's they are."""
    return lambda _kind, _sample, _language: blocks


def portals_own() -> Wording:
    """For samples: nobody's words."""
    return of_blocks({})


def preview(*, kind: MailKind, language: str, reader: User, wording: Wording) -> Preview:
    """The mail with sample data, in `language`, as `reader` would get it."""
    found = _written(kind, language, reader, wording)
    return Preview(found["subject"], found["text"], found["html"])


def samples_of(*, kind: MailKind, language: str) -> Iterator[tuple[str, Text, str]]:
    """The placeholders that the kind knows: as one types it, what it stands for, and what that is in the sample."""
    with override(language):
        on_behalf = kind.sample().get("on_behalf")
        values = {} if on_behalf is None else on_behalf.values
        written = {name: mail_words.line_of(values.get(name)) for name in kind.placeholders}
    for name in kind.placeholders:
        yield f"{{{name}}}", mail_words.PLACEHOLDERS[name], written[name]


def send_test(*, kind: MailKind, language: str, reader: User, wording: Wording) -> OutboxMail:
    """Put the mail with sample data into the outbox, for the reader's own address; its subject says that it is a test.

    Made for the address and not for the person: it is no notice, and whatever they chose does not hold it back.
    """
    content = _written(kind, language, reader, wording)
    with override(language):
        content["subject"] = (_("Test: %(subject)s") % {"subject": content["subject"]})[:250]
    return OutboxMail.objects.create(
        kind=kind.key, period=f"test {uuid.uuid4().hex}", recipient=None, address=reader.email, **content
    )


def _written(kind: MailKind, language: str, reader: User, wording: Wording) -> dict[str, str]:
    with override(language):
        context = kind.sample()
    recipient = Addressee(reader.email, language, reader.get_full_name())
    return outbox.written(kind=kind.key, recipient=recipient, context=context, wording=wording)
