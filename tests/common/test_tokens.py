"""Tokens: issued by a service, shown once on a page, never a way around the second factor."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.test import Client
from django.utils import timezone
from pytest_django import Settings

from common import tokens
from common.models import ApiToken, User
from common.tokens import Scope
from tests.people import PASSWORD, person, set_up_second_factor, signed_in, staff_of
from tests.world import NOW, World

pytestmark = pytest.mark.django_db
WEEK = timedelta(days=7)


def issue(user: User, *scopes: str, lifetime: timedelta = WEEK) -> tuple[ApiToken, str]:
    return tokens.issue(user=user, name="ERP", scopes=scopes or [Scope.SALES], expires_at=NOW + lifetime, now=NOW)


def test_only_the_digest_of_a_token_is_kept() -> None:
    token, secret = issue(person("owner"))
    assert secret.startswith("prm_")
    assert secret not in str(ApiToken.objects.filter(pk=token.pk).values().get())


def test_the_secret_redeems_its_token_until_it_expires() -> None:
    token, secret = issue(person("owner"))
    assert tokens.redeem(secret=secret, now=NOW) == token
    assert tokens.redeem(secret=secret, now=NOW + WEEK - timedelta(seconds=1)) == token
    assert tokens.redeem(secret=secret, now=NOW + WEEK) is None


def test_a_revoked_token_opens_nothing_and_is_revoked_once() -> None:
    token, secret = issue(person("owner"))
    assert tokens.revoke(token=token, now=NOW) is True
    assert tokens.revoke(token=token, now=NOW) is False
    assert tokens.redeem(secret=secret, now=NOW) is None


def test_tokens_of_somebody_locked_out_open_nothing() -> None:
    user = person("owner")
    _token, secret = issue(user)
    User.objects.filter(pk=user.pk).update(is_active=False)
    assert tokens.redeem(secret=secret, now=NOW) is None


def test_last_use_is_written_at_most_once_a_minute(django_assert_num_queries: object) -> None:
    token, secret = issue(person("owner"))

    def used(seconds: int) -> float:
        tokens.redeem(secret=secret, now=NOW + timedelta(seconds=seconds))
        token.refresh_from_db()
        assert token.last_used_at is not None
        return (token.last_used_at - NOW).total_seconds()

    assert [used(seconds) for seconds in (0, 1, 59, 60, 61, 119, 120)] == [0, 0, 0, 60, 60, 60, 120]


@pytest.mark.parametrize("scopes", [[], ["everything"], [Scope.SALES, "everything"]])
def test_a_token_needs_scopes_that_exist(scopes: list[str]) -> None:
    with pytest.raises(tokens.NotAToken):
        tokens.issue(user=person("owner"), name="x", scopes=scopes, expires_at=NOW + WEEK, now=NOW)


@pytest.mark.parametrize("lifetime", [timedelta(0), timedelta(days=-1), tokens.LONGEST + timedelta(seconds=1)])
def test_a_token_ends_and_does_so_within_a_year(lifetime: timedelta) -> None:
    with pytest.raises(tokens.NotAToken):
        issue(person("owner"), lifetime=lifetime)


def test_a_person_has_a_limited_number_of_usable_tokens() -> None:
    user = person("owner")
    issued = [issue(user)[0] for _number in range(tokens.MOST)]
    with pytest.raises(tokens.NotAToken):
        issue(user)
    tokens.revoke(token=issued[0], now=NOW)
    assert issue(user)


def test_vendor_staff_without_a_second_factor_cannot_make_a_token(world: World) -> None:
    newcomer = staff_of(world.vendor, "newcomer", "channel_manager", second_factor=False)
    with pytest.raises(tokens.SecondFactorMissing):
        issue(newcomer)
    set_up_second_factor(newcomer)
    assert issue(newcomer)


def test_demo_staff_may_make_one_only_while_the_demo_runs(world: World, settings: Settings) -> None:
    staff = staff_of(world.vendor, "demo", "channel_manager", second_factor=False, is_demo=True)
    settings.DEMO_MODE = False
    with pytest.raises(tokens.SecondFactorMissing):
        issue(staff)
    settings.DEMO_MODE = True
    assert issue(staff)


# --- the pages ------------------------------------------------------------------------------------------------------


def password_given(user: User) -> Client:
    """A browser in which the password was given again a moment ago."""
    client = signed_in(user)
    client.post("/account/reauthenticate/", {"password": PASSWORD})
    return client


FORM = {"name": "ERP", "scopes": ["sales:read"], "days": "30"}


def test_the_secret_is_shown_once_and_works(world: World) -> None:
    client = password_given(world.reseller_owner)
    answer = client.post("/account/tokens/new/", FORM)
    assert answer.status_code == 201
    secret = answer.context["secret"]
    assert secret in answer.text
    assert "no-store" in answer["Cache-Control"]
    listed = client.get("/account/tokens/")
    assert "ERP" in listed.text
    assert secret not in listed.text
    found = tokens.redeem(secret=secret, now=timezone.now())
    assert found is not None
    assert (found.user, found.scopes) == (world.reseller_owner, ["sales:read"])


def test_a_form_without_scopes_says_so_at_the_field(world: World) -> None:
    answer = password_given(world.reseller_owner).post("/account/tokens/new/", {**FORM, "scopes": []})
    assert answer.status_code == 422
    assert "scopes" in answer.context["form"].errors
    assert not ApiToken.objects.exists()


def test_a_session_left_open_must_give_the_password_again_before_it_makes_a_token(world: World) -> None:
    answer = signed_in(world.reseller_owner).post("/account/tokens/new/", FORM)
    assert answer.status_code == 302
    assert answer["Location"].startswith("/account/reauthenticate/")
    assert not ApiToken.objects.exists()


def test_one_sees_and_revokes_only_the_own_tokens(world: World) -> None:
    token, _secret = issue(world.reseller_owner)
    foreign = signed_in(world.rival_owner)
    assert "ERP" not in foreign.get("/account/tokens/").text
    assert foreign.post(f"/account/tokens/{token.pk}/revoke/").status_code == 404
    own = signed_in(world.reseller_owner)
    assert "ERP" in own.get("/account/tokens/").text
    assert own.get(f"/account/tokens/{token.pk}/revoke/").status_code == 405
    assert own.post(f"/account/tokens/{token.pk}/revoke/")["Location"] == "/account/tokens/"
    token.refresh_from_db()
    assert token.revoked_at is not None


def test_staff_without_a_second_factor_are_led_to_it_from_the_token_pages(world: World) -> None:
    newcomer = staff_of(world.vendor, "newcomer", "channel_manager", second_factor=False)
    for address in ("/account/tokens/", "/account/tokens/new/"):
        assert signed_in(newcomer).get(address)["Location"] == "/account/2fa/totp/activate/"
