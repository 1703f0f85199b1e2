"""Entries of the ledger for tests of the journal: whatever accounts they move, with a person as their cause."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from decimal import Decimal

from partners.models import Partner
from rebates import ledger
from rebates.models import LedgerEntry, ManualAdjustment, Posting
from tests.world import NOW, World


def adjustment(
    world: World, amount: str, *, reason: str = "Goodwill", partner: Partner | None = None, currency: str = "EUR"
) -> ManualAdjustment:
    """One that finance proposed and an admin booked, without its entry."""
    return ManualAdjustment.objects.create(
        program=world.program, partner=partner or world.reseller, amount=Decimal(amount), currency=currency,
        reason=reason, proof_name="mail.pdf", proof=b"%PDF", proof_sha256="0" * 64,
        state=ManualAdjustment.State.BOOKED, requested_by=world.vendor_finance, requested_at=NOW,
        decided_by=world.vendor_admin, decided_at=NOW,
    )  # fmt: skip


def book(world: World, amount: str, *, at: datetime = NOW, reason: str = "Goodwill") -> LedgerEntry:
    """A manual adjustment and its entry, and what that carries."""
    return ledger.book_adjustment(adjustment=adjustment(world, amount, reason=reason), now=at)


def post(
    world: World,
    sides: Mapping[str, str],
    *,
    at: datetime = NOW,
    reason: str = "Payment",
    partner: Partner | None = None,
    currency: str = "EUR",
    key: str = "",
) -> LedgerEntry:
    """An entry with any sides, by account: what payments book, too."""
    cause = adjustment(world, "1.00", reason=reason, partner=partner, currency=currency)
    entry = LedgerEntry.objects.create(
        key=key or f"manual:{cause.pk}", kind="manual", vendor=world.vendor, partner=cause.partner, currency=currency,
        adjustment=cause, booked_at=at,
    )  # fmt: skip
    Posting.objects.bulk_create(
        Posting(entry=entry, account=account, amount=Decimal(amount)) for account, amount in sides.items()
    )
    return entry
