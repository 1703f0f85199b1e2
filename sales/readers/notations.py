"""How numbers and dates are written: German or English, decided once for a whole file, from what only one can mean.

A value has readings, one per notation that can read it. One reading is evidence for its notation. Two equal readings
("12") say nothing, two different ones ("1.234") are ambiguous: they are read as the rest of the file is, and when
nothing in the file tells, the sender is asked.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from datetime import date
from decimal import Decimal
from enum import StrEnum
from functools import lru_cache
from typing import Generic, TypeVar

from common.money import shortest


class Numbers(StrEnum):
    GERMAN = "de"
    ENGLISH = "en"

    @property
    def example(self) -> str:
        return "1.234,56" if self is Numbers.GERMAN else "1,234.56"

    def write(self, value: Decimal) -> str:
        """`value` as this notation writes it, without grouping."""
        return shortest(value).replace(".", ",") if self is Numbers.GERMAN else shortest(value)


class Dates(StrEnum):
    ISO = "iso"
    GERMAN = "de"
    DAY_FIRST = "dmy"
    MONTH_FIRST = "mdy"

    @property
    def example(self) -> str:
        return {"iso": "2026-12-31", "de": "31.12.2026", "dmy": "31/12/2026", "mdy": "12/31/2026"}[self.value]

    def write(self, day: date) -> str:
        pattern = {"iso": "%Y-%m-%d", "de": "%d.%m.%Y", "dmy": "%d/%m/%Y", "mdy": "%m/%d/%Y"}[self.value]
        return day.strftime(pattern)


def _number_pattern(group: str, point: str) -> re.Pattern[str]:
    # A group of digits never starts with a zero: "0,125" is a decimal number and nothing else.
    whole = rf"[1-9][0-9]{{0,2}}(?:{group}[0-9]{{3}})+|[0-9]+"
    return re.compile(rf"(?=[0-9{point}])(?P<whole>{whole})?(?:{point}(?P<part>[0-9]+))?")


_NUMBER_PATTERNS = {
    Numbers.GERMAN: _number_pattern(r"\.", ","),
    Numbers.ENGLISH: _number_pattern(",", r"\."),
}
_DATE_PATTERNS = {
    Dates.ISO: re.compile(r"(?P<year>[0-9]{4})-(?P<month>[0-9]{1,2})-(?P<day>[0-9]{1,2})"),
    Dates.GERMAN: re.compile(r"(?P<day>[0-9]{1,2})\.(?P<month>[0-9]{1,2})\.(?P<year>[0-9]{4})"),
    Dates.DAY_FIRST: re.compile(r"(?P<day>[0-9]{1,2})/(?P<month>[0-9]{1,2})/(?P<year>[0-9]{4})"),
    Dates.MONTH_FIRST: re.compile(r"(?P<month>[0-9]{1,2})/(?P<day>[0-9]{1,2})/(?P<year>[0-9]{4})"),
}
# Days and quantities repeat, so what they can mean is remembered, for this many texts of this length.
_CACHED = 1 << 15
_LONGEST = 40


def number_readings(text: str) -> Mapping[Numbers, Decimal]:
    """What `text` can mean as a number, per notation; empty when it is none. A minus may stand before or behind."""
    return _number_readings(text) if len(text) <= _LONGEST else {}


@lru_cache(maxsize=_CACHED)
def _number_readings(text: str) -> Mapping[Numbers, Decimal]:
    digits, negative = text.replace("\u2212", "-"), False
    if digits.startswith(("-", "+")):
        digits, negative = digits[1:].lstrip(), digits[0] == "-"
    elif digits.endswith("-"):
        digits, negative = digits[:-1].rstrip(), True
    readings = {}
    for notation, pattern in _NUMBER_PATTERNS.items():
        if found := pattern.fullmatch(digits):
            whole = re.sub("[.,]", "", found["whole"] or "0")
            value = Decimal(f"{whole}.{found['part'] or '0'}")
            readings[notation] = value.copy_negate() if negative and value else value
    return readings


def date_readings(text: str) -> Mapping[Dates, date]:
    """Which days `text` can mean, per notation; empty when it is none. The year has four digits."""
    return _date_readings(text) if len(text) <= _LONGEST else {}


@lru_cache(maxsize=_CACHED)
def _date_readings(text: str) -> Mapping[Dates, date]:
    readings = {}
    for notation, pattern in _DATE_PATTERNS.items():
        if found := pattern.fullmatch(text):
            try:
                readings[notation] = date(int(found["year"]), int(found["month"]), int(found["day"]))
            except ValueError:
                continue
    return readings


Notation = TypeVar("Notation", Numbers, Dates)


class Ambiguous(Exception):
    """Nothing in the file tells how `value` in `row` is meant."""

    def __init__(self, row: int, column: str, value: str) -> None:
        super().__init__(value)
        self.row, self.column, self.value = row, column, value


class Clues(Generic[Notation]):
    """Collects what a file's values tell about their notation."""

    def __init__(self, readings: Callable[[str], Mapping[Notation, object]]) -> None:
        self._readings: Callable[[str], Mapping[Notation, object]] = readings
        self._votes: dict[Notation, int] = {}
        self._first_ambiguous: tuple[int, str, str] | None = None
        self._either: Notation | None = None  # one of those in which all values mean the same

    def add(self, row: int, column: str, value: str) -> None:
        readings = self._readings(value)
        if len(readings) == 1:
            (notation,) = readings
            self._votes[notation] = self._votes.get(notation, 0) + 1
        elif len(set(readings.values())) > 1 and self._first_ambiguous is None:
            self._first_ambiguous = (row, column, value)
        elif readings and self._either is None:
            self._either = next(iter(readings))

    def decide(self, default: Notation) -> Notation:
        """The notation of the file: the one most values are written in. Raises `Ambiguous`.

        Values of another notation then have no reading, so that a file is never read half one way, half the other.
        """
        if self._votes:
            return max(self._votes, key=self._votes.__getitem__)
        if self._first_ambiguous is not None:
            raise Ambiguous(*self._first_ambiguous)
        return self._either or default
