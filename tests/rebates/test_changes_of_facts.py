"""Why an adjustment: what is said of it names the facts that made it, about partners, products and terms."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from decimal import Decimal

import pytest
import time_machine
from django.db import transaction

from common.access import Actor
from common.dated import since
from partners import services
from partners.models import Enrolment, EnrolmentStatus, EnrolmentTier, IndividualAgreement, Seat
from programs.models import Authorisation, GroupMembership, Tier
from rebates import change_wording
from rebates.changes import changes_of
from rebates.explained import explain_period
from tests.rebates.changing import AUGUST, Q3, Q4, change, close, documents, more, parts, rates, said, sold
from tests.world import LOYALTY, NOW, START, TODAY, World, build_world, publish, sell


@pytest.fixture
def world(own_database: str) -> Iterator[World]:
    with time_machine.travel(NOW):
        with transaction.atomic():
            world = build_world()
        yield world


def test_an_enrolment_that_ended_earlier_says_from_when(world: World) -> None:
    sold(world, "6", "R-8", on=date(2026, 9, 10))
    close(world, Q3)
    services.set_status(
        enrolment=world.enrolment, status="ended", on=date(2026, 9, 1), actor=Actor.of(world.channel_manager)
    )
    close(world, Q4)
    found = change(world)
    assert parts(found) == [("status", Decimal("-60.00")), ("rest", Decimal("-120.00"))]
    assert said(world, found)[0] == "From 1 September on the enrolment is no longer active."
    assert documents(world, found) == ["R-8 21HM ThinkPad T14: 6 units"]


def test_an_enrolment_entered_after_the_closing_says_so(world: World) -> None:
    with transaction.atomic():
        sell(world.rival, world.topseller, AUGUST, "12", None, distributor=world.distributor, document="R-50")
    close(world, Q3)
    with transaction.atomic():
        backdated = Enrolment.objects.create(partner=world.rival, program=world.program, enrolled_on=date(2026, 7, 1))
        EnrolmentStatus.objects.create(enrolment=backdated, status="active", valid=since(date(2026, 7, 1)))
    close(world, Q4)
    of_rival = explain_period(enrolment=backdated, code="topseller-loyalty", period="2026Q3", today=TODAY)
    (found,) = changes_of(of_rival)
    assert found.settlement.amount == Decimal("60.00")
    assert parts(found) == [("status", Decimal("60.00"))]
    (told,) = change_wording.tell(of_rival, [found], lambda line: "")
    assert told.parts[0].sentences == [
        "The enrolment in Top-Seller Loyalty was entered after the period was closed; it holds since 1 July 2026."
    ]
    assert [row.document for row in told.parts[0].rows] == ["R-50"]


def test_an_enrolment_that_began_earlier_than_recorded_says_from_when(world: World) -> None:
    with transaction.atomic():
        EnrolmentStatus.objects.filter(enrolment=world.enrolment).update(valid=since(date(2026, 9, 1)))
        Enrolment.objects.filter(pk=world.enrolment.pk).update(enrolled_on=date(2026, 9, 1))
    close(world, Q3)
    with transaction.atomic():
        EnrolmentStatus.objects.filter(enrolment=world.enrolment).update(valid=since(date(2026, 8, 1)))
        Enrolment.objects.filter(pk=world.enrolment.pk).update(enrolled_on=date(2026, 8, 1))
    close(world, Q4)
    found = change(world)
    assert parts(found) == [("status", Decimal("120.00"))]
    assert said(world, found) == ["From 1 August to 31 August the enrolment is active."]


def test_an_agreement_entered_late_says_from_when_it_holds(world: World) -> None:
    more(world, "without", "eligible: {without_individual_agreement: true}")
    close(world, Q3)
    services.agree(enrolment=world.enrolment, start=date(2026, 8, 1), actor=Actor.of(world.channel_manager))
    close(world, Q4)
    found = change(world, "without")
    assert parts(found) == [("agreement", Decimal("-120.00"))]
    assert said(world, found, "without") == ["From 1 August on an individual agreement holds."]
    assert documents(world, found, "without") == ["R-1001 21HM ThinkPad T14: 24 units"]


def test_an_agreement_that_was_changed_or_removed_says_from_when_it_no_longer_holds(world: World) -> None:
    more(world, "without", "eligible: {without_individual_agreement: true}")
    actor = Actor.of(world.channel_manager)
    services.agree(enrolment=world.enrolment, start=date(2026, 8, 1), actor=actor)
    close(world, Q3)
    IndividualAgreement.objects.all().delete()
    close(world, Q4)
    found = change(world, "without")
    assert parts(found) == [("agreement", Decimal("120.00"))]
    assert said(world, found, "without") == ["From 1 August on no individual agreement holds any more."]


def test_a_corrected_tier_says_which_one_counts_instead(world: World) -> None:
    rates(world)
    sold(world, "2", "R-8", on=date(2026, 7, 5))
    close(world, Q3)
    gold = Tier.objects.get(program=world.program, code="gold")
    services.set_tier(enrolment=world.enrolment, tier=gold, on=date(2026, 8, 1), actor=Actor.of(world.channel_manager))
    close(world, Q4)
    found = change(world, "device-bonus")
    assert parts(found) == [("tier", Decimal("72.00"))]
    assert said(world, found, "device-bonus") == ["From 1 August on the tier Gold counts instead of Silver."]
    assert documents(world, found, "device-bonus") == ["R-1001 21HM ThinkPad T14: 24 units"]


def test_a_tier_that_took_no_part_says_the_days_on_which_it_does(world: World) -> None:
    with transaction.atomic():
        publish(
            world.program, LOYALTY.replace("topseller-loyalty", "gold-only") + "eligible: {tiers: [gold]}\n", "Gold"
        )
    close(world, Q3)
    with transaction.atomic():
        held = EnrolmentTier.objects.get(enrolment=world.enrolment)
        EnrolmentTier.objects.filter(pk=held.pk).update(valid=since(START, AUGUST.replace(day=1)))
        gold = Tier.objects.get(program=world.program, code="gold")
        EnrolmentTier.objects.create(
            enrolment=world.enrolment, tier=gold, valid=since(date(2026, 8, 1), date(2026, 9, 1))
        )
    close(world, Q4)
    found = change(world, "gold-only")
    assert parts(found) == [("tier", Decimal("120.00"))]
    assert said(world, found, "gold-only") == [
        "From 1 August to 31 August the tier Gold counts instead of Silver.",
        "From 1 September on no tier counts, instead of Silver.",
    ]


def test_another_country_says_from_when_the_company_is_registered_there(world: World) -> None:
    close(world, Q3)
    with transaction.atomic():
        Seat.objects.filter(partner=world.reseller).update(valid=since(START, date(2026, 8, 1)))
        Seat.objects.create(partner=world.reseller, country="AT", valid=since(date(2026, 8, 1)))
    close(world, Q4)
    found = change(world)
    assert parts(found) == [("country", Decimal("-120.00"))]
    assert said(world, found) == ["From 1 August on the company is registered in AT instead of DE."]


def test_a_product_that_left_the_group_is_named(world: World) -> None:
    close(world, Q3)
    GroupMembership.objects.filter(product=world.topseller).update(valid=since(START, date(2026, 8, 1)))
    close(world, Q4)
    found = change(world)
    assert parts(found) == [("product", Decimal("-120.00"))]
    assert said(world, found) == ["Which products count was corrected: 21HM ThinkPad T14."]


def test_a_distributor_that_was_not_authorised_is_named(world: World) -> None:
    close(world, Q3)
    Authorisation.objects.filter(program=world.program).update(valid=since(START, date(2026, 8, 1)))
    close(world, Q4)
    found = change(world)
    assert parts(found) == [("distributor", Decimal("-120.00"))]
    assert said(world, found) == ["Since when a distributor is authorised was corrected: Allnet."]
