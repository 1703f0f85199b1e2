"""One person, several logins: what two people have to do is not done by one with two accounts."""

from __future__ import annotations

from django.db.models import Q, QuerySet
from django.db.models.functions import Coalesce

from common.access import Actor
from common.models import User


def logins_of(actor: Actor) -> QuerySet[User]:
    """The actor's login and every other one of the same person, as platform admins have noted; none of the system."""
    first = User.objects.filter(pk=actor.user_id or 0).values(first=Coalesce("second_of", "pk"))
    return User.objects.filter(Q(pk__in=first) | Q(second_of__in=first))


def is_same_person(person_id: int | None, actor: Actor) -> bool:
    """Whether this is one of the actor's own logins; False where it is nobody's."""
    return person_id is not None and logins_of(actor).filter(pk=person_id).exists()
