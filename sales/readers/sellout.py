"""A distributor's sell-out report: bytes of a clean CSV into rows and problems.

Delimiter comma, semicolon or tab; UTF-8 or Windows-1252; German or English numbers and dates, decided for the whole
file (`sales.readers.notations`) or named by the caller. The file is walked twice, first for its layout, then row by
row, so that a large file needs no more memory than its text.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any, Self

from common.sentences import _n
from sales.readers.columns import LABELS, REQUIRED, Column, columns_of
from sales.readers.csvfile import DELIMITERS, decode, records
from sales.readers.notations import Ambiguous, Clues, Dates, Numbers, date_readings, number_readings
from sales.readers.problems import Problem, Unreadable
from sales.readers.rows import DECIMALS, RowReader, SellOutRow


@dataclass(frozen=True)
class Limits:
    """What is refused before it is looked at: bytes of the file, rows, columns."""

    size: int = 20_000_000
    rows: int = 250_000
    columns: int = 200


@dataclass(frozen=True)
class Options:
    """What the caller knows. `latest`: last day a document may be dated; `numbers`, `dates`: None finds out."""

    latest: date
    numbers: Numbers | None = None
    dates: Dates | None = None
    default_currency: str = "EUR"
    limits: Limits = Limits()


@dataclass(frozen=True)
class Layout:
    """How a file is to be read: everything that is guessed from it or named by its sender."""

    encoding: str
    delimiter: str
    numbers: Numbers
    dates: Dates


@dataclass(frozen=True)
class SellOutFile:
    """An opened report: its layout, and its rows read one by one."""

    text: str
    layout: Layout
    reader: RowReader
    rows: int

    def __iter__(self) -> Iterator[SellOutRow | list[Problem]]:
        """Each row, or what is wrong with it."""
        occurrences: Counter[tuple[str, str]] = Counter()
        lines = records(self.text, self.layout.delimiter)
        next(lines)
        for number, cells in lines:
            yield self.reader.read(number, cells, occurrences)

    def name_of(self, column: Column) -> str:
        """The column as the file's header names it; ours when the file has none."""
        place = self.reader.places.get(column)
        return LABELS[column] if place is None else " ".join(self.reader.header[place].split())

    def cells_of(self, rows: Collection[int]) -> dict[int, dict[Column, str]]:
        """What the file itself says in these rows."""
        return {
            number: {column: cells[place] for column, place in self.reader.places.items() if place < len(cells)}
            for number, cells in records(self.text, self.layout.delimiter)
            if number in rows
        }


@dataclass(frozen=True)
class Table:
    """A whole report in memory."""

    rows: list[SellOutRow]
    problems: list[Problem]
    layout: Layout


def read_sellout(content: bytes, options: Options) -> Table:
    """All rows and all problems of a report. Raises `Unreadable` as `open_sellout` does."""
    file = open_sellout(content, options)
    table = Table([], [], file.layout)
    for result in file:
        if isinstance(result, SellOutRow):
            table.rows.append(result)
        else:
            table.problems.extend(result)
    return table


def open_sellout(content: bytes, options: Options) -> SellOutFile:
    """Find out a report's layout, as far as `options` does not name it.

    Raises `Unreadable` when the file is no table, lacks a column, or does not tell how its numbers or dates are meant.
    """
    limits = options.limits
    if len(content) > limits.size:
        size = f"{limits.size // 1_000_000}"
        raise Unreadable([Problem.at(None, "", "", _n("The file is larger than {size} MB."), size=size)])
    text, encoding = decode(content)
    delimiter, header = _header(text)
    if len(header) > limits.columns:
        sentence = _n("The file has more than {limit} columns.")
        raise Unreadable([Problem.at(None, "", "", sentence, limit=str(limits.columns))])
    places, problems = _places(header)
    survey = _Survey.of(text, delimiter, places, limits)
    if not survey.rows:
        problems.append(Problem.at(None, "", "", _n("The file has no rows below its header.")))
    numbers, dates = options.numbers, options.dates
    if not problems:
        numbers = numbers or survey.decide_numbers(problems)
        dates = dates or survey.decide_dates(problems)
    if numbers is None or dates is None or problems:
        raise Unreadable(problems, survey.rows)
    reader = RowReader(tuple(header), places, numbers, dates, options.latest, options.default_currency)
    return SellOutFile(text, Layout(encoding, delimiter, numbers, dates), reader, survey.rows)


