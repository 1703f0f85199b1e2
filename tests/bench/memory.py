"""How much memory this process took at its peak."""

from __future__ import annotations

import re
import resource
from pathlib import Path

STATUS = Path("/proc/self/status")


def peak_megabytes() -> float:
    """Of this process and the largest child it waited for.

    Linux keeps the parent's peak in `ru_maxrss` of a process it started, so the process' own is read elsewhere.
    """
    own = re.search(r"VmHWM:\s+(\d+)", STATUS.read_text()) if STATUS.exists() else None
    kilobytes = int(own[1]) if own else resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return (kilobytes + resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss) / 1024
