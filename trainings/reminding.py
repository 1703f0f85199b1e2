"""Reminding of certificates that expire: 90, 30 and 7 days before, the holder and the owners of their company.

Whoever holds a later certificate of the training, or works for no company that takes part any more, is not reminded.
Whoever has a seat at a date before the last day is told so, and offered no other one.
A reminder that comes late, because nothing ran for weeks, is the one for the days that are left.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from django.db import transaction
from django.db.models import Exists, OuterRef, Q, QuerySet
from django.utils import timezone

from common import outbox
from common.models import User
from partners.models import Enrolment, Partner
from partners.participation import owners
from trainings import mails
from trainings.models import Booking, Certificate, CertificateReminder, TrainingDate
from trainings.selectors import bookable_dates, later_certificate, members_on, taking_part

DAYS = (90, 30, 7)
"""Before the first day on which the certificate no longer holds."""
OFFERED = 3
"""Dates named in a reminder."""


@dataclass(frozen=True)
class _Step:
    """A certificate that ends within `days`, and not within the next step's, is reminded of under this number."""

    days: int
    next_days: int


STEPS = tuple(_Step(days, following) for days, following in zip(DAYS, (*DAYS[1:], 0), strict=True))


def remind_due(*, now: datetime, today: date, go_on: Callable[[], bool] = lambda: True) -> int:
    """Make the mails that are due, a commit for each certificate. Returns for how many."""
    made = 0
    for step in STEPS:
        for pk in list(_due(step, today).values_list("pk", flat=True)):
            if not go_on():
                return made
            made += _remind(pk, step, now, today)
    return made


def _due(step: _Step, today: date) -> QuerySet[Certificate]:
    first, last = today + timedelta(days=step.next_days), today + timedelta(days=step.days)
    ending = Certificate.objects.filter(
        Q(revoked_on__isnull=True), valid__endswith__gt=first, valid__endswith__lte=last
    )
    reminded = CertificateReminder.objects.filter(certificate=OuterRef("pk"), days=step.days)
    return ending.filter(~Exists(reminded), ~later_certificate(today), Exists(_employed(today))).order_by("pk")


def _employed(today: date) -> QuerySet[Enrolment]:
    """Enrolments by which the holder of a `Certificate` row counts somewhere today, as SQL."""
    working = members_on(today).filter(user=OuterRef(OuterRef("holder")), partner=OuterRef("partner"))
    active = taking_part(program=OuterRef("program"), on=today).filter(enrolment=OuterRef("pk"))
    return Enrolment.objects.filter(Exists(working), Exists(active), program=OuterRef("training__program"))


@transaction.atomic
def _remind(pk: int, step: _Step, now: datetime, today: date) -> bool:
    """False: another worker has it, or it needs no reminder any more."""
    found = _due(step, today).filter(pk=pk).select_for_update(of=("self",), skip_locked=True, no_key=True)
    certificate = found.select_related("training__program__vendor", "holder").first()
    if certificate is None:
        return False
    CertificateReminder.objects.create(certificate=certificate, days=step.days, made_at=now)
    booked = _booked(certificate, now)
    in_time = booked is not None and timezone.localdate(booked.ends_at) < certificate.valid.upper
    offered = bookable_dates(trainings=[certificate.training_id], today=today, now=now)
    dates = [] if in_time else list(offered[:OFFERED])
    told: set[int] = set()
    for partner in _employers(certificate, today):
        for person in [certificate.holder, *owners(partner.pk)]:
            if person.is_active and person.pk not in told:
                told.add(person.pk)
                _put(certificate, person, partner, step, dates, booked)
    return True


def _booked(certificate: Certificate, now: datetime) -> TrainingDate | None:
    """The next date at which the holder has a seat."""
    seats = Booking.objects.filter(user=certificate.holder_id, state=Booking.State.BOOKED)
    dates = TrainingDate.objects.filter(
        pk__in=seats.values("date_id"), training=certificate.training_id, state=TrainingDate.State.PLANNED,
        starts_at__gt=now,
    )  # fmt: skip
    return dates.order_by("starts_at", "pk").first()


def _employers(certificate: Certificate, today: date) -> list[Partner]:
    working = members_on(today).filter(user=certificate.holder_id)
    active = taking_part(program=certificate.training.program_id, on=today)
    both = Partner.objects.filter(pk__in=working.values("partner_id"), enrolments__in=active.values("enrolment_id"))
    return list(both.order_by("pk").distinct())


def _put(
    certificate: Certificate,
    person: User,
    partner: Partner,
    step: _Step,
    dates: Sequence[TrainingDate],
    booked: TrainingDate | None,
) -> None:
    kind = mails.EXPIRING if person.pk == certificate.holder_id else mails.EXPIRING_IN_TEAM
    context = mails.about_certificate(kind=kind, certificate=certificate, partner=partner, dates=dates, booked=booked)
    outbox.put(kind=kind, period=f"certificate {certificate.pk} {step.days} days", recipient=person, context=context)
