"""Cells into checked values. Reports repeat days, customers, articles and amounts, so each is looked at once.

Values are texts as PostgreSQL takes them: numbers with a decimal point, days as ISO 8601.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import TypeAlias

from common.cells import as_written
from common.sentences import _n
from sales.readers.notations import Dates, Numbers, date_readings, number_readings, plain_number, split_amount
from sales.readers.problems import Problem
from sales.readers.source import Cell, Source, exactly, rounded, written

_CACHED = 1 << 16
FIRST_YEAR, LAST_YEAR = 1990, 2100
_SHORTENED = re.compile(r"[0-9](?:[.,][0-9]+)?[eE]\+[0-9]{1,3}")
_GTIN = re.compile("[0-9]{8,14}")
_NO_LETTERS = re.compile("[ ./-]")
_NO_GTIN_SIGNS = re.compile("[ -]")


@dataclass(frozen=True, slots=True)
class Refusal:
    """Why a cell is refused, wherever it stands."""

    value: str
    text: str
    params: tuple[tuple[str, str], ...] = ()

    def at(self, row: int, column: str) -> Problem:
        return Problem.at(row, column, self.value, self.text, **dict(self.params))


Value: TypeAlias = str | Refusal


class Values(dict[Cell, Value]):
    """What cells of one column mean, worked out once for each; forgotten when there are too many."""

    def __init__(self, convert: Callable[[Cell], Value]) -> None:
        super().__init__()
        self._convert = convert
        self._refused: set[Cell] = set()

    def __missing__(self, cell: Cell) -> Value:
        value = self._convert(cell)
        if isinstance(value, Refusal):
            self._refused.add(cell)
        self[cell] = value
        return value

    def of(self, cells: Sequence[Cell]) -> tuple[list[Value], bool]:
        """The cells' values, and whether refusals may be among them."""
        if len(self) > _CACHED:
            self.clear()
            self._refused.clear()
        values = list(map(self.__getitem__, cells))
        return values, bool(self._refused) and not self._refused.isdisjoint(cells)


def tidy(cell: Cell) -> str:
    """A cell as text on one line, without marks that nobody sees."""
    text = " ".join(written(cell).split())
    if not text.isprintable():
        # Mostly copied along from a web page; they would make two numbers of one.
        text = " ".join("".join(sign for sign in text if sign.isprintable()).split())
    return as_written(text)


def short_text(limit: int) -> Callable[[Cell], Value]:
    """Text for people to read: what is too long is cut."""
    return lambda cell: tidy(cell)[:limit]


def identifier(limit: int) -> Callable[[Cell], Value]:
    """A number by which something is recognised, exactly as it stands there."""

    def convert(cell: Cell) -> Value:
        text = tidy(cell)
        if len(text) > limit:
            return Refusal(text, _n("This is longer than {limit} characters."), (("limit", str(limit)),))
        if isinstance(cell, date):
            return Refusal(text, _n("The spreadsheet has made a date of this number. Enter it again as text."))
        if _SHORTENED.fullmatch(text):
            return Refusal(text, _n("The spreadsheet has shortened this number. Enter it again as text."))
        return text

    return convert


def gtin(cell: Cell) -> Value:
    """8 to 14 digits; anything else is none, and says nothing about the article."""
    text = _NO_GTIN_SIGNS.sub("", tidy(cell))
    return text if _GTIN.fullmatch(text) else ""


def vat_id(cell: Cell) -> Value:
    """In capitals without spaces and punctuation; empty when it is too long to be one."""
    text = _NO_LETTERS.sub("", tidy(cell)).upper()
    return text if len(text) <= 20 else ""


def currency_code(cell: Cell) -> Value:
    text = tidy(cell)
    if not text:
        return ""
    _digits, _negative, sign = split_amount(f"{text} 1")
    code = sign or text.upper()
    if len(code) == 3 and code.isascii() and code.isalpha():
        return code
    return Refusal(text, _n("“{value}” is no currency code such as EUR."))


def currency_beside(cell: Cell) -> Value:
    """The currency that stands beside an amount, else ""."""
    if isinstance(cell, str) and cell[-1:].isdigit() and cell[:1] in "-0123456789":
        return ""
    return split_amount(" ".join(cell.split()))[2] if isinstance(cell, str) else ""


_EMPTY = Refusal("", _n("This must not be empty."))


def day(notation: Dates, source: Source) -> Callable[[Cell], Value]:
    def convert(cell: Cell) -> Value:
        text = tidy(cell)
        if not text:
            return _EMPTY
        if isinstance(cell, datetime):
            found: date | None = cell.date()
        elif isinstance(cell, date):
            found = cell
        else:
            found = None if isinstance(cell, str) else source.day_of(cell)
            found = found or date_readings(text).get(notation)
        if found is None:
            sentence = _n("“{value}” is no date of the kind this file uses ({example}).")
            return Refusal(text, sentence, (("example", notation.example),))
        if not FIRST_YEAR <= found.year <= LAST_YEAR:
            years = (("first", str(FIRST_YEAR)), ("last", str(LAST_YEAR)))
            return Refusal(text, _n("The year of “{value}” does not lie between {first} and {last}."), years)
        return found.isoformat()

    return convert


def number(notation: Numbers, whole_digits: int, decimals: int, *, money: bool) -> Callable[[Cell], Value]:
    """A number with at most so many digits before and after the point; "" for an empty cell.

    Only amounts of money may have a currency beside them. A number of a spreadsheet is rounded as it is shown there.
    """

    def convert(cell: Cell) -> Value:
        text = tidy(cell)
        if not text:
            return ""
        if isinstance(cell, int | float):
            # Rounding to what is shown can only follow after the size is known.
            value: Decimal | None = rounded(cell, decimals) if abs(cell) < 10**whole_digits else exactly(cell)
        else:
            if not isinstance(cell, date) and (plain := plain_number(text, notation)):
                minus, whole, part = plain
                if len(whole) <= whole_digits and len(part) <= decimals and not (minus and whole == "0"):
                    return f"{minus}{whole}.{part:0<{decimals}}"
            foreign = isinstance(cell, date) or (not money and split_amount(text)[2])
            value = None if foreign else number_readings(text).get(notation)
        if value is None:
            sentence = _n("“{value}” is no number of the kind this file uses ({example}).")
            return Refusal(text, sentence, (("example", notation.example),))
        return in_bounds(value, text, whole_digits, decimals)

    return convert


def in_bounds(value: Decimal, text: str, whole_digits: int, decimals: int) -> Value:
    """`value` as text, or why it does not fit; `text` is how the file writes it."""
    if value and value.adjusted() >= whole_digits:
        return Refusal(text, _n("“{value}” is too large."))
    exact = value.quantize(Decimal(1).scaleb(-decimals))
    if exact != value:
        sentence = _n("“{value}” has more than {decimals} decimal places.")
        return Refusal(text, sentence, (("decimals", str(decimals)),))
    return f"{exact + 0:f}"
