from __future__ import annotations

from collections.abc import Callable

from django.test import Client

from common.access import PARTNER, Actor
from common.models import User
from partners.models import Partner
from tests.world import World


def test_the_world_of_the_tests_keeps_the_rival_foreign_to_the_vendor(world: World) -> None:
    seen = Partner.objects.visible_to(Actor.of(world.channel_manager))
    assert list(seen) == [world.reseller]
    assert set(Partner.objects.visible_to(Actor.of(world.rival_channel_manager))) == {
        world.reseller,
        world.rival,
    }


def test_people_of_the_tests_can_sign_in(reseller_owner: User, signed_in: Callable[..., Client]) -> None:
    assert Actor.of(reseller_owner).ids(PARTNER, "owner")
    assert signed_in(reseller_owner).get("/healthz").status_code == 200
