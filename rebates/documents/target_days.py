"""Days on which banks book euros: those of TARGET, the Eurosystem's payment system.

It is closed on Saturdays and Sundays, 1 January, Good Friday, Easter Monday, 1 May, 25 and 26 December.
"""

from __future__ import annotations

from datetime import date
from functools import cache

import holidays

from common.business_days import WEEKEND, business_days_after


def is_target_day(day: date) -> bool:
    return day.weekday() not in WEEKEND and day not in _CLOSED


def next_target_day(day: date) -> date:
    """`day` itself, or the first bank day after it."""
    return day if is_target_day(day) else target_days_after(day, 1)


def target_days_after(day: date, n: int) -> date:
    """The `n`th bank day after `day`: one after a Saturday is the Monday, unless that is a closing day."""
    return business_days_after(day, n, _CLOSED)


@cache
def _closing_days(year: int) -> frozenset[date]:
    return frozenset(holidays.financial_holidays("ECB", years=year))


class _ClosingDays:
    """Every year's. The library's own object forgets for a moment, while it adds a year, that it has holidays."""

    def __contains__(self, day: object) -> bool:
        return isinstance(day, date) and day in _closing_days(day.year)


_CLOSED = _ClosingDays()
