"""A vendor's team: its people see it, vendor admins run it."""

from __future__ import annotations

from django.http import HttpResponse
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from common import joining_views, team_views
from common.access import CHANNEL_MANAGER, VENDOR_ADMIN, VENDOR_FINANCE
from common.requests import PersonRequest
from programs.entering import in_vendor
from programs.models import Vendor
from programs.team import TEAM

STAFF = (VENDOR_ADMIN, CHANNEL_MANAGER, VENDOR_FINANCE)


@in_vendor(*STAFF)
def team(request: PersonRequest, vendor: Vendor) -> HttpResponse:
    away = (_("Absences"), reverse("programs:absences", args=[vendor.slug]))
    return team_views.team_page(request, TEAM, vendor, more=[away])


@in_vendor(VENDOR_ADMIN)
def invite(request: PersonRequest, vendor: Vendor) -> HttpResponse:
    return team_views.invite_page(request, TEAM, vendor, request.user.language)


@in_vendor(VENDOR_ADMIN)
def roles(request: PersonRequest, vendor: Vendor, pk: int) -> HttpResponse:
    return team_views.roles_page(request, TEAM, vendor, pk)


@in_vendor(*STAFF)
def remove(request: PersonRequest, vendor: Vendor, pk: int) -> HttpResponse:
    return team_views.remove_page(request, TEAM, vendor, pk)


@in_vendor(VENDOR_ADMIN)
@require_POST
def resend(request: PersonRequest, vendor: Vendor, pk: int) -> HttpResponse:
    return team_views.resend(request, TEAM, vendor, pk)


@in_vendor(VENDOR_ADMIN)
@require_POST
def revoke(request: PersonRequest, vendor: Vendor, pk: int) -> HttpResponse:
    return team_views.revoke(request, TEAM, vendor, pk)


def join(request: PersonRequest, secret: str) -> HttpResponse:
    return joining_views.join(request, secret=secret, team=TEAM)
