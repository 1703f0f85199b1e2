"""Addresses of the program pages for everybody, and of a vendor's own people."""

from __future__ import annotations

from django.urls import path

from programs import absence_views, public_views, team_views, wording_views

app_name = "programs"
urlpatterns = [
    path("programs/", public_views.programs, name="public-list"),
    path("programs/<slug:slug>/", public_views.program, name="public"),
    path("vendor/<slug:vendor>/mail-kinds/", wording_views.mail_kinds, name="mail-kinds"),
    path("vendor/<slug:vendor>/mail-kinds/<slug:mail>/", wording_views.mail_kind, name="mail-kind"),
    path("vendor/<slug:vendor>/mail-kinds/<slug:mail>/html/", wording_views.mail_kind_html, name="mail-kind-html"),
    path("vendor/<slug:vendor>/mail-kinds/<slug:mail>/test/", wording_views.mail_kind_test, name="mail-kind-test"),
    path("vendor/<slug:vendor>/mail-kinds/<slug:mail>/wording/", wording_views.wording, name="mail-wording"),
    path(
        "vendor/<slug:vendor>/mail-kinds/<slug:mail>/wording/html/",
        wording_views.wording_html,
        name="mail-wording-html",
    ),
    path(
        "vendor/<slug:vendor>/mail-kinds/<slug:mail>/wording/restore/",
        wording_views.wording_restore,
        name="mail-wording-restore",
    ),
    path("vendor/<slug:vendor>/team/", team_views.team, name="team"),
    path("vendor/<slug:vendor>/team/absences/", absence_views.absences, name="absences"),
    path("vendor/<slug:vendor>/team/absences/<int:pk>/end/", absence_views.end, name="absence-end"),
    path("vendor/<slug:vendor>/team/invite/", team_views.invite, name="team-invite"),
    path("vendor/<slug:vendor>/team/people/<int:pk>/", team_views.roles, name="team-roles"),
    path("vendor/<slug:vendor>/team/people/<int:pk>/remove/", team_views.remove, name="team-remove"),
    path("vendor/<slug:vendor>/team/invitations/<int:pk>/resend/", team_views.resend, name="team-resend"),
    path("vendor/<slug:vendor>/team/invitations/<int:pk>/revoke/", team_views.revoke, name="team-revoke"),
    path("join/vendor/<slug:secret>/", team_views.join, name="join"),
]
