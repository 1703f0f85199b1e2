"""A person's own account in the browser: opened by a stranger, and moved to another e-mail address."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import expect

from tests.journeys.browser import Window
from tests.journeys.conftest import OpenWindow, SendMails, desktop_in_english, paired, phone_in_german
from tests.journeys.people import PASSWORD
from tests.journeys.reading import word
from tests.serving import Served

OWNER, NEWCOMER, NEW = "reseller_owner@example.com", "newcomer@example.com", "new.address@example.com"
SECRET = "kettle-harbour-42"


@pytest.fixture(autouse=True)
def _empty_mailbox(own_portal: Served) -> None:
    """The database is as nobody has touched it; the folder of mails is that of the test before."""
    for file in (own_portal.folder / "mail").glob("*.log"):
        file.unlink()


def open_mail(window: Window, address: str, subject: str) -> None:
    """The newest mail with this subject to this address, in the mailbox of the demo."""
    window.go("/demo/mail/")
    row = window.page.locator(".plain-row", has_text=address).filter(has_text=word(subject, window.language))
    row.first.get_by_role("link").first.click()
    expect(window.page.locator("iframe")).to_be_visible()


def follow(window: Window, text: str) -> None:
    """A link of the mail that is open; the page it leads to takes the place of the mailbox."""
    name = word(text, window.language)
    window.page.frame_locator("iframe").get_by_role("link", name=name, exact=True).click()
    expect(window.page).to_have_url(re.compile("/account/"))


def press(window: Window, text: str) -> None:
    window.page.locator("main").get_by_role("button", name=word(text, window.language), exact=True).click()


@paired
def test_a_stranger_signs_up_confirms_the_address_and_is_in(
    own_portal: Served, windows: OpenWindow, send_mails: SendMails, language: str, width: int
) -> None:
    window = windows(own_portal, language=language, width=width)
    page = window.page
    window.go("/account/login/?next=/styleguide/")
    page.locator("main").get_by_role("link", name=word("Sign up", language), exact=True).click()
    expect(page.locator("input[name=email]")).to_be_visible()
    window.see()

    page.locator("input[name=email]").fill("newcomer at example.com")
    page.locator("input[name=password1]").fill("short")
    page.keyboard.press("Enter")
    expect(page.locator(".invalid-feedback")).to_have_count(2)
    window.see()

    page.locator("input[name=email]").fill(NEWCOMER)
    page.locator("input[name=password1]").fill(SECRET)
    page.keyboard.press("Enter")
    expect(page.locator("h1")).to_have_text(word("Please confirm your e-mail address", language))
    expect(page.locator("main")).to_contain_text(NEWCOMER)
    window.see()

    send_mails(own_portal)
    open_mail(window, NEWCOMER, "Please confirm your e-mail address")
    follow(window, "Confirm the address")
    window.see()
    press(window, "Confirm the address")
    expect(page).to_have_url(f"{window.url}/styleguide/")
    window.go("/")
    expect(page.locator("h1")).to_have_text(word("Welcome", language))
    window.see()


@desktop_in_english
def test_a_forgotten_password_is_set_anew(
    own_portal: Served, windows: OpenWindow, send_mails: SendMails, language: str, width: int
) -> None:
    window = windows(own_portal, language=language, width=width)
    page = window.page
    window.go("/account/password/reset/")
    window.see()
    page.locator("input[name=email]").fill(OWNER)
    page.keyboard.press("Enter")
    expect(page.locator("h1")).to_have_text(word("Look into your mailbox", language))
    window.see()

    send_mails(own_portal)
    # The account is English, whatever the page was.
    window.go("/demo/mail/")
    page.locator(".plain-row", has_text=OWNER).filter(has_text="Set a new password").first.get_by_role(
        "link"
    ).first.click()
    page.frame_locator("iframe").get_by_role("link", name="Set a new password", exact=True).click()
    expect(page.locator("input[name=password2]")).to_be_visible()
    window.see()
    page.locator("input[name=password1]").fill(SECRET)
    page.locator("input[name=password2]").fill(SECRET)
    page.keyboard.press("Enter")
    expect(page.locator("h1")).to_have_text(word("Your new password is set", language))
    window.see()


@phone_in_german
def test_an_address_is_changed_with_the_mails_to_both(
    own_portal: Served, windows: OpenWindow, send_mails: SendMails, language: str, width: int
) -> None:
    window = windows(own_portal, OWNER, language=language, width=width)
    page = window.page
    window.go("/account/profile/")
    window.see()
    page.locator("select[name=language]").select_option(language)
    press(window, "Save")
    expect(page.locator(".messages")).to_be_visible()

    window.go("/account/email/")
    window.see()
    page.locator("main").get_by_role("link", name=word("Change the address", language), exact=True).click()
    page.locator("input[name=password]").fill(PASSWORD)
    page.keyboard.press("Enter")
    page.locator("input[name=new_address]").fill(NEW)
    window.see()
    page.keyboard.press("Enter")
    expect(page.locator("h2")).to_have_text(word("A change waits for confirmation", language))
    window.see()

    send_mails(own_portal)
    open_mail(window, OWNER, "Shall your e-mail address be changed?")
    follow(window, "This was not me")
    window.see()
    page.locator("main").get_by_role("link", name=word("It was me", language), exact=True).click()
    expect(page.locator("main")).to_contain_text(NEW)
    window.see()
    press(window, "Confirm the change")
    expect(page.locator("h1")).to_have_text(word("Thank you, one confirmation is still missing", language))
    window.see()

    open_mail(window, NEW, "Please confirm your new e-mail address")
    follow(window, "Confirm the address")
    window.see()
    press(window, "Confirm the change")
    expect(page.locator("h1")).to_have_text(word("The address is changed", language))
    window.see()
    window.go("/account/email/")
    expect(page.locator("main")).to_contain_text(NEW)
    expect(page.locator("main")).not_to_contain_text(OWNER)

    send_mails(own_portal)
    for address in (OWNER, NEW):
        open_mail(window, address, "Your e-mail address was changed")
