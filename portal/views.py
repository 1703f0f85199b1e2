"""The front door and health: where a person lands, and whether the portal lives."""

from __future__ import annotations

from django.conf import settings
from django.contrib.auth.decorators import login_required
from django.db import DatabaseError, connection
from django.db.migrations.executor import MigrationExecutor
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from redis import Redis
from redis.exceptions import RedisError

from common.context import areas_of


@login_required
def home(request: HttpRequest) -> HttpResponse:
    """Leads to the first area of the person; platform admins without one to the admin."""
    actor = request.actor  # type: ignore[attr-defined]
    for area in areas_of(actor):
        return redirect(area.url)
    if actor.is_platform_admin:
        return redirect("admin:index")
    return render(request, "portal/nowhere.html", status=200)


def healthz(request: HttpRequest) -> HttpResponse:
    """Alive: touches nothing."""
    return HttpResponse("ok\n", content_type="text/plain")


def readyz(request: HttpRequest) -> JsonResponse:
    """Ready to serve: database reachable and migrated. Without the broker the portal is degraded, not down."""
    checks = {"database": "ok", "migrations": "ok", "broker": "ok"}
    try:
        executor = MigrationExecutor(connection)
        if executor.migration_plan(executor.loader.graph.leaf_nodes()):
            checks["migrations"] = "missing"
    except DatabaseError:
        checks["database"] = checks["migrations"] = "down"
    try:
        Redis.from_url(settings.REDIS_URL, socket_timeout=1, socket_connect_timeout=1).ping()
    except RedisError:
        checks["broker"] = "degraded"
    ready = checks["database"] == checks["migrations"] == "ok"
    return JsonResponse({"ready": ready, **checks}, status=200 if ready else 503)
