"""Which rows of a table are data: empty rows, totals, headers that come again and remarks below are left out.

Each row left out is counted, and shown by its number, so that every row of a file ends somewhere known.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any, Self

from sales.readers.columns import Column, plain
from sales.readers.limits import Limits
from sales.readers.notations import date_readings
from sales.readers.source import Cell, is_blank, written

BLOCK = 2_000
"""Rows that are looked at together."""
SAMPLES = 20
_LONGEST_SAMPLE = 120


class Reason(StrEnum):
    TITLE = "title"
    TOTAL = "total"
    HEADER = "header"
    REMARK = "remark"
    EMPTY = "empty"


@dataclass(frozen=True, slots=True)
class LeftOutRow:
    row: int
    reason: Reason
    text: str


@dataclass
class LeftOut:
    """How many rows are no data, by reason, and the first of them; empty ones are only counted."""

    counts: Counter[Reason] = field(default_factory=Counter)
    samples: list[LeftOutRow] = field(default_factory=list)

    def add(self, row: int, reason: Reason, cells: Sequence[Cell]) -> None:
        self.counts[reason] += 1
        if reason is not Reason.EMPTY and len(self.samples) < SAMPLES:
            text = " · ".join(" ".join(written(cell).split()) for cell in cells if not is_blank(cell))
            self.samples.append(LeftOutRow(row, reason, text[:_LONGEST_SAMPLE]))

    def to_document(self) -> dict[str, Any]:
        samples = [[one.row, one.reason.value, one.text] for one in self.samples]
        return {"counts": {reason.value: count for reason, count in self.counts.items()}, "samples": samples}

    @classmethod
    def from_document(cls, document: Mapping[str, Any]) -> Self:
        counts = Counter({Reason(reason): count for reason, count in document["counts"].items()})
        return cls(counts, [LeftOutRow(row, Reason(reason), text) for row, reason, text in document["samples"]])


@dataclass
class Block:
    """Rows of data, each as wide as the header. `surplus`: by place in the block, cells beyond the header."""

    numbers: list[int] = field(default_factory=list)
    rows: list[list[Cell]] = field(default_factory=list)
    surplus: dict[int, list[Cell]] = field(default_factory=dict)


_WORD = (
    "(?:[a-zäöü]*summe|summen|gesamt[a-zäöü]*|(?:grand |sub-?)?totals?|sum|saldo|übertrag|(?:teil|gesamt)?ergebnis|"
    "carried forward|brought forward)"
)
_TOTAL = re.compile(rf"\W*{_WORD}\b.*|.*\b{_WORD}\W*", re.IGNORECASE | re.DOTALL)
# A total has none of these, or it would be a sale.
_KEYS = (Column.DATE, Column.DOCUMENT, Column.LINE, Column.ARTICLE, Column.GTIN, Column.DISTRIBUTOR_ARTICLE)
_REMARK_CELLS = 2


def _in_words(cells: list[Cell]) -> bool:
    filled = [cell for cell in cells if not is_blank(cell)]
    return len(filled) == 1 and isinstance(filled[0], str) and any(sign in filled[0].strip() for sign in " :*-")


class Sieve:
    """`rows` begin at row 1. What stands above the header is a title."""

    def __init__(self, header_row: int, header: Sequence[str], places: Mapping[Column, int], limits: Limits) -> None:
        self._header_row = header_row
        self._width = len(header)
        self._header = [plain(name) for name in header]
        self._date = places.get(Column.DATE)
        self._quantity = places.get(Column.QUANTITY)
        self._keys = [places[column] for column in _KEYS if column in places]
        self._limits = limits
        self._remarks: list[tuple[int, list[Cell]]] = []  # until it is known whether data follows
        self.left_out = LeftOut()
        self.rows = 0

    def blocks(self, rows: Iterable[list[Cell]]) -> Iterator[Block]:
        """The data, in blocks of about `BLOCK` rows. Raises `Unreadable` for more rows than the limits allow."""
        block = Block()
        for number, cells in self._data(rows):
            block.rows.append(cells if len(cells) == self._width else self._fitted(block, cells))
            block.numbers.append(number)
            if len(block.rows) >= BLOCK:
                yield self._counted(block)
                block = Block()
        if block.rows:
            yield self._counted(block)

    def _counted(self, block: Block) -> Block:
        self.rows += len(block.rows)
        self._limits.check_rows(self.rows)
        return block

    def _fitted(self, block: Block, cells: list[Cell]) -> list[Cell]:
        if any(not is_blank(cell) for cell in cells[self._width :]):
            self._limits.check_columns(len(cells))
            block.surplus[len(block.rows)] = cells
        return [*cells[: self._width], *[""] * (self._width - len(cells))]

    def _data(self, rows: Iterable[list[Cell]]) -> Iterator[tuple[int, list[Cell]]]:
        place, width = self._date, self._width
        for number, cells in enumerate(rows, start=1):
            # Most rows have a date, or what begins like one: they need no second look.
            if place is not None and len(cells) == width and number > self._header_row:
                day = cells[place]
                if day and (not isinstance(day, str) or "0" <= day[0] <= "9") and not self._remarks:
                    yield number, cells
                    continue
            yield from self._sort(number, cells)
        # Words below the table; a row that breaks off in the middle, because the file does, is none.
        if all(_in_words(cells) for _number, cells in self._remarks):
            for number, cells in self._remarks:
                self.left_out.add(number, Reason.REMARK, cells)
        else:
            yield from self._remarks

    def _sort(self, number: int, cells: list[Cell]) -> Iterator[tuple[int, list[Cell]]]:
        if number == self._header_row:
            return
        filled = [place for place, cell in enumerate(cells) if not is_blank(cell)]
        reason = self._reason(number, cells, filled)
        if reason is Reason.REMARK:
            self._remarks.append((number, cells))
            return
        if reason is Reason.HEADER:
            # What a page says above its header.
            for other, above in self._remarks:
                self.left_out.add(other, Reason.REMARK, above)
        elif reason is None:
            yield from self._remarks  # data follows, so they may be rows with something missing
        if reason in (Reason.HEADER, None):
            self._remarks = []
        if reason is None:
            yield number, cells
        else:
            self.left_out.add(number, reason, cells)

    def _reason(self, number: int, cells: list[Cell], filled: list[int]) -> Reason | None:
        if not filled:
            return Reason.EMPTY
        if number < self._header_row:
            return Reason.TITLE
        if self._repeats_header(cells):
            return Reason.HEADER
        if self._is_total(cells, filled):
            return Reason.TOTAL
        return Reason.REMARK if self._is_remark(cells, filled) else None

    def _repeats_header(self, cells: list[Cell]) -> bool:
        """Whether each cell says what its column is called; the header may have got a name more since."""
        names = [(plain(written(cell)), name) for cell, name in zip(cells, self._header, strict=False)]
        said = [(text, name) for text, name in names if text]
        return len(said) * 2 > sum(map(bool, self._header)) and all(text == name for text, name in said)

    def _is_total(self, cells: list[Cell], filled: list[int]) -> bool:
        named = {place for place in filled if isinstance(cell := cells[place], str) and _TOTAL.fullmatch(cell.strip())}
        return bool(named) and not any(place in filled and place not in named for place in self._keys)

    def _is_remark(self, cells: list[Cell], filled: list[int]) -> bool:
        """One text or two, no quantity, no date, and not a whole row that came in quotes."""
        if len(filled) > _REMARK_CELLS or self._quantity in filled or self._width <= 2 * _REMARK_CELLS:
            return False
        first = cells[filled[0]]
        if not isinstance(first, str) or any(sign in first for sign in ";\t|") or first.count(",") > _REMARK_CELLS:
            return False
        return self._date not in filled or not date_readings(" ".join(written(cells[self._date or 0]).split()))
