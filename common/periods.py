"""Calendar periods: months, quarters, half-years and years, each the half-open range of days [start, end)."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date, timedelta
from enum import StrEnum
from typing import Self

from common.errors import DomainError
from common.sentences import _n, fill


class PeriodKind(StrEnum):
    MONTH = "month"
    QUARTER = "quarter"
    HALF_YEAR = "half-year"
    YEAR = "year"

    @property
    def months(self) -> int:
        return _MONTHS[self]


_MONTHS = {PeriodKind.MONTH: 1, PeriodKind.QUARTER: 3, PeriodKind.HALF_YEAR: 6, PeriodKind.YEAR: 12}
_CODE = re.compile(r"(?P<year>[0-9]{4})(?:-(?P<month>[0-9]{2})|Q(?P<quarter>[0-9])|H(?P<half>[0-9]))?")


class NotAPeriod(DomainError, ValueError):
    """A text or a range of days is no calendar period. `text` is the message's template, `value` what was given."""

    def __init__(self, text: str, value: object) -> None:
        self.text = text
        self.value = str(value)[:40]
        super().__init__(fill(text, {"value": self.value}))


@dataclass(frozen=True, order=True)
class Period:
    """One calendar period. `start` is its first day, `end` the day after its last. Sorts by time within a kind."""

    kind: PeriodKind
    start: date
    end: date

    def __post_init__(self) -> None:
        if (self.start, self.end) != _bounds(self.kind, self.start):
            raise NotAPeriod(_n("“{value}” is not a calendar period"), f"{self.kind} {self.start}–{self.end}")

    @classmethod
    def containing(cls, kind: PeriodKind | str, day: date) -> Self:
        """The period of `kind` in which `day` lies."""
        return cls(PeriodKind(kind), *_bounds(PeriodKind(kind), day))

    @classmethod
    def parse(cls, code: object) -> Self:
        """The period with this code: 2026-07, 2026Q3, 2026H1 or 2026. Raises `NotAPeriod`."""
        found = _CODE.fullmatch(code.strip().upper()) if isinstance(code, str) else None
        if found is None:
            raise NotAPeriod(_n("“{value}” is not a period; write 2026-07, 2026Q3, 2026H1 or 2026"), code)
        if found["month"]:
            kind, number = PeriodKind.MONTH, int(found["month"])
        elif found["quarter"]:
            kind, number = PeriodKind.QUARTER, int(found["quarter"])
        elif found["half"]:
            kind, number = PeriodKind.HALF_YEAR, int(found["half"])
        else:
            kind, number = PeriodKind.YEAR, 1
        if not 1 <= number <= 12 // kind.months or int(found["year"]) < 1:
            raise NotAPeriod(_n("there is no period “{value}”"), code)
        return cls.containing(kind, date(int(found["year"]), (number - 1) * kind.months + 1, 1))

    def __str__(self) -> str:
        number = (self.start.month - 1) // self.kind.months + 1
        suffix = {
            PeriodKind.MONTH: f"-{number:02}",
            PeriodKind.QUARTER: f"Q{number}",
            PeriodKind.HALF_YEAR: f"H{number}",
            PeriodKind.YEAR: "",
        }
        return f"{self.start.year:04}{suffix[self.kind]}"

    @property
    def last_day(self) -> date:
        return self.end - timedelta(days=1)

    def contains(self, day: date) -> bool:
        return self.start <= day < self.end

    def next(self, n: int = 1) -> Self:
        """The period `n` periods later."""
        return type(self).containing(self.kind, _shift(self.start, n * self.kind.months))

    def previous(self, n: int = 1) -> Self:
        """The period `n` periods earlier."""
        return self.next(-n)


def months_after(day: date, months: int) -> date:
    """The same day so many months later; where that month has no such day, the first of the next.

    As the end of a half-open range: from 29 February, 24 months hold on every day up to 28 February.
    """
    month = _shift(day.replace(day=1), months)
    return min(month + timedelta(days=day.day - 1), _shift(month, 1))


def _bounds(kind: PeriodKind, day: date) -> tuple[date, date]:
    start = date(day.year, (day.month - 1) // kind.months * kind.months + 1, 1)
    return start, _shift(start, kind.months)


def _shift(first_of_month: date, months: int) -> date:
    year, month = divmod(first_of_month.year * 12 + first_of_month.month - 1 + months, 12)
    try:
        return date(year, month + 1, 1)
    except (ValueError, OverflowError):
        raise NotAPeriod(_n("the calendar has no year {value}"), year) from None
