"""Matching a distributor's customers: remembered, applied at once, for this vendor alone, by those who may."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest

from common.access import Actor
from common.models import User
from partners.models import Partner
from programs.models import Product
from sales import selectors
from sales.matching import (
    AlreadyMatched,
    Matched,
    NotACandidate,
    NotAllowed,
    NothingWaits,
    book_waiting,
    dismiss_article,
    dismiss_customer,
    match_article,
    match_customer,
    recall_article,
    recall_customer,
)
from sales.models import ArticleNumber, SaleLine, WaitingRow
from tests.sales.sending import at_once, figures, many_rows, report, send
from tests.world import NOW, World, enrol, make_partner

STRANGER = "K-99;Fremd AG;RE-1;{line};02.11.2026;{article};3;1.000,50;EUR;P-1"


def strangers(*articles: str) -> bytes:
    return report(*[STRANGER.format(line=line, article=article) for line, article in enumerate(articles, 1)])


def match(world: World, partner: Partner, *, by: User | None = None, number: str = "K-99") -> Matched:
    actor = Actor.of(by or world.channel_manager)
    return match_customer(
        actor=actor, vendor=world.vendor, distributor=world.distributor, number=number, partner=partner, now=NOW
    )


def dismiss(world: World, *, by: User | None = None, number: str = "K-99") -> int:
    actor = Actor.of(by or world.channel_manager)
    return dismiss_customer(actor=actor, vendor=world.vendor, distributor=world.distributor, number=number)


def states(number: str = "K-99") -> list[str]:
    return list(WaitingRow.objects.filter(customer_number=number).order_by("id").values_list("state", flat=True))


def test_a_match_books_every_waiting_row_of_the_customer_at_once(world: World) -> None:
    result = send(world, strangers("21HM", "4X40", "21HM"))
    assert match(world, world.reseller) == Matched(booked=3, waiting=0)
    lines = SaleLine.objects.filter(report=result.report).order_by("report_row")
    assert [line.report_row for line in lines] == [2, 3, 4]
    first = lines[0]
    assert (first.partner, first.product, first.net) == (world.reseller, world.topseller, Decimal("1000.50"))
    assert (first.customer_number, first.article, first.project_ref) == ("K-99", "21HM", "P-1")
    assert (first.booked_at, first.cut) == (NOW, 1)
    assert [row.sale_line for row in WaitingRow.objects.filter(report=result.report).order_by("id")] == list(lines)


def test_a_match_is_remembered_for_the_next_report(world: World) -> None:
    send(world, strangers("21HM"))
    match(world, world.reseller)
    assert figures(send(world, strangers("21HM", "21HM"))) == (2, 1, 0, 1)


def test_rows_of_unknown_articles_go_on_waiting_after_a_match(world: World) -> None:
    send(world, strangers("21HM", "NEW"))
    assert match(world, world.reseller) == Matched(booked=1, waiting=1)
    Product.objects.create(vendor=world.vendor, article="NEW", name="New")
    actor = Actor.of(world.channel_manager)
    assert selectors.bookable_rows(vendor=world.vendor) == 1
    assert book_waiting(actor=actor, vendor=world.vendor, now=NOW) == 1
    assert book_waiting(actor=actor, vendor=world.vendor, now=NOW) == 0
    assert states() == ["booked", "booked"]


def test_matching_the_same_twice_changes_nothing(world: World) -> None:
    send(world, strangers("21HM"))
    match(world, world.reseller)
    assert match(world, world.reseller) == Matched(booked=0, waiting=0)


def test_a_number_that_is_taken_is_refused_with_the_name_of_its_partner(world: World) -> None:
    send(world, strangers("21HM"))
    match(world, world.reseller)
    enrol(world.rival, world.program)
    with pytest.raises(AlreadyMatched, match="Elbtal Systemhaus GmbH"):
        match(world, world.rival)


def test_only_partners_of_the_vendor_are_candidates(world: World) -> None:
    send(world, strangers("21HM"))
    with pytest.raises(NotACandidate):
        match(world, world.rival)
    assert states() == ["waiting"]


def test_a_number_can_be_known_before_the_first_report(world: World) -> None:
    assert match(world, world.reseller) == Matched(booked=0, waiting=0)
    assert figures(send(world, strangers("21HM"))) == (1, 1, 0, 0)


def test_rows_of_another_vendor_or_distributor_are_not_touched(world: World) -> None:
    before = WaitingRow.objects.get(pk=world.rival_waiting.pk)
    assert match(world, world.reseller, number="K-404") == Matched(booked=1, waiting=0)
    world.rival_waiting.refresh_from_db()
    assert world.rival_waiting.state == before.state == "waiting"


@pytest.mark.parametrize("role", ["vendor_finance", "rival_channel_manager", "reseller_owner", "platform_admin"])
def test_only_channel_managers_and_admins_of_the_vendor_decide(world: World, role: str) -> None:
    send(world, strangers("21HM"))
    person = getattr(world, role)
    with pytest.raises(NotAllowed):
        match(world, world.reseller, by=person)
    with pytest.raises(NotAllowed):
        dismiss(world, by=person)
    for decide in (dismiss_article, recall_article):
        with pytest.raises(NotAllowed):
            decide(**of_article(world, by=person))
    with pytest.raises(NotAllowed):
        book_waiting(actor=Actor.of(person), vendor=world.vendor, now=NOW)
    assert states() == ["waiting"]


def test_a_dismissed_customer_does_not_come_back_with_the_next_report(world: World) -> None:
    send(world, strangers("21HM"))
    assert dismiss(world) == 1
    send(world, strangers("21HM", "4X40"))
    assert states() == ["dismissed", "dismissed"]
    with pytest.raises(NothingWaits):
        dismiss(world)


def test_matching_a_dismissed_customer_brings_its_rows_back(world: World) -> None:
    send(world, strangers("21HM", "NEW"))
    dismiss(world)
    assert match(world, world.reseller) == Matched(booked=1, waiting=1)
    assert states() == ["booked", "waiting"]


def test_a_customer_that_is_known_cannot_be_dismissed(world: World) -> None:
    send(world, strangers("NEW"))
    match(world, world.reseller)
    with pytest.raises(NothingWaits):
        dismiss(world)


def of_article(world: World, *, by: User | None = None) -> dict[str, Any]:
    """The article NEW of the distributor, and who decides about it."""
    actor = Actor.of(by or world.channel_manager)
    return {"actor": actor, "vendor": world.vendor, "distributor": world.distributor, "number": "NEW", "now": NOW}


def test_a_dismissed_article_does_not_come_back_with_the_next_report(world: World) -> None:
    send(world, strangers("NEW", "21HM"))
    match(world, world.reseller)
    assert dismiss_article(**of_article(world)) == 1
    assert states() == ["no_product", "booked"]
    result = send(world, strangers("NEW", "21HM", "NEW"))
    assert (result.matched, result.unmatched) == (0, 1)
    assert states() == ["no_product", "booked", "no_product"]
    assert not selectors.waiting_articles(vendor=world.vendor, actor=Actor.of(world.channel_manager)).exists()
    with pytest.raises(NothingWaits):
        dismiss_article(**of_article(world))
    assert recall_article(**of_article(world)) == 2
    assert states() == ["waiting", "booked", "waiting"]
    said = ArticleNumber.objects.get(number="NEW")
    assert [event.dismissed for event in said.events.order_by("pgh_id")] == [True, False]  # type: ignore[attr-defined]


def test_matching_a_dismissed_article_brings_its_rows_back(world: World) -> None:
    send(world, strangers("NEW"))
    match(world, world.reseller)
    dismiss_article(**of_article(world))
    assert match_article(product=world.topseller, **of_article(world)) == Matched(booked=1, waiting=0)
    assert states() == ["booked"]
    with pytest.raises(NothingWaits):
        dismiss_article(**of_article(world))


def test_a_dismissed_article_stays_so_while_its_customer_is_dismissed_and_brought_back(world: World) -> None:
    send(world, strangers("NEW", "21HM"))
    dismiss_article(**of_article(world))
    assert dismiss(world) == 2
    assert states() == ["dismissed", "dismissed"]
    actor = Actor.of(world.channel_manager)
    recall_customer(actor=actor, vendor=world.vendor, distributor=world.distributor, number="K-99")
    assert states() == ["no_product", "waiting"]


def test_a_dismissed_article_that_becomes_a_product_is_booked_from_the_next_report_on(world: World) -> None:
    send(world, strangers("NEW"))
    match(world, world.reseller)
    dismiss_article(**of_article(world))
    Product.objects.create(vendor=world.vendor, article="NEW", name="New")
    send(world, strangers("NEW", "NEW"))
    assert SaleLine.objects.filter(article="NEW").count() == 1
    assert recall_article(**of_article(world)) == 1
    assert book_waiting(actor=Actor.of(world.channel_manager), vendor=world.vendor, now=NOW) == 1


def test_one_entry_per_customer_whatever_it_bought(world: World) -> None:
    send(world, strangers("21HM", "NEW", "4X40"))
    entries = {entry["customer_number"]: entry for entry in waiting(world)}
    assert set(entries) == {"K-99", "K-404"}
    entry = entries["K-99"]
    assert (entry["name"], entry["rows"], entry["net"], entry["currencies"]) == (
        "Fremd AG",
        3,
        Decimal("3001.50"),
        ["EUR"],
    )
    match(world, world.reseller)
    assert [entry["customer_number"] for entry in waiting(world)] == ["K-404"]
    articles = selectors.waiting_articles(vendor=world.vendor, actor=Actor.of(world.channel_manager))
    assert [(entry["article"], entry["rows"]) for entry in articles] == [("NEW", 1)]


def waiting(world: World) -> list[dict[str, object]]:
    return list(selectors.waiting_customers(vendor=world.vendor, actor=Actor.of(world.channel_manager)))


def test_two_people_who_match_one_customer_differently_at_once_disagree_in_words(committed: World) -> None:
    other = make_partner("Other GmbH", "9Z9Z9Z9Z")
    enrol(other, committed.program)
    send(committed, many_rows(customer="K-99"))
    results = at_once(lambda: match(committed, committed.reseller), lambda: match(committed, other))
    refusals = [result for result in results if isinstance(result, AlreadyMatched)]
    assert len(refusals) == 1
    assert Matched(booked=400, waiting=0) in results
    assert SaleLine.objects.filter(customer_number="K-99").values("partner").distinct().count() == 1


def test_a_match_during_an_import_leaves_no_row_behind(committed: World) -> None:
    send(committed, many_rows(customer="K-99", prefix="A", count=50))
    results = at_once(
        lambda: send(committed, many_rows(customer="K-99", prefix="B")), lambda: match(committed, committed.reseller)
    )
    assert not [result for result in results if isinstance(result, Exception)]
    assert SaleLine.objects.filter(customer_number="K-99").count() == 450
    assert set(states()) == {"booked"}
