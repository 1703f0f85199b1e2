"""From a stranger to a verified partner who sees figures, with the keyboard alone; refused, and approved later."""

from __future__ import annotations

import re
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Page, expect

from tests.journeys.browser import DESKTOP, Window
from tests.journeys.conftest import OpenWindow, SendMails, paired, phone_in_german
from tests.journeys.reading import word
from tests.journeys.test_accounts import follow, open_mail
from tests.journeys.test_sign_in import tab_to
from tests.serving import Served

MANAGER = "channel@lenovo.example"
NEWCOMER = "stark@steinbach.example"
SECRET = "kettle-harbour-42"
COMPANY = {"name": "Steinbach Systeme GmbH", "street": "Hauptstraße 5", "postcode": "60311", "city": "Frankfurt"}


@pytest.fixture(autouse=True)
def _empty_mailbox(own_demo: Served) -> None:
    for file in (own_demo.folder / "mail").glob("*.log"):
        file.unlink()


def press(window: Window, text: str) -> None:
    """Reach the button or link of this name with Tab, and take it."""
    tab_to(window.page, word(text, window.language))
    window.page.keyboard.press("Enter")


def type_into(page: Page, name: str, text: str) -> None:
    tab_to(page, name)
    page.keyboard.press("Control+a")
    page.keyboard.type(text)


def sign_up(portal: Served, window: Window, send_mails: SendMails) -> None:
    """From the public page to a confirmed address."""
    page, language = window.page, window.language
    window.go(f"/programs/lenovo-loyalty/?lang={language}")
    window.see()
    press(window, "Become a partner")
    expect(page).to_have_url(re.compile(r"/register/\?program=lenovo-loyalty"))
    window.see()
    press(window, "Register")
    expect(page.locator("input[name=email]")).to_be_visible()
    type_into(page, "email", NEWCOMER)
    type_into(page, "password1", SECRET)
    page.keyboard.press("Enter")
    expect(page.locator("h1")).to_have_text(word("Please confirm your e-mail address", language))
    send_mails(portal)
    open_mail(window, NEWCOMER, "Please confirm your e-mail address")
    follow(window, "Confirm the address")
    button = page.locator("main").get_by_role("button", name=word("Confirm the address", language), exact=True)
    expect(button).to_be_visible()
    tab_to(page, word("Confirm the address", language))
    page.keyboard.press("Enter")
    # Where the mail was asked for: the company's data, for the program of the page one came from.
    expect(page).to_have_url(re.compile(r"/register/company/\?program=lenovo-loyalty"))
    window.see()


def register(window: Window) -> None:
    """The three steps; the first one with a mistake."""
    page, language = window.page, window.language
    window.expect_answer(422)
    for name, text in COMPANY.items():
        if name != "city":
            type_into(page, name, text)
    page.keyboard.press("Enter")
    expect(page.locator("[name=city]")).to_have_attribute("aria-invalid", "true")
    expect(page.locator("[name=name]")).to_have_value(COMPANY["name"])
    window.see()
    type_into(page, "city", COMPANY["city"])
    page.keyboard.press("Enter")
    expect(page).to_have_url(re.compile("/register/programs/"))
    window.see()
    press(window, "Go on")
    expect(page).to_have_url(re.compile("/register/confirm/"))
    window.see()
    tab_to(page, "lenovo-loyalty-accepted")
    page.keyboard.press("Space")
    press(window, "Register company")
    expect(page.locator("h1")).to_have_text(word("Your company is registered", language))
    window.see()
    press(window, "To your company")
    expect(page.locator("#applications")).to_contain_text("Lenovo")
    window.see()


def application_of(windows: OpenWindow, portal: Served, language: str, width: int) -> Window:
    """The channel manager's page of the application."""
    manager = windows(portal, MANAGER, language=language, width=width)
    manager.go("/vendor/lenovo/applications/?state=open&sort=due_on")
    manager.see()
    manager.page.get_by_role("link", name=COMPANY["name"]).focus()
    manager.page.keyboard.press("Enter")
    expect(manager.page.locator("h1")).to_have_text(COMPANY["name"])
    manager.see()
    return manager


