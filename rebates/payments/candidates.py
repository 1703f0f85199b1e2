"""Whom a payment run would pay, how much and to which account, and who is left out and why."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal

from django.db.models import Sum

from common.money import ZERO
from partners.bank_selectors import AccountState, Payable, payable
from partners.models import BankAccount, EnrolmentStatus, Partner
from rebates.documents.sepa import is_sepa
from rebates.models import LedgerEntry, LeftOut, Payment, PaymentHold, PaymentRun, PaymentSettings, Posting
from rebates.payments.steps import unclear

Account, Way, Why = Posting.Account, PaymentRun.Way, LeftOut.Why

_BY_ACCOUNT: Mapping[AccountState, LeftOut.Why] = {
    AccountState.NONE: Why.NO_ACCOUNT,
    AccountState.WAITING: Why.WAITING,
    AccountState.COOLING: Why.COOLING,
    AccountState.REFUSED: Why.REFUSED,
}


@dataclass(frozen=True, slots=True)
class Candidate:
    """A balance and what would be done with it: paid to `account` where `why` is None."""

    partner: Partner
    currency: str
    balance: Decimal
    state: AccountState
    account: BankAccount | None
    why: LeftOut.Why | None

    @property
    def way(self) -> PaymentRun.Way:
        """SEPA knows euro and its own countries; everything else goes by a list."""
        assert self.account is not None
        return Way.SEPA if self.currency == "EUR" and is_sepa(self.account.country) else Way.LIST


def candidates(
    *, settings: PaymentSettings, last_of_year: bool, today: date, now: datetime, partner: Partner | None = None
) -> list[Candidate]:
    """Every balance of the vendor that is not zero, the largest first, with what a run proposed now would do.

    `partner`: only those of this one.
    """
    vendor_id = settings.vendor_id
    balances = _balances(vendor_id, partner)
    ids = {partner_id for partner_id, _currency in balances}
    known = _Known(vendor_id, ids, today, now)
    partners = Partner.objects.in_bulk(ids)
    found = []
    for (partner_id, currency), balance in balances.items():
        account = known.accounts[partner_id]
        smallest = ZERO if last_of_year or partner_id in known.gone else settings.minimum
        why = _why(known, partner_id, currency, balance, smallest, settings.most)
        found.append(Candidate(partners[partner_id], currency, balance, account.state, account.account, why))
    return sorted(found, key=lambda each: (-each.balance, each.partner.name, each.partner.pk, each.currency))


class _Known:
    """What decides about the balances of these partners; a fixed number of queries."""

    def __init__(self, vendor_id: int, ids: Collection[int], today: date, now: datetime) -> None:
        self.accounts: Mapping[int, Payable] = payable(vendor_id=vendor_id, partner_ids=ids, now=now)
        self.gone = _gone(vendor_id, ids, today)
        holds = PaymentHold.objects.filter(vendor=vendor_id, released_at__isnull=True)
        self.held = set(holds.values_list("partner", flat=True))
        # Each part by an index of its own, which one condition over both would not find.
        open_ = Payment.objects.filter(vendor=vendor_id, state=Payment.State.OPEN).order_by()
        contradicted = Payment.objects.filter(pk__in=unclear(vendor_id=vendor_id).values("payment")).order_by()
        columns = ("partner", "currency", "state")
        found = list(open_.values_list(*columns).union(contradicted.values_list(*columns)))
        self.under_way = {(partner, currency) for partner, currency, state in found if state == Payment.State.OPEN}
        self.unclear = {partner for partner, _currency, state in found if state != Payment.State.OPEN}
        self.came_back = _came_back(vendor_id, ids)


def _why(
    known: _Known, partner_id: int, currency: str, balance: Decimal, smallest: Decimal, most: Decimal
) -> LeftOut.Why | None:
    account = known.accounts[partner_id]
    reasons = (
        (balance <= 0, Why.NEGATIVE),
        ((partner_id, currency) in known.under_way, Why.IN_PAYMENT),
        (partner_id in known.held, Why.HOLD),
        (partner_id in known.unclear, Why.UNCLEAR),
        (account.state != AccountState.READY, _BY_ACCOUNT.get(account.state, Why.NO_ACCOUNT)),
        (account.account is not None and account.account.pk in known.came_back, Why.CAME_BACK),
        (balance < smallest, Why.MINIMUM),
        (balance > most, Why.TOO_MUCH),
    )
    return next((why for holds, why in reasons if holds), None)


def _balances(vendor_id: int, partner: Partner | None) -> dict[tuple[int, str], Decimal]:
    """What is owed less what is carried, by partner and currency, without what is zero; sealed closings only."""
    entries = LedgerEntry.objects.final().filter(vendor=vendor_id)
    if partner is not None:
        entries = entries.filter(partner=partner)
    between = Posting.objects.filter(entry__in=entries, account__in=(Account.OWED, Account.CARRIED)).order_by()
    sums = between.values_list("entry__partner", "entry__currency").annotate(total=Sum("amount")).exclude(total=0)
    return {(partner_id, currency): -total for partner_id, currency, total in sums}


def _gone(vendor_id: int, ids: Iterable[int], today: date) -> set[int]:
    """Those who were enrolled with the vendor and are not any more: they get the last cent."""
    statuses = EnrolmentStatus.objects.filter(
        enrolment__program__vendor=vendor_id, enrolment__partner__in=ids, valid__contains=today
    )
    still = statuses.exclude(status=EnrolmentStatus.Status.ENDED).values_list("enrolment__partner", flat=True)
    return set(ids) - set(still)


def _came_back(vendor_id: int, ids: Iterable[int]) -> set[int]:
    """Accounts to which the vendor's last payment came back for a reason that is the account's."""
    answered = Payment.objects.filter(vendor=vendor_id, partner__in=ids, answered_at__isnull=False)
    last = answered.order_by("account", "-answered_at", "-id").distinct("account")
    return {
        account
        for account, state, stays in last.values_list("account", "state", "account_stays")
        if state == Payment.State.RETURNED and not stays
    }
