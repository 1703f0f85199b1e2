"""A vendor's list of partners and one partner's page: all about this vendor, nothing about another one."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable
from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from common.dated import since
from common.models import User
from partners.models import EnrolmentStatus, EnrolmentTier, IndividualAgreement, Partner, VendorNumber
from programs.models import VendorStaff
from sales.models import SaleLine
from tests.rendering import read, words
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
    return [row.record["name"] for row in client.get(LIST + query).context["table"].rows]


def exported(client: Client, query: str = "") -> str:
    answer: Any = client.get(f"{LIST}?export=csv{query}")
    return b"".join(answer.streaming_content).decode("utf-8-sig")


# --- the list ----------------------------------------------------------------------------------------


def test_the_list_names_place_tier_revenue_rebate_and_last_sale(manager: Client) -> None:
    (row,) = csv.DictReader(io.StringIO(exported(manager)))
    assert row == {
        "Partner": "Elbtal Systemhaus GmbH",
        "Partner number": "2B3C4D5F",
        "Place": "Dresden, DE",
        "Tier": "Silver",
        "Activity": "Active",
        "Revenue this quarter (EUR)": "22120.00",
        "Last quarter by the same day (EUR)": "24000.00",
        "Change (EUR)": "-1880.00",
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
        manager.get(LIST)  # calculates whose figures have changed; from then on they are read
        with CaptureQueriesContext(connection) as captured:
            assert manager.get(LIST).status_code == 200
        return len(captured)

    few = queries()
    for number in range(12):
        partner = make_partner(f"Partner {number}", f"P{number:07}")
        enrol(partner, world.program, tier="silver")
        sell(partner, world.topseller, TODAY, "11", "11000.00", distributor=world.distributor, document=f"S-{number}")
    assert queries() == few


# --- active, sleeping, never bought ------------------------------------------------------------------


def buyer(world: World, name: str, *days: date, quantity: str = "1") -> Partner:
    """A partner of the vendor that bought on these days."""
    partner = make_partner(name, f"B{abs(hash(name)) % 10**7:07}")
    enrol(partner, world.program)
    for day in days:
        document = f"{name}-{day}"
        sell(partner, world.topseller, day, quantity, "100.00", distributor=world.distributor, document=document)
    return partner


def groups(client: Client, query: str = "") -> dict[str, int]:
    facets = client.get(LIST + query).context["filter"].facets()
    return {facet.label: facet.count for facet in facets}


@pytest.mark.parametrize(
    ("day", "group"),
    [
        (TODAY, "Active"),
        (date(2026, 10, 1), "Active"),
        (date(2026, 4, 1), "Active"),
        (date(2026, 3, 31), "Sleeping"),
        (date(2020, 1, 1), "Sleeping"),
        (None, "Never bought"),
    ],
)
def test_a_partner_sleeps_after_two_whole_quarters_without_a_purchase(
    world: World, manager: Client, day: date | None, group: str
) -> None:
    buyer(world, "Neu GmbH", *([day] if day else []))
    (row,) = csv.DictReader(io.StringIO(exported(manager, "&q=neu")))
    assert row["Activity"] == group
    assert groups(manager, "?q=neu") == {"Active": 0, "Sleeping": 0, "Never bought": 0} | {group: 1}


def test_each_partner_is_in_one_group_and_the_groups_lead_to_them(world: World, manager: Client) -> None:
    buyer(world, "Schlaf KG", date(2026, 2, 3))
    buyer(world, "Nie AG")
    buyer(world, "Nie OHG")
    assert groups(manager) == {"Active": 1, "Sleeping": 1, "Never bought": 2}
    assert names(manager, "?activity=active") == ["Elbtal Systemhaus GmbH"]
    assert names(manager, "?activity=sleeping") == ["Schlaf KG"]
    assert names(manager, "?activity=never") == ["Nie AG", "Nie OHG"]
    assert "Sleeping 1" in read(manager, LIST)
    assert "Active: bought something since 1 Apr 2026." in read(manager, LIST)


def test_the_groups_count_under_the_other_filters_and_lead_out_again(world: World, manager: Client) -> None:
    buyer(world, "Nie AG")
    buyer(world, "Nie OHG")
    page = manager.get(f"{LIST}?q=nie&activity=active&sort=-revenue&page=3")
    facets = {facet.label: facet for facet in page.context["filter"].facets()}
    assert {label: facet.count for label, facet in facets.items()} == {"Active": 0, "Sleeping": 0, "Never bought": 2}
    assert [facet.label for facet in facets.values() if facet.chosen] == ["Active"]
    assert facets["Active"].query == "q=nie&sort=-revenue"
    assert facets["Never bought"].query == "q=nie&sort=-revenue&activity=never"
    assert "Nothing matches these filters" in words(page.content.decode())


def test_returns_and_what_was_taken_back_keep_nobody_awake(world: World, manager: Client) -> None:
    buyer(world, "Retoure AG", TODAY, quantity="-1")
    wrong = buyer(world, "Verwechselt KG", TODAY)
    line = SaleLine.objects.get(partner=wrong)
    said: dict[str, Any] = {"distributor": world.distributor, "document": line.document_number, "reverses": line}
    sell(wrong, world.topseller, TODAY, "-1", "-100.00", **said)
    assert names(manager, "?activity=never") == ["Retoure AG", "Verwechselt KG"]
    rows = list(csv.DictReader(io.StringIO(exported(manager, "&activity=never"))))
    assert [row["Last sale"] for row in rows] == ["", ""]


def test_purchases_from_another_vendor_wake_nobody(world: World, manager: Client) -> None:
    partner = buyer(world, "Nur IBM AG")
    enrol(partner, world.rival_program)
    sell(partner, world.server, TODAY, "1", "100.00", distributor=world.distributor, document="S-9")
    assert names(manager, "?activity=never") == ["Nur IBM AG"]


def test_nonsense_for_a_group_is_an_error_and_hides_nothing(manager: Client) -> None:
    page = manager.get(f"{LIST}?activity=asleep")
    assert page.context["filter"].form.errors
    assert groups(manager, "?activity=asleep") == {"Active": 1, "Sleeping": 0, "Never bought": 0}


# --- figures and order -------------------------------------------------------------------------------


def test_the_last_quarter_is_compared_by_the_same_day(world: World, manager: Client) -> None:
    # The 47th day of the running quarter is today, of the one before 16 August.
    partner = buyer(world, "Vergleich AG", date(2026, 8, 16), date(2026, 8, 17), date(2026, 10, 1), TODAY)
    sell(partner, world.topseller, TODAY, "1", "55.00", distributor=world.distributor, document="V-1")
    (row,) = csv.DictReader(io.StringIO(exported(manager, "&q=vergleich")))
    assert row["Revenue this quarter (EUR)"] == "255.00"
    assert row["Last quarter by the same day (EUR)"] == "100.00"
    assert row["Change (EUR)"] == "155.00"
    assert "+155.00" in read(manager, f"{LIST}?q=vergleich")


@pytest.fixture
def unequal(world: World) -> None:
    """Partners with different figures, in different tiers and places."""
    buyer(world, "Berg AG", date(2026, 2, 3), date(2026, 7, 3))
    buyer(world, "Anker KG", TODAY, date(2026, 8, 1))
    enrol(make_partner("Nie OHG", "N0000000"), world.program, tier="gold")
    Partner.objects.filter(name="Nie OHG").update(city="Aachen")


@pytest.mark.usefixtures("unequal")
@pytest.mark.parametrize("column", ["revenue", "revenue_before", "revenue_change", "last_sale"])
def test_the_database_sorts_by_the_figures_that_are_shown(manager: Client, column: str) -> None:
    def shown(order: str) -> list[Any]:
        rows = manager.get(f"{LIST}?sort={order}").context["table"].rows
        return [row.record[column] or (date.min if column == "last_sale" else 0) for row in rows]

    figures = shown(column)
    assert len(figures) == 4
    assert len(set(figures)) > 2
    assert figures == sorted(figures)
    assert shown(f"-{column}") == sorted(figures, reverse=True)


@pytest.mark.usefixtures("unequal")
@pytest.mark.parametrize(
    ("column", "first", "last"),
    [
        ("name", "Anker KG", "Nie OHG"),
        ("place", "Nie OHG", "Elbtal Systemhaus GmbH"),
        ("tier", "Anker KG", "Nie OHG"),
    ],
)
def test_the_database_sorts_by_words(manager: Client, column: str, first: str, last: str) -> None:
    found = names(manager, f"?sort={column}")
    assert (found[0], found[-1]) == (first, last)


@pytest.mark.parametrize("column", ["rebate", "activity"])
def test_columns_that_the_database_does_not_know_are_not_sorted_by(world: World, manager: Client, column: str) -> None:
    buyer(world, "Anker KG")
    assert f"sort={column}" not in manager.get(LIST).content.decode()
    assert names(manager, f"?sort=-{column}") == ["Anker KG", "Elbtal Systemhaus GmbH"]


def test_pages_of_equal_figures_do_not_overlap(world: World, manager: Client) -> None:
    for number in range(60):
        buyer(world, f"Partner {number:02}")
    shown = []
    for page in (1, 2, 3):
        table = manager.get(f"{LIST}?sort=revenue_before&page={page}").context["table"]
        shown += [row.record["name"] for row in table.page.object_list]
    assert len(shown) == len(set(shown)) == 61


def test_an_export_has_every_partner_with_its_figures(world: World, manager: Client) -> None:
    for number in range(30):
        buyer(world, f"Partner {number:02}", TODAY)
    rows = list(csv.DictReader(io.StringIO(exported(manager))))
    assert len(rows) == 31
    assert {row["Revenue this quarter (EUR)"] for row in rows[1:]} == {"100.00"}
    assert rows[0]["Rebate so far (EUR)"] == "110.00"


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
        (TODAY, "Reseller Owner joined as owner", ""),
        (TODAY, "Reseller Sales joined as sales", ""),
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


def test_the_vendors_own_number_stands_beside_the_portals(world: World, signed_in: SignedIn) -> None:
    VendorNumber.objects.create(vendor=world.vendor, partner=world.reseller, number="P-1001")
    page = words(signed_in(world.channel_manager).get(DETAIL).content.decode())
    assert "Your number for it P-1001" in page
    rival = words(signed_in(world.rival_channel_manager).get("/vendor/ibm/partners/2B3C4D5F/").content.decode())
    assert "P-1001" not in rival
    VendorNumber.objects.update(number=world.reseller.number)
    assert "Your number for it" not in signed_in(world.channel_manager).get(DETAIL).content.decode()
