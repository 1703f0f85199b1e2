"""A settled amount that a partner doubts: asked on its page, answered by finance too."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date

import pytest
from django.test import Client

from common.access import Actor
from common.models import User
from common.periods import Period
from rebates import closing
from rebates.models import Settlement
from sales import claims
from sales.claims import AlreadyAsked
from sales.models import Claim
from sales.subjects import subjects
from tests.rendering import words
from tests.sales.asking import mailed, said
from tests.world import NOW, TODAY, World

SignedIn = Callable[[User], Client]
EXPLAINED = "/partner/2B3C4D5F/rebates/topseller/topseller-loyalty/2026Q3/"
NEW = "/partner/2B3C4D5F/questions/new/settlement/"


@pytest.fixture
def settlement(world: World) -> Settlement:
    opened = closing.open_closing(
        program=world.program, period=Period.parse("2026Q3"), today=date(2026, 11, 16), now=NOW
    )
    closing.run(closing_id=opened.pk, now=NOW, chunk=10)
    return Settlement.objects.get(enrolment=world.enrolment, period="2026Q3")


@pytest.fixture
def bookkeeper(world: World, signed_in: SignedIn) -> Client:
    return signed_in(world.reseller_finance)


def doubt(world: World, settlement: Settlement, text: str = "It should be 250.00.") -> Claim:
    kind = subjects[Claim.Kind.SETTLEMENT]
    return claims.ask_about(kind=kind, subject=settlement, said=said(world.reseller_finance, text), today=TODAY)


def test_a_settled_amount_is_doubted_where_it_is_explained(
    world: World, settlement: Settlement, bookkeeper: Client, signed_in: SignedIn
) -> None:
    assert f"{NEW}{settlement.pk}/" in bookkeeper.get(EXPLAINED).content.decode()
    form = words(bookkeeper.get(f"{NEW}{settlement.pk}/").content.decode())
    for fact in ("Top-seller rebate, Q3 2026", "Top-Seller Loyalty", "24 units", "€120.00"):
        assert fact in form
    answer = bookkeeper.post(f"{NEW}{settlement.pk}/", {"text": "It should be 250.00."}, follow=True)
    assert "Your question is with Lenovo." in words(answer.content.decode())
    claim = Claim.objects.get()
    assert claim.subject == settlement
    assert "There is a question about this amount: Waits for Lenovo." in words(
        bookkeeper.get(EXPLAINED).content.decode()
    )
    vendor_page = signed_in(world.vendor_finance).get(
        EXPLAINED.replace("partner/2B3C4D5F", "vendor/lenovo/partners/2B3C4D5F")
    )
    assert "There is a question about this amount: Waits for your answer." in words(vendor_page.content.decode())
    assert f"/vendor/lenovo/questions/{claim.pk}/" in vendor_page.content.decode()


def test_nothing_is_doubted_before_it_is_settled(
    settlement: Settlement, bookkeeper: Client, signed_in: SignedIn, world: World
) -> None:
    assert "I doubt this amount" not in bookkeeper.get(EXPLAINED.replace("Q3", "Q4")).content.decode()
    assert "I doubt this amount" not in signed_in(world.reseller_technician).get(EXPLAINED).content.decode()


def test_settlements_of_others_are_missing(world: World, settlement: Settlement, signed_in: SignedIn) -> None:
    rival = signed_in(world.rival_owner)
    assert rival.get(f"/partner/6G7H8J9K/questions/new/settlement/{settlement.pk}/").status_code == 404


def test_finance_is_told_and_may_answer_what_was_settled(
    world: World, settlement: Settlement, signed_in: SignedIn
) -> None:
    claim = doubt(world, settlement)
    assert mailed("claim-asked") == ["channel_manager", "vendor_finance"]
    finance = signed_in(world.vendor_finance)
    assert "1 question of a partner" in words(finance.get("/vendor/lenovo/panels/waiting/").content.decode())
    answer = finance.post(
        f"/vendor/lenovo/questions/{claim.pk}/answer/",
        {"answer-outcome": "decline", "answer-text": "Whole volume.", "answer-seen": claim.messages.get().pk},
    )
    assert answer.status_code == 302
    claim.refresh_from_db()
    assert claim.state == Claim.State.DECLINED


def test_an_amount_is_doubted_by_one_question_at_a_time(world: World, settlement: Settlement) -> None:
    claim = doubt(world, settlement)
    assert doubt(world, settlement) == claim
    with pytest.raises(AlreadyAsked):
        doubt(world, settlement, "Something else")
    assert Claim.objects.visible_to(Actor.of(world.rival_channel_manager)).count() == 0
