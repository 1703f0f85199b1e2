"""Beginning and ending to see a partner's pages as the partner does, and what its owners read about it."""

from __future__ import annotations

from typing import Any

from django.db.models import QuerySet
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils import timezone
from django.views.decorators.http import require_POST

from common.access import CHANNEL_MANAGER, OWNER, VENDOR_ADMIN, VENDOR_FINANCE
from common.requests import PersonRequest
from partners import selectors, viewing
from partners.entering import VIEWING, PartnerListPage, in_partner
from partners.models import ViewedPage
from partners.tables import ViewedPageFilter, ViewedPageTable
from programs.entering import in_vendor
from programs.models import Vendor

STAFF = (CHANNEL_MANAGER, VENDOR_ADMIN, VENDOR_FINANCE)


@in_vendor(*STAFF)
@require_POST
def begin(request: PersonRequest, vendor: Vendor, number: str) -> HttpResponse:
    """Lead into the partner's area, which is open to look at from now on."""
    partner = get_object_or_404(selectors.partners_of(vendor=vendor, actor=request.actor), number=number)
    begun = viewing.begin(vendor=vendor, partner=partner, actor=request.actor, now=timezone.now())
    request.session[VIEWING] = begun.pk
    return redirect("partner-dashboard", partner.number)


@in_vendor(*STAFF)
@require_POST
def stop(request: PersonRequest, vendor: Vendor, number: str) -> HttpResponse:
    """Back to the vendor's own page about the partner."""
    request.session.pop(VIEWING, None)
    partner = get_object_or_404(selectors.partners_of(vendor=vendor, actor=request.actor), number=number)
    return redirect("partners:detail", vendor.slug, partner.number)


class ViewedPagesPage(PartnerListPage):
    """Which pages of the company the people of its vendors have looked at."""

    table_class = ViewedPageTable
    filterset_class = ViewedPageFilter
    template_name = "partners/viewed.html"
    export_name = "viewed-pages"
    per_page = 50

    def rows(self) -> QuerySet[ViewedPage]:
        seen = ViewedPage.objects.visible_to(self.request.actor).filter(viewing__partner=self.partner)
        return seen.select_related("viewing__user", "viewing__vendor")

    def table_options(self) -> dict[str, Any]:
        return {"area": self.request.area}


viewed = in_partner(OWNER)(ViewedPagesPage.as_view())
