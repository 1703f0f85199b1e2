"""The forecast of revenue, against figures worked out by hand, over leap days and year ends, and in any order."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal
from fractions import Fraction

from hypothesis import given
from hypothesis import strategies as st

from common.periods import months_after
from tiers.forecast import Net, Outlook, Pace, Point, ahead, behind, first_day_needed, lost_on, outlook, pace_of

TODAY = date(2026, 11, 16)


def at(points: list[Point], day: date) -> Decimal:
    (found,) = [point.revenue for point in points if point.day == day]
    return Decimal(found.numerator) / Decimal(found.denominator)


def look(net: Net, target: int, today: date = TODAY, months: int = 12) -> Outlook:
    return outlook(ahead(net, today=today, months=months, pace=pace_of(net, today)), Decimal(target))


# --- by hand ---------------------------------------------------------------------------------------------------------


def test_a_target_is_reached_on_the_day_that_the_pace_says() -> None:
    # 319 days of 2026 have passed; 31,900 € are 100 € a day. Nothing leaves the window before 1 July 2027.
    net = {date(2026, 7, 1): Decimal(31_900)}
    assert pace_of(net, TODAY) == Pace(Decimal(31_900), 319)
    assert look(net, 31_900).reached_on == TODAY
    assert look(net, 31_901).reached_on == TODAY + timedelta(days=1)
    assert look(net, 40_000).reached_on == TODAY + timedelta(days=81)
    assert look(net, 40_001).reached_on == TODAY + timedelta(days=82)


def test_a_target_that_is_missed_says_by_how_much() -> None:
    # Until 1 July 2027, 227 days ahead, the sale of July counts; one day later it does not.
    net = {date(2026, 7, 1): Decimal(31_900)}
    points = ahead(net, today=TODAY, months=12, pace=pace_of(net, TODAY))
    assert at(points, date(2027, 7, 1)) == 31_900 + 227 * 100
    assert at(points, date(2027, 7, 2)) == 228 * 100
    missed = outlook(points, Decimal(60_000))
    assert (missed.reached_on, missed.best, missed.missing) == (None, Decimal(54_600), Decimal(5_400))


def test_what_is_reached_is_lost_on_the_day_on_which_old_sales_leave_the_window() -> None:
    net = {date(2025, 12, 1): Decimal(20_000), date(2026, 3, 1): Decimal("3190.00")}  # 10 € a day this year
    points = ahead(net, today=TODAY, months=12, pace=pace_of(net, TODAY))
    assert lost_on(points, Decimal(20_000)) == date(2026, 12, 2)
    assert at(points, date(2026, 12, 1)) == 23_190 + 150
    assert at(points, date(2026, 12, 2)) == 3_190 + 160
    assert lost_on(points, Decimal(30_000)) is None, "nothing is lost that is not held"
    assert lost_on(points, Decimal(1_000)) is None


def test_a_year_is_judged_by_itself_from_its_thirty_first_day_on() -> None:
    net = {date(2026, 6, 1): Decimal(36_500), date(2027, 1, 2): Decimal(60)}
    assert pace_of(net, date(2027, 1, 30)) == Pace(Decimal(36_560), 365, this_year=False)
    assert pace_of(net, date(2027, 1, 31)) == Pace(Decimal(60), 30)
    assert pace_of(net, date(2027, 1, 1)) == Pace(Decimal(36_500), 365, this_year=False)


def test_todays_own_sales_are_left_to_the_pace() -> None:
    net = {TODAY: Decimal(5_000), TODAY - timedelta(days=1): Decimal(319)}
    assert pace_of(net, TODAY).net == 319
    assert at(ahead(net, today=TODAY, months=12, pace=pace_of(net, TODAY)), TODAY + timedelta(days=1)) == 320


def test_over_a_leap_day_a_window_of_twelve_months_is_as_the_criterion_has_it() -> None:
    # The window of 28 February 2029 begins on 28 February 2028, that of 1 March on 1 March: the 29th has left by then.
    net = {date(2028, 2, 29): Decimal(1_000)}
    days = [date(2029, 2, 28), date(2029, 3, 1)]
    assert [point.revenue for point in behind(net, days, months=12)] == [1_000, 0]
    pace = Pace(Decimal(0), 60)
    points = ahead(net, today=date(2028, 3, 1), months=12, pace=pace)
    assert [point.day for point in (points[0], points[-1])] == [date(2028, 3, 1), date(2029, 3, 1)]
    assert lost_on(points, Decimal(1_000)) == date(2029, 3, 1)
    assert len(ahead(net, today=date(2028, 2, 29), months=12, pace=pace)) == 367, "a leap year to 1 March"


def test_a_short_window_is_filled_by_the_pace_alone_in_the_end() -> None:
    net = {date(2026, 11, 1): Decimal(319)}
    points = ahead(net, today=TODAY, months=3, pace=pace_of(net, TODAY))
    assert at(points, date(2027, 6, 1)) == 92, "1 March to 31 May at 1 € a day"


def test_sales_are_asked_for_from_the_first_day_that_anything_needs() -> None:
    assert first_day_needed(TODAY, 12) == date(2025, 11, 16)
    assert first_day_needed(TODAY, 24) == date(2024, 11, 16)
    assert first_day_needed(date(2027, 1, 1), 3) == date(2026, 1, 1)


def test_who_has_sold_nothing_reaches_nothing_and_loses_nothing() -> None:
    points = ahead({}, today=TODAY, months=12, pace=pace_of({}, TODAY))
    assert outlook(points, Decimal(1)) == Outlook(Decimal(1), None, Decimal("0.00"))
    assert lost_on(points, Decimal(1)) is None


# --- whatever is sold ------------------------------------------------------------------------------------------------

AMOUNTS = st.decimals(-10_000, 50_000, places=2)
TODAYS = st.dates(date(2024, 1, 1), date(2032, 12, 31))
SALES = st.dictionaries(st.integers(1, 800), AMOUNTS, max_size=20)
MONTHS = st.sampled_from([1, 3, 12, 24])


def sold(before: dict[int, Decimal], today: date) -> Net:
    return {today - timedelta(days=days): amount for days, amount in before.items()}


@given(SALES, TODAYS, MONTHS, AMOUNTS, AMOUNTS)
def test_who_sells_faster_is_never_later(
    before: dict[int, Decimal], today: date, months: int, one: Decimal, other: Decimal
) -> None:
    net, target = sold(before, today), Decimal(10_000)
    slow, fast = (
        outlook(ahead(net, today=today, months=months, pace=Pace(amount, 100)), target)
        for amount in sorted((one, other))
    )
    assert slow.best <= fast.best
    assert (fast.reached_on or date.max) <= (slow.reached_on or date.max)


@given(SALES, TODAYS, MONTHS)
def test_the_forecast_of_today_is_what_is_sold_and_what_is_reached_is_reached_today(
    before: dict[int, Decimal], today: date, months: int
) -> None:
    net = sold(before, today)
    start = months_after(today, -months)
    have = sum((amount for day, amount in net.items() if start <= day < today), Decimal(0))
    points = ahead(net, today=today, months=months, pace=pace_of(net, today))
    assert points[0].day == today
    assert points[0].revenue == have
    assert outlook(points, have).reached_on == today
    assert lost_on(points, have + 1) is None


@given(SALES, TODAYS, MONTHS)
def test_every_day_is_the_same_sum_done_slowly(before: dict[int, Decimal], today: date, months: int) -> None:
    net = sold(before, today)
    pace = pace_of(net, today)
    for point in ahead(net, today=today, months=months, pace=pace)[::37]:
        start = months_after(point.day, -months)
        known = sum((amount for day, amount in net.items() if start <= day < today), Decimal(0))
        days = sum(1 for number in range((point.day - today).days) if today + timedelta(days=number) >= start)
        assert point.revenue == Fraction(known) + pace.over(days)
