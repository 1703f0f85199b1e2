"""The portal's own admins: one who can sign in and open the administration always stays."""

from __future__ import annotations

from django.db import connection

from common.models import User


def hold() -> None:
    """One who goes at a time, until the transaction ends."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(hashtextextended('platform admins', 0))")


def is_last(user: User) -> bool:
    """Whether nobody else could take this person's place. Of two who go at once the second waits for the first, and
    sees that it is gone. Call before organisations and people are locked.
    """
    hold()
    admins = User.objects.filter(is_superuser=True, is_staff=True, is_active=True)
    return admins.filter(pk=user.pk).exists() and not admins.exclude(pk=user.pk).exists()
