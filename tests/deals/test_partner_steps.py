"""What the partner does on its pages with a deal that was sent."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client

from common.models import User
from deals import deciding, protecting
from deals.models import Deal, DealStep, Extension
from tests.deals.projects import act, competitor, open_deals, protected, submitted, won
from tests.rendering import words
from tests.world import TODAY, World

pytestmark = pytest.mark.django_db
SignedIn = Callable[[User], Client]
LIST = "/partner/2B3C4D5F/deals/"
State, Step = Deal.State, DealStep.Step


@pytest.fixture(autouse=True)
def rules(world: World) -> None:
    open_deals(world)


@pytest.fixture
def sales(world: World, signed_in: SignedIn) -> Client:
    return signed_in(world.reseller_sales)


def do(client: Client, deal: Deal, step: str, **typed: Any) -> Any:
    return client.post(f"{LIST}{deal.number}/{step}/", {"seen": deal.version, **typed}, follow=True)


def page_of(answer: Any) -> str:
    return words(answer.content.decode())


def test_a_question_back_is_answered(world: World, sales: Client) -> None:
    deal = submitted(world)
    deal = deciding.ask_back(deal=deal, text="Which floor?", act=act(world.channel_manager, deal))
    answer = do(sales, deal, "reply", text="The third.")
    assert "Lenovo can read it now." in page_of(answer)
    deal.refresh_from_db()
    assert deal.state == State.SUBMITTED


def test_an_empty_answer_is_refused_with_the_question_beside_it(world: World, sales: Client) -> None:
    deal = submitted(world)
    deal = deciding.ask_back(deal=deal, text="Which floor?", act=act(world.channel_manager, deal))
    answer = do(sales, deal, "reply", text=" ")
    assert answer.status_code == 422
    assert list(answer.context["form"].errors) == ["text"]
    assert "Which floor?" in page_of(answer)


def test_an_update_begins_the_four_weeks_anew(world: World, sales: Client) -> None:
    deal = protected(world)
    assert "Lenovo has your update." in page_of(do(sales, deal, "update", text="The offer is with the board."))
    assert deal.steps.filter(step=Step.UPDATED, author=world.reseller_sales).exists()


def test_longer_protection_is_asked_for_once(world: World, sales: Client) -> None:
    deal = protected(world)
    answer = do(sales, deal, "extend", text="The board meets in June.")
    text = page_of(answer)
    assert "You have asked for longer protection: Lenovo decides by 18 November 2026" in text
    assert f"{LIST}{deal.number}/extend/" not in answer.content.decode()
    assert Extension.objects.get(deal=deal).reason == "The board meets in June."


def test_a_won_deal_is_shown_by_a_suggested_sale(world: World, sales: Client) -> None:
    deal = protected(world)
    form = sales.get(f"{LIST}{deal.number}/won/").context["form"]
    (line, _label), *_others = form.fields["lines"].choices
    assert (form["on"].value(), form["value"].value()) == (TODAY, deal.expected_value)
    answer = do(sales, deal, "won", on=TODAY.isoformat(), value="23500.00", lines=[line])
    text = page_of(answer)
    assert "The deal is won. Lenovo can read it now." in text
    assert "What shows the order" in text
    deal.refresh_from_db()
    assert (deal.state, deal.proofs.get().line_id) == (State.WON, line)


def test_without_a_proof_or_in_the_future_nothing_is_won(world: World, sales: Client) -> None:
    deal = protected(world)
    answer = do(sales, deal, "won", on="2026-11-17", value="23500.00")
    assert answer.status_code == 422
    assert list(answer.context["form"].errors) == ["on", "lines"]


def test_where_nothing_could_show_the_order_the_page_says_what_to_do(world: World, signed_in: SignedIn) -> None:
    deal = submitted(world, by=world.rival_owner, enrolment=competitor(world))
    deal = deciding.approve(
        deal=deal, protection=deciding.Protection(deciding.usual_protection(deal, TODAY)), text="",
        act=act(world.channel_manager, deal),
    )  # fmt: skip
    page = signed_in(world.rival_owner).get(f"/partner/{world.rival.number}/deals/{deal.number}/won/")
    assert "No sale or invoice is there yet that could show the order" in page_of(page)


def test_more_proof_is_added_to_a_won_deal(world: World, sales: Client) -> None:
    deal = won(world, protected(world))
    form = sales.get(f"{LIST}{deal.number}/proof/").context["form"]
    line = form.fields["lines"].choices[0][0]
    do(sales, deal, "proof", lines=[line])
    assert deal.proofs.count() == 2


def test_a_lost_deal_says_because_of_what(world: World, sales: Client) -> None:
    deal = protected(world)
    assert list(do(sales, deal, "lost").context["form"].errors) == ["lost_to"]
    answer = do(sales, deal, "lost", lost_to="price", text="5 % cheaper.")
    assert "Lost on 16 November 2026 because of: the price." in page_of(answer)


def test_a_deal_is_withdrawn_without_a_reason(world: World, sales: Client) -> None:
    deal = submitted(world)
    assert "The deal is withdrawn." in page_of(do(sales, deal, "withdraw"))
    deal.refresh_from_db()
    assert deal.state == State.WITHDRAWN


def test_who_acts_on_an_older_version_is_told_and_may_go_on(world: World, sales: Client) -> None:
    deal = protected(world)
    protecting.update(deal=deal, text="On.", act=act(world.reseller_owner, deal))
    answer = do(sales, deal, "update", text="What I typed")
    assert answer.status_code == 422
    assert "Reseller Owner has changed this deal meanwhile." in page_of(answer)
    form = answer.context["form"]
    assert form["text"].value() == "What I typed"
    answer = sales.post(
        f"{LIST}{deal.number}/update/", {"seen": form["seen"].value(), "text": "What I typed"}, follow=True
    )
    assert "Lenovo has your update." in page_of(answer)


@pytest.mark.parametrize("step", ["reply", "update", "extend", "won", "proof", "lost"])
def test_what_is_not_its_turn_leads_back_to_the_deal(world: World, sales: Client, step: str) -> None:
    deal = submitted(world)
    assert sales.get(f"{LIST}{deal.number}/{step}/")["Location"] == f"{LIST}{deal.number}/"
    answer = do(sales, deal, step, text="?", lost_to="price", on="2026-11-16", value="1", lines=[world.sale.pk])
    assert answer.status_code == 422
    deal.refresh_from_db()
    assert deal.state == State.SUBMITTED


def test_the_deal_of_somebody_else_is_not_there(world: World, signed_in: SignedIn) -> None:
    deal = protected(world)
    rival = signed_in(world.rival_owner)
    for step in ("", "change/", "update/", "won/", "lost/", "withdraw/", "copy/", "send/"):
        assert rival.get(f"{LIST}{deal.number}/{step}").status_code == 404
        assert rival.post(f"/partner/{world.rival.number}/deals/{deal.number}/{step}").status_code in (404, 405)
