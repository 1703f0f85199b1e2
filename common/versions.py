"""Recorded versions of a row (`pghistory`): when and by whom each came about, and what it followed."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from django.db import models

from common.models import User


@dataclass(frozen=True)
class Version:
    """A row as it was written at `at`, beside what stood there before. `person`: a name, empty where nobody acted."""

    at: datetime
    person: str
    before: models.Model | None
    after: models.Model


def versions_of(row: models.Model, *, latest: int) -> list[Version]:
    """The row's latest versions, newest first; none of a model without a history."""
    if not hasattr(row, "events"):
        return []
    kept = list(row.events.select_related("pgh_context").order_by("-pgh_id")[: latest + 1])
    users = [((each.pgh_context.metadata or {}).get("user") if each.pgh_context else None) for each in kept]
    people = User.objects.in_bulk([pk for pk in users if pk is not None])
    return [
        Version(after.pgh_created_at, people[user].name if user in people else "", before, after)
        for after, before, user in zip(kept[:latest], [*kept[1:], None], users, strict=False)
    ]
