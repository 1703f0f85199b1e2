"""A browser as one person uses it, and `see()`: what must hold of every page that anybody ever looks at."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from enum import Enum
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from axe_playwright_python.base import AXE_SCRIPT
from playwright.sync_api import Browser, BrowserContext, ConsoleMessage, Page, Request, Response, expect

from tests.framework import LIST, missed

# No sandbox, because root cannot have one; and no traffic of the browser's own.
FLAGS = (
    "--no-sandbox",
    "--disable-dev-shm-usage",
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-features=Translate,OptimizationHints,MediaRouter",
    "--font-render-hinting=none",
)
PHONE, DESKTOP = 360, 1400
HEIGHT = {PHONE: 740, DESKTOP: 900}
# Milliseconds until something that should happen is given up: machines that test are busy.
PATIENCE = 20_000
LOCALE = {"de": "de-DE", "en": "en-GB"}

CHECKS = Path(__file__).with_name("page_checks.js").read_text()

expect.set_options(timeout=PATIENCE)

_clean: set[tuple[object, ...]] = set()
"""What was looked at, colours and shapes of pages in which axe has found nothing."""


class Look(Enum):
    """What axe looks at, as its options. Contrast takes two thirds of its time, and is a matter of the theme."""

    NOTHING = None
    ALL_BUT_CONTRAST = {"rules": {"color-contrast": {"enabled": False}}}
    CONTRAST = {"runOnly": {"type": "rule", "values": ["color-contrast"]}}
    ALL = {"rules": {"color-contrast": {"enabled": True}}}


@dataclass
class Watch:
    """What a browser window reported since it was last asked."""

    origin: str
    problems: list[str] = field(default_factory=list)
    expected: set[int] = field(default_factory=set)

    def on(self, context: BrowserContext) -> None:
        context.on("console", self._console)
        context.on("weberror", lambda error: self.problems.append(f"script error: {error.error}"))
        context.on("request", self._request)
        context.on("response", self._response)

    def _console(self, message: ConsoleMessage) -> None:
        # The browser also writes down failed answers; those are told from the answers themselves.
        if message.type in ("error", "warning") and not message.text.startswith("Failed to load resource"):
            self.problems.append(f"console {message.type}: {message.text}")

    def _request(self, request: Request) -> None:
        parts = urlsplit(request.url)
        if parts.scheme not in ("data", "blob", "about") and f"{parts.scheme}://{parts.netloc}" != self.origin:
            self.problems.append(f"request to another host: {request.url}")

    def _response(self, response: Response) -> None:
        if response.status >= 400 and response.status not in self.expected:
            self.problems.append(f"answer {response.status}: {response.request.method} {response.url}")


@dataclass(frozen=True)
class Window:
    """A browser window of one person in one language. `url` is the portal's address without a slash at the end."""

    page: Page
    watch: Watch
    url: str
    language: str
    width: int

    def go(self, path: str) -> Response:
        """Open a page of the portal by its path."""
        answer = self.page.goto(self.url + path)
        assert answer is not None, path
        return answer

    def resize(self, width: int) -> None:
        self.page.set_viewport_size({"width": width, "height": HEIGHT[width]})

    def darken(self) -> None:
        """Change to the dark colours, as the system does in the evening."""
        self.page.emulate_media(color_scheme="dark")

    def text(self, selector: str = "main") -> str:
        """What a person reads there, narrow and non-breaking spaces written as plain ones."""
        return plain(self.page.locator(selector).first.inner_text())

    def expect_answer(self, status: int) -> None:
        """From now on this refusal is no fault."""
        self.watch.expected.add(status)

    def see(self, look: Look = Look.ALL_BUT_CONTRAST, *, each_width: bool = False) -> None:
        """The page is accessible, fits its window, and the browser has nothing to complain about.

        Where nothing but words differs from a page that was clean axe does not look again; with `each_width` it does
        where the width differs. The colours of every page and component are seen by the walks and the styleguide.
        """
        page = self.page
        self.wait_until_still()
        found = [*self.watch.problems]
        if look is not Look.NOTHING:
            found += [f"axe: {each}" for each in self._inaccessible(look, each_width=each_width)]
        found += [f"too wide: {each}" for each in page.evaluate("() => pageChecks.tooWide()")]
        plain = missed(set(page.evaluate("() => pageChecks.classes()")))
        found += [f"not in {LIST.name}: {each}" for each in sorted(plain)]
        self.watch.problems.clear()
        assert not found, "\n".join([f"{page.url} ({self.language}, {page.viewport_size})", *found])

    def _inaccessible(self, look: Look, *, each_width: bool) -> list[str]:
        width = self.page.evaluate("() => innerWidth") if each_width else 0
        shape = self.page.evaluate("() => [matchMedia('(prefers-color-scheme: dark)').matches, pageChecks.shape()]")
        if (key := (width, look, *shape)) in _clean:
            return []
        if not self.page.evaluate("() => Boolean(window.axe)"):
            self.page.evaluate(AXE_SCRIPT)
        found: list[str] = self.page.evaluate("(options) => pageChecks.inaccessible(options)", look.value)
        if not found:
            _clean.add(key)
        return found

    def wait_until_still(self) -> None:
        """Wait until nothing loads or moves any more: half-faded colours are no contrast to measure."""
        self.page.wait_for_load_state("load")
        if not self.page.evaluate("() => Boolean(window.pageChecks)"):
            self.page.evaluate(CHECKS)
        self.page.wait_for_function("() => pageChecks.isStill()")


def plain(text: str) -> str:
    return re.sub(r"[\u00a0\u202f\u2009]", " ", text)


def open_window(browser: Browser, url: str, *, language: str, width: int, height: int = 0, state: Any = None) -> Window:
    """A fresh window: nothing remembered but the sign-in that `state` holds."""
    context = browser.new_context(
        base_url=url,
        locale=LOCALE[language],
        timezone_id="Europe/Berlin",
        viewport={"width": width, "height": height or HEIGHT[width]},
        color_scheme="light",
        reduced_motion="reduce",
        storage_state=state,
    )
    context.set_default_timeout(PATIENCE)
    context.add_cookies([{"name": "django_language", "value": language, "url": url}])
    watch = Watch(url)
    watch.on(context)
    return Window(context.new_page(), watch, url, language, width)
