"""pytest plugin (`-p portal.testing`): a database and a broker of the run's own.

pytest-django reads the settings before any `conftest.py` is seen, so the services start here, once, in the process
that hands out the tests. The xdist workers inherit their addresses: `DATABASE_URL` is the database that was migrated,
which nobody writes to. Each worker copies it, as do tests that want one of their own, and uses a database number of its
own on the broker. `TEST_DATABASE_URL` and `TEST_REDIS_URL` name other services.

Migrating takes half a minute, so the server that did it is kept in `var/tests` until a migration changes.
"""

from __future__ import annotations

import contextlib
import fcntl
import gc
import hashlib
import os
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from pathlib import Path
from typing import IO
from urllib.parse import urlsplit, urlunsplit

import psycopg
import pytest
from psycopg import sql
from pytest_django import DjangoDbBlocker
from xdist.remote import Producer
from xdist.scheduler import LoadScopeScheduling

from portal.embedded import EmbeddedError, Postgres, Valkey

# Folders whose tests run only when they are named: they take minutes, or measure.
SECONDS_FOR_VACUUM = 20.0
ONLY_WHEN_NAMED = ("faults", "bench")

# Modules, or folders of them, whose tests share what takes long to set up: all of a module go to the same worker.
# Marks of xdist's own groups do not reach its scheduler any more: it looks for them in names of tests, where pytest 9
# does not show them.
ONE_WORKER = (
    "tests/faults/test_backups.py",
    "tests/faults/test_every_commit.py",
    "tests/faults/test_mails.py",
    "tests/journeys/",
    "tests/portal/test_backups.py",
    "tests/portal/test_demo.py",
    "tests/portal/test_nothing_of_others.py",
    "tests/portal/test_query_counts.py",
    "tests/portal/test_serve.py",
)

# Copying a database means making fourteen hundred files, which costs a disk's file system twenty times as much.
IN_MEMORY = Path("/dev/shm")  # noqa: S108  # a folder of our own is made in it
ROOM = 4 * 1024**3
"""Bytes, several times what a run needs: what is kept there is taken from everybody's memory."""

ROOT = Path(__file__).resolve().parent.parent
KEPT = ROOT / "var" / "tests"

DatabaseCloner = Callable[[str], AbstractContextManager[str]]

_cleanup = contextlib.ExitStack()


def _sweep(parent: Path, prefix: str) -> None:
    """Remove folders of runs that were killed: nobody holds their lock any more."""
    for lock in parent.glob(f"{prefix}*/lock"):
        with contextlib.suppress(OSError), lock.open() as handle:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
            shutil.rmtree(lock.parent, ignore_errors=True)


def _scratch_folder() -> Path:
    """A folder that is gone after the run, or at the latest after the next one."""
    prefix = f"portal-test-{os.getuid()}-"
    on_disk = Path(tempfile.gettempdir())
    for parent in (on_disk, IN_MEMORY):
        _sweep(parent, prefix)
    folder = Path(tempfile.mkdtemp(prefix=prefix, dir=IN_MEMORY if _memory_has_room() else on_disk))
    _cleanup.callback(shutil.rmtree, folder, ignore_errors=True)
    lock: IO[str] = _cleanup.enter_context((folder / "unlocked").open("w"))
    fcntl.flock(lock, fcntl.LOCK_EX)
    # Whoever looks for folders of killed runs meanwhile finds no lock, or one that is held.
    (folder / "unlocked").rename(folder / "lock")
    return folder


def _memory_has_room() -> bool:
    return os.access(IN_MEMORY, os.W_OK) and shutil.disk_usage(IN_MEMORY).free >= ROOM


