"""A partner is taken over by another one: with the keyboard, from the old partner's page to the new one's figures."""

from __future__ import annotations

import re

from playwright.sync_api import expect

from portal.demo.companies import COMPANIES
from tests.journeys.browser import Window, plain
from tests.journeys.conftest import OpenWindow, desktop_in_english
from tests.journeys.reading import facts, number, word
from tests.journeys.test_registration import MANAGER, press, type_into
from tests.journeys.test_sign_in import tab_to
from tests.serving import Served

OLD, NEW = ({company.slug: company for company in COMPANIES}[slug] for slug in ("blaufuchs", "knotenpunkt"))
"""Both take part with Lenovo alone."""
PARTNERS = "/vendor/lenovo/partners/"
REASON = "Asset deal."


def settled(window: Window) -> str:
    """What stands on the partner's page about its closed periods."""
    window.wait_until_still()
    return plain(window.page.locator("#settled").inner_text())


def bonus(window: Window) -> str:
    """The running bonus, of which there is one."""
    expect(window.page.locator(".rebate-amount")).to_have_count(1)
    return plain(window.page.locator(".rebate-amount").inner_text())


@desktop_in_english
def test_a_partner_goes_on_as_another_one(own_demo: Served, windows: OpenWindow, language: str, width: int) -> None:
    manager = windows(own_demo, MANAGER, language=language, width=width)
    page = manager.page
    manager.go(f"{PARTNERS}{NEW.number}/")
    closed_there, bonus_there = settled(manager), number(bonus(manager), language)
    manager.go(f"{PARTNERS}{OLD.number}/")
    closed, bonus_of_old = settled(manager), number(bonus(manager), language)
    assert bonus_of_old > 0
    manager.see()

    # A number that nobody has is said at its field, and stays there.
    press(manager, "Merge into another partner")
    expect(page).to_have_url(re.compile("/merge/$"))
    manager.see()
    manager.expect_answer(422)
    type_into(page, "into", "22222222")
    page.keyboard.press("Enter")
    expect(page.locator("[name=into]")).to_have_attribute("aria-invalid", "true")
    expect(page.locator("[name=into]")).to_have_value("22222222")
    manager.see()
    type_into(page, "into", NEW.number.lower())
    page.keyboard.press("Enter")
    expect(page.locator("h1")).to_contain_text(NEW.name)
    manager.see()

    # What moves and what stays, with what is closed of it.
    shown = facts(manager)
    before, _, after = word("of these in %(period)s, which is closed", language).partition("%(period)s")
    assert sum(label.startswith(before) and label.endswith(after) for label in shown) >= 2
    running = shown[word("Rebate of the running periods so far", language)]
    assert number(running, language) == bonus_of_old
    type_into(page, "reason", REASON)
    tab_to(page, "people")
    page.keyboard.press("Space")
    press(manager, "Merge")
    expect(page).to_have_url(f"{manager.url}{PARTNERS}{NEW.number}/")
    expect(page.locator(".messages")).to_contain_text(OLD.name)
    expect(page.locator("#history")).to_contain_text(REASON)
    manager.see()
    assert settled(manager) == closed_there
    bonus_now = bonus(manager)
    assert number(bonus_now, language) >= bonus_there + bonus_of_old

    # The old partner keeps what is closed, and says where it goes on.
    page.get_by_role("link", name=OLD.name).first.focus()
    page.keyboard.press("Enter")
    expect(page.locator("h1")).to_have_text(OLD.name)
    assert settled(manager) == closed
    expect(page.locator("main")).to_contain_text(word("Merged into", language))
    manager.see()

    # Its owner works for both now: the new company's figures, and the old one's page with the statements.
    owner = windows(own_demo, f"owner@{OLD.domain}", language=language, width=width)
    owner.go(f"/partner/{NEW.number}/")
    assert bonus(owner) == bonus_now
    owner.see()
    owner.go(f"/partner/{OLD.number}/company/")
    expect(owner.page.locator("main")).to_contain_text(NEW.name)
    expect(owner.page.locator("#history")).to_contain_text(REASON)
    owner.see()
    owner.go(f"/partner/{OLD.number}/")
    owner.see()
