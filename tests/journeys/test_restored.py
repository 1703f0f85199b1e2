"""A platform admin comes to a restored portal, reads what to look at, and releases it."""

from __future__ import annotations

from datetime import timedelta

import time_machine
from playwright.sync_api import expect

from common.models import Pause
from rebates.closing import ensure_due_closings
from tests.journeys.conftest import Inside, OpenWindow, paired
from tests.journeys.reading import word
from tests.serving import Served
from tests.world import NOW, TODAY


@paired
def test_an_admin_is_told_on_every_page_looks_and_releases(
    own_portal: Served, windows: OpenWindow, inside: Inside, language: str, width: int
) -> None:
    with inside(own_portal), time_machine.travel(NOW):
        Pause.objects.create(paused_at=NOW, backup_at=NOW - timedelta(hours=6), backup_digest="0f" * 32)
        ensure_due_closings(today=TODAY + timedelta(days=100), now=NOW)
    window = windows(own_portal, "platform_admin@example.com", language=language, width=width)
    page = window.page
    window.go("/account/tokens/")
    page.get_by_role("link", name=word("Look at it and release it", language)).click()
    expect(page).to_have_url(f"{window.url}/pause/")
    expect(page.locator("#look li")).not_to_have_count(0)
    window.see()

    page.locator("textarea").fill("The old one is switched off.")
    page.get_by_role("button", name=word("Release: mails, closings and payments go on", language)).click()
    expect(page.locator(".viewing-banner")).to_have_count(0)
    expect(page.locator("#restores")).to_contain_text("The old one is switched off.")
    window.see()
