"""Mails that came back: what a mail server says after taking one, as a message (RFC 3464) or as a provider's call.

Only what names a mail of ours, sent to that address, is believed; anybody can write to the address for bounces. Delays
and passing troubles change nothing. A bounce marks the address, and those who run the person's teams are told.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime
from email import message_from_bytes
from email.message import Message
from email.policy import compat32

from django.db import transaction
from django.utils.translation import gettext as _

from common.errors import DomainError
from common.models import Bounce, OutboxMail, User

MOST_BYTES = 2_000_000
MESSAGE_ID = re.compile(r"<[0-9a-f]{32}@partner-portal>")


class NotABounce(DomainError):
    """The message is no report about a mail that could not be delivered for good."""


class UnknownMail(DomainError):
    """No mail of the portal was sent to that address under that Message-ID."""


@dataclass(frozen=True)
class Returned:
    """What a report says: which mail, to which address, and why, in the server's words."""

    message_id: str
    address: str
    told: str


Teller = Callable[[User, Bounce], None]
tellers: list[Teller] = []
"""Called in the commit of a bounce with the person who has the address; filled by the apps that know teams."""


def read_report(content: bytes) -> Returned:
    """What a delivery status notification says. Raises NotABounce."""
    if len(content) > MOST_BYTES:
        raise NotABounce(_("The message is too large for a report about a mail."))
    message = message_from_bytes(content, policy=compat32)
    status = next((part for part in _parts(message) if part.get_content_type() == "message/delivery-status"), None)
    if message.get_content_type() != "multipart/report" or status is None:
        raise NotABounce(_("The message is no report about a mail that could not be delivered."))
    failed = next((each for each in _blocks(status) if _field(each, "Action").lower() == "failed"), None)
    if failed is None or not _field(failed, "Status").startswith("5."):
        raise NotABounce(_("The report says that a mail is late, not that it could not be delivered."))
    address = (_field(failed, "Original-Recipient") or _field(failed, "Final-Recipient")).rpartition(";")[2]
    found = MESSAGE_ID.search(_original(message))
    if found is None or not address:
        raise NotABounce(_("The report does not say which mail it is about."))
    told = _field(failed, "Diagnostic-Code").partition(";")[2] or _field(failed, "Status")
    return Returned(found.group(), address.strip().lower(), " ".join(told.split()))


def _parts(message: Message) -> Iterable[Message]:
    content = message.get_payload()
    return [part for part in content if isinstance(part, Message)] if isinstance(content, list) else []


def _blocks(status: Message) -> Iterable[Message]:
    """The groups of fields of a report: Python reads each as a message without content."""
    return _parts(status)


def _field(block: Message, name: str) -> str:
    return " ".join(str(block.get(name, "")).split())


def _original(message: Message) -> str:
    """The Message-ID line of the returned mail, or of its headers."""
    for part in _parts(message):
        if part.get_content_type() == "message/rfc822":
            return "".join(_field(inner, "Message-ID") for inner in _parts(part))
        if part.get_content_type() == "text/rfc822-headers":
            headers = part.get_payload(decode=True)
            return _field(message_from_bytes(headers if isinstance(headers, bytes) else b""), "Message-ID")
    return ""


def record(*, returned: Returned, now: datetime) -> bool:
    """Mark the address. False: that it bounces was known. Raises UnknownMail."""
    mail = _mail(returned)
    if mail is None:
        raise UnknownMail(_("No such mail was sent to this address."))
    with transaction.atomic():
        bounce, new = Bounce.objects.get_or_create(
            address=returned.address,
            ended_at=None,
            defaults={"mail": mail, "told": returned.told[:300], "bounced_at": now},
        )
        person = User.objects.filter(email__iexact=returned.address, is_active=True).first()
        if new and person is not None:
            for tell in tellers:
                tell(person, bounce)
    return new


def _mail(returned: Returned) -> OutboxMail | None:
    """The mail of ours that was given to the server for this address. Its id is calculated, not stored."""
    sent = OutboxMail.objects.filter(
        address__iexact=returned.address, state__in=[OutboxMail.State.SENT, OutboxMail.State.UNCERTAIN]
    )
    sent = sent.defer("subject", "text", "html")
    found = (mail for mail in sent.order_by("-id").iterator() if mail.message_id == returned.message_id)
    return next(found, None)
