"""Booking what is owed. An entry has a deterministic key and two sides or more; it is written with its cause."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from decimal import Decimal

from django.db import transaction
from django.db.models import Sum
from django.utils.translation import gettext as _

from common.copying import insert_all
from common.errors import DomainError
from common.money import ZERO
from common.pausing import ensure_running
from rebates.models import Closing, Ledger, LedgerEntry, ManualAdjustment, Payment, Posting, Settlement
from rebates.models.ledger import AT_WORK

Account, Kind = Posting.Account, LedgerEntry.Kind
Move = tuple[LedgerEntry, str, str, Decimal]
"""An entry, the account to its debit, the one to its credit, and the amount."""
Cause = Closing | ManualAdjustment | Payment
"""What can change the sign of a balance."""


class MoneyHalted(DomainError):
    """A check found in the vendor's ledger what must never be: nothing is booked until a person has looked."""


def is_halted(*, vendor_id: int) -> bool:
    """Whether nothing is booked for the vendor until a person has looked."""
    return Ledger.objects.filter(vendor=vendor_id, halted_at__isnull=False).exists()


def ensure_sound(*, vendor_id: int) -> None:
    """Raises MoneyHalted while the vendor's ledger is halted, Paused while everything is."""
    ensure_running()
    if is_halted(vendor_id=vendor_id):
        raise MoneyHalted(_("Rebates are halted: a check of the ledger has found a mistake."))


def lock(*, vendor_id: int) -> Ledger:
    """The vendor's ledger, held until the caller's commit: those who want it come one after the other."""
    Ledger.objects.bulk_create([Ledger(vendor_id=vendor_id)], ignore_conflicts=True)
    return Ledger.objects.select_for_update().get(vendor=vendor_id)


def hold(*, vendor_id: int) -> Ledger:
    """`lock`, to move balances. Raises MoneyHalted."""
    ledger = lock(vendor_id=vendor_id)
    ensure_sound(vendor_id=vendor_id)
    return ledger


def book_settlements(*, closing: Closing, settlements: Sequence[Settlement], now: datetime) -> list[LedgerEntry]:
    """Owe the amounts of a closing's settlements to their partners; where one is zero nothing is booked."""
    entries = [
        LedgerEntry(
            key=f"settlement:{closing.program_id}:{closing.period}:{each.enrolment_id}:{each.terms_id}:{each.period}",
            kind=Kind.REBATE if each.period == closing.period else Kind.ADJUSTMENT,
            vendor_id=closing.program.vendor_id,
            partner_id=each.enrolment.partner_id,
            currency=each.currency,
            settlement=each,
            booked_at=now,
        )
        for each in settlements
        if each.amount != 0
    ]
    insert_all(entries)
    _post((entry, Account.EXPENSE, Account.OWED, entry.settlement.amount) for entry in entries if entry.settlement)
    return entries


def book_adjustment(*, adjustment: ManualAdjustment, now: datetime) -> LedgerEntry:
    """Owe a manual adjustment to its partner, and carry what this leaves below zero."""
    entry = LedgerEntry.objects.create(
        key=f"manual:{adjustment.pk}",
        kind=Kind.MANUAL,
        vendor_id=adjustment.program.vendor_id,
        partner_id=adjustment.partner_id,
        currency=adjustment.currency,
        adjustment=adjustment,
        booked_at=now,
    )
    _post([(entry, Account.EXPENSE, Account.OWED, adjustment.amount)])
    carry(causes={adjustment.partner_id: adjustment}, now=now)
    return entry


STEPS: Mapping[str, tuple[str, str]] = {
    Kind.PAYMENT: (Account.OWED, Account.IN_PAYMENT),
    Kind.CANCELLED: (Account.IN_PAYMENT, Account.OWED),
    Kind.PAID: (Account.IN_PAYMENT, Account.PAID),
    Kind.REJECTED: (Account.IN_PAYMENT, Account.OWED),
    Kind.RETURNED: (Account.RETURNED, Account.OWED),
}
"""The accounts to debit and to credit with each step of a payment."""


