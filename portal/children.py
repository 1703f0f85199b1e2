"""Child processes that do not outlive their parent. Standard library only: set-up needs it first of all."""

from __future__ import annotations

import ctypes
import os
import signal
import sys
from collections.abc import Callable

PR_SET_PDEATHSIG = 1

_libc = ctypes.CDLL(None) if sys.platform == "linux" else None


def end_with_parent(number: signal.Signals) -> None:
    """Have the kernel send this process the signal when its parent ends, however it ends. Linux only, else nothing."""
    if _libc is not None:
        _libc.prctl(PR_SET_PDEATHSIG, number)


def die_with_parent(number: signal.Signals) -> Callable[[], None]:
    """The same for a child, as its `preexec_fn`.

    Start such children from the main thread: the end of the thread that started them counts as the end of the parent.
    """
    parent = os.getpid()

    def set_signal() -> None:
        end_with_parent(number)
        if os.getppid() != parent:
            os._exit(1)

    return set_signal
