"""Mail that is made once and sent at most, or at least, once: see `OutboxMail`.

Services call `put` inside their own transaction. `send_batch` claims one mail, commits the claim, sends, commits the
answer, and takes the next. A message to the worker is only a hint: whatever is unsent is found by the next call.

What the server's answer means for a mail:

- taken: sent;
- refused for good (5xx), or a message that cannot be written: failed, and listed;
- refused for now (4xx), as greylisting does: tried again later, `ATTEMPTS` times in all;
- no connection, or the server refuses us rather than the mail: nobody's fault, tried again later without end;
- connection lost before the message was given: not sent, tried again like what is refused for now;
- connection lost from then on, before an answer: uncertain, as after a crash.
"""

from __future__ import annotations

import contextlib
import math
import time
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from smtplib import (
    SMTP,
    SMTPException,
    SMTPNotSupportedError,
    SMTPRecipientsRefused,
    SMTPResponseException,
    SMTPSenderRefused,
)
from traceback import walk_tb
from typing import Any

import structlog
from django.conf import settings
from django.core.mail import EmailMultiAlternatives, get_connection
from django.core.mail.backends.base import BaseEmailBackend
from django.db import DatabaseError, transaction
from django.db.models import F, Q, QuerySet
from django.template import Context
from django.template.loader import get_template, render_to_string
from django.utils.translation import override

from common import mail_words, pace, registry, stopping, unsubscribing
from common.delivery import states_for
from common.mail_words import Wording
from common.models import OutboxMail, User
from common.pausing import is_paused

log = structlog.get_logger(__name__)

State = OutboxMail.State
ATTEMPTS = 5
RETRY_AFTER = timedelta(minutes=5)
"""Grows threefold with each attempt: 5 minutes, 15, 45, 2 hours 15."""
TOO_LARGE = 552
"""With this answer to the sender's address the server means the message."""
NO_ANSWER = 421
"""What a server says that breaks off, if it still says something."""
URL_LENGTH = 500
CLAIM_EXPIRES = timedelta(minutes=10)
"""Far longer than any sender lives: tasks are killed after two minutes."""


@dataclass(frozen=True)
class Batch:
    """`taken`: mails that got an answer of any kind. `stopped`: the server is away, the rest waits."""

    taken: int
    sent: int
    stopped: bool = False


@dataclass(frozen=True)
class Addressee:
    """Somebody without an account. `email` in lower case; `name` may be empty."""

    email: str
    language: str
    name: str = ""


class ServerAway(Exception):
    """The mail server cannot be reached, or refuses us whatever we send."""


def put(
    *, kind: str, period: str, recipient: User | Addressee, context: Mapping[str, Any], in_bulk: bool = False
) -> bool:
    """Store the mail of `kind` for `period` to `recipient`, in the recipient's language. False: it was there already.

    `period` names the occasion ("2026W47", "2026Q3", "closing 17"); together with kind and recipient it is unique.
    `in_bulk`: one of many, which is sent after what somebody may wait for.
    """
    content: dict[str, Any] = written(kind=kind, recipient=recipient, context=context) | {"in_bulk": in_bulk}
    address = {"address": recipient.email}
    if isinstance(recipient, User):
        # A person's mail is one, even if the address has changed since.
        known: dict[str, Any] = {"recipient": recipient}
        content |= address | {"state": states_for(kind=registry.mails[kind], people=[recipient])[recipient.pk]}
    else:
        known = {"recipient": None, **address}
    _mail, made = OutboxMail.objects.get_or_create(kind=kind, period=period, **known, defaults=content)
    return made


def put_all(*, kind: str, letters: Iterable[tuple[str, User, Mapping[str, Any]]], in_bulk: bool = True) -> None:
    """`put` many mails of one kind, each with its period, recipient and context, in one statement.

    `in_bulk`: nobody waits for a new password behind the mails of a week. One that cannot be written is kept as failed,
    and listed.
    """
    written_to = list(letters)
    states = states_for(kind=registry.mails[kind], people=[person for _period, person, _context in written_to])
    wording = mail_words.in_force()
    mails = []
    for period, person, context in written_to:
        content = _written_or_failed(kind, person, context, wording)
        addressed = {"recipient": person, "address": person.email, "in_bulk": in_bulk}
        mails.append(OutboxMail(kind=kind, period=period, **{"state": states[person.pk], **addressed, **content}))
    OutboxMail.objects.bulk_create(mails, ignore_conflicts=True)


def _written_or_failed(kind: str, person: User, context: Mapping[str, Any], wording: Wording) -> dict[str, str]:
    """What the mail says; of one that cannot be written, that it failed: it holds up none of the others."""
    try:
        return written(kind=kind, recipient=person, context=context, wording=wording)
    except DatabaseError:
        raise
    except Exception as error:
        log.exception("mail not written", kind=kind, recipient=person.pk)
        with override(person.language):
            subject = str(registry.mails[kind].label)
        return {"language": person.language, "subject": subject, "state": State.FAILED, "error": type(error).__name__}


