"""An admin of the vendor writes rebate terms and publishes them; the resellers' dashboards show them."""

from __future__ import annotations

import re

from playwright.sync_api import expect

from tests.journeys.browser import Window
from tests.journeys.conftest import OpenWindow
from tests.serving import Served

ACCESSORIES = """\
code: accessories
period: quarter
counts: revenue
mode: graduated
steps:
  - {from: 0, percent: 10}
"""
PUBLISHED = {"de": "veröffentlicht", "en": "is published"}


def fill_in(window: Window, document: str) -> None:
    page = window.page
    page.locator("#id_program").select_option(label="Top-Seller Loyalty")
    page.locator("#id_name").fill("Accessories bonus")
    page.locator("#id_starts_on").fill({"de": "01.10.2026", "en": "2026-10-01"}[window.language])
    page.locator("#id_document").fill(document)
    page.locator("input[name=_continue]").click()


def test_published_terms_show_on_the_dashboard_of_a_reseller(
    own_portal: Served, windows: OpenWindow, language: str
) -> None:
    window = windows(own_portal, "vendor_admin@example.com", language=language)
    window.go("/admin/programs/rebateterms/add/")
    fill_in(window, ACCESSORIES)
    page = window.page
    expect(page.locator(".messagelist .success")).to_be_visible()
    page.locator(".object-tools a[href$='/publish/']").click()
    expect(page.locator("pre")).to_contain_text("code: accessories")
    page.locator("#content-main input[type=submit]").click()
    expect(page.locator(".messagelist .success")).to_contain_text(PUBLISHED[language])
    expect(page.locator("#id_document")).to_have_count(0)
    assert not window.watch.problems, window.watch.problems

    reseller = windows(own_portal, "reseller_owner@example.com", language=language)
    reseller.go("/partner/2B3C4D5F/")
    expect(reseller.page.get_by_role("link", name="Accessories bonus").first).to_be_visible()
    # 22,120.00 € of everything since October, a tenth of it.
    assert {"de": "2.212,00 €", "en": "€2,212.00"}[language] in reseller.text()
    reseller.see()


def test_terms_with_a_mistake_get_one_line_and_stay_as_typed(
    portal: Served, windows: OpenWindow, language: str
) -> None:
    window = windows(portal, "vendor_admin@example.com", language=language)
    window.go("/admin/programs/rebateterms/add/")
    typed = ACCESSORIES.replace("percent: 10", "per_cent: 10").rstrip()
    fill_in(window, typed)

    page = window.page
    expect(page.locator(".errorlist li")).to_have_count(1)
    expect(page.locator(".field-document .errorlist li")).to_have_text(re.compile("per_cent"))
    expect(page.locator("#id_document")).to_have_value(typed)
    expect(page.locator("#id_name")).to_have_value("Accessories bonus")
    expect(page.locator("#id_program option:checked")).to_have_text("Top-Seller Loyalty")
    assert not window.watch.problems, window.watch.problems
