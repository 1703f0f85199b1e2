"""`python -m tests.clock 2026-11-16T11:00:00+00:00 -m gunicorn …`: a Python program for which it is that moment.

The clock runs on from there, in the program and in what it forks. Browsers and the database keep the real time.
FORK_READERS: files are read as in the tests' own process (`tests.forked_readers`).
"""

from __future__ import annotations

import contextlib
import gc
import importlib
import os
import runpy
import sys
from datetime import datetime
from email.utils import formatdate
from pathlib import Path
from typing import Any

# time-machine brings a fixture for pytest along; the settings take a program that has pytest in it for a test run.
sys.modules["pytest"] = None  # type: ignore[assignment]
import time_machine  # noqa: E402

del sys.modules["pytest"]

from tests.forked_readers import forking  # noqa: E402


def main(moment: str, program: list[str]) -> None:
    # A fifth of a start is looking for garbage among what is being loaded.
    gc.set_threshold(20_000, 20, 50)
    time_machine.travel(datetime.fromisoformat(moment), tick=True).start()
    if "gunicorn" in program:
        date_answers_with_the_real_time()
    with forking() if "FORK_READERS" in os.environ else contextlib.nullcontext():
        run(program)


def date_answers_with_the_real_time() -> None:
    """By it browsers reckon how old what they keep is: as of long ago they would ask for it again with each page."""
    util: Any = importlib.import_module("gunicorn.util")
    now = time_machine.escape_hatch.time.time
    util.http_date = lambda: formatdate(now(), usegmt=True)


def run(program: list[str]) -> None:
    if program[0] == "-m":
        sys.argv = program[1:]
        runpy.run_module(program[1], run_name="__main__", alter_sys=True)
    else:
        sys.argv = program
        sys.path.insert(0, str(Path(program[0]).resolve().parent))
        runpy.run_path(program[0], run_name="__main__")


if __name__ == "__main__":
    main(sys.argv[1], sys.argv[2:])
