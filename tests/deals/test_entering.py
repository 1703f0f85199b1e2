"""The vendor enters a deal for a partner: for whom, one form, send; somebody else decides."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client

from common.models import User
from deals import writing
from deals.forms import NO_PRODUCT
from deals.models import Deal
from deals.writing import Written
from tests.deals.projects import act, drafted, open_deals
from tests.rendering import words
from tests.world import World

SignedIn = Callable[[User], Client]
NEW = "/vendor/lenovo/deals/new/"
OWN = "/vendor/lenovo/deals/2B3C4D5F/1/"
State = Deal.State


@pytest.fixture
def manager(world: World, signed_in: SignedIn) -> Client:
    return signed_in(world.channel_manager)


def typed(world: World, deal: Deal, **given: Any) -> dict[str, Any]:
    return {
        "seen": deal.version, "customer_name": "Klinikum Elbtal gGmbH", "customer_postcode": "01796",
        "customer_city": "Pirna", "customer_country": "DE", "contact_name": "Frau Dr. Lindner",
        "expected_value": "24000.00", "expected_on": "2027-02-15", "done": "Two visits.",
        "products-0-product": world.topseller.pk, "products-0-quantity": "40", **given,
    }  # fmt: skip


def begun(world: World, manager: Client) -> Deal:
    open_deals(world)
    answer = manager.post(NEW, {"partner": "Elbtal", "program": world.program.pk})
    assert answer["Location"] == f"{OWN}write/"
    return Deal.objects.get()


def test_a_deal_is_entered_sent_and_waits_for_somebody_else(world: World, manager: Client, signed_in: SignedIn) -> None:
    draft = begun(world, manager)
    assert manager.get(OWN)["Location"] == f"{OWN}write/"
    answer = manager.post(f"{OWN}write/", typed(world, draft), follow=True)
    text = words(answer.content.decode())
    assert "Klinikum Elbtal gGmbH is registered for Elbtal Systemhaus GmbH." in text
    assert "You have entered this deal for the partner. Somebody else decides about it." in text
    deal = Deal.objects.get()
    assert (deal.state, deal.entered_by_vendor, deal.written_by) == (State.SUBMITTED, True, world.channel_manager)
    assert deal.products.get().quantity == 40
    assert signed_in(world.vendor_admin).get(OWN).context["form"] is not None


def test_what_is_missing_stands_at_its_field_and_nothing_typed_is_lost(world: World, manager: Client) -> None:
    draft = begun(world, manager)
    incomplete = {**typed(world, draft, contact_name="", done=""), "products-0-product": "", "products-0-quantity": "1"}
    answer = manager.post(f"{OWN}write/", incomplete)
    assert answer.status_code == 422
    assert list(answer.context["form"].errors) == ["contact_name", "done"]
    page = answer.content.decode()
    assert str(NO_PRODUCT) in page
    assert "What the partner has done so far" in page
    assert "you have done" not in page
    assert "you speak" not in page
    assert 'value="Klinikum Elbtal gGmbH"' in page
    again = {**typed(world, draft), "seen": answer.context["form"]["seen"].value()}
    assert manager.post(f"{OWN}write/", again)["Location"] == OWN


def test_what_cannot_be_read_is_said_and_nothing_is_saved(world: World, manager: Client) -> None:
    draft = begun(world, manager)
    answer = manager.post(f"{OWN}write/", typed(world, draft, expected_value="plenty"))
    assert list(answer.context["form"].errors) == ["expected_value"]
    assert Deal.objects.get().customer_name == ""


def test_a_draft_is_saved_before_it_is_complete_and_thrown_away(world: World, manager: Client) -> None:
    draft = begun(world, manager)
    answer = manager.post(f"{OWN}write/", typed(world, draft, done="", save="1"), follow=True)
    assert "Your draft is saved." in words(answer.content.decode())
    assert Deal.objects.get().customer_city == "Pirna"
    manager.post(f"{OWN}discard/")
    assert not Deal.objects.exists()


def test_another_row_of_products_keeps_what_is_typed(world: World, manager: Client) -> None:
    draft = begun(world, manager)
    answer = manager.post(f"{OWN}write/", typed(world, draft, more="1"))
    assert answer.status_code == 200
    assert len(answer.context["products"].forms) == 2
    assert 'value="Klinikum Elbtal gGmbH"' in answer.content.decode()


def test_a_partner_that_does_not_take_part_is_no_choice(world: World, manager: Client) -> None:
    open_deals(world)
    answer = manager.post(NEW, {"partner": "Rheinblick", "program": world.program.pk})
    assert list(answer.context["form"].errors) == ["partner"]
    open_deals(world, open=False)
    assert "No partner can register deals now" in words(manager.get(NEW).content.decode())


def test_a_partners_own_draft_is_not_written_by_the_vendor(world: World, manager: Client) -> None:
    open_deals(world)
    drafted(world)
    assert manager.get(f"{OWN}write/").status_code == 404


def test_finance_enters_nothing(world: World, manager: Client, signed_in: SignedIn) -> None:
    begun(world, manager)
    finance = signed_in(world.vendor_finance)
    assert finance.get(NEW).status_code == 403
    assert finance.get(f"{OWN}write/").status_code == 403


def test_a_limit_is_said_and_the_draft_stays(world: World, manager: Client) -> None:
    draft = begun(world, manager)
    open_deals(world, most_open=0)
    answer = manager.post(f"{OWN}write/", typed(world, draft))
    assert "0 registrations are open" in words(answer.content.decode())
    assert Deal.objects.get().state == State.DRAFT


def test_a_form_without_the_version_that_was_read_is_answered_and_changes_nothing(
    world: World, manager: Client
) -> None:
    open_deals(world)
    draft = writing.begin(enrolment=world.enrolment, written=Written(), act=act(world.channel_manager))
    address = f"/vendor/lenovo/deals/{draft.partner.number}/{draft.number}/write/"
    answer = manager.post(address, {"customer_name": "Somebody else"})
    assert answer.status_code == 422
    draft.refresh_from_db()
    assert draft.customer_name == ""
