"""Addresses of the rebate pages."""

from __future__ import annotations

from django.urls import path

from rebates import closing_views, late_views, views

app_name = "rebates"
urlpatterns = [
    path("partner/<slug:partner>/rebates/", views.partner_rebates, name="partner-rebates"),
    path("partner/<slug:partner>/rebates/<slug:program>/<slug:code>/<slug:period>/", views.explained, name="explained"),
    path(
        "vendor/<slug:vendor>/partners/<slug:number>/rebates/<slug:program>/<slug:code>/<slug:period>/",
        views.vendor_explained,
        name="vendor-explained",
    ),
    path("vendor/<slug:vendor>/closings/", closing_views.closings, name="closings"),
    path("vendor/<slug:vendor>/closings/late/", late_views.late, name="late"),
    path("vendor/<slug:vendor>/closings/<slug:program>/<slug:period>/", closing_views.closing, name="closing"),
    path(
        "vendor/<slug:vendor>/closings/<slug:program>/<slug:period>/retry/", closing_views.retry, name="closing-retry"
    ),
]
