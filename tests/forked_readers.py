"""Children of `common.limited`, forked from a process that has loaded the readers already.

Nearly all of a child's start is loading modules, and the tests start two thousand. A forked one is a process of its
own too, with the same limits, environment and end. Where the start itself is looked at, the interpreter starts it
(`started_anew`), as it does outside the tests.
"""

from __future__ import annotations

import contextlib
import gc
import importlib
import json
import os
import runpy
import select
import signal
import socket
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Mapping
from dataclasses import asdict
from pathlib import Path
from typing import Any, Self

from common import limited
from common.limited import Allowance
from portal.children import end_with_parent

ROOT = Path(__file__).resolve().parent.parent
MODULES = (
    "sales.readers.child",
    "sales.readers.xlsx_child",
    "sales.readers.invoices.child",
    "sales.readers.invoices.pdf_child",
    "sales.readers.invoices.page_child",
    "sales.readers.invoices.picture_child",
)
_MOST = 4_000
"""Bytes of what is asked for; the content comes as a file."""

started_anew = limited._started


class Forked:
    """What `common.limited` uses of a `Popen`. `status` tells the process's number, and later how it ended."""

    def __init__(self, status: socket.socket, output: int, errors: int) -> None:
        self.stdout, self.stderr = open(output, "rb"), open(errors, "rb")  # noqa: SIM115  # closed at the exit
        self.returncode: int | None = None
        self._status = status
        self.pid = int(status.recv(_MOST))

    def poll(self) -> int | None:
        if self.returncode is None and select.select([self._status], [], [], 0)[0]:
            # Left there for whoever else looks. Nothing comes where the one who waits for the process was killed.
            self.returncode = int(self._status.recv(_MOST, socket.MSG_PEEK) or -signal.SIGKILL)
        return self.returncode

    def wait(self) -> int:
        select.select([self._status], [], [])
        status = self.poll()
        assert status is not None
        return status

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *raised: object) -> None:
        self.stdout.close()
        self.stderr.close()
        self.wait()
        self._status.close()


class Forks:
    """The process with the loaded readers, and how it is asked for a child."""

    def __init__(self) -> None:
        self._asking, asked = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        with asked:
            self._process = subprocess.Popen(
                [sys.executable, "-E", "-s", "-m", "tests.forked_readers", str(asked.fileno())],
                stdin=subprocess.DEVNULL,
                cwd=ROOT,
                env={"LC_ALL": "C.UTF-8"},
                pass_fds=[asked.fileno()],
            )

    def started(
        self, module: str, arguments: Mapping[str, Any], content: bytes, allowance: Allowance, scratch: str
    ) -> Forked | subprocess.Popen[bytes]:
        """In place of `common.limited._started`."""
        if module not in MODULES:
            return started_anew(module, arguments, content, allowance, scratch)
        wanted = {"module": module, "allowance": asdict(allowance), "scratch": scratch}
        status, told = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        (output, write_output), (errors, write_errors) = os.pipe(), os.pipe()
        with tempfile.TemporaryFile() as given, told:
            given.write(json.dumps(arguments).encode() + b"\n")
            given.write(content)
            given.seek(0)
            handed = [given.fileno(), write_output, write_errors, told.fileno()]
            socket.send_fds(self._asking, [json.dumps(wanted).encode()], handed)
        os.close(write_output)
        os.close(write_errors)
        return Forked(status, output, errors)

    def end(self) -> None:
        self._asking.close()
        self._process.wait()


@contextlib.contextmanager
def forking() -> Iterator[None]:
    """Until the block ends, children are forked. The process for it starts when the first one is asked for."""
    forks: list[Forks] = []

    def started(*asked: Any) -> Any:
        if not forks:
            forks.append(Forks())
        return forks[0].started(*asked)

    limited._started = started  # type: ignore[assignment]
    try:
        yield
    finally:
        limited._started = started_anew
        for each in forks:
            each.end()


# --- the process with the loaded readers ------------------------------------------------------------------------------


def main(asked: socket.socket) -> None:
    """Fork whoever is asked for, until nobody can ask any more."""
    for module in MODULES:
        importlib.import_module(module)
    gc.freeze()
    # Nobody waits for those who wait for the children.
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)
    while True:
        said, handed, _flags, _address = socket.recv_fds(asked, _MOST, 4)
        if not said:
            return
        if os.fork() == 0:
            asked.close()
            _wait_for_child(json.loads(said), handed)
        for each in handed:
            os.close(each)


def _wait_for_child(wanted: dict[str, Any], handed: list[int]) -> None:
    """Start the child and tell how it ended, as only its parent can."""
    end_with_parent(signal.SIGKILL)
    signal.signal(signal.SIGCHLD, signal.SIG_DFL)
    limit = limited._limiting(Allowance(**wanted["allowance"]))
    child = os.fork()
    if child == 0:
        os.setsid()
        limit()
        os.write(handed[3], str(os.getpid()).encode())
        _become(wanted["module"], wanted["scratch"], handed[:3])
    for each in handed[:3]:
        os.close(each)
    ended = os.waitid(os.P_PID, child, os.WEXITED | os.WNOWAIT)
    assert ended is not None
    status = ended.si_status if ended.si_code == os.CLD_EXITED else -ended.si_status
    with contextlib.suppress(ConnectionError):
        os.write(handed[3], str(status).encode())
        # Who asked may still mean to kill it: until they are done its number is nobody else's, as with a `Popen`.
        os.read(handed[3], 1)
    os.waitpid(child, 0)
    os._exit(0)


def _become(module: str, scratch: str, files: list[int]) -> None:
    """Be `python -m module` with these standard files, and end as it does."""
    for number, each in enumerate(files):
        os.dup2(each, number)
    os.closerange(3, 64)
    os.environ.clear()
    os.environ |= {"LC_ALL": "C.UTF-8", "TMPDIR": scratch}
    sys.stdin, sys.stdout = open(0), open(1, "w")  # noqa: SIM115  # they end with the process
    # What is in it is run again, what it imports is there.
    del sys.modules[module]
    status = 0
    try:
        runpy.run_module(module, run_name="__main__", alter_sys=True)
        sys.stdout.flush()
    except BaseException:  # noqa: BLE001  # as the interpreter does
        sys.excepthook(*sys.exc_info())
        status = 1
    sys.stderr.flush()
    os._exit(status)


if __name__ == "__main__":
    main(socket.socket(fileno=int(sys.argv[1])))