def _start_services() -> None:
    folder = _scratch_folder()
    # A server that runs as another user than we do must reach its folder.
    folder.chmod(0o711)
    if url := os.environ.get("TEST_DATABASE_URL"):
        os.environ["DATABASE_URL"] = url
        _make_migrated_database(f"{urlsplit(url).path[1:]}_migrated")
    else:
        copy_migrated_server(folder / "db")
        database = Postgres(folder / "db", fast=True)
        _cleanup.callback(database.stop)
        os.environ["DATABASE_URL"] = database.start().url
    if url := os.environ.get("TEST_REDIS_URL"):
        os.environ["REDIS_URL"] = url
    else:
        broker = Valkey(folder / "broker")
        _cleanup.callback(broker.stop)
        os.environ["REDIS_URL"] = broker.start().url
    os.environ["PORTAL_VAR"] = str(folder / "var")


def _make_migrated_database(name: str) -> None:
    copy_database("template1", name)
    _cleanup.callback(_drop, name)
    os.environ["DATABASE_URL"] = database_url(name)
    _migrate(os.environ["DATABASE_URL"])


def copy_migrated_server(folder: Path) -> None:
    """Fill the folder of a `Postgres` with a server whose database is migrated. Whoever comes first migrates it."""
    KEPT.mkdir(parents=True, exist_ok=True)
    with (KEPT / "lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        note, wanted = KEPT / "migrated", _what_migrating_depends_on()
        if not note.exists() or note.read_text() != wanted:
            note.unlink(missing_ok=True)
            shutil.rmtree(KEPT / "db", ignore_errors=True)
            _make_migrated_server(KEPT / "db")
            note.write_text(wanted)
        folder.mkdir(parents=True, exist_ok=True)
        # With its owner, who may be another user than we are.
        subprocess.run(["cp", "-a", KEPT / "db" / "pg", folder / "pg"], check=True)


def _what_migrating_depends_on() -> str:
    whole = hashlib.sha256()
    for path in (ROOT / "requirements-dev.lock", ROOT / "portal/settings.py", *sorted(ROOT.glob("*/migrations/*.py"))):
        whole.update(str(path.relative_to(ROOT)).encode() + b"\0" + path.read_bytes())
    return whole.hexdigest()


def _make_migrated_server(folder: Path) -> None:
    database = Postgres(folder, fast=True)
    try:
        _migrate(database.start().url)
    finally:
        database.stop()
    # It did not wait for the disk, and is to be whole even after the machine lost its power.
    os.sync()


def _migrate(url: str) -> None:
    command = (sys.executable, "manage.py", "migrate", "--verbosity", "0")
    done = subprocess.run(command, cwd=ROOT, env={**os.environ, "DATABASE_URL": url}, check=False)
    if done.returncode != 0:
        raise EmbeddedError("the database of the tests could not be migrated; what went wrong stands above.")


@pytest.hookimpl(tryfirst=True)
def pytest_load_initial_conftests(early_config: pytest.Config) -> None:
    options = early_config.known_args_namespace
    if options.help or options.version or options.collectonly:
        return
    # Playwright's synchronous interface runs an event loop of its own; Django would refuse the database beside it.
    os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "1"
    # What the person at the terminal set for a portal of theirs is not for the tests. Without bytecode every process
    # that a test starts would compile everything again.
    for name in (
        *("PORTAL_ENV", "PORTAL_DEMO", "SECRET_KEY", "ALLOWED_HOSTS", "EMAIL_URL", "MIGRATION_DATABASE_URL"),
        "PYTHONDONTWRITEBYTECODE",
    ):
        os.environ.pop(name, None)
    worker = os.environ.get("PYTEST_XDIST_WORKER", "")
    if worker:
        os.environ["REDIS_URL"] = urlsplit(os.environ["REDIS_URL"])._replace(path=f"/{int(worker[2:]) + 1}").geturl()
        return
    try:
        _start_services()
    except EmbeddedError as error:
        _cleanup.close()
        raise pytest.UsageError(str(error)) from error


def pytest_collection_finish() -> None:
    """Everything loaded by now stays to the end: looking through it for garbage took a tenth of the computing."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(20_000, 20, 50)


def pytest_unconfigure() -> None:
    _cleanup.close()


def pytest_ignore_collect(collection_path: Path, config: pytest.Config) -> bool | None:
    if collection_path.name in ONLY_WHEN_NAMED and collection_path.parent == config.rootpath / "tests":
        named = [(config.invocation_params.dir / arg.split("::")[0]).resolve() for arg in config.args]
        if not any(path.is_relative_to(collection_path) for path in named):
            return True
    return None


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log: Producer) -> LoadScopeScheduling:
    return _OneByOne(config, log)


class _OneByOne(LoadScopeScheduling):
    """Tests are handed out one by one, those of `ONE_WORKER` by the module, which come first."""

    def _split_scope(self, nodeid: str) -> str:
        module = nodeid.partition("::")[0]
        return module if module.startswith(ONE_WORKER) else nodeid


def database_url(name: str) -> str:
    """Address of another database on the server of this run."""
    return urlunsplit(urlsplit(os.environ["DATABASE_URL"])._replace(path=f"/{name}"))


def _maintenance(statement: str, **names: str) -> None:
    identifiers = {key: sql.Identifier(value) for key, value in names.items()}
    with psycopg.connect(database_url("postgres"), autocommit=True) as connection:
        connection.execute(sql.SQL(statement).format(**identifiers))


def _drop(name: str) -> None:
    """Remove a database with everybody in it. The server's own vacuum may not be ended, and is soon done by itself."""
    until = time.monotonic() + SECONDS_FOR_VACUUM
    while True:
        try:
            return _maintenance("DROP DATABASE IF EXISTS {name} WITH (FORCE)", name=name)
        except psycopg.errors.InsufficientPrivilege:
            if time.monotonic() > until:
                raise
        time.sleep(0.1)


def copy_database(template: str, name: str) -> None:
    """Copy a database that nobody is connected to, in place of an older copy of that name."""
    _drop(name)
    _maintenance("CREATE DATABASE {name} TEMPLATE {template} STRATEGY file_copy", name=name, template=template)


@contextlib.contextmanager
def clone_database(template: str, name: str) -> Iterator[str]:
    """A copy that is gone after the block; `database_url` gives its address."""
    copy_database(template, name)
    try:
        yield name
    finally:
        _drop(name)


@pytest.fixture(scope="session")
def template_database(worker_id: str) -> Iterator[str]:
    """Name of a migrated, empty database of this worker, to be copied. Nobody writes to it."""
    with clone_database(migrated_database(), f"test_{worker_id}_template") as name:
        yield name


def migrated_database() -> str:
    """Name of the database from which all others are copied."""
    return urlsplit(os.environ["DATABASE_URL"]).path[1:]


@pytest.fixture
def cloned_database(template_database: str) -> DatabaseCloner:
    """`with cloned_database("name") as url:` - a migrated, empty database for processes that commit for real."""

    @contextlib.contextmanager
    def clone(name: str) -> Iterator[str]:
        with clone_database(template_database, f"{template_database}_{name}") as full_name:
            yield database_url(full_name)

    return clone


@contextlib.contextmanager
def django_on(name: str, blocker: DjangoDbBlocker) -> Iterator[None]:
    """Let Django use this database until the block ends: no transaction around it, no flush after it."""
    from django.db import connections

    connection = connections["default"]
    before = connection.settings_dict["NAME"]
    connections.close_all()
    connection.settings_dict["NAME"] = name
    try:
        with blocker.unblock():
            yield
    finally:
        connections.close_all()
        connection.settings_dict["NAME"] = before


@pytest.fixture
def own_database(cloned_database: DatabaseCloner, django_db_blocker: DjangoDbBlocker) -> Iterator[str]:
    """Address of a fresh database which Django, too, uses for this test."""
    with cloned_database("own") as url, django_on(urlsplit(url).path[1:], django_db_blocker):
        yield url
