"""Vendor staff and platform admins come no further than setting up their second factor."""

from __future__ import annotations

import pytest
from allauth.mfa.models import Authenticator
from django.test import Client
from pytest_django import Settings

from common.models import User
from tests.people import set_up_second_factor, signed_in, staff_of
from tests.world import World

SETUP = "/account/2fa/totp/activate/"
CLOSED = ["/", "/admin/", "/vendor/lenovo/", "/account/tokens/", "/account/tokens/new/", "/no/such/page/"]


@pytest.fixture
def newcomer(world: World) -> User:
    return staff_of(world.vendor, "newcomer", "channel_manager", second_factor=False)


def led_to_setup(client: Client, path: str) -> bool:
    answer = client.get(path)
    return answer.status_code == 302 and answer["Location"] == SETUP


@pytest.mark.parametrize("path", CLOSED)
def test_staff_without_a_second_factor_are_led_to_set_it_up(newcomer: User, path: str) -> None:
    assert led_to_setup(signed_in(newcomer), path)


def test_platform_admins_without_one_are_led_there_too(world: World) -> None:
    Authenticator.objects.filter(user=world.platform_admin).delete()
    assert led_to_setup(signed_in(world.platform_admin), "/admin/")


@pytest.mark.parametrize("path", ["/account/logout/", "/account/password/change/", "/healthz", "/readyz", "/language/"])
def test_signing_out_language_and_health_stay_open(newcomer: User, path: str) -> None:
    assert not led_to_setup(signed_in(newcomer), path)


def test_the_page_that_sets_it_up_says_why_one_is_there(newcomer: User) -> None:
    client = signed_in(newcomer)
    client.get("/")
    client.post("/account/reauthenticate/", {"password": "a password that only tests know"})
    answer = client.get(SETUP)
    assert answer.status_code == 200
    assert "Your role needs a second factor" in answer.text


def test_with_it_the_way_is_free(newcomer: User) -> None:
    set_up_second_factor(newcomer)
    assert signed_in(newcomer).get("/")["Location"] == "/vendor/lenovo/"


def test_a_role_given_later_asks_for_it_at_the_next_request(world: World) -> None:
    client = signed_in(world.reseller_owner)
    assert not led_to_setup(client, "/")
    world.vendor.staff.create(user=world.reseller_owner, role="finance")
    assert led_to_setup(client, "/")


def test_members_and_distributors_need_none(world: World) -> None:
    for user in (world.reseller_owner, world.reseller_finance, world.reporter):
        assert not led_to_setup(signed_in(user), "/")


@pytest.mark.parametrize(
    ("demo_mode", "is_demo", "led"),
    [(False, False, True), (False, True, True), (True, False, True), (True, True, False)],
)
def test_only_a_demo_login_in_demo_mode_is_let_through(
    newcomer: User, settings: Settings, demo_mode: bool, is_demo: bool, led: bool
) -> None:
    settings.DEMO_MODE = demo_mode
    User.objects.filter(pk=newcomer.pk).update(is_demo=is_demo)
    assert led_to_setup(signed_in(newcomer), "/") is led


def test_an_address_that_only_looks_open_is_closed(newcomer: User) -> None:
    for path in ("/account", "/healthz/../vendor/lenovo/", "//account/", "/vendor/account/"):
        answer = signed_in(newcomer).get(path)
        assert answer.status_code in (301, 302, 404), path
        if answer.status_code != 404:
            assert answer["Location"] in (SETUP, "/account/"), path


def test_a_platform_admin_can_remove_a_lost_second_factor_but_never_read_one(world: World) -> None:
    factor = Authenticator.objects.get(user=world.channel_manager)
    client = signed_in(world.platform_admin)
    page = client.get(f"/admin/mfa/authenticator/{factor.pk}/change/")
    assert page.status_code == 200
    assert world.channel_manager.email in page.text
    assert factor.data["secret"] not in page.text
    client.post(f"/admin/mfa/authenticator/{factor.pk}/delete/", {"post": "yes"})
    assert not Authenticator.objects.filter(pk=factor.pk).exists()
    assert led_to_setup(signed_in(world.channel_manager), "/")
