"""Every page that each role reaches by clicking is clean: both languages, phone and desktop, light and dark."""

from __future__ import annotations

from dataclasses import dataclass

import pytest

from portal.demo.people import platform_admin
from tests.journeys.browser import DESKTOP, PHONE, Look, Window
from tests.journeys.conftest import OpenWindow
from tests.journeys.crawl import pages
from tests.serving import Served


@dataclass(frozen=True)
class Walk:
    """Whose pages, from where on. `account`: with the pages of one's own account, which are the same for everybody.

    `thorough`: with axe and in both languages; otherwise the pages are known from another walk, and only looked whether
    they open and fit where there is the least room for the longest words.
    """

    email: str = ""
    start: str = "/"
    account: bool = False
    thorough: bool = True


WALKS = {
    "nobody": Walk(start="/account/login/", account=True),
    "reseller": Walk("owner@morgenbrueck.example", account=True),
    "channel manager": Walk("channel@lenovo.example"),
    "distributor": Walk("reports@also.example"),
    "vendor finance": Walk("finance@snom.example", thorough=False),
    "platform admin": Walk(platform_admin().email, thorough=False),
}
FEWEST = 3


@pytest.mark.parametrize("walk", WALKS.values(), ids=WALKS.keys())
def test_every_page_is_clean(demo: Served, windows: OpenWindow, walk: Walk) -> None:
    german = windows(demo, walk.email, language="de", width=DESKTOP if walk.thorough else PHONE)
    english = windows(demo, walk.email, language="en", width=PHONE) if walk.thorough else None
    looked_at, faults = [], []
    for path in pages(german, walk.start, but="" if walk.account else "/account/"):
        looked_at.append(path)
        if english is None:
            faults += look(german, PHONE, Look.NOTHING)
            continue
        # Each language, each width, light and dark. Contrast is a matter of the theme alone; of the two languages it is
        # the German one that needs room.
        faults += look(german, DESKTOP, Look.ALL) + look(german, PHONE, Look.CONTRAST, dark=True)
        english.go(path)
        faults += look(english, PHONE, Look.NOTHING)
    assert not faults, "\n\n".join(faults)
    assert len(looked_at) >= FEWEST, looked_at


def look(window: Window, width: int, at: Look, *, dark: bool = False) -> list[str]:
    """What is wrong with the page that the window shows."""
    window.resize(width)
    window.page.emulate_media(color_scheme="dark" if dark else "light")
    try:
        window.see(at, each_width=True)
    except AssertionError as fault:
        return [str(fault)]
    return []
