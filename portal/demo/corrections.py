"""Adjustments by hand in the demo: one booked, one that waits, and one that left a partner below zero."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal

from common.access import Actor
from common.models import User
from common.proofs import Proof
from partners.models import Partner
from portal.demo.companies import SHOWN
from portal.demo.programs import LENOVO, SNOM
from programs.models import Program
from rebates import accounts, adjusting
from rebates.adjusting import Proposal
from rebates.models import ManualAdjustment

NOTE = b"Datum;Wer;Was\n12.03.;Vertrieb;Am Telefon zugesagt\n"


def write(*, programs: Mapping[str, Program], partners: Mapping[str, Partner], now: datetime) -> None:
    """Propose and decide as people of finance would have in the last days."""
    Corrections(programs, partners, now).write()


@dataclass(frozen=True)
class Corrections:
    programs: Mapping[str, Program]
    partners: Mapping[str, Partner]
    now: datetime

    def write(self) -> None:
        goodwill = "Kulanz: Die Aktion „Frühjahr“ galt zwei Tage länger als im Portal angezeigt"
        for vendor, amount in ((LENOVO, "75.00"), (SNOM, "40.00")):
            self._book(self._propose(vendor, SHOWN, Decimal(amount), goodwill, days=9))
        waiting = "Messebonus laut Schreiben vom Vertrieb, nicht Teil der Bedingungen"
        for vendor in (LENOVO, SNOM):
            self._propose(vendor, SHOWN, Decimal("120.00"), waiting, days=2)
        self._below_zero(SNOM)

    def _below_zero(self, vendor: str) -> None:
        """More is taken back than is owed: what is left is carried against the next rebates."""
        program = self.programs[vendor]
        known = {partner.pk: slug for slug, partner in self.partners.items() if slug != SHOWN}
        owed = accounts.balances(vendor=program.vendor, actor=Actor.system(), partners=known)
        least = min((each for each in owed if each.owed), key=lambda each: (each.owed, each.partner.number))
        reason = "Bonus zu Geräten, die über einen nicht autorisierten Händler zurückgegeben wurden"
        slug = known[least.partner.pk]
        self._book(self._propose(vendor, slug, -(least.owed + Decimal("60.00")), reason, days=6))

    def _propose(self, vendor: str, slug: str, amount: Decimal, reason: str, *, days: int) -> ManualAdjustment:
        proposal = Proposal(
            self.programs[vendor], self.partners[slug], amount, reason, Proof("gespraechsnotiz.csv", NOTE)
        )
        actor = Actor.of(User.objects.get(email=f"finance@{vendor}.example"))
        return adjusting.propose(proposal=proposal, actor=actor, now=self.now - timedelta(days=days))

    def _book(self, made: ManualAdjustment) -> None:
        vendor = made.program.vendor.slug
        second = Actor.of(User.objects.get(email=f"finance2@{vendor}.example"))
        adjusting.book(adjustment_id=made.pk, actor=second, now=made.requested_at + timedelta(days=1))
