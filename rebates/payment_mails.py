"""The mails about payments: to the partner, what was paid and what came back; to finance, what waits for approval."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import date
from decimal import Decimal
from typing import Any

from django.conf import settings
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from common import mail_samples, registry
from common.access import PARTNER, VENDOR
from common.mail_choices import AS_NOTICE
from common.registry import MailKind, Text
from partners.ibans import masked
from rebates.mails import PARTNERS_MONEY, REBATES, TOLD, amount_on_behalf
from rebates.models import Payment, PaymentRun

PAID, CAME_BACK, RUN_WAITS = "payment_paid", "payment_came_back", "payment_run_waits"


def about(*, payment: Payment, advice: Text) -> Mapping[str, Any]:
    """What the partner is told about a payment that was answered. `advice`: what to do about one that came back."""
    vendor, number = payment.run.vendor, payment.partner.number
    page = reverse("rebates:account-with", args=[number, vendor.slug, payment.currency])
    told: dict[str, Any] = {
        "vendor": vendor.name,
        "partner": payment.partner.name,
        "amount": payment.amount,
        "currency": payment.currency,
        "iban": masked(payment.iban),
        "day": payment.value_date,
        "advice": advice,
        "account_stays": payment.account_stays,
        "url": settings.PORTAL_URL + page,
        "account_url": settings.PORTAL_URL + reverse("partners:bank-account", args=[number]),
    }
    return {**told, "on_behalf": amount_on_behalf(told, vendor.pk)}


def about_sample() -> Mapping[str, Any]:
    told: dict[str, Any] = {
        "vendor": mail_samples.vendor(),
        "partner": "Morgenbrück GmbH",
        "amount": Decimal("170.00"),
        "currency": "EUR",
        "iban": "DE89 •••• 3000",
        "day": date(2026, 11, 9),
        "advice": _("The account is closed. Please name another one."),
        "account_stays": False,
        "url": settings.PORTAL_URL,
        "account_url": settings.PORTAL_URL,
    }
    return {**told, "on_behalf": amount_on_behalf(told, 0)}


def run_waits(*, run: PaymentRun) -> Mapping[str, Any]:
    """What finance is told about a run that two of them have to approve."""
    return {
        "vendor": run.vendor.name,
        "number": run.number,
        "count": run.count,
        "amount": run.total,
        "currency": run.currency,
        "day": run.pay_on,
        "url": settings.PORTAL_URL + reverse("rebates:payment-run", args=[run.vendor.slug, run.number]),
    }


def run_waits_sample() -> Mapping[str, Any]:
    return {
        "vendor": mail_samples.vendor(),
        "number": 3,
        "count": 47,
        "amount": Decimal("12345.60"),
        "currency": "EUR",
        "day": date(2026, 11, 9),
        "url": settings.PORTAL_URL,
    }


def register() -> None:
    placeholders = ("partner", "vendor", "amount")
    kinds = (
        MailKind(
            PAID, _("a payment is made"), PAID, about_sample, to=PARTNERS_MONEY, order=13, placeholders=placeholders,
            choices=AS_NOTICE, scope=PARTNER, roles=TOLD,
        ),
        MailKind(
            CAME_BACK, _("a payment came back"), CAME_BACK, about_sample, to=PARTNERS_MONEY, order=14,
            placeholders=placeholders,
        ),
        MailKind(
            RUN_WAITS, _("payments wait for approval"), RUN_WAITS, run_waits_sample, order=15,
            to=_("everybody at the vendor who may approve them"), choices=AS_NOTICE, scope=VENDOR,
        ),
    )  # fmt: skip
    for kind in kinds:
        registry.mails.register(replace(kind, group=REBATES, resend_when_uncertain=True))
