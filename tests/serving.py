"""The portal as people reach it: a real web server on a database of its own, on a day of its own."""

from __future__ import annotations

import contextlib
import json
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from urllib.parse import urlsplit

from portal.demo.seeding import Seeded
from tests import services
from tests.world import NOW

START_SECONDS = 60


@dataclass(frozen=True)
class Served:
    """A running portal: its address without a slash at the end, its database, and the folder of its files and mails."""

    url: str
    database_url: str
    folder: Path
    demo: bool

    @property
    def database(self) -> str:
        """Name of the database."""
        return urlsplit(self.database_url).path[1:]

    @property
    def log(self) -> Path:
        """What the web server wrote."""
        return self.folder / "web.log"


def at(moment: datetime | None, *program: str) -> tuple[str, ...]:
    """The command of a Python program that believes it is this moment; None leaves it the real time."""
    clock = () if moment is None else ("-m", "tests.clock", moment.isoformat())
    return (sys.executable, *clock, *program)


def seed_demo(database_url: str, *, moment: datetime | None = NOW, timeout: float = 180) -> Seeded:
    """Fill a migrated database with the demo's data, as it would be on that day."""
    settings = {"PORTAL_DEMO": "1", "FORK_READERS": "1"}
    output = _finish(at(moment, "manage.py", "seed_demo", "--json"), database_url, settings, timeout)
    return Seeded(**json.loads(output))


def manage_at(moment: datetime | None, *arguments: str, database_url: str, env: dict[str, str] | None = None) -> str:
    """Run a `manage.py` command on that day and return what it printed."""
    return _finish(at(moment, "manage.py", *arguments), database_url, env or {}, 60)


def _finish(command: tuple[str, ...], database_url: str, env: dict[str, str], timeout: float) -> str:
    process = services.run(*command, database_url=database_url, env=env)
    try:
        output, errors = process.communicate(timeout=timeout)
    finally:
        services.end(process)
    if process.returncode != 0:
        raise AssertionError(f"{' '.join(command[1:])} ended with {process.returncode}:\n{errors}")
    return output


@contextlib.contextmanager
def served(
    database_url: str,
    folder: Path,
    *,
    demo: bool = True,
    moment: datetime | None = NOW,
    env: Mapping[str, str] | None = None,
) -> Iterator[Served]:
    """Serve the portal until the block ends. It writes files, mails and its log to `folder`; `env` sets more."""
    folder.mkdir(parents=True, exist_ok=True)
    with socket.create_server(("127.0.0.1", 0), backlog=64) as taken, (folder / "web.log").open("w") as log:
        port = taken.getsockname()[1]
        process = services.run(
            *at(moment, "-m", "gunicorn", "portal.wsgi", "--bind", f"fd://{taken.fileno()}", "--no-control-socket"),
            *("--worker-class", "gthread", "--threads", "6", "--log-level", "warning", "--graceful-timeout", "1"),
            database_url=database_url,
            env={"PORTAL_DEMO": "1" if demo else "0", "PORTAL_VAR": str(folder), "PORT": str(port), **(env or {})},
            stdout=log,
            stderr=log,
            pass_fds=(taken.fileno(),),
        )
    portal = Served(f"http://localhost:{port}", database_url, folder, demo)
    try:
        _wait_until_it_answers(portal, process)
        yield portal
    finally:
        process.send_signal(signal.SIGQUIT)
        with contextlib.suppress(subprocess.TimeoutExpired):
            process.wait(5)
        services.end(process)


def _wait_until_it_answers(portal: Served, process: subprocess.Popen[str]) -> None:
    deadline = time.monotonic() + START_SECONDS
    while True:
        with contextlib.suppress(OSError):
            urllib.request.urlopen(f"{portal.url}/healthz", timeout=5).close()
            return
        if process.poll() is not None or time.monotonic() > deadline:
            raise AssertionError(f"the portal did not start:\n{portal.log.read_text()}")
        time.sleep(0.05)
