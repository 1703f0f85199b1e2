"""Ending what a person holds in their hands: open browsers and tokens, wherever their roles come from."""

from __future__ import annotations

from datetime import datetime

from allauth.usersessions.models import UserSession
from django.contrib.sessions.models import Session

from common.models import ApiToken, User


def end_access(*, user: User, now: datetime) -> None:
    """Sign the person out everywhere and revoke their tokens, in the caller's transaction.

    Every sign-in of the portal is one of allauth's, which notes the session; so these are all sessions there are.
    A page that is being made meanwhile cannot bring its session back: Django refuses to save one that is gone.
    """
    # Two organisations that part with the same person at once would otherwise wait for each other's rows.
    User.objects.select_for_update(no_key=True).get(pk=user.pk)
    sessions = UserSession.objects.filter(user=user)
    Session.objects.filter(session_key__in=list(sessions.values_list("session_key", flat=True))).delete()
    sessions.delete()
    ApiToken.objects.filter(user=user, revoked_at__isnull=True).update(revoked_at=now)
