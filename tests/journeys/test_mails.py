"""Mails and notices as their readers use them: the week's mail leads to its page, and is left by its link; the bell."""

from __future__ import annotations

import re

import pytest
import time_machine
from django.test import override_settings
from playwright.sync_api import Page, expect

from common.models import OutboxMail, User
from tests.common.telling import tell
from tests.journeys.browser import Window
from tests.journeys.conftest import Inside, OpenWindow, SendMails, paired
from tests.journeys.people import PASSWORD
from tests.journeys.reading import word
from tests.rebates.status.mailing import make_all
from tests.serving import Served
from tests.world import NOW

OWNER, ADMIN = "reseller_owner@example.com", "platform_admin@example.com"


@pytest.fixture(autouse=True)
def _empty_mailbox(own_portal: Served) -> None:
    for file in (own_portal.folder / "mail").glob("*.log"):
        file.unlink()


def mail_of_the_week(portal: Served, inside: Inside, send_mails: SendMails, language: str) -> None:
    """Made on Monday morning, as the tick does, and sent."""
    with inside(portal), time_machine.travel(NOW), override_settings(PORTAL_URL=portal.url):
        User.objects.filter(email=OWNER).update(language=language)
        OutboxMail.objects.all().delete()
        assert make_all(NOW)
        OutboxMail.objects.exclude(recipient__email=OWNER).delete()
    with override_settings(PORTAL_URL=portal.url):
        send_mails(portal)


def open_newest(window: Window) -> None:
    window.go("/demo/mail/")
    window.page.locator(".plain-row", has_text=OWNER).first.get_by_role("link").first.click()
    expect(window.page.locator("iframe")).to_be_visible()


def follow(window: Window, text: str) -> None:
    """A link of the mail that is open."""
    name = word(text, window.language)
    window.page.frame_locator("iframe").get_by_role("link", name=name).first.click()


def press(page: Page, text: str, language: str) -> None:
    page.locator("main").get_by_role("button", name=word(text, language), exact=True).click()


@paired
def test_the_weeks_mail_leads_through_the_sign_in_to_its_page(
    own_portal: Served, windows: OpenWindow, inside: Inside, send_mails: SendMails, language: str, width: int
) -> None:
    mail_of_the_week(own_portal, inside, send_mails, language)
    window = windows(own_portal, language=language, width=width)
    page = window.page
    open_newest(window)
    window.see()
    follow(window, "Open the rebates")
    expect(page).to_have_url(re.compile("/account/login/"))
    window.see()
    page.locator("input[name=login]").fill(OWNER)
    page.locator("input[name=password]").fill(PASSWORD)
    page.keyboard.press("Enter")
    expect(page).to_have_url(re.compile(r"/partner/2B3C4D5F/rebates/[\w-]+/[\w-]+/2026Q4/$"))
    expect(page.locator("h1")).to_be_visible()
    window.see()


@paired
def test_the_weeks_mail_is_left_by_its_link_and_taken_back(
    own_portal: Served, windows: OpenWindow, inside: Inside, send_mails: SendMails, language: str, width: int
) -> None:
    mail_of_the_week(own_portal, inside, send_mails, language)
    window = windows(own_portal, language=language, width=width)
    page = window.page
    open_newest(window)
    follow(window, "No more mails of this kind")
    expect(page).to_have_url(re.compile("/mail/off/"))
    window.see()
    press(page, "No more mails of this kind", language)
    expect(page.get_by_role("button", name=word("Send them again", language))).to_be_visible()
    window.see()
    press(page, "Send them again", language)
    expect(page.get_by_role("button", name=word("Send them again", language))).to_have_count(0)
    press(page, "No more mails of this kind", language)

    signed = windows(own_portal, OWNER, language=language, width=width)
    signed.go("/account/mails/")
    expect(signed.page.locator("select[name=standing]")).to_have_value("off")
    signed.see()
    signed.page.locator("select[name=standing]").select_option("monthly")
    press(signed.page, "Save", language)
    expect(signed.page.locator("select[name=standing]")).to_have_value("monthly")
    signed.see()
    window.expect_answer(404)
    window.go("/mail/off/made-up/")
    window.see()


@paired
def test_the_bell_counts_notices_which_are_read_one_by_one_and_all_at_once(
    own_portal: Served, windows: OpenWindow, inside: Inside, language: str, width: int
) -> None:
    with inside(own_portal), time_machine.travel(NOW):
        OutboxMail.objects.all().delete()
        owner = User.objects.get(email=OWNER)
        for number in range(3):
            tell(owner, period=str(number), subject=f"Told {number}", url="/partner/2B3C4D5F/rebates/")
    window = windows(own_portal, OWNER, language=language, width=width)
    page = window.page
    window.go("/partner/2B3C4D5F/")
    expect(page.locator(".bell-count")).to_have_text("3")
    window.see()
    page.locator(".bell").click()
    expect(page.locator("h1")).to_have_text(word("Notices", language))
    window.see()
    page.get_by_role("link", name=re.compile("Told 2")).click()
    expect(page.locator("h1")).to_have_text("Told 2")
    window.see()
    page.locator("main").get_by_role("link", name=word("Show it", language), exact=True).click()
    expect(page).to_have_url(re.compile("/partner/2B3C4D5F/rebates/$"))
    expect(page.locator(".bell-count")).to_have_text("2")
    page.locator(".bell").click()
    press(page, "Mark all as read", language)
    expect(page.locator(".bell-count")).to_have_count(0)
    window.see()


@paired
def test_an_administrator_sends_again_what_failed_and_stops_all_mails(
    own_portal: Served, windows: OpenWindow, inside: Inside, language: str, width: int
) -> None:
    with inside(own_portal), time_machine.travel(NOW):
        OutboxMail.objects.all().delete()
        failed = tell(User.objects.get(email=OWNER), state=OutboxMail.State.FAILED, error="SMTPRecipientsRefused")
    window = windows(own_portal, ADMIN, language=language, width=width)
    page = window.page
    window.go("/mail/outbox/")
    window.see()
    page.get_by_role("link", name=OWNER).first.click()
    expect(page).to_have_url(re.compile(f"/mail/outbox/{failed.pk}/$"))
    window.see()
    press(page, "Send again", language)
    expect(page.locator(".messages")).to_be_visible()
    window.go("/mail/outbox/")
    page.locator("input[name=reason]").fill("The server is moved.")
    press(page, "Stop all mails", language)
    expect(page.locator("main")).to_contain_text("The server is moved.")
    window.see()
    press(page, "Send mails again", language)
    expect(page.locator("input[name=reason]")).to_be_visible()
    window.see()
