"""When a week's mail is due: Monday, seven in the morning where the partner is."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from common.zones import zones_by_country
from rebates.status.weeks import Week, due_places, due_week

BERLIN, LONDON, NEW_YORK, TOKYO = "Europe/Berlin", "Europe/London", "America/New_York", "Asia/Tokyo"
ZONES = sorted(zone for zones in zones_by_country().values() for zone in zones)


def utc(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


@pytest.mark.parametrize(
    ("zone", "seven", "why"),
    [
        (BERLIN, "2026-11-16 06:00", "winter"),
        (LONDON, "2026-11-16 07:00", "winter"),
        (NEW_YORK, "2026-11-16 12:00", "winter"),
        (TOKYO, "2026-11-15 22:00", "while it is still Sunday in Europe"),
        (BERLIN, "2026-07-13 05:00", "summer"),
        (LONDON, "2026-07-13 06:00", "summer"),
        (NEW_YORK, "2026-07-13 11:00", "summer"),
        (BERLIN, "2026-03-30 05:00", "the morning after clocks went forward"),
        (LONDON, "2026-03-30 06:00", "the morning after clocks went forward"),
        (BERLIN, "2026-10-26 06:00", "the morning after clocks went back"),
        (NEW_YORK, "2026-11-02 12:00", "the morning after clocks went back, a week later than in Europe"),
        (NEW_YORK, "2026-10-26 11:00", "clocks went back in Europe, not here"),
        ("Asia/Kathmandu", "2026-11-16 01:15", "a zone of quarters of an hour"),
        ("Pacific/Kiritimati", "2026-11-15 17:00", "the first on earth"),
        ("Pacific/Pago_Pago", "2026-11-16 18:00", "the last on earth"),
    ],
)  # fmt: skip
def test_it_is_due_from_monday_at_seven_on(zone: str, seven: str, why: str) -> None:
    at = utc(seven)
    assert due_week(zone=zone, now=at - timedelta(microseconds=1)) is None, why
    week = due_week(zone=zone, now=at)
    assert week is not None
    assert week.monday == at.astimezone(ZoneInfo(zone)).date(), why
    assert due_week(zone=zone, now=at + timedelta(days=3)) == week


def test_a_week_that_is_over_is_not_due_any_more() -> None:
    sunday = utc("2026-11-22 22:59:59")  # the last second of the week in Berlin
    assert due_week(zone=BERLIN, now=sunday) == Week(2026, 47)
    assert due_week(zone=BERLIN, now=sunday + timedelta(seconds=1)) is None
    assert due_week(zone=BERLIN, now=utc("2026-11-23 06:00")) == Week(2026, 48)


@pytest.mark.parametrize(
    ("day", "code", "monday"),
    [
        ("2026-11-16", "2026W47", "2026-11-16"),
        ("2026-12-31", "2026W53", "2026-12-28"),
        ("2027-01-03", "2026W53", "2026-12-28"),
        ("2027-01-04", "2027W01", "2027-01-04"),
        ("2024-12-30", "2025W01", "2024-12-30"),
        ("2025-12-28", "2025W52", "2025-12-22"),
    ],
)
def test_weeks_are_those_of_iso_8601(day: str, code: str, monday: str) -> None:
    week = Week.containing(date.fromisoformat(day))
    assert (str(week), week.monday.isoformat()) == (code, monday)


@pytest.mark.parametrize(
    ("monday", "month"),
    [("2026-11-02", "2026-11"), ("2026-11-09", None), ("2026-12-07", "2026-12"), ("2026-06-01", "2026-06")],
)
def test_a_months_first_monday_opens_its_week(monday: str, month: str | None) -> None:
    assert Week.containing(date.fromisoformat(monday)).month == month


days = st.dates(date(2020, 1, 1), date(2050, 12, 31))


@given(days)
def test_codes_sort_as_weeks_follow_each_other(day: date) -> None:
    week, following = Week.containing(day), Week.containing(day + timedelta(days=7))
    assert str(week) < str(following)
    assert following.monday - week.monday == timedelta(days=7)
    assert week.monday <= day < following.monday


@given(days)
def test_every_month_has_one_first_monday(day: date) -> None:
    first = day.replace(day=1)
    inside = [Week.containing(first + timedelta(days=7 * place)) for place in range(6)]
    assert sum(week.month == f"{first:%Y-%m}" for week in inside) == 1


@given(st.datetimes(datetime(2020, 1, 1), datetime(2050, 1, 1)), st.sampled_from(ZONES))  # noqa: DTZ001
def test_what_is_due_is_the_week_of_the_day_from_monday_at_seven(moment: datetime, zone: str) -> None:
    now = moment.replace(tzinfo=UTC)
    local = now.astimezone(ZoneInfo(zone))
    week = due_week(zone=zone, now=now)
    begun = local.isoweekday() > 1 or local.hour >= 7
    assert (week is not None) == begun
    assert week is None or week.monday <= local.date() < week.monday + timedelta(days=7)


@given(st.datetimes(datetime(2020, 1, 1), datetime(2050, 1, 1)), st.sampled_from(ZONES))  # noqa: DTZ001
def test_whoever_looks_every_minute_meets_each_week_and_never_an_earlier_one(moment: datetime, zone: str) -> None:
    start = moment.replace(tzinfo=UTC)
    seen = [week for hour in range(24 * 15) if (week := due_week(zone=zone, now=start + timedelta(hours=hour)))]
    assert seen == sorted(seen)
    weeks = list(dict.fromkeys(seen))
    assert all((later.monday - week.monday).days == 7 for week, later in pairwise(weeks))


def test_places_are_zones_and_countries_by_their_main_zone() -> None:
    half_past_seven_in_berlin = utc("2026-11-16 06:30")
    due = due_places(now=half_past_seven_in_berlin, otherwise=BERLIN)
    asked = ("DE", "GB", "ES", "Atlantic/Canary", "Europe/Madrid", "US", "JP", "")
    assert [place in due for place in asked] == [True, False, True, False, True, False, True, True]
    assert {str(week) for week in due.values()} == {"2026W46", "2026W47"}, "in Hawaii it is still Sunday"
    assert due["Pacific/Honolulu"] == Week(2026, 46)
