"""What is told about case studies, and to whom. They share the template of applications."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date
from typing import Any

from django.conf import settings
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from common import mail_samples, registry
from common.access import PARTNER, VENDOR
from common.mail_choices import AS_NOTICE
from common.mail_sentences import Sentence
from common.mail_words import OnBehalf
from common.registry import MailKind, Text
from tiers.models import CaseStudy, CaseStudyStep

Step = CaseStudyStep.Step
SUBMITTED, RETURNED, ACCEPTED = "case-study-submitted", "case-study-returned", "case-study-accepted"
KINDS: Mapping[str, str] = {Step.SUBMITTED: SUBMITTED, Step.RETURNED: RETURNED, Step.ACCEPTED: ACCEPTED}
HEADLINES: Mapping[str, Text] = {
    SUBMITTED: gettext_lazy("%(partner)s has handed in a case study: %(title)s"),
    RETURNED: gettext_lazy("%(vendor)s has returned your case study: %(title)s"),
    ACCEPTED: gettext_lazy("%(vendor)s has accepted your case study: %(title)s"),
}
NEXT: Mapping[str, Text] = {
    SUBMITTED: gettext_lazy("Please read it by %(day)s: accept it, or return it and say what is missing."),
    RETURNED: gettext_lazy("Please change what is missing and hand it in again. Nothing you have written is lost."),
    ACCEPTED: gettext_lazy("It counts for your tier from today."),
}


def told(*, study: CaseStudy, step: CaseStudyStep) -> Mapping[str, Any]:
    """What the other side is told about a step."""
    partner, program = study.enrolment.partner, study.enrolment.program
    if step.of_vendor:
        page = reverse("tiers:case-study", args=[partner.number, study.pk])
    else:
        page = reverse("tiers:vendor-case-study", args=[program.vendor.slug, study.pk])
    values = {"partner": partner.name, "vendor": program.vendor.name, "title": study.title, "day": study.due_on}
    return _context(KINDS[step.step], OnBehalf(program.vendor_id, values), step.text, settings.PORTAL_URL + page)


def _context(kind: str, on_behalf: OnBehalf, text: str, url: str) -> Mapping[str, Any]:
    headline, next_step = Sentence(HEADLINES[kind], on_behalf.values), Sentence(NEXT[kind], on_behalf.values)
    return {"headline": headline, "on_behalf": on_behalf, "text": text, "next_step": next_step, "url": url}


def _sample(kind: str) -> Callable[[], Mapping[str, Any]]:
    def context() -> Mapping[str, Any]:
        values: dict[str, str | date | None] = {
            "partner": "Elbtal Systemhaus GmbH", "vendor": mail_samples.vendor(),
            "title": "Telefonie für die Stadtwerke", "day": date(2026, 11, 23),
        }  # fmt: skip
        text = _("Please say how many telephones you installed.") if kind == RETURNED else ""
        return _context(kind, OnBehalf(0, values), text, settings.PORTAL_URL)

    return context


def register() -> None:
    for order, (key, label) in enumerate(
        (
            (SUBMITTED, gettext_lazy("a partner has handed in a case study")),
            (RETURNED, gettext_lazy("a case study is returned")),
            (ACCEPTED, gettext_lazy("a case study is accepted")),
        ),
        start=66,
    ):
        to_vendor = key == SUBMITTED
        registry.mails.register(
            MailKind(
                key, label, "application", _sample(key), order=order, group=gettext_lazy("Tiers"),
                to=gettext_lazy("the vendor’s channel managers") if to_vendor else gettext_lazy("who wrote it"),
                placeholders=() if to_vendor else ("partner", "vendor", "title"),
                choices=AS_NOTICE, scope=VENDOR if to_vendor else PARTNER,
            )
        )  # fmt: skip
