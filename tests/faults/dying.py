"""`python -m tests.faults.dying reports|partners FILE COMMIT before|after`: run a waiting file, die at one commit.

Exits with 0 when there is no such commit: the import came to its end.
"""

from __future__ import annotations

import os
import signal
import sys
from datetime import UTC, date, datetime
from typing import Any

import django
from django.db.backends.postgresql.base import DatabaseWrapper


def main(kind: str, file: int, fatal: int, moment: str) -> None:
    wrapper: Any = DatabaseWrapper
    commit = wrapper._commit
    seen = 0

    def dying(self: Any) -> None:
        nonlocal seen
        seen += 1
        if seen == fatal and moment == "before":
            os.kill(os.getpid(), signal.SIGKILL)
        commit(self)
        if seen == fatal:
            os.kill(os.getpid(), signal.SIGKILL)

    wrapper._commit = dying
    moments = {"now": datetime(2026, 11, 22, 12, tzinfo=UTC), "today": date(2026, 11, 22)}
    if kind == "reports":
        sys.modules["sales.uploads"].run(upload_id=file, **moments)
    else:
        sys.modules["sales.golive.files"].run(file_id=file, **moments)


if __name__ == "__main__":
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "portal.settings")
    django.setup()
    __import__("sales.uploads")
    __import__("sales.golive.files")
    main(sys.argv[1], int(sys.argv[2]), int(sys.argv[3]), sys.argv[4])
