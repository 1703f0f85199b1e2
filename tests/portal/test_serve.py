"""`python -m portal.serve` as a person sees it: real processes, a real port, and nothing left behind."""

from __future__ import annotations

import contextlib
import os
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import pytest

from portal.supervise import ServeError, port_from
from portal.testing import copy_migrated_server
from tests.services import ROOT, end

START_SECONDS = 300
# Every process of a portal inherits it: so they are found, whoever their parent is by then.
MARK = "PORTAL_TEST_MARK"


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


class Portal:
    """One `python -m portal.serve` with its own folder and port."""

    def __init__(self, var: Path, port: int, **environment: str) -> None:
        self.var, self.port = var, port
        self.mark = f"{var.name}-{port}-{time.monotonic_ns()}"
        self.log = var.parent / f"{self.mark}.log"
        unwanted = ("DATABASE_URL", "REDIS_URL", "PORTAL_VAR", "PORT")
        kept = {key: value for key, value in os.environ.items() if key not in unwanted}
        settings = {"PORTAL_VAR": str(var), "PORT": str(port), MARK: self.mark}
        with self.log.open("w") as log:
            self.process = subprocess.Popen(
                [sys.executable, "-m", "portal.serve"],
                cwd=ROOT,
                env=kept | settings | environment,
                stdout=log,
                stderr=log,
                text=True,
            )

    def said(self) -> str:
        return self.log.read_text()

    def wait_until_served(self) -> None:
        deadline = time.monotonic() + START_SECONDS
        while f"ready at http://localhost:{self.port}/" not in self.said():
            assert self.process.poll() is None, self.said()
            assert time.monotonic() < deadline, self.said()
            time.sleep(0.1)

    def processes(self) -> set[int]:
        """All that run for this portal, wherever they hang in the tree."""
        found = set()
        wanted = f"{MARK}={self.mark}".encode()
        for entry in Path("/proc").glob("[0-9]*"):
            with contextlib.suppress(OSError):
                if wanted in (entry / "environ").read_bytes().split(b"\0"):
                    found.add(int(entry.name))
        return found

    def left_behind(self, seconds: float = 20) -> set[int]:
        deadline = time.monotonic() + seconds
        while (left := self.processes()) and time.monotonic() < deadline:
            time.sleep(0.1)
        return left


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("serve")
    for parent in (folder, folder.parent, folder.parent.parent):
        parent.chmod(0o755)
    return folder


@contextlib.contextmanager
def served(var: Path, **environment: str) -> Iterator[Portal]:
    portal = Portal(var, free_port(), **environment)
    try:
        portal.wait_until_served()
        yield portal
    finally:
        portal.process.terminate()
        with contextlib.suppress(subprocess.TimeoutExpired):
            portal.process.wait(30)
        end(portal.process)


@pytest.fixture(scope="module")
def portal(folder: Path) -> Iterator[Portal]:
    """A first start, but for the half minute that migrating takes: every run of the tests begins with that."""
    var = folder / "var of the portal"
    copy_migrated_server(var / "db")
    with served(var) as portal:
        yield portal


def refused(var: Path, port: int | str, **environment: str) -> list[str]:
    """What a portal that cannot start says."""
    portal = Portal(var, 0, **{**environment, "PORT": str(port)})
    assert portal.process.wait(60) == 1
    assert portal.left_behind() == set()
    return portal.said().splitlines()


def page(port: int, path: str = "") -> tuple[int, str]:
    with urllib.request.urlopen(f"http://localhost:{port}/{path}", timeout=20) as response:
        return response.status, response.read().decode()


def test_it_prints_the_address_and_a_login_for_each_role_and_serves_the_page(portal: Portal) -> None:
    said = portal.said()
    assert f"http://localhost:{portal.port}/" in said
    assert "@" in said
    assert page(portal.port, "readyz") == (
        200,
        '{"ready": true, "database": "ok", "migrations": "ok", "work": "ok", "broker": "ok"}',
    )
    status, content = page(portal.port)
    assert status == 200
    assert "<form" in content


def test_a_second_portal_in_the_same_folder_names_the_address_of_the_first(portal: Portal) -> None:
    assert refused(portal.var, free_port()) == [
        f"portal: this checkout is already served at http://localhost:{portal.port}/: stop that first."
    ]


def test_a_second_portal_elsewhere_on_the_same_port_starts_nothing(portal: Portal, tmp_path: Path) -> None:
    assert refused(tmp_path / "var", portal.port) == [
        f"portal: port {portal.port} is in use: stop what uses it, or try `PORT={portal.port + 1} make run`."
    ]
    assert not (tmp_path / "var" / "db").exists()


def test_a_signal_ends_every_process_and_the_next_start_is_quick(portal: Portal) -> None:
    assert len(portal.processes()) > 5
    portal.process.send_signal(signal.SIGINT)
    assert portal.process.wait(30) == 0
    assert portal.left_behind() == set()
    assert portal.said().splitlines()[-1] == "portal: stopped"
    with served(portal.var) as again:
        assert "preparing" not in again.said()
        assert "@" in again.said()
        again.process.send_signal(signal.SIGKILL)
        again.process.wait(30)
        assert again.left_behind() == set()


def test_a_port_that_is_none_is_refused(tmp_path: Path) -> None:
    assert refused(tmp_path / "var", "80 80") == ["portal: PORT must be a number from 1 to 65535, not '80 80'."]


def test_it_refuses_to_be_a_demo_of_production(tmp_path: Path) -> None:
    lines = refused(tmp_path / "var", free_port(), PORTAL_ENV="production")
    assert lines == ["portal: PORTAL_ENV=production is set, and this is a demo: see docs/operations.md."]


@pytest.mark.parametrize("port", ["", "x", "0", "-1", "65536", "٣", "8000.0"])
def test_only_a_number_of_a_port_is_one(port: str) -> None:
    with pytest.raises(ServeError):
        port_from(port)
    assert port_from("65535") == 65535


@pytest.mark.parametrize(
    ("name", "value", "begins"),
    [
        ("DATABASE_URL", "sqlite:///db", "portal: DATABASE_URL must begin with postgres://"),
        ("DATABASE_URL", "postgres://nobody@127.0.0.1:1/none", "portal: the database of DATABASE_URL does not answer:"),
        ("REDIS_URL", "redis://127.0.0.1:1/0", "portal: the broker of REDIS_URL does not answer:"),
        ("REDIS_URL", "amqp://127.0.0.1", "portal: the broker of REDIS_URL does not answer:"),
    ],
)
def test_a_named_service_that_does_not_answer_is_one_clear_line(
    tmp_path: Path, name: str, value: str, begins: str
) -> None:
    own = {"DATABASE_URL": os.environ["DATABASE_URL"]} if name == "REDIS_URL" else {}
    lines = refused(tmp_path / "var", free_port(), **own, **{name: value})
    assert lines[0] == "portal: starting database and broker"
    assert len(lines) == 2
    assert lines[1].startswith(begins)
