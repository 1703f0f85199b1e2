"""Addresses of the rebate pages."""

from __future__ import annotations

from django.urls import path

from rebates import checking_views, closing_views, deciding_views, journal_views, late_views, views

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
    path("vendor/<slug:vendor>/closings/<slug:program>/bounds/", deciding_views.bounds, name="bounds"),
    path("vendor/<slug:vendor>/closings/<slug:program>/<slug:period>/", closing_views.closing, name="closing"),
    path(
        "vendor/<slug:vendor>/closings/<slug:program>/<slug:period>/retry/", closing_views.retry, name="closing-retry"
    ),
    path(
        "vendor/<slug:vendor>/closings/<slug:program>/<slug:period>/start/", closing_views.start, name="closing-start"
    ),
    path(
        "vendor/<slug:vendor>/closings/<slug:program>/<slug:period>/progress/",
        closing_views.progress,
        name="closing-progress",
    ),
    path(
        "vendor/<slug:vendor>/closings/<slug:program>/<slug:period>/comment/",
        deciding_views.comment_total,
        name="closing-comment",
    ),
    path(
        "vendor/<slug:vendor>/closings/<slug:program>/<slug:period>/held/<int:pk>/",
        deciding_views.accept_amount,
        name="closing-accept",
    ),
    path("vendor/<slug:vendor>/accounting/", journal_views.accounting, name="accounting"),
    path("vendor/<slug:vendor>/accounting/export/", journal_views.take, name="accounting-export"),
    path("vendor/<slug:vendor>/accounting/settings/", journal_views.settings, name="accounting-settings"),
    path("vendor/<slug:vendor>/ledger/", checking_views.ledger, name="ledger"),
    path("vendor/<slug:vendor>/ledger/check/", checking_views.check_now, name="ledger-check"),
    path("vendor/<slug:vendor>/ledger/release/", checking_views.go_on, name="ledger-release"),
]
