"""How allauth behaves here: who may sign up, and that its mails go through the outbox."""

from __future__ import annotations

from typing import Any

from allauth.account.adapter import DefaultAccountAdapter
from allauth.account.internal.userkit import filter_users_by_email
from allauth.account.models import EmailConfirmationHMAC
from allauth.account.utils import get_next_redirect_url
from django.contrib.auth import REDIRECT_FIELD_NAME
from django.http import HttpRequest
from django.urls import reverse
from django.utils import timezone
from django.utils.http import urlencode

from common import account_mails, outbox
from common.account_mails import portal_address
from common.models import User
from common.tasks import hint_mails


class AccountAdapter(DefaultAccountAdapter):
    def is_open_for_signup(self, request: HttpRequest) -> bool:
        return True

    def new_user(self, request: HttpRequest) -> User:
        """Somebody who signs up on a German page gets German mails."""
        return User(language=account_mails.page_language())

    def send_mail(self, template_prefix: str, email: str, context: dict[str, Any]) -> None:
        """Store the mail; a worker sends it. A mail server that is away keeps nobody from signing in."""
        mail = account_mails.of_allauth(prefix=template_prefix, context=context, now=timezone.now())
        user = context.get("user") or next(iter(filter_users_by_email(email)), None)
        recipient = account_mails.addressee(address=email, user=user)
        outbox.put(kind=mail.kind, period=mail.period, recipient=recipient, context=mail.context)
        hint_mails()

    def send_notification_mail(
        self, template_prefix: str, user: User, context: dict[str, Any] | None = None, email: str | None = None
    ) -> None:
        """Also to people whom an admin made, of whom allauth knows no address before they first sign in."""
        told = {**(context or {}), "user": user}
        super().send_notification_mail(template_prefix, user, told, email or user.email)

    def get_email_confirmation_url(self, request: HttpRequest, emailconfirmation: EmailConfirmationHMAC) -> str:
        """With the page the person was on the way to, so that another browser leads there, too."""
        url = portal_address(reverse("account_confirm_email", args=[emailconfirmation.key]))
        further = get_next_redirect_url(request)
        if further and further.startswith("/"):
            url += "?" + urlencode({REDIRECT_FIELD_NAME: further})
        return url

    def get_reset_password_from_key_url(self, key: str) -> str:
        uid, _hyphen, token = key.partition("-")
        return portal_address(reverse("account_reset_password_from_key", kwargs={"uidb36": uid, "key": token}))
