"""What services refuse, although no page offers it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from decimal import Decimal

import pytest
from django.test import Client

from common.access import Actor
from common.models import User
from common.proofs import Proof
from deals import ending, protecting, writing
from deals.ending import Order
from deals.models import Deal, DealRules
from deals.moving import Act, NotAllowed, NotPossible
from deals.rules import change_rules, fingerprint, limits_of, rules_of
from partners.models import EnrolmentStatus
from tests.deals.projects import (
    NOW,
    act,
    asked_for_longer,
    drafted,
    hospital,
    open_deals,
    protected,
    submitted,
    won,
)
from tests.rendering import words
from tests.world import TODAY, World

pytestmark = pytest.mark.django_db
State = Deal.State
SignedIn = Callable[[User], Client]


@pytest.fixture(autouse=True)
def rules(world: World) -> DealRules:
    return open_deals(world)


# --- beginning and writing -------------------------------------------------------------------------------------------


@pytest.mark.parametrize("who", ["reseller_technician", "rival_owner", "vendor_finance"])
def test_who_sells_neither_for_the_partner_nor_decides_at_the_vendor_begins_nothing(world: World, who: str) -> None:
    with pytest.raises(NotAllowed):
        drafted(world, by=getattr(world, who))
    assert not Deal.objects.exists()


def test_nothing_is_begun_where_the_program_takes_none_or_the_partner_is_not_in_it(world: World) -> None:
    open_deals(world, open=False)
    with pytest.raises(NotPossible, match="takes no registrations"):
        drafted(world)
    open_deals(world, open=True)
    EnrolmentStatus.objects.filter(enrolment=world.enrolment).update(status=EnrolmentStatus.Status.SUSPENDED)
    with pytest.raises(NotPossible, match="does not take part"):
        drafted(world)


def test_a_fiftieth_draft_is_possible_and_one_more_is_not(world: World) -> None:
    for number in range(writing.MOST_DRAFTS):
        drafted(world, title=f"Number {number}")
    with pytest.raises(NotPossible, match="50 drafts"):
        drafted(world, title="One more")


def test_products_of_other_vendors_are_none_in_drafts_and_changes(world: World) -> None:
    strange = {world.server.pk: 1}
    with pytest.raises(NotPossible, match="no such product"):
        drafted(world, products=strange)
    deal = submitted(world)
    with pytest.raises(NotPossible, match="no such product"):
        writing.change(deal=deal, written=hospital(world, products=strange), act=act(world.reseller_sales, deal))
    assert deal.products.get().product == world.topseller


def test_a_change_that_changes_nothing_is_none(world: World) -> None:
    deal = submitted(world)
    same = writing.change(deal=deal, written=writing.written_of(deal), act=act(world.reseller_sales, deal))
    assert (same.version, same.steps.count()) == (deal.version, 1)


def test_files_are_taken_up_to_their_number_and_as_long_as_the_deal_runs(world: World) -> None:
    deal = submitted(world)
    by = act(world.reseller_sales, deal)
    for number in range(writing.MOST_FILES):
        kept = writing.attach(deal=deal, proof=Proof("plan.pdf", b"%%PDF %d" % number), act=by)
    assert writing.attach(deal=deal, proof=Proof("again.pdf", b"%%PDF %d" % number), act=by) == kept
    with pytest.raises(NotPossible, match="5 files"):
        writing.attach(deal=deal, proof=Proof("plan.pdf", b"%PDF one more"), act=by)
    with pytest.raises(NotPossible, match="it stays"):
        writing.remove_file(file=kept, act=by)
    ending.withdraw(deal=deal, text="", act=by)
    with pytest.raises(NotPossible, match="has ended"):
        writing.attach(deal=deal, proof=Proof("plan.pdf", b"%PDF too late"), act=by)


def test_the_vendors_people_answer_nothing_for_the_partner(world: World) -> None:
    with pytest.raises(NotAllowed):
        writing.reply(deal=submitted(world), text="Yes.", act=act(world.channel_manager))


def test_only_a_person_does_something(world: World) -> None:
    with pytest.raises(NotAllowed, match="Only a person"):
        _ = Act(Actor(), NOW, TODAY, 0).person


# --- protection and its end ------------------------------------------------------------------------------------------


@pytest.mark.parametrize("who", ["vendor_finance", "reseller_owner", "rival_channel_manager"])
def test_only_who_decides_about_the_deal_decides_about_longer_protection(world: World, who: str) -> None:
    deal = protected(world)
    extension = asked_for_longer(world, deal)
    with pytest.raises(NotAllowed):
        protecting.decide_extension(
            extension=extension, granted=True, text="", act=act(getattr(world, who), seen=deal.version + 1)
        )


def test_what_is_not_protected_needs_neither_update_nor_longer_protection(world: World) -> None:
    deal = submitted(world)
    for step in (protecting.update, protecting.ask_extension):
        with pytest.raises(NotPossible, match="Only a protected deal"):
            step(deal=deal, text="On.", act=act(world.reseller_sales, deal))


def test_a_second_click_that_asks_for_longer_protection_is_the_first_one(world: World) -> None:
    deal = protected(world)
    by = act(world.reseller_sales, deal)
    first = protecting.ask_extension(deal=deal, text="The board meets in June.", act=by)
    assert protecting.ask_extension(deal=deal, text="The board meets in June.", act=by) == first
    assert first.extensions.count() == 1


def test_an_order_has_a_value_and_further_proofs_are_some(world: World) -> None:
    deal = protected(world)
    lines = list(ending.lines_for(deal).values_list("pk", flat=True)[:1])
    with pytest.raises(NotPossible, match="the value"):
        ending.win(
            deal=deal,
            order=Order(on=TODAY, value=Decimal(0), lines=lines),
            text="",
            act=act(world.reseller_sales, deal),
        )
    done = won(world, deal)
    with pytest.raises(NotPossible, match="at least one"):
        ending.prove(deal=done, lines=[], invoices=[], act=act(world.reseller_sales, done))


def test_longer_protection_that_a_colleague_has_decided_is_told(world: World, signed_in: SignedIn) -> None:
    deal = protected(world)
    extension = asked_for_longer(world, deal)
    address = "/vendor/lenovo/deals/2B3C4D5F/1/extension/"
    manager = signed_in(world.channel_manager)
    assert manager.get(address).status_code == 302
    stale = {"longer-seen": deal.version, "longer-granted": "yes"}
    answer = manager.post(address, stale)
    assert answer.status_code == 422
    assert "has changed this deal meanwhile" in words(answer.content.decode())
    protecting.decide_extension(
        extension=extension, granted=True, text="", act=act(world.vendor_admin, seen=deal.version + 1)
    )
    told = manager.post(address, stale, follow=True)
    assert "This request was decided meanwhile." in words(told.content.decode())


# --- rules -----------------------------------------------------------------------------------------------------------


def test_only_the_vendors_admins_change_its_rules(world: World, rules: DealRules) -> None:
    seen = fingerprint(rules_of(world.program), limits_of(world.program))
    values = {name: getattr(rules, name) for name in ("open", "protection_days", "update_days", "extension_days")}
    with pytest.raises(NotAllowed):
        change_rules(program=world.program, actor=Actor.of(world.channel_manager), values=values, by_tier={}, seen=seen)


def test_the_history_says_what_was_added_taken_out_and_changed(world: World, signed_in: SignedIn) -> None:
    deal = submitted(world, customer_vat_id="", title="Haus B")
    written = replace(
        writing.written_of(deal), title="", customer_vat_id="DE136695976", need="Forty telephones.",
        expected_on=TODAY + timedelta(days=60),
    )  # fmt: skip
    writing.change(deal=deal, written=written, act=act(world.reseller_sales, deal))
    text = words(signed_in(world.reseller_sales).get("/partner/2B3C4D5F/deals/1/").content.decode())
    for said in (
        "Project: Haus B taken out", "VAT id: DE136695976", "What the customer needs: changed",
        "Expected order: 15 Jan 2027 instead of 15 Feb 2027",
    ):  # fmt: skip
        assert said in text
