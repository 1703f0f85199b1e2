"""Booking seats at trainings. The date's row is held while seats are given or taken, so none is given twice.

A seat that becomes free goes to the first on the waiting list in the same commit. Everybody concerned gets a mail.
"""

from __future__ import annotations

from collections.abc import Collection
from datetime import date, datetime

from django.db import transaction
from django.db.models import Exists, OuterRef, QuerySet
from django.utils.timezone import localdate
from django.utils.translation import gettext as _

from common import outbox
from common.access import Actor
from common.errors import DomainError
from common.models import User
from partners.models import Partner
from programs.models import Vendor
from trainings import mails, rights
from trainings.models import Booking, TrainingDate
from trainings.selectors import members_on, taking_part

State = Booking.State


class NotBookable(DomainError):
    """The date is over, called off or closed for booking, or the company takes part in no such program."""


class NotForThem(DomainError):
    """The person does not work for the company, or in none of the roles that the training is for."""


class BookedElsewhere(DomainError):
    """The person is booked for this date by another company."""


class MovedOn(DomainError):
    """The booking is over already: the training was held or somebody has marked who was there."""


def lock(*, date_id: int) -> TrainingDate:
    """The date, held until the end of the transaction."""
    TrainingDate.objects.select_for_update(no_key=True).get(pk=date_id)
    return TrainingDate.objects.select_related("training__program__vendor").get(pk=date_id)


@transaction.atomic
def book(
    *, training_date: TrainingDate, partner: Partner, user: User, actor: Actor, now: datetime, today: date
) -> Booking:
    """Book a seat for somebody of the company or, where all are taken, a place in the waiting list.

    Booking again is the booking that is there. Raises rights.NotAllowed, NotBookable, NotForThem, BookedElsewhere.
    """
    booked_by = rights.check_acts_for(actor, partner, user)
    locked = lock(date_id=training_date.pk)
    _check_open(locked, partner, now, today)
    _check_audience(locked, partner, user, today)
    there = locked.bookings.exclude(state=State.CANCELLED).filter(user=user).first()
    if there is not None:
        if there.partner_id != partner.pk:
            raise BookedElsewhere(_("%(name)s is booked for this date already.") % {"name": user.name})
        return there
    state = State.BOOKED if free_seats(locked) > 0 else State.WAITING
    booking = Booking.objects.create(
        date=locked, partner=partner, user=user, state=state, booked_by_id=booked_by, booked_at=now, since=now
    )
    _tell(booking, mails.BOOKED if state == State.BOOKED else mails.WAITING)
    return booking


@transaction.atomic
def cancel(*, booking: Booking, actor: Actor, now: datetime) -> Booking:
    """Give a seat or a place in the waiting list back. Cancelling what is cancelled changes nothing.

    The vendor may do so too. Raises rights.NotAllowed, MovedOn.
    """
    locked = lock(date_id=booking.date_id)
    runs = rights.may_run(actor, locked.training.program.vendor_id)
    by = rights.person(actor) if runs else rights.check_acts_for(actor, booking.partner, booking.user)
    current = locked.bookings.select_related("user", "partner").get(pk=booking.pk)
    if current.state == State.CANCELLED:
        return current
    if current.state not in Booking.OPEN or locked.starts_at <= now:
        raise MovedOn(_("The training has begun; this booking cannot be cancelled any more."))
    _end(current, now)
    if by != current.user_id:
        _tell(current, mails.UNBOOKED)
    move_up(locked=locked, now=now)
    return current


def move_up(*, locked: TrainingDate, now: datetime) -> list[Booking]:
    """Give free seats to those who wait, in their order. Call while the date is locked."""
    if locked.state != TrainingDate.State.PLANNED or locked.starts_at <= now:
        return []
    free = max(free_seats(locked), 0)
    # Whoever has left the company meanwhile is passed over; `release_left` ends their wait.
    waiting = locked.bookings.filter(_still_there(localdate(now)), state=State.WAITING).order_by("pk")
    moved = list(waiting.select_related("user", "partner")[:free])
    for booking in moved:
        Booking.objects.filter(pk=booking.pk, state=State.WAITING).update(state=State.BOOKED, since=now)
        booking.state = State.BOOKED
        _tell(booking, mails.MOVED_UP)
    return moved


