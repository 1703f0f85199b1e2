"""A training from its plan to the certificate, and a certificate from elsewhere, in the browser."""

from __future__ import annotations

from pathlib import Path

from playwright.sync_api import Page, expect

from tests.journeys.browser import Window
from tests.journeys.conftest import OpenWindow, desktop_in_english, phone_in_german
from tests.journeys.reading import word
from tests.serving import Served
from tests.trainings.teaching import PDF

PARTNER, VENDOR = "/partner/2B3C4D5F", "/vendor/lenovo"
SUBMIT = "button.btn-primary"
MOST_TABS = 80
NAMES = {"de": "Technische Schulung", "en": "Technical training"}


def tab_to(page: Page, selector: str) -> None:
    """Press Tab until this has the focus, as somebody without a mouse does."""
    for _press in range(MOST_TABS):
        page.keyboard.press("Tab")
        if page.evaluate("(selector) => document.activeElement.matches(selector)", selector):
            return
    raise AssertionError(f"{selector} is not reached by keyboard on {page.url}")


def add_training(window: Window) -> None:
    """For everybody, valid for two years, with certificates from elsewhere."""
    page = window.page
    window.go(f"{VENDOR}/trainings/")
    window.see()
    page.get_by_role("link", name=word("New training", window.language)).click()
    window.see()
    page.locator("[name=code]").fill("technical")
    page.locator("[name=name]").fill("Technische Schulung")
    page.locator("[name=name_en]").fill("Technical training")
    page.locator("[name=validity_months]").fill("24")
    page.locator("[name=external]").check()
    page.locator("main form").locator(SUBMIT).click()
    expect(page.locator("h1")).to_have_text(NAMES[window.language])


def plan_date(window: Window) -> None:
    """This evening, so that it can be booked now and closed today; one seat."""
    page = window.page
    page.get_by_role("link", name=word("Plan a date", window.language)).click()
    window.see()
    page.locator("[name=starts_at]").fill("2026-11-16T19:00")
    page.locator("[name=ends_at]").fill("2026-11-16T21:00")
    page.locator("[name=place]").fill("Berlin")
    page.locator("[name=seats]").fill("1")
    page.locator("[name=book_until]").fill("2026-11-16")
    page.locator("main form").locator(SUBMIT).click()
    expect(page.locator("#attendance, #participants")).to_be_visible()
    window.see()


@desktop_in_english
def test_a_seat_is_booked_by_keyboard_and_becomes_a_certificate(
    own_portal: Served, windows: OpenWindow, language: str, width: int
) -> None:
    manager = windows(own_portal, "channel_manager@example.com", language=language, width=width)
    technician = windows(own_portal, "reseller_technician@example.com", language=language, width=width)
    owner = windows(own_portal, "reseller_owner@example.com", language=language, width=width)
    name = NAMES[language]
    add_training(manager)
    plan_date(manager)
    date_page = manager.page.url.removeprefix(manager.url)

    # The technician books without a mouse.
    page = technician.page
    technician.go(f"{PARTNER}/trainings/")
    technician.see()
    page.get_by_role("link", name=name).click()
    technician.see()
    page.locator("#dates a").click()
    technician.see()
    tab_to(page, "#book select")
    tab_to(page, f"#book {SUBMIT}")
    page.keyboard.press("Enter")
    expect(page.locator("#team")).to_contain_text("Reseller Technician")
    expect(page.locator("#team .badge")).to_have_text(word("booked", language))
    technician.see()

    # The only seat is taken: the owner chooses by keyboard who waits, and the technician makes room.
    own_page = technician.page.url.removeprefix(technician.url)
    owner.go(own_page)
    page = owner.page
    expect(page.locator(f"#book {SUBMIT}")).to_have_text(word("Put on the waiting list", language))
    owner.see()
    tab_to(page, "#book select")
    page.keyboard.type("Reseller Sales")
    tab_to(page, f"#book {SUBMIT}")
    page.keyboard.press("Enter")
    expect(page.locator("#team")).to_contain_text(word("on the waiting list", language))
    owner.see()
    manager.go(date_page)
    expect(manager.page.locator("#waiting")).to_contain_text("Reseller Sales")
    manager.see()
    technician.go(own_page)
    label = word("Cancel for %(name)s", language) % {"name": "Reseller Technician"}
    technician.page.get_by_role("button", name=label).click()
    expect(technician.page.locator("#team .badge")).to_have_text(word("booked", language))
    expect(technician.page.locator("#team")).to_contain_text("Reseller Sales")

    # The vendor writes down who was there.
    manager.go(date_page)
    page = manager.page
    expect(page.locator("#attendance input[type=checkbox]")).to_be_checked()
    expect(page.locator("#attendance")).to_contain_text("Reseller Sales")
    manager.see()
    page.locator(f"#attendance {SUBMIT}").click()
    expect(page.locator("#participants .badge")).to_have_text(word("attended", language))
    manager.see()
    page.locator("#participants").get_by_role("link", name=word("Certificate", language)).click()
    expect(page.locator("h1")).to_have_text("Reseller Sales")
    manager.see()

    # And the certificate is there.
    sales = windows(own_portal, "reseller_sales@example.com", language=language, width=width)
    sales.go(f"{PARTNER}/")
    expect(sales.page.locator("#own-trainings .badge")).to_have_text(word("valid", language))
    sales.go(f"{PARTNER}/certificates/")
    sales.see()
    sales.page.get_by_role("link", name="Reseller Sales").click()
    expect(sales.page.locator("main")).to_contain_text({"de": "15. November 2028", "en": "15 November 2028"}[language])
    sales.see()


