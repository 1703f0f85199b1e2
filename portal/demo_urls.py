"""Addresses that only a demo has."""

from __future__ import annotations

from django.urls import path

from portal import demo_mail

urlpatterns = [
    path("mail/", demo_mail.mails, name="demo-mails"),
    path("mail/<slug:name>/", demo_mail.mail, name="demo-mail"),
    path("mail/<slug:name>/html/", demo_mail.mail_html, name="demo-mail-html"),
]
