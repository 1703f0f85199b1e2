"""`explain_balance PARTNER VENDOR`: what is owed, and every closing, adjustment and person that made it so."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.utils import timezone

from common.access import Actor
from common.management.arguments import named
from common.models import User
from partners.ibans import masked
from partners.models import Partner
from programs.models import Vendor
from rebates.accounts import Balance, balances
from rebates.models import LedgerEntry, ManualAdjustment, Payment, Settlement
from rebates.owing import Change, Step, account_of


class Command(BaseCommand):
    help = "Says what a vendor owes a partner, by currency, and how that came about. It changes nothing."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("partner", help="number of the partner")
        parser.add_argument("vendor", help="short name of the vendor")
        parser.add_argument("--json", action="store_true", help="print one JSON object")

    def handle(self, *args: Any, partner: str, vendor: str, **options: Any) -> None:
        owing = named(Vendor, vendor)
        owed = Partner.objects.filter(number=partner).first()
        if owed is None:
            raise CommandError(f"There is no partner with the number “{partner}”.")
        found = balances(vendor=owing, actor=Actor.system(), partners=[owed.pk])
        accounts = {
            balance: account_of(vendor=owing, partner=owed, actor=Actor.system(), currency=balance.currency)
            for balance in found
        }
        if options["json"]:
            parts = [_as_json(balance, steps) for balance, steps in accounts.items()]
            self.stdout.write(json.dumps({"vendor": owing.slug, "partner": owed.number, "accounts": parts}))
            return
        if not accounts:
            self.stdout.write(f"Nothing was ever booked between {owing.name} and {owed.name} ({owed.number}).")
        for balance, steps in accounts.items():
            self._tell(owing, balance, steps)

    def _tell(self, vendor: Vendor, balance: Balance, steps: list[Step]) -> None:
        currency, partner = balance.currency, balance.partner
        self.stdout.write(f"{vendor.name} and {partner.name} ({partner.number}): balance {balance.net} {currency}")
        amounts = ", ".join(f"{name.replace('_', ' ')} {amount}" for name, amount in _amounts(balance).items())
        self.stdout.write(f"{amounts}\n\n")
        for step in steps:
            day = timezone.localtime(step.entry.booked_at).date().isoformat()
            figures = f"{step.amount:+.2f} {currency}".rjust(18) + f"{step.balance:.2f}".rjust(16)
            self.stdout.write(f"{day}{figures}  {step.entry.get_kind_display()}")
            for name, value in _cause(step).items():
                self.stdout.write(f"{'':12}{name.replace('_', ' ')}: {value}")
        self.stdout.write("")


def _amounts(balance: Balance) -> dict[str, str]:
    return {name: str(getattr(balance, name)) for name in ("owed", "carried", "in_payment", "paid")}


def _as_json(balance: Balance, steps: list[Step]) -> dict[str, Any]:
    movements = [
        {
            "key": step.entry.key,
            "kind": step.entry.kind,
            "booked_at": timezone.localtime(step.entry.booked_at).isoformat(),
            "amount": str(step.amount),
            "balance": str(step.balance),
            **_cause(step),
        }
        for step in steps
    ]
    return {
        "currency": balance.currency, "balance": str(balance.net), **_amounts(balance), "movements": movements,
    }  # fmt: skip


def _cause(step: Step) -> Mapping[str, Any]:
    """What a booking goes back to, by name."""
    entry, found = step.entry, dict[str, Any]()
    if entry.settlement is not None:
        found |= _of_settlement(entry.settlement, step.change)
    elif entry.adjustment is not None and entry.kind == LedgerEntry.Kind.MANUAL:
        found |= _of_person(entry.adjustment)
    elif entry.adjustment is not None:
        found["because_of"] = f"the manual adjustment “{entry.adjustment.reason}”"
    elif entry.payment is not None and entry.kind == LedgerEntry.Kind.CARRY:
        found["because_of"] = f"the payment {entry.payment.end_to_end_id}"
    elif entry.payment is not None:
        found |= _of_payment(entry.payment)
    elif entry.closing is not None:
        found["because_of"] = f"the closing {entry.closing.period} of {entry.closing.program.slug}"
    if step.carried:
        found["carried_forward" if step.carried > 0 else "set_off"] = str(abs(step.carried))
    return found


def _of_settlement(settlement: Settlement, change: Change | None) -> dict[str, Any]:
    closing, terms = settlement.closing, settlement.terms
    found = {
        "closing": f"{closing.period} of {closing.program.slug}",
        "terms": f"{terms.code}, version {terms.version}",
        "period": settlement.period,
        "attainment": str(settlement.attainment),
        "result": str(settlement.result),
    }
    if change is not None:
        before = change.before
        found["before"] = f"result {before.result} at {before.attainment}, closing {before.closing.period}"
        lines = [
            f"{line.document_number} of {line.counts_on.isoformat()}: {line.quantity:f} × {line.product.article}"
            f" reported by {line.distributor.name}"
            for line in change.lines
        ]
        found["booked_since"] = "; ".join(lines) or "no sale: a tier, a status, an agreement or the terms changed"
    return found


def _of_payment(payment: Payment) -> dict[str, Any]:
    found = {
        "run": str(payment.run.number),
        "payment": payment.end_to_end_id,
        "account": masked(payment.iban),
        "state": payment.state,
        "pay_on": payment.run.pay_on.isoformat(),
    }
    if payment.value_date is not None:
        found["value_date"] = payment.value_date.isoformat()
    return found


def _of_person(adjustment: ManualAdjustment) -> dict[str, Any]:
    found = {"reason": adjustment.reason, "program": adjustment.program.slug, "proof": adjustment.proof_name}
    found["proposed"] = _by(adjustment.requested_by, adjustment.requested_at)
    if adjustment.decided_by is not None:
        found["booked"] = _by(adjustment.decided_by, adjustment.decided_at)
    return found


def _by(person: User, moment: Any) -> str:
    return f"{timezone.localtime(moment).date().isoformat()} by {person.name}"
