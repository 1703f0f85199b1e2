"""The demo's data as it is on the day of the tests: written once for the whole run, and copied by whoever needs it."""

from __future__ import annotations

import contextlib
import fcntl
import json
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from pathlib import Path

import pytest

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


@pytest.fixture(scope="session")
def written_demo(template_database: str, tmp_path_factory: pytest.TempPathFactory, worker_id: str) -> WrittenDemo:
    """The first worker of the run writes it, the others wait and share it; so none of them removes it at its end."""
    folder = tmp_path_factory.getbasetemp()
    mark = (folder if worker_id == "master" else folder.parent) / "written_demo"
    with _alone_with(mark) as told:
        if not told.stat().st_size:
            told.write_text(json.dumps(asdict(_write(template_database, "written_demo", "written_demo_app"))))
        return WrittenDemo("written_demo", "written_demo_app", Seeded(**json.loads(told.read_text())))


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
