"""Distributors' reports in the browser: imported, refused with reasons, and their unknown customers matched."""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path

from playwright.sync_api import expect

from tests.journeys.browser import Window, plain
from tests.journeys.conftest import OpenWindow, desktop_in_english, paired, phone_in_german
from tests.journeys.reading import column, figures, number, word
from tests.sales.sending import report
from tests.serving import Served

COUNTS = ("Rows", "Booked", "Waiting", "Known before")
NOVEMBER = report(
    "K-1;Elbtal Systemhaus GmbH;RE-1;10;02.11.2026;21HM;3;3.000,50;EUR;P-1",
    "K-1;Elbtal Systemhaus GmbH;RE-1;20;02.11.2026;4X40;2;80,00;EUR;",
    "K-99;Elbtal Telefonladen;RE-2;10;03.11.2026;21HM;5;5.400,00;EUR;",
)
BROKEN = report(
    "K-1;Elbtal Systemhaus GmbH;RE-1;10;02.11.2026;21HM;3;3.000,50;EUR;P-1",
    "K-1;Elbtal Systemhaus GmbH;RE-1;20;31.02.2026;4X40;zwei;80,00;EUR;",
)
DASHBOARD = "/partner/2B3C4D5F/"


def upload(window: Window, folder: Path, name: str, content: bytes) -> None:
    (folder / name).write_bytes(content)
    page = window.page
    page.locator("input[type=file]").set_input_files(folder / name)
    # Distributors need not say who they are.
    if (distributor := page.locator("select[name=distributor]")).count():
        distributor.select_option(label="Allnet")
    page.locator("main form button.btn-primary").click()
    expect(page.locator("h1")).to_have_text(name)
    page.locator("#import").click()


def rebate_shown(window: Window) -> Decimal:
    """The top-seller rebate on the reseller's dashboard."""
    window.go(DASHBOARD)
    card = window.page.locator(".rebate-card", has_text="Top-seller rebate")
    return number(card.locator(".rebate-amount").inner_text(), window.language)


def counts(window: Window) -> tuple[str, ...]:
    """Rows of the report, booked, waiting, known before."""
    shown = figures(window)
    return tuple(shown[word(label, window.language)] for label in COUNTS)


@paired
def test_a_report_counts_at_once_and_an_unknown_customer_once_it_is_known(
    own_portal: Served, windows: OpenWindow, language: str, width: int, tmp_path: Path
) -> None:
    manager = windows(own_portal, "channel_manager@example.com", language=language, width=width)
    reseller = windows(own_portal, "reseller_owner@example.com", language=language, width=width)
    page = manager.page
    assert rebate_shown(reseller) == Decimal("110.00")

    manager.go("/vendor/lenovo/reports/")
    page.locator(".page-actions a.btn-primary").click()
    manager.see()
    upload(manager, tmp_path, "november.csv", NOVEMBER)
    expect(page.locator("h1")).to_have_text("november.csv")
    assert counts(manager) == ("3", "2", "1", "0")
    manager.see()
    # 25 top-sellers have reached the next step.
    assert rebate_shown(reseller) == Decimal("250.00")

    manager.go("/vendor/lenovo/customers/")
    page.get_by_role("link", name="Elbtal Telefonladen").click()
    manager.see()
    page.locator("#candidates li", has_text="Elbtal Systemhaus GmbH").locator("button").click()
    expect(page.locator("#candidates")).to_have_count(0)
    manager.see()
    assert rebate_shown(reseller) == Decimal("300.00")
    reseller.go(f"{DASHBOARD}sales/?q=RE-2")
    assert Decimal(5) in [number(text, language) for text in column(reseller, word("Quantity", language))]
    reseller.see()


