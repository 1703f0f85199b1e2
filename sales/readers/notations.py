"""How numbers and dates are written: German or English, decided once for a whole file, from what only one can mean.

A value has readings, one per notation that can read it. One reading is evidence for its notation. Two equal readings
("12") say nothing, two different ones ("1.234") are ambiguous: they are read as the rest of the file is, and when
nothing in the file tells, the sender is asked.

Texts come with their white space tidied: no-break and thin spaces are plain ones.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from datetime import date
from decimal import Decimal
from enum import StrEnum
from typing import Any, Generic, TypeVar

from common.money import shortest


class Numbers(StrEnum):
    GERMAN = "de"
    ENGLISH = "en"

    @property
    def example(self) -> str:
        return "1.234,56" if self is Numbers.GERMAN else "1,234.56"

    def write(self, value: Decimal, places: int = 0) -> str:
        """`value` as this notation writes it, without grouping, with at least so many decimal places."""
        whole, _point, rest = shortest(value).partition(".")
        decimals = rest.ljust(places, "0")
        return f"{whole}{',' if self is Numbers.GERMAN else '.'}{decimals}" if decimals else whole


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


_LONGEST = 60

# --- numbers ------------------------------------------------------------------------------------------------

CURRENCY_SIGNS = {
    "€": "EUR", "EUR": "EUR", "EURO": "EUR", "CHF": "CHF", "SFR": "CHF", "SFR.": "CHF", "FR.": "CHF", "$": "USD",
    "US$": "USD", "USD": "USD", "£": "GBP", "GBP": "GBP", "PLN": "PLN", "ZŁ": "PLN", "CZK": "CZK", "KČ": "CZK",
    "SEK": "SEK", "NOK": "NOK", "DKK": "DKK", "HUF": "HUF", "FT": "HUF", "RON": "RON", "BGN": "BGN",
}  # fmt: skip
"""What stands beside amounts, in capitals, and the currency it means. "kr" is missing: it means three of them."""
_SIGN = "|".join(sorted(map(re.escape, CURRENCY_SIGNS), key=len, reverse=True))
_AMOUNT = re.compile(
    rf"(?P<left>{_SIGN})? ?(?P<before>[-+(]?) ?(?P<inner>{_SIGN})? ?(?P<digits>[0-9.,'’ ]*?[0-9])"
    rf"(?:[,.](?P<whole>--|[-–—]))? ?(?P<close>\)?)(?P<after>-?) ?(?P<right>{_SIGN})?(?P<last>-?)",
    re.IGNORECASE,
)


def _digits_pattern(group: str, point: str) -> re.Pattern[str]:
    # A group of digits never starts with a zero: "0,125" is a decimal number and nothing else.
    whole = rf"[1-9][0-9]{{0,2}}(?P<sign>[{group} '’])[0-9]{{3}}(?:(?P=sign)[0-9]{{3}})*|[0-9]+"
    return re.compile(rf"(?=[0-9{point}])(?P<whole>{whole})?(?:{point}(?P<part>[0-9]+))?")


_DIGITS = {Numbers.GERMAN: _digits_pattern(r"\.", ","), Numbers.ENGLISH: _digits_pattern(",", r"\.")}
_GROUPING = re.compile("[^0-9]")
# What nearly all numbers of a file look like; the rest takes the long way.
_PLAIN = {
    notation: re.compile(rf"(-?)([1-9][0-9]{{0,2}}(?:{group}[0-9]{{3}})+|0|[1-9][0-9]*)(?:{point}([0-9]+))?")
    for notation, group, point in ((Numbers.GERMAN, r"\.", ","), (Numbers.ENGLISH, ",", r"\."))
}


def split_amount(text: str) -> tuple[str, bool, str]:
    """The digits with their marks, whether they are negative, and the currency written beside ("" if none).

    A minus may stand before or behind, brackets mean one too; ",-" is no minus but an amount without cents. Digits are
    empty when `text` is no amount.
    """
    text = text.replace("\u2212", "-")
    found = _AMOUNT.fullmatch(text) if len(text) <= _LONGEST else None
    if found is None:
        return "", False, ""
    before, close = found["before"], found["close"]
    minuses = [mark for mark in (before, found["after"], found["last"]) if mark]
    signs = [sign for sign in (found["left"], found["inner"], found["right"]) if sign]
    if len(minuses) > 1 or len(signs) > 1 or (before == "(") != (close == ")"):
        return "", False, ""
    negative = bool(minuses) and minuses[0] != "+"
    return found["digits"], negative, CURRENCY_SIGNS[signs[0].upper()] if signs else ""


def plain_number(text: str, notation: Numbers) -> tuple[str, str, str] | None:
    """Minus, digits before and digits behind the point of what is written plainly; None: it has to be looked at."""
    found = _PLAIN[notation].fullmatch(text)
    if found is None:
        return None
    minus, whole, part = found.groups()
    return minus, _GROUPING.sub("", whole) if len(whole) > 3 else whole, part or ""


def number_readings(text: str) -> Mapping[Numbers, Decimal]:
    """What `text` can mean as a number, per notation; empty when it is none."""
    digits, negative, _currency = split_amount(text)
    readings = {}
    for notation, pattern in _DIGITS.items():
        if found := pattern.fullmatch(digits):
            value = Decimal(f"{_GROUPING.sub('', found['whole'] or '0')}.{found['part'] or '0'}")
            readings[notation] = value.copy_negate() if negative and value else value
    return readings


# --- dates --------------------------------------------------------------------------------------------------

_MONTHS = {
    name: number
    for number, names in enumerate(
        (
            "jan januar january jän jänner", "feb februar february", "mrz mär märz mar march", "apr april", "mai may",
            "jun juni june", "jul juli july", "aug august", "sep sept september", "okt oktober oct october",
            "nov november", "dez dezember dec december",
        ),
        start=1,
    )
    for name in names.split()
}  # fmt: skip
_DAY, _MONTH, _WORD = "(?P<day>[0-9]{1,2})", "(?P<month>[0-9]{1,2})", "(?P<word>[a-zä]{3,9})"
_YEAR = "(?P<year>[0-9]{4}|[0-9]{2})"
_DATE_PATTERNS = {
    Dates.ISO: (
        rf"(?P<year>[0-9]{{4}})(?P<sign>[-/.]){_MONTH}(?P=sign){_DAY}",
        "(?P<year>(?:19|20|21)[0-9]{2})(?P<month>[0-9]{2})(?P<day>[0-9]{2})",
        "(?P<year>[0-9]{2})-(?P<month>[0-9]{2})-(?P<day>[0-9]{2})",
    ),
    Dates.GERMAN: (rf"{_DAY}\. ?{_MONTH}\. ?{_YEAR}",),
    Dates.DAY_FIRST: (rf"{_DAY}(?P<sign>[-/]){_MONTH}(?P=sign){_YEAR}",),
    Dates.MONTH_FIRST: (rf"{_MONTH}(?P<sign>[-/]){_DAY}(?P=sign){_YEAR}",),
}
_DATES = [(notation, re.compile(pattern)) for notation, patterns in _DATE_PATTERNS.items() for pattern in patterns]
# A month in letters can only mean one day, however the rest of the file is written.
_IN_WORDS = [
    re.compile(rf"{_DAY}[.]?[- ]?{_WORD}[.]?[- ]?{_YEAR}", re.IGNORECASE),
    re.compile(rf"{_WORD}[.]? {_DAY},? {_YEAR}", re.IGNORECASE),
]
_TIME_OF_DAY = re.compile(
    r"(?:T|,? )[0-9]{1,2}:[0-9]{2}(?::[0-9]{2}(?:[.,][0-9]+)?)? ?(?:[AP]\.?M\.?|Uhr|UTC|Z|[+-][0-9]{2}:?[0-9]{2})?",
    re.IGNORECASE,
)
_CENTURY_TURNS = 90
"""Two digits from here on are years of the last century."""


def date_readings(text: str) -> Mapping[Dates, date]:
    """Which days `text` can mean, per notation; empty when it is none. A time of day behind it is left aside."""
    if len(text) > _LONGEST:
        return {}
    if ":" in text and (time := _TIME_OF_DAY.search(text)) and time.end() == len(text):
        text = text[: time.start()]
    readings: dict[Dates, date] = {}
    for notation, pattern in _DATES:
        if (found := pattern.fullmatch(text)) and (day := _day(found["year"], int(found["month"]), int(found["day"]))):
            readings.setdefault(notation, day)
    return readings or {notation: day for day in _days_in_words(text) for notation in Dates}


def _days_in_words(text: str) -> Iterator[date]:
    for pattern in _IN_WORDS:
        found = pattern.fullmatch(text)
        month = found and _MONTHS.get(found["word"].lower())
        if found and month and (day := _day(found["year"], month, int(found["day"]))):
            yield day


def _day(year: str, month: int, day: int) -> date | None:
    number = int(year)
    if len(year) == len("26"):
        number += 1900 if number >= _CENTURY_TURNS else 2000
    try:
        return date(number, month, day)
    except ValueError:
        return None


# --- what a file's values tell ------------------------------------------------------------------------------

Notation = TypeVar("Notation", Numbers, Dates)


class Ambiguous(Exception):
    """Nothing in the file tells how `value` in `row` is meant; `readings`: what it can mean."""

    def __init__(self, row: int, column: str, value: str, readings: Mapping[Any, object]) -> None:
        super().__init__(value)
        self.row, self.column, self.value, self.readings = row, column, value, readings


class Clues(Generic[Notation]):
    """Collects what a file's values tell about their notation. Each value counts once."""

    _ENOUGH = 5_000
    """Values after which nothing new is expected, once it is clear how they are written."""

    def __init__(self, readings: Callable[[str], Mapping[Notation, object]]) -> None:
        self._readings: Callable[[str], Mapping[Notation, object]] = readings
        self._seen: set[str] = set()
        self._readable: Counter[Notation] = Counter()
        self._values = 0
        self._ambiguous: dict[frozenset[Notation], Ambiguous] = {}  # the first of each kind

    def add(self, row: int, column: str, value: str) -> None:
        if value in self._seen or (len(self._seen) >= self._ENOUGH and self._clear()):
            return
        if len(self._seen) < self._ENOUGH:
            self._seen.add(value)
        readings = self._readings(value)
        if not readings:
            return
        self._values += 1
        for notation in readings:
            self._readable[notation] += 1
        if len(set(readings.values())) > 1:
            self._ambiguous.setdefault(frozenset(readings), Ambiguous(row, column, value, dict(readings)))

    def _clear(self) -> bool:
        most = max(self._readable.values(), default=0)
        return sum(count == most for count in self._readable.values()) == 1

    def fits(self, notation: Notation) -> bool:
        """Whether every value that means anything can be read in `notation`."""
        return self._readable[notation] == self._values

    def decide(self, default: Notation) -> Notation:
        """The notation of the file: the one most values can be read in. Raises `Ambiguous` when there are two of them
        and a value means something else in each.

        Values of another notation then have no reading, so that a file is never read half one way, half the other.
        """
        if not self._values:
            return default
        most = max(self._readable.values())
        best = [notation for notation, values in self._readable.items() if values == most]
        for doubt in self._ambiguous.values():
            if len({doubt.readings[notation] for notation in best if notation in doubt.readings}) > 1:
                raise doubt
        return best[0]
