"""Why an adjustment: what is said of it adds up to what was booked, and names the sales and the facts that made it.

Each case goes through two real closings, each step in a commit of its own, as histories need it.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date
from decimal import Decimal
from typing import Any

import pytest
import time_machine
from django.db import transaction

from common.access import Actor
from common.dated import since
from common.periods import Period
from partners import services
from partners.models import Enrolment, EnrolmentStatus, EnrolmentTier, IndividualAgreement, Seat
from programs.models import Authorisation, GroupMembership, Program, Tier
from rebates import change_wording, closing
from rebates.changes import Cause, Change, changes_of
from rebates.explained import Explained, explain_period
from rebates.models import Closing, Settlement
from rebates.settling import work_chunk
from sales.booking import take_back_lines
from sales.models import CustomerNumber, Evidence, SaleLine
from sales.undoing import move_customer
from tests.sales.matching_world import make_other
from tests.world import LOYALTY, NOW, START, TODAY, World, build_world, publish, sell

Q2, Q3, Q4 = (Period.parse(f"2026Q{number}") for number in (2, 3, 4))
LATER = date(2028, 1, 20)
AUGUST = date(2026, 8, 20)
RATES = """
code: device-bonus
period: quarter
counts: units
rates:
  silver: {21HM: 12.00}
  gold: {21HM: 15.00}
