"""The demo's data as it is on the day of the tests: written once for the whole run, and copied by whoever needs it."""

from __future__ import annotations

import contextlib
import fcntl
import json
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from pathlib import Path

from portal.demo.seeding import Seeded
from portal.testing import copy_database, database_url
from tests.roles import as_user, make_role
from tests.services import manage
from tests.serving import seed_demo


@dataclass(frozen=True)
class WrittenDemo:
    """`database`: its name; nobody may stay connected to it. `role`: who wrote it, which owns nothing there."""

    database: str
    role: str
    seeded: Seeded


def write_once(template: str, folder: Path) -> WrittenDemo:
    """Copy the database `template` and fill it, unless another process that shares `folder` has done so.

    As those may still use it, nobody removes it at their end.
    """
    name, role = "written_demo", "written_demo_app"
    with _alone_with(folder / name) as told:
        if not told.stat().st_size:
            told.write_text(json.dumps(asdict(_write(template, name, role))))
        return WrittenDemo(name, role, Seeded(**json.loads(told.read_text())))


@contextlib.contextmanager
def _alone_with(path: Path) -> Iterator[Path]:
    with path.open("a+") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield path


def _write(template: str, name: str, role: str) -> Seeded:
    """As in production: by a role that has no right to change what is booked, settled or recorded."""
    copy_database(template, name)
    url = database_url(name)
    make_role(url, role)
    manage("grant_role", role, database_url=url)
    return seed_demo(as_user(url, role))
