"""The dashboards of a partner company and of a vendor: composed of the panels that the apps register."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import Any

from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext as _

from common import registry
from common.registry import Area, Waiting
from common.requests import PersonRequest
from common.ui import Task, Tone
from partners.entering import in_partner
from partners.models import Partner
from programs.entering import in_vendor
from programs.models import Vendor

WAITING = "waiting"
"""The column of what waits for the person. Many apps are asked, mostly for nothing: figures do not wait for that."""


@in_partner()
def partner(request: PersonRequest, partner: Partner) -> HttpResponse:
    """What have I earned, what is missing for more, is something waiting for me: over all vendors and programs."""
    return _dashboard(request)


@in_vendor()
def vendor(request: PersonRequest, vendor: Vendor) -> HttpResponse:
    """What waits, how the quarter runs, what came in last."""
    return _dashboard(request)


@in_partner(part_of_page=True)
def partner_panels(request: PersonRequest, partner: Partner, column: str) -> HttpResponse:
    """Cards that the partner's dashboard fetches after it is shown."""
    return _later(request, column)


@in_vendor()
def vendor_panels(request: PersonRequest, vendor: Vendor, column: str) -> HttpResponse:
    """Cards that the vendor's dashboard fetches after it is shown."""
    return _later(request, column)


def _later(request: PersonRequest, column: str) -> HttpResponse:
    if column == WAITING and _is_own(request):
        panels = [("portal/waiting.html", _waiting(request))]
    elif column in registry.COLUMNS:
        panels = registry.later_panels_of(request.area, request.actor, request.today, column)
    else:
        raise Http404
    template = "portal/panels.html" if request.htmx else "portal/panels_page.html"
    return render(request, template, {"panels": panels})


def _dashboard(request: PersonRequest) -> HttpResponse:
    panels = registry.panels_of(request.area, request.actor, request.today)
    context = {"panels": panels, "waiting_later": {"column": WAITING} if _is_own(request) else None}
    return render(request, "portal/dashboard.html", context)


def _is_own(request: PersonRequest) -> bool:
    """What waits for the partner's people is theirs: whoever only looks on is not told that nothing does."""
    return getattr(request, "viewing", None) is None


def _waiting(request: PersonRequest) -> Mapping[str, Any]:
    area: Area = request.area
    waiting = registry.waiting_in(area, request.actor, request.today)
    return {"tasks": _tasks(waiting, request.today), "empty": _("Nothing is waiting for you.")}


def _tasks(waiting: Sequence[Waiting], today: date) -> list[Task]:
    return [
        Task(str(item.label), item.url, since=item.since, due=item.due, icon="bell", tone=_tone(item, today))
        for item in waiting
    ]


def _tone(item: Waiting, today: date) -> Tone:
    if item.due is None:
        return "info"
    due = timezone.localtime(item.due).date() if isinstance(item.due, datetime) else item.due
    return "danger" if due < today else "warning"
