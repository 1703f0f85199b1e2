"""Work on bytes of strangers, done in a child process that can do no harm: little memory, little time, no files.

    with limited("sales.readers.child", {"mode": "read"}, content) as child:
        for line in child.output: ...

runs `python -m sales.readers.child`. Its standard input is the arguments as one line of JSON, then the content; what it
writes to its standard output is read while it works. It gets nothing of this process's environment, so no secret
either, and ends with this process at the latest. Linux enforces all limits; elsewhere those it knows.
"""

from __future__ import annotations

import ctypes
import json
import os
import resource
import signal
import subprocess
import sys
import tempfile
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, nullcontext, suppress
from dataclasses import dataclass, field
from enum import StrEnum
from pathlib import Path
from typing import IO, Any

_ROOT = Path(__file__).resolve().parents[1]
_PR_SET_PDEATHSIG = 1
_libc = ctypes.CDLL(None) if sys.platform == "linux" else None
_TOLD = 4_000
"""Bytes of a child's last words that are kept."""


@dataclass(frozen=True)
class Allowance:
    """Bytes of address space, seconds of computing, seconds by the clock, open files, bytes in each file it writes.

    A child that may write has a folder for it, which vanishes with it.
    """

    memory: int = 1 << 30
    computing: int = 60
    seconds: int = 110
    files: int = 32
    written: int = 0


USUAL_ALLOWANCE = Allowance()


class Cause(StrEnum):
    MEMORY = "memory"
    TIME = "time"
    FAILURE = "failure"


class ChildEnded(Exception):
    """The child did not finish. `details`: the end of what it said about it, for the log."""

    def __init__(self, cause: Cause, details: str) -> None:
        super().__init__(f"{cause}: {details}" if details else str(cause))
        self.cause = cause
        self.details = details


@dataclass
class Child:
    """A running child. Reading its output to the end says nothing yet about how it ended: `finish` does."""

    process: subprocess.Popen[bytes]
    output: IO[bytes]
    _late: threading.Event = field(default_factory=threading.Event)

    def finish(self) -> None:
        """Wait for its end. Raises `ChildEnded` when it was not a good one."""
        errors = self.process.stderr
        assert errors is not None
        said = errors.read(_TOLD).decode("utf-8", "replace")
        self.output.close()
        status = self.process.wait()
        if status == 0:
            return
        if self._late.is_set() or status in (-signal.SIGXCPU, -signal.SIGKILL):
            raise ChildEnded(Cause.TIME, said)
        raise ChildEnded(Cause.MEMORY if "MemoryError" in said else Cause.FAILURE, said[-_TOLD:])

    def stop_late(self) -> None:
        self._late.set()
        self.kill()

    def kill(self) -> None:
        """End it and whatever it started."""
        if self.process.poll() is None:
            # The alarm may come while `finish` gets to know the end: what it wants is so by then.
            with suppress(ProcessLookupError):
                os.killpg(self.process.pid, signal.SIGKILL)


@contextmanager
def limited(
    module: str, arguments: Mapping[str, Any], content: bytes, allowance: Allowance = USUAL_ALLOWANCE
) -> Iterator[Child]:
    """A child that runs `module`. It is killed when the block is left before it ends."""
    folder = tempfile.TemporaryDirectory() if allowance.written else nullcontext("/nonexistent")
    with folder as scratch, _started(module, arguments, content, allowance, scratch) as process:
        assert process.stdout is not None
        child = Child(process, process.stdout)
        alarm = threading.Timer(allowance.seconds, child.stop_late)
        alarm.daemon = True
        alarm.start()
        try:
            yield child
        finally:
            alarm.cancel()
            child.kill()


def _started(
    module: str, arguments: Mapping[str, Any], content: bytes, allowance: Allowance, scratch: str
) -> subprocess.Popen[bytes]:
    with tempfile.TemporaryFile() as given:
        given.write(json.dumps(arguments).encode() + b"\n")
        given.write(content)
        given.seek(0)
        return subprocess.Popen(
            [sys.executable, "-E", "-s", "-B", "-m", module],
            stdin=given,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            cwd=_ROOT,
            env={"LC_ALL": "C.UTF-8", "TMPDIR": scratch},
            start_new_session=True,
            preexec_fn=_limiting(allowance),
        )


def _limiting(allowance: Allowance) -> Callable[[], None]:
    """What the child does before it becomes another program. Only system calls: other threads may hold any lock."""
    parent = os.getpid()
    limits = {
        resource.RLIMIT_CPU: (allowance.computing, allowance.computing + 1),
        resource.RLIMIT_NOFILE: (allowance.files, allowance.files),
        resource.RLIMIT_FSIZE: (allowance.written, allowance.written),
        resource.RLIMIT_CORE: (0, 0),
    }
    if sys.platform == "linux":
        limits[resource.RLIMIT_AS] = (allowance.memory, allowance.memory)

    def limit() -> None:
        if _libc is not None:
            _libc.prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)
            if os.getppid() != parent:
                os._exit(1)
        for what, most in limits.items():
            resource.setrlimit(what, most)

    return limit
