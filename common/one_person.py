"""Logins of one person. Wherever two people are needed, two logins of the same one count once."""

from __future__ import annotations

from django.db.models import Q, QuerySet
from django.db.models.functions import Coalesce

from common.models import User


def same_person(user_id: int) -> QuerySet[User]:
    """This login and every other one of the same person, as platform admins have noted."""
    first = User.objects.filter(pk=user_id).values(first=Coalesce("second_of", "pk"))
    return User.objects.filter(Q(pk__in=first) | Q(second_of__in=first))


def logins_of(user_id: int) -> set[int]:
    """The ids of `same_person`."""
    return set(same_person(user_id).values_list("pk", flat=True))