@desktop_in_english
def test_a_customer_matched_by_mistake_is_put_right_after_seeing_what_happens(
    own_portal: Served, windows: OpenWindow, language: str, width: int
) -> None:
    manager = windows(own_portal, "channel_manager@example.com", language=language, width=width)
    reseller = windows(own_portal, "reseller_owner@example.com", language=language, width=width)
    page = manager.page
    assert rebate_shown(reseller) == Decimal("110.00")

    manager.go("/vendor/lenovo/customers/")
    page.get_by_role("link", name="Unbekannt & Sohn").click()
    expect(page.locator("#candidates li")).to_have_count(0)
    page.locator("#invite input[name=address]").fill("chef@unbekannt.example")
    page.locator("#invite button[type=submit]").click()
    expect(page.locator("#invite")).to_contain_text("chef@unbekannt.example")
    manager.see()
    page.locator("#candidates input[type=search]").fill("elbtal")
    page.locator("#candidates form[role=search] button").click()
    page.locator("#candidates li", has_text="Elbtal Systemhaus GmbH").locator("button").click()
    # 26 top-sellers have reached the next step.
    assert rebate_shown(reseller) == Decimal("260.00")

    manager.go("/vendor/lenovo/customers/numbers/")
    manager.see()
    page.get_by_role("link", name="K-404").click()
    manager.see()
    page.locator("#change a.btn").click()
    expect(page.locator("#effect")).to_contain_text("Elbtal Systemhaus GmbH")
    manager.see()
    page.locator("#effect button.btn-danger").click()
    expect(page.locator(".events .event")).to_have_count(2)
    manager.see()
    assert rebate_shown(reseller) == Decimal("110.00")
    manager.go("/vendor/lenovo/customers/")
    expect(page.get_by_role("link", name="Unbekannt & Sohn")).to_be_visible()


def test_the_same_file_again_adds_nothing(
    own_portal: Served, windows: OpenWindow, language: str, tmp_path: Path
) -> None:
    window = windows(own_portal, "channel_manager@example.com", language=language)
    for _ in range(2):
        window.go("/vendor/lenovo/reports/upload/")
        upload(window, tmp_path, "november.csv", NOVEMBER)
        expect(window.page.locator("h1")).to_have_text("november.csv")
        first = window.page.url
    assert window.page.url == first
    window.see()
    window.go("/vendor/lenovo/reports/?q=november")
    assert window.page.locator("main tbody tr").count() == 1


@phone_in_german
def test_a_broken_report_names_row_column_and_value_and_adds_nothing(
    portal: Served, windows: OpenWindow, language: str, width: int, tmp_path: Path
) -> None:
    window = windows(portal, "channel_manager@example.com", language=language, width=width)
    page = window.page
    window.go("/vendor/lenovo/reports/upload/")
    upload(window, tmp_path, "broken.csv", BROKEN)

    problems = page.locator("#problems tbody tr")
    expect(problems).to_have_count(2)
    expect(page.locator("#problems [data-error-summary]")).to_be_focused()
    found = [[plain(cell) for cell in row.locator("td").all_inner_texts()] for row in problems.all()]
    assert [row[1:3] for row in found] == [["Belegdatum", "31.02.2026"], ["Menge", "zwei"]]
    assert {number(row[0], language) for row in found} == {Decimal(3)}
    window.see()
    window.go("/vendor/lenovo/reports/?q=broken")
    assert window.page.locator("#list tbody tr").count() == 0


@paired
def test_a_distributor_sends_its_report_itself(
    own_portal: Served, windows: OpenWindow, language: str, width: int, tmp_path: Path
) -> None:
    window = windows(own_portal, "reporter@example.com", language=language, width=width)
    page = window.page
    window.go("/")
    expect(page).to_have_url(f"{window.url}/distributor/allnet/")
    window.see()
    page.locator(".page-actions a.btn-primary").click()
    page.locator("select[name=vendor]").select_option(label="Lenovo")
    window.see()
    upload(window, tmp_path, "november.csv", NOVEMBER)
    expect(page.locator("h1")).to_have_text("november.csv")
    assert counts(window) == ("3", "2", "1", "0")
    # Whom the vendor knows as which partner is not for distributors to see.
    assert "2B3C4D5F" not in window.text()
    window.see()
