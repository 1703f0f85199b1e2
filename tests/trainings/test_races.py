"""Seats, attendance and decisions at the same moment, by connections that commit for real."""

from __future__ import annotations

import threading
from collections.abc import Callable
from datetime import date, timedelta
from typing import Any

import pytest
from django.db import transaction

from common.access import Actor
from common.models import OutboxMail, User
from tests import people
from tests.sales.sending import at_once
from tests.trainings.teaching import accept, book, close, hand_in, planned, training
from tests.world import NOW, TODAY, World, build_world
from trainings import bookings, certificates, mails, reminding
from trainings.models import Booking, Certificate, CertificateClaim, CertificateReminder, Training, TrainingDate

ROUNDS = 5


@pytest.fixture
def committed(own_database: str, today: date) -> World:
    with transaction.atomic():
        return build_world()


@pytest.fixture
def technical(committed: World) -> Training:
    return training(committed.program, committed.vendor_admin)


def team(world: World, count: int, name: str = "technician") -> list[User]:
    return [people.member_of(world.reseller, f"{name}_{number}", "technician") for number in range(count)]


def booking_all(when: TrainingDate, world: World, persons: list[User]) -> list[Any]:
    return at_once(*[lambda user=user: book(when, user, world.reseller) for user in persons])


def cancelling(world: World, booking: Booking) -> Callable[[], object]:
    actor = Actor.of(world.reseller_owner)
    return lambda: bookings.cancel(booking=booking, actor=actor, now=NOW)


def closing(world: World, when: TrainingDate, there: list[Booking]) -> Callable[[], object]:
    return lambda: close(when, world.channel_manager, *there)


def deciding(world: World, claim: CertificateClaim) -> list[Callable[[], object]]:
    """One accepts, another refuses."""
    first, second = (CertificateClaim.objects.get(pk=claim.pk) for _ in range(2))
    by: dict[str, Any] = {"now": NOW, "today": TODAY}
    return [
        lambda: accept(first, world.channel_manager),
        lambda: certificates.refuse(claim=second, reason="No", actor=Actor.of(world.vendor_admin), **by),
    ]


def withdrawing(world: World, claim: CertificateClaim) -> list[Callable[[], object]]:
    """The vendor accepts, the holder withdraws."""
    mine, theirs = (CertificateClaim.objects.get(pk=claim.pk) for _ in range(2))
    return [
        lambda: accept(theirs, world.channel_manager),
        lambda: certificates.withdraw(claim=mine, actor=Actor.of(claim.holder), now=NOW),
    ]


def test_four_people_at_once_get_two_seats_and_two_wait(committed: World, technical: Training) -> None:
    persons = team(committed, 4)
    for _round in range(ROUNDS):
        when = planned(technical, committed.channel_manager)
        found = booking_all(when, committed, persons)
        assert sorted(each.state for each in found) == ["booked", "booked", "waiting", "waiting"]


def test_without_the_lock_more_than_the_seats_would_be_booked(
    committed: World, technical: Training, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The control: what the test above proves would not hold by itself."""
    persons = team(committed, 4)
    when = planned(technical, committed.channel_manager)
    barrier = threading.Barrier(len(persons), timeout=20)
    counted = bookings.free_seats

    def counted_together(locked: TrainingDate) -> int:
        free = counted(locked)
        barrier.wait()
        return free

    monkeypatch.setattr(bookings, "lock", lambda date_id: TrainingDate.objects.get(pk=date_id))
    monkeypatch.setattr(bookings, "free_seats", counted_together)
    booking_all(when, committed, persons)
    assert when.bookings.filter(state=Booking.State.BOOKED).count() == 4 > when.seats


def test_the_same_person_at_once_has_one_seat(committed: World, technical: Training) -> None:
    when = planned(technical, committed.channel_manager)
    found = booking_all(when, committed, [committed.reseller_technician] * 4)
    assert found == [Booking.objects.get()] * 4
    assert OutboxMail.objects.filter(kind=mails.BOOKED).count() == 1


def test_two_seats_that_become_free_at_once_go_to_two_people(committed: World, technical: Training) -> None:
    persons = team(committed, 5)
    for _round in range(ROUNDS):
        when = planned(technical, committed.channel_manager)
        first, second, *waiting = [book(when, user, committed.reseller) for user in persons]
        at_once(cancelling(committed, first), cancelling(committed, second))
        states = [Booking.objects.get(pk=each.pk).state for each in waiting]
        assert states == ["booked", "booked", "waiting"]


def test_a_list_closed_twice_at_once_issues_each_certificate_once(committed: World, technical: Training) -> None:
    for number in range(ROUNDS):
        when = planned(technical, committed.channel_manager)
        there = [book(when, user, committed.reseller) for user in team(committed, 2, f"round_{number}")]
        found = at_once(*[closing(committed, when, there)] * 2)
        assert sorted(type(each).__name__ for each in found) == ["NotPlanned", "list"]
        assert Certificate.objects.filter(booking__date=when).count() == 2


def test_of_accepting_and_refusing_at_once_one_wins(committed: World, technical: Training) -> None:
    for number in range(ROUNDS):
        (holder,) = team(committed, 1, f"holder_{number}")
        claim = hand_in(technical, committed.reseller, holder)
        found = at_once(*deciding(committed, claim))
        claim.refresh_from_db()
        assert sum(isinstance(each, certificates.MovedOn) for each in found) == 1
        assert Certificate.objects.filter(claim=claim).exists() is (claim.state == "accepted")


def test_of_withdrawing_and_deciding_at_once_one_wins_and_the_other_is_told(
    committed: World, technical: Training
) -> None:
    for number in range(ROUNDS):
        (holder,) = team(committed, 1, f"holder_{number}")
        claim = hand_in(technical, committed.reseller, holder)
        steps = withdrawing(committed, claim)
        found = at_once(*(steps if number % 2 else reversed(steps)))
        claim.refresh_from_db()
        assert sum(isinstance(each, certificates.MovedOn) for each in found) == 1
        assert claim.state in ("accepted", "withdrawn")
        assert Certificate.objects.filter(claim=claim).exists() is (claim.state == "accepted")
        assert (claim.content is None) is (claim.state == "withdrawn")


def test_reminders_made_at_once_are_made_once(committed: World, technical: Training) -> None:
    for user in team(committed, 3):
        claim = hand_in(technical, committed.reseller, user)
        accept(claim, committed.channel_manager)
    week_before = Certificate.objects.earliest("pk").valid.upper - timedelta(days=7)
    at_once(*[lambda: reminding.remind_due(now=NOW, today=week_before)] * 4)
    assert CertificateReminder.objects.count() == 3
    assert OutboxMail.objects.filter(kind=mails.EXPIRING).count() == 3
