"""Why an adjustment: what is said of it adds up to what was booked, and names the sales that made it."""

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
from partners.models import EnrolmentStatus
from programs.models import Tier
from rebates import change_wording, closing
from rebates.changes import Cause, changes_of
from rebates.settling import work_chunk
from sales.booking import take_back_lines
from sales.models import CustomerNumber, Evidence
from sales.undoing import move_customer
from tests.rebates.changing import LATER, Q3, Q4, change, close, documents, explained, parts, rates, said, sold
from tests.sales.matching_world import make_other
from tests.world import LOYALTY, NOW, START, World, build_world, publish


@pytest.fixture
def world(own_database: str) -> Iterator[World]:
    with time_machine.travel(NOW):
        with transaction.atomic():
            world = build_world()
        yield world


# --- sales -----------------------------------------------------------------------------------------------------------


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


# --- several ---------------------------------------------------------------------------------------------------------


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
