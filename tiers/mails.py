"""What partners are told about their tier, and when. They share the template of applications."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.conf import settings
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from common import mail_samples, registry
from common.access import PARTNER
from common.mail_choices import AS_NOTICE
from common.mail_sentences import Sentence
from common.mail_words import OnBehalf
from common.registry import MailKind, Text
from partners.models import Member, Partner
from programs.criteria import Criterion, Measurement
from programs.models import Program
from programs.texts import sentence_of

TOLD = (Member.Role.OWNER, Member.Role.SALES)
RISEN, NOTICE, RECOVERED, FALLEN, DECIDED = "tier-risen", "tier-notice", "tier-recovered", "tier-fallen", "tier-decided"

HEADLINES: Mapping[str, Text] = {
    RISEN: gettext_lazy("You are now %(tier)s in %(program)s"),
    NOTICE: gettext_lazy("Your tier %(before)s in %(program)s ends on %(day)s unless something is done"),
    RECOVERED: gettext_lazy("You keep your tier %(before)s in %(program)s"),
    FALLEN: gettext_lazy("From %(day)s your tier in %(program)s is %(tier)s"),
    DECIDED: gettext_lazy("%(vendor)s has set your tier in %(program)s to %(tier)s"),
}
NEXT: Mapping[str, Text] = {
    RISEN: gettext_lazy(
        "From today the benefits and rates of %(tier)s hold for you. Sales until yesterday stay as they are."
    ),
    NOTICE: gettext_lazy(
        "If all of it is met again before %(day)s, nothing changes and the notice ends by itself. Otherwise your tier "
        "is %(tier)s from that day on. Sales until then count with %(before)s."
    ),
    RECOVERED: gettext_lazy("Everything that your tier asks for is met again. You need not do anything."),
    FALLEN: gettext_lazy(
        "Sales from that day on count with %(tier)s. When you meet the requirements of a higher tier again, you rise."
    ),
    DECIDED: gettext_lazy("It holds until %(day)s. After that your tier follows the requirements again."),
}  # fmt: skip


@dataclass(frozen=True)
class Missing:
    """What the tier held asks for and is not met, each with what is to be done."""

    program: Program
    criteria: Sequence[tuple[Criterion, Measurement]]

    def __str__(self) -> str:
        lines = [
            f"{sentence_of(each, self.program)}: {each.kind.advice(each.params, self.program, measured)}"
            for each, measured in self.criteria
        ]
        return "\n".join([_("No longer met:"), *lines])

    def __bool__(self) -> bool:
        return bool(self.criteria)


def told(
    *, kind: str, program: Program, values: Mapping[str, str | date | None], text: object, partner: Partner
) -> Mapping[str, Any]:
    """What a mail of this kind says. `text`: what is missing, or a person's reason."""
    around = {"program": program.name, "vendor": program.vendor.name, "partner": partner.name, **values}
    return {
        "headline": Sentence(HEADLINES[kind], around),
        "on_behalf": OnBehalf(program.vendor_id, around),
        "text": text or "",
        "next_step": Sentence(NEXT[kind], around),
        "url": settings.PORTAL_URL + reverse("tiers:way", args=[partner.number, program.slug]),
    }


def _sample(kind: str) -> Callable[[], Mapping[str, Any]]:
    def context() -> Mapping[str, Any]:
        values: dict[str, str | date | None] = {
            "program": mail_samples.program(), "vendor": mail_samples.vendor(), "partner": "Elbtal Systemhaus GmbH",
            "tier": "Silver", "before": "Gold", "day": date(2027, 2, 24),
        }  # fmt: skip
        return {
            "headline": Sentence(HEADLINES[kind], values),
            "on_behalf": OnBehalf(0, values),
            "text": _("20,000 € annual revenue: 4,200 € are missing.") if kind == NOTICE else "",
            "next_step": Sentence(NEXT[kind], values),
            "url": settings.PORTAL_URL,
        }

    return context


_NAMES = ("partner", "vendor", "program")
PLACEHOLDERS: Mapping[str, tuple[str, ...]] = {
    RISEN: (*_NAMES, "tier"),
    NOTICE: (*_NAMES, "before", "tier", "day"),
    RECOVERED: (*_NAMES, "before"),
    FALLEN: (*_NAMES, "tier", "day"),
    DECIDED: (*_NAMES, "tier"),
}


def register() -> None:
    for order, (key, label) in enumerate(
        (
            (RISEN, gettext_lazy("a partner has risen to a tier")),
            (NOTICE, gettext_lazy("a tier will be lost")),
            (RECOVERED, gettext_lazy("a tier is no longer at risk")),
            (FALLEN, gettext_lazy("a tier was lost")),
            (DECIDED, gettext_lazy("a vendor has decided a tier")),
        ),
        start=60,
    ):
        registry.mails.register(
            MailKind(
                key, label, "application", _sample(key), resend_when_uncertain=True, order=order,
                group=gettext_lazy("Tiers"), to=gettext_lazy("the partner’s owners and sales"),
                placeholders=PLACEHOLDERS[key], choices=AS_NOTICE, scope=PARTNER, roles=TOLD,
            )
        )  # fmt: skip
