"""Signing in with another address: wished by the person, confirmed from the old and from the new address.

Nobody learns here whether an address has an account. A wish for one that has looks the same as any other; the address
is told by mail instead of getting a link, so the change is never done.

Every step looks at the row under its lock and is one commit, with the mails it makes.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from allauth.account.models import EmailAddress
from allauth.usersessions.models import UserSession
from django.db import IntegrityError, transaction
from django.db.models import Q
from django.utils.translation import gettext as _

from common import account_mails, outbox
from common.account_mails import addressee
from common.bearer_secrets import digest_of, generate
from common.errors import DomainError
from common.models import EmailChange, EmailChangeQuerySet, User

LASTS = timedelta(hours=48)
Why = EmailChange.Why


class SameAddress(DomainError):
    """It is the person's address already."""


class UnknownLink(DomainError):
    """Nobody was sent this link, or it does not lead here."""


class Side(StrEnum):
    """Which of the two addresses."""

    OLD = "old"
    NEW = "new"


class State(StrEnum):
    """Where a change stands, as the holder of one link sees it."""

    OPEN = "open"
    CONFIRMED = "confirmed"
    """By this address; the other one is awaited."""
    DONE = "done"
    EXPIRED = "expired"
    ENDED = "ended"


@dataclass(frozen=True)
class Link:
    """What a link leads to."""

    change: EmailChange
    side: Side
    state: State


@transaction.atomic
def start(*, user: User, new_address: str, now: datetime) -> EmailChange:
    """Ask both addresses. An earlier change that is still open ends. Raises SameAddress."""
    person = User.objects.select_for_update().get(pk=user.pk)
    new = new_address.strip().lower()
    if new == person.email.lower():
        raise SameAddress(_("This is your address already."))
    _end(_open_of(person), why=Why.REPLACED, now=now)
    (of_old, old_digest), (of_new, new_digest) = generate(), generate()
    change = EmailChange.objects.create(
        user=person,
        old_address=person.email,
        new_address=new,
        old_digest=old_digest,
        new_digest=new_digest,
        created_at=now,
        expires_at=now + LASTS,
    )
    _ask(change, of_old, of_new)
    return change


def _ask(change: EmailChange, of_old: str, of_new: str) -> None:
    """The mails to both addresses."""
    hours = int(LASTS.total_seconds()) // 3600
    old = account_mails.confirm_change(secret=of_old, new=change.new_address, hours=hours)
    new = account_mails.confirm_change(secret=of_new, new=change.new_address, hours=hours)
    period = f"change {change.pk}"
    # Without the person's name: it would be a stranger's text in the mail of whoever has this address.
    recipient = outbox.Addressee(change.new_address, change.user.language)
    owner = _owner_of(change.new_address, but=change.user)
    outbox.put(
        kind=account_mails.CONFIRM_OLD,
        period=period,
        recipient=addressee(address=change.old_address, user=change.user),
        context=old,
    )
    if owner is None:
        outbox.put(kind=account_mails.CONFIRM_NEW, period=period, recipient=recipient, context=new)
    else:
        outbox.put(
            kind=account_mails.ADDRESS_TAKEN,
            period=period,
            recipient=addressee(address=change.new_address, user=owner),
            context=account_mails.exists(),
        )


def open_change(*, user: User, now: datetime) -> EmailChange | None:
    """The change that waits for confirmations."""
    return _open_of(user).filter(expires_at__gt=now).first()


def look(*, secret: str, now: datetime) -> Link:
    """Where the change of this link stands; changes nothing. Raises UnknownLink."""
    digest = digest_of(secret)
    changes = EmailChange.objects.select_related("user").filter(user__is_active=True)
    change = changes.filter(Q(old_digest=digest) | Q(new_digest=digest)).first()
    if change is None:
        raise UnknownLink(_("This link is not valid."))
    return _link(change, Side.OLD if change.old_digest == digest else Side.NEW, now)


