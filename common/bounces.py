"""Mails that came back: what a mail server says after taking one, as a message (RFC 3464) or as a provider's call.

Only what names a mail of ours, sent to that address, is believed; anybody can write to the address for bounces. Delays
and passing troubles change nothing. A bounce marks the address, and those are told who can name another one.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime
from email import message_from_bytes
from email.message import Message
from email.policy import compat32
from typing import Self

from django.db import transaction
from django.db.models.functions import Lower
from django.utils.translation import gettext as _

from common.errors import DomainError
from common.models import Bounce, OutboxMail, User

MOST_BYTES = 200_000
"""As much of a report is read. The mail that comes back with it stands at its end, and only its headers count."""
UNREADABLE = (ValueError, TypeError, LookupError, AttributeError, RecursionError)
"""What Python's reader of mails raises for some that nobody would write."""
MESSAGE_ID = re.compile(r"<[0-9a-f]{32}@partner-portal>")


class NotABounce(DomainError):
    """The message is no report about a mail that could not be delivered for good."""


class UnknownMail(DomainError):
    """No mail of the portal was sent to that address under that Message-ID."""


@dataclass(frozen=True)
class Returned:
    """What a report says: which mail, to which address (in lower case), and why, in the server's words."""

    message_id: str
    address: str
    told: str

    @classmethod
    def written(cls, *, message_id: str, address: str, told: str) -> Self:
        """As a stranger has written it: on one line, without what no database takes."""
        return cls(_line(message_id), _line(address).strip("<>").lower(), _line(told))


def _line(text: str) -> str:
    return "".join(each for each in " ".join(text.split()) if each.isprintable())


Teller = Callable[[User | None, Bounce], None]
tellers: list[Teller] = []
"""Called in the commit of a bounce with the person who has the address, if anybody has; filled by apps that know whom
else it concerns."""


def read_report(content: bytes) -> Returned:
    """What a delivery status notification says. Raises NotABounce."""
    try:
        return _read(message_from_bytes(content[:MOST_BYTES], policy=compat32))
    except UNREADABLE as error:
        raise NotABounce(_("The message is no report about a mail that could not be delivered.")) from error


def _read(message: Message) -> Returned:
    report = _report(message)
    status = next((part for part in _parts(report) if part.get_content_type() == "message/delivery-status"), None)
    if report is None or status is None:
        raise NotABounce(_("The message is no report about a mail that could not be delivered."))
    failed = next((each for each in _parts(status) if _field(each, "Action").lower() == "failed"), None)
    if failed is None or not _field(failed, "Status").startswith("5."):
        raise NotABounce(_("The report says that a mail is late, not that it could not be delivered."))
    named = (_field(failed, name).rpartition(";")[2].strip() for name in ("Original-Recipient", "Final-Recipient"))
    address = next((each for each in named if each), "")
    found = MESSAGE_ID.search(_original(report))
    if found is None or not address:
        raise NotABounce(_("The report does not say which mail it is about."))
    told = _field(failed, "Diagnostic-Code").partition(";")[2] or _field(failed, "Status")
    return Returned.written(message_id=found.group(), address=address, told=told)


def _report(message: Message) -> Message | None:
    """The report itself, which a server on the way may have put into another message; never one that came along."""
    if message.get_content_type() == "multipart/report":
        return message
    inner = _parts(message) if message.get_content_maintype() == "multipart" else ()
    return next((found for part in inner if (found := _report(part)) is not None), None)


def _parts(message: Message | None) -> Iterable[Message]:
    """Of a status they are its groups of fields: Python reads each as a message without content."""
    content = None if message is None else message.get_payload()
    return [part for part in content if isinstance(part, Message)] if isinstance(content, list) else []


def _field(block: Message, name: str) -> str:
    return " ".join(str(block.get(name, "")).split())


def _original(report: Message) -> str:
    """The Message-ID line of the returned mail, or of its headers."""
    for part in _parts(report):
        if part.get_content_type() == "message/rfc822":
            return "".join(_field(inner, "Message-ID") for inner in _parts(part))
        if part.get_content_type() == "text/rfc822-headers":
            headers = part.get_payload(decode=True)
            return _field(message_from_bytes(headers if isinstance(headers, bytes) else b""), "Message-ID")
    return ""


def record(*, returned: Returned, now: datetime) -> bool:
    """Mark the address. False: that it bounces was known, or is of before its person said that mails arrive again.

    Raises UnknownMail.
    """
    mail = _mail(returned)
    if mail is None:
        raise UnknownMail(_("No such mail was sent to this address."))
    if mail.sent_at and Bounce.objects.filter(address=returned.address, ended_at__gte=mail.sent_at).exists():
        return False
    with transaction.atomic():
        bounce, new = Bounce.objects.get_or_create(
            address=returned.address,
            ended_at=None,
            defaults={"mail": mail, "told": returned.told[:300], "bounced_at": now},
        )
        if new:
            person = User.objects.filter(email__iexact=returned.address, is_active=True).first()
            for tell in tellers:
                tell(person, bounce)
    return new


def _mail(returned: Returned) -> OutboxMail | None:
    """The mail of ours that was given to the server for this address. Its id is calculated, not stored."""
    # By the index on lower case: anybody can write as many reports as they like.
    to_them = OutboxMail.objects.annotate(lowered=Lower("address")).filter(lowered=returned.address)
    sent = to_them.filter(state__in=[OutboxMail.State.SENT, OutboxMail.State.UNCERTAIN])
    named = sent.only("kind", "period", "recipient_id", "address", "sent_at").order_by("-id")
    found = (mail for mail in named.iterator() if mail.message_id == returned.message_id)
    return next(found, None)
