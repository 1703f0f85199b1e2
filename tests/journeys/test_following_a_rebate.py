"""A reseller asks why: from the dashboard's amount to the rebate explained, its lines, a sale, and the reported row."""

from __future__ import annotations

from decimal import Decimal

from playwright.sync_api import expect

from tests.journeys.browser import plain
from tests.journeys.conftest import OpenWindow, paired
from tests.journeys.reading import column, facts, number, word
from tests.serving import Served

AMOUNT = Decimal("110.00")


@paired
def test_the_amount_can_be_followed_to_the_reported_row(
    portal: Served, windows: OpenWindow, language: str, width: int
) -> None:
    window = windows(portal, "reseller_owner@example.com", language=language, width=width)
    page = window.page
    window.go("/")
    expect(page).to_have_url(f"{window.url}/partner/2B3C4D5F/")
    card = page.locator(".rebate-card", has_text="Top-seller rebate")
    assert number(card.locator(".rebate-amount").inner_text(), language) == AMOUNT
    # Both running rebates, in one sentence.
    headline = plain(page.locator(".headline").inner_text())
    amounts = page.locator(".rebate-card .rebate-amount").all_inner_texts()
    total = sum((number(text, language) for text in amounts), Decimal(0))
    assert {"de": "3.110,00 €", "en": "€3,110.00"}[language] in headline
    assert total == Decimal("3110.00")
    window.see()

    card.locator(".rebate-foot a").click()
    expect(page.locator(".amount-figure")).to_be_visible()
    window.wait_until_still()
    assert number(page.locator(".amount-figure").inner_text(), language) == AMOUNT
    chain = [plain(text) for text in page.locator(".chain-link").all_inner_texts()]
    assert number(chain[-1], language) == AMOUNT
    assert any({"de": "22 × 5,00 € = 110,00 €", "en": "22 × €5.00 = €110.00"}[language] in link for link in chain)
    *shares, in_all = (number(text, language) for text in column(window, word("Rebate", language)))
    assert sum(shares, Decimal(0)) == in_all == AMOUNT
    window.see()

    page.get_by_role("link", name="R-1002").click()
    expect(page.locator("h1")).to_have_text("ThinkPad T14")
    shown = facts(window)
    assert number(shown[word("Quantity", language)], language) == Decimal(22)
    assert number(shown[word("Net", language)], language) == Decimal("22000.00")
    assert shown[word("Document", language)].startswith("R-1002")
    assert number(shown[word("Row of the report", language)], language) == Decimal(2)
    window.see()


@paired
def test_what_if_answers_with_the_amount_of_the_next_step(
    portal: Served, windows: OpenWindow, language: str, width: int
) -> None:
    window = windows(portal, "reseller_sales@example.com", language=language, width=width)
    page = window.page
    window.go("/partner/2B3C4D5F/rebates/topseller/topseller-loyalty/2026Q4/")
    promised = {"de": "+140,00 €", "en": "+€140.00"}[language]
    assert promised in plain(page.locator(".next-step").inner_text())

    page.locator("#what-if input[type=number], #what-if input[type=text]").first.fill("3")
    page.locator("#what-if button").click()
    expect(page.locator("#what-if .answer")).to_be_visible()
    # 25 units at 10 euros each instead of 22 at 5.
    assert number(page.locator("#what-if .rebate-amount").inner_text(), language) == Decimal("250.00")
    assert promised in plain(page.locator("#what-if .answer").inner_text())
    window.see()
    page.reload()
    assert number(page.locator("#what-if .rebate-amount").inner_text(), language) == Decimal("250.00")


def test_another_partners_rebate_does_not_exist(portal: Served, windows: OpenWindow, language: str) -> None:
    window = windows(portal, "rival_owner@example.com", language=language)
    window.expect_answer(404)
    answer = window.go("/partner/2B3C4D5F/rebates/topseller/topseller-loyalty/2026Q4/")
    assert answer.status == 404
    missing = window.text()
    assert window.go("/partner/6G7H8J9K/rebates/nothing/nothing/2026Q4/").status == 404
    assert window.text() == missing
    window.see()