@transaction.atomic
def confirm(*, secret: str, now: datetime, session_key: str | None = None) -> Link:
    """Confirm from one address, and do the change if that was the second. A link used again changes nothing.

    `session_key`: the person's own session, the only one that goes on after the change. Raises UnknownLink.
    """
    link = look(secret=secret, now=now)
    # Both addresses at once come here one after the other, so that the second sees what the first has confirmed.
    # First the person, then the change, as `start` does.
    User.objects.select_for_update().get(pk=link.change.user_id)
    try:
        change = EmailChange.objects.select_for_update(of=("self",)).select_related("user").get(pk=link.change.pk)
    except EmailChange.DoesNotExist as error:
        # The person was taken out while we waited.
        raise UnknownLink(_("This link is not valid.")) from error
    confirmed = f"{link.side}_confirmed_at"
    waiting = _open_of(change.user).filter(pk=change.pk, expires_at__gt=now, **{f"{confirmed}__isnull": True})
    if waiting.update(**{confirmed: now}) == 1:
        change.refresh_from_db(fields=["old_confirmed_at", "new_confirmed_at"])
        if change.old_confirmed_at and change.new_confirmed_at:
            _do(change, session_key, now)
        change.refresh_from_db()
    return _link(change, link.side, now)


def withdraw(*, user: User, now: datetime) -> bool:
    """The person does not want the change any more. False: there was none."""
    return _end(_open_of(user), why=Why.WITHDRAWN, now=now)


def disown(*, secret: str, now: datetime) -> Link:
    """Whoever reads the mails of the old address says that it was somebody else. Raises UnknownLink for other links."""
    link = look(secret=secret, now=now)
    if link.side != Side.OLD:
        raise UnknownLink(_("This link is not valid."))
    _end(_open_of(link.change.user).filter(pk=link.change.pk), why=Why.NOT_ME, now=now)
    return look(secret=secret, now=now)


# --- inside -----------------------------------------------------------------------------------------------------------


def _open_of(user: User) -> EmailChangeQuerySet:
    return EmailChange.objects.filter(user=user, done_at__isnull=True, ended_at__isnull=True)


def _end(changes: EmailChangeQuerySet, *, why: str, now: datetime) -> bool:
    return changes.update(ended_at=now, ended_why=why) == 1


def _link(change: EmailChange, side: Side, now: datetime) -> Link:
    if change.done_at is not None:
        state = State.DONE
    elif change.ended_at is not None:
        state = State.ENDED
    elif change.expires_at <= now:
        state = State.EXPIRED
    else:
        confirmed = change.old_confirmed_at if side == Side.OLD else change.new_confirmed_at
        state = State.OPEN if confirmed is None else State.CONFIRMED
    return Link(change, side, state)


def _owner_of(address: str, *, but: User) -> User | None:
    """Somebody else who signs in with this address, or is about to."""
    others = User.objects.exclude(pk=but.pk)
    confirmed = EmailAddress.objects.filter(email__iexact=address, verified=True).values("user")
    return others.filter(Q(email__iexact=address) | Q(pk__in=confirmed)).first()


def _do(change: EmailChange, session_key: str | None, now: datetime) -> None:
    """The change itself, and what follows: other browsers are signed out, and both addresses hear of it."""
    person = change.user
    if not _moved(change, now):
        _end(_open_of(person).filter(pk=change.pk), why=Why.TAKEN, now=now)
        return
    for session in UserSession.objects.filter(user=person).exclude(session_key=session_key):
        session.end()
    told = account_mails.address_changed(old=change.old_address, new=change.new_address, at=now)
    for address in (change.old_address, change.new_address):
        outbox.put(
            kind=account_mails.ADDRESS_CHANGED,
            period=f"change {change.pk}",
            recipient=addressee(address=address, user=person),
            context=told,
        )


def _moved(change: EmailChange, now: datetime) -> bool:
    """Put the new address in the place of all others. False: it was taken meanwhile."""
    person = change.user
    if _owner_of(change.new_address, but=person) is not None:
        return False
    try:
        with transaction.atomic():
            User.objects.filter(pk=person.pk).update(email=change.new_address)
            EmailAddress.objects.filter(user=person).delete()
            EmailAddress.objects.create(user=person, email=change.new_address, verified=True, primary=True)
            _open_of(person).filter(pk=change.pk).update(done_at=now)
    except IntegrityError:
        # Taken between our look and now: the database has the last word.
        return False
    return True
