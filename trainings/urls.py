"""Addresses of trainings and certificates."""

from __future__ import annotations

from django.urls import path

from trainings import certificate_views, claim_views, date_views, partner_views, vendor_views

app_name = "trainings"
urlpatterns = [
    path("partner/<slug:partner>/trainings/", partner_views.offered, name="offered"),
    path("partner/<slug:partner>/trainings/<int:pk>/", partner_views.training, name="partner-training"),
    path("partner/<slug:partner>/trainings/dates/<int:pk>/", partner_views.training_date, name="partner-date"),
    path("partner/<slug:partner>/trainings/dates/<int:pk>/book/", partner_views.book, name="book"),
    path("partner/<slug:partner>/trainings/bookings/<int:pk>/cancel/", partner_views.cancel, name="cancel"),
    path("partner/<slug:partner>/certificates/", certificate_views.team, name="certificates"),
    path("partner/<slug:partner>/certificates/new/", certificate_views.hand_in, name="hand-in"),
    path("partner/<slug:partner>/certificates/<int:pk>/", certificate_views.certificate, name="partner-certificate"),
    path("partner/<slug:partner>/certificates/claims/<int:pk>/", certificate_views.partner_claim, name="partner-claim"),
    path("partner/<slug:partner>/certificates/claims/<int:pk>/withdraw/", certificate_views.withdraw, name="withdraw"),
    path(
        "partner/<slug:partner>/certificates/claims/<int:pk>/file/",
        certificate_views.partner_proof,
        name="partner-proof",
    ),
    path("vendor/<slug:vendor>/trainings/", vendor_views.vendor_catalogue, name="catalogue"),
    path("vendor/<slug:vendor>/trainings/new/", vendor_views.new, name="new"),
    path("vendor/<slug:vendor>/trainings/<int:pk>/", vendor_views.vendor_training, name="vendor-training"),
    path("vendor/<slug:vendor>/trainings/<int:pk>/edit/", vendor_views.edit, name="edit"),
    path("vendor/<slug:vendor>/trainings/<int:pk>/archive/", vendor_views.archive, name="archive"),
    path("vendor/<slug:vendor>/trainings/<int:pk>/plan/", vendor_views.plan, name="plan"),
    path("vendor/<slug:vendor>/trainings/dates/", date_views.dates, name="dates"),
    path("vendor/<slug:vendor>/trainings/dates/<int:pk>/", date_views.vendor_date, name="vendor-date"),
    path("vendor/<slug:vendor>/trainings/dates/<int:pk>/edit/", date_views.edit, name="edit-date"),
    path("vendor/<slug:vendor>/trainings/dates/<int:pk>/call-off/", date_views.call_off, name="call-off"),
    path("vendor/<slug:vendor>/trainings/dates/<int:pk>/attendance/", date_views.attend, name="attendance"),
    path("vendor/<slug:vendor>/trainings/bookings/<int:pk>/cancel/", date_views.cancel, name="vendor-cancel"),
    path("vendor/<slug:vendor>/trainings/bookings/<int:pk>/was-there/", date_views.was_there, name="was-there"),
    path("vendor/<slug:vendor>/certificates/", claim_views.holders, name="holders"),
    path("vendor/<slug:vendor>/certificates/<int:pk>/", claim_views.vendor_certificate, name="vendor-certificate"),
    path("vendor/<slug:vendor>/certificates/<int:pk>/revoke/", claim_views.revoke, name="revoke"),
    path("vendor/<slug:vendor>/certificates/claims/", claim_views.claims, name="claims"),
    path("vendor/<slug:vendor>/certificates/claims/<int:pk>/", claim_views.vendor_claim, name="vendor-claim"),
    path("vendor/<slug:vendor>/certificates/claims/<int:pk>/decide/", claim_views.decide, name="decide"),
    path("vendor/<slug:vendor>/certificates/claims/<int:pk>/file/", claim_views.vendor_proof, name="vendor-proof"),
]
