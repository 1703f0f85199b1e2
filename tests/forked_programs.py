"""Python programs of the tests, forked from a process that has loaded their libraries already.

Most of a program's start is loading what was installed, and the tests start hundreds. A forked one is a child of the
tests' process like any other, with an environment, files and an end of its own. Of the portal's own code and settings
it has nothing before it loads them.
"""

from __future__ import annotations

import contextlib
import ctypes
import fcntl
import gc
import importlib
import json
import os
import runpy
import signal
import socket
import subprocess
import sys
import threading
import time
import types
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from portal.children import end_with_parent

ROOT = Path(__file__).resolve().parent.parent
OWN = frozenset(path.parent.name for path in ROOT.glob("*/__init__.py"))
# With what they load themselves, these are what programs of the tests are made of.
ENTRANCES = (
    *("portal.urls", "portal.wsgi", "portal.celery", "celery.bin.celery", "celery.apps.worker", "celery.worker.worker"),
    *("celery.worker.consumer", "celery.concurrency.prefork", "kombu.transport.redis", "kombu.transport.virtual"),
    *("gunicorn.app.wsgiapp", "gunicorn.workers.gthread", "django.core.management.commands.shell", "time_machine"),
)
ENTRANCES_OF_TESTS = (*("pytest", "_pytest.config", "tests.conftest", "tests.faults.test_every_commit"), *ENTRANCES)
_MOST = 150_000
"""Bytes of what is asked for."""
_PR_SET_CHILD_SUBREAPER = 36
_HIGH = 200
"""Above all numbers of files that anybody uses."""

_active: dict[bool, Forks] = {}
_allowed: list[bool] = []


class Forks:
    """The process with the loaded libraries, those of tests too if asked for, and how it is asked for a program."""

    def __init__(self, *, tests: bool) -> None:
        self._one = threading.Lock()
        self._asking, asked = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        with asked:
            self._process = subprocess.Popen(
                [sys.executable, "-m", "tests.forked_programs", str(asked.fileno()), str(int(tests))],
                stdin=subprocess.DEVNULL,
                cwd=ROOT,
                pass_fds=[asked.fileno()],
            )

    def fork(self, program: Sequence[str], cwd: str, env: Mapping[str, str], files: Mapping[int, int]) -> int:
        """The number of a new child of ours, to which our `files` are known by these numbers."""
        wanted = {"program": program, "cwd": cwd, "env": dict(env), "files": list(files), "parent": os.getpid()}
        with self._one, _adopting():
            socket.send_fds(self._asking, [json.dumps(wanted).encode()], list(files.values()))
            said = self._asking.recv(_MOST)
        assert said, "the process that forks programs is gone"
        return int(said)

    def end(self) -> None:
        self._asking.close()
        self._process.wait()


@contextlib.contextmanager
def _adopting() -> Iterator[None]:
    """Whoever loses its parent in the block becomes a child of ours."""
    libc = ctypes.CDLL(None, use_errno=True)
    if libc.prctl(_PR_SET_CHILD_SUBREAPER, 1) != 0:
        raise OSError(ctypes.get_errno(), "prctl")
    try:
        yield
    finally:
        libc.prctl(_PR_SET_CHILD_SUBREAPER, 0)


class Forked(subprocess.Popen[Any]):
    """A child that ends with us. Only its start is another one."""

    def _execute_child(  # type: ignore[no-untyped-def]
        self, args, executable, preexec_fn, close_fds, pass_fds, cwd, env, startupinfo, creationflags, shell,
        p2cread, p2cwrite, c2pread, c2pwrite, errread, errwrite, *others,
    ):  # fmt: skip
        given = enumerate((p2cread, c2pwrite, errwrite))
        standard = {number: number if file < 0 else file for number, file in given}
        self.pid = forks_for(args).fork(args[1:], str(cwd), env, {**standard, **{each: each for each in pass_fds}})
        self._child_created = True
        self._close_pipe_fds(p2cread, p2cwrite, c2pread, c2pwrite, errread, errwrite)  # type: ignore[attr-defined]


@contextlib.contextmanager
def forking() -> Iterator[None]:
    """Until the block ends programs are forked. The process for it starts with the first one."""
    if sys.platform != "linux":
        yield
        return
    _allowed.append(True)
    try:
        yield
    finally:
        _allowed.clear()
        while _active:
            _active.popitem()[1].end()


def can_fork(command: Sequence[str]) -> bool:
    """Whether this is Python, with a module, code or a script, and programs are forked here."""
    is_program = command[0] == sys.executable and (command[1] in ("-m", "-c") or command[1].endswith(".py"))
    return bool(_allowed) and is_program


def forks_for(command: Sequence[str]) -> Forks:
    tests = command[1:3] == ("-m", "pytest")
    if tests not in _active:
        _active[tests] = Forks(tests=tests)
    return _active[tests]