@phone_in_german
def test_a_certificate_from_elsewhere_is_handed_in_and_accepted(
    own_portal: Served, windows: OpenWindow, language: str, width: int, tmp_path: Path
) -> None:
    manager = windows(own_portal, "channel_manager@example.com", language=language, width=width)
    technician = windows(own_portal, "reseller_technician@example.com", language=language, width=width)
    add_training(manager)
    file = tmp_path / PDF.file_name
    file.write_bytes(PDF.content)

    # Something is missing first, and nothing else is lost.
    technician.expect_answer(422)
    page = technician.page
    technician.go(f"{PARTNER}/certificates/")
    technician.see()
    page.get_by_role("link", name=word("Hand in a certificate", language)).click()
    technician.see()
    page.locator("[name=issuer]").fill("Akademie Dresden")
    page.locator("input[type=file]").set_input_files(file)
    page.locator("main form").locator(SUBMIT).click()
    expect(page.locator("#id_issued_on")).to_have_attribute("aria-invalid", "true")
    expect(page.locator("[name=issuer]")).to_have_value("Akademie Dresden")
    technician.see()
    page.locator("[name=issued_on]").fill("2026-10-01")
    page.locator("input[type=file]").set_input_files(file)
    page.locator("main form").locator(SUBMIT).click()
    expect(page.locator("h1")).to_have_text("Reseller Technician")
    technician.see()
    claim = page.url.removeprefix(technician.url)

    # It waits for the vendor with its clock.
    page = manager.page
    manager.go(f"{VENDOR}/")
    page.locator("#waiting").get_by_role("link", name=word("External certificates", language)[:7]).first.click()
    manager.see()
    page.get_by_role("link", name="Reseller Technician").click()
    manager.see()
    with page.expect_download() as download:
        page.get_by_role("link", name=PDF.file_name).click()
    assert download.value.path().read_bytes() == PDF.content
    page.locator("#decide input[value=accept]").check()
    page.locator("#decide").locator(SUBMIT).click()
    expect(page).to_have_url(f"{manager.url}{VENDOR}/certificates/claims/")
    manager.see()

    technician.go(claim)
    technician.see()
    technician.page.get_by_role("link", name=word("Show the certificate", language)).click()
    expect(technician.page.locator("main")).to_contain_text(
        {"de": "30. September 2028", "en": "30 September 2028"}[language]
    )
    technician.see()
