"""Booking what is owed. An entry has a deterministic key and two sides; it is written in its cause's transaction."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from rebates.models import Closing, LedgerEntry, Posting, Settlement


def book_settlements(*, closing: Closing, settlements: Sequence[Settlement], now: datetime) -> list[LedgerEntry]:
    """Owe the amounts of a closing's settlements to their partners; where one is zero nothing is booked."""
    entries = [
        LedgerEntry(
            key=f"settlement:{closing.program_id}:{closing.period}:{each.enrolment_id}:{each.terms_id}:{each.period}",
            kind=LedgerEntry.Kind.REBATE if each.period == closing.period else LedgerEntry.Kind.ADJUSTMENT,
            vendor_id=closing.program.vendor_id,
            partner_id=each.enrolment.partner_id,
            currency=each.currency,
            settlement=each,
            booked_at=now,
        )
        for each in settlements
        if each.amount != 0
    ]
    LedgerEntry.objects.bulk_create(entries)
    Posting.objects.bulk_create(
        Posting(entry=entry, account=account, amount=amount)
        for entry in entries
        for account, amount in (
            (Posting.Account.EXPENSE, entry.settlement.amount),
            (Posting.Account.OWED, -entry.settlement.amount),
        )
    )
    return entries
