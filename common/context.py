"""Navigation of the page: areas the person belongs to, and the menu of the area the page is in."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.http import HttpRequest
from django.utils.functional import SimpleLazyObject

from common import notices, registry
from common.access import VENDOR, Actor
from common.pausing import is_paused
from common.registry import Area


def areas_of(actor: Actor) -> list[Area]:
    """All areas the actor may enter, in the order of their sources."""
    return [area for source in registry.areas for area in source.areas(actor)]


def menu_of(area: Area, actor: Actor, path: str) -> list[dict[str, Any]]:
    """Entries of an area's menu that the actor's roles allow."""
    entries = []
    for entry in registry.menu:
        if entry.scope == area.scope and area.open_to(actor, entry.roles):
            url = entry.url(area)
            active = path == url if url == area.url else path.startswith(url)
            entries.append({"label": entry.label, "url": url, "icon": entry.icon, "active": active})
    return entries


def navigation(request: HttpRequest) -> dict[str, Any]:
    """Context processor: `areas`, `nav`, `DEMO_MODE`, `paused`, `unread_notices`.

    A view names its area as `request.area`.

    `paused`: whether nothing is sent or booked; asked only for those who would wonder, vendors' staff and admins.
    """
    context: dict[str, Any] = {"DEMO_MODE": settings.DEMO_MODE, "nav": [], "areas": [], "paused": False}
    context["unread_notices"] = 0
    actor: Actor | None = getattr(request, "actor", None)
    if actor is None or not request.user.is_authenticated:
        return context
    if actor.is_platform_admin or actor.roles.get(VENDOR):
        context["paused"] = is_paused()
    context["unread_notices"] = SimpleLazyObject(lambda: notices.unread(actor=actor))
    current: Area | None = getattr(request, "area", None)
    context["areas"] = [
        {"label": area.label, "url": area.url, "active": current is not None and area == current}
        for area in areas_of(actor)
    ]
    if current is not None:
        context["area"] = current
        context["nav"] = [{"label": current.label, "entries": menu_of(current, actor, request.path)}]
    return context
