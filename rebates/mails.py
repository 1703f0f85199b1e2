"""The mails about rebates."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.conf import settings
from django.urls import reverse
from django.utils.functional import lazy
from django.utils.translation import gettext_lazy as _

from common import registry
from common.periods import Period
from common.registry import MailKind, Text
from rebates.explaining import period_name
from rebates.models import Closing, Settlement

SETTLED = "settled"

in_words = lazy(period_name, str)
"""A period's name in the language of whoever reads it: the context is made before the recipient is known."""


@dataclass(frozen=True)
class Part:
    """A line of the mail: which rebate, for which period, how much."""

    terms: str
    period: Text
    amount: Decimal
    adjustment: bool


def settled(*, closing: Closing, settlements: Sequence[Settlement], partner_number: str) -> Mapping[str, Any]:
    """What the partner is told: the sum, the settlements it is made of, and where they are explained."""
    return {
        "vendor": closing.program.vendor.name,
        "program": closing.program.name,
        "period": in_words(Period.parse(closing.period)),
        "currency": closing.program.currency,
        "total": sum((settlement.amount for settlement in settlements), Decimal("0.00")),
        "parts": [
            Part(
                each.terms.name,
                in_words(Period.parse(each.period)),
                each.amount,
                each.period != closing.period,
            )
            for each in settlements
        ],
        "url": settings.PORTAL_URL + reverse("partner-dashboard", args=[partner_number]),
    }


def settled_sample() -> Mapping[str, Any]:
    return {
        "vendor": "Lenovo",
        "program": "Top-Seller Loyalty",
        "period": in_words(Period.parse("2026Q3")),
        "currency": "EUR",
        "total": Decimal("170.00"),
        "parts": [
            Part("Top-seller rebate", in_words(Period.parse("2026Q2")), Decimal("50.00"), adjustment=True),
            Part("Top-seller rebate", in_words(Period.parse("2026Q3")), Decimal("120.00"), adjustment=False),
        ],
        "url": settings.PORTAL_URL,
    }


def register() -> None:
    registry.mails.register(
        MailKind(SETTLED, _("a rebate is settled"), "settled", settled_sample, resend_when_uncertain=True, order=10)
    )
