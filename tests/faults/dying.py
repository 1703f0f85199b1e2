"""`python -m tests.faults.dying reports|partners|tiers ID COMMIT before|after`: do a piece of work, die at one commit.

A waiting file is imported, or a program's tiers are assessed and its partners told. Exits with 0 when there is no such
commit: the work came to its end.
"""

from __future__ import annotations

import os
import signal
import sys
from datetime import UTC, date, datetime
from typing import Any

import django
from django.db.backends.postgresql.base import DatabaseWrapper


def die_at(fatal: int, moment: str) -> None:
    """From now on this process is killed before or after the commit with this number, from 1."""
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


def main(kind: str, pk: int, fatal: int, moment: str) -> None:
    die_at(fatal, moment)
    moments = {"now": datetime(2026, 11, 22, 12, tzinfo=UTC), "today": date(2026, 11, 22)}
    if kind == "reports":
        sys.modules["sales.uploads"].run(upload_id=pk, **moments)
    elif kind == "partners":
        sys.modules["sales.golive.files"].run(file_id=pk, **moments)
    else:
        program = sys.modules["programs.models"].Program.objects.get(pk=pk)
        sys.modules["tiers.assessing"].assess_due(program=program, today=moments["today"])
        sys.modules["tiers.announcing"].announce(**moments)


if __name__ == "__main__":
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "portal.settings")
    django.setup()
    for module in ("sales.uploads", "sales.golive.files", "tiers.assessing", "tiers.announcing"):
        __import__(module)
    main(sys.argv[1], int(sys.argv[2]), int(sys.argv[3]), sys.argv[4])
