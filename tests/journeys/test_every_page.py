"""Every page that each role reaches by clicking is clean: both languages, phone and desktop, light and dark."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import pytest

from portal.demo.people import PASSWORD, platform_admin
from tests.journeys.browser import DESKTOP, PHONE, Window
from tests.journeys.conftest import OpenWindow
from tests.journeys.crawl import pages
from tests.serving import Served


@dataclass(frozen=True)
class Walk:
    """Whose pages, from where on. `account`: with the pages of one's own account, which are the same for everybody.

    `thorough`: with axe; otherwise the pages are known from another walk, and only looked whether they open and fit.
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
CONTRAST = ("color-contrast",)
CHEAPEST = ("document-title",)


@pytest.mark.parametrize("walk", WALKS.values(), ids=WALKS.keys())
def test_every_page_is_clean(demo: Served, windows: OpenWindow, walk: Walk) -> None:
    german = windows(demo, walk.email, language="de", password=PASSWORD)
    english = windows(demo, walk.email, language="en", password=PASSWORD)
    looked_at, faults = [], []
    for path in pages(german, walk.start, but="" if walk.account else "/account/"):
        looked_at.append(path)
        english.go(path)
        if walk.thorough:
            # Each language at each width, each width in light and in dark. Contrast is a matter of the theme alone.
            faults += look(german, DESKTOP) + look(german, PHONE, dark=True, rules=CONTRAST)
            faults += look(english, PHONE, rules=CHEAPEST) + look(english, DESKTOP, dark=True, rules=CHEAPEST)
        else:
            faults += look(german, PHONE, rules=CHEAPEST) + look(english, DESKTOP, rules=CHEAPEST)
    assert not faults, "\n\n".join(faults)
    assert len(looked_at) >= FEWEST, looked_at


def look(window: Window, width: int, *, dark: bool = False, rules: Sequence[str] = ()) -> list[str]:
    """What is wrong with the page that the window shows."""
    window.resize(width)
    window.page.emulate_media(color_scheme="dark" if dark else "light")
    try:
        window.see(rules=rules)
    except AssertionError as fault:
        return [str(fault)]
    return []
