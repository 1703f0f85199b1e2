"""What `portal.serve` is made of: one portal per checkout, a port taken early, children that never outlive it."""

from __future__ import annotations

import contextlib
import errno
import fcntl
import os
import signal
import socket
import subprocess
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from types import FrameType

from portal.children import die_with_parent, end_with_parent

ROOT = Path(__file__).resolve().parent.parent


class ServeError(Exception):
    """The portal cannot be served. The message is one line for the person at the terminal."""


class Stopped(Exception):
    """The person wants to stop."""


@dataclass
class Child:
    """A process of the portal. `dies_by` is the signal the kernel sends it when the supervisor is killed."""

    name: str
    command: tuple[str, ...]
    dies_by: signal.Signals = signal.SIGTERM
    process: subprocess.Popen[str] | None = None

    def start(self, environment: dict[str, str], *, sockets: tuple[int, ...] = (), capture: bool = False) -> None:
        """Start it, from the main thread: the kernel's signal comes when the starting thread ends."""
        self.process = subprocess.Popen(
            self.command,
            cwd=ROOT,
            env=environment,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE if capture else None,
            text=True,
            pass_fds=sockets,
            # A session of its own: Ctrl-C reaches the supervisor alone, which stops its children in order.
            start_new_session=True,
            preexec_fn=die_with_parent(self.dies_by),
        )

    def exit_code(self) -> int | None:
        """None while it runs, or before it was started. With it ends what it started itself."""
        if self.process is None:
            return None
        if self.process.returncode is not None:
            return self.process.returncode
        if (code := self.process.poll()) is not None:
            # Now and never later: once it is reaped, its number may be given to somebody else.
            self._kill_group()
        return code

    def output(self) -> str:
        """What it printed, where that was captured and the process has ended."""
        return self.process.stdout.read() if self.process is not None and self.process.stdout is not None else ""

    def ask_to_stop(self) -> None:
        if self.process is not None and self.exit_code() is None:
            self.process.terminate()

    def end(self, deadline: float) -> None:
        """Wait for it until the deadline; then kill it. Its own children go with it in any case."""
        while self.process is not None and self.exit_code() is None:
            if time.monotonic() > deadline:
                self._kill_group()
            time.sleep(0.02)

    def _kill_group(self) -> None:
        if self.process is not None:
            with contextlib.suppress(ProcessLookupError):
                os.killpg(self.process.pid, signal.SIGKILL)


class Stop:
    """Whether to stop: a signal came, or `make`, whose child this is, was told to stop or is gone."""

    def __init__(self, *, with_parent: bool) -> None:
        self._wanted = False
        self._parent = os.getppid() if with_parent else None
        self._parent_caught_interrupts = catches_interrupts(self._parent)
        # Set, not inherited: a shell's background jobs start with Ctrl-C ignored.
        for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP, signal.SIGQUIT):
            signal.signal(number, self._note)
        if with_parent:
            end_with_parent(signal.SIGTERM)

    def _note(self, _number: int, _frame: FrameType | None) -> None:
        self._wanted = True

    def check(self) -> None:
        """Raise `Stopped` if it is time."""
        if self._wanted or self._parent_is_stopping():
            raise Stopped

    def wait(self, seconds: float) -> None:
        """Sleep, and raise `Stopped` as soon as it is time."""
        end = time.monotonic() + seconds
        while (left := end - time.monotonic()) > 0:
            self.check()
            time.sleep(min(left, 0.1))
        self.check()

    def _parent_is_stopping(self) -> bool:
        """make, when it alone is interrupted, drops its handler and waits for its children without telling them."""
        if self._parent is None:
            return False
        if os.getppid() != self._parent:
            return True
        return self._parent_caught_interrupts and not catches_interrupts(self._parent)


def catches_interrupts(pid: int | None) -> bool:
    """Whether the process has a handler for SIGINT, as far as this system tells."""
    with contextlib.suppress(OSError):
        for line in Path(f"/proc/{pid}/status").read_text().splitlines():
            if line.startswith("SigCgt:"):
                return bool(int(line.split()[1], 16) & 1 << (signal.SIGINT - 1))
    return False


@contextlib.contextmanager
def only_one(var: Path, address: str) -> Iterator[None]:
    """One portal per checkout: its database and files are this one's. The lock file says where it is served."""
    var.mkdir(parents=True, exist_ok=True)
    with (var / "serve.lock").open("a+") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            lock.seek(0)
            raise ServeError(f"this checkout is already served at {lock.read().strip()}: stop that first.") from None
        lock.truncate(0)
        lock.write(address)
        lock.flush()
        yield


def port_from(text: str) -> int:
    """The number in PORT."""
    if not (text.isascii() and text.isdigit() and 1 <= int(text) <= 65535):
        raise ServeError(f"PORT must be a number from 1 to 65535, not {text!r}.")
    return int(text)


def take_port(port: int) -> list[socket.socket]:
    """Sockets that listen on this machine's own addresses, taken before anything is started."""
    sockets = []
    for family, host in ((socket.AF_INET, "127.0.0.1"), (socket.AF_INET6, "::1")):
        try:
            sockets.append(_listener(family, host, port))
        except PermissionError:
            raise ServeError(f"port {port} is not open to plain users: try `PORT=8000 make run`.") from None
        except OSError as error:
            if error.errno != errno.EADDRINUSE:
                continue  # a machine without this kind of address
            other = port + 1 if port < 65535 else 8000
            raise ServeError(f"port {port} is in use: stop what uses it, or try `PORT={other} make run`.") from None
    if not sockets:
        raise ServeError(f"port {port} cannot be taken: this machine has no local network address.")
    return sockets


def _listener(family: socket.AddressFamily, host: str, port: int) -> socket.socket:
    """Patient for a moment: the web server of a portal that was killed may still be closing."""
    deadline = time.monotonic() + 2
    while True:
        try:
            return socket.create_server((host, port), family=family, backlog=128)
        except OSError as error:
            if error.errno != errno.EADDRINUSE or time.monotonic() > deadline:
                raise
        time.sleep(0.1)
