"""The plan in any order of events: figures that change, people who decide, days that pass."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tiers.planning import Open, Plan, State, Step, plan

START = date(2027, 11, 20)
DAY = timedelta(days=1)
RANKS = st.integers(1, 4)
EVENTS = st.one_of(
    st.tuples(st.just("earn"), st.none() | RANKS),
    st.tuples(st.just("wait"), st.sampled_from([1, 2, 30, 89, 90, 400])),
    st.tuples(st.just("decide"), RANKS, st.integers(1, 200)),
    st.tuples(st.sampled_from(["accept", "decline", "end", "assess"])),
)


@dataclass
class Life:
    """What the database would keep of one enrolment, in lists. The day is moved over a year's end and a leap day."""

    automatic: bool
    grace_days: int
    today: date = START
    earned: int | None = 1
    open: Open | None = None
    told: date | None = None
    decided_until: date | None = None
    declined: set[int] = field(default_factory=set)
    history: list[tuple[date, int]] = field(default_factory=list)
    """From which day which rank; the last entry holds."""

    @property
    def held(self) -> int | None:
        return self.history[-1][1] if self.history else None

    @property
    def decided(self) -> bool:
        return self.decided_until is not None and self.today < self.decided_until

    def take(self, event: tuple[Any, ...]) -> None:
        getattr(self, f"_{event[0]}")(*event[1:])

    def _earn(self, rank: int | None) -> None:
        self.earned = rank
        self._assess()

    def _wait(self, days: int) -> None:
        self.today += timedelta(days=days)
        self._assess()

    def _decide(self, rank: int, days: int) -> None:
        self.open, self.decided_until = None, self.today + timedelta(days=days)
        self._record(self.today, rank)

    def _end(self) -> None:
        self.decided_until = None

    def _accept(self) -> None:
        if self.open is not None and self.open.due_on is None:
            self._record(self.today, self.open.to)
            self.open = None

    def _decline(self) -> None:
        if self.open is not None and self.open.due_on is None:
            self.declined.add(self.open.to)
            self.open = None

    def state(self) -> State:
        return State(self.held, self.earned, 1, self.decided, self.open, frozenset(self.declined))

    def _assess(self) -> None:
        before = self.state()
        found = plan(before, today=self.today, automatic=self.automatic, grace_days=self.grace_days)
        self._check(before, found)
        if found.withdraws or found.step in (Step.WITHDRAW, Step.OVERRULE, Step.RISE, Step.FALL):
            self.open = None
        if found.step in (Step.RISE, Step.FALL) and found.to is not None and found.on is not None:
            self._record(max(found.on, self.history[-1][0]) if self.history else found.on, found.to)
        if found.step is Step.PROPOSE and found.to is not None:
            self.open = Open(found.to)
        if found.step is Step.ANNOUNCE and found.to is not None:
            self.open, self.told = Open(found.to, found.on), self.today
        if found.step is Step.REDIRECT and self.open is not None and found.to is not None:
            self.open = replace(self.open, to=found.to)
        earned = self.earned or 0
        self.declined = {rank for rank in self.declined if (self.held or 0) < rank <= earned}
        again = plan(self.state(), today=self.today, automatic=self.automatic, grace_days=self.grace_days)
        assert again.step is Step.NOTHING, "an assessment leaves nothing to a second one on the same day"

    def _check(self, state: State, found: Plan) -> None:
        if state.decided:
            assert found.step in (Step.NOTHING, Step.OVERRULE)
        if found.step is Step.RISE:
            assert self.automatic
        if found.step in (Step.RISE, Step.PROPOSE):
            assert found.to == self.earned
            assert (state.held or 0) < (found.to or 0)
        if found.step is Step.FALL:
            assert found.to == max(self.earned or 0, state.floor)
            assert found.on is not None
            assert found.on <= self.today
            if self.grace_days:
                assert state.open is not None, "nobody falls who was not told"
                assert self.told is not None
                assert found.on - self.told == timedelta(days=self.grace_days)
        if found.step is Step.PROPOSE:
            assert found.to not in self.declined

    def _record(self, on: date, rank: int) -> None:
        if self.held == rank:
            return
        if self.history and self.history[-1][0] == on:
            self.history[-1] = (on, rank)
        else:
            self.history.append((on, rank))

    def check(self) -> None:
        days = [day for day, _rank in self.history]
        assert days == sorted(set(days))
        assert not days or days[-1] <= self.today


@settings(max_examples=400, deadline=None)
@given(events=st.lists(EVENTS, max_size=25), automatic=st.booleans(), grace_days=st.sampled_from([0, 1, 90]))
def test_whatever_happens_nobody_falls_untold_nor_rises_unasked_and_decisions_win(
    events: list[tuple[Any, ...]], automatic: bool, grace_days: int
) -> None:
    life = Life(automatic, grace_days)
    for event in events:
        life.take(event)
        life.check()


def test_of_two_declined_rises_the_lower_one_is_not_proposed_when_the_higher_one_is_lost() -> None:
    declined = State(held=1, earned=2, floor=1, declined=frozenset({2, 3}))
    assert plan(declined, today=START, automatic=False, grace_days=90) == Plan(Step.NOTHING)


@pytest.mark.parametrize(
    ("opened", "grace_days", "due_on"),
    [
        (date(2028, 2, 28), 1, date(2028, 2, 29)),
        (date(2028, 2, 29), 366, date(2029, 3, 1)),
        (date(2027, 12, 1), 90, date(2028, 2, 29)),
        (date(2026, 12, 1), 90, date(2027, 3, 1)),
        (date(2027, 12, 31), 1, date(2028, 1, 1)),
    ],
)
def test_grace_is_counted_in_days_over_leap_days_and_years(opened: date, grace_days: int, due_on: date) -> None:
    told = plan(State(held=2, earned=1, floor=1), today=opened, automatic=False, grace_days=grace_days)
    assert told == Plan(Step.ANNOUNCE, 1, due_on)
    waiting = State(held=2, earned=1, floor=1, open=Open(1, due_on))
    assert plan(waiting, today=due_on - DAY, automatic=False, grace_days=grace_days).step is Step.NOTHING
    assert plan(waiting, today=due_on, automatic=False, grace_days=grace_days) == Plan(Step.FALL, 1, due_on)
