"""Figures as a person reads them off a page, turned into numbers so that pages can be compared."""

from __future__ import annotations

import re
from decimal import Decimal

from django.utils.translation import gettext, override
from playwright.sync_api import expect

from tests.journeys.browser import Window, plain

_NUMBER = re.compile(r"[-−]?€?\d[\d.,]*")


def number(text: str, language: str) -> Decimal:
    """The first number in the text, written the German or the English way: 1.234,56 or 1,234.56."""
    found = _NUMBER.search(plain(text))
    if found is None:
        raise AssertionError(f"no number in {text!r}")
    digits = found[0].replace("−", "-").replace("€", "").rstrip(".,")
    group, point = (".", ",") if language == "de" else (",", ".")
    return Decimal(digits.replace(group, "").replace(point, "."))


def word(text: str, language: str) -> str:
    """A label of the pages in the person's language, by the English one in the code."""
    with override(language):
        return gettext(text)


def figures(window: Window) -> dict[str, str]:
    """The big figures of a page by their labels."""
    expect(window.page.locator(".figure-card").first).to_be_visible()
    window.wait_until_still()
    shown = {}
    for figure in window.page.locator(".figure-card").all():
        shown[plain(figure.locator(".figure-label").inner_text())] = plain(figure.locator(".figure-value").inner_text())
    return shown


def facts(window: Window) -> dict[str, str]:
    """The lists of facts on a page, by their labels."""
    window.wait_until_still()
    rows = window.page.locator("main .fact").all()
    return {plain(row.locator("dt").inner_text()): plain(row.locator("dd").inner_text()) for row in rows}


def column(window: Window, label: str) -> list[str]:
    """A table's column as it is shown, its sum last; found by its head, as on a phone."""
    window.wait_until_still()
    cells = window.page.locator(f"main td[data-label^='{label}']")
    return [plain(text) for text in cells.all_inner_texts() if text.strip()]
