"""Closings as the vendor's people follow them: before, after, and when a partner has to be put right."""

from __future__ import annotations

import re
from datetime import date
from decimal import Decimal

import pytest
import time_machine
from django.core.management import CommandError, call_command
from django.db import transaction
from playwright.sync_api import Page, expect

from partners.models import Partner
from programs.models import Distributor, Product, Program
from rebates.models import ClosingBounds
from tests.journeys.browser import plain
from tests.journeys.conftest import Inside, OpenWindow, desktop_in_english, phone_in_german
from tests.journeys.reading import figures, number, word
from tests.serving import Served
from tests.world import NOW, sell


@phone_in_german
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


PAGE = "/vendor/lenovo/closings/topseller/2026Q3/"
IMPOSSIBLE = "99999999999"


def book(quantity: str, line: str) -> None:
    """A line of the reseller's in the third quarter, as a report brings it."""
    partner, product = Partner.objects.get(number="2B3C4D5F"), Product.objects.get(article="21HM")
    distributor = Distributor.objects.get(slug="allnet")
    with transaction.atomic():
        sell(partner, product, date(2026, 9, 9), quantity, None, distributor=distributor, document="W-1", line=line)


def work(*, held: bool) -> None:
    """What a worker does; held back, the command says so."""
    with time_machine.travel(NOW):
        if held:
            with pytest.raises(CommandError, match="1 partners are parked"):
                call_command("close_period", "topseller", "2026Q3")
        else:
            call_command("close_period", "topseller", "2026Q3")


def press(page: Page, name: str) -> None:
    """By the keyboard."""
    page.get_by_role("button", name=name).or_(page.get_by_role("link", name=name)).focus()
    page.keyboard.press("Enter")


@desktop_in_english
def test_finance_puts_a_held_back_partner_right_and_finishes_the_closing(
    own_portal: Served, windows: OpenWindow, inside: Inside, language: str, width: int
) -> None:
    with inside(own_portal):
        ClosingBounds.objects.create(program=Program.objects.get(slug="topseller"), partner=Decimal("100.00"))
        book(IMPOSSIBLE, "1")
    window = windows(own_portal, "vendor_finance@example.com", language=language, width=width)
    page = window.page
    window.go(PAGE)
    press(page, word("Close now", language))
    expect(page.locator(".messages")).to_contain_text(word("The closing is started.", language))
    with inside(own_portal):
        work(held=True)
    window.go(PAGE)
    expect(page.locator("#parked")).to_contain_text("Elbtal Systemhaus GmbH")
    window.see()

    # The wrong line is taken back; the partner takes the sales as they are now.
    with inside(own_portal):
        book(f"-{IMPOSSIBLE}", "2")
    press(page, {"de": "1 Partner neu berechnen", "en": "Calculate 1 partner again"}[language])
    expect(page.locator(".messages")).to_be_visible()
    with inside(own_portal):
        work(held=True)
    window.go(PAGE)
    expect(page.locator("#parked")).to_contain_text({"de": "120,00 €", "en": "€120.00"}[language])
    press(page, word("Accept the amount", language))
    expect(page).to_have_url(re.compile("/held/"))
    window.see()
    window.expect_answer(422)
    press(page, word("Settle this amount", language))
    expect(page.locator("#id_comment_error")).to_be_visible()
    page.locator("[name=comment]").focus()
    page.keyboard.type("24 Notebooks für die Schule")
    press(page, word("Settle this amount", language))
    expect(page).to_have_url(re.compile("2026Q3/$"))
    with inside(own_portal):
        work(held=False)
    window.go(PAGE)
    assert number(figures(window)[word("Settled", language)], language) == Decimal("120.00")
    expect(page.locator("#parked")).to_have_count(0)
    expect(page.locator("#accepted")).to_contain_text("24 Notebooks für die Schule")
    expect(page.locator(".stage-done")).to_have_count(5)
    window.see()
