"""Sales reported after the last closing that covered their period: listed until a person has seen to them."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from common.access import Actor
from common.models import User
from common.periods import Period
from common.registry import waiting_in
from partners.models import Partner
from programs.areas import vendor_area
from programs.models import Product, Program
from rebates import closing
from rebates.late import LateLine, late_lines
from rebates.models import Closing
from sales.models import SaleLine
from tests.rendering import words
from tests.world import LOYALTY, NOW, START, TODAY, World, enrol, make_partner, publish, sell

SignedIn = Callable[[User], Client]
Q1, Q2, Q3, Q4 = (Period.parse(f"2026Q{number}") for number in (1, 2, 3, 4))
YEAR = Period.parse("2026")
LATER = date(2028, 1, 20)
PAGE = "/vendor/lenovo/closings/late/"


def close(world: World, *periods: Period) -> None:
    program = Program.objects.get(pk=world.program.pk)
    for period in periods:
        opened = closing.open_closing(program=program, period=period, today=LATER, now=NOW)
        assert closing.run(closing_id=opened.pk, now=NOW, chunk=10).state == Closing.State.SEALED


def look_back(world: World, periods: int) -> None:
    Program.objects.filter(pk=world.program.pk).update(recomputed_periods=periods)


def report(
    world: World,
    on: date,
    document: str,
    *,
    quantity: str = "10",
    product: Product | None = None,
    partner: Partner | None = None,
    reverses: SaleLine | None = None,
) -> SaleLine:
    return sell(
        partner or world.reseller,
        product or world.topseller,
        on,
        quantity,
        None,
        distributor=world.distributor,
        document=document,
        reverses=reverses,
    )


def found(world: World) -> list[LateLine]:
    return late_lines(vendor=world.vendor, actor=Actor.of(world.channel_manager))


def late(world: World) -> list[tuple[str, str]]:
    """Document and period of the lines nobody settles."""
    return [(each.line.document_number, str(each.beyond.period)) for each in found(world)]


def test_a_line_no_closing_to_come_looks_at_is_late(world: World) -> None:
    look_back(world, 1)
    close(world, Q1, Q2, Q3)
    for number, period in enumerate((Q1, Q2, Q3, Q4), start=1):
        report(world, period.start, f"S-{number}")
    # The closing of the fourth quarter looks at the third one again.
    assert late(world) == [("S-2", "2026Q2"), ("S-1", "2026Q1")]


def test_a_line_is_settled_by_every_closing_that_looks_back_at_its_period(world: World) -> None:
    look_back(world, 1)
    close(world, Q1)
    report(world, Q1.start, "S-1")
    assert late(world) == []
    close(world, Q2)
    assert late(world) == []
    report(world, Q1.start, "S-2")
    close(world, Q3)
    assert late(world) == [("S-2", "2026Q1")]


def test_looking_back_further_settles_what_was_late(world: World) -> None:
    look_back(world, 1)
    close(world, Q1, Q2)
    report(world, Q1.start, "S-1")
    assert [each.beyond.needed for each in found(world)] == [2]
    look_back(world, 2)
    assert late(world) == []
    close(world, Q3)
    look_back(world, 1)
    assert late(world) == []


def test_looking_back_further_does_not_hide_what_past_closings_left_out(world: World) -> None:
    look_back(world, 0)
    close(world, Q1)
    report(world, Q1.start, "S-1")
    close(world, Q2, Q3)
    look_back(world, 2)
    assert late(world) == [("S-1", "2026Q1")]


def test_a_closing_looks_back_as_it_did_when_it_was_frozen(world: World) -> None:
    close(world, Q1)
    report(world, Q1.start, "S-1")
    opened = closing.open_closing(program=world.program, period=Q2, today=LATER, now=NOW)
    closing.freeze(closing_id=opened.pk, now=NOW)
    look_back(world, 0)
    closing.run(closing_id=opened.pk, now=NOW, chunk=10)
    assert opened.settlements.filter(period="2026Q1", amount="50.00").exists()
    assert late(world) == []


def test_after_the_last_closing_of_a_program_every_further_line_is_late(world: World) -> None:
    close(world, Q2, Q3)
    Program.objects.filter(pk=world.program.pk).update(ends_on=Q3.end)
    report(world, Q3.start, "S-1")
    report(world, Q4.start, "S-2")
    assert [(each.line.document_number, each.beyond.needed) for each in found(world)] == [("S-1", None)]


def test_a_line_of_a_period_that_was_never_closed_is_not_late(world: World) -> None:
    close(world, Q3)
    Program.objects.filter(pk=world.program.pk).update(ends_on=Q3.end)
    report(world, Q2.start, "S-1")
    assert late(world) == []


def test_a_late_line_and_the_one_that_takes_it_back_need_no_mention(world: World) -> None:
    look_back(world, 0)
    settled = report(world, Q1.start, "S-1")
    close(world, Q1)
    both = report(world, Q1.start, "S-2")
    report(world, Q1.start, "S-2", quantity="-10", reverses=both)
    assert late(world) == []
    report(world, Q1.start, "S-1", quantity="-10", reverses=settled)
    assert late(world) == [("S-1", "2026Q1")]


def test_what_counts_for_no_terms_is_not_late(world: World) -> None:
    look_back(world, 0)
    close(world, Q1)
    report(world, Q1.start, "S-1", product=world.slow_seller)
    report(world, Q1.start, "S-2", partner=make_partner("Fremd GmbH", "3C4D5F6G"))
    joined = enrol(make_partner("Spät GmbH", "4D5F6G7H"), world.program, tier="silver", on=Q2.start)
    report(world, Q1.start, "S-3", partner=joined.partner)
    assert late(world) == []


def test_the_versions_that_settled_the_period_say_what_counts(world: World) -> None:
    look_back(world, 0)
    close(world, Q2)
    every_product = LOYALTY.replace("products: topsellers\n", "")
    publish(world.program, every_product, "Top-seller rebate", starts_on=Q2.start, version=2)
    report(world, Q2.start, "S-1", product=world.slow_seller)
    assert late(world) == []


def test_a_sale_is_late_for_the_quarter_and_not_yet_for_the_year(world: World) -> None:
    yearly = LOYALTY.replace("topseller-loyalty", "of-the-year").replace("quarter", "year")
    publish(world.program, yearly, "Rebate of the year", starts_on=START)
    look_back(world, 0)
    close(world, Q1)
    report(world, Q1.start, "S-1")
    assert late(world) == [("S-1", "2026Q1")]
    close(world, YEAR)
    report(world, Q1.start, "S-2")
    assert late(world) == [("S-2", "2026"), ("S-1", "2026Q1"), ("S-2", "2026Q1")]


def test_the_vendors_staff_are_told_that_late_sales_wait(world: World) -> None:
    look_back(world, 0)
    close(world, Q1)

    def told(user: User) -> list[str]:
        items = waiting_in(vendor_area(world.vendor), Actor.of(user), TODAY)
        return [str(item.label) for item in items if item.url == PAGE]

    assert told(world.vendor_finance) == []
    report(world, Q1.start, "S-1")
    expected = ["Late sales that no closing settles by itself, Top-Seller Loyalty"]
    assert told(world.vendor_finance) == expected
    assert told(world.channel_manager) == expected
    assert told(world.rival_channel_manager) == []


@pytest.fixture
def listed(world: World) -> World:
    look_back(world, 0)
    close(world, Q1, Q2)
    report(world, Q1.start, "S-1")
    report(world, Q2.start, "=S-2")
    return world


def test_the_page_says_why_and_what_to_do(listed: World, signed_in: SignedIn) -> None:
    text = words(signed_in(listed.channel_manager).get(PAGE).content.decode())
    assert "too old: 2 periods back, closings look at 0" in text
    assert "too old: 1 period back, closings look at 0" in text
    assert "raise “recomputed periods” to the number named with the sale" in text
    assert "A vendor admin can do that." in text
    page = signed_in(listed.vendor_admin).get(PAGE).content.decode()
    assert f"/admin/programs/program/{listed.program.pk}/change/" in page


def test_rows_lead_to_the_sale_and_to_the_rebate_they_would_change(listed: World, signed_in: SignedIn) -> None:
    client = signed_in(listed.channel_manager)
    page = client.get(PAGE).content.decode()
    line = SaleLine.objects.get(document_number="S-1")
    assert f"/vendor/lenovo/sales/{line.pk}/" in page
    rebate = f"/vendor/lenovo/partners/{listed.reseller.number}/rebates/topseller/topseller-loyalty/2026Q1/"
    assert rebate in page
    assert "change the amount by +€50.00. The period is too old" in words(client.get(rebate).content.decode())


def test_the_list_is_filtered_by_period_and_exported_safely(listed: World, signed_in: SignedIn) -> None:
    client = signed_in(listed.channel_manager)
    rows = client.get(PAGE, {"period": "2026Q1", "program": "topseller"}).context["table"].rows
    assert [row.record.document for row in rows] == ["S-1"]
    export = client.get(PAGE, {"export": "csv"}).content.decode("utf-8-sig").splitlines()
    assert export[0].startswith("Document,Partner,Period,Why it is not settled,Counts on")
    assert [row.split(",")[0] for row in export[1:]] == ["'=S-2", "S-1"]


def test_an_empty_list_says_that_every_sale_is_settled(world: World, signed_in: SignedIn) -> None:
    text = words(signed_in(world.channel_manager).get(PAGE).content.decode())
    assert "Every sale is settled or will be" in text
    assert "What you can do" not in text


def test_many_late_sales_take_as_many_queries_as_one(listed: World) -> None:
    def queries() -> int:
        with CaptureQueriesContext(connection) as captured:
            found(listed)
        return len(captured)

    few = queries()
    for number in range(20):
        enrolled = enrol(make_partner(f"Haus {number}", f"M{number:07}"), listed.program, tier="silver")
        report(listed, Q1.start, f"T-{number}", partner=enrolled.partner)
    assert len(late(listed)) == 22
    assert queries() == few
