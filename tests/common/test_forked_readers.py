"""Forked children are to the portal what started ones are."""

from __future__ import annotations

import os
import time
from pathlib import Path

import pytest

from common.limited import limited
from tests.forked_readers import Forked


def state_of(pid: int) -> str:
    """Z: it has ended, and its number is still its own."""
    return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]


def wait_until_gone(pid: int) -> None:
    until = time.monotonic() + 20
    while time.monotonic() < until:
        os.kill(pid, 0)
        time.sleep(0.01)


def test_a_forked_child_keeps_its_number_until_nobody_asks_about_it_any_more() -> None:
    with limited("sales.readers.child", {}, b"") as child:
        process: object = child.process
        assert isinstance(process, Forked)
        child.output.read()
        while state_of(process.pid) != "Z":
            time.sleep(0.01)
        time.sleep(0.1)
        assert (state_of(process.pid), process.poll()) == ("Z", 1)
    with pytest.raises(ProcessLookupError):
        wait_until_gone(process.pid)
