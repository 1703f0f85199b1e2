"""Days on which banks book euros, compared with the calendar that the European Central Bank publishes."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from rebates.documents.target_days import is_target_day, next_target_day, target_days_after

# ecb.europa.eu, "TARGET services calendar": besides weekends closed on 1 January, Good Friday, Easter Monday, 1 May,
# 25 and 26 December, on no other holiday of any country. Good Fridays and Easter Mondays by the Gregorian computus.
EASTER = {
    2024: (date(2024, 3, 29), date(2024, 4, 1)),
    2025: (date(2025, 4, 18), date(2025, 4, 21)),
    2026: (date(2026, 4, 3), date(2026, 4, 6)),
    2027: (date(2027, 3, 26), date(2027, 3, 29)),
    2028: (date(2028, 4, 14), date(2028, 4, 17)),
    2035: (date(2035, 3, 23), date(2035, 3, 26)),
}


@pytest.mark.parametrize("year", EASTER)
def test_banks_are_closed_on_these_days_and_no_others(year: int) -> None:
    closing = {date(year, 1, 1), date(year, 5, 1), date(year, 12, 25), date(year, 12, 26), *EASTER[year]}
    days = [date(year, 1, 1) + timedelta(days=number) for number in range(365)]
    assert {day for day in days if not is_target_day(day)} == closing | {day for day in days if day.weekday() > 4}


@pytest.mark.parametrize(
    ("day", "wanted"),
    [
        (date(2026, 11, 27), date(2026, 11, 27)),
        (date(2026, 11, 28), date(2026, 11, 30)),
        (date(2026, 4, 3), date(2026, 4, 7)),  # Good Friday
        (date(2026, 12, 25), date(2026, 12, 28)),
        (date(2028, 12, 30), date(2029, 1, 2)),  # over the end of a year
        (date(2026, 10, 3), date(2026, 10, 5)),
    ],
)
def test_the_next_bank_day_is_on_or_after(day: date, wanted: date) -> None:
    assert next_target_day(day) == wanted


@pytest.mark.parametrize(
    ("day", "number", "wanted"),
    [
        (date(2026, 11, 27), 0, date(2026, 11, 27)),
        (date(2026, 11, 27), 1, date(2026, 11, 30)),
        (date(2026, 11, 28), 1, date(2026, 11, 30)),
        (date(2026, 4, 2), 2, date(2026, 4, 8)),
        (date(2026, 12, 23), 3, date(2026, 12, 29)),
        (date(2026, 12, 31), 1, date(2027, 1, 4)),
    ],
)
def test_bank_days_are_counted_from_the_next_day_on(day: date, number: int, wanted: date) -> None:
    assert target_days_after(day, number) == wanted
