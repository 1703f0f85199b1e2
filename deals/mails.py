"""What is told about deals, and to whom. They share the template of applications."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.conf import settings
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from common import formats, mail_samples, registry
from common.access import PARTNER, VENDOR
from common.mail_choices import AS_NOTICE
from common.mail_words import OnBehalf
from common.registry import MailKind, Text
from deals.models import Deal, DealStep, Extension
from deals.wording import ALREADY_PROTECTED, title_of

Step = DealStep.Step
WAITS, OVERDUE = "deal-waits", "deal-overdue"
ENTERED, ASKED_BACK, DECIDED, REMINDER, LAPSED = (
    "deal-entered", "deal-asked-back", "deal-decided", "deal-reminder", "deal-lapsed",
)  # fmt: skip
TO_VENDOR = (WAITS, OVERDUE)
KINDS: Mapping[str, str] = {
    Step.SUBMITTED: WAITS, Step.REPLIED: WAITS, Step.EXTENSION_ASKED: WAITS, Step.ESCALATED: OVERDUE,
    Step.ASKED_BACK: ASKED_BACK, Step.APPROVED: DECIDED, Step.REFUSED: DECIDED, Step.DUPLICATE: DECIDED,
    Step.EXTENDED: DECIDED, Step.EXTENSION_REFUSED: DECIDED, Step.REMINDED: REMINDER, Step.LAPSED: LAPSED,
}  # fmt: skip
"""Other steps are read in the portal."""
_NO_UPDATE: Text = gettext_lazy("There was no update in time. If the project goes on, please register it once more.")
_EXPIRED: Text = gettext_lazy("Its time is over. If the project goes on, please register it once more.")
HEADLINES: Mapping[str, Text] = {
    Step.SUBMITTED: gettext_lazy("%(partner)s has registered a deal: %(title)s"),
    Step.REPLIED: gettext_lazy("%(partner)s has answered about its deal: %(title)s"),
    Step.EXTENSION_ASKED: gettext_lazy("%(partner)s asks for longer protection: %(title)s"),
    Step.ESCALATED: gettext_lazy("The decision about a deal is overdue: %(title)s"),
    Step.ASKED_BACK: gettext_lazy("%(vendor)s has a question about your deal: %(title)s"),
    Step.APPROVED: gettext_lazy("%(vendor)s protects your deal: %(title)s"),
    Step.REFUSED: gettext_lazy("%(vendor)s has refused your deal: %(title)s"),
    Step.DUPLICATE: gettext_lazy("%(vendor)s has decided about your deal: %(title)s"),
    Step.EXTENDED: gettext_lazy("%(vendor)s protects your deal for longer: %(title)s"),
    Step.EXTENSION_REFUSED: gettext_lazy("%(vendor)s does not protect your deal for longer: %(title)s"),
    Step.REMINDED: gettext_lazy("Please tell %(vendor)s how your deal stands: %(title)s"),
    Step.LAPSED: gettext_lazy("The protection of your deal has lapsed: %(title)s"),
    ENTERED: gettext_lazy("%(vendor)s has registered a deal for you: %(title)s"),
}
NEXT: Mapping[str, Text] = {
    Step.SUBMITTED: gettext_lazy("Please decide by %(day)s."),
    Step.REPLIED: gettext_lazy("Please decide by %(day)s."),
    Step.EXTENSION_ASKED: gettext_lazy("Until you decide, the protection does not end."),
    Step.ESCALATED: gettext_lazy("It was due on %(day)s, and %(partner)s is waiting for it."),
    Step.ASKED_BACK: gettext_lazy("As soon as you have answered, the vendor’s two business days begin anew."),
    Step.APPROVED: gettext_lazy("It is protected until %(last)s. Please write an update by %(update)s."),
    Step.REFUSED: gettext_lazy("You can change it and register it once more."),
    Step.DUPLICATE: ALREADY_PROTECTED,
    Step.EXTENDED: gettext_lazy("It is protected until %(last)s."),
    Step.EXTENSION_REFUSED: gettext_lazy("It stays protected until %(last)s."),
    Step.REMINDED: gettext_lazy("Two sentences are enough. Without an update by %(update)s the protection lapses."),
    ENTERED: gettext_lazy("Please look at it and complete what is missing."),
}
WITHOUT_UPDATE: Mapping[str, Text] = {
    Step.APPROVED: NEXT[Step.EXTENDED],
    Step.REMINDED: gettext_lazy(
        "It is protected until %(last)s. Please say by then how it ended, or ask for longer protection."
    ),
}
"""What comes next where no update is due before the protection ends."""


@dataclass(frozen=True)
class Line:
    """Written when the mail is, in the recipient's language. Days are dates in `values`."""

    text: Text
    values: Mapping[str, object]

    def __str__(self) -> str:
        said = {name: formats.date_long(each) if isinstance(each, date) else each for name, each in self.values.items()}
        return str(self.text) % said


