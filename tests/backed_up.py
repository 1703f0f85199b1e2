"""Backups of real databases for tests: made and restored by the commands, as an operator does it."""

from __future__ import annotations

import json
import resource
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path
from typing import Any

from portal.testing import clone_database, database_url
from tests.services import run_manage
from tests.serving import manage_at
from tests.world import NOW

MADE_AT = NOW + timedelta(hours=1)


def make_backup(database: str, folder: Path) -> Path:
    """The folder of a new backup, made an hour after the demo was written."""
    folder.mkdir(exist_ok=True)
    said = told(manage_at(MADE_AT, "backup", str(folder), "--json", database_url=database_url(database)))
    return Path(said["backup"])


@contextmanager
def empty_database(name: str) -> Iterator[str]:
    """The name of a database without any table."""
    with clone_database("template0", name) as made:
        yield made


def refusal(*arguments: str, database: str, room: int | None = None) -> str:
    """The one line with which a command ends that does not do what it is asked for.

    `room`: how large a file may become that the command, or a program that it starts, writes.
    """
    process = run_manage(*arguments, database_url=database_url(database))
    if room is not None:
        resource.prlimit(process.pid, resource.RLIMIT_FSIZE, (room, room))
    output, errors = process.communicate(timeout=60)
    assert (process.returncode, output) == (1, ""), (output, errors)
    (line,) = errors.strip().splitlines()
    return line


def told(output: str) -> dict[str, Any]:
    """What a command said with --json."""
    said: dict[str, Any] = json.loads(output)
    return said


def wait_until(condition: Callable[[], bool], what: str, seconds: float = 60) -> None:
    until = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < until, f"not within {seconds} s: {what}"
        time.sleep(0.05)
