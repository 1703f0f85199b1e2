"""Writing down who was there: the date is held, and those who attended get their certificates in the same commit."""

from __future__ import annotations

from collections.abc import Collection
from datetime import date, datetime

from django.db import transaction
from django.utils.timezone import localdate
from django.utils.translation import gettext as _

from common.access import Actor
from common.errors import DomainError
from common.formats import date_short
from trainings import bookings, certificates, rights
from trainings.models import Booking, Certificate, TrainingDate

State = Booking.State


class TooEarly(DomainError):
    """The training has not begun."""


class NotPlanned(DomainError):
    """Somebody has written down the attendance, or called the date off."""


class ListChanged(DomainError):
    """Other people are booked than stood on the list."""


@transaction.atomic
def close(
    *,
    training_date: TrainingDate,
    listed: Collection[int],
    attended: Collection[int],
    actor: Actor,
    now: datetime,
    today: date,
) -> list[Certificate]:
    """Of the bookings that were `listed`, these `attended`; the others were absent. Whoever waited waits no more.

    From the first day on; a certificate still holds from the last one. Raises rights.NotAllowed, TooEarly, NotPlanned,
    ListChanged.
    """
    by = rights.check_runs(actor, training_date.training.program.vendor_id)
    locked = bookings.lock(date_id=training_date.pk)
    if locked.state != TrainingDate.State.PLANNED:
        raise NotPlanned(_("The attendance of this date was written down meanwhile, or it was called off."))
    if (begins := localdate(locked.starts_at)) > today:
        raise TooEarly(_("The training begins on %(day)s.") % {"day": date_short(begins)})
    booked = {each.pk: each for each in bookings.open_bookings(locked).filter(state=State.BOOKED)}
    if set(listed) != set(booked) or not set(attended) <= set(booked):
        raise ListChanged(_("Bookings have changed meanwhile. Please look at the list again."))
    there = [booking for pk, booking in booked.items() if pk in set(attended)]
    open_ones = locked.bookings.filter(pk__in=booked, state=State.BOOKED)
    open_ones.filter(pk__in=[booking.pk for booking in there]).update(state=State.ATTENDED, since=now)
    open_ones.update(state=State.ABSENT, since=now)
    locked.bookings.filter(state=State.WAITING).update(state=State.CANCELLED, since=now)
    TrainingDate.objects.filter(pk=locked.pk, state=TrainingDate.State.PLANNED).update(state=TrainingDate.State.HELD)
    return [_certify(booking, locked, by, now) for booking in there]


@transaction.atomic
def was_there(*, booking: Booking, actor: Actor, now: datetime) -> Certificate:
    """Somebody who was marked as absent attended after all. Raises rights.NotAllowed, ListChanged."""
    by = rights.check_runs(actor, booking.date.training.program.vendor_id)
    locked = bookings.lock(date_id=booking.date_id)
    absent = Booking.objects.filter(pk=booking.pk, state=State.ABSENT)
    if absent.update(state=State.ATTENDED, since=now) != 1:
        booking.refresh_from_db(fields=["state"])
        if booking.state != State.ATTENDED:
            raise ListChanged(_("This person was not marked as absent."))
    return _certify(booking, locked, by, now)


def _certify(booking: Booking, locked: TrainingDate, by: int, now: datetime) -> Certificate:
    booking.date = locked
    return certificates.issue_for(booking=booking, issued_by=by, now=now)
