"""Seats: for whom they are booked, who waits, and who gets one that becomes free."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.db import IntegrityError, transaction

from common.access import Actor
from common.models import OutboxMail, User
from partners.models import EnrolmentStatus, Member
from tests import people
from tests.trainings.teaching import at, book, close, technician
from tests.world import NOW, TODAY, World
from trainings import bookings, catalogue, mails, rights
from trainings.bookings import BookedElsewhere, MovedOn, NotBookable, NotForThem
from trainings.models import Booking, Training, TrainingDate

State = Booking.State


def colleague(world: World, number: int) -> User:
    return people.member_of(world.reseller, f"technician_{number}", "technician")


def fill(world: World, when: TrainingDate, count: int) -> list[Booking]:
    """So many technicians, booked by the owner one after the other."""
    return [
        book(when, colleague(world, number), world.reseller, world.reseller_owner, now=NOW + timedelta(minutes=number))
        for number in range(count)
    ]


def cancel(booking: Booking, by: User, minutes: int = 60) -> Booking:
    return bookings.cancel(booking=booking, actor=Actor.of(by), now=NOW + timedelta(minutes=minutes))


def states(*found: Booking) -> list[str]:
    return [Booking.objects.get(pk=each.pk).state for each in found]


def kinds(user: User) -> list[str]:
    return list(OutboxMail.objects.filter(recipient=user).order_by("pk").values_list("kind", flat=True))


def test_a_technician_books_a_seat_and_has_a_mail_with_time_and_place(world: World, when: TrainingDate) -> None:
    booking = book(when, world.reseller_technician, world.reseller)
    assert booking.state == State.BOOKED
    mail = OutboxMail.objects.get(recipient=world.reseller_technician)
    assert mail.kind == mails.BOOKED
    assert mail.subject == "You have a seat: Technical training"
    assert "30 Nov 2026, 09:00" in mail.text
    assert "Berlin" in mail.text


def test_booking_twice_is_one_booking_and_one_mail(world: World, when: TrainingDate) -> None:
    first = book(when, world.reseller_technician, world.reseller)
    assert book(when, world.reseller_technician, world.reseller, world.reseller_owner) == first
    assert kinds(world.reseller_technician) == [mails.BOOKED]


@pytest.mark.parametrize("role", ["reseller_owner", "reseller_sales"])
def test_owners_and_sales_book_for_the_team(world: World, when: TrainingDate, role: str) -> None:
    assert book(when, world.reseller_technician, world.reseller, getattr(world, role)).state == State.BOOKED


def test_others_book_for_themselves_only(world: World, when: TrainingDate) -> None:
    with pytest.raises(rights.NotAllowed):
        book(when, colleague(world, 0), world.reseller, world.reseller_technician)
    with pytest.raises(rights.NotAllowed):
        book(when, world.reseller_technician, world.reseller, world.rival_owner)
    with pytest.raises(rights.NotAllowed):
        book(when, world.reseller_technician, world.reseller, world.channel_manager)


def test_whom_the_training_is_not_for_gets_no_seat(world: World, when: TrainingDate) -> None:
    with pytest.raises(NotForThem, match="other roles"):
        book(when, world.reseller_sales, world.reseller)
    technician(world.reseller_sales, world.reseller)
    assert book(when, world.reseller_sales, world.reseller).state == State.BOOKED


def test_a_training_without_audience_is_for_everybody(world: World, technical: Training, when: TrainingDate) -> None:
    Training.objects.filter(pk=technical.pk).update(audience=[])
    assert book(when, world.reseller_finance, world.reseller).state == State.BOOKED


def test_whoever_has_left_is_not_booked(world: World, when: TrainingDate) -> None:
    Member.objects.filter(user=world.reseller_technician).update(left_on=TODAY)
    with pytest.raises(NotForThem, match="does not work"):
        book(when, world.reseller_technician, world.reseller, world.reseller_owner)


def test_only_companies_that_take_part_now_book(world: World, when: TrainingDate) -> None:
    technician(world.rival_owner, world.rival)
    with pytest.raises(NotBookable, match="does not take part"):
        book(when, world.rival_owner, world.rival)
    EnrolmentStatus.objects.filter(enrolment=world.enrolment).update(status="suspended")
    with pytest.raises(NotBookable, match="does not take part"):
        book(when, world.reseller_technician, world.reseller)


def test_a_person_of_two_companies_has_one_seat(world: World, when: TrainingDate) -> None:
    book(when, world.reseller_technician, world.reseller)
    technician(world.reseller_technician, world.rival)
    people_of_rival = world.rival_enrolment
    people_of_rival.program = world.program
    people_of_rival.save()
    with pytest.raises(BookedElsewhere):
        book(when, world.reseller_technician, world.rival)


def test_seats_are_booked_until_the_last_day_said(world: World, when: TrainingDate) -> None:
    last = at(when.book_until, 23)
    assert book(when, world.reseller_technician, world.reseller, now=last).state == State.BOOKED
    with pytest.raises(NotBookable, match="no bookings any more"):
        book(when, colleague(world, 0), world.reseller, world.reseller_owner, now=last + timedelta(hours=2))


def test_nobody_books_what_is_archived_or_called_off(world: World, technical: Training, when: TrainingDate) -> None:
    catalogue.archive(training=technical, on=TODAY, actor=Actor.of(world.vendor_admin))
    with pytest.raises(NotBookable, match="not offered"):
        book(when, world.reseller_technician, world.reseller)
    catalogue.archive(training=technical, on=None, actor=Actor.of(world.vendor_admin))
    catalogue.call_off(training_date=when, reason="Ill", actor=Actor.of(world.vendor_admin), now=NOW)
    with pytest.raises(NotBookable, match="called off"):
        book(when, world.reseller_technician, world.reseller)


def test_when_all_seats_are_taken_people_wait_and_move_up_in_their_order(world: World, when: TrainingDate) -> None:
    first, second, third, fourth = fill(world, when, 4)
    assert states(first, second, third, fourth) == [State.BOOKED, State.BOOKED, State.WAITING, State.WAITING]
    cancel(first, world.reseller_owner)
    assert states(first, second, third, fourth) == [State.CANCELLED, State.BOOKED, State.BOOKED, State.WAITING]
    assert kinds(third.user) == [mails.WAITING, mails.MOVED_UP]
    assert kinds(fourth.user) == [mails.WAITING]
    assert kinds(first.user) == [mails.BOOKED, mails.UNBOOKED]


def test_leaving_the_waiting_list_frees_no_seat(world: World, when: TrainingDate) -> None:
    first, second, third, fourth = fill(world, when, 4)
    cancel(third, third.user)
    assert states(first, second, third, fourth) == [State.BOOKED, State.BOOKED, State.CANCELLED, State.WAITING]
    assert kinds(third.user) == [mails.WAITING], "nobody needs to be told what they did themselves"


def test_whoever_cancelled_goes_to_the_end_of_the_list(world: World, when: TrainingDate) -> None:
    first, _second, third, fourth = fill(world, when, 4)
    cancel(third, third.user)
    again = book(when, third.user, world.reseller, world.reseller_owner)
    cancel(first, world.reseller_owner)
    assert states(fourth, again) == [State.BOOKED, State.WAITING]


def test_cancelling_twice_moves_one_person_up(world: World, when: TrainingDate) -> None:
    first, _second, third, fourth = fill(world, when, 4)
    cancel(first, world.reseller_owner)
    cancel(first, world.reseller_owner)
    assert states(third, fourth) == [State.BOOKED, State.WAITING]


def test_the_vendor_may_take_somebody_off_the_list_and_a_stranger_may_not(world: World, when: TrainingDate) -> None:
    booking = book(when, world.reseller_technician, world.reseller)
    for stranger in (world.rival_owner, world.rival_channel_manager, world.vendor_finance, world.reseller_finance):
        with pytest.raises(rights.NotAllowed):
            cancel(booking, stranger)
    cancel(booking, world.channel_manager)
    assert states(booking) == [State.CANCELLED]
    assert kinds(world.reseller_technician) == [mails.BOOKED, mails.UNBOOKED]


def test_nobody_cancels_once_the_training_has_begun(world: World, when: TrainingDate) -> None:
    booking = book(when, world.reseller_technician, world.reseller)
    with pytest.raises(MovedOn):
        bookings.cancel(booking=booking, actor=Actor.of(world.reseller_technician), now=when.starts_at)
    close(when, world.channel_manager, booking)
    with pytest.raises(MovedOn):
        cancel(booking, world.channel_manager)


def test_more_seats_are_given_to_those_who_wait(world: World, when: TrainingDate) -> None:
    *_booked, third, fourth, fifth = fill(world, when, 5)
    schedule = catalogue.Schedule(when.starts_at, when.ends_at, 4, when.book_until, place=when.place)
    catalogue.reschedule(training_date=when, schedule=schedule, actor=Actor.of(world.channel_manager), now=NOW)
    assert states(third, fourth, fifth) == [State.BOOKED, State.BOOKED, State.WAITING]
    assert mails.CHANGED not in kinds(third.user)


def test_the_seat_of_somebody_who_left_the_company_goes_to_the_next(world: World, when: TrainingDate) -> None:
    first, second, third = fill(world, when, 3)
    Member.objects.filter(user=first.user).update(left_on=TODAY)
    assert bookings.release_left(now=NOW + timedelta(hours=1)) == 1
    assert states(first, second, third) == [State.CANCELLED, State.BOOKED, State.BOOKED]
    assert bookings.release_left(now=NOW + timedelta(hours=1)) == 0


def test_somebody_who_left_while_waiting_is_passed_over(world: World, when: TrainingDate) -> None:
    first, _second, third, fourth = fill(world, when, 4)
    Member.objects.filter(user=third.user).update(left_on=TODAY)
    cancel(first, world.reseller_owner)
    assert states(third, fourth) == [State.WAITING, State.BOOKED]
    bookings.release_left(now=NOW + timedelta(hours=1))
    assert states(third) == [State.CANCELLED]


def test_the_database_has_no_second_open_booking_of_a_person(world: World, when: TrainingDate) -> None:
    booking = book(when, world.reseller_technician, world.reseller)
    with pytest.raises(IntegrityError, match="one_seat_for_a_person"), transaction.atomic():
        Booking.objects.create(
            date=when, partner=world.reseller, user=booking.user, state=State.WAITING, booked_by=booking.user,
            booked_at=NOW, since=NOW,
        )  # fmt: skip
