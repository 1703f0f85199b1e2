"""The mails about applications. They share one template: what happened, what was written, where to act."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date
from typing import Any

from django.conf import settings
from django.urls import reverse
from django.utils.translation import gettext_lazy

from common import mail_samples, registry
from common.access import VENDOR
from common.mail_choices import AS_NOTICE
from common.mail_sentences import Sentence
from common.mail_words import OnBehalf
from common.registry import MailKind, Text
from partners.models import Application, ApplicationStep

Step = ApplicationStep.Step
RECEIVED, NEW, REPLIED = "application-received", "application-new", "application-replied"
ASKED_BACK, APPROVED, REFUSED = "application-asked-back", "application-approved", "application-refused"


HEADLINES: Mapping[str, Text] = {
    RECEIVED: gettext_lazy("Your application for %(program)s has arrived"),
    NEW: gettext_lazy("%(partner)s applies for %(program)s"),
    REPLIED: gettext_lazy("%(partner)s has answered your question"),
    ASKED_BACK: gettext_lazy("%(vendor)s has a question about your application"),
    APPROVED: gettext_lazy("You are a partner in %(program)s"),
    REFUSED: gettext_lazy("%(vendor)s has not accepted your application for %(program)s"),
}
NEXT: Mapping[str, Text] = {
    RECEIVED: gettext_lazy("%(vendor)s checks what you have sent and answers by %(due)s. You get a mail either way."),
    NEW: gettext_lazy("Please decide by %(due)s."),
    REPLIED: gettext_lazy("Please decide by %(due)s."),
    ASKED_BACK: gettext_lazy("%(vendor)s goes on as soon as you have answered."),
    APPROVED: gettext_lazy("From now on you see in the portal what you sell and what you earn with it."),
    REFUSED: gettext_lazy("If something has changed, you can apply again."),
}


def told(*, kind: str, application: Application, text: str) -> Mapping[str, Any]:
    """What a mail of this kind says. `text`: what somebody wrote, if anything."""
    program = application.program
    if kind in (NEW, REPLIED):
        page = reverse("partners:application", args=[program.vendor.slug, application.pk])
    else:
        page = reverse("partners:own-application", args=[application.partner.number, application.pk])
    names = {"partner": application.partner.name, "program": program.name, "vendor": program.vendor.name}
    return {
        "headline": Sentence(HEADLINES[kind], names),
        "on_behalf": OnBehalf(program.vendor_id, names),
        "text": text,
        "next_step": Sentence(NEXT[kind], {**names, "due": application.due_on}),
        "url": settings.PORTAL_URL + page,
    }


def sample(kind: str) -> Callable[[], Mapping[str, Any]]:
    def context() -> Mapping[str, Any]:
        written = kind in (REPLIED, ASKED_BACK, REFUSED)
        names = {
            "partner": "Elbtal Systemhaus GmbH",
            "program": mail_samples.program(),
            "vendor": mail_samples.vendor(),
        }
        return {
            "headline": Sentence(HEADLINES[kind], names),
            "on_behalf": OnBehalf(0, names),
            "text": "Could you send us your trade licence?" if written else "",
            "next_step": Sentence(NEXT[kind], {**names, "due": date(2026, 12, 1)}),
            "url": settings.PORTAL_URL,
        }

    return context


# --- asking a company's owner to be let in ---------------------------------------------------------------------------

ACCESS_ASKED, ACCESS_GRANTED = "access-asked", "access-granted"


ACCESS_HEADLINES: Mapping[str, Text] = {
    ACCESS_ASKED: gettext_lazy("%(person)s asks for access to %(partner)s"),
    ACCESS_GRANTED: gettext_lazy("You can now work for %(partner)s in the portal"),
}
ACCESS_NEXT: Mapping[str, Text] = {
    ACCESS_ASKED: gettext_lazy(
        "%(address)s says that they work for your company. Let them in only if you know them: they see figures."
    ),
    ACCESS_GRANTED: gettext_lazy("Sign in with your address and you see what your role lets you see."),
}


def access_told(*, kind: str, person: str, address: str, partner: str, url: str) -> Mapping[str, Any]:
    return {
        "headline": Sentence(ACCESS_HEADLINES[kind], {"person": person, "partner": partner}),
        "text": "",
        "next_step": Sentence(ACCESS_NEXT[kind], {"address": address}),
        "url": settings.PORTAL_URL + url,
    }


def access_sample(kind: str) -> Callable[[], Mapping[str, Any]]:
    def context() -> Mapping[str, Any]:
        return access_told(
            kind=kind, person="Jan Vogt", address="vogt@elbtal.example", partner="Elbtal Systemhaus GmbH", url="/"
        )

    return context


def register() -> None:
    kinds: tuple[tuple[str, Text], ...] = (
        (RECEIVED, gettext_lazy("an application has arrived")),
        (NEW, gettext_lazy("a company applies for a program")),
        (ASKED_BACK, gettext_lazy("a vendor asks an applicant back")),
        (REPLIED, gettext_lazy("an applicant has answered")),
        (APPROVED, gettext_lazy("an application is approved")),
        (REFUSED, gettext_lazy("an application is refused")),
    )
    applications = gettext_lazy("Applications and access")
    for order, (key, label) in enumerate(kinds, start=10):
        to_vendor = key in (NEW, REPLIED)
        # An applicant that never hears of a decision would wait for ever.
        registry.mails.register(
            MailKind(
                key, label, "application", sample(key), resend_when_uncertain=True, group=applications, order=order,
                to=gettext_lazy("the vendor’s channel managers") if to_vendor else gettext_lazy("who has applied"),
                placeholders=() if to_vendor else ("partner", "vendor", "program"),
                choices=AS_NOTICE if to_vendor else (), scope=VENDOR if to_vendor else "",
            )
        )  # fmt: skip
    for key, label, to in (
        (ACCESS_ASKED, gettext_lazy("somebody asks for access to a company"), gettext_lazy("the partner’s owners")),
        (ACCESS_GRANTED, gettext_lazy("access to a company is granted"), gettext_lazy("who has asked")),
    ):
        registry.mails.register(
            MailKind(
                key, label, "application", access_sample(key), resend_when_uncertain=True, group=applications, to=to,
                order=16,
            )
        )  # fmt: skip
