"""A channel manager looks at a partner's pages as the partner sees them, walks through them and stops."""

from __future__ import annotations

import re
from urllib.parse import urlsplit

from playwright.sync_api import expect

from tests.journeys.conftest import OpenWindow, phone_in_german
from tests.journeys.crawl import pages
from tests.journeys.reading import word
from tests.serving import Served

DETAIL, AREA = "/vendor/lenovo/partners/2B3C4D5F/", "/partner/2B3C4D5F/"
HREFS = "(links) => links.map((link) => link.href)"


@phone_in_german
def test_a_channel_manager_looks_walks_and_stops_and_the_owner_reads_of_it(
    own_portal: Served, windows: OpenWindow, language: str, width: int
) -> None:
    window = windows(own_portal, "channel_manager@example.com", language=language, width=width)
    page = window.page
    window.go(DETAIL)
    page.get_by_role("button", name=word("As the partner sees it", language)).click()
    expect(page).to_have_url(f"{window.url}{AREA}")
    banner = page.locator(".viewing-banner")

    seen = []
    for path in pages(window, AREA, but="/account/"):
        if not path.startswith(AREA):
            continue
        expect(banner).to_contain_text("Elbtal Systemhaus GmbH")
        expect(banner).to_contain_text("Lenovo")
        assert not re.search("IBM|10hoch4|Power S1022", page.content()), path
        window.see()
        seen.append(path)
    assert {AREA, f"{AREA}sales/", f"{AREA}rebates/"} < set(seen)

    window.go(f"{AREA}sales/")
    banner.get_by_role("button", name=word("Stop", language)).click()
    expect(page).to_have_url(f"{window.url}{DETAIL}")
    expect(banner).to_have_count(0)
    expect(page.locator("#history")).to_contain_text(word("Viewed as the partner sees it", language))
    window.see()
    window.expect_answer(404)
    assert window.go(AREA).status == 404

    owner = windows(own_portal, "reseller_owner@example.com", language=language, width=width)
    owner.go(f"{AREA}viewed/")
    told = [urlsplit(url).path for url in owner.page.locator("tbody a.row-link").evaluate_all(HREFS)]
    # Cards that a page fetches later are part of it. The list of tiers leads on to the only one.
    assert set(told) == {path for path in seen if "/panels/" not in path} | {f"{AREA}tiers/"}
    expect(owner.page.locator("tbody tr").first).to_contain_text("Channel Manager")
    owner.see()
