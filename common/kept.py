"""Facts that stay until their period is over: only forgetting removes them (`common.retention`), nobody else may."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from typing import Any

import pgtrigger
from django.db import connection, transaction
from django.db.models import Model

FORGETTING = "portal.forgetting"


def kept(name: str) -> list[pgtrigger.Trigger]:
    """Rows never change, and are removed inside `forgetting()` alone. Two triggers, whose names begin with `name`."""
    return [pgtrigger.Protect(name=f"{name}_stay", operation=pgtrigger.Update), forgotten_alone(name)]


def forgotten_alone(name: str) -> pgtrigger.Trigger:
    """Rows are removed inside `forgetting()` alone."""
    nobody_forgets = pgtrigger.Condition(f"current_setting('{FORGETTING}', true) IS DISTINCT FROM 'yes'")
    return pgtrigger.Protect(name=f"{name}_are_kept", operation=pgtrigger.Delete, condition=nobody_forgets)


def kept_history() -> dict[str, Any]:
    """How `pghistory.track` keeps the versions of rows that may be forgotten: as facts that go with them."""
    return {"append_only": False, "meta": {"triggers": kept("events")}}


def forget_history(model: type[Model], **which: Any) -> None:
    """Delete recorded versions of the rows `which` names. Call inside `forgetting()`."""
    model.pgh_event_model._default_manager.filter(**which).delete()  # type: ignore[attr-defined]


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
