from __future__ import annotations

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from common.periods import NotAPeriod, Period, PeriodKind

days = st.dates(min_value=date(1000, 1, 1), max_value=date(9000, 12, 31))
kinds = st.sampled_from(PeriodKind)


@pytest.mark.parametrize(
    ("code", "kind", "start", "last_day"),
    [
        ("2026-07", "month", date(2026, 7, 1), date(2026, 7, 31)),
        ("2026-12", "month", date(2026, 12, 1), date(2026, 12, 31)),
        ("2024-02", "month", date(2024, 2, 1), date(2024, 2, 29)),
        ("2026Q1", "quarter", date(2026, 1, 1), date(2026, 3, 31)),
        ("2026Q3", "quarter", date(2026, 7, 1), date(2026, 9, 30)),
        ("2026Q4", "quarter", date(2026, 10, 1), date(2026, 12, 31)),
        ("2026H1", "half-year", date(2026, 1, 1), date(2026, 6, 30)),
        ("2026H2", "half-year", date(2026, 7, 1), date(2026, 12, 31)),
        ("2026", "year", date(2026, 1, 1), date(2026, 12, 31)),
    ],
)
def test_a_code_names_a_period(code: str, kind: str, start: date, last_day: date) -> None:
    period = Period.parse(code)
    assert (period.kind, period.start, period.last_day) == (kind, start, last_day)
    assert str(period) == code
    assert period.contains(start)
    assert period.contains(last_day)
    assert not period.contains(period.end)
    assert not period.contains(start - timedelta(days=1))


def test_codes_are_read_in_either_case_and_with_blanks_around() -> None:
    assert Period.parse(" 2026q3 ") == Period.parse("2026Q3")


@pytest.mark.parametrize(
    "code",
    ["", "2026Q0", "2026Q5", "2026H0", "2026H3", "2026-00", "2026-13", "2026-7", "26Q3", "2026-Q3", "2026 Q3", "0000",
     "2026Q", "Q3", "20260", "-2026", "2026-07-01", "٢٠٢٦", "9999", "9999Q4", "9999-12", None, 2026],
)  # fmt: skip
def test_nonsense_is_no_period(code: object) -> None:
    with pytest.raises(NotAPeriod):
        Period.parse(code)


def test_a_refused_code_is_named_with_what_would_be_right() -> None:
    with pytest.raises(ValueError, match=r"“3\. Quartal” is not a period; write 2026-07, 2026Q3, 2026H1 or 2026"):
        Period.parse("3. Quartal")


def test_days_that_are_no_calendar_period_make_none() -> None:
    with pytest.raises(NotAPeriod):
        Period(PeriodKind.QUARTER, date(2026, 2, 1), date(2026, 5, 1))
    with pytest.raises(ValueError, match="decade"):
        Period.containing("decade", date(2026, 2, 1))


@pytest.mark.parametrize(
    ("code", "following"),
    [
        ("2026-12", "2027-01"),
        ("2026Q4", "2027Q1"),
        ("2026H2", "2027H1"),
        ("2026", "2027"),
        ("2026Q1", "2026Q2"),
    ],
)
def test_periods_follow_each_other_across_the_end_of_a_year(code: str, following: str) -> None:
    assert str(Period.parse(code).next()) == following
    assert str(Period.parse(following).previous()) == code


def test_any_number_of_periods_can_be_stepped() -> None:
    assert str(Period.parse("2026Q3").previous(7)) == "2024Q4"
    assert str(Period.parse("2026-01").next(25)) == "2028-02"
    with pytest.raises(NotAPeriod, match="no year"):
        Period.parse("0001").previous()


@given(kind=kinds, day=days)
def test_every_day_lies_in_exactly_one_period_of_a_kind(kind: PeriodKind, day: date) -> None:
    period = Period.containing(kind, day)
    assert period.start <= day < period.end
    assert Period.parse(str(period)) == period
    assert period.next().start == period.end
    assert period.previous().end == period.start
    assert period.previous() < period < period.next()
