"""A distributor's CSV report read in this process, as its child would read it: quick enough for thousands of tables."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import dataclass, replace

from common.sentences import _n
from sales.readers.child import header_at
from sales.readers.columns import Column
from sales.readers.guessing import guess
from sales.readers.kinds import kind_of
from sales.readers.layout import Kind, Layout
from sales.readers.limits import USUAL_LIMITS, Limits
from sales.readers.notations import Dates, Numbers
from sales.readers.opening import csv_source, open_csv
from sales.readers.problems import Problem, Unreadable
from sales.readers.rows import RowReader
from sales.readers.sellout import SellOutRow
from sales.readers.sieve import Sieve
from sales.readers.source import Source, written


@dataclass(frozen=True)
class Options:
    """What the caller knows. `numbers`, `dates`: None finds out."""

    numbers: Numbers | None = None
    dates: Dates | None = None
    default_currency: str = "EUR"
    limits: Limits = USUAL_LIMITS


UNKNOWN = Options()


@dataclass(frozen=True)
class SellOutFile:
    """An opened report: its layout, and its rows read one by one."""

    layout: Layout
    source: Source
    header: list[str]
    options: Options
    rows: int

    @property
    def numbers(self) -> Numbers:
        return self.layout.numbers or Numbers.ENGLISH

    @property
    def dates(self) -> Dates:
        return self.layout.dates or Dates.ISO

    @property
    def reader(self) -> RowReader:
        return RowReader(self.layout, self.header, self.source, self.options.default_currency)

    def __iter__(self) -> Iterator[SellOutRow | list[Problem]]:
        """Each row, or what is wrong with it."""
        reader = self.reader
        sieve = Sieve(self.layout.header_row, self.header, reader.places, self.options.limits)
        for block in sieve.blocks(self.source.rows()):
            yield from reader.read(block).results()

    def name_of(self, column: Column) -> str:
        return self.reader.name_of(column)

    def cells_of(self, rows: Collection[int]) -> dict[int, dict[Column, str]]:
        """What the file itself says in these rows."""
        places = self.reader.places
        return {
            number: {column: written(cells[place]) for column, place in places.items() if place < len(cells)}
            for number, cells in enumerate(self.source.rows(), start=1)
            if number in rows
        }


@dataclass(frozen=True)
class Table:
    """A whole report in memory."""

    rows: list[SellOutRow]
    problems: list[Problem]
    layout: Layout


def read_sellout(content: bytes, options: Options = UNKNOWN) -> Table:
    """All rows and all problems of a report. Raises `Unreadable` as `open_sellout` does."""
    file = open_sellout(content, options)
    table = Table([], [], file.layout)
    for result in file:
        if isinstance(result, SellOutRow):
            table.rows.append(result)
        else:
            table.problems.extend(result)
    return table


def open_sellout(content: bytes, options: Options = UNKNOWN) -> SellOutFile:
    """Find out a CSV's layout, as far as `options` does not name it.

    Raises `Unreadable`, also for what a person would be asked.
    """
    options.limits.check_size(content)
    if kind_of(content) is not Kind.CSV:
        raise Unreadable.because(_n("This is an Excel workbook. Save it as CSV and send that file."))
    found = guess(open_csv(content, options.limits), None, options.limits, options.default_currency)
    said = {name for name in ("numbers", "dates") if getattr(options, name)}
    if questions := [question for question in found.questions if question.key not in said]:
        raise Unreadable([question.as_problem() for question in questions], found.rows)
    layout = replace(
        found.layout, numbers=options.numbers or found.layout.numbers, dates=options.dates or found.layout.dates
    )
    source = csv_source(content, layout, options.limits)
    return SellOutFile(layout, source, header_at(source, layout), options, found.rows)
