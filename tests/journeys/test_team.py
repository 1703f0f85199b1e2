"""An owner invites a colleague, who joins by the mail, and is removed again: with the keyboard, in the browser."""

from __future__ import annotations

import re

from playwright.sync_api import expect

from common.models import OutboxMail
from tests.journeys.browser import Window
from tests.journeys.conftest import Inside, OpenWindow, desktop_in_english, phone_in_german
from tests.journeys.reading import word
from tests.journeys.test_sign_in import tab_to
from tests.serving import Served
from tests.teams import NEWCOMER, link

AREA = "/partner/2B3C4D5F/"
TEAM = f"{AREA}team/"
PASSWORD = "a password nobody guesses"


def mailed_link(portal: Served, inside: Inside) -> str:
    """The path of the link as it stands in the mail that waits to be sent."""
    with inside(portal):
        assert OutboxMail.objects.filter(address=NEWCOMER).count() == 1
        return link()


def press(window: Window, label: str) -> None:
    """Reach the link or button of this name with Tab, and take it."""
    tab_to(window.page, label)
    window.page.keyboard.press("Enter")


@phone_in_german
def test_a_colleague_is_invited_joins_and_is_removed(
    own_portal: Served, windows: OpenWindow, inside: Inside, language: str, width: int
) -> None:
    owner = windows(own_portal, "reseller_owner@example.com", language=language, width=width)
    page = owner.page
    owner.expect_answer(422)
    owner.go(TEAM)
    owner.see()
    page.get_by_role("link", name=word("Invite somebody", language)).focus()
    page.keyboard.press("Enter")
    expect(page).to_have_url(f"{owner.url}{TEAM}invite/")
    owner.see()

    # A mistake is said at its field, and what was typed stays.
    page.locator("input[name=address]").focus()
    page.keyboard.type("newcomer@")
    page.keyboard.press("Enter")
    expect(page.locator("input[name=address]")).to_have_attribute("aria-invalid", "true")
    expect(page.locator("input[name=address]")).to_have_value("newcomer@")
    owner.see()
    page.locator("input[name=address]").fill(NEWCOMER)
    page.locator("select[name=role]").select_option("sales")
    press(owner, word("Send the invitation", language))
    expect(page).to_have_url(f"{owner.url}{TEAM}")
    expect(page.locator("#invitations")).to_contain_text(NEWCOMER)
    owner.see()

    # The colleague follows the link, in a browser that nobody has signed in with.
    colleague = windows(own_portal, language=language, width=width)
    path = mailed_link(own_portal, inside)
    colleague.go(path)
    theirs = colleague.page
    expect(theirs.locator("h1")).to_contain_text("Elbtal Systemhaus GmbH")
    colleague.see()
    tab_to(theirs, "name")
    theirs.keyboard.type("Nadia Comer")
    tab_to(theirs, "password")
    theirs.keyboard.type("short")
    theirs.keyboard.press("Enter")
    colleague.expect_answer(422)
    expect(theirs.locator("input[name=password]")).to_have_attribute("aria-invalid", "true")
    expect(theirs.locator("input[name=name]")).to_have_value("Nadia Comer")
    colleague.see()
    theirs.locator("input[name=password]").focus()
    theirs.keyboard.type(PASSWORD)
    theirs.keyboard.press("Enter")
    expect(theirs).to_have_url(f"{colleague.url}{AREA}")
    expect(theirs.locator(".messages")).to_contain_text("Elbtal Systemhaus GmbH")
    colleague.see()
    colleague.go(TEAM)
    expect(theirs.locator("#people")).to_contain_text("Nadia Comer")
    colleague.see()

    # The owner gives another role, and then removes the colleague, whose browser is still open.
    owner.go(TEAM)
    expect(page.locator("#invitations")).to_have_count(0)
    change = word("Change roles: %(name)s", language) % {"name": "Nadia Comer"}
    page.get_by_role("link", name=change).focus()
    page.keyboard.press("Enter")
    expect(page.locator("h1")).to_have_text("Nadia Comer")
    owner.see()
    page.locator("input[name=roles][value=technician]").focus()
    page.keyboard.press("Space")
    press(owner, word("Save the roles", language))
    row = page.locator("#people tr", has_text="Nadia Comer")
    expect(row).to_contain_text(word("technician", language))
    page.get_by_role("link", name=change).focus()
    page.keyboard.press("Enter")
    expect(page.locator("h1")).to_have_text("Nadia Comer")
    press(owner, word("Remove from the team", language))
    expect(page.locator("#effect")).to_contain_text("Nadia Comer")
    owner.see()
    press(owner, word("Remove from the team", language))
    expect(page).to_have_url(f"{owner.url}{TEAM}")
    expect(page.locator("#people")).not_to_contain_text("Nadia Comer")
    owner.see()

    colleague.go(TEAM)
    expect(theirs).to_have_url(re.compile("/account/login/"))
    colleague.see()
    colleague.expect_answer(410)
    colleague.go(path)
    expect(theirs.locator("h1")).to_have_text(word("This invitation is not valid any more", language))
    colleague.see()


@desktop_in_english
def test_the_other_faces_of_the_link(
    own_portal: Served, windows: OpenWindow, inside: Inside, language: str, width: int
) -> None:
    owner = windows(own_portal, "reseller_owner@example.com", language=language, width=width)
    page = owner.page
    owner.go(f"{TEAM}invite/")
    page.locator("input[name=address]").fill("rival_owner@example.com")
    page.locator("select[name=role]").select_option("sales")
    press(owner, word("Send the invitation", language))
    expect(page.locator("#invitations")).to_contain_text("rival_owner@example.com")
    with inside(own_portal):
        path = link("rival_owner@example.com")

    # The owner's own browser is signed in with another address.
    owner.go(path)
    expect(page.locator("main")).to_contain_text("r…@example.com")
    owner.see()

    invited = windows(own_portal, "rival_owner@example.com", language=language, width=width)
    invited.go(path)
    invited.see()
    press(invited, word("Accept the invitation", language))
    expect(invited.page).to_have_url(f"{invited.url}{AREA}")
    invited.see()
    invited.go("/partner/6G7H8J9K/")
    expect(invited.page.locator("main")).to_be_visible()
    invited.see()
