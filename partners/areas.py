"""Partner companies as places to work."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable

from django.urls import reverse

from common import registry
from common.access import PARTNER, Actor, RolesById, roles_from
from common.models import User
from common.registry import Area, AreaSource
from partners.models import Member, Partner


@roles_from(PARTNER)
def partner_roles(user: User) -> RolesById:
    """Roles in companies the person has not left."""
    roles: dict[int, set[str]] = defaultdict(set)
    for partner_id, role in Member.objects.filter(user=user, left_on__isnull=True).values_list("partner_id", "role"):
        roles[partner_id].add(role)
    return {pk: frozenset(held) for pk, held in roles.items()}


def partner_area(partner: Partner) -> Area:
    return Area(PARTNER, partner.pk, partner.number, partner.name, reverse("partner-dashboard", args=[partner.number]))


def partner_areas(actor: Actor) -> Iterable[Area]:
    if ids := actor.ids(PARTNER):
        yield from map(partner_area, Partner.objects.filter(id__in=ids))


def register() -> None:
    registry.areas.register(AreaSource("partner", partner_areas, order=10))
