"""One row of a sell-out report: cells into a checked `SellOutRow`, or all that is wrong with them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from common.sentences import _n
from sales.keys import document_key, line_key, occurrence_key
from sales.readers.columns import REQUIRED, Column
from sales.readers.notations import Dates, Numbers, date_readings, number_readings
from sales.readers.problems import Problem

LONGEST = {
    Column.CUSTOMER_NUMBER: 60,
    Column.CUSTOMER_NAME: 200,
    Column.DOCUMENT: 60,
    Column.LINE: 30,
    Column.ARTICLE: 60,
    Column.PROJECT: 60,
}
DECIMALS = {Column.QUANTITY: 3, Column.NET: 2}
WHOLE_DIGITS = {Column.QUANTITY: 11, Column.NET: 12}
OLDEST = 10
"""Years. What is older is a slip of the pen, and would be booked where nobody looks for it."""
_FILLED = {*REQUIRED, Column.LINE} - {Column.NET}
_SYMBOLS = {"€": "EUR"}


@dataclass(frozen=True, slots=True)
class SellOutRow:
    """One row as the distributor means it. `net` None: no value. `row` as a spreadsheet counts, the header being 1."""

    row: int
    customer_number: str
    customer_name: str
    document_number: str
    document_key: str
    document_line: str
    document_date: date
    article: str
    quantity: Decimal
    net: Decimal | None
    currency: str
    project_ref: str


@dataclass(frozen=True)
class RowReader:
    """Reads the rows of one file. `places`: where each column stands; `latest`: last day a document may be dated."""

    header: Sequence[str]
    places: Mapping[Column, int]
    numbers: Numbers
    dates: Dates
    latest: date
    default_currency: str

    def read(self, row: int, cells: Sequence[str], occurrences: Counter[tuple[str, str]]) -> SellOutRow | list[Problem]:
        """`occurrences` counts an article's rows per document, for files that do not number their lines."""
        found = _Cells(self, row, cells)
        found.check_length()
        document, article = found.text(Column.DOCUMENT), found.text(Column.ARTICLE)
        key = found.document_key(document)
        if Column.LINE in self.places:
            line = line_key(found.text(Column.LINE))
        else:
            occurrences[key, article] += 1
            line = occurrence_key(article, occurrences[key, article])
        day, quantity, net = found.day(), found.number(Column.QUANTITY), found.number(Column.NET)
        customer, name = found.text(Column.CUSTOMER_NUMBER), found.text(Column.CUSTOMER_NAME)
        currency, project = found.currency(), found.text(Column.PROJECT)
        if found.problems or day is None or quantity is None:
            return found.problems
        return SellOutRow(row, customer, name, document, key, line, day, article, quantity, net, currency, project)


class _Cells:
    """The cells of one row by column, and the problems found in them."""

    def __init__(self, reader: RowReader, row: int, cells: Sequence[str]) -> None:
        self.reader, self.row, self.cells = reader, row, cells
        self.problems: list[Problem] = []

    def _refuse(self, column: Column, value: str, text: str, **params: str) -> None:
        name = self.reader.header[self.reader.places[column]]
        self.problems.append(Problem.at(self.row, " ".join(name.split()), value, text, **params))

    def _raw(self, column: Column) -> str:
        """The cell with its white space tidied; empty for a column the file does not have or the row does not reach."""
        place = self.reader.places.get(column)
        if place is None:
            return ""
        value = " ".join(self.cells[place].split()) if place < len(self.cells) else ""
        if not value and column in _FILLED:
            self._refuse(column, "", _n("This must not be empty."))
        return value

    def check_length(self) -> None:
        """More cells than columns: mostly an amount with a decimal comma, unquoted, in a file with commas between."""
        columns = len(self.reader.header)
        if surplus := [cell for cell in self.cells[columns:] if cell.strip()]:
            sentence = _n(
                "The row has {cells} cells, the first row only {columns}. Text with the separator in it needs quotes."
            )
            found = str(len(self.cells))
            self.problems.append(Problem.at(self.row, "", surplus[0], sentence, cells=found, columns=str(columns)))

    def text(self, column: Column) -> str:
        value = self._raw(column)
        if not value.isprintable():
            # Marks nobody sees, mostly copied along from a web page, would make two numbers of one.
            value = "".join(sign for sign in value if sign.isprintable())
        if len(value) > LONGEST[column]:
            self._refuse(column, value, _n("This is longer than {limit} characters."), limit=str(LONGEST[column]))
        return value

    def document_key(self, number: str) -> str:
        key = document_key(number)
        if number and not key:
            self._refuse(Column.DOCUMENT, number, _n("A document number has letters or digits."))
        elif len(key) > LONGEST[Column.DOCUMENT] >= len(number):
            limit = str(LONGEST[Column.DOCUMENT])
            self._refuse(Column.DOCUMENT, number, _n("This is longer than {limit} characters."), limit=limit)
        return key

    def number(self, column: Column) -> Decimal | None:
        value = self._raw(column)
        if not value:
            return None
        number = number_readings(value).get(self.reader.numbers)
        decimals = DECIMALS[column]
        if number is None:
            example = self.reader.numbers.example
            sentence = _n("“{value}” is no number of the kind this file uses ({example}).")
            self._refuse(column, value, sentence, example=example)
        elif number.adjusted() >= WHOLE_DIGITS[column]:
            self._refuse(column, value, _n("“{value}” is too large."))
        elif number != (rounded := round(number, decimals)):
            sentence = _n("“{value}” has more than {decimals} decimal places.")
            self._refuse(column, value, sentence, decimals=str(decimals))
        else:
            return rounded
        return None

    def day(self) -> date | None:
        value = self._raw(Column.DATE)
        if not value:
            return None
        day = date_readings(value).get(self.reader.dates)
        if day is None:
            example = self.reader.dates.example
            sentence = _n("“{value}” is no date of the kind this file uses ({example}).")
            self._refuse(Column.DATE, value, sentence, example=example)
        elif day > self.reader.latest:
            self._refuse(Column.DATE, value, _n("The document date lies in the future."))
        elif day.year < self.reader.latest.year - OLDEST:
            self._refuse(
                Column.DATE, value, _n("The document date lies more than {years} years ago."), years=str(OLDEST)
            )
        return day

    def currency(self) -> str:
        value = self._raw(Column.CURRENCY)
        code = _SYMBOLS.get(value, value.upper()) or self.reader.default_currency
        if not (len(code) == 3 and code.isascii() and code.isalpha()):
            self._refuse(Column.CURRENCY, value, _n("“{value}” is no currency code such as EUR."))
        return code
