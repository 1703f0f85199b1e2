"""allauth's forms where an answer must not tell, nor its time, whether an address has an account."""

from __future__ import annotations

from typing import Any

from allauth.account import forms
from django.contrib.auth.hashers import make_password
from django.db import IntegrityError, transaction
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from common import account_mails, outbox
from common.tasks import hint_mails


class SignupForm(forms.SignupForm):
    """An address and a password; everything else is asked where it is needed."""

    account_already_exists: bool

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["email"].label = _("E-mail address")

    def try_save(self, request: HttpRequest) -> Any:
        """A known address takes as long as a new one: hashing the password is what takes long."""
        if self.account_already_exists:
            make_password(self.cleaned_data["password1"])
        else:
            try:
                with transaction.atomic():
                    return super().try_save(request)
            except IntegrityError:
                # Sent twice at once: the other one was faster, so now there is an account.
                self.account_already_exists = True
        return super().try_save(request)


class ResetPasswordForm(forms.ResetPasswordForm):
    def save(self, request: HttpRequest, **kwargs: Any) -> str:
        """For an unknown address a mail is stored and hinted at as well, and taken back before it is seen."""
        email: str = super().save(request, **kwargs)
        if not self.users:
            recipient = account_mails.addressee(address=email, user=None)
            # Taken back inside a transaction that commits: waiting for the disk is part of what takes time.
            with transaction.atomic():
                with transaction.atomic():
                    made = account_mails.link_sample()
                    outbox.put(kind=account_mails.RESET, period=email[:40], recipient=recipient, context=made)
                    transaction.set_rollback(True)
                hint_mails()
        return email
