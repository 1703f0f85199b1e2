"""Which entries a payment covers: all that counted when it was proposed, and did not when the one before it was."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal

from django.db.models import Sum
from django.utils.translation import gettext as _

from common import formats
from common.money import ZERO
from rebates.accounts import BETWEEN, with_causes
from rebates.models import LedgerEntry, Payment, Posting
from rebates.statements.errors import DoesNotAddUp

Kind = LedgerEntry.Kind
UNSURE = timedelta(hours=1)
"""A closing and a payment that say to be so close to each other may have had the ledger in either order."""


@dataclass(frozen=True, slots=True)
class Moved:
    """An entry and what it changes between the two sides, in the partner's favour."""

    entry: LedgerEntry
    amount: Decimal

    @property
    def at(self) -> datetime:
        """Since when it counts: what a closing books counts from its seal on."""
        settlement = self.entry.settlement
        sealed = settlement.closing.sealed_at if settlement is not None else None
        return sealed or self.entry.booked_at


@dataclass(frozen=True, slots=True)
class Covered:
    """`opening`: the balance after the payment before. `entries`: what was booked since, oldest first."""

    opening: Decimal
    entries: Sequence[Moved]


def covered_by(payment: Payment) -> Covered:
    """What the payment is made of: the opening balance and the entries add up to it. Raises DoesNotAddUp."""
    moved = _account(payment)
    mine = _booked(moved, payment)
    before = _before(moved, mine)
    counted = _counted(moved, mine)
    known = {each.entry.pk for each in (*_counted(moved, before), before)} if before is not None else set()
    entries = [each for each in counted if each.entry.pk not in known]
    opening = _sum(each for each in counted if each.entry.pk in known)
    if opening + _sum(entries) != payment.amount:
        raise _does_not_add_up(payment.amount, opening + _sum(entries), payment.currency)
    return Covered(opening, entries)


def _account(payment: Payment) -> list[Moved]:
    """All that moves the account between the two, without payments that were cancelled before they went anywhere."""
    entries = LedgerEntry.objects.final().filter(
        vendor=payment.vendor_id, partner=payment.partner_id, currency=payment.currency
    )
    entries = entries.exclude(payment__state=Payment.State.CANCELLED).exclude(kind=Kind.CARRY)
    sums = Posting.objects.filter(entry__in=entries.order_by(), account__in=BETWEEN).order_by().values_list("entry")
    amounts: Mapping[int, Decimal] = dict(sums.annotate(total=Sum("amount")))
    causes = with_causes(entries).select_related(
        "settlement__closing__program", "settlement__terms", "adjustment__program", "payment__run",
        "settlement__enrolment__partner", "settlement__enrolment__program",
    )  # fmt: skip
    moved = [Moved(entry, -amounts[entry.pk]) for entry in causes if amounts.get(entry.pk)]
    return sorted(moved, key=lambda each: (each.at, each.entry.pk))


def _booked(moved: Sequence[Moved], payment: Payment) -> Moved:
    for each in moved:
        if each.entry.kind == Kind.PAYMENT and each.entry.payment_id == payment.pk:
            return each
    raise DoesNotAddUp(_("The payment is not booked."))


def _before(moved: Sequence[Moved], mine: Moved) -> Moved | None:
    earlier = (each for each in moved if each.entry.kind == Kind.PAYMENT and each.entry.pk < mine.entry.pk)
    return max(earlier, key=lambda each: each.entry.pk, default=None)


def _counted(moved: Sequence[Moved], payment: Moved) -> list[Moved]:
    """What had been counted when the payment was proposed, which took the whole balance. Raises DoesNotAddUp.

    Whoever books holds the ledger, so that numbers of entries follow each other as the bookings did. Moments need not:
    they are those at which somebody began to wait for it. A closing books long before its seal, of which only the
    moment is known: near the payment's, what adds up tells on which side it was.
    """
    booked = [each for each in moved if each.entry.pk < payment.entry.pk]
    near = sorted({each.at for each in booked if each.entry.settlement_id and abs(each.at - payment.at) < UNSURE})
    earlier = [at for at in reversed(near) if at <= payment.at]
    for until in (payment.at, *earlier, payment.at - UNSURE, *(at for at in near if at > payment.at)):
        counted = [each for each in booked if not each.entry.settlement_id or each.at <= until]
        if _sum(counted) == -payment.amount:
            return counted
    assert payment.entry.payment is not None
    found = _sum(each for each in booked if not each.entry.settlement_id or each.at <= payment.at)
    raise _does_not_add_up(-payment.amount, found, payment.entry.currency)


def _sum(moved: Iterable[Moved]) -> Decimal:
    return sum((each.amount for each in moved), ZERO)


def _does_not_add_up(paid: Decimal, found: Decimal, currency: str) -> DoesNotAddUp:
    values = {"paid": formats.money(paid, currency), "found": formats.money(found, currency)}
    return DoesNotAddUp(_("%(paid)s were paid, but what was booked for it comes to %(found)s.") % values)
