"""A report's way in the browser: a strange layout put right and remembered, a replacement, a large file."""

from __future__ import annotations

import base64
import re
from collections.abc import Iterator
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path

import psycopg
import pytest
from playwright.sync_api import expect

from portal.testing import clone_database, database_url
from tests import services
from tests.journeys.browser import Window
from tests.journeys.conftest import OpenWindow, desktop_in_english, paired
from tests.journeys.reading import figures, number, word
from tests.journeys.test_reports import DASHBOARD, rebate_shown, upload
from tests.sales.sending import many_rows, report
from tests.serving import Served, served

STRANGE = """\
Abverkauf Lenovo;;;;;;
Stand 13.11.2026;;;;;;

Wer;Kd-Nr.;Beleg;Tag;Hersteller-Nr.;Anzahl;VE;Umsatz;Netto EUR
Elbtal Systemhaus GmbH;K-1;RE-1;03/04/2026;21HM;1;Karton;;2,000.50
Elbtal Systemhaus GmbH;K-1;RE-2;05/04/2026;4X40;2;Stück;;-80.00

Wer;Kd-Nr.;Beleg;Tag;Hersteller-Nr.;Anzahl;VE;Umsatz;Netto EUR
Elbtal Systemhaus GmbH;K-1;RE-3;06/04/2026;4X40;3;Stück;;120.00
Summe;;;;;;;;2,040.50
"""


def choose(window: Window, path: Path, content: bytes) -> None:
    """Choose the file on the page of the upload and go on to its check."""
    path.write_bytes(content)
    page = window.page
    page.locator("input[type=file]").set_input_files(path)
    for other in ("distributor", "vendor"):
        if (select := page.locator(f"select[name={other}]")).count():
            select.select_option(label={"distributor": "Allnet", "vendor": "Lenovo"}[other])
    page.locator("main form button.btn-primary").click()
    expect(page.locator("#check")).to_be_visible()


@paired
def test_a_first_report_with_a_strange_layout_is_put_right_and_the_second_asks_nothing(
    own_portal: Served, windows: OpenWindow, language: str, width: int, tmp_path: Path
) -> None:
    window = windows(own_portal, "reporter@example.com", language=language, width=width)
    page = window.page
    window.go("/distributor/allnet/upload/")
    window.see()
    choose(window, tmp_path / "april.csv", STRANGE.encode("cp1252"))
    window.see()

    # What the file leaves open: the column of the date, which no name tells, pieces in a box; then how dates are meant.
    page.locator("#check fieldset", has_text=word("Document date", language)).get_by_label("Tag", exact=True).check()
    page.get_by_label("Karton").fill("10")
    page.locator("#answer").click()
    day = page.locator("#check fieldset", has_text="03/04/2026")
    expect(day).to_be_visible()
    window.see()
    day.get_by_label("31/12/2026").check()
    page.locator("#answer").click()
    expect(page.locator("#import")).to_be_visible()
    window.see()
    first = page.locator(".preview tbody tr").first.locator(".preview-read")
    assert number(first.nth(2).inner_text(), language) == Decimal(10)
    assert number(first.nth(3).inner_text(), language) == Decimal("2000.50")

    # One column is corrected by hand: the empty one is no project, and the customer's name is.
    page.locator("#layout summary").click()
    page.locator("#layout tr", has_text="Wer").locator("select").select_option(value="customer_name")
    window.see()
    page.locator("#update-below").click()
    meaning = page.locator(".preview thead th", has_text="Wer").locator(".preview-meaning")
    expect(meaning).to_contain_text(word("Customer", language))
    expect(page.locator("#layout")).to_have_attribute("open", "")
    page.locator("#import").click()
    page.wait_for_url("**/reports/*/")
    assert figures(window)[word("Rows", language)] == "3"
    window.see()

    window.go("/distributor/allnet/upload/")
    choose(window, tmp_path / "mai.csv", STRANGE.replace("RE-", "RM-").encode("cp1252"))
    expect(page.locator("#answer")).to_have_count(0)
    expect(page.locator("#import")).to_be_visible()
    window.see()


