"""`python -m tests.screenshots [--all DIR]`: the pictures of the README, taken from the demo on a fixed day.

The demo is written to a throw-away database. `--all DIR` takes every page that each login reaches instead, in both
languages, on a phone and on a desktop, in light and in dark.
"""

from __future__ import annotations

import argparse
import contextlib
import functools
import os
import sys
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import django
from playwright.sync_api import Browser, StorageState, sync_playwright

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "portal.settings")
django.setup()

from portal.demo.companies import COMPANIES, SHOWN  # noqa: E402
from portal.demo.people import PASSWORD  # noqa: E402
from portal.embedded import EmbeddedError, Postgres, Valkey  # noqa: E402
from tests import png, services  # noqa: E402
from tests.journeys.browser import DESKTOP, FLAGS, PHONE, Window, open_window  # noqa: E402
from tests.journeys.crawl import pages  # noqa: E402
from tests.journeys.people import sign_in  # noqa: E402
from tests.serving import Served, seed_demo, served  # noqa: E402

PICTURES = services.ROOT / "docs" / "img"
RESELLER, MANAGER = f"owner@{SHOWN}.example", "channel@lenovo.example"
LOGINS = (RESELLER, MANAGER, "finance@lenovo.example", "reports@also.example", "admin@lenovo.example")
NUMBER = next(company.number for company in COMPANIES if company.slug == SHOWN)
SIZES = {"wide": (1240, 860), "phone": (PHONE, 780)}


@dataclass(frozen=True)
class Picture:
    """A page as one person sees it. `size` is a key of SIZES."""

    name: str
    email: str
    path: str
    language: str = "en"
    size: str = "wide"


README = (
    Picture("dashboard", RESELLER, f"/partner/{NUMBER}/"),
    Picture("rebate", RESELLER, f"/partner/{NUMBER}/rebates/lenovo-loyalty/topseller-loyalty/2026Q4/"),
    Picture("phone", RESELLER, f"/partner/{NUMBER}/", language="de", size="phone"),
    Picture("channel-manager", MANAGER, "/vendor/lenovo/"),
)


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.screenshots", description=__doc__.splitlines()[0])
    parser.add_argument("--all", metavar="DIR", type=Path, help="every page of every login, to this folder")
    every_page_to = parser.parse_args().all
    program = services.chromium()
    if program is None:
        sys.stderr.write("no Chromium on this machine: install one, or name it in CHROMIUM\n")
        return 1
    try:
        with demo() as portal, sync_playwright() as playwright:
            browser = playwright.chromium.launch(executable_path=program, args=FLAGS)
            if every_page_to is None:
                for picture in README:
                    say(take(browser, portal, picture).relative_to(services.ROOT))
            else:
                for email in LOGINS:
                    for path in take_every_page(browser, portal, email, every_page_to):
                        say(path)
            browser.close()
    except EmbeddedError as error:
        sys.stderr.write(f"{error}\n")
        return 1
    return 0


def say(path: Path) -> None:
    sys.stdout.write(f"{path}\n")
    sys.stdout.flush()


@contextlib.contextmanager
def demo() -> Iterator[Served]:
    """The demo's data in a database of its own, served on the day of the tests."""
    with contextlib.ExitStack() as cleanup:
        folder = Path(cleanup.enter_context(tempfile.TemporaryDirectory(prefix="portal-pictures-")))
        # A server that runs as another user than we do must reach its folder.
        folder.chmod(0o711)
        database, broker = Postgres(folder / "db", fast=True), Valkey(folder / "broker")
        cleanup.callback(database.stop)
        cleanup.callback(broker.stop)
        url = database.start().url
        os.environ["REDIS_URL"] = broker.start().url
        services.manage("migrate", "--verbosity", "0", database_url=url, timeout=180)
        seed_demo(url)
        yield cleanup.enter_context(served(url, folder / "web"))


@functools.cache
def signed_in(browser: Browser, portal: Served, email: str) -> StorageState:
    """What a browser keeps of a sign-in: each person signs in once."""
    window = open_window(browser, portal.url, language="en", width=DESKTOP)
    try:
        sign_in(window, email, PASSWORD)
        return window.page.context.storage_state()
    finally:
        window.page.context.close()


def take(browser: Browser, portal: Served, picture: Picture) -> Path:
    """One picture of the README: what a person sees before scrolling."""
    width, height = SIZES[picture.size]
    state = signed_in(browser, portal, picture.email)
    window = open_window(browser, portal.url, language=picture.language, width=width, height=height, state=state)
    try:
        answer = window.go(picture.path)
        assert answer.status == 200, f"{picture.path} answers {answer.status}"
        window.see()
        path = PICTURES / f"{picture.name}.png"
        png.save(browser, window.page.screenshot(), path)
        return path
    finally:
        window.page.context.close()


def take_every_page(browser: Browser, portal: Served, email: str, folder: Path) -> Iterator[Path]:
    """Whole pages, not only what shows before scrolling."""
    state = signed_in(browser, portal, email)
    folder.mkdir(parents=True, exist_ok=True)
    for language in ("de", "en"):
        window = open_window(browser, portal.url, language=language, width=DESKTOP, state=state)
        for path in pages(window):
            name = f"{email.split('@')[0]}{path.rstrip('/').replace('/', '-')}-{language}"
            for width, dark in ((DESKTOP, False), (DESKTOP, True), (PHONE, False), (PHONE, True)):
                target = folder / f"{name}-{width}{'-dark' if dark else ''}.png"
                target.write_bytes(whole_page(window, width, dark=dark))
                yield target
        window.page.context.close()


def whole_page(window: Window, width: int, *, dark: bool) -> bytes:
    window.resize(width)
    window.page.emulate_media(color_scheme="dark" if dark else "light")
    window.wait_until_still()
    return window.page.screenshot(full_page=True)


if __name__ == "__main__":
    sys.exit(main())
