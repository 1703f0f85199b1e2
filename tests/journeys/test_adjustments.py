"""A late report after the closing: an adjustment that the reseller understands; and one made by hand by two people."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path

from playwright.sync_api import expect

from tests.journeys.browser import plain
from tests.journeys.conftest import OpenWindow, desktop_in_english, phone_in_german
from tests.journeys.reading import number, word
from tests.serving import Served, manage_at
from tests.world import NOW

AFTER_THE_QUARTER = datetime(2026, 7, 12, 9, 0, tzinfo=UTC)
HEADER = "Kundennummer;Kunde;Belegnummer;Position;Belegdatum;Artikelnummer;Menge;Netto;Währung;Projekt"


def report(portal: Served, folder: Path, moment: datetime, *rows: str) -> None:
    file = folder / f"{moment:%Y%m%d}.csv"
    file.write_text("\n".join([HEADER, *rows, ""]))
    vendor, distributor = "--vendor=lenovo", "--distributor=allnet"
    manage_at(moment, "import_sellout", str(file), vendor, distributor, database_url=portal.database_url)


@phone_in_german
def test_a_late_report_after_the_closing_becomes_an_adjustment_the_reseller_understands(
    own_portal: Served, windows: OpenWindow, language: str, width: int, tmp_path: Path
) -> None:
    report(own_portal, tmp_path, AFTER_THE_QUARTER, "K-1;Elbtal;RE-77;10;28.06.2026;21HM;24;24.000,00;EUR;")
    manage_at(AFTER_THE_QUARTER, "close_period", "topseller", "2026Q2", database_url=own_portal.database_url)
    report(own_portal, tmp_path, NOW, "K-1;Elbtal;RE-88;10;30.06.2026;21HM;1;1.000,00;EUR;")
    manage_at(NOW, "close_period", "topseller", "2026Q3", database_url=own_portal.database_url)

    window = windows(own_portal, "reseller_finance@example.com", language=language, width=width)
    page = window.page
    window.go("/partner/2B3C4D5F/")
    page.get_by_role("link", name=word("Open the account", language)).click()
    expect(page).to_have_url(re.compile("/partner/2B3C4D5F/account/lenovo/EUR/$"))
    assert number(page.locator("h1").inner_text(), language) == Decimal("370.00")
    window.see()

    line = {
        "de": "Anpassung 2. Quartal 2026, mit dem Abschluss 3. Quartal 2026",
        "en": "Adjustment of Q2 2026, with the closing of Q3 2026",
    }[language]
    page.get_by_role("link", name=line).click()
    expect(page).to_have_url(re.compile("/rebates/topseller/topseller-loyalty/2026Q2/#adjusted-2026Q3$"))
    told = page.locator("#adjusted-2026Q3")
    expect(told).to_be_in_viewport()
    text = plain(told.inner_text())
    assert {"de": "+130,00 €", "en": "+€130.00"}[language] in text
    late = {"de": "1 Verkauf wurde gebucht, nachdem", "en": "1 sale was booked after the period was closed:"}[language]
    assert late in text
    step = {"de": "ab 25 statt ab 10", "en": "from 25 instead of from 10"}[language]
    assert step in text
    amounts = [number(each, language) for each in told.locator(".change-why .num").all_inner_texts()]
    assert sum(amounts, Decimal(0)) == Decimal("130.00")
    window.see()

    told.get_by_role("link", name="RE-88").click()
    expect(page.locator("h1")).to_have_text("ThinkPad T14")
    window.see()


@desktop_in_english
def test_an_adjustment_by_hand_takes_two_people_and_reaches_the_partner(
    own_portal: Served, windows: OpenWindow, language: str, width: int, tmp_path: Path
) -> None:
    proof = tmp_path / "note.csv"
    proof.write_text("who;what\nsales;agreed\n")
    window = windows(own_portal, "vendor_finance@example.com", language=language, width=width)
    page = window.page
    window.go("/vendor/lenovo/adjustments/new/")
    page.get_by_label(word("Partner", language), exact=True).fill("Elbtal")
    page.get_by_label(word("The partner gets more (+)", language)).check()
    page.get_by_label(word("Amount", language)).fill("50")
    page.get_by_label(word("Reason", language)).fill("Kulanz")
    page.get_by_label(word("Proof", language)).set_input_files(proof)
    window.see()
    page.get_by_role("button", name=word("Propose the adjustment", language)).click()
    expect(page).to_have_url(re.compile(r"/adjustments/\d+/$"))
    expect(page.locator("#deciders")).to_contain_text("Vendor Admin")
    address = page.url.removeprefix(window.url)
    window.see()

    second = windows(own_portal, "vendor_admin@example.com", language=language, width=width)
    second.go(address)
    second.see()
    second.page.locator("#book button").click()
    expect(second.page.locator("#account")).to_be_visible()

    reseller = windows(own_portal, "reseller_owner@example.com", language=language, width=width)
    reseller.go("/partner/2B3C4D5F/account/lenovo/EUR/")
    assert number(reseller.page.locator("h1").inner_text(), language) == Decimal("50.00")
    assert {"de": "Korrektur: Kulanz", "en": "Correction: Kulanz"}[language] in reseller.text()
    reseller.see()
