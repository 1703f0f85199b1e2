"""The pages on which vendor admins set the rules for deals of a program."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client

from common.models import User
from deals.limits import most_open
from deals.models import DealRules, TierLimit
from tests.rendering import words
from tests.world import TODAY, World

SignedIn = Callable[[User], Client]
LIST, PAGE = "/vendor/lenovo/deals/rules/", "/vendor/lenovo/deals/rules/topseller/"


@pytest.fixture
def admin(world: World, signed_in: SignedIn) -> Client:
    return signed_in(world.vendor_admin)


def given(client: Client, **changed: Any) -> dict[str, Any]:
    """The form as the page shows it, with this changed."""
    form = client.get(PAGE).context["form"]
    values = {field.name: field.value() for field in form if field.value() is not None}
    return {name: value for name, value in {**values, **changed}.items() if value not in (False, "")}


def tier(world: World, code: str) -> str:
    return f"tier-{world.program.tiers.get(code=code).pk}"


def test_a_program_without_rules_registers_nothing_until_an_admin_opens_it(world: World, admin: Client) -> None:
    assert "No deals are registered" in words(admin.get(LIST).content.decode())
    assert not DealRules.objects.exists(), "looking changes nothing"
    answer = admin.post(PAGE, given(admin, open="on", protection_days=120), follow=True)
    assert "Protected for 120 days" in words(answer.content.decode())
    rules = DealRules.objects.get()
    assert (rules.open, rules.protection_days, rules.update_days) == (True, 120, 28)


def test_a_tier_has_a_limit_of_its_own(world: World, admin: Client) -> None:
    admin.post(PAGE, given(admin, open="on", **{tier(world, "silver"): 5}))
    rules = DealRules.objects.get()
    assert TierLimit.objects.get().most_open == 5
    assert most_open(world.enrolment, rules, TODAY) == 5


def test_a_tiers_limit_that_is_emptied_is_that_of_the_program_and_the_history_says_so(
    world: World, admin: Client
) -> None:
    admin.post(PAGE, given(admin, open="on", **{tier(world, "silver"): 5}))
    emptied = {name: value for name, value in given(admin).items() if name != tier(world, "silver")}
    assert admin.post(PAGE, emptied).status_code == 302
    rules = DealRules.objects.get()
    assert most_open(world.enrolment, rules, TODAY) == rules.most_open
    text = words(admin.get(PAGE).content.decode())
    assert "open registrations in the tier Silver: 5 → as everywhere" in text
    admin.post(PAGE, given(admin, **{tier(world, "silver"): 7}))
    assert most_open(world.enrolment, rules, TODAY) == 7


def test_every_change_stands_in_the_history_with_its_author(world: World, admin: Client) -> None:
    admin.post(PAGE, given(admin, open="on"))
    admin.post(PAGE, given(admin, protection_days=60, **{tier(world, "gold"): 50}))
    text = words(admin.get(PAGE).content.decode())
    assert "days of protection: 90 → 60" in text
    assert "open registrations in the tier Gold: 50" in text
    assert text.count("Rules changed") == 3
    assert f"· {world.vendor_admin.name}" in text


def test_saving_without_a_change_leaves_no_trace(world: World, admin: Client) -> None:
    admin.post(PAGE, given(admin, open="on"))
    admin.post(PAGE, given(admin))
    assert len(admin.get(PAGE).context["events"]) == 1


def test_who_saves_over_somebody_elses_change_is_told(world: World, admin: Client, signed_in: SignedIn) -> None:
    typed = given(admin, open="on", protection_days=30)
    admin.post(PAGE, given(admin, open="on", protection_days=45))
    answer = admin.post(PAGE, typed)
    assert answer.status_code == 422
    assert "Somebody else has changed these rules meanwhile." in words(answer.content.decode())
    assert DealRules.objects.get().protection_days == 45
    again = {**typed, "seen": answer.context["form"]["seen"].value()}
    assert admin.post(PAGE, again).status_code == 302
    assert DealRules.objects.get().protection_days == 30


@pytest.mark.parametrize(
    "changed", [{"protection_days": 0}, {"protection_days": 1000}, {"update_days": "x"}, {"most_open": -1}]
)
def test_days_and_limits_have_bounds(world: World, admin: Client, changed: dict[str, Any]) -> None:
    answer = admin.post(PAGE, {**given(admin, open="on"), **changed})
    assert list(answer.context["form"].errors) == list(changed)
    assert not DealRules.objects.exists()


def test_only_admins_of_the_vendor_set_rules(world: World, signed_in: SignedIn) -> None:
    for person in (world.channel_manager, world.vendor_finance):
        assert signed_in(person).get(PAGE).status_code == 403
        assert signed_in(person).get("/vendor/lenovo/deals/").context["rules_url"] == ""
    rival = signed_in(world.rival_vendor_admin)
    assert rival.get(PAGE).status_code == 404
    assert rival.get("/vendor/ibm/deals/rules/topseller/").status_code == 404
