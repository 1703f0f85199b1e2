"""Booking, cancelling, leaving and changing seats in any order: what a clerk with a paper list would have."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from common.access import Actor
from common.errors import DomainError
from common.models import User
from partners.models import Member
from tests import people
from tests.trainings.teaching import book
from tests.undone import undone
from tests.world import NOW, TODAY, World
from trainings import bookings, catalogue
from trainings.catalogue import Schedule
from trainings.models import Booking, TrainingDate

PEOPLE = st.integers(0, 4)
STEPS = st.one_of(
    st.tuples(st.just("book"), PEOPLE),
    st.tuples(st.just("cancel"), PEOPLE),
    st.tuples(st.just("leave"), PEOPLE),
    st.tuples(st.just("seats"), st.integers(1, 4)),
)


@dataclass
class Paper:
    """A list of seats and a queue."""

    world: World
    when: TrainingDate
    team: list[User]
    seats: int = 2
    seated: list[int] = field(default_factory=list)
    queue: list[int] = field(default_factory=list)
    left: set[int] = field(default_factory=set)

    def take(self, step: tuple[str, int]) -> None:
        getattr(self, f"_{step[0]}")(step[1])
        while self.queue and len(self.seated) < self.seats:
            self.seated.append(self.queue.pop(0))

    def _book(self, who: int) -> None:
        try:
            book(self.when, self.team[who], self.world.reseller, self.world.reseller_owner)
        except DomainError:
            assert who in self.left
            return
        assert who not in self.left
        if who not in self.seated + self.queue:
            self.queue.append(who)

    def _cancel(self, who: int) -> None:
        found = Booking.objects.filter(date=self.when, user=self.team[who]).exclude(state="cancelled").first()
        if found is not None:
            bookings.cancel(booking=found, actor=Actor.of(self.world.reseller_owner), now=NOW)
        self._forget(who)

    def _leave(self, who: int) -> None:
        Member.objects.filter(user=self.team[who]).update(left_on=TODAY)
        bookings.release_left(now=NOW)
        self.left.add(who)
        self._forget(who)

    def _forget(self, who: int) -> None:
        self.seated = [each for each in self.seated if each != who]
        self.queue = [each for each in self.queue if each != who]

    def _seats(self, seats: int) -> None:
        when = self.when
        schedule = Schedule(when.starts_at, when.ends_at, seats, when.book_until, place=when.place)
        try:
            catalogue.reschedule(
                training_date=when, schedule=schedule, actor=Actor.of(self.world.vendor_admin), now=NOW
            )
        except catalogue.SeatsTaken:
            assert seats < len(self.seated)
        else:
            assert seats >= len(self.seated)
            self.seats = seats

    def check(self) -> None:
        there = Booking.objects.filter(date=self.when).order_by("pk")
        booked = list(there.filter(state="booked").values_list("user", flat=True))
        waiting = list(there.filter(state="waiting").values_list("user", flat=True))
        assert len(booked) <= TrainingDate.objects.get(pk=self.when.pk).seats == self.seats
        assert len(set(booked + waiting)) == len(booked + waiting)
        assert sorted(booked) == sorted(self.team[who].pk for who in self.seated)
        assert waiting == [self.team[who].pk for who in self.queue]


@pytest.mark.django_db
@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(steps=st.lists(STEPS, min_size=5, max_size=20))
def test_never_more_than_the_seats_nobody_twice_and_those_who_wait_in_their_order(
    world: World, when: TrainingDate, steps: list[tuple[Any, ...]]
) -> None:
    with undone():
        team = [people.member_of(world.reseller, f"technician_{number}", "technician") for number in range(5)]
        paper = Paper(world, when, team)
        for step in steps:
            paper.take(step)
            paper.check()
