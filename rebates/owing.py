"""Why a balance is what it is: each movement of a partner's account with the closing or the person that caused it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal

from common.access import Actor
from common.money import ZERO
from common.periods import Period
from partners.models import Partner
from programs.models import Vendor
from rebates.accounts import Account, Movement, entries_of, movements
from rebates.models import LedgerEntry, Posting, Settlement
from sales.models import SaleLine

Kind = LedgerEntry.Kind


@dataclass(frozen=True, slots=True)
class Change:
    """What an adjustment found other than the settlement before it, and the lines booked for the period in between.

    Without lines something else changed: a tier, a status, an agreement, the terms.
    """

    before: Settlement
    lines: Sequence[SaleLine]


@dataclass(frozen=True, slots=True)
class Step:
    """A booking on the account. `amount` is what it changes, `balance` what is owed afterwards, less what is carried.

    `carried`: what it moves to the balance carried forward, below zero where it is set off; that changes no balance.
    """

    entry: LedgerEntry
    amount: Decimal
    balance: Decimal
    carried: Decimal = ZERO
    change: Change | None = None


def account_of(*, vendor: Vendor, partner: Partner, actor: Actor, currency: str) -> list[Step]:
    """The account in one currency, oldest first: the figures of `accounts.movements`, with what caused them."""
    moved = {each.entry.pk: each for each in movements(vendor=vendor, partner=partner, actor=actor, currency=currency)}
    entries = entries_of(vendor=vendor, partner=partner, actor=actor).filter(currency=currency)
    carries = Posting.objects.filter(entry__in=entries.filter(kind=Kind.CARRY), account=Account.CARRIED)
    carried = dict(carries.values_list("entry", "amount"))
    steps: list[Step] = []
    for entry in entries.order_by("booked_at", "id"):
        if entry.pk in moved:
            steps.append(_moving(moved[entry.pk], carried))
        elif entry.pk in carried:
            balance = steps[-1].balance if steps else ZERO
            steps.append(Step(entry, ZERO, balance, carried[entry.pk]))
    return steps


def _moving(movement: Movement, carried: Mapping[int, Decimal]) -> Step:
    entry = movement.entry
    change = _change(entry, entry.settlement) if entry.settlement and entry.kind == Kind.ADJUSTMENT else None
    return Step(entry, movement.amount, movement.balance, carried.get(entry.pk, ZERO), change)


def _change(entry: LedgerEntry, settlement: Settlement) -> Change | None:
    """None where the period was not settled before under these terms: they came later."""
    same = Settlement.objects.filter(
        enrolment=settlement.enrolment_id, terms__code=settlement.terms.code, period=settlement.period
    )
    earlier = same.filter(closing__ends_on__lt=settlement.closing.ends_on).select_related("closing")
    before = earlier.order_by("-closing__ends_on").first()
    if before is None:
        return None
    period = Period.parse(settlement.period)
    lines = SaleLine.objects.filter(
        vendor=entry.vendor_id,
        partner=entry.partner_id,
        evidence=settlement.terms.terms.evidence,
        counts_on__gte=period.start,
        counts_on__lt=period.end,
        cut__gt=before.lines_until,
        cut__lte=settlement.lines_until,
    )
    return Change(before, list(lines.select_related("distributor", "product").order_by("pk")))