def free_seats(locked: TrainingDate) -> int:
    """Below zero only if the vendor took seats away that had been given, which it cannot."""
    return locked.seats - locked.bookings.filter(state__in=Booking.SEATED).count()


def release_left(*, now: datetime) -> int:
    """End the open bookings of people who have left the company they were booked by. Returns how many."""
    left = Booking.objects.filter(
        ~_still_there(localdate(now)),
        state__in=Booking.OPEN,
        date__state=TrainingDate.State.PLANNED,
        date__starts_at__gt=now,
    )
    ended = 0
    for date_id in sorted(set(left.values_list("date_id", flat=True))):
        with transaction.atomic():
            locked = lock(date_id=date_id)
            ended += left.filter(date=locked).update(state=State.CANCELLED, since=now)
            move_up(locked=locked, now=now)
    return ended


def take_along(*, source: Partner, target: Partner, vendor: Vendor, people: Collection[int], now: datetime) -> int:
    """These people go on working at another company, and so do their bookings of the vendor's dates to come."""
    ahead = Booking.objects.filter(
        partner=source, user__in=people, state__in=Booking.OPEN, date__starts_at__gt=now,
        date__training__program__vendor=vendor,
    )  # fmt: skip
    return ahead.update(partner=target)


def open_bookings(locked: TrainingDate) -> QuerySet[Booking]:
    """Seats and places in the waiting list, with whom they are for."""
    return locked.bookings.filter(state__in=Booking.OPEN).select_related("user", "partner")


def tell_all(*, locked: TrainingDate, kind: str, occasion: str, text: str = "") -> None:
    """One mail to everybody who is booked or waits. `occasion` makes it the only one of its kind."""
    for booking in open_bookings(locked):
        booking.date = locked
        _tell(booking, kind, occasion=occasion, text=text)


def _still_there(day: date) -> Exists:
    return Exists(members_on(day).filter(user=OuterRef("user"), partner=OuterRef("partner")))


def _end(booking: Booking, now: datetime) -> None:
    Booking.objects.filter(pk=booking.pk, state__in=Booking.OPEN).update(state=State.CANCELLED, since=now)
    booking.state = State.CANCELLED


def _check_open(locked: TrainingDate, partner: Partner, now: datetime, today: date) -> None:
    if locked.state == TrainingDate.State.CANCELLED:
        raise NotBookable(_("This date is called off."))
    if locked.state == TrainingDate.State.HELD or locked.starts_at <= now or today > locked.book_until:
        raise NotBookable(_("This date takes no bookings any more."))
    training = locked.training
    if training.archived_on is not None and training.archived_on <= today:
        raise NotBookable(_("This training is not offered any more."))
    if not taking_part(program=training.program, on=today).filter(enrolment__partner=partner).exists():
        raise NotBookable(_("Your company does not take part in %(program)s.") % {"program": training.program.name})


def _check_audience(locked: TrainingDate, partner: Partner, user: User, today: date) -> None:
    held = set(members_on(today).filter(partner=partner, user=user).values_list("role", flat=True))
    if not held:
        raise NotForThem(_("%(name)s does not work for %(partner)s.") % {"name": user.name, "partner": partner.name})
    wanted = locked.training.audience
    if wanted and not held & set(wanted):
        raise NotForThem(_("This training is for other roles than %(name)s has.") % {"name": user.name})


def _tell(booking: Booking, kind: str, *, occasion: str = "", text: str = "") -> None:
    period = f"booking {booking.pk}{occasion and f' {occasion}'}"
    context = mails.about_booking(kind=kind, booking=booking, text=text)
    if booking.user.is_active:
        outbox.put(kind=kind, period=period, recipient=booking.user, context=context)
