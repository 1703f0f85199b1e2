"""Real processes for tests: `manage.py` commands, workers, brokers, and the browser if there is one."""

from __future__ import annotations

import contextlib
import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import redis

from portal.celery import QUEUES, app
from portal.children import die_with_parent
from portal.embedded import Valkey
from tests import forked_programs

ROOT = Path(__file__).resolve().parent.parent
# The first one has no windows, menus and tabs to draw: a quarter less to compute.
BROWSERS = ("chromium-headless-shell", "chromium", "chromium-browser", "google-chrome-stable", "google-chrome")


def environment(database_url: str, **changes: str) -> dict[str, str]:
    """The environment of a process that works on this database. Coverage of the test run does not follow into it."""
    kept = {key: value for key, value in os.environ.items() if not key.startswith(("PYTEST_", "COV_"))}
    return {**kept, "DATABASE_URL": database_url, **changes}


def run(
    *command: str, database_url: str, env: Mapping[str, str] | None = None, **options: Any
) -> subprocess.Popen[str]:
    """Start a process in the checkout. It ends with the test run at the latest."""
    settings = {"stdout": subprocess.PIPE, "stderr": subprocess.PIPE, "text": True, **options}
    settings |= {"cwd": ROOT, "env": environment(database_url, **(env or {}))}
    if forked_programs.can_fork(command):
        return forked_programs.Forked(command, **settings)
    return subprocess.Popen(command, preexec_fn=die_with_parent(signal.SIGKILL), **settings)


def run_manage(
    *arguments: str, database_url: str, env: Mapping[str, str] | None = None, **options: Any
) -> subprocess.Popen[str]:
    """Start `manage.py` with these arguments; `communicate()` gives what it printed."""
    return run(sys.executable, "manage.py", *arguments, database_url=database_url, env=env, **options)


def manage(*arguments: str, database_url: str, env: Mapping[str, str] | None = None, timeout: float = 60) -> str:
    """Run `manage.py` to its end and return what it printed; raise with its error output if it failed."""
    process = run_manage(*arguments, database_url=database_url, env=env)
    try:
        output, errors = process.communicate(timeout=timeout)
    finally:
        end(process)
    if process.returncode != 0:
        raise AssertionError(f"manage.py {' '.join(arguments)} ended with {process.returncode}:\n{errors}")
    return output


def end(process: subprocess.Popen[Any]) -> None:
    """Kill the process, if it still runs, and wait for it."""
    if process.poll() is None:
        process.kill()
    process.wait()


def kill(process: subprocess.Popen[Any]) -> None:
    """Kill a worker with its pool, as a machine does that loses its power: the pool alone would finish its task."""
    children = [
        int(pid) for found in Path(f"/proc/{process.pid}/task").glob("*/children") for pid in found.read_text().split()
    ]
    # The worker first: it would start others for those of its pool that die.
    for pid in (process.pid, *children):
        os.kill(pid, signal.SIGKILL)
    process.wait()


@contextlib.contextmanager
def broker(folder: Path) -> Iterator[Valkey]:
    """A broker that belongs to one test, which may stop, empty and start it as it likes."""
    valkey = Valkey(folder)
    try:
        yield valkey.start()
    finally:
        valkey.stop()


def send(redis_url: str, *tasks: str, queue: str, arguments: Sequence[object] = ()) -> None:
    """What the scheduler sends, to this broker."""
    with app.connection_for_write(redis_url) as connection:
        for task in tasks:
            app.send_task(task, arguments, queue=queue, connection=connection)


def wait_until_idle(redis_url: str, seconds: float = 60) -> None:
    """Until no message waits at this broker and none is worked on, at two looks: one on its way is in neither list."""
    client, until, quiet = redis.Redis.from_url(redis_url), time.monotonic() + seconds, 0
    while quiet < 2:
        assert time.monotonic() < until, f"messages are left after {seconds} s"
        busy = any(client.llen(queue) for queue in QUEUES) or client.hlen("unacked")
        quiet = 0 if busy else quiet + 1
        time.sleep(0.05)


@contextlib.contextmanager
def worker(
    *,
    database_url: str,
    redis_url: str,
    log: Path,
    concurrency: int = 1,
    env: Mapping[str, str] | None = None,
    python: Sequence[str] = (sys.executable,),
) -> Iterator[subprocess.Popen[str]]:
    """A Celery worker on all queues, ready to take messages. Its output goes to `log`.

    `python`: how Python is started, for one that believes it is another day (`tests.serving.at`).
    """
    with log.open("w") as output:
        process = run(
            *(*python, "-m", "celery", "-A", "portal.celery", "worker", "--queues", ",".join(QUEUES)),
            *("--concurrency", str(concurrency), "--without-gossip", "--without-mingle"),
            database_url=database_url,
            env={"LOG_LEVEL": "INFO", **(env or {}), "REDIS_URL": redis_url},
            stdout=output,
            stderr=output,
        )
    try:
        _wait_until_ready(process, log)
        yield process
    finally:
        end(process)


def _wait_until_ready(process: subprocess.Popen[str], log: Path, seconds: float = 60) -> None:
    deadline = time.monotonic() + seconds
    while " ready." not in log.read_text():
        if process.poll() is not None or time.monotonic() > deadline:
            raise AssertionError(f"the worker did not start:\n{log.read_text()}")
        time.sleep(0.1)


def chromium() -> str | None:
    """Path of an installed Chromium (`CHROMIUM` names another one), or None; REQUIRE_BROWSER makes that an error."""
    named = os.environ.get("CHROMIUM")
    found = named or next((path for name in BROWSERS if (path := shutil.which(name))), None)
    if found is None and os.environ.get("REQUIRE_BROWSER"):
        raise AssertionError("REQUIRE_BROWSER is set, and there is no Chromium on this machine")
    return found
