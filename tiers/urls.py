"""Addresses of the pages about tiers."""

from __future__ import annotations

from django.urls import path

from tiers import bulk_views, case_vendor_views, case_views, criteria_views, vendor_views, way_views

app_name = "tiers"
OF_PARTNER = "vendor/<slug:vendor>/partners/<slug:number>/tiers/<slug:program>/"
OF_PROGRAM = "vendor/<slug:vendor>/tiers/<slug:program>/requirements/"
urlpatterns = [
    path("partner/<slug:partner>/tiers/", way_views.ways, name="ways"),
    path("partner/<slug:partner>/tiers/<slug:program>/", way_views.way, name="way"),
    path("partner/<slug:partner>/case-studies/", case_views.case_studies, name="case-studies"),
    path("partner/<slug:partner>/case-studies/new/", case_views.new, name="new-case-study"),
    path("partner/<slug:partner>/case-studies/<int:pk>/", case_views.case_study, name="case-study"),
    path("partner/<slug:partner>/case-studies/<int:pk>/write/", case_views.write, name="write-case-study"),
    path("partner/<slug:partner>/case-studies/<int:pk>/discard/", case_views.discard, name="discard-case-study"),
    path("partner/<slug:partner>/case-studies/<int:pk>/consent/", case_views.consent, name="case-study-consent"),
    path("partner/<slug:partner>/case-studies/files/<int:pk>/", case_views.file, name="case-file"),
    path("partner/<slug:partner>/case-studies/files/<int:pk>/remove/", case_views.remove_file, name="remove-case-file"),
    path("vendor/<slug:vendor>/case-studies/", case_vendor_views.case_studies, name="vendor-case-studies"),
    path("vendor/<slug:vendor>/case-studies/<int:pk>/", case_vendor_views.case_study, name="vendor-case-study"),
    path("vendor/<slug:vendor>/case-studies/<int:pk>/answer/", case_vendor_views.answer, name="answer-case-study"),
    path("vendor/<slug:vendor>/case-studies/files/<int:pk>/", case_vendor_views.file, name="vendor-case-file"),
    path("vendor/<slug:vendor>/tiers/", vendor_views.tiers_page, name="vendor"),
    path(OF_PARTNER, vendor_views.partner, name="partner"),
    path(f"{OF_PARTNER}moves/<int:pk>/accept/", vendor_views.accept, name="accept"),
    path(f"{OF_PARTNER}moves/<int:pk>/decline/", vendor_views.decline, name="decline"),
    path(f"{OF_PARTNER}decide/", vendor_views.decide, name="decide"),
    path(f"{OF_PARTNER}decisions/<int:pk>/end/", vendor_views.end_decision, name="end-decision"),
    path(f"{OF_PARTNER}checks/<slug:check>/", vendor_views.check, name="check"),
    path(f"{OF_PARTNER}checks/<slug:check>/end/", vendor_views.end_check, name="end-check"),
    path("vendor/<slug:vendor>/tiers/<slug:program>/move/", bulk_views.move, name="move-many"),
    path("vendor/<slug:vendor>/tiers/moved/<int:pk>/", bulk_views.bulk_move, name="bulk-move"),
    path("vendor/<slug:vendor>/tiers/moved/<int:pk>/undo/", bulk_views.undo, name="undo-bulk-move"),
    path(OF_PROGRAM, criteria_views.requirements, name="requirements"),
    path(f"{OF_PROGRAM}preview/", criteria_views.preview, name="requirements-preview"),
    path(f"{OF_PROGRAM}discard/", criteria_views.discard, name="requirements-discard"),
    path(f"{OF_PROGRAM}<slug:tier>/entry/", criteria_views.entry, name="requirement"),
    path(f"{OF_PROGRAM}<slug:tier>/remove/", criteria_views.remove, name="requirement-remove"),
]
