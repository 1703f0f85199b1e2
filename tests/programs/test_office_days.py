"""The days on which a vendor's office works, whoever else asks for them at the moment."""

from __future__ import annotations

import threading
from datetime import date
from typing import Any

import pytest
from holidays import HolidayBase

from programs.models import Vendor
from programs.office_days import office_day_after, office_days_until
from tests.sales.sending import at_once

EPIPHANY = date(2043, 1, 6)
"""A Tuesday, in a year for which nobody else asks."""


def test_two_who_ask_for_a_new_year_at_once_both_know_its_holidays(monkeypatch: pytest.MonkeyPatch) -> None:
    """The second one asks while the library has begun with the year for the first one."""
    begun, answered = threading.Event(), threading.Event()
    populate = HolidayBase._populate

    def slowly(days: HolidayBase, year: int) -> None:
        if not begun.is_set() and year == EPIPHANY.year:
            begun.set()
            answered.wait(timeout=30)
        populate(days, year)

    def ask() -> date:
        return office_day_after(Vendor(country="DE", subdivision="BY"), date(2043, 1, 5), 1)

    def ask_then() -> date:
        begun.wait(timeout=30)
        try:
            return ask()
        finally:
            answered.set()

    monkeypatch.setattr(HolidayBase, "_populate", slowly)
    assert at_once(ask, ask_then) == [date(2043, 1, 7)] * 2


@pytest.mark.parametrize(
    ("state", "day", "following"),
    [
        ("SN", date(2027, 11, 16), date(2027, 11, 18)),  # Day of Repentance, in Saxony alone
        ("BY", date(2028, 2, 28), date(2028, 2, 29)),  # a leap day is a day as any other
        ("BY", date(2027, 12, 30), date(2027, 12, 31)),  # and New Year's Eve is one at the office
        ("BY", date(2027, 12, 31), date(2028, 1, 3)),
        ("", date(2027, 3, 26), date(2027, 3, 30)),  # after the change of the clocks on Easter Sunday
    ],
)
def test_regional_holidays_count_where_they_are(state: str, day: date, following: date) -> None:
    vendor: Any = Vendor(country="DE", subdivision=state)
    assert office_day_after(vendor, day, 1) == following
    assert office_days_until(vendor, day, following) == 1
