"""Business days: weekends are left out."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from common.business_days import business_days_after

DAYS = st.dates(date(2000, 1, 1), date(2100, 1, 1))


@pytest.mark.parametrize(
    ("day", "number", "expected"),
    [
        (date(2026, 11, 16), 2, date(2026, 11, 18)),  # from Monday to Wednesday
        (date(2026, 11, 19), 2, date(2026, 11, 23)),  # from Thursday over the weekend
        (date(2026, 11, 20), 2, date(2026, 11, 24)),
        (date(2026, 11, 21), 2, date(2026, 11, 24)),  # Saturday and Sunday count for nothing
        (date(2026, 11, 22), 1, date(2026, 11, 23)),
        (date(2026, 12, 31), 1, date(2027, 1, 1)),  # holidays are not known
        (date(2026, 11, 21), 0, date(2026, 11, 21)),
    ],
)
def test_weekends_are_left_out(day: date, number: int, expected: date) -> None:
    assert business_days_after(day, number) == expected


@given(DAYS, st.integers(1, 60))
def test_so_many_working_days_lie_between(day: date, number: int) -> None:
    end = business_days_after(day, number)
    between = [day + timedelta(days=passed) for passed in range(1, (end - day).days + 1)]
    assert sum(each.isoweekday() <= 5 for each in between) == number
    assert end.isoweekday() <= 5


def test_there_is_no_way_back() -> None:
    with pytest.raises(ValueError, match="-1"):
        business_days_after(date(2026, 11, 16), -1)
