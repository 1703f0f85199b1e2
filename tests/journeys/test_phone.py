"""What only a narrow window gets wrong."""

from __future__ import annotations

from playwright.sync_api import expect

from tests.journeys.browser import PHONE
from tests.journeys.conftest import OpenWindow
from tests.serving import Served

TABS = ".page-tabs .nav"


def test_the_tab_of_an_account_page_is_in_sight(portal: Served, windows: OpenWindow, language: str) -> None:
    window = windows(portal, "reseller_owner@example.com", language=language, width=PHONE)
    window.go("/account/email/")
    last = window.page.locator(f"{TABS} a").last.get_attribute("href")
    assert last is not None
    window.go(last)
    active = window.page.locator(f"{TABS} .active")
    expect(active).to_have_count(1)
    expect(active).to_be_in_viewport(ratio=0.95)
    window.see()
