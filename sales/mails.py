"""The mails about sales."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.conf import settings
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from common import mail_samples, registry
from common.mail_words import OnBehalf
from common.models import User
from common.registry import MailKind
from programs.models import Vendor

INVITATION = "invitation"


def registration_url() -> str:
    """Where a company that is no partner yet begins."""
    return str(settings.PORTAL_URL) + reverse("partners:register")


def invitation(*, vendor: Vendor, inviting: User) -> Mapping[str, Any]:
    """Which vendor invites, who to ask, where to begin. Nothing about sales: the address may be somebody else's."""
    return {
        "vendor": vendor.name,
        "inviting": inviting.name,
        "answer_to": inviting.email,
        "url": registration_url(),
        "on_behalf": OnBehalf(vendor.pk, {"vendor": vendor.name, "person": inviting.name}),
    }


def invitation_sample() -> Mapping[str, Any]:
    return {
        "vendor": mail_samples.vendor(),
        "inviting": "Petra Wolf",
        "answer_to": "petra.wolf@example.com",
        "url": registration_url(),
        "on_behalf": OnBehalf(0, {"vendor": mail_samples.vendor(), "person": "Petra Wolf"}),
    }


def register() -> None:
    registry.mails.register(
        # Nobody would notice that it never came, so rather twice than never.
        MailKind(
            INVITATION, _("a company is invited to register"), "invitation", invitation_sample, order=20,
            resend_when_uncertain=True, group=_("Applications and access"), to=_("the address that is invited"),
            placeholders=("vendor", "person"),
        )
    )  # fmt: skip
