"""Closings as the channel manager follows them: before, and after the period was closed."""

from __future__ import annotations

import re
from decimal import Decimal

import time_machine
from django.core.management import call_command
from playwright.sync_api import expect

from tests.journeys.browser import plain
from tests.journeys.conftest import Inside, OpenWindow, paired
from tests.journeys.reading import figures, number, word
from tests.serving import Served
from tests.world import NOW


@paired
def test_a_closing_settles_what_was_shown_before(
    own_portal: Served, windows: OpenWindow, inside: Inside, language: str, width: int
) -> None:
    window = windows(own_portal, "channel_manager@example.com", language=language, width=width)
    page = window.page
    window.go("/vendor/lenovo/closings/")
    window.see()
    page.get_by_role("link", name=re.compile({"de": "3. Quartal 2026", "en": "Q3 2026|third|3rd"}[language])).click()
    expect(page).to_have_url(re.compile("/closings/topseller/2026Q3/"))
    assert number(figures(window)[word("Would be settled", language)], language) == Decimal("120.00")
    window.see()

    with inside(own_portal), time_machine.travel(NOW):
        call_command("close_period", "topseller", "2026Q3")
    page.reload()
    assert number(figures(window)[word("Settled", language)], language) == Decimal("120.00")
    window.see()

    reseller = windows(own_portal, "reseller_finance@example.com", language=language, width=width)
    reseller.go("/partner/2B3C4D5F/rebates/topseller/topseller-loyalty/2026Q3/")
    assert number(reseller.page.locator(".amount-figure").inner_text(), language) == Decimal("120.00")
    assert {"de": "24 × 5,00 € = 120,00 €", "en": "24 × €5.00 = €120.00"}[language] in plain(
        reseller.page.locator(".chain").inner_text()
    )
    reseller.see()
