"""A list in use: it changes in place, says so, keeps the focus, and its address and the back button keep up."""

from __future__ import annotations

from collections.abc import Iterator
from urllib.parse import parse_qs, urlsplit

import pytest
from django.db import transaction
from playwright.sync_api import Page, expect
from pytest_django import DjangoDbBlocker

from common.access import CHANNEL_MANAGER, OWNER
from partners.models import BroughtContact
from portal.testing import clone_database, database_url, django_on
from tests.journeys.browser import DESKTOP, PHONE, Window
from tests.journeys.conftest import OpenWindow
from tests.journeys.people import invite
from tests.people import staff_of
from tests.serving import Served, served
from tests.world import NOW, build_world, enrol, make_partner

PARTNERS = 60
CONTACTS = 12
LIST = "/vendor/lenovo/partners/"


@pytest.fixture(scope="module")
def many_partners(
    template_database: str, django_db_blocker: DjangoDbBlocker, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Served]:
    """A vendor with more partners than a page holds, every third of them in Austria."""
    with clone_database(template_database, f"{template_database}_many_partners") as name:
        with django_on(name, django_db_blocker), transaction.atomic():
            world = build_world()
            for number in range(PARTNERS):
                country = "DE" if number % 3 else "AT"
                partner = make_partner(f"Fernmelde {number:02}", f"F{number:03}", country=country)
                enrol(partner, world.program)
                if number < CONTACTS:
                    BroughtContact.objects.create(
                        vendor=world.vendor, partner=partner, address=f"f{number}@example.com", role=OWNER,
                        language="en", imported_at=NOW,
                    )  # fmt: skip
            invite(staff_of(world.vendor, "list_reader", CHANNEL_MANAGER, second_factor=False, is_demo=True))
        with served(database_url(name), tmp_path_factory.mktemp("portal")) as running:
            yield running


@pytest.fixture
def reader(many_partners: Served, windows: OpenWindow, width: int) -> Window:
    window = windows(many_partners, "list_reader@example.com", language="en", width=width)
    window.go(LIST)
    return window


def says(page: Page, text: str) -> None:
    expect(page.locator("[data-announce]")).to_have_text(text)
    expect(page.locator("#live-region")).to_have_text(text)


def query(page: Page) -> dict[str, list[str]]:
    return parse_qs(urlsplit(page.url).query)


def test_searching_and_filtering_narrow_the_list_in_place(reader: Window) -> None:
    page = reader.page
    page.locator("#list-q").press_sequentially("fernmelde 1")
    says(page, "15 entries")
    expect(page.locator("#list-q")).to_be_focused()
    expect(page.locator("#list-q")).to_have_value("fernmelde 1")
    if reader.width == PHONE:
        page.locator(".filter-toggle").click()
    country = page.locator("#id_country")
    country.focus()
    country.select_option("AT")
    says(page, "5 entries")
    expect(country).to_be_focused()
    expect(country).to_be_visible()
    assert query(page) == {"q": ["fernmelde 1"], "country": ["AT"]}
    reader.see()

    page.locator(".chip").first.click()
    says(page, "20 entries")
    expect(page.locator("#list-q")).to_have_value("")
    expect(page.locator("#list")).to_be_focused()
    assert query(page) == {"country": ["AT"]}

    page.go_back()
    expect(page.locator("[data-announce]")).to_have_text("5 entries")
    expect(page.locator("#list-q")).to_have_value("fernmelde 1")

    page.reload()
    expect(page.locator(".chip")).to_have_count(2)


def test_order_and_page_are_kept_with_the_filter(reader: Window) -> None:
    page = reader.page
    if reader.width == DESKTOP:
        page.locator("#list-sort-name").press("Enter")
        expect(page.locator("th[aria-sort=descending]")).to_have_count(1)
        expect(page.locator("#list-sort-name")).to_be_focused()
        expect(page.locator("tbody tr").first).to_contain_text("Fernmelde 59")
    last = page.locator(".list-pages a").last
    number = last.inner_text()
    last.click()
    expect(page.locator(".list-pages [aria-current=page]")).to_have_text(number)
    # Keys pressed in the milliseconds before htmx listens to what it swapped in would start no search.
    expect(page.locator(".htmx-added")).to_have_count(0)
    page.locator("#list-q").press_sequentially("fernmelde 2")
    says(page, "15 entries")
    assert "page" not in query(page)
    assert query(page).get("sort") == (["-name"] if reader.width == DESKTOP else None)
    reader.see()


def test_groups_narrow_the_list_in_place_and_lead_out_again(reader: Window) -> None:
    page = reader.page
    page.locator(".facet", has_text="Active").click()
    says(page, "1 entry")
    expect(page.locator(".facet[aria-current=true]")).to_have_text("Active 1")
    expect(page.locator("tbody tr")).to_contain_text("Elbtal")
    page.locator("#list-q").press_sequentially("fernmelde")
    says(page, "0 entries")
    assert query(page) == {"q": ["fernmelde"], "activity": ["active"]}
    page.locator(".facet", has_text="Never bought").click()
    says(page, "60 entries")
    reader.see()
    page.locator(".facet[aria-current=true]").click()
    expect(page.locator(".facet[aria-current=true]")).to_have_count(0)
    expect(page.locator("#list-q")).to_have_value("fernmelde")
    assert query(page) == {"q": ["fernmelde"]}


def test_a_row_opens_the_thing_itself_wherever_it_is_clicked(reader: Window) -> None:
    page = reader.page
    row = page.locator("tbody tr", has_text="Fernmelde 07")
    box = row.bounding_box()
    assert box is not None
    row.click(position={"x": box["width"] - 20, "y": box["height"] - 5})
    expect(page).to_have_url(f"{reader.url}{LIST}F007/")


def test_without_a_connection_the_page_says_so(reader: Window) -> None:
    page = reader.page
    page.context.set_offline(True)
    page.locator("#list-q").press_sequentially("x")
    expect(page.locator("#connection-problem")).to_be_visible()
    page.context.set_offline(False)
    page.locator("#list-q").press_sequentially("y")
    expect(page.locator("#connection-problem")).to_be_hidden()


def test_those_whom_the_narrowed_list_shows_are_invited_and_nobody_else(reader: Window) -> None:
    page = reader.page
    reader.go(f"{LIST}invitations/")
    country, number = ("AT", CONTACTS // 3) if reader.width == PHONE else ("DE", CONTACTS - CONTACTS // 3)
    if reader.width == PHONE:
        page.locator(".filter-toggle").click()
    page.locator("#id_country").select_option(country)
    says(page, f"{number} entries")
    expect(page.locator("input[name=number]")).to_have_value(str(number))
    reader.see()
    page.get_by_role("checkbox").first.check()
    page.get_by_role("button", name="Invite those who are ticked").click()
    expect(page.locator(".messages")).to_contain_text("1 person is being invited.")
    assert query(page) == {"country": [country]}
    page.get_by_role("button", name="Invite now").click()
    expect(page.locator(".messages")).to_contain_text(f"{number - 1} people are being invited.")
    expect(page.locator("tbody .badge")).to_have_text(["invited"] * number)
    reader.see()
