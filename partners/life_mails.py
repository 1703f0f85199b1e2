"""The mails about what happens to a company that takes part already. They share the template of applications."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date
from typing import Any

from django.conf import settings
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from common import mail_samples, registry
from common.access import VENDOR
from common.mail_choices import AS_NOTICE
from common.mail_sentences import Sentence
from common.mail_words import OnBehalf
from common.registry import MailKind, Text
from partners.models import ParticipationStep, Succession

Step = ParticipationStep.Step
SUSPENDED, RESUMED = "participation-suspended", "participation-resumed"
ENDED, LEFT = "participation-ended", "participation-left"
OF_STEP = {Step.SUSPENDED: SUSPENDED, Step.RESUMED: RESUMED, Step.ENDED: ENDED}

ASKED, APPROVED, REFUSED = "company-change-asked", "company-change-approved", "company-change-refused"
DECIDED, WITHDRAWN = "company-change-decided", "company-change-withdrawn"
MERGED = "partners-merged"

HEADLINES: Mapping[str, Text] = {
    SUSPENDED: _("%(vendor)s suspends your participation in %(program)s from %(day)s"),
    RESUMED: _("You take part in %(program)s again from %(day)s"),
    ENDED: _("%(vendor)s ends your participation in %(program)s on %(day)s"),
    LEFT: _("%(partner)s leaves %(program)s on %(day)s"),
    MERGED: _("%(partner)s goes on as %(target)s with %(vendor)s from %(day)s"),
    ASKED: _("%(partner)s asks to change its company data"),
    APPROVED: _("%(vendor)s has approved the change of your company data"),
    REFUSED: _("%(vendor)s has refused the change of your company data"),
    DECIDED: _("%(vendor)s has decided the change of %(partner)s"),
    WITHDRAWN: _("%(partner)s no longer asks to change its company data"),
}
NEXT: Mapping[str, Text] = {
    SUSPENDED: _(
        "What you have earned until then stays owed and is settled as usual. Sales from that day on earn nothing while "
        "the participation is suspended."
    ),
    RESUMED: _("Sales from that day on count for rebates again."),
    ENDED: _(
        "What you have earned until then stays owed and is settled as usual. Sales from that day on earn nothing."
    ),
    MERGED: _(
        "Sales from that day on count for %(target)s. What was earned before stays as it is and is settled as usual."
    ),
    ASKED: _("Please decide by %(day)s. Any vendor with which the company takes part can decide."),
    APPROVED: _("Name, VAT id and country now stand in the portal as you have asked."),
    REFUSED: _("Your company data stays as it is. If something has changed, you can ask again."),
    DECIDED: _("You need not do anything."),
    WITHDRAWN: _("You need not do anything."),
    LEFT: _("What was earned until then stays owed and is settled as usual. Sales from that day on earn nothing."),
}


def told(*, kind: str, values: Mapping[str, str | date], text: str, url: str, vendor_id: int) -> Mapping[str, Any]:
    """What a mail of this kind says. `text`: what somebody wrote, if anything; `url`: where it stands.

    `vendor_id`: whose matter it is.
    """
    return {
        "headline": Sentence(HEADLINES[kind], values),
        "on_behalf": OnBehalf(vendor_id, values),
        "text": text,
        "next_step": Sentence(NEXT[kind], values),
        "url": settings.PORTAL_URL + url,
    }


def participation_told(*, kind: str, step: ParticipationStep) -> Mapping[str, Any]:
    program, partner = step.enrolment.program, step.enrolment.partner
    if kind == LEFT:
        url = reverse("partners:detail", args=[program.vendor.slug, partner.number])
    else:
        url = reverse("partners:programs", args=[partner.number])
    values: dict[str, str | date] = {
        "vendor": program.vendor.name,
        "program": program.name,
        "partner": partner.name,
        "day": step.on,
    }
    return told(kind=kind, values=values, text=step.reason, url=url, vendor_id=program.vendor_id)


def merged_told(*, succession: Succession) -> Mapping[str, Any]:
    names = {"vendor": succession.vendor.name, "partner": succession.source.name, "target": succession.target.name}
    values: dict[str, str | date] = {**names, "day": succession.on}
    return told(kind=MERGED, values=values, text=succession.reason, url="/", vendor_id=succession.vendor_id)


def sample(kind: str) -> Callable[[], Mapping[str, Any]]:
    def context() -> Mapping[str, Any]:
        values: dict[str, str | date] = {
            "vendor": mail_samples.vendor(),
            "program": mail_samples.program(),
            "partner": "Elbtal Systemhaus GmbH",
            "target": "Rheinblick IT GmbH",
            "day": date(2026, 12, 1),
        }
        return told(kind=kind, values=values, text="We have agreed on this by telephone.", url="/", vendor_id=0)

    return context


_NAMES = ("partner", "vendor")
PLACEHOLDERS: Mapping[str, tuple[str, ...]] = {
    **dict.fromkeys((SUSPENDED, RESUMED, ENDED), (*_NAMES, "program", "day")),
    MERGED: (*_NAMES, "target", "day"),
    **dict.fromkeys((APPROVED, REFUSED), _NAMES),
}
"""Of those that a vendor's decision makes, what its own words may name."""
_OWNERS: Text = _("the partner’s owners")
_MANAGERS: Text = _("the vendor’s channel managers")
TO: Mapping[str, Text] = {
    MERGED: _("the owners of both companies"),
    **dict.fromkeys((APPROVED, REFUSED), _("who has asked")),
    **dict.fromkeys((LEFT, ASKED, DECIDED, WITHDRAWN), _MANAGERS),
}
"""Who gets it, where that is not the partner's owners."""


def register() -> None:
    kinds: tuple[tuple[str, Text], ...] = (
        (SUSPENDED, _("a participation is suspended")),
        (RESUMED, _("a participation goes on")),
        (ENDED, _("a vendor ends a participation")),
        (LEFT, _("a partner leaves a program")),
        (MERGED, _("a partner goes on as another one")),
        (ASKED, _("a company asks to change its data")),
        (APPROVED, _("a change of company data is approved")),
        (REFUSED, _("a change of company data is refused")),
        (DECIDED, _("another vendor has decided a change of company data")),
        (WITHDRAWN, _("a company no longer asks to change its data")),
    )
    for order, (key, label) in enumerate(kinds, start=30):
        to_vendor = TO.get(key) is _MANAGERS
        # Money depends on it: nobody should learn of it from an amount that is missing.
        registry.mails.register(
            MailKind(
                key, label, "application", sample(key), resend_when_uncertain=True, order=order,
                group=_("Companies and participation"), to=TO.get(key, _OWNERS), placeholders=PLACEHOLDERS.get(key, ()),
                choices=AS_NOTICE if to_vendor else (), scope=VENDOR if to_vendor else "",
            )
        )  # fmt: skip
