"""The mails about rebates."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal
from typing import Any

from django.conf import settings
from django.urls import reverse
from django.utils.functional import lazy
from django.utils.translation import gettext_lazy as _

from common import formats, mail_samples, registry
from common.access import PARTNER
from common.mail_choices import AS_NOTICE
from common.mail_words import OnBehalf
from common.models import User
from common.money import ZERO
from common.period_names import period_name
from common.periods import Period
from common.registry import MailKind, Text
from partners.models import Member, Partner
from programs.models import Vendor
from rebates.models import Breach, Closing, ManualAdjustment, Settlement

SETTLED, ADJUSTED = "settled", "adjusted"
HALTED = "ledger_halted"
TOLD = (Member.Role.OWNER, Member.Role.FINANCE)
REBATES: Text = _("Rebates and payments")
PARTNERS_MONEY: Text = _("the partner’s owners and bookkeeping")

MOST_NAMED = 5
"""Mistakes that the mail names; the page has all of them."""

in_words = lazy(period_name, str)
"""A period's name in the language of whoever reads it: the context is made before the recipient is known."""
in_money = lazy(formats.money, str)


@dataclass(frozen=True)
class Part:
    """A line of the mail: which rebate, for which period, how much."""

    terms: str
    period: Text
    amount: Decimal
    adjustment: bool
    url: str


def told(*, partners: Iterable[int]) -> Mapping[int, list[User]]:
    """Who is told about money, per partner: owners and bookkeeping, each person once."""
    members = Member.objects.filter(partner__in=partners, role__in=TOLD, left_on__isnull=True, user__is_active=True)
    people: dict[int, dict[int, User]] = defaultdict(dict)
    for member in members.select_related("user").order_by("user_id"):
        people[member.partner_id][member.user_id] = member.user
    return {partner: list(found.values()) for partner, found in people.items()}


def settled(
    *, closing: Closing, settlements: Sequence[Settlement], partner: Partner, set_off: Decimal
) -> Mapping[str, Any]:
    """What the partner is told: the sum, the settlements it is made of, where they are explained, and its account.

    `set_off`: so much of the sum is not paid, because it was credited too much before.
    """
    program = closing.program
    parts = [_part(closing, settlement, partner.number) for settlement in settlements]
    overview = settings.PORTAL_URL + reverse("rebates:partner-rebates", args=[partner.number])
    account = reverse("rebates:account-with", args=[partner.number, program.vendor.slug, program.currency])
    told: dict[str, Any] = {
        "vendor": program.vendor.name,
        "program": program.name,
        "period": in_words(Period.parse(closing.period)),
        "currency": program.currency,
        "total": (total := sum((part.amount for part in parts), ZERO)),
        "set_off": set_off,
        "to_pay": total - set_off,
        "parts": parts,
        "promised_on": closing.promised_on,
        "url": parts[0].url if len(parts) == 1 else overview,
        "account_url": settings.PORTAL_URL + account,
    }
    return {**told, "on_behalf": _settled_on_behalf(told, program.vendor_id, partner.name)}


def _settled_on_behalf(told: Mapping[str, Any], vendor_id: int, partner: str) -> OnBehalf:
    names = {name: told[name] for name in ("vendor", "program", "period")}
    return OnBehalf(vendor_id, {**names, "partner": partner, "amount": in_money(told["total"], told["currency"])})


def amount_on_behalf(told: Mapping[str, Any], vendor_id: int) -> OnBehalf:
    """Of a mail that tells the partner an amount."""
    amount = in_money(told["amount"], told["currency"])
    return OnBehalf(vendor_id, {"vendor": told["vendor"], "partner": told["partner"], "amount": amount})


def _part(closing: Closing, settlement: Settlement, partner_number: str) -> Part:
    terms, period = settlement.terms, settlement.period
    page = reverse("rebates:explained", args=[partner_number, closing.program.slug, terms.code, period])
    adjustment = period != closing.period
    return Part(terms.name, in_words(Period.parse(period)), settlement.amount, adjustment, settings.PORTAL_URL + page)


