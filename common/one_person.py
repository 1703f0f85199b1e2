"""Logins of one person. Wherever two people are needed, two logins of the same one count once."""

from __future__ import annotations

from django.db.models import Q

from common.models import User


def logins_of(user_id: int) -> set[int]:
    """This login and every other one of the same person, as platform admins have noted."""
    first = User.objects.values_list("second_of", flat=True).get(pk=user_id) or user_id
    return set(User.objects.filter(Q(pk=first) | Q(second_of=first)).values_list("pk", flat=True))
