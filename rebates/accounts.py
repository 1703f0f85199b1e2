"""What a vendor owes a partner, and how it came about: the ledger as an account that both sides can read.

The account takes what is owed and what is carried together: carrying changes nothing between the two sides. Amounts
are positive in the partner's favour. What a closing has booked counts once it is sealed.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal

from django.db.models import QuerySet, Sum

from common.access import Actor
from common.money import ZERO
from partners.models import Partner
from programs.models import Vendor
from rebates.models import LedgerEntry, Posting

Account = Posting.Account
BETWEEN = (Account.OWED, Account.CARRIED)
"""The accounts between vendor and partner."""


@dataclass(frozen=True, slots=True)
class Movement:
    """An entry on the partner's account: what it changes, and the balance after it."""

    entry: LedgerEntry
    amount: Decimal
    balance: Decimal


@dataclass(frozen=True, slots=True)
class Balance:
    """How a vendor's account with one partner stands in one currency; each amount as it is told, none below zero.

    `owed`: to be paid. `carried`: credited too much, set off against what is earned next. `in_payment`: on its way.
    `paid`: in all so far, without what came back.
    """

    partner: Partner
    currency: str
    owed: Decimal = ZERO
    carried: Decimal = ZERO
    in_payment: Decimal = ZERO
    paid: Decimal = ZERO

    @property
    def net(self) -> Decimal:
        return self.owed - self.carried


def owed(*, vendor_id: int, partner_id: int) -> dict[str, Decimal]:
    """What the ledger says that the vendor owes the partner, by currency; below zero where something is carried."""
    between = _between(vendor_id).filter(entry__in=LedgerEntry.objects.final().filter(partner=partner_id))
    sums = between.order_by().values_list("entry__currency").annotate(total=Sum("amount"))
    return {currency: -total for currency, total in sums}


def balances(
    *, vendor: Vendor, actor: Actor, partners: Iterable[int] | QuerySet[Partner] | None = None
) -> list[Balance]:
    """The vendor's accounts that the actor may see, largest first; `partners`: only these."""
    entries = LedgerEntry.objects.visible_to(actor).final().filter(vendor=vendor)
    if partners is not None:
        entries = entries.filter(partner__in=partners)
    sums: dict[tuple[int, str], dict[str, Decimal]] = defaultdict(lambda: defaultdict(lambda: ZERO))
    postings = Posting.objects.filter(entry__in=entries).exclude(account=Account.EXPENSE).order_by()
    by = postings.values_list("entry__partner", "entry__currency", "account")
    for partner_id, currency, account, total in by.annotate(total=Sum("amount")):
        sums[partner_id, currency][account] = total
    known = Partner.objects.in_bulk({partner_id for partner_id, _currency in sums})
    found = [balance_from(known[partner_id], currency, each) for (partner_id, currency), each in sums.items()]
    return sorted(found, key=lambda balance: (-balance.net, balance.partner.name, balance.currency))


def balance_from(partner: Partner, currency: str, sums: Mapping[str, Decimal]) -> Balance:
    """A balance from the sums of postings by account."""
    # What a closing at work has set off is not counted yet: the rest may be below zero until its seal.
    open_ = -sums[Account.OWED]
    return Balance(
        partner=partner,
        currency=currency,
        owed=max(open_, ZERO),
        carried=sums[Account.CARRIED] + max(-open_, ZERO),
        in_payment=-sums[Account.IN_PAYMENT],
        paid=-sums[Account.PAID] - sums[Account.RETURNED],
    )


def movements(*, vendor: Vendor, partner: Partner, actor: Actor, currency: str) -> list[Movement]:
    """The partner's account with the vendor in one currency, oldest first, with the balance after each entry."""
    amounts = dict(
        _between(vendor.pk)
        .filter(entry__in=entries_of(vendor=vendor, partner=partner, actor=actor), entry__currency=currency)
        .order_by()
        .values_list("entry")
        .annotate(total=Sum("amount"))
    )
    entries = entries_of(vendor=vendor, partner=partner, actor=actor).filter(currency=currency)
    return list(_with_balances(entries.order_by("booked_at", "id"), amounts))


def _with_balances(entries: Iterable[LedgerEntry], amounts: Mapping[int, Decimal]) -> Iterable[Movement]:
    balance = ZERO
    for entry in entries:
        if amount := -amounts.get(entry.pk, ZERO):
            balance += amount
            yield Movement(entry, amount, balance)


def entries_of(*, vendor: Vendor, partner: Partner, actor: Actor) -> QuerySet[LedgerEntry]:
    """Everything booked between the two that the actor may see, with what caused it."""
    return with_causes(LedgerEntry.objects.visible_to(actor).final().filter(vendor=vendor, partner=partner))


def with_causes(entries: QuerySet[LedgerEntry]) -> QuerySet[LedgerEntry]:
    """The entries with what caused them, without what is large of it."""
    causes = (
        "settlement__closing__program",
        "settlement__terms",
        "adjustment__program",
        "closing__program",
        "payment__run",
    )
    return entries.select_related(*causes).defer("settlement__explanation", "adjustment__proof")


def _between(vendor_id: int) -> QuerySet[Posting]:
    return Posting.objects.filter(entry__vendor=vendor_id, account__in=BETWEEN)
