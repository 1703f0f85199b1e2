"""Unknown customers in the browser: one entry each, matched or dismissed with a click."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from django.test import Client

from common.models import OutboxMail, User
from programs.models import Product
from sales.models import CustomerNumber, WaitingRow
from tests.sales.matching_world import make_other
from tests.sales.sending import report, send
from tests.world import World

SignedIn = Callable[[User], Client]
LIST = "/vendor/lenovo/customers/"


@pytest.fixture
def manager(world: World, signed_in: SignedIn) -> Client:
    return signed_in(world.channel_manager)


@pytest.fixture
def stranger(world: World) -> WaitingRow:
    rows = [
        f"K-99;Elbtal Handel;RE-1;{line};02.11.2026;{article};3;1.000,50;;"
        for line, article in [(1, "21HM"), (2, "NEW")]
    ]
    return send(world, report(*rows)).report.waitingrows.first()  # type: ignore[return-value]


def test_every_customer_is_one_entry_with_its_figures(manager: Client, stranger: WaitingRow) -> None:
    page = manager.get(LIST)
    entries = {entry["customer_number"]: entry for entry in page.context["table"].data.data}
    assert set(entries) == {"K-404", "K-99"}
    assert (entries["K-99"]["name"], entries["K-99"]["rows"]) == ("Elbtal Handel", 2)
    assert "€2,001.00" in page.content.decode()
    found = manager.get(LIST + "?q=elbtal").context["table"].data.data
    assert [entry["customer_number"] for entry in found] == ["K-99"]
    export = manager.get(LIST + "?export=csv").content.decode("utf-8-sig")
    assert any(line.startswith("Elbtal Handel,K-99,") for line in export.splitlines())


def test_a_customer_is_matched_with_the_partner_its_name_suggests(
    world: World, manager: Client, stranger: WaitingRow
) -> None:
    page = manager.get(f"{LIST}{stranger.pk}/")
    assert [each.key for each in page.context["candidates"]] == [world.reseller.number]
    assert "similar name" in page.content.decode()
    answer = manager.post(f"{LIST}{stranger.pk}/match/", {"partner": world.reseller.number}, follow=True)
    assert "K-99 is Elbtal Systemhaus GmbH. 1 row was booked." in answer.content.decode()
    assert "1 row still waits for something else." in answer.content.decode()
    stranger.refresh_from_db()
    assert stranger.sale_line is not None
    assert stranger.sale_line.partner == world.reseller
    assert "This customer is Elbtal Systemhaus GmbH" in manager.get(f"{LIST}{stranger.pk}/").content.decode()


def test_a_customer_is_dismissed_and_brought_back(manager: Client, stranger: WaitingRow) -> None:
    assert "no longer waits" in manager.post(f"{LIST}{stranger.pk}/dismiss/", follow=True).content.decode()
    assert "K-99" not in manager.get(LIST).content.decode()
    assert "K-99" in manager.get(LIST + "?state=dismissed").content.decode()
    assert "Let it wait again" in manager.get(f"{LIST}{stranger.pk}/").content.decode()
    manager.post(f"{LIST}{stranger.pk}/recall/")
    assert "K-99" in manager.get(LIST).content.decode()
    again = manager.post(f"{LIST}{stranger.pk}/recall/", follow=True).content.decode()
    assert "Nothing of the customer number K-99 was dismissed." in again


def test_rows_whose_article_is_known_by_now_are_booked_with_one_button(
    world: World, manager: Client, stranger: WaitingRow
) -> None:
    manager.post(f"{LIST}{stranger.pk}/match/", {"partner": world.reseller.number})
    assert "Book them now" not in manager.get(LIST).content.decode()
    Product.objects.create(vendor=world.vendor, article="NEW", name="New")
    assert "1 waiting row can be booked" in manager.get(LIST).content.decode()
    assert "1 row was booked." in manager.post(f"{LIST}book/", follow=True).content.decode()


def test_a_refusal_is_told_in_words(world: World, manager: Client, stranger: WaitingRow) -> None:
    CustomerNumber.objects.create(
        vendor=world.vendor, distributor=world.distributor, number="K-99", partner=world.rival
    )
    answer = manager.post(f"{LIST}{stranger.pk}/match/", {"partner": world.reseller.number}, follow=True)
    assert "This customer number already belongs to Rheinblick IT GmbH." in answer.content.decode()
    assert "Nothing waits" in manager.post(f"{LIST}{stranger.pk}/dismiss/", follow=True).content.decode()


def test_a_search_finds_a_partner_that_no_name_suggests(world: World, manager: Client, stranger: WaitingRow) -> None:
    other = make_other(world)
    page = manager.get(f"{LIST}{stranger.pk}/?q=schneider")
    assert [each.key for each in page.context["candidates"]] == [other.number]
    assert "Nothing is found" in manager.get(f"{LIST}{stranger.pk}/?q=nothing").content.decode()


def test_a_customer_is_invited_and_the_entry_says_so(world: World, manager: Client, stranger: WaitingRow) -> None:
    form = {"address": "Chef@elbtal.example", "language": "de"}
    answer = manager.post(f"{LIST}{stranger.pk}/invite/", form, follow=True).content.decode()
    assert "The invitation goes to chef@elbtal.example." in answer
    assert "chef@elbtal.example: invited on 16 Nov 2026 by Channel Manager" in answer
    assert OutboxMail.objects.get().address == "chef@elbtal.example"
    assert [entry["invited_at"] for entry in manager.get(LIST + "?q=elbtal").context["table"].data.data] != [None]


@pytest.mark.parametrize("address", ["", "nobody", "a@b@c", "a@example.com\r\nBcc: b@example.com"])
def test_an_invitation_that_cannot_be_sent_is_told_at_the_field_and_loses_nothing(
    manager: Client, stranger: WaitingRow, address: str
) -> None:
    answer = manager.post(f"{LIST}{stranger.pk}/invite/", {"address": address, "language": "en"})
    assert answer.status_code == 422
    assert answer.context["invite_form"].errors["address"]
    assert answer.context["invite_form"]["address"].value() == address
    assert OutboxMail.objects.count() == 0


def test_a_second_invitation_is_refused_at_the_field(manager: Client, stranger: WaitingRow) -> None:
    form = {"address": "chef@elbtal.example", "language": "de"}
    manager.post(f"{LIST}{stranger.pk}/invite/", form)
    answer = manager.post(f"{LIST}{stranger.pk}/invite/", form)
    assert answer.status_code == 422
    assert "was invited on 16 Nov 2026" in answer.content.decode()


def test_partners_of_other_vendors_are_neither_offered_nor_taken(
    world: World, manager: Client, stranger: WaitingRow
) -> None:
    page = manager.get(f"{LIST}{stranger.pk}/?q=Rheinblick")
    assert page.context["candidates"] == []
    assert manager.post(f"{LIST}{stranger.pk}/match/", {"partner": world.rival.number}).status_code == 404
    assert manager.post(f"{LIST}{stranger.pk}/match/", {"partner": "\0"}).status_code == 404


def test_rows_of_other_vendors_are_missing(world: World, manager: Client) -> None:
    for action in ("", "match/", "dismiss/", "recall/"):
        address = f"{LIST}{world.rival_waiting.pk}/{action}"
        answer = manager.post(address) if action else manager.get(address)
        assert answer.status_code == 404


@pytest.mark.parametrize("role", ["vendor_finance", "platform_admin"])
def test_only_channel_managers_and_admins_come_here(world: World, signed_in: SignedIn, role: str) -> None:
    client = signed_in(getattr(world, role))
    assert client.get(LIST).status_code == 403
    assert client.post(f"{LIST}{world.waiting.pk}/dismiss/").status_code == 403


def test_matching_needs_a_post(manager: Client, stranger: WaitingRow) -> None:
    assert manager.get(f"{LIST}{stranger.pk}/match/").status_code == 405
    assert manager.get(f"{LIST}book/").status_code == 405


def test_unknown_customers_wait_for_channel_managers_on_their_dashboard(world: World, signed_in: SignedIn) -> None:
    page = signed_in(world.channel_manager).get("/vendor/lenovo/panels/waiting/").content.decode()
    assert "1 unknown customer in distributors&#x27; reports" in page
    finance = signed_in(world.vendor_finance).get("/vendor/lenovo/panels/waiting/").content.decode()
    assert "unknown customer in" not in finance


def test_an_admin_adds_a_number_and_what_waits_for_it_is_booked(
    world: World, signed_in: SignedIn, stranger: WaitingRow
) -> None:
    admin = signed_in(world.vendor_admin)
    form = {
        "vendor": world.vendor.pk,
        "distributor": world.distributor.pk,
        "number": "K-99",
        "partner": world.reseller.pk,
    }
    answer = admin.post("/admin/sales/customernumber/add/", form)
    assert answer.status_code == 302
    number = CustomerNumber.objects.get(number="K-99")
    stranger.refresh_from_db()
    assert stranger.state == WaitingRow.State.BOOKED
    assert admin.get(f"/admin/sales/customernumber/{number.pk}/change/").status_code == 200
    assert admin.post(f"/admin/sales/customernumber/{number.pk}/change/", form | {"number": "X"}).status_code == 403
    assert "already exists" in admin.post("/admin/sales/customernumber/add/", form).content.decode()


def test_the_administration_offers_no_partner_of_another_vendor(world: World, signed_in: SignedIn) -> None:
    rivals = signed_in(world.rival_vendor_admin)
    form = {"vendor": world.vendor.pk, "distributor": world.distributor.pk, "number": "X", "partner": world.reseller.pk}
    answer = rivals.post("/admin/sales/customernumber/add/", form)
    assert answer.status_code == 200
    assert not CustomerNumber.objects.filter(number="X").exists()
    foreign = CustomerNumber.objects.get(number="K-1")
    assert rivals.get(f"/admin/sales/customernumber/{foreign.pk}/change/").status_code == 404