def test_a_replacement_is_offered_where_rows_clash_and_figures_follow(
    own_portal: Served, windows: OpenWindow, language: str, tmp_path: Path
) -> None:
    manager = windows(own_portal, "channel_manager@example.com", language=language)
    reseller = windows(own_portal, "reseller_owner@example.com", language=language)
    page = manager.page
    row = "K-1;Elbtal Systemhaus GmbH;RE-1;10;02.11.2026;21HM;{};{};EUR;"
    manager.go("/vendor/lenovo/reports/upload/")
    upload(manager, tmp_path, "november.csv", report(row.format(3, "3.000,50")))
    expect(page.locator("h1")).to_have_text("november.csv")
    assert rebate_shown(reseller) == Decimal("250.00")

    manager.go("/vendor/lenovo/reports/upload/")
    upload(manager, tmp_path, "corrected.csv", report(row.format(1, "1.000,50")))
    replace = page.locator("main .notice", has_text="november.csv").locator("button")
    expect(replace).to_be_visible()
    manager.see()
    assert rebate_shown(reseller) == Decimal("250.00")
    replace.click()
    page.wait_for_url("**/reports/*/")
    shown = figures(manager)
    assert (shown[word("Booked", language)], shown[word("Taken back", language)]) == ("1", "1")
    manager.see()
    # 23 top-sellers only: the step that the wrong report had reached is lost again.
    assert rebate_shown(reseller) == Decimal("115.00")
    page.get_by_role("link", name=word("Show that report", language)).click()
    expect(page.locator("h1")).to_have_text("november.csv")
    manager.see()
    reseller.go(f"{DASHBOARD}sales/?q=RE-1")
    reseller.see()


def test_a_file_that_is_dropped_beside_the_field_is_taken(
    portal: Served, windows: OpenWindow, language: str, tmp_path: Path
) -> None:
    window = windows(portal, "channel_manager@example.com", language=language)
    page = window.page
    window.go("/vendor/lenovo/reports/upload/")
    content = base64.b64encode(report("K-1;;R-1;1;02.11.2026;21HM;1;1000,50;;")).decode()
    dropped = page.evaluate_handle(
        """(content) => {
            const data = new DataTransfer();
            data.items.add(new File([Uint8Array.from(atob(content), (sign) => sign.charCodeAt(0))], "dropped.csv"));
            return data;
        }""",
        content,
    )
    page.dispatch_event("h1", "dragover", {"dataTransfer": dropped})
    expect(page.locator("input.drop-zone")).to_have_class(re.compile("drop-zone-over"))
    page.dispatch_event("h1", "drop", {"dataTransfer": dropped})
    expect(page.locator("input.drop-zone")).not_to_have_class(re.compile("drop-zone-over"))
    assert page.evaluate("() => document.querySelector('input.drop-zone').files[0].name") == "dropped.csv"
    window.see()


# --- large files -----------------------------------------------------------------------------------------------------

LARGE = 3_000
BOOKING_FOR_ALLNET = """
SELECT pg_advisory_xact_lock(hashtextextended(format('sell-out %s %s', vendor.id, distributor.id), 0))
FROM programs_vendor AS vendor, programs_distributor AS distributor
WHERE vendor.slug = 'lenovo' AND distributor.slug = 'allnet'
"""


@dataclass(frozen=True)
class Working:
    portal: Served
    redis_url: str
    log: Path


@pytest.fixture
def working(world_database: str, tmp_path: Path) -> Iterator[Working]:
    """The small world, served with a broker of its own, where every file is a large one."""
    with (
        clone_database(world_database, f"{world_database}_working") as name,
        services.broker(tmp_path / "broker") as valkey,
        served(
            database_url(name), tmp_path / "portal", env={"REDIS_URL": valkey.url, "SELLOUT_ROWS_AT_ONCE": "10"}
        ) as running,
    ):
        yield Working(running, valkey.url, tmp_path / "worker.log")


@desktop_in_english
def test_a_large_file_shows_how_far_it_is_and_ends_at_its_report(
    working: Working, windows: OpenWindow, language: str, width: int, tmp_path: Path
) -> None:
    window = windows(working.portal, "channel_manager@example.com", language=language, width=width)
    page = window.page
    window.go("/vendor/lenovo/reports/upload/")
    upload(window, tmp_path, "large.csv", many_rows(count=LARGE))
    told = page.locator("#progress-text")
    expect(told).to_be_visible()
    assert number(told.inner_text(), language) == LARGE
    window.see()

    with psycopg.connect(working.portal.database_url) as other:
        # Whoever books for the distributor meanwhile lets this report wait once it is read.
        other.execute(BOOKING_FOR_ALLNET)
        with services.worker(database_url=working.portal.database_url, redis_url=working.redis_url, log=working.log):
            all_read = word(
                "All %(total)s rows are read. Now they are compared with what is known, and booked.", language
            )
            expect(told).to_contain_text(all_read.partition("%(total)s ")[2])
            window.see()
            other.rollback()
            page.wait_for_url("**/reports/*/")
    expect(page.locator(".messages")).to_be_visible()
    shown = figures(window)
    assert number(shown[word("Rows", language)], language) == LARGE
    window.see()