def settled_sample() -> Mapping[str, Any]:
    told: dict[str, Any] = {
        "vendor": mail_samples.vendor(),
        "program": "Top-Seller Loyalty",
        "period": in_words(Period.parse("2026Q3")),
        "currency": "EUR",
        "total": Decimal("170.00"),
        "set_off": ZERO,
        "to_pay": Decimal("170.00"),
        "parts": [
            Part("Top-seller rebate", in_words(Period.parse("2026Q2")), Decimal("50.00"), True, settings.PORTAL_URL),
            Part("Top-seller rebate", in_words(Period.parse("2026Q3")), Decimal("120.00"), False, settings.PORTAL_URL),
        ],
        "promised_on": date(2026, 10, 29),
        "url": settings.PORTAL_URL,
        "account_url": settings.PORTAL_URL,
    }
    return {**told, "on_behalf": _settled_on_behalf(told, 0, "Elbtal Systemhaus GmbH")}


def halted(*, vendor: Vendor, breaches: Sequence[Breach]) -> Mapping[str, Any]:
    """What finance is told: which rules are broken and where, and the page on which the money work is released."""
    return {
        "vendor": vendor.name,
        "breaches": [{"rule": Breach.Rule(each.rule).label, "where": each.where} for each in breaches[:MOST_NAMED]],
        "url": settings.PORTAL_URL + reverse("rebates:ledger", args=[vendor.slug]),
    }


def halted_sample() -> Mapping[str, Any]:
    return {
        "vendor": mail_samples.vendor(),
        "breaches": [{"rule": Breach.Rule.BOOKED.label, "where": "2026Q3 topseller-loyalty 2B3C4D5F 2026Q3"}],
        "url": settings.PORTAL_URL,
    }


def adjusted(*, adjustment: ManualAdjustment) -> Mapping[str, Any]:
    """What the partner is told about an adjustment made by hand."""
    program, partner = adjustment.program, adjustment.partner
    account = reverse("rebates:account-with", args=[partner.number, program.vendor.slug, adjustment.currency])
    told: dict[str, Any] = {
        "vendor": program.vendor.name,
        "program": program.name,
        "amount": adjustment.amount,
        "currency": adjustment.currency,
        "reason": adjustment.reason,
        "url": settings.PORTAL_URL + account,
    }
    return {**told, "on_behalf": _adjusted_on_behalf(told, program.vendor_id, partner.name)}


def _adjusted_on_behalf(told: Mapping[str, Any], vendor_id: int, partner: str) -> OnBehalf:
    amount = in_money(told["amount"], told["currency"], signed=True)
    return OnBehalf(
        vendor_id, {"vendor": told["vendor"], "program": told["program"], "partner": partner, "amount": amount}
    )


def adjusted_sample() -> Mapping[str, Any]:
    told: dict[str, Any] = {
        "vendor": mail_samples.vendor(),
        "program": "Top-Seller Loyalty",
        "amount": Decimal("75.00"),
        "currency": "EUR",
        "reason": "Three devices of the spring campaign were returned by mistake",
        "url": settings.PORTAL_URL,
    }
    return {**told, "on_behalf": _adjusted_on_behalf(told, 0, "Elbtal Systemhaus GmbH")}


def register() -> None:
    kinds = (
        MailKind(
            SETTLED, _("a rebate is settled"), "settled", settled_sample, group=REBATES, to=PARTNERS_MONEY, order=10,
            choices=AS_NOTICE, scope=PARTNER, roles=TOLD,
            placeholders=("partner", "vendor", "program", "period", "amount"),
        ),
        MailKind(
            HALTED, _("rebates are halted"), HALTED, halted_sample, group=REBATES, to=_("the vendor’s finance"),
            order=11,
        ),
        MailKind(
            ADJUSTED, _("an amount is corrected by hand"), "adjusted", adjusted_sample, group=REBATES,
            to=PARTNERS_MONEY, order=12, choices=AS_NOTICE, scope=PARTNER, roles=TOLD,
            placeholders=("partner", "vendor", "program", "amount"),
        ),
    )  # fmt: skip
    for kind in kinds:
        registry.mails.register(replace(kind, resend_when_uncertain=True))