def _header(text: str) -> tuple[str, list[str]]:
    """Delimiter and cells of the first row: with the delimiter by which most columns are known."""
    best: tuple[tuple[int, int], str, list[str]] | None = None
    for delimiter in DELIMITERS:
        try:
            _number, cells = next(records(text, delimiter), (0, []))
        except Unreadable:
            continue
        score = (len(columns_of(cells)), len(cells))
        if best is None or score > best[0]:
            best = (score, delimiter, cells)
    if best is None or not best[2]:
        raise Unreadable([Problem.at(None, "", "", _n("The file is empty or its first row cannot be read."))])
    return best[1], best[2]


def _places(header: list[str]) -> tuple[dict[Column, int], list[Problem]]:
    found = columns_of(header)
    problems = []
    for column, places in found.items():
        if len(places) > 1:
            names = ", ".join(f"“{header[place]}”" for place in places)
            sentence = _n("Two columns can both be “{column}”: {names}. Keep one of them.")
            problems.append(Problem.at(1, "", "", sentence, column=LABELS[column], names=names))
    for column in REQUIRED:
        if column not in found:
            sentence = _n(
                "The column “{column}” is missing. The first row of the file must name the columns; it says: {names}"
            )
            names = ", ".join(f"“{name}”" for name in header)[:300]
            problems.append(Problem.at(1, LABELS[column], "", sentence, column=LABELS[column], names=names))
    return {column: places[0] for column, places in found.items()}, problems


@dataclass
class _Survey:
    """A first walk through the file: how many rows, and what they tell about how numbers and dates are written."""

    header: list[str]
    rows: int
    numbers: Clues[Numbers]
    dates: Clues[Dates]

    @classmethod
    def of(cls, text: str, delimiter: str, places: Mapping[Column, int], limits: Limits) -> Self:
        lines = records(text, delimiter)
        _number, header = next(lines)
        survey = cls(header, 0, Clues(number_readings), Clues(date_readings))
        amounts = [place for column, place in places.items() if column in DECIMALS]
        days = [place for column, place in places.items() if column is Column.DATE]
        for number, cells in lines:
            survey.rows += 1
            if survey.rows > limits.rows:
                sentence = _n("The file has more than {limit} rows. Send it in parts.")
                raise Unreadable([Problem.at(None, "", "", sentence, limit=str(limits.rows))], survey.rows)
            survey.weigh(survey.numbers, amounts, number, cells)
            survey.weigh(survey.dates, days, number, cells)
        return survey

    def weigh(self, clues: Clues[Any], places: list[int], number: int, cells: list[str]) -> None:
        for place in places:
            if place < len(cells) and (value := " ".join(cells[place].split())):
                clues.add(number, self.header[place], value)

    def decide_numbers(self, problems: list[Problem]) -> Numbers | None:
        try:
            return self.numbers.decide(Numbers.ENGLISH)
        except Ambiguous as doubt:
            sentence = _n(
                "“{value}” can mean two different numbers, and no other number in the file shows which. "
                "Say how the numbers are written: 1.234,56 or 1,234.56."
            )
            problems.append(Problem.at(doubt.row, doubt.column, doubt.value, sentence))
            return None

    def decide_dates(self, problems: list[Problem]) -> Dates | None:
        try:
            return self.dates.decide(Dates.ISO)
        except Ambiguous as doubt:
            sentence = _n(
                "“{value}” can mean two different days, and no other date in the file shows which. "
                "Say how the dates are written: day first or month first."
            )
            problems.append(Problem.at(doubt.row, doubt.column, doubt.value, sentence))
            return None
