"""Vendors and distributors as places to work: who has which role there, and where their pages begin."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable

from django.urls import reverse

from common import registry
from common.access import DISTRIBUTOR, REPORTER, VENDOR, Actor, RolesById, roles_from
from common.models import User
from common.registry import Area, AreaSource
from programs.models import Distributor, DistributorStaff, Vendor, VendorStaff


@roles_from(VENDOR)
def vendor_roles(user: User) -> RolesById:
    roles: dict[int, set[str]] = defaultdict(set)
    for vendor_id, role in VendorStaff.objects.filter(user=user).values_list("vendor_id", "role"):
        roles[vendor_id].add(role)
    return {pk: frozenset(held) for pk, held in roles.items()}


@roles_from(DISTRIBUTOR)
def distributor_roles(user: User) -> RolesById:
    ids = DistributorStaff.objects.filter(user=user).values_list("distributor_id", flat=True)
    return {pk: frozenset({REPORTER}) for pk in ids}


def vendor_area(vendor: Vendor) -> Area:
    return Area(VENDOR, vendor.pk, vendor.slug, vendor.name, reverse("vendor-dashboard", args=[vendor.slug]))


def distributor_area(distributor: Distributor) -> Area:
    url = reverse("sales:distributor-reports", args=[distributor.slug])
    return Area(DISTRIBUTOR, distributor.pk, distributor.slug, distributor.name, url)


def vendor_areas(actor: Actor) -> Iterable[Area]:
    if actor.ids(VENDOR) or actor.is_platform_admin:
        yield from map(vendor_area, Vendor.objects.visible_to(actor))


def distributor_areas(actor: Actor) -> Iterable[Area]:
    if ids := actor.ids(DISTRIBUTOR):
        yield from map(distributor_area, Distributor.objects.filter(id__in=ids))


def register() -> None:
    registry.areas.register(AreaSource("vendor", vendor_areas, order=20))
    registry.areas.register(AreaSource("distributor", distributor_areas, order=30))