def told(*, deal: Deal, step: DealStep, to_partner: bool) -> Mapping[str, Any]:
    """What one side is told about a step."""
    if to_partner:
        page = reverse("deals:partner-deal", args=[deal.partner.number, deal.number])
    else:
        page = reverse("deals:vendor-deal", args=[deal.vendor.slug, deal.partner.number, deal.number])
    key = ENTERED if to_partner and step.step == Step.SUBMITTED else step.step
    values = {
        "partner": deal.partner.name, "vendor": deal.vendor.name, "title": title_of(deal),
        "day": _due_on(deal, step) or "", "last": deal.last_day or "", "update": deal.update_due_on or "",
    }  # fmt: skip
    lapsed = _NO_UPDATE if deal.lapse == Deal.Lapse.NO_UPDATE else _EXPIRED
    next_step = NEXT.get(key, lapsed) if deal.needs_update else WITHOUT_UPDATE.get(key, NEXT.get(key, lapsed))
    return _context(key, next_step, OnBehalf(deal.vendor_id, values), step.text, settings.PORTAL_URL + page)


def _due_on(deal: Deal, step: DealStep) -> date | None:
    """Until when the vendor should decide, or should have."""
    if deal.due_on is not None or step.step != Step.ESCALATED:
        return deal.due_on
    return deal.extensions.filter(state=Extension.State.OPEN).values_list("due_on", flat=True).first()


def _context(key: str, next_step: Text, on_behalf: OnBehalf, text: str, url: str) -> Mapping[str, Any]:
    headline, following = Line(HEADLINES[key], on_behalf.values), Line(next_step, on_behalf.values)
    return {"headline": headline, "on_behalf": on_behalf, "text": text, "next_step": following, "url": url}


def _sample(key: str, text: Text = "") -> Callable[[], Mapping[str, Any]]:
    def context() -> Mapping[str, Any]:
        values: dict[str, str | date] = {
            "partner": "Elbtal Systemhaus GmbH", "vendor": mail_samples.vendor(),
            "title": _("Telephones for a hospital"), "day": date(2026, 11, 26),
            "last": date(2027, 2, 22), "update": date(2026, 12, 22),
        }  # fmt: skip
        return _context(key, NEXT.get(key, _NO_UPDATE), OnBehalf(0, values), str(text), settings.PORTAL_URL)

    return context


def register() -> None:
    question = gettext_lazy("Which products does the customer use now?")
    kinds: tuple[tuple[str, Text, str, Text], ...] = (
        (WAITS, gettext_lazy("a deal waits for a decision"), Step.SUBMITTED, ""),
        (OVERDUE, gettext_lazy("a decision about a deal is overdue"), Step.ESCALATED, ""),
        (ENTERED, gettext_lazy("a vendor registers a deal for a partner"), ENTERED, ""),
        (ASKED_BACK, gettext_lazy("a vendor asks back about a deal"), Step.ASKED_BACK, question),
        (DECIDED, gettext_lazy("a deal is decided"), Step.APPROVED, ""),
        (REMINDER, gettext_lazy("an update of a deal is due"), Step.REMINDED, ""),
        (LAPSED, gettext_lazy("the protection of a deal has lapsed"), Step.LAPSED, ""),
    )
    people = {
        WAITS: gettext_lazy("the vendor’s channel managers"),
        OVERDUE: gettext_lazy("the vendor’s admins"),
        ENTERED: gettext_lazy("the partner’s owners"),
    }
    for order, (key, label, sample, text) in enumerate(kinds, start=50):
        to_vendor = key in TO_VENDOR
        registry.mails.register(
            MailKind(
                key, label, "application", _sample(sample, text), order=order, group=gettext_lazy("Deals"),
                to=people.get(key, gettext_lazy("who registered the deal")),
                placeholders=() if to_vendor else ("partner", "vendor", "title"),
                choices=AS_NOTICE, scope=VENDOR if to_vendor else PARTNER,
            )
        )  # fmt: skip
