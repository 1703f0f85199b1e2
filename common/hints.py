"""Messages to workers. They are hints: the row is the truth, and the tick finds what no message said."""

from __future__ import annotations

from typing import Any

from celery import Task
from django.db import transaction


def hint(task: Task[Any, Any], pk: int) -> None:
    """Tell workers about the row once it is committed. A broker that is away costs a minute, and nobody an error."""
    # A lambda: Django logs what failed by its name, which a partial does not have.
    transaction.on_commit(lambda: task.delay(pk), robust=True)
