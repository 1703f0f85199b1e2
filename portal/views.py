"""The front door and health: where a person lands, and whether the portal lives."""

from __future__ import annotations

from django.conf import settings
from django.contrib.auth.decorators import login_required
from django.db import Error as DatabaseError
from django.db import connection
from django.db.migrations.executor import MigrationExecutor
from django.http import HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from redis import Redis
from redis.exceptions import RedisError

from common.context import areas_of
from common.pausing import is_paused
from common.requests import PersonRequest


@login_required
def home(request: PersonRequest) -> HttpResponse:
    """Leads to the first area of the person; platform admins without one to the admin."""
    actor = request.actor
    for area in areas_of(actor):
        return redirect(area.url)
    if actor.is_platform_admin:
        return redirect("admin:index")
    return render(request, "portal/nowhere.html", status=200)


def healthz(request: PersonRequest) -> HttpResponse:
    """Alive: touches nothing."""
    return HttpResponse("ok\n", content_type="text/plain")


def readyz(request: PersonRequest) -> JsonResponse:
    """Ready to serve: database reachable and migrated. Without the broker, or paused, it is degraded, not down."""
    checks = {**_database(), "broker": "ok" if _broker_answers() else "degraded"}
    ready = checks["database"] == checks["migrations"] == "ok"
    return JsonResponse({"ready": ready, **checks}, status=200 if ready else 503)


_known: dict[str, bool] = {}
"""Whether this process has seen its migrations applied: they stay, so the files are not read at each question."""


def _database() -> dict[str, str]:
    try:
        if not _known.get("migrated"):
            executor = MigrationExecutor(connection)
            _known["migrated"] = not executor.migration_plan(executor.loader.graph.leaf_nodes())
        if not _known["migrated"]:
            return {"database": "ok", "migrations": "missing"}
        return {"database": "ok", "migrations": "ok", "work": "paused" if is_paused() else "ok"}
    except DatabaseError:
        return {"database": "down", "migrations": "unknown"}


def _broker_answers() -> bool:
    try:
        with Redis.from_url(settings.REDIS_URL, socket_timeout=1, socket_connect_timeout=1) as broker:
            return bool(broker.ping())
    except RedisError:
        return False