# --- the process with the loaded libraries ----------------------------------------------------------------------------


def main(asked: socket.socket, *, tests: bool) -> None:
    """Fork whatever is asked for, until nobody can ask any more; in each fork, be it."""
    os.environ.pop("DJANGO_SETTINGS_MODULE", None)
    # Whoever looks through all objects meets Django's settings, which then say that they are not there.
    sys.unraisablehook = lambda _what: None
    with contextlib.nullcontext() if tests else without_pytest():
        for name in libraries(ENTRANCES_OF_TESTS if tests else ENTRANCES):
            # What wants the portal's settings waits for them.
            with contextlib.suppress(Exception):
                importlib.import_module(name)
    loaded = {name.partition(".")[0] for name in sys.modules} & OWN
    assert loaded <= {"portal", "tests"}, f"a library has loaded {loaded}"
    assert "portal.settings" not in sys.modules, "a library has read the settings"
    gc.collect()
    gc.freeze()
    sys.unraisablehook = sys.__unraisablehook__
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    while True:
        said, handed, _flags, _address = socket.recv_fds(asked, _MOST, 64)
        if not said:
            return
        wanted = json.loads(said)
        child = fork_orphan()
        if child == 0:
            asked.close()
            become(wanted, handed)
            run(wanted["program"])
            return
        for each in handed:
            os.close(each)
        asked.send(str(child).encode())


@contextlib.contextmanager
def without_pytest() -> Iterator[None]:
    """time-machine brings a fixture for it along; the settings take a program that has it for a test run."""
    sys.modules["pytest"] = None  # type: ignore[assignment]
    yield
    del sys.modules["pytest"]


def libraries(entrances: Sequence[str]) -> list[str]:
    """What the entrances load that is not the portal's, in this order. They are loaded in a process of their own."""
    reading, writing = os.pipe()
    if (child := os.fork()) == 0:
        before = set(sys.modules)
        os.environ["DJANGO_SETTINGS_MODULE"] = "portal.settings"
        importlib.import_module("django").setup()
        for name in entrances:
            importlib.import_module(name)
        found = [name for name in sys.modules if name not in before and name.partition(".")[0] not in OWN]
        with os.fdopen(writing, "w") as pipe:
            json.dump(found, pipe)
        os._exit(0)
    os.close(writing)
    with os.fdopen(reading) as pipe:
        said = pipe.read()
    os.waitpid(child, 0)
    return list(json.loads(said))


def fork_orphan() -> int:
    """As `os.fork`; but the parent of the child is whoever adopts orphans."""
    reading, writing = os.pipe()
    if between := os.fork():
        child = int(os.read(reading, 32))
        os.waitpid(between, 0)
        os.close(reading)
        os.close(writing)
        return child
    between = os.getpid()
    if child := os.fork():
        os.write(writing, str(child).encode())
        os._exit(0)
    while os.getppid() == between:
        time.sleep(0.0005)
    return 0


def become(wanted: Mapping[str, Any], handed: Sequence[int]) -> None:
    """Be a fresh interpreter with this environment and these files."""
    end_with_parent(signal.SIGKILL)
    if os.getppid() != wanted["parent"]:
        os._exit(1)
    signal.signal(signal.SIGINT, signal.default_int_handler)
    kept = [fcntl.fcntl(each, fcntl.F_DUPFD, _HIGH) for each in handed]
    os.closerange(3, _HIGH)
    for each, number in zip(kept, wanted["files"], strict=True):
        os.dup2(each, number)
        os.close(each)
    sys.stdin = open(0, closefd=False)  # noqa: SIM115  # they end with the process
    sys.stdout = open(1, "w", closefd=False)  # noqa: SIM115
    sys.stderr = open(2, "w", buffering=1, errors="backslashreplace", closefd=False)  # noqa: SIM115
    os.environ.clear()
    os.environ.update(wanted["env"])
    time.tzset()
    os.chdir(wanted["cwd"])
    for name in [name for name in sys.modules if name.partition(".")[0] in OWN]:
        del sys.modules[name]
    importlib.invalidate_caches()


def run(program: Sequence[str]) -> None:
    """What `python …` does with these arguments."""
    if program[0] == "-m":
        sys.argv, sys.path[0] = list(program[1:]), str(Path.cwd())
        runpy.run_module(program[1], run_name="__main__", alter_sys=True)
    elif program[0] == "-c":
        sys.argv, sys.path[0] = ["-c", *program[2:]], ""
        sys.modules["__main__"] = module = types.ModuleType("__main__")
        exec(compile(program[1], "<string>", "exec"), module.__dict__)
    else:
        sys.argv, sys.path[0] = list(program), str(Path(program[0]).resolve().parent)
        runpy.run_path(program[0], run_name="__main__")


if __name__ == "__main__":
    main(socket.socket(fileno=int(sys.argv[1])), tests=sys.argv[2] == "1")
