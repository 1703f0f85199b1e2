"""A file's layout, found out from the file: what can only mean one thing is taken, all else becomes a question."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from decimal import Decimal
from itertools import islice
from typing import Any

from common.sentences import _n
from sales.readers.columns import LABELS, REQUIRED, Column, columns_of, plain
from sales.readers.headers import SEARCHED, Candidate, Found, find_again, find_header, header_of
from sales.readers.layout import ENCODINGS, Kind, Layout, name_at
from sales.readers.limits import Limits
from sales.readers.notations import Ambiguous, Clues, Dates, Numbers, date_readings, number_readings
from sales.readers.problems import Unreadable
from sales.readers.questions import Choice, Guess, Question
from sales.readers.rows import DECIMALS, RowReader
from sales.readers.sieve import Block, Sieve
from sales.readers.source import written
from sales.readers.units import PIECES
from sales.readers.values import tidy

PREVIEW = 12
MOST_UNITS = 20
"""Unit words that are asked about; a column with more of them counts something else."""


@dataclass(frozen=True)
class Opened:
    """A file with all ways to cut it into rows. `encoding` of a CSV, "" of a workbook.

    `doubtful`: the encodings that it can have as well as this one, and how a word of it reads in each.
    """

    kind: Kind
    encoding: str
    candidates: Sequence[Candidate]
    doubtful: Mapping[str, str] = field(default_factory=dict)


def guess(file: Opened, remembered: Layout | None, limits: Limits, currency: str) -> Guess:
    """How `file` is to be read. `remembered` is used without questions about what it settles, where all its columns are
    found again. Raises `Unreadable` for a file without a table in it."""
    questions = [_which_encoding(file.doubtful)] if file.doubtful else []
    known = said = None
    if remembered and remembered.columns:
        known = _known(file, remembered, questions)
    elif remembered:
        said = _as_said(file, remembered)
    found = known or said or _best(file, remembered.sheet if remembered else "", questions)
    limits.check_columns(len(found.header))
    columns = dict(remembered.columns) if known and remembered else _columns(found, questions)
    name, workbook = found.candidate.name, file.kind is Kind.XLSX
    layout = Layout(
        kind=file.kind,
        encoding=file.encoding,
        delimiter="" if workbook else name,
        sheet=name if workbook else "",
        header_row=found.row,
        columns=columns,
        units=remembered.units if remembered else {},
        packs=remembered.packs if remembered else {},
        net=remembered.net if known and remembered else True,
    )
    _ask_missing(found, layout, questions)
    survey = _Survey(found, {column: found.places[column][0] for column in columns}, layout)
    survey.walk(limits)
    if not survey.sieve.rows:
        raise Unreadable.because(_n("The file has no rows below its header."))
    layout = survey.settle(layout, remembered if known else None, questions)
    read = [] if questions else _first_rows(survey, layout, limits, currency)
    return Guess(
        layout=layout,
        questions=questions,
        header=[" ".join(text.split()) for text in found.header],
        sheets=[candidate.name for candidate in file.candidates] if workbook else [],
        unread=[each for each in _reports(file) if each != name] if workbook else [],
        rows=survey.sieve.rows,
        preview=[[" ".join(written(cell).split()) for cell in row] for _number, row in survey.first],
        preview_rows=[number for number, _row in survey.first],
        rows_read=read,
        left_out=survey.sieve.left_out,
    )


# --- the table in the file ----------------------------------------------------------------------------------


def _known(file: Opened, layout: Layout, questions: list[Question]) -> Found | None:
    found = [again for candidate in file.candidates if (again := find_again(candidate, layout))]
    named = [one for one in found if one.candidate.name == _name_in(file, layout)]
    if file.kind is Kind.XLSX and not named and layout.sheet in _reports(file):
        return None  # this sheet was chosen, and has other columns
    if file.kind is Kind.XLSX and not named and len(found) > 1:
        questions.append(_which_sheet(found))
    return next(iter(named or found), None)


def _reports(file: Opened) -> list[str]:
    """Names of the sheets that hold sales."""
    headers = [(candidate.name, find_header(candidate)) for candidate in file.candidates]
    return [name for name, header in headers if header and header.complete]


def _as_said(file: Opened, layout: Layout) -> Found | None:
    """The header that a layout without columns says. None: it says nothing. Raises `Unreadable` where there is none."""
    candidate = next((one for one in file.candidates if one.name == _name_in(file, layout)), None)
    if candidate is None or not layout.header_row:
        return find_header(candidate) if candidate else None
    rows = candidate.head[layout.header_row - 1 : layout.header_row]
    header = header_of(rows[0]) if rows else []
    if not header:
        raise Unreadable.because(
            _n("Row {number} holds no header. It is one of the first {searched} rows, and names the columns."),
            number=str(layout.header_row),
            searched=str(SEARCHED),
        )
    return Found(candidate, layout.header_row, header, columns_of(header))


def _name_in(file: Opened, layout: Layout) -> str:
    return layout.sheet if file.kind is Kind.XLSX else layout.delimiter


def _which_encoding(words: Mapping[str, str]) -> Question:
    names = {encoding: f"{ENCODINGS[encoding]}: “{word}”" for encoding, word in words.items()}
    return Question(
        "encoding",
        _n("The file is in no character set that is usual. How do its special characters read right?"),
        choices=tuple(Choice(encoding, "{name}", {"name": name}) for encoding, name in names.items()),
    )


def _best(file: Opened, sheet: str, questions: list[Question]) -> Found:
    found = [one for candidate in file.candidates if (one := find_header(candidate))]
    if not found:
        raise Unreadable.because(_n("The file is empty."))
    complete = [one for one in found if one.complete] if file.kind is Kind.XLSX else []
    if chosen := [one for one in complete if one.candidate.name == sheet]:
        return chosen[0]
    if len(complete) > 1:
        questions.append(_which_sheet(complete))
    return max(found, key=lambda one: (one.complete, len(one.places), len(one.header)))


def _which_sheet(found: Sequence[Found]) -> Question:
    names = [one.candidate.name for one in found]
    return Question(
        "sheet",
        _n("Several sheets of the workbook hold sales. Which one is the report?"),
        choices=tuple(Choice(name, "{name}", {"name": name}) for name in names),
        value=names[0],
    )


# --- its columns --------------------------------------------------------------------------------------------


def _columns(found: Found, questions: list[Question]) -> dict[Column, str]:
    columns = {}
    for column, places in found.places.items():
        if len(places) == 1:
            columns[column] = name_at(found.header, places[0])
            continue
        names = ", ".join(f"“{' '.join(found.header[place].split())}”" for place in places)
        sentence = _n("Two columns can both be “{column}”: {names}. Which one is it?")
        params = {"column": LABELS[column], "names": names}
        questions.append(
            Question(f"column:{column}", sentence, params, _choices(found.header, places), found.row, LABELS[column])
        )
    return columns


def _ask_missing(found: Found, layout: Layout, questions: list[Question]) -> None:
    """Ask for what a report must have and nothing names yet, and for the amounts unless there are none."""
    asked = {question.key for question in questions}
    taken = {place for column in layout.columns for place in found.places[column]}
    free = [place for place, text in enumerate(found.header) if place not in taken and text.strip()]
    choices = _choices(found.header, free)
    for group in REQUIRED:
        if not any(column in layout.columns or f"column:{column}" in asked for column in group):
            sentence = _n("Which column is “{column}”? The header has none by a name that is known.")
            params = {"column": LABELS[group[0]]}
            questions.append(Question(f"column:{group[0]}", sentence, params, choices, found.row, LABELS[group[0]]))
    if layout.net and Column.NET not in layout.columns and f"column:{Column.NET}" not in asked:
        sentence = _n("Which column is the net amount of the line? Without amounts, sales count by units only.")
        none = Choice("", _n("The file has no amounts"))
        questions.append(
            Question(f"column:{Column.NET}", sentence, {}, (*choices, none), found.row, LABELS[Column.NET])
        )


def _choices(header: Sequence[str], places: Sequence[int]) -> tuple[Choice, ...]:
    return tuple(
        Choice(name_at(header, place), "{name}", {"name": " ".join(header[place].split()) or f"#{place + 1}"})
        for place in places
    )


# --- how its values are written -----------------------------------------------------------------------------


@dataclass
class _Survey:
    """A walk through the whole file: how many rows, and what they tell about how it is written."""

    found: Found
    places: Mapping[Column, int]
    layout: Layout
    numbers: Clues[Numbers] = field(default_factory=lambda: Clues(number_readings))
    dates: Clues[Dates] = field(default_factory=lambda: Clues(date_readings))
    units: dict[str, tuple[int, str]] = field(default_factory=dict)  # by plain word: its first row, as written there
    lines: bool = False
    first: list[tuple[int, list[Any]]] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.block = Block()

    def walk(self, limits: Limits) -> None:
        self.sieve = Sieve(self.found.row, self.found.header, self.places, limits)
        for block in self.sieve.blocks(self.found.candidate.source.rows()):
            cells = list(zip(*block.rows, strict=True))
            for column in DECIMALS:
                self._weigh(self.numbers, column, block.numbers, cells)
            self._weigh(self.dates, Column.DATE, block.numbers, cells)
            self._count_units(block.numbers, cells)
            if not self.lines and Column.LINE in self.places:
                self.lines = any(map(tidy, cells[self.places[Column.LINE]]))
            if not self.block.rows:
                self.block = block
        head = self.found.candidate.head[self.found.row - 1 :]
        self.first = [(self.found.row + index, list(row)) for index, row in enumerate(head[:PREVIEW])]

    def _weigh(self, clues: Clues[Any], column: Column, numbers: list[int], cells: list[tuple[Any, ...]]) -> None:
        place = self.places.get(column)
        if place is None:
            return
        name = " ".join(self.found.header[place].split())
        for value, row in _first_of_each(cells[place], numbers):
            if isinstance(value, str) and (text := tidy(value)):
                clues.add(row, name, text)

    def _count_units(self, numbers: list[int], cells: list[tuple[Any, ...]]) -> None:
        place = self.places.get(Column.UNIT)
        if place is None or len(self.units) > MOST_UNITS:
            return
        for value, row in _first_of_each(cells[place], numbers):
            word = tidy(value)
            key = plain(word)
            if word and key not in PIECES and key not in self.units:
                self.units[key] = (row, word)

    def settle(self, layout: Layout, remembered: Layout | None, questions: list[Question]) -> Layout:
        """The layout with what the walk tells; what it leaves open is asked."""
        columns = dict(layout.columns)
        if Column.LINE in columns and not self.lines:
            del columns[Column.LINE]  # the column is there, and empty
        numbers = remembered.numbers if remembered else None
        if numbers is None or not self.numbers.fits(numbers):
            numbers = self._decide_numbers(questions)
        dates = remembered.dates if remembered else None
        if dates is None or not self.dates.fits(dates):
            dates = self._decide_dates(questions)
        self._ask_units(layout.units, questions)
        return replace(layout, columns=columns, numbers=numbers, dates=dates)

    def _decide_numbers(self, questions: list[Question]) -> Numbers | None:
        try:
            return self.numbers.decide(Numbers.ENGLISH)
        except Ambiguous as doubt:
            sentence = _n(
                "“{value}” can mean two different numbers, and no other number in the file shows which. "
                "How are the numbers written?"
            )
            choices = tuple(
                Choice(
                    notation.value,
                    _n("{example}: “{value}” is {meaning}"),
                    {
                        "example": notation.example,
                        "value": doubt.value,
                        "meaning": notation.write(_decimal(doubt.readings[notation])),
                    },
                )
                for notation in doubt.readings
            )
            questions.append(_about(doubt, "numbers", sentence, choices))
            return None

    def _decide_dates(self, questions: list[Question]) -> Dates | None:
        try:
            return self.dates.decide(Dates.ISO)
        except Ambiguous as doubt:
            sentence = _n(
                "“{value}” can mean two different days, and no other date in the file shows which. "
                "How are the dates written?"
            )
            choices = tuple(
                Choice(
                    notation.value,
                    _n("{example}: “{value}” is {meaning}"),
                    {"example": notation.example, "value": doubt.value, "meaning": str(day)},
                )
                for notation, day in doubt.readings.items()
            )
            questions.append(_about(doubt, "dates", sentence, choices))
            return None

    def _ask_units(self, known: Mapping[str, Decimal], questions: list[Question]) -> None:
        keys = {plain(word) for word in known}
        column = self.places.get(Column.UNIT)
        name = "" if column is None else " ".join(self.found.header[column].split())
        for key, (row, word) in list(self.units.items())[:MOST_UNITS]:
            if key not in keys:
                sentence = _n("How many pieces is one “{value}”?")
                questions.append(Question(f"unit:{word}", sentence, {"value": word}, row=row, column=name, value=word))


def _first_of_each(values: Sequence[Any], rows: Sequence[int]) -> Iterable[tuple[Any, int]]:
    """Each different value with the first of its rows."""
    first = dict(zip(reversed(values), reversed(rows), strict=True))
    return reversed(first.items())


def _decimal(value: object) -> Decimal:
    assert isinstance(value, Decimal)
    return value


def _about(doubt: Ambiguous, key: str, sentence: str, choices: tuple[Choice, ...]) -> Question:
    return Question(key, sentence, {"value": doubt.value}, choices, doubt.row, doubt.column, doubt.value)


def _first_rows(survey: _Survey, layout: Layout, limits: Limits, currency: str) -> list[Any]:
    """As many rows as the preview shows, read as all will be."""
    reader = RowReader(layout, survey.found.header, survey.found.candidate.source, currency)
    head = Block(survey.block.numbers[:PREVIEW], survey.block.rows[:PREVIEW])
    head.surplus.update({place: cells for place, cells in survey.block.surplus.items() if place < PREVIEW})
    return list(islice(reader.read(head).results(), PREVIEW))
