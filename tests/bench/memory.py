"""How much memory this process took at its peak, and how much the children it started."""

from __future__ import annotations

import contextlib
import re
import resource
import threading
from collections.abc import Iterator
from pathlib import Path

PROC = Path("/proc")
PAUSE = 0.1
"""Seconds between two looks at the children."""


def peak_megabytes() -> float:
    """Of this process alone. Linux keeps the parent's peak in `ru_maxrss` of a process it started: it is no use."""
    if (PROC / "self").exists():
        return _peak(PROC / "self")
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


@contextlib.contextmanager
def watched(module: str) -> Iterator[list[float]]:
    """Megabytes at the peak of each child that runs `module` meanwhile, as seen every `PAUSE`; Linux only."""
    peaks: dict[str, float] = {}
    over = threading.Event()

    def look() -> None:
        while not over.wait(PAUSE):
            for children in (PROC / "self" / "task").glob("*/children"):
                for pid in children.read_text().split():
                    # One that is gone meanwhile, or has not become another program yet, is nobody's child of interest.
                    with contextlib.suppress(OSError):
                        if module.encode() in (PROC / pid / "cmdline").read_bytes():
                            peaks[pid] = _peak(PROC / pid)

    watching = threading.Thread(target=look, daemon=True)
    watching.start()
    found: list[float] = []
    try:
        yield found
    finally:
        over.set()
        watching.join()
        found += peaks.values()


def _peak(process: Path) -> float:
    own = re.search(r"VmHWM:\s+(\d+)", (process / "status").read_text())
    return int(own[1]) / 1024 if own else 0
