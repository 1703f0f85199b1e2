"""Ways around the rules of deals that look harmless step by step: registering, and who is found."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client

from common.access import Actor
from common.models import User
from deals import protecting, writing
from deals.deciding import ConflictsLeft
from deals.models import Conflict, Deal, Probe
from deals.moving import MovedOn, NotPossible, fetched
from deals.vendor_selectors import probing_of
from tests.deals.projects import (
    act,
    approve,
    asked_for_longer,
    checked,
    competitor,
    hospital,
    of_competitor,
    open_deals,
    submitted,
    won,
)
from tests.world import TODAY, World

pytestmark = pytest.mark.django_db
State = Deal.State


@pytest.fixture(autouse=True)
def rules(world: World) -> None:
    open_deals(world, most_a_day=50)


# --- a program that takes no more registrations ----------------------------------------------------------------------


def test_what_was_sent_goes_on_when_the_program_takes_no_more_registrations(world: World) -> None:
    """Else a protected deal would lapse for want of an update that its partner could not write."""
    deal = submitted(world)
    open_deals(world, open=False)
    deal = approve(world, deal)
    deal = protecting.update(deal=deal, text="Offer is out.", act=act(world.reseller_sales, deal))
    asked_for_longer(world, deal)
    assert won(world, fetched(deal.pk)).state == State.WON


def test_the_customer_of_a_waiting_deal_is_changed_also_when_the_program_takes_no_more(world: World) -> None:
    deal = submitted(world)
    open_deals(world, open=False)
    written = hospital(world, customer_street="Klinikweg 6")
    assert writing.change(deal=deal, written=written, act=act(world.reseller_sales, deal)).version == deal.version + 1


# --- a customer written so that nobody finds it ----------------------------------------------------------------------


@pytest.mark.parametrize(
    "written",
    [
        {"customer_vat_id": "DE136695976"},
        {"customer_name": "Kli\u200bnikum \u0415lb\u200btal gGmbH", "customer_domain": "", "customer_street": ""},
    ],
)
def test_an_invented_vat_id_or_signs_that_nobody_sees_hide_no_project_that_is_protected(
    world: World, written: dict[str, str]
) -> None:
    first = approve(world, submitted(world, customer_vat_id="DE811907980"))
    later = checked(of_competitor(world, **written))
    assert Conflict.objects.get().other == first
    with pytest.raises(ConflictsLeft):
        approve(world, later)


# --- who was first ---------------------------------------------------------------------------------------------------


def test_who_turns_one_customer_into_another_by_small_steps_loses_the_place(world: World) -> None:
    deal = submitted(world)
    steps = (
        hospital(world, customer_vat_id="DE811907980"),
        hospital(
            world, customer_vat_id="DE811907980", customer_name="Hafenwerft Emden AG", customer_domain="",
            customer_street="Kai 1", customer_postcode="26721", customer_city="Emden",
        ),
    )  # fmt: skip
    place = deal.place
    for written in steps:
        deal = writing.change(deal=deal, written=written, act=act(world.reseller_sales, deal))
    other = submitted(world, title="In between")
    assert place is not None
    assert deal.place == place + 1 < (other.place or 0)


def test_a_typo_in_the_new_customer_keeps_the_new_place(world: World) -> None:
    deal = submitted(world)
    new = {
        "customer_name": "Hafenwerft Emden AG", "customer_domain": "", "customer_street": "Kai 1",
        "customer_postcode": "26721", "customer_city": "Emden",
    }  # fmt: skip
    deal = writing.change(deal=deal, written=hospital(world, **new), act=act(world.reseller_sales, deal))
    place = deal.place
    typo = hospital(world, **{**new, "customer_name": "Hafenwerft Emden A.G."})
    submitted(world, title="In between")
    assert writing.change(deal=deal, written=typo, act=act(world.reseller_sales, deal)).place == place


# --- who tries out customers -----------------------------------------------------------------------------------------


def test_what_the_vendor_enters_is_no_try_of_the_partner(world: World) -> None:
    submitted(world)
    checked(of_competitor(world))
    assert Probe.objects.count() == 1
    begun = writing.begin(enrolment=competitor(world), written=hospital(world), act=act(world.channel_manager))
    checked(writing.submit(deal=begun, act=act(world.channel_manager, begun)))
    assert Probe.objects.count() == 1


def test_what_the_vendor_enters_uses_up_nothing_of_the_partners_day(world: World) -> None:
    open_deals(world, most_a_day=1)
    for name in ("Number 1 AG", "Number 2 AG"):
        written = hospital(world, customer_name=name, customer_domain="")
        begun = writing.begin(enrolment=world.enrolment, written=written, act=act(world.channel_manager))
        writing.submit(deal=begun, act=act(world.channel_manager, begun))
    submitted(world)
    assert not Probe.objects.exists()
    with pytest.raises(NotPossible, match="1 registrations a day"):
        submitted(world, title="One more")
    probing = probing_of(
        partner=world.reseller, vendor=world.vendor, actor=Actor.of(world.channel_manager), today=TODAY
    )
    assert (probing.registered, probing.met, probing.stopped) == (1, 0, 1)


def test_what_the_vendor_has_entered_is_compared_at_once(
    world: World, signed_in: Callable[[User], Client], django_capture_on_commit_callbacks: Any
) -> None:
    begun = writing.begin(enrolment=world.enrolment, written=hospital(world), act=act(world.channel_manager))
    typed = {name: value for name, value in hospital(world).fields().items() if value is not None}
    rows = {"products-0-product": world.topseller.pk, "products-0-quantity": 40}
    with django_capture_on_commit_callbacks() as to_workers:
        signed_in(world.channel_manager).post(
            "/vendor/lenovo/deals/2B3C4D5F/1/write/", {**typed, **rows, "seen": begun.version}
        )
    assert fetched(begun.pk).state == State.SUBMITTED
    assert len(to_workers) == 1


def test_a_second_decision_with_another_day_is_not_taken_for_a_double_click(world: World) -> None:
    deal = submitted(world)
    approve(world, deal)
    assert approve(world, deal).state == State.PROTECTED
    with pytest.raises(MovedOn):
        approve(world, deal, until=TODAY + timedelta(days=30))
