"""Every address of the portal. The access table in the tests is generated from here."""

from __future__ import annotations

from django.conf import settings
from django.contrib import admin
from django.urls import include, path

from portal import dashboards, styleguide, views
from portal.api import api

urlpatterns = [
    path("", views.home, name="home"),
    path("", include("common.urls")),
    path("partner/<slug:partner>/", dashboards.partner, name="partner-dashboard"),
    path("vendor/<slug:vendor>/", dashboards.vendor, name="vendor-dashboard"),
    path("partner/<slug:partner>/panels/<slug:column>/", dashboards.partner_panels, name="partner-panels"),
    path("vendor/<slug:vendor>/panels/<slug:column>/", dashboards.vendor_panels, name="vendor-panels"),
    path("", include("programs.urls")),
    path("", include("sales.golive_urls")),
    path("", include("partners.urls")),
    path("", include("trainings.urls")),
    path("", include("sales.urls")),
    path("", include("invoices.urls")),
    path("", include("deals.urls")),
    path("", include("tiers.urls")),
    path("", include("rebates.urls")),
    path("account/", include("allauth.urls")),
    path("styleguide/", styleguide.styleguide, name="styleguide"),
    path("admin/", admin.site.urls),
    path("api/v1/", api.urls),
    path("healthz", views.healthz, name="healthz"),
    path("readyz", views.readyz, name="readyz"),
]

if settings.DEMO_MODE:
    urlpatterns += [path("demo/", include("portal.demo_urls"))]
