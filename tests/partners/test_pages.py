"""A vendor's list of partners and one partner's page: all about this vendor, nothing about another one."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable
from datetime import date
from decimal import Decimal

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from common.dated import since
from common.models import User
from partners.models import EnrolmentStatus, EnrolmentTier, IndividualAgreement
from programs.models import VendorStaff
from tests.rendering import words
from tests.world import START, TODAY, World, enrol, make_partner, make_program, sell

SignedIn = Callable[[User], Client]
LIST = "/vendor/lenovo/partners/"
DETAIL = "/vendor/lenovo/partners/2B3C4D5F/"


@pytest.fixture
def manager(world: World, signed_in: SignedIn) -> Client:
    return signed_in(world.channel_manager)


@pytest.fixture
def several(world: World) -> None:
    """Two more partners of the vendor: one in gold and abroad, one that only applied."""
    gold = make_partner("Alpen-IT", "3C4D5F6G", country="AT")
    enrol(gold, world.program, tier="gold")
    sell(gold, world.topseller, date(2026, 8, 3), "5", "5000.00", distributor=world.distributor, document="S-1")
    applicant = make_partner("Zwickau Netz", "4D5F6G7H")
    applied = enrol(applicant, make_program(world.vendor, "second", "Second program", ("base",)), tier=None)
    EnrolmentStatus.objects.filter(enrolment=applied).update(status="applied")


def names(client: Client, query: str = "") -> list[str]:
    return [row.record.partner.name for row in client.get(LIST + query).context["table"].rows]


def read(client: Client, path: str) -> str:
    page = client.get(path)
    assert page.status_code == 200
    return words(page.content.decode())


# --- the list ----------------------------------------------------------------------------------------


def test_the_list_names_place_tier_revenue_rebate_and_last_sale(manager: Client) -> None:
    (row,) = csv.DictReader(io.StringIO(manager.get(f"{LIST}?export=csv").content.decode("utf-8-sig")))
    assert row == {
        "Partner": "Elbtal Systemhaus GmbH",
        "Place": "Dresden, DE",
        "Tier": "Silver",
        "Revenue this quarter (EUR)": "22120.00",
        "Last quarter (EUR)": "24000.00",
        "Rebate so far (EUR)": "110.00",
        "Last sale": "2026-10-20",
    }


@pytest.mark.usefixtures("several")
def test_the_list_is_filtered_by_program_tier_status_country_and_words(world: World, manager: Client) -> None:
    gold = world.program.tiers.get(code="gold")
    assert names(manager) == ["Alpen-IT", "Elbtal Systemhaus GmbH", "Zwickau Netz"]
    assert names(manager, f"?program={world.program.pk}") == ["Alpen-IT", "Elbtal Systemhaus GmbH"]
    assert names(manager, f"?tier={gold.pk}") == ["Alpen-IT"]
    assert names(manager, "?status=applied") == ["Zwickau Netz"]
    assert names(manager, "?country=AT") == ["Alpen-IT"]
    assert names(manager, "?q=elbtal+dresden") == ["Elbtal Systemhaus GmbH"]
    assert names(manager, "?q=2B3C") == ["Elbtal Systemhaus GmbH"]
    assert names(manager, "?q=nobody") == []


@pytest.mark.usefixtures("several")
def test_the_list_is_sorted_by_figures(manager: Client) -> None:
    assert names(manager, "?sort=-revenue_before")[0] == "Elbtal Systemhaus GmbH"
    assert names(manager, "?sort=-revenue")[0] == "Elbtal Systemhaus GmbH"
    assert names(manager, "?sort=-last_sale")[:2] == ["Elbtal Systemhaus GmbH", "Alpen-IT"]


def test_the_tier_is_that_of_today(world: World, manager: Client) -> None:
    silver, gold = (world.program.tiers.get(code=code) for code in ("silver", "gold"))
    EnrolmentTier.objects.filter(enrolment=world.enrolment).update(valid=since(START, TODAY))
    EnrolmentTier.objects.create(enrolment=world.enrolment, tier=gold, valid=since(TODAY))
    assert names(manager, f"?tier={silver.pk}") == []
    assert names(manager, f"?tier={gold.pk}") == ["Elbtal Systemhaus GmbH"]


def test_choices_of_other_vendors_are_refused(world: World, manager: Client) -> None:
    assert manager.get(f"{LIST}?program={world.rival_program.pk}").context["filter"].form.errors
    member = world.rival_program.tiers.get()
    assert manager.get(f"{LIST}?tier={member.pk}").context["filter"].form.errors


def test_partners_of_another_vendor_are_not_listed_even_for_staff_of_both(world: World, signed_in: SignedIn) -> None:
    VendorStaff.objects.create(vendor=world.rival_vendor, user=world.channel_manager, role="channel_manager")
    client = signed_in(world.channel_manager)
    assert names(client) == ["Elbtal Systemhaus GmbH"]
    assert client.get("/vendor/lenovo/partners/6G7H8J9K/").status_code == 404
    assert client.get("/vendor/ibm/partners/6G7H8J9K/").status_code == 200


def test_a_vendor_without_partners_is_told_how_they_come(world: World, signed_in: SignedIn) -> None:
    for history in (EnrolmentStatus, EnrolmentTier):
        history.objects.filter(enrolment=world.enrolment).delete()
    world.enrolment.delete()
    assert "No partners yet" in read(signed_in(world.channel_manager), LIST)


def test_the_number_of_queries_does_not_grow_with_partners(world: World, manager: Client) -> None:
    def queries() -> int:
        with CaptureQueriesContext(connection) as captured:
            assert manager.get(LIST).status_code == 200
        return len(captured)

    few = queries()
    for number in range(12):
        partner = make_partner(f"Partner {number}", f"P{number:07}")
        enrol(partner, world.program, tier="silver")
        sell(partner, world.topseller, TODAY, "11", "11000.00", distributor=world.distributor, document=f"S-{number}")
    assert queries() == few


# --- one partner -------------------------------------------------------------------------------------


def test_the_page_tells_who_they_are_and_what_they_earn(world: World, manager: Client) -> None:
    text = read(manager, DETAIL)
    assert "Elbtal Systemhaus GmbH Dresden, DE" in text
    assert "Top-Seller Loyalty active Tier Silver since 1 Jan 2026" in text
    assert "Reseller Owner reseller_owner@example.com" in text
    assert "€110.00" in text
    assert "3 more units of “Topsellers” by 31 December: +€140.00" in text
    assert "Q3 2026 Top-seller rebate €120.00 closes on 11 October" in text


def test_nothing_of_other_vendors_is_on_the_page(manager: Client) -> None:
    text = read(manager, DETAIL)
    for foreign in ("10hoch4", "IBM", "Power", "3,000.00", "30,000.00", "52,120.00", "5,280.00"):
        assert foreign not in text


def test_revenue_is_drawn_by_quarter(world: World, manager: Client) -> None:
    panels = manager.get(DETAIL).context["panels"]["main"]
    (chart,) = [context["chart"] for template, context in panels if "revenue" in template]
    assert list(zip(chart.labels, chart.series[0].values, strict=True)) == [
        ("Q3 2026", Decimal("24000.00")),
        ("Q4 2026", Decimal("22120.00")),
    ]


def test_the_history_tells_status_tier_and_agreements_newest_first(world: World, manager: Client) -> None:
    gold = world.program.tiers.get(code="gold")
    EnrolmentTier.objects.filter(enrolment=world.enrolment).update(valid=since(START, date(2026, 6, 1)))
    EnrolmentTier.objects.create(
        enrolment=world.enrolment, tier=gold, valid=since(date(2026, 6, 1)), reason="Criteria reached"
    )
    IndividualAgreement.objects.create(enrolment=world.enrolment, valid=since(TODAY), note="Frame contract")
    IndividualAgreement.objects.create(enrolment=world.second_enrolment, valid=since(TODAY), note="Secret")
    events = manager.get(DETAIL).context["events"]
    assert [(event.at, event.title, event.text) for event in events] == [
        (TODAY, "Individual agreement", "Frame contract"),
        (date(2026, 6, 1), "Tier: Gold", "Criteria reached"),
        (START, "Status: active", ""),
        (START, "Tier: Silver", ""),
    ]


def test_links_lead_to_explanations_the_vendor_may_see(manager: Client) -> None:
    for template, context in manager.get(DETAIL).context["panels"]["main"]:
        if template == "rebates/panels/of_partner.html":
            urls = [card.url for card in context["cards"]] + [row["url"] for row in context["rows"]]
            assert [manager.get(url).status_code for url in urls] == [200] * len(urls)
            assert len(urls) >= 2


def test_resellers_do_not_see_the_vendors_pages(world: World, signed_in: SignedIn) -> None:
    client = signed_in(world.reseller_owner)
    assert client.get(LIST).status_code == 404
    assert client.get(DETAIL).status_code == 404
