"""Facts that stay until their period is over: only forgetting removes them (`common.retention`), nobody else may."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator

import pgtrigger
from django.db import connection, transaction

FORGETTING = "portal.forgetting"


def kept(name: str) -> list[pgtrigger.Trigger]:
    """Rows never change, and are removed inside `forgetting()` alone. Two triggers, whose names begin with `name`."""
    nobody_forgets = pgtrigger.Condition(f"current_setting('{FORGETTING}', true) IS DISTINCT FROM 'yes'")
    return [
        pgtrigger.Protect(name=f"{name}_stay", operation=pgtrigger.Update),
        pgtrigger.Protect(name=f"{name}_are_kept", operation=pgtrigger.Delete, condition=nobody_forgets),
    ]


@contextlib.contextmanager
def forgetting() -> Iterator[None]:
    """A transaction in which rows that are kept may be removed."""
    with transaction.atomic():
        _set("yes")
        yield
        _set("")


def _set(value: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT set_config(%s, %s, true)", [FORGETTING, value])