def written(
    *, kind: str, recipient: User | Addressee, context: Mapping[str, Any], wording: Wording | None = None
) -> dict[str, str]:
    """What the mail of `kind` says to `recipient`: language, subject, text and html, and where it leads.

    `wording`: where the vendor's own words come from; those in force, if none is given.
    """
    known = registry.mails[kind]
    template, person = known.template, recipient if isinstance(recipient, User) else None
    with override(recipient.language):
        words = mail_words.words(known, context, recipient.language, wording or mail_words.in_force())
        values = {**context, "recipient": recipient, "portal_url": settings.PORTAL_URL, "wording": words}
        if person is not None and known.choices:
            values["unsubscribe_url"] = unsubscribing.link(user_id=person.pk, kind=kind)
        # A subject is one line, whatever a name in it contains. Both bodies may repeat it.
        line = words.get("subject") or _plain(f"mail/{template}.subject.txt", values)
        subject = " ".join(line.split())[:250]
        values["subject"] = subject
        return {
            "language": recipient.language,
            "subject": subject,
            "text": _plain(f"mail/{template}.txt", values).strip() + "\n",
            "html": render_to_string(f"mail/{template}.html", values),
            "url": "" if person is None or known.opens else _path(str(context.get("url", ""))),
        }


def _path(url: str) -> str:
    """Where a notice leads within the portal; empty where that is elsewhere."""
    path = url.removeprefix(settings.PORTAL_URL)
    return path if path != url and path.startswith("/") and len(path) <= URL_LENGTH else ""


def _plain(template: str, values: Mapping[str, Any]) -> str:
    """Text stays as it is: escaped for HTML, “Müller & Söhne” would be misspelt."""
    engine = get_template(template).template  # type: ignore[attr-defined]
    return str(engine.render(Context({**values, "LANGUAGE_CODE": values["recipient"].language}, autoescape=False)))


def _due(now: datetime) -> QuerySet[OutboxMail]:
    """Mails that may be sent now."""
    if is_paused() or stopping.is_stopped():
        return OutboxMail.objects.none()
    return OutboxMail.objects.filter(Q(next_attempt_at=None) | Q(next_attempt_at__lte=now), state=State.PENDING)


def claim(*, now: datetime) -> OutboxMail | None:
    """Take the next mail that is due; other senders skip it. The claim is committed on return.

    None while the portal is paused, or an administrator has stopped the mail.
    """
    with transaction.atomic():
        mail = _due(now).order_by("in_bulk", "id").select_for_update(skip_locked=True).first()
        if mail is not None:
            OutboxMail.objects.filter(pk=mail.pk).update(
                state=State.CLAIMED, claimed_at=now, attempts=F("attempts") + 1
            )
            mail.claimed_at, mail.attempts = now, mail.attempts + 1
    return mail


def send_batch(*, now: datetime, limit: int = 100, seconds: float = math.inf) -> Batch:
    """Send up to `limit` due mails over one connection, one after the other: a crash leaves one of them uncertain.

    After `seconds` no other mail is begun, nor is one waited for whose moment comes later: whoever is ended by force in
    the middle of one leaves it uncertain.
    """
    connection, deadline = get_connection(), time.monotonic() + seconds
    taken = sent = 0
    try:
        # A moment is reserved only for a mail that is there: otherwise those who find none would slow down the others.
        while (
            taken < limit
            and (left := deadline - time.monotonic()) > 0
            and (not pace.is_limited() or _due(now).exists())
        ):
            if not pace.wait(most=min(left, pace.patience())) or (mail := claim(now=now)) is None:
                break
            try:
                sent += _send(mail, connection, now)
            except ServerAway as error:
                log.warning("mail server is away", error=str(error))
                return Batch(taken, sent, stopped=True)
            taken += 1
    finally:
        _close(connection)
    return Batch(taken, sent)


def _send(mail: OutboxMail, connection: BaseEmailBackend, now: datetime) -> bool:
    """Send a claimed mail and write down the answer. True: the server took it. Raises ServerAway."""
    try:
        message = _message(mail, connection)
    except DatabaseError:
        raise
    except Exception as error:  # noqa: BLE001 - whatever it is, it is this mail's alone and holds up no other
        _answer(mail, State.FAILED, now, error)
        return False
    try:
        _open(connection)
    except (OSError, SMTPException) as error:
        _answer(mail, State.PENDING, now, error, attempts=mail.attempts - 1)
        raise ServerAway(type(error).__name__) from error
    try:
        message.send()
    except (OSError, SMTPException, ValueError) as error:
        _close(connection)
        if isinstance(error, SMTPSenderRefused) and error.smtp_code != TOO_LARGE:
            _answer(mail, State.PENDING, now, error, attempts=mail.attempts - 1)
            raise ServerAway(type(error).__name__) from error
        _answer(mail, _state_after(error, mail.attempts), now, error)
        return False
    _answer(mail, State.SENT, now)
    return True


