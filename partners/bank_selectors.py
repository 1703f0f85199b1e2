"""What is known of bank accounts: whether a vendor can pay to one, which one a company has, and which it had."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from django.db.models import Case, Prefetch, QuerySet, Value, When

from common.access import Actor
from partners.ibans import masked as masked
from partners.models import BankAccount, BankAccountUse, Partner
from programs.models import Vendor

Use = BankAccountUse.State


class AccountState(StrEnum):
    """Whether one vendor can pay a company."""

    READY = "ready"
    NONE = "none"
    """The company has named no account, or has withdrawn it."""
    COOLING = "cooling"
    """Approved, but not usable yet."""
    WAITING = "waiting"
    """The vendor has not decided about the account."""
    REFUSED = "refused"


@dataclass(frozen=True, slots=True)
class Payable:
    """How it stands between one vendor and one company, by its account of now.

    `use`: the vendor's word about it; None while it is not asked yet, which counts as waiting. `since`: from when on it
    stands so, None without an account; of READY the moment from which on money can be paid. `until`: of COOLING, from
    when on the account is usable; else None. The proof is not loaded.
    """

    state: AccountState
    account: BankAccount | None = None
    use: BankAccountUse | None = None
    since: datetime | None = None
    until: datetime | None = None


NOTHING = Payable(AccountState.NONE)


def payable(*, vendor_id: int, partner_ids: Collection[int], now: datetime) -> dict[int, Payable]:
    """Whether the vendor can pay each of these companies at `now`. Every id asked for is a key; two queries.

    READY alone may be paid. From the moment of a change the account before it is never returned, and the new one is
    READY only when the vendor has approved it and it is usable: a payment never meets an account that is being changed.
    """
    of_vendor = BankAccountUse.objects.filter(vendor=vendor_id)
    accounts = _current().filter(partner_id__in=partner_ids).prefetch_related(Prefetch("uses", of_vendor))
    known = {each.partner_id: each for each in accounts}
    return {pk: _of_account(known[pk], now) if pk in known else NOTHING for pk in partner_ids}


def _current() -> QuerySet[BankAccount]:
    return BankAccount.objects.filter(replaced_at__isnull=True).defer("proof")


def _of_account(account: BankAccount, now: datetime) -> Payable:
    """`account` with the uses of one vendor loaded."""
    return standing(account, next(iter(account.uses.all()), None), now)


def standing(account: BankAccount, use: BankAccountUse | None, now: datetime) -> Payable:
    """How it stands with the vendor of `use`; `account` is the one that the company has now."""
    if use is None or use.state == Use.WAITING:
        return Payable(AccountState.WAITING, account, use, since=use.asked_at if use else account.recorded_at)
    assert use.decided_at is not None  # a constraint of the database
    if use.state == Use.REFUSED:
        return Payable(AccountState.REFUSED, account, use, since=use.decided_at)
    if account.usable_from > now:
        return Payable(AccountState.COOLING, account, use, since=use.decided_at, until=account.usable_from)
    return Payable(AccountState.READY, account, use, since=max(use.decided_at, account.usable_from))


# --- the company's side ----------------------------------------------------------------------------------------------


def accounts_of(*, partner: Partner, actor: Actor) -> list[BankAccount]:
    """The company's accounts that the actor may see, newest first, each with what vendors said of it."""
    uses = BankAccountUse.objects.visible_to(actor).select_related("vendor", "decided_by").order_by("vendor__name")
    found = BankAccount.objects.visible_to(actor).filter(partner=partner).defer("proof")
    return list(found.select_related("recorded_by", "replaced_by").prefetch_related(Prefetch("uses", uses)))


def current_of(accounts: Iterable[BankAccount]) -> BankAccount | None:
    return next((each for each in accounts if each.replaced_at is None), None)


# --- a vendor's side -------------------------------------------------------------------------------------------------


def uses_at(*, vendor: Vendor, actor: Actor) -> QuerySet[BankAccountUse]:
    """What the vendor was asked, without the proofs: what waits first, the oldest of it on top."""
    found = BankAccountUse.objects.visible_to(actor).filter(vendor=vendor)
    waits_first = Case(When(state=Use.WAITING, account__replaced_at__isnull=True, then=Value(0)), default=Value(1))
    rows = found.select_related("account__partner", "account__recorded_by", "decided_by", "vendor")
    return rows.defer("account__proof").order_by(waits_first, "asked_at", "pk")


def waiting_at(*, vendor_id: int, actor: Actor) -> QuerySet[BankAccountUse]:
    """Accounts that companies have now, and about which the vendor has not decided."""
    found = BankAccountUse.objects.visible_to(actor).filter(vendor=vendor_id, state=Use.WAITING)
    return found.filter(account__replaced_at__isnull=True)


def before(*, use: BankAccountUse, actor: Actor) -> BankAccountUse | None:
    """The vendor's word about the account that the company had before this one."""
    earlier = BankAccountUse.objects.visible_to(actor).filter(
        vendor=use.vendor_id, account__partner=use.account.partner_id, account__recorded_at__lt=use.account.recorded_at
    )
    return earlier.select_related("account").defer("account__proof").order_by("-account__recorded_at").first()
