"""The portal's addresses, with an empty page in each area and Django's lists of the same tables beside them."""

from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.http import HttpResponse
from django.template import RequestContext, Template
from django.urls import path

from common.requests import PersonRequest
from partners.entering import in_partner
from partners.models import Partner
from portal.urls import urlpatterns as portal_urls
from programs.entering import in_vendor
from sales.models import SaleLine

EMPTY = Template('{% extends "base.html" %}{% block heading %}Nothing{% endblock %}')

plain = admin.AdminSite(name="plain")


@admin.register(SaleLine, site=plain)
class SaleLineAdmin(admin.ModelAdmin):  # type: ignore[type-arg]
    list_display = ("counts_on", "product", "quantity", "net", "vendor", "distributor", "evidence")
    list_select_related = ("product", "vendor", "distributor")
    list_per_page = 50


@admin.register(Partner, site=plain)
class PartnerAdmin(admin.ModelAdmin):  # type: ignore[type-arg]
    list_display = ("name", "number", "city", "vat_id")
    list_per_page = 25


def empty(request: PersonRequest, **_area: Any) -> HttpResponse:
    """Nothing but the frame: the same middleware, menu and base template as every page."""
    return HttpResponse(EMPTY.render(RequestContext(request)))


urlpatterns = [
    path("bench/partner/<slug:partner>/", in_partner()(empty)),
    path("bench/vendor/<slug:vendor>/", in_vendor()(empty)),
    path("bench/admin/", plain.urls),
    *portal_urls,
]