def book_payments(*, payments: Sequence[Payment], kind: LedgerEntry.Kind, now: datetime) -> list[LedgerEntry]:
    """Book one step of these payments, whose state is already the one after it.

    What is owed anew is set off against what was carried meanwhile. In the caller's transaction, which holds the
    ledger.
    """
    entries = LedgerEntry.objects.bulk_create(
        LedgerEntry(
            key=f"{kind}:{each.pk}",
            kind=kind,
            vendor_id=each.vendor_id,
            partner_id=each.partner_id,
            currency=each.currency,
            payment=each,
            booked_at=now,
        )
        for each in payments
    )
    _post((entry, *STEPS[kind], entry.payment.amount) for entry in entries if entry.payment)
    if STEPS[kind][1] == Account.OWED:
        carry(causes={each.partner_id: each for each in payments}, now=now)
    return entries


def carry(*, causes: Mapping[int, Cause], now: datetime) -> list[LedgerEntry]:
    """Move what partners were credited too much from owed to carried, and set it off against what they earn.

    `causes`: what has changed the balance, by partner, all of one vendor. Afterwards nothing is owed to a partner for
    whom something is carried, and no balance of `owed` is below zero. In the caller's transaction, which holds the
    ledger until its commit. Raises MoneyHalted.
    """
    if not causes:
        return []
    vendor_id = _vendor_of(next(iter(causes.values())))
    hold(vendor_id=vendor_id)
    moved: list[Move] = []
    for (partner_id, currency), balances in sorted(_balances(vendor_id, causes).items()):
        overpaid, carried = balances[Account.OWED], balances[Account.CARRIED]
        # Overpaid further: all of it is carried. Earned anew: as much of what is carried as that covers.
        amount = overpaid if overpaid > 0 else -min(-overpaid, carried)
        if amount == 0:
            continue
        cause = causes[partner_id]
        entry = LedgerEntry(
            key=f"carry:{cause._meta.model_name}:{cause.pk}:{partner_id}:{currency}",
            kind=Kind.CARRY,
            vendor_id=vendor_id,
            partner_id=partner_id,
            currency=currency,
            closing=cause if isinstance(cause, Closing) else None,
            adjustment=cause if isinstance(cause, ManualAdjustment) else None,
            payment=cause if isinstance(cause, Payment) else None,
            booked_at=now,
        )
        moved.append((entry, Account.CARRIED, Account.OWED, amount))
    entries = [entry for entry, _debit, _credit, _amount in moved]
    insert_all(entries)
    _post(moved)
    return entries


def _vendor_of(cause: Cause) -> int:
    return cause.vendor_id if isinstance(cause, Payment) else cause.program.vendor_id


def _balances(vendor_id: int, causes: Mapping[int, Cause]) -> dict[tuple[int, str], dict[str, Decimal]]:
    """Sums of owed and carried, by partner and currency; debit is positive.

    Without what other closings at work have booked: it is set off when they are sealed, and told as theirs.
    """
    found: dict[tuple[int, str], dict[str, Decimal]] = defaultdict(lambda: defaultdict(lambda: ZERO))
    sealing = {each.pk for each in causes.values() if isinstance(each, Closing)}
    others = Closing.objects.filter(program__vendor=vendor_id, state__in=AT_WORK).exclude(pk__in=sealing)
    postings = Posting.objects.filter(
        entry__vendor=vendor_id, entry__partner__in=causes, account__in=(Account.OWED, Account.CARRIED)
    ).exclude(entry__settlement__closing__in=others)
    by = postings.order_by().values_list("entry__partner", "entry__currency", "account")
    for partner_id, currency, account, total in by.annotate(total=Sum("amount")):
        found[partner_id, currency][account] = total
    return found


def _post(moves: Iterable[Move]) -> None:
    """Two sides for each entry: its amount to the debit of the first account, to the credit of the second."""
    if not transaction.get_connection().in_atomic_block:
        raise transaction.TransactionManagementError("an entry and its postings are one commit")
    insert_all(
        [
            Posting(entry_id=entry.pk, account=account, amount=amount)
            for entry, debit, credit, moved in moves
            for account, amount in ((debit, moved), (credit, -moved))
        ]
    )
