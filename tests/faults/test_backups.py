"""Backups and restores that die in the middle, or run out of disk: the whole thing is there, or nothing of it."""

from __future__ import annotations

import os
import signal
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import psycopg
import pytest
from pytest_django import DjangoDbBlocker

from common.models import Pause
from portal.testing import clone_database, database_url, django_on
from tests.backed_up import empty_database, make_backup, refusal, wait_until
from tests.demo import WrittenDemo
from tests.services import end, run_manage

WAITING = "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'"


@pytest.fixture
def source(written_demo: WrittenDemo) -> Iterator[str]:
    with clone_database(written_demo.database, "dying_source") as name:
        yield name


@pytest.fixture
def target() -> Iterator[str]:
    with empty_database("dying_target") as name:
        yield name


@contextmanager
def held_up(database: str, statement: str) -> Iterator[Callable[[], bool]]:
    """Whoever needs what the statement holds waits until the block ends; gives whether somebody does."""
    with psycopg.connect(database_url(database)) as holder:
        holder.execute(statement)

        def somebody_waits() -> bool:
            with psycopg.connect(database_url(database)) as other:
                return other.execute(WAITING).fetchone() != (0,)

        yield somebody_waits
        holder.rollback()


def kill(*arguments: str, database: str, when: Callable[[], bool]) -> None:
    """Start a command, and kill it as soon as it waits there."""
    process = run_manage(*arguments, database_url=database_url(database))
    try:
        wait_until(when, f"{arguments[0]} waits")
        os.kill(process.pid, signal.SIGKILL)
    finally:
        end(process)


def nobody_is_connected(database: str) -> bool:
    with psycopg.connect(database_url("postgres")) as other:
        found = other.execute("SELECT count(*) FROM pg_stat_activity WHERE datname = %s", [database])
        return found.fetchone() == (0,)


def test_a_killed_backup_leaves_nothing_that_looks_like_one_and_the_next_one_clears_up(
    source: str, tmp_path: Path
) -> None:
    with held_up(source, "LOCK TABLE sales_saleline IN ACCESS EXCLUSIVE MODE") as somebody_waits:
        kill("backup", str(tmp_path), database=source, when=somebody_waits)
    assert [path.name for path in tmp_path.iterdir()] == [".unfinished"]

    made = make_backup(source, tmp_path)
    assert list(tmp_path.iterdir()) == [made]


def test_two_backups_into_one_folder_do_not_meet(source: str, tmp_path: Path) -> None:
    with held_up(source, "LOCK TABLE sales_saleline IN ACCESS EXCLUSIVE MODE") as somebody_waits:
        first = run_manage("backup", str(tmp_path), database_url=database_url(source))
        try:
            wait_until(somebody_waits, "the first one waits")
            assert "is under way" in refusal("backup", str(tmp_path), database=source)
        finally:
            end(first)


@pytest.mark.parametrize(
    "statement",
    [
        pytest.param("CREATE TABLE public.common_outboxmail (id int)", id="while tables are made"),
        # Indexes come after all rows.
        pytest.param("CREATE TABLE public.mail_unfinished (id int)", id="after all rows"),
    ],
)
def test_a_killed_restore_leaves_the_database_empty_and_the_next_one_succeeds(
    source: str, target: str, tmp_path: Path, statement: str, django_db_blocker: DjangoDbBlocker
) -> None:
    made = str(make_backup(source, tmp_path))
    with held_up(target, statement) as somebody_waits:
        kill("restore", made, database=target, when=somebody_waits)
    wait_until(lambda: nobody_is_connected(target), "the server has noticed")

    with psycopg.connect(database_url(target)) as other:
        assert other.execute("SELECT count(*) FROM pg_tables WHERE schemaname = 'public'").fetchone() == (0,)
    process = run_manage("restore", made, database_url=database_url(target))
    assert (process.wait(60), process.communicate()[1]) == (0, "")
    with django_on(target, django_db_blocker):
        assert Pause.objects.get().released_at is None


def test_a_disk_that_is_full_leaves_nothing_and_is_told_in_one_line(source: str, tmp_path: Path) -> None:
    """Full after a megabyte, of which the dump of the demo needs two."""
    assert "No backup was made" in refusal("backup", str(tmp_path), database=source, room=1_000_000)
    assert list(tmp_path.iterdir()) == []
