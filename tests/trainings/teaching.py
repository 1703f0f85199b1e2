"""Trainings, dates, bookings and certificates for tests, as the world's people would have made them."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta
from typing import Any

from django.utils import timezone

from common.access import Actor
from common.models import User
from common.proofs import Proof
from partners.models import Member, Partner
from programs.models import Program
from tests.world import NOW, TODAY
from trainings import attendance, bookings, catalogue, certificates
from trainings.catalogue import Offer, Schedule
from trainings.certificates import Paper
from trainings.models import Booking, Certificate, CertificateClaim, Training, TrainingDate

PDF = Proof("certificate.pdf", b"%PDF-1.7\n% a certificate\n")


def training(program: Program, actor: User, code: str = "technical", **facts: Any) -> Training:
    """For technicians, valid for two years, taken from elsewhere too."""
    what = {
        "name": "Technische Schulung", "name_en": "Technical training", "days": 2, "validity_months": 24,
        "audience": ["technician"], "external": True, **facts,
    }  # fmt: skip
    return catalogue.offer(program=program, code=code, what=Offer(**what), actor=Actor.of(actor))


def schedule(on: date, *, seats: int = 2, **facts: Any) -> Schedule:
    """Two days from nine to five."""
    values = {
        "starts_at": at(on, 9), "ends_at": at(on + timedelta(days=1), 17), "place": "Berlin",
        "book_until": on - timedelta(days=3), "seats": seats, **facts,
    }  # fmt: skip
    return Schedule(**values)


def at(day: date, hour: int) -> datetime:
    return timezone.make_aware(datetime.combine(day, time(hour)))


def planned(what: Training, actor: User, on: date | None = None, **facts: Any) -> TrainingDate:
    """In two weeks, where no day is named."""
    on = on or TODAY + timedelta(days=14)
    return catalogue.plan(training=what, schedule=schedule(on, **facts), actor=Actor.of(actor))


def book(when: TrainingDate, user: User, partner: Partner, by: User | None = None, **more: Any) -> Booking:
    now = more.pop("now", NOW)
    return bookings.book(
        training_date=when, partner=partner, user=user, actor=Actor.of(by or user), now=now,
        today=timezone.localdate(now),
    )  # fmt: skip


def close(when: TrainingDate, by: User, *there: Booking, now: datetime | None = None) -> list[Certificate]:
    """Everybody who is booked stands on the list; `there` attended."""
    now = now or when.ends_at
    listed = [each.pk for each in when.bookings.filter(state=Booking.State.BOOKED)]
    return attendance.close(
        training_date=when, listed=listed, attended=[each.pk for each in there], actor=Actor.of(by), now=now,
        today=timezone.localdate(now),
    )  # fmt: skip


def hand_in(what: Training, partner: Partner, holder: User, by: User | None = None, **more: Any) -> CertificateClaim:
    """A month old, saying nothing about its end."""
    paper = Paper(**{"issuer": "Akademie", "issued_on": TODAY - timedelta(days=30), "proof": PDF, **more})
    return certificates.hand_in(
        training=what, partner=partner, holder=holder, paper=paper, actor=Actor.of(by or holder), now=NOW, today=TODAY
    )


def accept(claim: CertificateClaim, by: User, valid_until: date | None = None, today: date = TODAY) -> Certificate:
    return certificates.accept(claim=claim, valid_until=valid_until, actor=Actor.of(by), now=NOW, today=today)


def certified(what: Training, holder: User, partner: Partner, start: date, by: User, **more: Any) -> Certificate:
    """A certificate from elsewhere of that day, whatever day it is."""
    claim = CertificateClaim.objects.create(
        training=what, partner=partner, holder=holder, issuer="Akademie", issued_on=start,
        file_name=PDF.file_name, content=PDF.content, sha256=PDF.sha256,
        submitted_by=holder, submitted_at=NOW, due_on=TODAY, state="accepted", decided_by=by, decided_at=NOW,
    )  # fmt: skip
    return Certificate.objects.create(
        training=what, holder=holder, partner=partner, source="external", claim=claim, issued_by=by, issued_at=NOW,
        valid=certificates.validity(what, start), **more,
    )  # fmt: skip


def technician(user: User, partner: Partner) -> User:
    """The person works there as a technician too."""
    Member.objects.create(partner=partner, user=user, role="technician")
    return user
