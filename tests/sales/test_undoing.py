"""A wrong match is undone: lines move by reversal, to another partner or back to waiting, settled money to the cent."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from django.db.models import Sum

from common.access import Actor
from common.periods import Period
from programs.models import Product
from rebates import closing
from rebates.models import Closing, Posting, Settlement
from sales import selectors
from sales.books import freeze
from sales.matching import ForeignProduct, NotACandidate, NotAllowed, book_waiting, match_article
from sales.models import ArticleNumber, SaleLine, WaitingRow
from sales.undoing import (
    ChangedMeanwhile,
    NothingToUndo,
    effect_of,
    live_lines_of_article,
    live_lines_of_customer,
    move_article,
    move_customer,
)
from tests.sales.matching_world import known, live, make_other, manager_of, match, waits
from tests.sales.sending import at_once
from tests.world import NOW, World, sell

LATER = date(2028, 1, 20)


def move(world: World, to: Any, *, number: str = "K-99", was: Any = None, by: Any = None) -> int:
    actor = by or manager_of(world)
    return move_customer(actor=actor, number=known(world, number), was=was or world.reseller, to=to, now=NOW)


def test_lines_of_a_wrong_match_move_to_the_right_partner(world: World) -> None:
    other = make_other(world)
    row = waits(world, "R-9")
    match(world, world.reseller)
    (wrong,) = live(customer_number="K-99")
    frozen = freeze(vendor_id=world.vendor.pk)
    assert move(world, other) == 1
    reversal = SaleLine.objects.get(reverses=wrong)
    assert (reversal.partner, reversal.quantity, reversal.net) == (world.reseller, Decimal(-5), Decimal("-5000.00"))
    assert (reversal.counts_on, reversal.cut, reversal.report) == (wrong.counts_on, frozen + 1, None)
    (right,) = live(customer_number="K-99")
    assert (right.partner, right.product, right.quantity, right.net) == (other, wrong.product, 5, Decimal("5000.00"))
    assert (right.generation, right.cut, right.report_row) == (1, frozen + 1, wrong.report_row)
    row.refresh_from_db()
    assert (row.state, row.sale_line) == ("booked", right)
    assert known(world).partner == other


def test_lines_of_a_number_that_is_nobodys_wait_again_as_the_report_said_them(world: World) -> None:
    said = {
        "customer_name": "Fremd AG", "customer_vat_id": "DE1", "customer_city": "Jena", "gtin": "4012345678901",
    }  # fmt: skip
    row = waits(world, "R-9", **said)
    match(world, world.reseller)
    assert move(world, None) == 1
    assert live(customer_number="K-99") == []
    row.refresh_from_db()
    assert row.state == WaitingRow.State.SUPERSEDED
    again = WaitingRow.objects.get(state="waiting", customer_number="K-99")
    assert {name: getattr(again, name) for name in said} == said
    assert (again.quantity, again.net, again.report_row) == (row.quantity, row.net, row.report_row)
    (entry,) = [each for each in waiting(world) if each["customer_number"] == "K-99"]
    assert (entry["rows"], entry["net"]) == (1, Decimal("5000.00"))


def waiting(world: World) -> list[Any]:
    return list(selectors.waiting_customers(vendor=world.vendor, actor=manager_of(world)))


def test_lines_that_never_waited_wait_with_what_other_rows_say_about_the_customer(world: World) -> None:
    waits(world, "R-8", state="superseded", customer_number="K-1", customer_name="Elbtal", customer_city="Pirna")
    assert move(world, None, number="K-1") == 3
    rows = WaitingRow.objects.filter(state="waiting", customer_number="K-1")
    assert {(row.customer_name, row.customer_city) for row in rows} == {("Elbtal", "Pirna")}


def test_what_was_moved_once_is_moved_again_and_back(world: World) -> None:
    other = make_other(world)
    waits(world, "R-9")
    match(world, world.reseller)
    move(world, other)
    move(world, world.reseller, was=other)
    move(world, None)
    match(world, other)
    (line,) = live(customer_number="K-99")
    assert (line.partner, line.generation) == (other, 3)
    assert SaleLine.objects.filter(document_key="R9").aggregate(net=Sum("net"))["net"] == Decimal("5000.00")
    per_partner = SaleLine.objects.filter(document_key="R9").values_list("partner").annotate(net=Sum("net"))
    assert dict(per_partner) == {world.reseller.pk: 0, other.pk: Decimal("5000.00")}


def test_a_vat_id_does_not_bring_back_what_a_person_took_away(world: World) -> None:
    world.reseller.vat_id = "DE 123 456 789"
    world.reseller.save()
    waits(world, "R-9", customer_vat_id="DE123456789")
    assert book_waiting(actor=manager_of(world), vendor=world.vendor, now=NOW) == 1
    assert known(world).source == "vat_id"
    move(world, None)
    assert selectors.bookable_rows(vendor=world.vendor) == 0
    assert book_waiting(actor=manager_of(world), vendor=world.vendor, now=NOW) == 0
    match(world, world.reseller)
    assert (known(world).source, known(world).said_by) == ("person", world.channel_manager)


def test_the_history_names_every_partner_the_number_had(world: World) -> None:
    other = make_other(world)
    match(world, world.reseller)
    move(world, other)
    move(world, None, was=other)
    events = known(world).events.order_by("pgh_id")  # type: ignore[attr-defined]
    assert [event.partner_id for event in events] == [world.reseller.pk, other.pk, None]


def test_lines_of_another_number_distributor_or_vendor_stay(world: World) -> None:
    before = live(partner=world.reseller)
    waits(world, "R-9")
    match(world, world.reseller)
    move(world, make_other(world))
    assert live(partner=world.reseller) == before


def test_settled_money_moves_from_the_wrong_partner_to_the_right_one_to_the_cent(world: World) -> None:
    other = make_other(world)
    waits(world, "R-9", quantity=Decimal(10), net=Decimal("10000.00"))
    match(world, world.reseller)
    close(world, "2026Q3")
    # 24 and 10 pieces at 10.00 instead of 24 at 5.00
    assert (owed(world, world.reseller), owed(world, other)) == (Decimal("340.00"), Decimal("0.00"))
    move(world, other)
    close(world, "2026Q4")
    third = {
        row.enrolment.partner_id: row.amount
        for row in Settlement.objects.filter(closing__period="2026Q4", period="2026Q3").select_related("enrolment")
    }
    assert third == {world.reseller.pk: Decimal("-220.00"), other.pk: Decimal("50.00")}
    # What each has in the end is what the right match would have given: 120.00 and 110.00 for the reseller.
    assert (owed(world, world.reseller), owed(world, other)) == (Decimal("230.00"), Decimal("50.00"))


def close(world: World, period: str) -> None:
    opened = closing.open_closing(program=world.program, period=Period.parse(period), today=LATER, now=NOW)
    assert closing.run(closing_id=opened.pk, now=NOW, chunk=10).state == Closing.State.SEALED


def owed(world: World, partner: Any) -> Decimal:
    postings = Posting.objects.filter(entry__partner=partner, entry__vendor=world.vendor, account=Posting.Account.OWED)
    return -(postings.aggregate(total=Sum("amount"))["total"] or Decimal("0.00"))


def test_what_will_happen_is_told_with_the_settled_periods_it_touches(world: World) -> None:
    waits(world, "R-8", on=date(2026, 10, 5), net=None)
    waits(world, "R-9")
    match(world, world.reseller)
    close(world, "2026Q3")
    effect = effect_of(live_lines_of_customer(known(world)), vendor_id=world.vendor.pk)
    assert (effect.all.lines, effect.all.net) == (2, {"EUR": Decimal("5000.00")})
    (third,) = effect.settled
    assert (third.period, third.lines, third.net) == (Period.parse("2026Q3"), 1, {"EUR": Decimal("5000.00")})


@pytest.mark.parametrize("role", ["vendor_finance", "rival_channel_manager", "reseller_owner", "platform_admin"])
def test_only_channel_managers_and_admins_of_the_vendor_undo(world: World, role: str) -> None:
    waits(world, "R-9")
    match(world, world.reseller)
    with pytest.raises(NotAllowed):
        move(world, None, by=Actor.of(getattr(world, role)))
    assert len(live(customer_number="K-99")) == 1


def test_a_number_moves_only_to_partners_of_the_vendor_and_only_from_whom_it_is_now(world: World) -> None:
    other = make_other(world)
    waits(world, "R-9")
    match(world, world.reseller)
    with pytest.raises(NotACandidate):
        move(world, world.rival)
    with pytest.raises(NothingToUndo):
        move(world, world.reseller)
    with pytest.raises(ChangedMeanwhile):
        move(world, world.reseller, was=other)
    assert [line.partner for line in live(customer_number="K-99")] == [world.reseller]


# --- articles --------------------------------------------------------------------------------------------------------


def match_number(world: World, product: Product, number: str = "AL-77") -> ArticleNumber:
    match_article(
        actor=manager_of(world), vendor=world.vendor, distributor=world.distributor, number=number, product=product,
        now=NOW,
    )  # fmt: skip
    return ArticleNumber.objects.get(number=number)


def test_an_article_number_is_remembered_and_what_waits_for_it_is_booked(world: World) -> None:
    waits(world, "R-9", article="AL-77", customer_number="K-1")
    assert [entry["article"] for entry in articles(world)] == ["AL-77"]
    number = match_number(world, world.topseller)
    assert (number.product, number.said_by) == (world.topseller, world.channel_manager)
    (line,) = live(article="AL-77")
    assert (line.product, line.partner) == (world.topseller, world.reseller)
    assert articles(world) == []


def articles(world: World) -> list[Any]:
    return list(selectors.waiting_articles(vendor=world.vendor, actor=manager_of(world)))


def test_a_wrong_article_moves_its_lines_to_the_right_product_or_lets_them_wait(world: World) -> None:
    row = waits(world, "R-9", article="AL-77", customer_number="K-1", article_name="Rucksack")
    number = match_number(world, world.topseller)
    move_to = {"actor": manager_of(world), "number": number, "now": NOW}
    assert move_article(was=world.topseller, to=world.slow_seller, **move_to) == 1  # type: ignore[arg-type]
    (line,) = live(article="AL-77")
    assert (line.product, line.partner, line.generation) == (world.slow_seller, world.reseller, 1)
    assert move_article(was=world.slow_seller, to=None, **move_to) == 1  # type: ignore[arg-type]
    assert live(article="AL-77") == []
    again = WaitingRow.objects.get(state="waiting", article="AL-77")
    assert (again.article_name, again.customer_name) == ("Rucksack", row.customer_name)
    assert [entry["name"] for entry in articles(world)] == ["Rucksack"]
    match_number(world, world.topseller)
    assert [line.generation for line in live(article="AL-77")] == [2]


def test_lines_with_the_products_own_number_are_no_part_of_an_article_match(world: World) -> None:
    number = ArticleNumber(
        vendor=world.vendor, distributor=world.distributor, number=world.topseller.article, product=world.topseller
    )
    assert not live_lines_of_article(number).exists()
    with pytest.raises(ForeignProduct):
        match_number(world, world.server)


# --- at once ---------------------------------------------------------------------------------------------------------


def test_two_people_who_undo_at_once_move_each_line_once(committed: World) -> None:
    first, second = make_other(committed), make_other(committed, "Blaufuchs UG", "8Y8Y8Y8Y")
    for number in range(50):
        waits(committed, f"X-{number}")
    match(committed, committed.reseller)
    results = at_once(lambda: move(committed, first), lambda: move(committed, second))
    assert sorted(str(type(result).__name__) for result in results) == ["ChangedMeanwhile", "int"]
    lines = live(customer_number="K-99")
    assert len(lines) == 50
    assert len({line.partner_id for line in lines}) == 1
    assert known(committed).partner_id == lines[0].partner_id


def test_a_sale_of_the_rival_vendor_stays_out_of_it(world: World) -> None:
    sell(world.reseller, world.server, date(2026, 8, 1), "1", "10.00", distributor=world.distributor, document="R-9",
         customer_number="K-99")  # fmt: skip
    waits(world, "R-9")
    match(world, world.reseller)
    assert move(world, None) == 1
    assert len(live(customer_number="K-99", vendor=world.rival_vendor)) == 1
