"""`python -m tests.sales.naughty`: a child that does what it should not, to see that it cannot."""

from __future__ import annotations

import json
import os
import sys
import time
from pathlib import Path


def compute() -> None:
    while True:
        pass


def eat() -> None:
    eaten = []
    while True:
        eaten.append(bytes(1 << 20))


def write() -> None:
    Path(f"/tmp/naughty-{os.getpid()}").write_bytes(b"x" * 100)


def open_many() -> None:
    files = [Path(__file__).open() for _number in range(100)]  # noqa: SIM115
    sys.stdout.write(f"{len(files)}")


def tell() -> None:
    sys.stdout.write(f"{sys.stdin.buffer.read()!r} {dict(os.environ)} {sorted(sys.modules)}")


def sleep() -> None:
    time.sleep(600)


ACTIONS = {
    "compute": compute,
    "eat": eat,
    "write": write,
    "open": open_many,
    "tell": tell,
    "sleep": sleep,
}

if __name__ == "__main__":
    ACTIONS[json.loads(sys.stdin.buffer.readline())["do"]]()
