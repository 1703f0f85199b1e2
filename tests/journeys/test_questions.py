"""A partner misses a sale and doubts another one: asked, asked back, answered, withdrawn, in the browser."""

from __future__ import annotations

from pathlib import Path

from playwright.sync_api import expect

from tests.journeys.browser import Window
from tests.journeys.conftest import OpenWindow, desktop_in_english, phone_in_german
from tests.journeys.reading import word
from tests.journeys.test_reports import upload
from tests.sales.asking import PDF
from tests.sales.sending import report
from tests.serving import Served

PARTNER, VENDOR = "/partner/2B3C4D5F", "/vendor/lenovo"
FOUND = report("K-1;Elbtal Systemhaus GmbH;R-1005;10;02.11.2026;21HM;2;2.000,00;EUR;")
SUBMIT = "button.btn-primary"


def waiting(window: Window, start: str) -> str:
    """What waits for the person on its dashboard."""
    window.go(start)
    expect(window.page.locator("#waiting .panels-later")).to_have_count(0)
    return window.text("#waiting")


@desktop_in_english
def test_a_missing_sale_is_found_and_shown_to_the_partner(
    own_portal: Served, windows: OpenWindow, language: str, width: int, tmp_path: Path
) -> None:
    partner = windows(own_portal, "reseller_sales@example.com", language=language, width=width)
    manager = windows(own_portal, "channel_manager@example.com", language=language, width=width)
    invoice = tmp_path / PDF.file_name
    invoice.write_bytes(PDF.content)

    # Asked with the invoice. A mistake loses nothing that was typed.
    partner.expect_answer(422)
    page = partner.page
    partner.go(f"{PARTNER}/sales/")
    partner.see()
    page.get_by_role("link", name=word("Missing a sale?", language)).click()
    partner.see()
    page.locator("select[name=vendor]").select_option(label="Lenovo")
    page.locator("textarea[name=text]").fill("Unsere Rechnung R-1005 fehlt.")
    page.locator("main form").locator(SUBMIT).click()
    expect(page.locator("#id_document_number")).to_have_attribute("aria-invalid", "true")
    expect(page.locator("textarea[name=text]")).to_have_value("Unsere Rechnung R-1005 fehlt.")
    partner.see()
    page.locator("[name=document_number]").fill("R-1005")
    page.locator("[name=article]").fill("21HM")
    page.locator("input[type=file]").set_input_files(invoice)
    page.locator("main form").locator(SUBMIT).click()
    expect(page.locator("h1")).to_have_text("R-1005, 21HM")
    partner.see()
    question = page.url.removeprefix(partner.url)

    # The vendor needs to know more.
    assert word("%(count)s question of a partner", language) % {"count": 1} in waiting(manager, f"{VENDOR}/")
    page = manager.page
    page.locator("#waiting a").first.click()
    manager.see()
    page.get_by_role("link", name="R-1005, 21HM").click()
    manager.see()
    with page.expect_download() as download:
        page.get_by_role("link", name=PDF.file_name).click()
    assert download.value.path().read_bytes() == PDF.content
    page.locator("#ask-back textarea").fill("Bei welchem Distributor?")
    page.locator("#ask-back").locator(SUBMIT).click()
    expect(page).to_have_url(f"{manager.url}{VENDOR}/questions/")
    manager.see()

    assert word("%(vendor)s has a question for you", language) % {"vendor": "Lenovo"} in waiting(partner, f"{PARTNER}/")
    partner.page.locator("#waiting a").first.click()
    expect(partner.page).to_have_url(partner.url + question)
    partner.see()
    partner.page.locator("#write textarea").fill("Allnet.")
    partner.page.locator("#write").locator(SUBMIT).click()
    expect(partner.page.locator("#thread")).to_contain_text("Allnet.")
    partner.see()

    # Meanwhile the distributor reports it; the answer names the line.
    manager.go(f"{VENDOR}/reports/upload/")
    upload(manager, tmp_path, "late.csv", FOUND)
    expect(page.locator("h1")).to_have_text("late.csv")
    manager.go(f"{VENDOR}/questions/")
    page.get_by_role("link", name="R-1005, 21HM").click()
    page.locator("#answer input[value=accept]").check()
    line = page.locator("#answer select option", has_text="R-1005").get_attribute("value")
    page.locator("#answer select").select_option(line)
    page.locator("#answer textarea").fill("Gefunden und gebucht.")
    manager.see()
    page.locator("#answer").locator(SUBMIT).click()
    expect(page).to_have_url(f"{manager.url}{VENDOR}/questions/")
    manager.see()

    partner.go(question)
    partner.see()
    partner.page.get_by_role("link", name=word("Show the sale", language)).click()
    expect(partner.page.locator("main")).to_contain_text("R-1005")
    assert partner.page.url.startswith(f"{partner.url}{PARTNER}/sales/")
    partner.see()


@phone_in_german
def test_a_wrong_sale_is_asked_about_with_its_facts_filled_in_and_withdrawn(
    own_portal: Served, windows: OpenWindow, language: str, width: int
) -> None:
    window = windows(own_portal, "reseller_owner@example.com", language=language, width=width)
    page = window.page
    window.go(f"{PARTNER}/sales/?q=R-1001")
    page.locator("main .row-link").click()
    page.get_by_role("link", name=word("Something wrong?", language)).click()
    expect(page.locator("[name=document_number]")).to_have_value("R-1001")
    expect(page.locator("[name=quantity]")).to_have_value("24")
    window.see()
    page.locator("[name=quantity]").fill("22")
    page.locator("textarea[name=text]").fill("22.")
    page.locator("main form").locator(SUBMIT).click()
    booked = word("booked: %(value)s", language) % {"value": 24}
    expect(page.locator("main")).to_contain_text(booked)
    window.see()
    question = page.url
    window.go(f"{PARTNER}/sales/?q=R-1001")
    page.locator("main .row-link").click()
    page.get_by_role("link", name=word("Read it", language)).click()
    expect(page).to_have_url(question)
    page.get_by_role("button", name=word("Withdraw the question", language)).click()
    expect(page.locator(".page-header, main").first).to_contain_text(word("Withdrawn", language))
    expect(page.locator("#write")).to_have_count(0)
    window.see()
