"""A case study on its way: handed in, returned, handed in again, accepted, and seen on the way to the next tier."""

from __future__ import annotations

from pathlib import Path

import psycopg
from playwright.sync_api import expect

from tests.journeys.browser import Look
from tests.journeys.conftest import OpenWindow, phone_in_german
from tests.journeys.reading import word
from tests.serving import Served
from tests.tiers.studies import PNG

PARTNER, VENDOR = "/partner/2B3C4D5F", "/vendor/lenovo"
SUBMIT = "button.btn-primary"
TITLE = "Telefonie im Rathaus"


@phone_in_german
def test_a_case_study_is_returned_handed_in_again_and_accepted(
    own_portal: Served, windows: OpenWindow, language: str, width: int, tmp_path: Path
) -> None:
    partner = windows(own_portal, "reseller_sales@example.com", language=language, width=width)
    manager = windows(own_portal, "channel_manager@example.com", language=language, width=width)
    with psycopg.connect(own_portal.database_url, autocommit=True) as database:
        database.execute("""UPDATE programs_tier SET requirements = '[{"kind": "case_study"}]' WHERE code = 'gold'""")
    picture = tmp_path / PNG.file_name
    picture.write_bytes(PNG.content)

    # Written with the keyboard alone, and kept as a draft first.
    page = partner.page
    partner.go(f"{PARTNER}/case-studies/")
    partner.see()
    page.get_by_role("link", name=word("Write a case study", language)).first.focus()
    page.keyboard.press("Enter")
    page.locator("select[name=enrolment]").select_option(label="Top-Seller Loyalty")
    page.locator("[name=title]").focus()
    page.keyboard.type(TITLE)
    page.keyboard.press("Tab")
    page.keyboard.type("Stadt Pirna")
    page.locator("input[type=file]").set_input_files(picture)
    partner.see()
    page.get_by_role("button", name=word("Save as draft", language)).focus()
    page.keyboard.press("Enter")
    expect(page.locator("h1")).to_have_text(TITLE)
    partner.see()
    page.locator("#write textarea").fill("Vierzig Telefone in drei Tagen.")
    page.locator("#write").locator(SUBMIT).press("Enter")
    expect(page.locator("#told")).to_contain_text("Vierzig Telefone")
    partner.see()
    study = page.url.removeprefix(partner.url)

    # The vendor wants to know more.
    page = manager.page
    manager.go(f"{VENDOR}/")
    page.locator("#waiting").get_by_role(
        "link", name=word("%(count)s case study of a partner", language) % {"count": 1}
    ).click()
    manager.see()
    page.get_by_role("link", name=TITLE).click()
    manager.see()
    with page.expect_download() as download:
        page.get_by_role("link", name=PNG.file_name).click()
    assert download.value.path().read_bytes() == PNG.content
    page.locator("#answer input[value=return]").check()
    page.locator("#answer textarea").fill("Welche Telefone?")
    page.locator("#answer").locator(SUBMIT).click()
    expect(page).to_have_url(f"{manager.url}{VENDOR}/case-studies/")
    manager.see()

    # The partner adds it.
    page = partner.page
    partner.go(f"{PARTNER}/")
    page.locator("#waiting").get_by_role("link", name=word("A case study was returned to you", language)).click()
    expect(page).to_have_url(partner.url + study)
    expect(page.locator("main")).to_contain_text("Welche Telefone?")
    partner.see()
    page.locator("#write textarea").fill("Vierzig D785 in drei Tagen.")
    page.locator("#write").locator(SUBMIT).press("Enter")
    expect(page.locator("#told")).to_contain_text("D785")

    page = manager.page
    manager.go(f"{VENDOR}/case-studies/")
    page.get_by_role("link", name=TITLE).click()
    page.locator("#answer input[value=accept]").check()
    page.locator("#answer").locator(SUBMIT).click()
    expect(page).to_have_url(f"{manager.url}{VENDOR}/case-studies/")

    # It counts on the way to the next tier.
    page = partner.page
    partner.go(f"{PARTNER}/tiers/topseller/")
    expect(page.locator("#ahead")).to_contain_text(TITLE)
    partner.see()
    partner.darken()
    partner.see(Look.ALL)
