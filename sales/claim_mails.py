"""The mails about questions. They share one template: what happened, about what, what was written, where to act."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from django.conf import settings
from django.urls import reverse
from django.utils.functional import lazy
from django.utils.translation import gettext_lazy

from common import formats, mail_samples, registry
from common.access import PARTNER, VENDOR
from common.mail_choices import AS_NOTICE
from common.mail_sentences import Sentence
from common.mail_words import OnBehalf
from common.registry import MailKind, Text
from sales.claim_wording import title_of
from sales.models import Claim, ClaimMessage

ASKED, REPLIED, ASKED_BACK, ANSWERED = "claim-asked", "claim-replied", "claim-asked-back", "claim-answered"

MISSES: Mapping[str, Text] = {
    Claim.Kind.MISSING: gettext_lazy("%(partner)s misses a sale"),
    Claim.Kind.SALE: gettext_lazy("%(partner)s doubts a sale"),
    Claim.Kind.SETTLEMENT: gettext_lazy("%(partner)s doubts a settled amount"),
}
"""What a question begins with."""
HEADLINES: Mapping[str, Text] = {
    ClaimMessage.Step.REPLIED: gettext_lazy("%(partner)s has written to you"),
    ClaimMessage.Step.ASKED_BACK: gettext_lazy("%(vendor)s has a question for you"),
    ClaimMessage.Step.ACCEPTED: gettext_lazy("%(vendor)s agrees with you"),
    ClaimMessage.Step.DECLINED: gettext_lazy("%(vendor)s has declined your question"),
}
"""What each further step is called."""


def _headline(*, step: str, kind: str, names: Mapping[str, str]) -> Sentence:
    return Sentence(MISSES[kind] if step == ClaimMessage.Step.ASKED else HEADLINES[step], names)


title: Callable[[Claim], str] = lazy(title_of, str)
until: Callable[[Any], str] = lazy(formats.date_long, str)


def told(*, claim: Claim, message: ClaimMessage) -> Mapping[str, Any]:
    """What the other side is told about a message."""
    step = message.step
    if message.of_vendor:
        page = reverse("sales:partner-claim", args=[claim.partner.number, claim.pk])
    else:
        page = reverse("sales:vendor-claim", args=[claim.vendor.slug, claim.pk])
    names = {"partner": claim.partner.name, "vendor": claim.vendor.name}
    return {
        "headline": _headline(step=step, kind=claim.kind, names=names),
        "on_behalf": OnBehalf(claim.vendor_id, names),
        "about": title(claim),
        "text": message.text,
        "file_name": message.file_name,
        "due": "" if message.of_vendor else until(claim.due_on),
        "url": settings.PORTAL_URL + page,
    }


def sample(step: str) -> Callable[[], Mapping[str, Any]]:
    """Sample data of the mail about one step."""

    def context() -> Mapping[str, Any]:
        names = {"partner": "Elbtal Systemhaus GmbH", "vendor": mail_samples.vendor()}
        return {
            "headline": _headline(step=step, kind=Claim.Kind.MISSING, names=names),
            "on_behalf": OnBehalf(0, names),
            "about": "R-1005, 21HM, Allnet",
            "text": "Could you send us the delivery note?",
            "file_name": "",
            "due": "",
            "url": settings.PORTAL_URL,
        }

    return context


def register() -> None:
    kinds: tuple[tuple[str, Text, str], ...] = (
        (ASKED, gettext_lazy("a partner asks about a sale or an amount"), ClaimMessage.Step.ASKED),
        (REPLIED, gettext_lazy("a partner writes about its question"), ClaimMessage.Step.REPLIED),
        (ASKED_BACK, gettext_lazy("a vendor asks back"), ClaimMessage.Step.ASKED_BACK),
        (ANSWERED, gettext_lazy("a question is answered"), ClaimMessage.Step.ACCEPTED),
    )
    for order, (key, label, step) in enumerate(kinds, start=20):
        to_vendor = key in (ASKED, REPLIED)
        registry.mails.register(
            MailKind(
                key, label, "claim", sample(step), order=order, group=gettext_lazy("Questions"),
                to=gettext_lazy("the vendor’s channel managers") if to_vendor else gettext_lazy("who has asked"),
                placeholders=() if to_vendor else ("partner", "vendor"),
                choices=AS_NOTICE, scope=VENDOR if to_vendor else PARTNER,
            )
        )  # fmt: skip