"""


@pytest.fixture
def world(own_database: str) -> Iterator[World]:
    with time_machine.travel(NOW):
        with transaction.atomic():
            world = build_world()
        yield world


def close(world: World, period: Period) -> None:
    program = Program.objects.get(pk=world.program.pk)
    opened = closing.open_closing(program=program, period=period, today=LATER, now=NOW)
    assert closing.run(closing_id=opened.pk, now=NOW, chunk=10).state == Closing.State.SEALED


@transaction.atomic
def sold(world: World, quantity: str, document: str, on: date = AUGUST, **fields: Any) -> SaleLine:
    net = fields.pop("net", f"{Decimal(quantity) * 1000}")
    return sell(
        world.reseller, world.topseller, on, quantity, net, distributor=world.distributor, document=document, **fields
    )


def more(world: World, code: str, clause: str) -> None:
    """Terms like those of the world, with one clause more."""
    with transaction.atomic():
        publish(world.program, f"{LOYALTY.replace('topseller-loyalty', code)}{clause}\n", code)


def rates(world: World) -> None:
    with transaction.atomic():
        publish(world.program, RATES, "Device bonus")


def explained(world: World, code: str = "topseller-loyalty") -> Explained:
    enrolment = Enrolment.objects.select_related("program__vendor").get(pk=world.enrolment.pk)
    return explain_period(enrolment=enrolment, code=code, period="2026Q3", today=TODAY)


def change(world: World, code: str = "topseller-loyalty") -> Change:
    """The one adjustment of the third quarter; what is said of it adds up to it."""
    (found,) = changes_of(explained(world, code))
    booked = Settlement.objects.get(
        terms__code=code, enrolment=world.enrolment, period="2026Q3", closing__period="2026Q4"
    )
    assert found.settlement == booked
    assert sum(part.amount for part in found.parts) == booked.amount
    assert found.after.amount - (found.before.amount if found.before else 0) == booked.amount
    return found


def parts(found: Change) -> list[tuple[str, Decimal]]:
    return [(str(part.cause), part.amount) for part in found.parts]


def said(world: World, found: Change, code: str = "topseller-loyalty") -> list[str]:
    (told,) = change_wording.tell(explained(world, code), [found], lambda line: f"/sales/{line.pk}/")
    assert sum(part.amount for part in told.parts) == found.settlement.amount
    return [sentence for part in told.parts for sentence in part.sentences]


def documents(world: World, found: Change, code: str = "topseller-loyalty") -> list[str]:
    (told,) = change_wording.tell(explained(world, code), [found], lambda line: f"/sales/{line.pk}/")
    return [f"{row.document} {row.text}" for part in told.parts for row in part.rows]


# --- sales ------------------------------------------------------------------------------------------------------------


def test_a_late_sale_is_named_and_so_is_the_step_it_brought_about(world: World) -> None:
    close(world, Q3)
    late = sold(world, "1", "R-9")
    close(world, Q4)
    found = change(world)
    assert parts(found) == [("late", Decimal("10.00")), ("rest", Decimal("120.00"))]
    assert found.ids() == {late.pk, world.sale.pk}
    assert said(world, found) == [
        "1 sale was booked after the period was closed:",
        "The other sale brings something else, because another step is reached: from 25 instead of from 10.",
    ]
    assert documents(world, found) == ["R-9 21HM ThinkPad T14: 1 unit"]
    (told,) = change_wording.tell(explained(world), [found], lambda line: "")
    assert [(row.label, row.before, row.after) for row in told.compared] == [
        ("Sale lines that count", "1", "2"),
        ("Attainment", "24 units", "25 units"),
        ("Step", "from 10", "from 25"),
        ("Rate", "€5.00 each", "€10.00 each"),
        ("Result", "€120.00", "€250.00"),
    ]


def test_a_corrected_sale_says_what_it_was_before(world: World) -> None:
    close(world, Q3)
    with transaction.atomic():
        wrong = world.sale
        take_back_lines(vendor=world.vendor, lines=[wrong], now=NOW)
        sold(world, "20", "R-1001", on=wrong.counts_on, generation=1)
    close(world, Q4)
    found = change(world)
    assert parts(found) == [("corrected", Decimal("-20.00"))]
    assert said(world, found) == ["1 sale was corrected:"]
    assert documents(world, found) == ["R-1001 21HM ThinkPad T14: 20 units instead of 24 units"]


def test_a_return_is_named(world: World) -> None:
    close(world, Q3)
    sold(world, "-4", "R-1001-R")
    close(world, Q4)
    found = change(world)
    assert parts(found) == [("returned", Decimal("-20.00"))]
    assert said(world, found) == ["1 return was booked:"]
    assert documents(world, found) == ["R-1001-R 21HM ThinkPad T14: −4 units"]


def test_a_credit_note_is_named(world: World) -> None:
    document = LOYALTY.replace("topseller-loyalty", "by-invoice").replace(
        "counts: units", "counts: units\nevidence: invoice"
    )
    with transaction.atomic():
        publish(world.program, document, "By invoice")
    sold(world, "12", "I-1", evidence=Evidence.INVOICE)
    close(world, Q3)
    sold(world, "-1", "C-1", evidence=Evidence.INVOICE)
    close(world, Q4)
    found = change(world, "by-invoice")
    assert parts(found) == [("credited", Decimal("-5.00"))]
    assert said(world, found, "by-invoice") == ["1 credit note was booked:"]


def test_an_undone_match_takes_the_sale_back(world: World) -> None:
    sold(world, "2", "R-8", customer_number="K-1")
    close(world, Q3)
    number = CustomerNumber.objects.get(vendor=world.vendor, number="K-1")
    with transaction.atomic():
        other = make_other(world)
    move_customer(actor=Actor.of(world.channel_manager), number=number, was=world.reseller, to=other, now=NOW)
    close(world, Q4)
    found = change(world)
    assert parts(found) == [("taken_back", Decimal("-260.00"))]
    assert said(world, found) == ["2 sales were taken back, because they were reported or matched wrongly:"]
    assert sorted(documents(world, found)) == [
        "R-1001 21HM ThinkPad T14: 0 units instead of 24 units",
        "R-8 21HM ThinkPad T14: 0 units instead of 2 units",
    ]


def test_what_came_and_went_between_two_closings_is_not_mentioned(world: World) -> None:
    close(world, Q3)
    mistake = sold(world, "5", "R-7")
    with transaction.atomic():
        take_back_lines(vendor=world.vendor, lines=[mistake], now=NOW)
    sold(world, "2", "R-9")
    close(world, Q4)
    found = change(world)
    assert documents(world, found) == ["R-9 21HM ThinkPad T14: 2 units"]


def test_the_fall_below_the_first_step_is_said_of_the_other_sales(world: World) -> None:
    close(world, Q3)
    sold(world, "-16", "R-1001-R")
    close(world, Q4)
    found = change(world)
    assert parts(found) == [("returned", Decimal("0.00")), ("rest", Decimal("-120.00"))]
    assert said(world, found)[-1] == ("The other sale brings nothing any more: the first step is no longer reached.")


# --- facts ------------------------------------------------------------------------------------------------------------


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


# --- several ----------------------------------------------------------------------------------------------------------


def test_each_adjustment_names_its_own_causes_whatever_was_corrected_since(world: World) -> None:
    rates(world)
    close(world, Q3)
    sold(world, "2", "R-9")
    close(world, Q4)
    gold = Tier.objects.get(program=world.program, code="gold")
    services.set_tier(enrolment=world.enrolment, tier=gold, on=date(2026, 7, 1), actor=Actor.of(world.channel_manager))
    close(world, Q4.next())
    services.set_tier(
        enrolment=world.enrolment, tier=Tier.objects.get(program=world.program, code="registered"), on=date(2026, 7, 1),
        actor=Actor.of(world.channel_manager),
    )  # fmt: skip
    first, second = changes_of(explained(world, "device-bonus"))
    assert parts(first) == [("late", Decimal("24.00"))]
    assert parts(second) == [("tier", Decimal("78.00"))]


def test_lines_and_facts_in_one_adjustment_add_up_to_it(world: World) -> None:
    rates(world)
    sold(world, "3", "R-8", on=date(2026, 9, 10))
    close(world, Q3)
    sold(world, "7", "R-9")
    sold(world, "-1", "R-9-R", on=date(2026, 7, 3))
    gold = Tier.objects.get(program=world.program, code="gold")
    services.set_tier(enrolment=world.enrolment, tier=gold, on=date(2026, 8, 15), actor=Actor.of(world.channel_manager))
    close(world, Q4)
    found = change(world, "device-bonus")
    assert parts(found) == [
        ("late", Decimal("105.00")), ("returned", Decimal("-12.00")), ("tier", Decimal("9.00")),
    ]  # fmt: skip


def test_what_history_does_not_say_is_said_of_the_difference_as_a_whole(world: World) -> None:
    """Corrected within the commit in which the period was closed: nobody can tell the two apart any more."""
    with transaction.atomic():
        close(world, Q3)
        EnrolmentStatus.objects.filter(enrolment=world.enrolment).update(valid=since(START, date(2026, 8, 1)))
    late = sold(world, "1", "R-9", on=date(2026, 7, 2))
    close(world, Q4)
    found = change(world)
    assert parts(found) == [("unknown", Decimal("-120.00"))]
    assert [part.cause for part in found.parts] == [Cause.UNKNOWN]
    assert found.ids() == {late.pk}
    assert said(world, found) == ["What made the difference in detail can no longer be told."]


def test_what_was_corrected_while_the_closing_was_at_work_is_told_apart(world: World) -> None:
    """Settled before the correction, calculated after it: what was settled says which of the two it saw."""
    rates(world)
    opened = closing.open_closing(program=world.program, period=Q3, today=LATER, now=NOW)
    closing.freeze(closing_id=opened.pk, now=NOW)
    work_chunk(closing_id=opened.pk, now=NOW, limit=10)
    gold = Tier.objects.get(program=world.program, code="gold")
    services.set_tier(enrolment=world.enrolment, tier=gold, on=date(2026, 8, 1), actor=Actor.of(world.channel_manager))
    close(world, Q3)
    close(world, Q4)
    found = change(world, "device-bonus")
    assert parts(found) == [("tier", Decimal("72.00"))]
    assert said(world, found, "device-bonus") == ["From 1 August on the tier Gold counts instead of Silver."]
