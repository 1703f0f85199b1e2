"""A file opened as rows of cells, whatever its kind."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, datetime
from decimal import ROUND_HALF_UP, Decimal
from typing import Protocol, TypeAlias

Cell: TypeAlias = str | int | float | date
"""Empty cells are "". A CSV has texts only; a workbook's numbers and days are such."""


class Source(Protocol):
    """`rows` gives every row, empty ones too: the first is row 1. It raises `Unreadable` where it cannot go on."""

    def rows(self) -> Iterator[list[Cell]]: ...

    def day_of(self, serial: float) -> date | None:
        """The day a bare number means in a column of dates; None where it means none."""


def is_blank(cell: Cell) -> bool:
    return isinstance(cell, str) and (not cell or cell.isspace())


def written(cell: Cell) -> str:
    """A cell as text: days as ISO 8601, numbers with a decimal point and no more digits than they need."""
    if isinstance(cell, str):
        return cell
    if isinstance(cell, datetime):
        return cell.date().isoformat() if cell.time() == cell.min.time() else cell.isoformat(" ", "seconds")
    if isinstance(cell, date):
        return cell.isoformat()
    return f"{exactly(cell):f}"


# A spreadsheet keeps 15 digits; what stands behind them comes from calculating.
_DIGITS = 15


def exactly(number: float) -> Decimal:
    """A spreadsheet's number as it means it, without the noise of binary fractions."""
    if isinstance(number, int) or number.is_integer():
        return Decimal(int(number))
    return Decimal(f"{number:.{_DIGITS}g}")


def rounded(number: float, decimals: int) -> Decimal:
    """As the spreadsheet shows it with so many decimals: half away from zero."""
    return exactly(number).quantize(Decimal(1).scaleb(-decimals), rounding=ROUND_HALF_UP)
