"""Browser journeys against portals that are really served, on the day of `tests.world`.

`portal` shows the small world of `tests.world`, `demo` the demo's data. Their data is written once and copied: a test
that changes something gets a fresh copy (`own_portal`, `own_demo`), so no test sees what another one did.
"""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Generator, Iterator
from contextlib import AbstractContextManager
from pathlib import Path

import pytest
import time_machine
from allauth.mfa.models import Authenticator
from django.db import transaction
from django.test import override_settings
from playwright.sync_api import Browser, sync_playwright
from pytest_django import DjangoDbBlocker

from common import tasks
from common.models import User
from portal.testing import clone_database, copy_database, database_url, django_on
from tests import services
from tests.demo import WrittenDemo
from tests.journeys.browser import DESKTOP, FLAGS, PHONE, Window, open_window
from tests.journeys.people import forget_sign_ins, invite, sign_in_state
from tests.serving import Served, served
from tests.world import NOW, World, build_world

OpenWindow = Callable[..., Window]
Inside = Callable[[Served], AbstractContextManager[None]]
SendMails = Callable[[Served], None]


# What a page looks like in which language is seen by the walks of every page. So the main journeys are gone with each
# language and each width once, not each with each, and those beside them with one of both.
_LIKE_THIS = {"German phone": ("de", PHONE), "English desktop": ("en", DESKTOP)}
paired, phone_in_german, desktop_in_english = (
    pytest.mark.parametrize(("language", "width"), [_LIKE_THIS[name] for name in names], ids=names)
    for names in ([*_LIKE_THIS], ["German phone"], ["English desktop"])
)


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    given = {name for mark in metafunc.definition.iter_markers("parametrize") for name in mark.args[0]}
    if "language" in metafunc.fixturenames and "language" not in given:
        metafunc.parametrize("language", ["de", "en"])
    if "width" in metafunc.fixturenames and "width" not in given:
        metafunc.parametrize("width", [DESKTOP, PHONE], ids=["desktop", "phone"])


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item: pytest.Item) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """With a failed journey stands what its web server wrote last."""
    report = yield
    if report.failed:
        for portal in getattr(item, "funcargs", {}).values():
            if isinstance(portal, Served):
                report.sections.append(("web server", "\n".join(portal.log.read_text().splitlines()[-40:])))
    return report


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    program = services.chromium()
    if program is None:
        pytest.skip("no Chromium on this machine: install one, or name it in CHROMIUM")
    with sync_playwright() as playwright:
        running = playwright.chromium.launch(executable_path=program, args=FLAGS)
        yield running
        running.close()


@contextlib.contextmanager
def copy_served(database: str, purpose: str, folder: Path) -> Iterator[Served]:
    with clone_database(database, f"{database}_{purpose}") as name, served(database_url(name), folder) as running:
        yield running


def with_fresh_data(portal: Served, database: str) -> Served:
    """Replace the database below a running portal, which then connects anew: faster than starting another one."""
    copy_database(database, portal.database)
    forget_sign_ins(portal)
    return portal


@pytest.fixture(scope="session")
def world_database(template_database: str, django_db_blocker: DjangoDbBlocker) -> Iterator[str]:
    """Name of a database with the small world of `tests.world`, whose people sign in as those of a demo do."""
    with clone_database(template_database, f"{template_database}_world") as name:
        with django_on(name, django_db_blocker), transaction.atomic():
            world_that_signs_in()
        yield name


def world_that_signs_in() -> World:
    # On its own day, not the machine's: whoever joined later would not be there yet.
    with time_machine.travel(NOW):
        world = build_world()
    Authenticator.objects.all().delete()
    User.objects.update(is_demo=True)
    for user in User.objects.all():
        invite(user)
    return world


@pytest.fixture(scope="session")
def portal(world_database: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    """The small world, served on its day, for tests that only look."""
    with copy_served(world_database, "shown", tmp_path_factory.mktemp("portal")) as running:
        yield running


@pytest.fixture(scope="session")
def replaceable_portal(world_database: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    with copy_served(world_database, "own", tmp_path_factory.mktemp("own")) as running:
        yield running


@pytest.fixture
def own_portal(replaceable_portal: Served, world_database: str) -> Served:
    """The small world as nobody has touched it, for a test that changes something."""
    return with_fresh_data(replaceable_portal, world_database)


@pytest.fixture(scope="session")
def demo(written_demo: WrittenDemo, worker_id: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    """The demo as `make run` shows it, for tests that only look."""
    with copy_served(written_demo.database, f"{worker_id}_shown", tmp_path_factory.mktemp("demo")) as running:
        yield running


@pytest.fixture(scope="session")
def replaceable_demo(
    written_demo: WrittenDemo, worker_id: str, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Served]:
    with copy_served(written_demo.database, f"{worker_id}_own", tmp_path_factory.mktemp("own_demo")) as running:
        yield running


@pytest.fixture
def own_demo(replaceable_demo: Served, written_demo: WrittenDemo) -> Served:
    """The demo as nobody has touched it, for a test that changes something."""
    return with_fresh_data(replaceable_demo, written_demo.database)


@pytest.fixture
def inside(django_db_blocker: DjangoDbBlocker) -> Inside:
    """`with inside(portal):` Django uses the database of this portal."""
    return lambda portal: django_on(portal.database, django_db_blocker)


@pytest.fixture
def send_mails(inside: Inside) -> SendMails:
    """`send_mails(portal)`: what a worker does as soon as a page has put a mail into the outbox."""

    def send(portal: Served) -> None:
        to_files = override_settings(
            EMAIL_BACKEND="django.core.mail.backends.filebased.EmailBackend", EMAIL_FILE_PATH=portal.folder / "mail"
        )
        with inside(portal), time_machine.travel(NOW), to_files:
            tasks.send_mails()

    return send


@pytest.fixture
def windows(browser: Browser, inside: Inside) -> Iterator[OpenWindow]:
    """`windows(portal, email, language=…, width=…)`: a window in which this person is signed in, or nobody."""
    opened: list[Window] = []

    def open_for(portal: Served, email: str | None = None, *, language: str, width: int = DESKTOP) -> Window:
        state = sign_in_state(portal, email, inside) if email else None
        opened.append(open_window(browser, portal.url, language=language, width=width, state=state))
        return opened[-1]

    yield open_for
    for window in opened:
        window.page.context.close()
