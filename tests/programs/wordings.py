"""Wordings of mails for tests."""

from __future__ import annotations

from common import registry
from common.access import Actor
from common.models import User
from programs import mail_wording
from programs.mail_wording import Subject
from programs.models import MailWording, Vendor
from tests.world import NOW


def subject(vendor: Vendor, kind: str = "settled", language: str = "en") -> Subject:
    return Subject(vendor, registry.mails[kind], language)


def worded(
    vendor: Vendor, by: User, *, kind: str = "settled", language: str = "en", seen: int = 0, **blocks: str
) -> MailWording:
    """Puts the blocks into force."""
    made = mail_wording.change(
        subject=subject(vendor, kind, language), blocks=blocks, seen=seen, actor=Actor.of(by), now=NOW
    )
    assert made is not None
    return made
