"""Who acts, as a request says it."""

from __future__ import annotations

from django.utils import timezone

from common.requests import PersonRequest
from deals.moving import Act


def act_of(request: PersonRequest, seen: int | None = None) -> Act:
    """`seen`: the version that was read; none where there was nothing to be read, or nobody says."""
    return Act(request.actor, timezone.now(), request.today, seen or 0)
