"""Signing in without a mouse, and the second factor that vendor staff cannot go around."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest
from allauth.mfa.totp.internal.auth import TOTP
from django.db import transaction
from playwright.sync_api import Page, expect
from pytest_django import DjangoDbBlocker

from common.access import CHANNEL_MANAGER
from portal.testing import clone_database, database_url, django_on
from tests.journeys.browser import Window
from tests.journeys.conftest import OpenWindow
from tests.journeys.people import PASSWORD, app_code, invite, sign_in
from tests.people import staff_of
from tests.serving import Served, served
from tests.world import build_world

SECRET = "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP"
LANGUAGES = ("de", "en")


@pytest.fixture(scope="module")
def real_portal(
    template_database: str, django_db_blocker: DjangoDbBlocker, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Served]:
    """The portal without demo mode and in real time, with two channel managers on their first day per language."""
    with clone_database(template_database, f"{template_database}_real_portal") as name:
        with django_on(name, django_db_blocker), transaction.atomic():
            world = build_world()
            invite(world.reseller_owner)
            for language in LANGUAGES:
                invite(staff_of(world.vendor, f"newcomer_{language}", CHANNEL_MANAGER, second_factor=False))
                with_app = staff_of(world.vendor, f"with_app_{language}", CHANNEL_MANAGER, second_factor=False)
                invite(with_app)
                TOTP.activate(with_app, SECRET)
        with served(database_url(name), tmp_path_factory.mktemp("portal"), demo=False, moment=None) as running:
            yield running


def focused(page: Page) -> str:
    return str(page.evaluate("() => document.activeElement?.name || document.activeElement?.textContent.trim() || ''"))


def tab_to(page: Page, name: str) -> None:
    """Press Tab until the field or button of this name has the focus."""
    passed = []
    for _ in range(40):
        page.keyboard.press("Tab")
        if focused(page) == name:
            return
        passed.append(focused(page))
    raise AssertionError(f"{name!r} is not reached with Tab, only {passed}")


def test_a_reseller_signs_in_with_the_keyboard_alone(real_portal: Served, windows: OpenWindow, language: str) -> None:
    window = windows(real_portal, language=language)
    page = window.page
    window.go("/")
    window.see()

    page.locator("body").press("Tab")
    expect(page.locator(".skip-link")).to_be_focused()
    page.keyboard.press("Enter")
    tab_to(page, "login")
    page.keyboard.type("reseller_owner@example.com")
    tab_to(page, "password")
    page.keyboard.type(PASSWORD)
    page.keyboard.press("Enter")

    expect(page).to_have_url(f"{window.url}/partner/2B3C4D5F/")
    expect(page.locator("html")).to_have_attribute("lang", language)
    window.see()


def test_a_wrong_password_is_said_in_words_and_keeps_the_address(
    real_portal: Served, windows: OpenWindow, language: str
) -> None:
    window = windows(real_portal, language=language)
    window.go("/account/login/")
    page = window.page
    page.locator("input[name=login]").fill("reseller_owner@example.com")
    page.locator("input[name=password]").fill("not the password")
    page.keyboard.press("Enter")

    wanted = {"de": "stimmen nicht|nicht korrekt|falsch", "en": "not correct"}[language]
    expect(page.locator("main")).to_contain_text(re.compile(wanted))
    expect(page.locator("input[name=login]")).to_have_value("reseller_owner@example.com")
    window.see()


def test_vendor_staff_set_up_an_app_before_they_see_anything(
    real_portal: Served, windows: OpenWindow, language: str
) -> None:
    window = windows(real_portal, language=language)
    sign_in(window, f"newcomer_{language}@example.com", PASSWORD)
    page = window.page

    window.go("/vendor/lenovo/")
    expect(page).to_have_url(re.compile("/account/reauthenticate/"))
    window.see()
    page.locator("input[name=password]").fill(PASSWORD)
    page.keyboard.press("Enter")
    expect(page).to_have_url(re.compile("/account/2fa/totp/activate/"))
    window.see()
    set_up_app(window)
    window.see()

    window.go("/")
    expect(page).to_have_url(f"{window.url}/vendor/lenovo/")


def set_up_app(window: Window) -> None:
    """Take over the secret shown on the page, as an authenticator app does, and confirm with its first code."""
    page = window.page
    secret = page.locator("#authenticator_secret").input_value()
    page.locator("input[name=code]").fill(app_code(secret))
    page.locator("main form button[type=submit]").first.click()
    expect(page).to_have_url(re.compile("/account/2fa/recovery-codes/"))


def test_the_app_is_asked_for_at_every_sign_in(real_portal: Served, windows: OpenWindow, language: str) -> None:
    window = windows(real_portal, language=language)
    page = window.page

    sign_in(window, f"with_app_{language}@example.com", PASSWORD)
    expect(page).to_have_url(re.compile("/account/2fa/authenticate/"))
    window.see()
    page.locator("input[name=code]").fill("000000")
    page.keyboard.press("Enter")
    expect(page.locator("main")).to_contain_text(re.compile({"de": "[Ff]alsch", "en": "[Ii]ncorrect"}[language]))
    window.see()

    page.locator("input[name=code]").fill(app_code(SECRET))
    page.keyboard.press("Enter")
    expect(page).to_have_url(f"{window.url}/vendor/lenovo/")