@paired
def test_a_stranger_becomes_a_verified_partner_who_sees_figures(
    own_demo: Served, windows: OpenWindow, send_mails: SendMails, language: str, width: int
) -> None:
    window = windows(own_demo, language=language, width=width)
    sign_up(own_demo, window, send_mails)
    register(window)
    manager = application_of(windows, own_demo, language, width)
    press(manager, "Approve the application")
    expect(manager.page).to_have_url(re.compile("/applications/"))
    expect(manager.page.locator(".messages")).to_contain_text(COMPANY["name"])
    manager.see()

    send_mails(own_demo)
    window.go("/")
    page = window.page
    # The card of the running bonus, at zero, with what the first step pays.
    expect(page.locator(".rebate-card")).to_be_visible()
    expect(page.locator(".rebate-amount").first).to_contain_text("0")
    window.see()


@phone_in_german
def test_after_a_refusal_the_second_try_is_approved(
    own_demo: Served, windows: OpenWindow, send_mails: SendMails, language: str, width: int
) -> None:
    window = windows(own_demo, language=language, width=width)
    sign_up(own_demo, window, send_mails)
    register(window)
    manager = application_of(windows, own_demo, language, width)
    manager.page.locator("#refuse textarea").focus()
    manager.page.keyboard.type("Only dealers, please.")
    press(manager, "Refuse the application")
    expect(manager.page.locator(".messages")).to_contain_text(COMPANY["name"])

    page = window.page
    window.go("/")
    window.go(f"{urlsplit(page.url).path}programs/")
    window.see()
    page.locator("#applications a").first.focus()
    page.keyboard.press("Enter")
    expect(page.locator("main")).to_contain_text("Only dealers, please.")
    window.see()
    press(window, "Apply again")
    expect(page).to_have_url(re.compile("/apply/"))
    tab_to(page, "lenovo-loyalty-accepted")
    page.keyboard.press("Space")
    press(window, "Apply for the program")
    expect(page).to_have_url(re.compile(r"/applications/\d+/"))
    window.see()

    again = application_of(windows, own_demo, language, width)
    press(again, "Approve the application")
    expect(again.page.locator(".messages")).to_contain_text(COMPANY["name"])
    window.go("/")
    expect(page.locator(".rebate-card")).to_be_visible()


@pytest.mark.parametrize(("language", "width"), [("en", DESKTOP)])
def test_who_goes_back_finds_what_is_done_and_nothing_to_do_again(
    own_demo: Served, windows: OpenWindow, send_mails: SendMails, language: str, width: int
) -> None:
    window = windows(own_demo, language=language, width=width)
    sign_up(own_demo, window, send_mails)
    register(window)
    page = window.page
    for _step in ("what happens next", "reading over"):
        page.go_back()
        expect(page.locator("h1")).to_have_text(word("Your company is registered", language))
    press(window, "To your company")
    expect(page.locator("#applications")).to_contain_text("Lenovo")

    manager = application_of(windows, own_demo, language, width)
    press(manager, "Approve the application")
    expect(manager.page.locator(".messages")).to_contain_text(COMPANY["name"])
    manager.page.go_back()
    expect(manager.page.locator("h1")).to_have_text(COMPANY["name"])
    expect(manager.page.get_by_role("button", name="Approve the application")).to_have_count(0)
    manager.see()

    window.go("/")
    window.go(f"{urlsplit(page.url).path}team/invite/")
    type_into(page, "address", "kollege@steinbach.example")
    page.locator("[name=role]").select_option("sales")
    press(window, "Send the invitation")
    expect(page.locator(".messages")).to_contain_text("kollege@steinbach.example")
    page.go_back()
    type_into(page, "address", "kollege@steinbach.example")
    page.locator("[name=role]").select_option("sales")
    press(window, "Send the invitation")
    expect(page.get_by_text("kollege@steinbach.example").first).to_be_visible()
    page.reload()
    expect(page.locator("main").get_by_text("kollege@steinbach.example")).to_have_count(1)
