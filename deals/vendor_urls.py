"""Addresses of the vendor's pages about deals."""

from __future__ import annotations

from django.urls import path

from deals import figures_views, rules_views, vendor_views, vendor_writing_views

DEAL = "vendor/<slug:vendor>/deals/<slug:number>/<int:deal>/"
urlpatterns = [
    path("vendor/<slug:vendor>/deals/", vendor_views.deals, name="vendor-deals"),
    path("vendor/<slug:vendor>/deals/board/", vendor_views.board, name="vendor-board"),
    path("vendor/<slug:vendor>/deals/figures/", figures_views.figures_page, name="figures"),
    path("vendor/<slug:vendor>/deals/rules/", rules_views.programs, name="rules"),
    path("vendor/<slug:vendor>/deals/rules/<slug:program>/", rules_views.rules, name="rules-of"),
    path("vendor/<slug:vendor>/deals/new/", vendor_writing_views.begin, name="vendor-deal-new"),
    path(DEAL, vendor_views.deal, name="vendor-deal"),
    path(f"{DEAL}decide/", vendor_views.decide, name="vendor-deal-decide"),
    path(f"{DEAL}extension/", vendor_views.extension, name="vendor-deal-extension"),
    path(f"{DEAL}attachments/<int:pk>/", vendor_views.file, name="vendor-deal-file"),
    path(f"{DEAL}write/", vendor_writing_views.write, name="vendor-deal-write"),
    path(f"{DEAL}discard/", vendor_writing_views.discard, name="vendor-deal-discard"),
]
