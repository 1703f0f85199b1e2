"""Who of a vendor's people is away: entered by themselves or an admin, listed, ended early."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client

from common.access import CHANNEL_MANAGER
from common.models import User
from programs.deciding import deciders
from programs.models import Absence
from tests import people
from tests.rendering import words
from tests.world import TODAY, World

SignedIn = Callable[[User], Client]
PAGE = "/vendor/lenovo/team/absences/"
LATER = TODAY + timedelta(days=4)


@pytest.fixture
def manager(world: World, signed_in: SignedIn) -> Client:
    return signed_in(world.channel_manager)


@pytest.fixture
def admin(world: World, signed_in: SignedIn) -> Client:
    return signed_in(world.vendor_admin)


def away(person: User, deputy: User | None = None, **given: Any) -> dict[str, Any]:
    days = {"first": TODAY.isoformat(), "last": LATER.isoformat()}
    return {"person": person.pk, "deputy": deputy.pk if deputy else "", **days, **given}


def refused(answer: Any) -> str:
    assert answer.status_code == 422
    return " ".join(str(each) for errors in answer.context["form"].errors.values() for each in errors)


def test_a_channel_manager_enters_their_own_absence_and_the_deputy_is_told_instead(
    world: World, manager: Client
) -> None:
    answer = manager.post(PAGE, away(world.channel_manager, world.vendor_admin), follow=True)
    text = words(answer.content.decode())
    assert (
        f"{world.channel_manager.name} away now 16 Nov 2026 – 20 Nov 2026 · Deputy: {world.vendor_admin.name}" in text
    )
    assert deciders(world.vendor.pk, on=LATER) == [world.vendor_admin]
    assert deciders(world.vendor.pk, on=LATER + timedelta(days=1)) == [world.channel_manager]


def test_somebody_elses_absence_is_entered_by_admins_alone(world: World, manager: Client, admin: Client) -> None:
    colleague = people.staff_of(world.vendor, "colleague", CHANNEL_MANAGER)
    assert manager.post(PAGE, away(colleague)).status_code == 422
    assert not Absence.objects.exists()
    admin.post(PAGE, away(colleague, world.channel_manager))
    absence = Absence.objects.get()
    assert (absence.person, absence.deputy) == (colleague, world.channel_manager)
    manager.post(f"{PAGE}{absence.pk}/end/")
    assert Absence.objects.exists(), "not the colleague's own"
    admin.post(f"{PAGE}{absence.pk}/end/")
    assert not Absence.objects.exists()


@pytest.mark.parametrize(
    ("given", "sentence"),
    [
        ({"last": (TODAY - timedelta(days=1)).isoformat()}, "days that are still to come"),
        ({"first": (TODAY - timedelta(days=9)).isoformat(), "last": "2026-11-10"}, "days that are still to come"),
        ({"first": "soon"}, "valid date"),
        ({"last": "9999-12-31"}, "days that are still to come"),
    ],
)
def test_days_that_make_no_sense_are_refused(world: World, manager: Client, given: Any, sentence: str) -> None:
    answer = manager.post(PAGE, away(world.channel_manager, **given))
    assert sentence in refused(answer)
    assert set(answer.context["form"].errors) <= {"first", "last"}
    assert not Absence.objects.exists()


def test_nobody_is_their_own_deputy_and_strangers_are_none(world: World, admin: Client) -> None:
    assert "their own deputy" in refused(admin.post(PAGE, away(world.vendor_admin, world.vendor_admin)))
    refused(admin.post(PAGE, away(world.vendor_admin, world.rival_channel_manager)))
    User.objects.filter(pk=world.channel_manager.pk).update(second_of=world.vendor_admin)
    assert "their own deputy" in refused(admin.post(PAGE, away(world.channel_manager, world.vendor_admin)))
    assert not Absence.objects.exists()


def test_days_that_overlap_are_told_and_a_double_click_is_one(world: World, manager: Client) -> None:
    manager.post(PAGE, away(world.channel_manager))
    assert manager.post(PAGE, away(world.channel_manager)).status_code == 302
    again = away(world.channel_manager, last=(LATER + timedelta(days=9)).isoformat())
    assert "is away already on these days: 16 Nov 2026 – 20 Nov 2026." in refused(manager.post(PAGE, again))
    assert Absence.objects.count() == 1


def test_whoever_is_back_early_is_told_again_and_the_days_away_stay(world: World, manager: Client) -> None:
    manager.post(PAGE, away(world.channel_manager, first=(TODAY - timedelta(days=2)).isoformat()))
    absence = Absence.objects.get()
    manager.post(f"{PAGE}{absence.pk}/end/")
    absence.refresh_from_db()
    assert (absence.valid_from, absence.valid_until) == (TODAY - timedelta(days=2), TODAY)
    assert "Nobody is away." in words(manager.get(PAGE).content.decode())


def test_finance_sees_who_is_away_and_enters_nothing(world: World, signed_in: SignedIn, manager: Client) -> None:
    manager.post(PAGE, away(world.channel_manager))
    finance = signed_in(world.vendor_finance)
    assert finance.get(PAGE).context["form"] is None
    finance.post(PAGE, away(world.vendor_finance))
    assert Absence.objects.count() == 1
    assert finance.post(f"{PAGE}{Absence.objects.get().pk}/end/").status_code == 403
    assert PAGE in finance.get("/vendor/lenovo/team/").content.decode()


def test_no_other_vendor_ends_an_absence(world: World, manager: Client, signed_in: SignedIn) -> None:
    manager.post(PAGE, away(world.channel_manager))
    pk = Absence.objects.get().pk
    assert signed_in(world.rival_vendor_admin).post(f"/vendor/ibm/team/absences/{pk}/end/").status_code == 404
