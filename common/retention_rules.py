"""What the shared tables forget: accounts nobody confirmed, changes of address, what mails said, sessions, answers."""

from __future__ import annotations

from datetime import datetime

from allauth.account.models import EmailAddress
from allauth.usersessions.models import UserSession
from django.contrib.sessions.models import Session
from django.db import transaction
from django.db.models import Exists, OuterRef, ProtectedError, Q

from common.models import ApiAnswer, Bounce, EmailChange, OutboxMail, User
from common.retention import Rule, delete_some, rules


def _unconfirmed_accounts(before: datetime, limit: int) -> int:
    """Of accounts nobody ever entered. One that belongs to anything is kept: the database refuses to delete it."""
    confirmed = EmailAddress.objects.filter(user=OuterRef("pk"), verified=True)
    found = User.objects.filter(
        ~Exists(confirmed), date_joined__lte=before, last_login__isnull=True, is_staff=False, anonymised_at__isnull=True
    )
    count = 0
    for user in found.order_by("pk").iterator(chunk_size=limit):
        try:
            with transaction.atomic():
                OutboxMail.objects.filter(recipient=user).delete()
                user.delete()
        except ProtectedError:
            continue
        count += 1
        if count == limit:
            break
    return count


def _email_changes(before: datetime, limit: int) -> int:
    by_themselves = Q(done_at__isnull=True, ended_at__isnull=True, expires_at__lte=before)
    over = Q(done_at__lte=before) | Q(ended_at__lte=before) | by_themselves
    return delete_some(EmailChange.objects.filter(over), limit)


def _mail_contents(before: datetime, limit: int) -> int:
    """That there was a mail, of which kind, to whom and when, stays."""
    state = OutboxMail.State
    over = Q(state=state.SENT, sent_at__lte=before) | Q(
        state__in=[state.FAILED, state.UNCERTAIN, state.KEPT, state.DISMISSED], created_at__lte=before
    )
    saying = OutboxMail.objects.filter(over).exclude(subject="", text="", html="", url="")
    ids = list(saying.order_by("pk").values_list("pk", flat=True)[:limit])
    OutboxMail.objects.filter(pk__in=ids).update(subject="", text="", html="", url="")
    return len(ids)


def _bounces(before: datetime, limit: int) -> int:
    """What is over: mails arrive again at the address."""
    return delete_some(Bounce.objects.filter(ended_at__lte=before), limit)


def _sessions(before: datetime, limit: int) -> int:
    """Expired ones, and what is noted about sessions that are gone."""
    gone = delete_some(Session.objects.filter(expire_date__lte=before), limit)
    there = Session.objects.filter(session_key=OuterRef("session_key"))
    return max(gone, delete_some(UserSession.objects.filter(~Exists(there), created_at__lte=before), limit))


def _api_answers(before: datetime, limit: int) -> int:
    return delete_some(ApiAnswer.objects.filter(answered_at__lte=before), limit)


def register() -> None:
    rules.register(Rule("unconfirmed-accounts", _unconfirmed_accounts))
    rules.register(Rule("email-changes", _email_changes))
    rules.register(Rule("mail-contents", _mail_contents))
    rules.register(Rule("bounces", _bounces))
    rules.register(Rule("sessions", _sessions))
    rules.register(Rule("api-answers", _api_answers))