def _open(connection: BaseEmailBackend) -> None:
    """Connect, unless we are, and say who we are: what is refused or lost until then is no mail's fault."""
    connection.open()
    server = getattr(connection, "connection", None)
    if isinstance(server, SMTP):
        server.ehlo_or_helo_if_needed()


def _state_after(error: Exception, attempts: int) -> str:
    """What an error during sending says about the mail itself. One bad mail must not delay the others."""
    if isinstance(error, SMTPRecipientsRefused):
        codes = [code for code, _text in error.recipients.values()]
    elif isinstance(error, SMTPResponseException):
        codes = [error.smtp_code]
    elif isinstance(error, ValueError | SMTPNotSupportedError):
        return State.FAILED  # a header or an address that cannot be written; nothing was sent
    elif _was_given(error):
        return State.UNCERTAIN
    else:
        codes = [NO_ANSWER]
    return State.FAILED if min(codes) >= 500 or attempts >= ATTEMPTS else State.PENDING


def _was_given(error: Exception) -> bool:
    """Whether the error came when the message itself was to be given to the server, or later."""
    return any(frame.f_code is SMTP.data.__code__ for frame, _line in walk_tb(error.__traceback__))


def _message(mail: OutboxMail, connection: BaseEmailBackend) -> EmailMultiAlternatives:
    headers = {"Message-ID": mail.message_id, "Auto-Submitted": "auto-generated", "From": settings.DEFAULT_FROM_EMAIL}
    kind = registry.mails.get(mail.kind)
    if mail.recipient_id is not None and kind is not None and kind.choices:
        headers |= unsubscribing.headers(user_id=mail.recipient_id, kind=mail.kind)
    message = EmailMultiAlternatives(
        # What looks like an encoded word would be decoded by whoever reads it, line breaks and all.
        mail.subject.replace("=?", "= ?"),
        mail.text,
        # To this address a server writes that a mail did not arrive; the From of the header is what people see.
        from_email=settings.BOUNCE_ADDRESS or settings.DEFAULT_FROM_EMAIL,
        to=[mail.address],
        connection=connection,
        headers=headers,
    )
    if mail.html:
        message.attach_alternative(mail.html, "text/html")
    for each in kind.attachments(mail) if kind is not None and kind.attachments is not None else ():
        message.attach(each.name, each.content, each.mime)
    return message


def _answer(
    mail: OutboxMail,
    state: str,
    now: datetime,
    error: Exception | None = None,
    *,
    attempts: int | None = None,
) -> None:
    """Write down what became of our claim, even if it was taken for lost meanwhile; never that of another sender."""
    ours = OutboxMail.objects.filter(pk=mail.pk, claimed_at=mail.claimed_at, state__in=[State.CLAIMED, State.UNCERTAIN])
    tried = mail.attempts if attempts is None else attempts
    values: dict[str, Any] = {
        "state": state,
        "attempts": tried,
        "error": type(error).__name__ if error else "",
    }
    if state == State.PENDING:
        values |= {"claimed_at": None, "next_attempt_at": now + RETRY_AFTER * 3 ** max(tried - 1, 0)}
    elif state == State.SENT:
        values |= {"sent_at": now}
        if (kind := registry.mails.get(mail.kind)) is not None and kind.opens:
            values |= {"text": "", "html": ""}
    ours.update(**values)
    if error is not None:
        log.warning("mail not sent", mail=mail.pk, state=state, error=type(error).__name__)


def _close(connection: BaseEmailBackend) -> None:
    """After a refused message smtplib may have closed the socket itself; the next mail opens a new one."""
    with contextlib.suppress(OSError, SMTPException):
        connection.close()


def unsent(*, until: datetime | None = None) -> QuerySet[OutboxMail]:
    """Mails that nobody knows to be sent, and that were made until then."""
    mails = OutboxMail.objects.filter(state__in=[State.PENDING, State.CLAIMED])
    return mails if until is None else mails.filter(created_at__lte=until)


def sweep(*, now: datetime) -> int:
    """Claims that nobody answered become uncertain; kinds that must arrive are sent again. Returns how many expired."""
    expired = OutboxMail.objects.filter(state=State.CLAIMED, claimed_at__lt=now - CLAIM_EXPIRES)
    count = expired.update(state=State.UNCERTAIN)
    again = [kind.key for kind in registry.mails if kind.resend_when_uncertain]
    OutboxMail.objects.filter(state=State.UNCERTAIN, kind__in=again, attempts__lt=ATTEMPTS).update(
        state=State.PENDING, claimed_at=None, next_attempt_at=None
    )
    return count
