"""A statement of account: how one stands with a vendor, and what is booked between the two, with running balances."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal

from django.db.models import QuerySet, Sum

from common.access import Actor
from common.money import ZERO
from common.periods import Period, PeriodKind
from partners.models import Partner
from programs.models import Vendor
from rebates.accounts import BETWEEN, Balance, balance_from, entries_of
from rebates.models import LedgerEntry, Posting

QUARTERS_SHOWN = 8


@dataclass(frozen=True, slots=True)
class Account:
    """One vendor's account with one partner in one currency."""

    vendor: Vendor
    balance: Balance

    @property
    def currency(self) -> str:
        return self.balance.currency


@dataclass(frozen=True, slots=True)
class Line:
    """An entry as a statement shows it: what it changes, and the balance after it."""

    entry: LedgerEntry
    amount: Decimal
    balance: Decimal


def accounts_between(*, partner: Partner, actor: Actor, vendor: Vendor | None = None) -> list[Account]:
    """The partner's accounts that the actor may see, by vendor and currency; `vendor`: only those with this one."""
    entries = LedgerEntry.objects.visible_to(actor).final().filter(partner=partner)
    if vendor is not None:
        entries = entries.filter(vendor=vendor)
    sums: dict[tuple[int, str], dict[str, Decimal]] = defaultdict(lambda: defaultdict(lambda: ZERO))
    postings = Posting.objects.filter(entry__in=entries).exclude(account=Posting.Account.EXPENSE).order_by()
    by = postings.values_list("entry__vendor", "entry__currency", "account")
    for vendor_id, currency, account, total in by.annotate(total=Sum("amount")):
        sums[vendor_id, currency][account] = total
    vendors = Vendor.objects.in_bulk({vendor_id for vendor_id, _currency in sums}) if vendor is None else {}
    found = [
        Account(vendor or vendors[vendor_id], balance_from(partner, currency, each))
        for (vendor_id, currency), each in sums.items()
    ]
    return sorted(found, key=lambda account: (account.vendor.name, account.currency))


def entries_in(*, account: Account, actor: Actor) -> QuerySet[LedgerEntry]:
    """What is booked on the account, latest first, without what moves nothing between the two sides."""
    entries = entries_of(vendor=account.vendor, partner=account.balance.partner, actor=actor)
    entries = entries.select_related("settlement__terms__program")
    return (
        entries.filter(currency=account.currency)
        .exclude(kind__in=(LedgerEntry.Kind.CARRY, LedgerEntry.Kind.PAID))
        .order_by("-booked_at", "-id")
    )


def running_balances(*, entries: QuerySet[LedgerEntry]) -> Mapping[int, tuple[Decimal, Decimal]]:
    """By entry what it changes and the balance after it, in one query; `entries`: all of one account."""
    postings = Posting.objects.filter(entry__in=entries.order_by(), account__in=BETWEEN)
    by = postings.order_by("entry__booked_at", "entry_id").values_list("entry_id", "entry__booked_at")
    found, balance = {}, ZERO
    for entry_id, _at, total in by.annotate(total=Sum("amount")):
        balance -= total
        found[entry_id] = (-total, balance)
    return found


def lines_from(entries: Iterable[LedgerEntry], running: Mapping[int, tuple[Decimal, Decimal]]) -> list[Line]:
    """These entries with what each changes."""
    return [Line(entry, *running.get(entry.pk, (ZERO, ZERO))) for entry in entries]


def periods_in(entries: QuerySet[LedgerEntry]) -> list[Period]:
    """The periods for which something is booked, latest first."""
    codes = entries.filter(settlement__isnull=False).order_by().values_list("settlement__period", flat=True).distinct()
    return sorted(map(Period.parse, codes), key=lambda period: (period.end, period.start), reverse=True)


def earned_by_quarter(entries: QuerySet[LedgerEntry]) -> Sequence[tuple[Period, Decimal]]:
    """What was settled for the latest quarters, adjustments included, oldest first; a longer period in its last one."""
    sums: dict[Period, Decimal] = defaultdict(lambda: ZERO)
    settled = entries.filter(settlement__isnull=False).order_by().values_list("settlement__period")
    for code, total in settled.annotate(total=Sum("settlement__amount")):
        sums[Period.containing(PeriodKind.QUARTER, Period.parse(code).last_day)] += total
    return sorted(sums.items(), key=lambda pair: pair[0].start)[-QUARTERS_SHOWN:]
