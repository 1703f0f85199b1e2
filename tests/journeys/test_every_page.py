"""Every page that each role reaches by clicking is clean: both languages, phone and desktop, light and dark."""

from __future__ import annotations

from collections.abc import Sequence

import pytest

from portal.demo.people import PASSWORD, platform_admin
from tests.journeys.browser import DESKTOP, PHONE, Window
from tests.journeys.conftest import OpenWindow
from tests.journeys.crawl import pages
from tests.serving import Served

# One login per kind of work; the others of a company or a vendor see the same pages or fewer. The pages of one's own
# account are the same for everybody and looked at once.
WALKS = {
    "nobody": ("", "/account/login/", True),
    "reseller": ("owner@morgenbrueck.example", "/", True),
    "channel manager": ("channel@lenovo.example", "/", False),
    "vendor finance": ("finance@lenovo.example", "/", False),
    "distributor": ("reports@also.example", "/", False),
    "platform admin": (platform_admin().email, "/", False),
}
FEWEST = 3
CONTRAST = ("color-contrast",)


@pytest.mark.parametrize(("email", "start", "account"), WALKS.values(), ids=WALKS.keys())
def test_every_page_is_clean(demo: Served, windows: OpenWindow, email: str, start: str, account: bool) -> None:
    german = windows(demo, email, language="de", password=PASSWORD)
    english = windows(demo, email, language="en", password=PASSWORD)
    looked_at, faults = [], []
    for path in pages(german, start, but="" if account else "/account/"):
        looked_at.append(path)
        english.go(path)
        # Each language at each width, each width in light and in dark.
        faults += look(german, DESKTOP) + look(german, PHONE, dark=True)
        faults += look(english, PHONE, rules=CONTRAST) + look(english, DESKTOP, dark=True, rules=CONTRAST)
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
