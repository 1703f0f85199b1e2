"""What an assessment does about one enrolment's tier: pure, so that every order of events can be tried.

Ranks stand for tiers, None for no tier. Up: proposed, or done at once where the program says so. Down: announced, then
done after the grace period. Recovered in time, the announcement is withdrawn. A person's decision wins while it lasts.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum


class Step(StrEnum):
    NOTHING = "nothing"
    PROPOSE = "propose"
    RISE = "rise"
    ANNOUNCE = "announce"
    FALL = "fall"
    REDIRECT = "redirect"
    WITHDRAW = "withdraw"
    OVERRULE = "overrule"


@dataclass(frozen=True)
class Open:
    """An open move: where to, and for a fall on which day."""

    to: int
    due_on: date | None = None


@dataclass(frozen=True)
class State:
    """What holds on the day of the assessment.

    `floor`: the lowest rank of the program, below which nobody falls. `declined`: ranks to which a rise was declined
    and which have been earned ever since.
    """

    held: int | None
    earned: int | None
    floor: int
    decided: bool = False
    open: Open | None = None
    declined: frozenset[int] = frozenset()


@dataclass(frozen=True)
class Plan:
    """`to`: the rank meant by the step. `on`: the day of a rise or fall, or the day announced for a fall."""

    step: Step
    to: int | None = None
    on: date | None = None
    withdraws: bool = False
    """An open move in the other direction is withdrawn before."""


def plan(state: State, *, today: date, automatic: bool, grace_days: int) -> Plan:
    """What is to be done about this enrolment today."""
    if state.decided:
        return Plan(Step.OVERRULE if state.open is not None else Step.NOTHING)
    held = state.held if state.held is not None else -1
    earned = state.earned if state.earned is not None else (state.floor if state.held is not None else -1)
    if earned > held:
        return _up(state, earned, today, automatic)
    if earned < held:
        return _down(state, earned, today, grace_days)
    return Plan(Step.WITHDRAW if state.open is not None else Step.NOTHING)


def _up(state: State, earned: int, today: date, automatic: bool) -> Plan:
    falling = state.open is not None and state.open.due_on is not None
    rising = state.open is not None and state.open.due_on is None
    if automatic:
        return Plan(Step.RISE, earned, today, withdraws=falling)
    if rising and state.open is not None:
        return Plan(Step.NOTHING if state.open.to == earned else Step.REDIRECT, earned)
    if earned in state.declined:
        return Plan(Step.WITHDRAW if falling else Step.NOTHING)
    return Plan(Step.PROPOSE, earned, withdraws=falling)


def _down(state: State, earned: int, today: date, grace_days: int) -> Plan:
    rising = state.open is not None and state.open.due_on is None
    if state.open is None or rising:
        on = today + timedelta(days=grace_days)
        if grace_days == 0:
            return Plan(Step.FALL, earned, today, withdraws=rising)
        return Plan(Step.ANNOUNCE, earned, on, withdraws=rising)
    due_on = state.open.due_on
    if due_on is not None and due_on <= today:
        # On the day that was announced, even where the assessment comes late.
        return Plan(Step.FALL, earned, due_on)
    return Plan(Step.NOTHING if state.open.to == earned else Step.REDIRECT, earned)
