"""How revenue goes on: sales of the past that are still in the window on a day, and a steady pace from today.

Pure. Days are half-open: the window of a day ends the day before it, as in the criterion of revenue. Sales of today
and later are not counted as they are; the pace stands for them.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from fractions import Fraction
from itertools import accumulate

from common.money import ZERO, round_cents
from common.periods import months_after

AHEAD = 12
"""Months that are looked ahead."""
YOUNG = 30
"""In the first days of a year its own pace says nothing yet."""
Net = Mapping[date, Decimal]
"""Net per day; days without a sale are missing."""


@dataclass(frozen=True)
class Pace:
    """So much net in so many days. `this_year`: of the calendar year that runs, else of the last twelve months."""

    net: Decimal
    days: int
    this_year: bool = True

    def over(self, days: int) -> Fraction:
        """What as many days bring, exactly."""
        return Fraction(self.net) * days / self.days


@dataclass(frozen=True)
class Point:
    """Revenue of the window that ends the day before `day`, exactly."""

    day: date
    revenue: Fraction


@dataclass(frozen=True)
class Outlook:
    """`reached_on`: the first day on which the target is reached; none: not within the time that is looked ahead.

    `best`: the most that is had on any of these days, for who misses the target.
    """

    target: Decimal
    reached_on: date | None
    best: Decimal

    @property
    def missing(self) -> Decimal:
        return max(ZERO, self.target - self.best)


def cents(amount: Fraction) -> Decimal:
    return round_cents(Decimal(amount.numerator) / Decimal(amount.denominator))


def first_day_needed(today: date, months: int) -> date:
    """From which day on sales have to be known: for the window of today, for the pace, and for the year."""
    return min(months_after(today, -months), months_after(today, -12), date(today.year, 1, 1))


def pace_of(net: Net, today: date) -> Pace:
    """This calendar year's, up to yesterday; in its first 30 days that of the last twelve months."""
    start = date(today.year, 1, 1)
    this_year = (today - start).days >= YOUNG
    if not this_year:
        start = months_after(today, -12)
    return Pace(_between(net, start, today), (today - start).days, this_year)


def ahead(net: Net, *, today: date, months: int, pace: Pace) -> list[Point]:
    """Each day from today on, for twelve months."""
    sums = _Sums(net, today)
    last = months_after(today, AHEAD)
    return [
        _point(sums, today + timedelta(days=number), today, months, pace) for number in range((last - today).days + 1)
    ]


def behind(net: Net, days: Iterable[date], *, months: int) -> Iterator[Point]:
    """As it was on these days."""
    sums = _Sums(net, date.max)
    return (Point(day, Fraction(sums.between(months_after(day, -months), day))) for day in days)


def outlook(points: Sequence[Point], target: Decimal) -> Outlook:
    reached = next((point.day for point in points if point.revenue >= target), None)
    return Outlook(target, reached, cents(max(point.revenue for point in points)))


def lost_on(points: Sequence[Point], target: Decimal) -> date | None:
    """The first day on which what is reached today no longer is; none where it is not reached, or kept all the time."""
    if points[0].revenue < target:
        return None
    return next((point.day for point in points if point.revenue < target), None)


def _point(sums: _Sums, day: date, today: date, months: int, pace: Pace) -> Point:
    start = months_after(day, -months)
    to_come = (day - max(today, start)).days
    return Point(day, Fraction(sums.between(start, today)) + pace.over(to_come))


class _Sums:
    """Sums of days before `until`, each in one look-up."""

    def __init__(self, net: Net, until: date) -> None:
        days = sorted(day for day in net if day < until)
        self.first = days[0] if days else date.min
        self.length = (days[-1] - self.first).days + 1 if days else 0
        each = (net.get(self.first + timedelta(days=number), ZERO) for number in range(self.length))
        self.before = [ZERO, *accumulate(each)]

    def between(self, start: date, end: date) -> Decimal:
        return self._until(max(start, end)) - self._until(start)

    def _until(self, day: date) -> Decimal:
        return self.before[min(max((day - self.first).days, 0), self.length)]


def _between(net: Net, start: date, end: date) -> Decimal:
    return sum((amount for day, amount in net.items() if start <= day < end), ZERO)
