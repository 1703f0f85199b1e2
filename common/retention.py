"""How long what is: each app says what it forgets, the settings say after how many days (`settings.RETENTION_DAYS`).

Something is kept on the days of [since, since + period), and gone from the moment at which these are over. Everything
goes in small commits, so that a first run after years takes time and no memory, and goes on where it was stopped.
Facts about money and the history of configuration are not forgotten: what the working role may not remove, it does not
try. What triggers keep until its period is over is removed inside `common.kept.forgetting` alone.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.conf import settings
from django.db import models

from common.registry import Registry

CHUNK = 500


@dataclass(frozen=True)
class Rule:
    """`forget(before, limit)`: forgets at most `limit` of what ended at `before` or earlier, and says how many.

    `key`: the name in `settings.RETENTION_DAYS`.
    """

    key: str
    forget: Callable[[datetime, int], int]
    order: int = 100


rules: Registry[Rule] = Registry()


def delete_some(rows: models.QuerySet[models.Model], limit: int) -> int:
    """Delete the oldest of these rows, at most so many. Returns how many there were."""
    ids = list(rows.order_by("pk").values_list("pk", flat=True)[:limit])
    rows.model._default_manager.filter(pk__in=ids).delete()
    return len(ids)


def forget_due(*, now: datetime, go_on: Callable[[], bool] = lambda: True, chunk: int = CHUNK) -> bool:
    """Forget whatever is due by now. False: `go_on` said no before everything was done."""
    for rule in rules:
        before = now - timedelta(days=settings.RETENTION_DAYS[rule.key])
        while go_on():
            if rule.forget(before, chunk) < chunk:
                break
        else:
            return False
    return True
