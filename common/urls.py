from __future__ import annotations

from django.urls import path

from common import account_views, data_views, mail_views, notice_views, outbox_views, pause_views, views

app_name = "common"
urlpatterns = [
    path("language/", views.choose_language, name="language"),
    path("pause/", pause_views.pause, name="pause"),
    path("mail/off/<str:token>/", notice_views.unsubscribe, name="unsubscribe"),
    path("mail/outbox/", outbox_views.outbox_list, name="outbox"),
    path("mail/outbox/decide/", outbox_views.outbox_decide, name="outbox-decide"),
    path("mail/outbox/stop/", outbox_views.outbox_stop, name="outbox-stop"),
    path("mail/outbox/go-on/", outbox_views.outbox_go_on, name="outbox-go-on"),
    path("mail/outbox/<int:pk>/", outbox_views.outbox_mail, name="outbox-mail"),
    path("mail/outbox/<int:pk>/decide/", outbox_views.outbox_decide_one, name="outbox-decide-one"),
    path("account/notices/", notice_views.notice_list, name="notices"),
    path("account/notices/read/", notice_views.notices_read, name="notices-read"),
    path("account/notices/<int:pk>/", notice_views.notice, name="notice"),
    path("account/mails/", notice_views.choices, name="mail-choices"),
    path("account/mails/arrive/", notice_views.arrives_again, name="mails-arrive"),
    path("mail-kinds/", mail_views.mail_kinds, name="mail-kinds"),
    path("mail-kinds/<slug:mail>/", mail_views.mail_kind, name="mail-kind"),
    path("mail-kinds/<slug:mail>/html/", mail_views.mail_kind_html, name="mail-kind-html"),
    path("mail-kinds/<slug:mail>/test/", mail_views.mail_kind_test, name="mail-kind-test"),
    path("account/profile/", account_views.profile, name="profile"),
    # In the place of allauth's page of addresses, whose name (account_email) leads here, too.
    path("account/email/", account_views.address, name="address"),
    path("account/email/new/", account_views.address_new, name="address-new"),
    path("account/email/withdraw/", account_views.address_withdraw, name="address-withdraw"),
    path("account/email/link/<slug:secret>/", account_views.address_link, name="address-link"),
    path("account/email/link/<slug:secret>/not-me/", account_views.address_not_me, name="address-not-me"),
    path("account/data/", data_views.data, name="data"),
    path("account/data/download/", data_views.download_data, name="data-download"),
    path("account/data/remove/", data_views.remove_data, name="data-remove"),
    path("account/tokens/", views.token_list, name="tokens"),
    path("account/tokens/new/", views.token_new, name="token-new"),
    path("account/tokens/<int:pk>/revoke/", views.token_revoke, name="token-revoke"),
]
