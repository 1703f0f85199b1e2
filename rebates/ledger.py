"""Booking what is owed. An entry has a deterministic key and two sides; it is written in its cause's transaction."""

from __future__ import annotations

from datetime import datetime

from rebates.models import LedgerEntry, Posting, Settlement


def book_settlement(*, settlement: Settlement, vendor_id: int, adjustment: bool, now: datetime) -> LedgerEntry | None:
    """Owe the settlement's amount to the partner; None where the amount is zero and nothing is to be booked."""
    if settlement.amount == 0:
        return None
    closing = settlement.closing
    cause = (
        closing.program_id,
        closing.period,
        settlement.enrolment_id,
        settlement.terms_id,
        settlement.period,
    )
    entry = LedgerEntry.objects.create(
        key="settlement:" + ":".join(map(str, cause)),
        kind=LedgerEntry.Kind.ADJUSTMENT if adjustment else LedgerEntry.Kind.REBATE,
        vendor_id=vendor_id,
        partner_id=settlement.enrolment.partner_id,
        currency=settlement.currency,
        settlement=settlement,
        booked_at=now,
    )
    Posting.objects.bulk_create(
        [
            Posting(entry=entry, account=Posting.Account.EXPENSE, amount=settlement.amount),
            Posting(entry=entry, account=Posting.Account.OWED, amount=-settlement.amount),
        ]
    )
    return entry
