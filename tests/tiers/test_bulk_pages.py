"""Moving many partners at once on the vendor's pages: named first, done once, undone."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import timedelta

from django.test import Client

from common.access import Actor
from common.models import User
from tests.rendering import words
from tests.tiers.ladder import tier_on
from tests.world import NOW, TODAY, World, enrol, make_partner
from tiers import deciding
from tiers.models import BulkMove

PAGE = "/vendor/lenovo/tiers/topseller/move/"
SignedIn = Callable[[User], Client]


def asked(world: World, **more: str) -> dict[str, str | list[int]]:
    tiers = {tier.code: tier.pk for tier in world.program.tiers.all()}
    return {
        "tiers": [tiers["registered"], tiers["silver"]],
        "to_tier": str(tiers["gold"]),
        "until": "2027-03-31",
        "reason": "Twenty years of the program",
        **more,
    }


def seen(page: str) -> str:
    found = re.search(r'name="seen" value="([^"]+)"', page)
    assert found is not None
    return found[1]


def test_who_would_be_moved_is_named_before_and_moved_once(world: World, signed_in: SignedIn) -> None:
    client = signed_in(world.channel_manager)
    shown = client.post(PAGE, asked(world)).content.decode()
    assert "1 partner gets Gold from today" in words(shown)
    assert "Elbtal Systemhaus GmbH" in words(shown)
    assert not BulkMove.objects.exists()
    for _press in range(2):
        done = client.post(PAGE, asked(world, seen=seen(shown)), follow=True)
        assert "1 partner moved to Gold" in words(done.content.decode())
        assert "Elbtal Systemhaus GmbH Silver" in words(done.content.decode())
    assert BulkMove.objects.count() == 1
    assert tier_on(world.enrolment, TODAY) == "gold"


def test_whoever_was_not_named_is_named_before_anybody_is_moved(world: World, signed_in: SignedIn) -> None:
    client = signed_in(world.channel_manager)
    shown = client.post(PAGE, asked(world)).content.decode()
    enrol(make_partner("Neuland IT GmbH", "7K8M9N2P"), world.program, tier="registered")
    again = client.post(PAGE, asked(world, seen=seen(shown))).content.decode()
    assert "2 partners get Gold from today" in words(again)
    assert not BulkMove.objects.exists()


def test_a_move_is_undone_once(world: World, signed_in: SignedIn) -> None:
    client = signed_in(world.channel_manager)
    shown = client.post(PAGE, asked(world)).content.decode()
    client.post(PAGE, asked(world, seen=seen(shown)))
    undo = f"/vendor/lenovo/tiers/moved/{BulkMove.objects.get().pk}/undo/"
    text = words(client.post(undo, follow=True).content.decode())
    assert "1 partner has its earlier tier again." in text
    assert "Move to Gold, undone" in text
    assert "Elbtal Systemhaus GmbH Silver" in text, "whom it had moved stays known"
    assert "This move was undone already." in words(client.post(undo, follow=True).content.decode())
    assert tier_on(world.enrolment, TODAY) == "silver"


def test_which_decisions_by_hand_a_move_ends_is_said_before_and_that_they_stay_ended_after(
    world: World, signed_in: SignedIn
) -> None:
    deciding.decide(
        enrolment=world.enrolment, tier=world.program.tiers.get(code="silver"), until=TODAY + timedelta(days=30),
        reason="As agreed", actor=Actor.of(world.channel_manager), today=TODAY - timedelta(days=1), now=NOW,
    )  # fmt: skip
    client = signed_in(world.channel_manager)
    shown = client.post(PAGE, asked(world)).content.decode()
    assert "Elbtal Systemhaus GmbH · ends: Silver decided by hand until 15 Dec 2026" in words(shown)
    done = client.post(PAGE, asked(world, seen=seen(shown)), follow=True)
    assert "decisions by hand that the move has ended stay ended" in words(done.content.decode())


def test_nobody_is_moved_to_the_tier_they_hold(world: World, signed_in: SignedIn) -> None:
    silver = world.program.tiers.get(code="silver").pk
    page = signed_in(world.channel_manager).post(PAGE, asked(world, to_tier=str(silver)))
    assert page.status_code == 422
    assert "Please choose another one." in words(page.content.decode())


def test_finance_moves_nobody(world: World, signed_in: SignedIn) -> None:
    assert signed_in(world.vendor_finance).get(PAGE).status_code == 403
