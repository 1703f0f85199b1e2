"""What a vendor offers: trainings, and the dates on which they are held."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import asdict, dataclass, field
from datetime import date, datetime
from decimal import Decimal

from django.db import transaction
from django.utils.translation import gettext as _

from common.access import Actor
from common.errors import DomainError
from programs.models import Program
from trainings import bookings, mails, rights
from trainings.models import Booking, Training, TrainingDate

State = TrainingDate.State
TOLD = ("starts_at", "ends_at", "place", "link", "language")
"""What people who are booked are told when it changes."""


class CodeTaken(DomainError):
    """The program has a training with this code already."""


class NotPlanned(DomainError):
    """The date was held or called off; it does not change any more."""


class SeatsTaken(DomainError):
    """More seats are booked than would be left."""


@dataclass(frozen=True)
class Offer:
    """What a training is; see `Training`."""

    name: str
    name_en: str = ""
    description: str = ""
    description_en: str = ""
    days: Decimal = Decimal(1)
    validity_months: int | None = None
    audience: Collection[str] = field(default_factory=list)
    external: bool = False


@dataclass(frozen=True)
class Schedule:
    """When and where a training is held; see `TrainingDate`."""

    starts_at: datetime
    ends_at: datetime
    seats: int
    book_until: date
    place: str = ""
    link: str = ""
    language: str = "de"


@transaction.atomic
def offer(*, program: Program, code: str, what: Offer, actor: Actor) -> Training:
    """Add a training to the program's catalogue. Raises rights.NotAllowed, CodeTaken."""
    rights.check_runs(actor, program.vendor_id)
    training, made = Training.objects.get_or_create(program=program, code=code, defaults=asdict(what))
    if not made:
        raise CodeTaken(_("%(program)s has a training “%(code)s” already.") % {"program": program, "code": code})
    return training


def change(*, training: Training, what: Offer, actor: Actor) -> Training:
    """What is certified already stays as it is. Raises rights.NotAllowed."""
    rights.check_runs(actor, training.program.vendor_id)
    for name, value in asdict(what).items():
        setattr(training, name, value)
    training.save(update_fields=list(asdict(what)))
    return training


def archive(*, training: Training, on: date | None, actor: Actor) -> Training:
    """Offer it no more from this day on; None: offer it again. Certificates still count. Raises rights.NotAllowed."""
    rights.check_runs(actor, training.program.vendor_id)
    training.archived_on = on
    training.save(update_fields=["archived_on"])
    return training


def plan(*, training: Training, schedule: Schedule, actor: Actor) -> TrainingDate:
    """Raises rights.NotAllowed."""
    rights.check_runs(actor, training.program.vendor_id)
    return TrainingDate.objects.create(training=training, **asdict(schedule))


@transaction.atomic
def reschedule(*, training_date: TrainingDate, schedule: Schedule, actor: Actor, now: datetime) -> TrainingDate:
    """Change a planned date; who is booked or waits is told what they have to know, and more seats are given at once.

    Raises rights.NotAllowed, NotPlanned, SeatsTaken.
    """
    locked = _planned(training_date, actor)
    taken = locked.bookings.filter(state__in=Booking.SEATED).count()
    if schedule.seats < taken:
        raise SeatsTaken(_("%(taken)s seats are booked; please cancel bookings first.") % {"taken": taken})
    values = asdict(schedule)
    changed = any(getattr(locked, name) != values[name] for name in TOLD)
    for name, value in values.items():
        setattr(locked, name, value)
    locked.save(update_fields=list(values))
    if changed:
        bookings.tell_all(locked=locked, kind=mails.CHANGED, occasion=_at(now))
    bookings.move_up(locked=locked, now=now)
    return locked


@transaction.atomic
def call_off(*, training_date: TrainingDate, reason: str, actor: Actor, now: datetime) -> TrainingDate:
    """The training is not held on this date; everybody is told why. Raises rights.NotAllowed, NotPlanned."""
    locked = _planned(training_date, actor)
    TrainingDate.objects.filter(pk=locked.pk, state=State.PLANNED).update(state=State.CANCELLED, reason=reason)
    locked.state, locked.reason = State.CANCELLED, reason
    bookings.tell_all(locked=locked, kind=mails.CALLED_OFF, occasion="called off", text=reason)
    bookings.open_bookings(locked).update(state=Booking.State.CANCELLED, since=now)
    return locked


def _planned(training_date: TrainingDate, actor: Actor) -> TrainingDate:
    """The date, locked. Raises rights.NotAllowed, NotPlanned."""
    rights.check_runs(actor, training_date.training.program.vendor_id)
    locked = bookings.lock(date_id=training_date.pk)
    if locked.state != State.PLANNED:
        raise NotPlanned(_("This date was held or called off meanwhile and does not change any more."))
    return locked


def _at(now: datetime) -> str:
    return f"{now:%Y%m%dT%H%M%S%f}"
