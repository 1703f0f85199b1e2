"""When closings become due, by the clock in Berlin: nights with 23 and 25 hours, year's end, leap day, an outage.

The clock is set, the tick's task runs; the broker is a real one.
"""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest
import time_machine

from programs.models import Program, RebateTerms
from rebates import tasks
from rebates.models import Closing
from tests.faults.world import LOYALTY, make_world

MINUTE, HOUR = timedelta(minutes=1), timedelta(hours=1)


@pytest.fixture
def program(own_database: str) -> Program:
    """With terms by the quarter and others by the month, closed as soon as the period is over."""
    program = make_world(partners=1)
    monthly = {**LOYALTY, "code": "monthly", "period": "month"}
    starts_on = date(2025, 1, 1)
    RebateTerms.objects.create(
        program=program, code="monthly", name="Monthly", starts_on=starts_on, document=monthly, state="published"
    )
    Program.objects.filter(pk=program.pk).update(grace_days=0)
    return program


def wait_days(program: Program, days: int) -> None:
    Program.objects.filter(pk=program.pk).update(grace_days=days)


def tick(moment: datetime) -> set[str]:
    """Periods that a tick at this moment finds due for the first time."""
    before = set(Closing.objects.values_list("period", flat=True))
    with time_machine.travel(moment, tick=False):
        tasks.close_due()
    return set(Closing.objects.values_list("period", flat=True)) - before


@pytest.mark.parametrize(
    ("grace_days", "midnight", "due"),
    [
        pytest.param(28, datetime(2026, 3, 28, 23, tzinfo=UTC), {"2026-02"}, id="the night of 23 hours"),
        pytest.param(24, datetime(2026, 10, 24, 22, tzinfo=UTC), {"2026-09", "2026Q3"}, id="the night of 25 hours"),
        pytest.param(0, datetime(2026, 3, 31, 22, tzinfo=UTC), {"2026-03", "2026Q1"}, id="summer, two hours ahead"),
        pytest.param(30, datetime(2026, 12, 30, 23, tzinfo=UTC), {"2026-11"}, id="31 December"),
        pytest.param(0, datetime(2026, 12, 31, 23, tzinfo=UTC), {"2026-12", "2026Q4"}, id="1 January, in week 53"),
        pytest.param(28, datetime(2028, 2, 28, 23, tzinfo=UTC), {"2028-01"}, id="29 February"),
        pytest.param(0, datetime(2028, 2, 29, 23, tzinfo=UTC), {"2028-02"}, id="the day after 29 February"),
        pytest.param(28, datetime(2027, 3, 28, 22, tzinfo=UTC), {"2027-02"}, id="the day after a night of 23 hours"),
    ],
)
def test_a_period_becomes_due_at_midnight_in_berlin_and_once(
    program: Program, grace_days: int, midnight: datetime, due: set[str]
) -> None:
    wait_days(program, grace_days)
    tick(midnight - 2 * HOUR)  # whatever was due before

    assert tick(midnight - MINUTE) == set()
    assert tick(midnight) == due
    # Through the night, whose hours may be missing or come twice.
    assert [tick(midnight + count * HOUR / 2) for count in range(1, 12)] == [set()] * 11
    closings = Closing.objects.filter(period__in=due)
    assert {closing.ends_on for closing in closings} == {(midnight + 2 * HOUR).date() - timedelta(days=grace_days)}


def test_three_days_without_a_tick_are_caught_up_in_the_order_of_the_periods(program: Program) -> None:
    """The machine was away from 30 December on; the year's end lies in between."""
    assert max(tick(datetime(2026, 12, 30, 12, tzinfo=UTC))) == "2026Q3"

    assert tick(datetime(2027, 1, 2, 12, tzinfo=UTC)) == {"2026-12", "2026Q4"}
    assert tick(datetime(2027, 1, 2, 12, 1, tzinfo=UTC)) == set()
    opened = Closing.objects.filter(period__in=("2026-12", "2026Q4"))
    assert set(opened.values_list("ends_on", flat=True)) == {date(2027, 1, 1)}


def test_a_clock_that_goes_back_opens_nothing_twice(program: Program) -> None:
    assert tick(datetime(2026, 4, 1, 0, 30, tzinfo=UTC)) == {"2026-01", "2026-02", "2026-03", "2026Q1"}
    assert tick(datetime(2026, 3, 31, 21, tzinfo=UTC)) == set()
    assert tick(datetime(2026, 4, 1, 0, 30, tzinfo=UTC)) == set()
