"""Fixtures of the whole suite. `world` is the small world of `tests.world`, seen on `tests.world.TODAY`."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterator
from datetime import date
from typing import TypeVar

import pytest
import time_machine
from django.core.cache import cache
from django.db import transaction
from django.test import Client
from django.utils import translation
from pytest_django import DjangoDbBlocker

from common import limited
from common.models import User
from portal.testing import clone_database, django_on, migrated_database
from tests import forked_programs, forked_readers, people
from tests.demo import WrittenDemo, write_once
from tests.kept import Kept, keep
from tests.portal.populated import Populated, populate
from tests.world import NOW, TODAY, World, build_world

T = TypeVar("T")


@pytest.fixture(autouse=True)
def _nothing_cached() -> Iterator[None]:
    """Sign-in limits and the like live in the cache, the language of a page in the thread: both would follow on."""
    yield
    cache.clear()
    translation.deactivate()


@pytest.fixture(autouse=True, scope="session")
def _processes_are_forked() -> Iterator[None]:
    with forked_readers.forking(), forked_programs.forking():
        yield


@pytest.fixture
def readers_started_anew(monkeypatch: pytest.MonkeyPatch) -> None:
    """For tests of the readers' children themselves: the interpreter starts them, as outside the tests."""
    monkeypatch.setattr(limited, "_started", forked_readers.started_anew)


@pytest.fixture(scope="session")
def django_db_setup(
    django_test_environment: None, django_db_blocker: DjangoDbBlocker, worker_id: str
) -> Iterator[None]:
    """Instead of pytest-django's, which migrates: a copy of the migrated database for the tests of this worker."""
    with (
        clone_database(migrated_database(), f"test_{worker_id}") as name,
        django_on(name, django_db_blocker),
        django_db_blocker.block(),
    ):
        yield


@pytest.fixture
def today() -> Iterator[date]:
    """The day on which the world of the tests is looked at; the clock runs on from noon."""
    with time_machine.travel(NOW):
        yield TODAY


@contextlib.contextmanager
def _kept(name: str, build: Callable[[], T], blocker: DjangoDbBlocker) -> Iterator[Kept[T]]:
    with (
        clone_database(migrated_database(), name) as database,
        blocker.unblock(),
        keep(database, build) as kept,
        blocker.block(),
    ):
        yield kept


@pytest.fixture(scope="session")
def kept_world(django_db_setup: None, django_db_blocker: DjangoDbBlocker, worker_id: str) -> Iterator[Kept[World]]:
    with _kept(f"test_{worker_id}_kept_world", build_world, django_db_blocker) as kept:
        yield kept


@pytest.fixture(scope="session")
def kept_populated(
    django_db_setup: None, django_db_blocker: DjangoDbBlocker, worker_id: str
) -> Iterator[Kept[Populated]]:
    with _kept(f"test_{worker_id}_kept_populated", populate, django_db_blocker) as kept:
        yield kept


@pytest.fixture
def world(db: None, today: date, kept_world: Kept[World]) -> Iterator[World]:
    """The small world, as nobody has touched it."""
    with kept_world.lent() as world:
        yield world


@pytest.fixture
def populated(db: None, today: date, kept_populated: Kept[Populated]) -> Iterator[Populated]:
    """The world with something of everything in it, as nobody has touched it."""
    with kept_populated.lent() as there:
        yield there


@pytest.fixture
def committed(own_database: str) -> World:
    """The small world, committed, on a database of the test's own."""
    with transaction.atomic():
        return build_world()


@pytest.fixture(scope="session")
def written_demo(template_database: str, tmp_path_factory: pytest.TempPathFactory, worker_id: str) -> WrittenDemo:
    """The demo's data, written once for the whole run: the first worker writes it, the others wait and share it."""
    folder = tmp_path_factory.getbasetemp()
    return write_once(template_database, folder if worker_id == "master" else folder.parent)


@pytest.fixture
def signed_in() -> Callable[..., Client]:
    """`signed_in(person)`: a browser in which this person is signed in."""
    return people.signed_in


@pytest.fixture
def platform_admin(world: World) -> User:
    return world.platform_admin


@pytest.fixture
def vendor_admin(world: World) -> User:
    return world.vendor_admin


@pytest.fixture
def channel_manager(world: World) -> User:
    return world.channel_manager


@pytest.fixture
def vendor_finance(world: World) -> User:
    return world.vendor_finance


@pytest.fixture
def rival_channel_manager(world: World) -> User:
    return world.rival_channel_manager


@pytest.fixture
def reseller_owner(world: World) -> User:
    return world.reseller_owner


@pytest.fixture
def reseller_finance(world: World) -> User:
    return world.reseller_finance


@pytest.fixture
def reseller_sales(world: World) -> User:
    return world.reseller_sales


@pytest.fixture
def reseller_technician(world: World) -> User:
    return world.reseller_technician


@pytest.fixture
def rival_owner(world: World) -> User:
    return world.rival_owner


@pytest.fixture
def reporter(world: World) -> User:
    return world.reporter
