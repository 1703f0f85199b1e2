"""For how long a certificate holds: months by the calendar, over leap days and the ends of years."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from common.periods import months_after
from trainings.certificates import validity
from trainings.models import Training


@pytest.mark.parametrize(
    ("start", "months", "end"),
    [
        (date(2028, 2, 29), 24, date(2030, 3, 1)),
        (date(2028, 2, 29), 48, date(2032, 2, 29)),
        (date(2026, 2, 28), 24, date(2028, 2, 28)),
        (date(2026, 12, 31), 24, date(2028, 12, 31)),
        (date(2027, 1, 1), 12, date(2028, 1, 1)),
        (date(2026, 8, 31), 6, date(2027, 3, 1)),
        (date(2027, 8, 31), 6, date(2028, 3, 1)),
        (date(2026, 10, 31), 1, date(2026, 12, 1)),
        (date(2026, 11, 30), 1, date(2026, 12, 30)),
    ],
)
def test_it_ends_on_the_same_day_or_the_first_after_a_month_too_short(start: date, months: int, end: date) -> None:
    valid = validity(Training(validity_months=months), start)
    assert (valid.lower, valid.upper) == (start, end)


def test_from_a_leap_day_the_last_day_is_that_of_february() -> None:
    end = validity(Training(validity_months=24), date(2028, 2, 29)).upper
    assert end - timedelta(days=1) == date(2030, 2, 28)


def test_without_months_it_has_no_end() -> None:
    assert validity(Training(validity_months=None), date(2028, 2, 29)).upper is None


@given(st.dates(date(2000, 1, 1), date(2100, 1, 1)), st.integers(1, 120))
def test_a_later_start_never_ends_earlier_and_no_day_is_lost(start: date, months: int) -> None:
    end = months_after(start, months)
    assert months_after(start + timedelta(days=1), months) >= end
    assert end.day in (start.day, 1)
    assert (end.year - start.year) * 12 + end.month - start.month in (months, months + 1)
