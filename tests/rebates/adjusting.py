"""Manual adjustments for tests: proposed by one person of the vendor, booked by another."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from common.access import Actor
from common.models import User
from common.proofs import Proof
from rebates import adjusting
from rebates.adjusting import Proposal
from rebates.models import ManualAdjustment
from tests.world import NOW, World

NOTE = Proof("note.pdf", b"%PDF-1.7\n1 0 obj\n")
REASON = "Goodwill for the spring campaign"


def proposed(world: World, amount: str = "50.00", *, by: User | None = None, **given: Any) -> ManualAdjustment:
    values = {"program": world.program, "partner": world.reseller, "reason": REASON, "proof": NOTE, **given}
    proposal = Proposal(amount=Decimal(amount), **values)
    return adjusting.propose(proposal=proposal, actor=Actor.of(by or world.vendor_finance), now=NOW)


def booked(world: World, amount: str = "50.00", **given: Any) -> ManualAdjustment:
    made = proposed(world, amount, **given)
    return adjusting.book(adjustment_id=made.pk, actor=Actor.of(world.vendor_admin), now=NOW)
