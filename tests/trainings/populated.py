"""Trainings with a date, a booking, a certificate and one from elsewhere, ours and the rivals', for every address."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta

from django.db.models import Model

from common.models import User
from partners.models import Partner
from programs.models import Program
from tests.trainings.teaching import book, certified, hand_in, planned, training
from tests.world import NOW, TODAY, World, enrol, make_program
from trainings.models import Booking, Certificate, CertificateClaim, Training, TrainingDate


@dataclass(frozen=True)
class Taught:
    """`technical`: what the vendor offers; the rest is about it."""

    technical: Training
    date: TrainingDate
    booking: Booking
    certificate: Certificate
    claim: CertificateClaim

    def of(self, word: str) -> Model:
        """By the word before the number in an address."""
        rows: dict[str, Model] = {
            "trainings": self.technical, "dates": self.date, "bookings": self.booking,
            "certificates": self.certificate, "claims": self.claim,
        }  # fmt: skip
        return rows[word]


def teach(program: Program, partner: Partner, admin: User, owner: User) -> Taught:
    """The owner holds a certificate, is booked, and has handed in another one."""
    texts = {"description": "What is taught", "description_en": "What is taught"}
    technical = training(program, admin, audience=(), **texts)
    when = planned(technical, admin, link=f"https://meet.example/{program.slug}")
    return Taught(
        technical,
        when,
        book(when, owner, partner, now=NOW),
        certified(technical, owner, partner, TODAY - timedelta(days=700), admin),
        hand_in(technical, partner, owner),
    )


def taught(world: World) -> tuple[Taught, Taught]:
    """Ours, and the rivals' in a program in which the reseller takes no part."""
    closed = make_program(world.rival_vendor, "rival-academy", "Rival academy", ("member",))
    enrol(world.rival, closed, tier="member")
    return (
        teach(world.program, world.reseller, world.vendor_admin, world.reseller_owner),
        teach(closed, world.rival, world.rival_vendor_admin, world.rival_owner),
    )
