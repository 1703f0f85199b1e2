"""`see()` itself: a page with one fault is refused for that fault, the same page without it is not."""

from __future__ import annotations

import pytest
from playwright.sync_api import Browser

from tests.journeys import browser as journeys_browser
from tests.journeys.browser import PHONE, Look, open_window

ORIGIN = "http://portal.example"
PAGE = '<!DOCTYPE html><html lang="en"><title>Sales</title><body><main><h1>Sales</h1>{body}</main></body></html>'
POLICY = "default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; img-src *"


def seen(browser: Browser, body: str) -> None:
    window = open_window(browser, ORIGIN, language="en", width=PHONE)
    try:
        window.page.route(
            "**/*",
            lambda route: route.fulfill(
                body=PAGE.format(body=body) if route.request.url == f"{ORIGIN}/sales" else "",
                status=404 if route.request.url.endswith("/missing") else 200,
                headers={"Content-Security-Policy": POLICY, "Content-Type": "text/html; charset=utf-8"},
            ),
        )
        window.go("/sales")
        window.see(Look.ALL)
    finally:
        window.page.context.close()


def test_a_plain_page_is_clean(browser: Browser) -> None:
    seen(browser, "<p>Nothing sold yet.</p>")


@pytest.mark.parametrize(
    ("body", "fault"),
    [
        ('<p style="color: #ddd; background: #fff">Nothing sold yet.</p>', "axe: color-contrast"),
        ("<input>", "axe: label"),
        ('<p style="width: 500px">A table that nobody can scroll.</p>', "too wide: <p"),
        ('<p class="text-bg-danger">Nothing sold yet.</p>', "not in framework.txt: text-bg-danger"),
        ("<script>document.title = 'Sold'</script>", "console error: .*Content Security Policy"),
        ("<script src='/missing'></script>", "answer 404: GET"),
        ('<img alt="" src="http://elsewhere.example/pixel.png">', "request to another host"),
    ],
    ids=["pale text", "no label", "too wide", "unknown class", "inline script", "failed answer", "other host"],
)
def test_a_fault_is_named(browser: Browser, body: str, fault: str) -> None:
    with pytest.raises(AssertionError, match=fault):
        seen(browser, body)


NAVIGATIONS = '<nav aria-label="{}"><a href="/a">All</a></nav><nav aria-label="{}"><a href="/b">None</a></nav>'


@pytest.mark.parametrize(
    ("clean", "faulty", "fault"),
    [
        ("<button>Save</button>", "<button></button>", "axe: button-name"),
        (NAVIGATIONS.format("Main", "Pages"), NAVIGATIONS.format("Main", "Main"), "axe: landmark-unique"),
        ('<label for="a">A</label><input id="a">', '<label for="b">A</label><input id="a">', "axe: label"),
        ("<p>Nothing sold yet.</p>", '<p style="color: #ddd">Nothing sold yet.</p>', "axe: color-contrast"),
    ],
    ids=["no text", "the same name", "another field", "another colour"],
)
def test_a_page_is_looked_at_again_where_it_differs_in_more_than_words(
    browser: Browser, clean: str, faulty: str, fault: str
) -> None:
    seen(browser, clean)
    with pytest.raises(AssertionError, match=fault):
        seen(browser, faulty)


def test_a_page_in_other_words_is_not_looked_at_again(browser: Browser, monkeypatch: pytest.MonkeyPatch) -> None:
    seen(browser, "<p>Sold today</p><button>Save</button>")
    monkeypatch.setattr(journeys_browser, "AXE_SCRIPT", "throw new Error('looked at again')")
    seen(browser, "<p>Heute verkauft</p><button>Speichern</button>")


def test_what_scrolls_inside_its_own_frame_is_not_too_wide(browser: Browser) -> None:
    seen(browser, '<div tabindex="0" style="overflow-x: auto"><p style="width: 900px">A wide table.</p></div>')
