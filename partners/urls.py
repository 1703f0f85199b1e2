"""Addresses of the pages about partners."""

from __future__ import annotations

from django.urls import path

from partners import (
    application_views,
    company_views,
    golive_views,
    participation_views,
    registration_views,
    team_views,
    verification_views,
    viewing_views,
    views,
)

app_name = "partners"
urlpatterns = [
    path("register/", registration_views.begin, name="register"),
    path("register/company/", registration_views.company, name="register-company"),
    path("register/keep/", registration_views.keep, name="register-keep"),
    path("register/programs/", registration_views.programs, name="register-programs"),
    path("register/confirm/", registration_views.confirm, name="register-confirm"),
    path("register/done/", registration_views.registered, name="registered"),
    path("register/access/", registration_views.ask_for_access, name="ask-for-access"),
    path("vendor/<slug:vendor>/partners/", views.partners_page, name="list"),
    path("vendor/<slug:vendor>/partners/invitations/", golive_views.invitations, name="invitations"),
    path("vendor/<slug:vendor>/partners/invitations/send/", golive_views.invite_wave, name="invite-wave"),
    path("vendor/<slug:vendor>/partners/invitations/chosen/", golive_views.invite_chosen, name="invite-chosen"),
    path("vendor/<slug:vendor>/partners/<slug:number>/", views.detail, name="detail"),
    path("vendor/<slug:vendor>/partners/<slug:number>/care/", verification_views.care, name="care"),
    path("vendor/<slug:vendor>/partners/<slug:number>/view/", viewing_views.begin, name="view"),
    path("vendor/<slug:vendor>/partners/<slug:number>/view/stop/", viewing_views.stop, name="stop-viewing"),
    path(
        "vendor/<slug:vendor>/partners/<slug:number>/programs/<slug:program>/<slug:change>/",
        participation_views.change,
        name="change-participation",
    ),
    path("partner/<slug:partner>/programs/<slug:program>/leave/", participation_views.leave, name="leave"),
    path("vendor/<slug:vendor>/company-changes/<int:pk>/", company_views.decide, name="company-change"),
    path("partner/<slug:partner>/company/", company_views.company, name="company"),
    path("partner/<slug:partner>/company/change/", company_views.change, name="change-company"),
    path("partner/<slug:partner>/company/withdraw/", company_views.withdraw, name="withdraw-company-change"),
    path("vendor/<slug:vendor>/applications/", verification_views.applications_page, name="applications"),
    path("vendor/<slug:vendor>/applications/<int:pk>/", verification_views.application, name="application"),
    path("vendor/<slug:vendor>/applications/<int:pk>/approve/", verification_views.approve, name="approve"),
    path("vendor/<slug:vendor>/applications/<int:pk>/refuse/", verification_views.refuse, name="refuse"),
    path("vendor/<slug:vendor>/applications/<int:pk>/ask-back/", verification_views.ask_back, name="ask-back"),
    path("partner/<slug:partner>/viewed/", viewing_views.viewed, name="viewed"),
    path("partner/<slug:partner>/programs/", application_views.programs, name="programs"),
    path("partner/<slug:partner>/programs/<slug:program>/apply/", application_views.apply, name="apply"),
    path("partner/<slug:partner>/applications/<int:pk>/", application_views.application, name="own-application"),
    path("partner/<slug:partner>/applications/<int:pk>/reply/", application_views.reply, name="reply"),
    path("partner/<slug:partner>/applications/<int:pk>/withdraw/", application_views.withdraw, name="withdraw"),
    path("partner/<slug:partner>/access-requests/", application_views.requests, name="access-requests"),
    path(
        "partner/<slug:partner>/access-requests/<int:pk>/<slug:answer>/",
        application_views.decide_request,
        name="decide-request",
    ),
    path("vendor/<slug:vendor>/partners/<slug:number>/enrol/<slug:program>/", participation_views.enrol, name="enrol"),
    path("vendor/<slug:vendor>/partners/<slug:number>/invite-owner/", team_views.invite_owner, name="invite-owner"),
    path("partner/<slug:partner>/data/", golive_views.data_check, name="data-check"),
    path("partner/<slug:partner>/team/", team_views.team, name="team"),
    path("partner/<slug:partner>/team/invite/", team_views.invite, name="team-invite"),
    path("partner/<slug:partner>/team/people/<int:pk>/", team_views.roles, name="team-roles"),
    path("partner/<slug:partner>/team/people/<int:pk>/remove/", team_views.remove, name="team-remove"),
    path("partner/<slug:partner>/team/invitations/<int:pk>/resend/", team_views.resend, name="team-resend"),
    path("partner/<slug:partner>/team/invitations/<int:pk>/revoke/", team_views.revoke, name="team-revoke"),
    path("join/company/<slug:secret>/", team_views.join, name="join"),
]
