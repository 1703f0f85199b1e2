from __future__ import annotations

import os
import signal
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from portal.supervise import Child

# Starts a child of its own, says its number, and ends or waits.
PARENT = "import subprocess, sys, time; print(subprocess.Popen(['sleep', '600']).pid, flush=True); time.sleep({})"
DEAF = "import signal, time; signal.signal(signal.SIGTERM, signal.SIG_IGN); print('deaf', flush=True); time.sleep(600)"


def child(script: str) -> Child:
    made = Child("test", (sys.executable, "-c", script))
    made.start(dict(os.environ), capture=True)
    return made


@pytest.fixture
def lasting() -> Iterator[Child]:
    made = child(PARENT.format(600))
    yield made
    made.end(0)


def grandchild(of: Child) -> int:
    assert of.process is not None
    assert of.process.stdout is not None
    return int(of.process.stdout.readline())


def is_gone(pid: int) -> bool:
    deadline = time.monotonic() + 10
    while time.monotonic() < deadline:
        try:
            if Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] == "Z":
                return True
        except OSError:
            return True
        time.sleep(0.02)
    return False


def test_what_a_child_started_ends_with_it(lasting: Child) -> None:
    number = grandchild(lasting)
    assert lasting.exit_code() is None
    lasting.ask_to_stop()
    lasting.end(time.monotonic() + 10)
    assert lasting.exit_code() == -signal.SIGTERM
    assert is_gone(number)


def test_what_a_child_left_ends_when_its_own_end_is_noticed() -> None:
    ended = child(PARENT.format(0))
    number = grandchild(ended)
    while ended.exit_code() is None:
        time.sleep(0.02)
    assert ended.exit_code() == 0
    assert is_gone(number)


def test_a_child_that_does_not_listen_is_killed_at_the_deadline() -> None:
    deaf = child(DEAF)
    assert deaf.process is not None
    assert deaf.process.stdout is not None
    assert deaf.process.stdout.readline() == "deaf\n"
    deaf.ask_to_stop()
    deaf.end(time.monotonic() + 0.3)
    assert deaf.exit_code() == -signal.SIGKILL


def test_nothing_is_sent_to_the_number_of_a_child_that_is_long_gone(monkeypatch: pytest.MonkeyPatch) -> None:
    """By then it may be somebody else's."""
    ended = child("")
    while ended.exit_code() is None:
        time.sleep(0.02)
    sent: list[int] = []
    monkeypatch.setattr(os, "killpg", lambda pid, _signal: sent.append(pid))
    monkeypatch.setattr(os, "kill", lambda pid, _signal: sent.append(pid))
    ended.ask_to_stop()
    ended.end(0)
    assert ended.exit_code() == 0
    assert sent == []
