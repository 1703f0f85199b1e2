"""Days on which offices work: no weekends, and no holidays where the caller knows them. Knows no Django."""

from __future__ import annotations

from collections.abc import Container
from datetime import date, timedelta

WEEKEND = frozenset({5, 6})
"""Saturday and Sunday, as `date.weekday` counts."""


def business_days_after(day: date, number: int, holidays: Container[date] = frozenset()) -> date:
    """The `number`th business day after `day`: two after a Thursday is Monday, after a Saturday it is Tuesday."""
    if number < 0:
        raise ValueError(f"There are no business days before: {number}")
    while number:
        day += timedelta(days=1)
        if day.weekday() not in WEEKEND and day not in holidays:
            number -= 1
    return day


def business_days_until(start: date, end: date, holidays: Container[date] = frozenset()) -> int:
    """How many business days after `start` have come by `end`: from Friday to Monday it is one."""
    days = (start + timedelta(days=number) for number in range(1, (end - start).days + 1))
    return sum(day.weekday() not in WEEKEND and day not in holidays for day in days)
