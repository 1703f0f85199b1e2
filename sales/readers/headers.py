"""Where a table begins and what its columns mean: the header among title lines, in the sheet or with the separator that
makes sense of it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from itertools import islice
from typing import Self

from sales.readers.columns import REQUIRED, Column, columns_of
from sales.readers.layout import Layout, places_of
from sales.readers.problems import Unreadable
from sales.readers.source import Cell, Source, is_blank, written

SEARCHED = 60
"""Rows in which the header is looked for; what stands above it are titles."""


@dataclass(frozen=True)
class Candidate:
    """One way to cut the file into rows: a separator or a sheet, called `name`, with its first rows."""

    name: str
    source: Source
    head: Sequence[Sequence[Cell]]

    @classmethod
    def of(cls, name: str, source: Source) -> Self:
        head: list[list[Cell]] = []
        # A wrong separator breaks quotes. What was read until then tells enough, or it is told with the rows.
        with suppress(Unreadable):
            head.extend(islice(source.rows(), SEARCHED))
        return cls(name, source, head)


@dataclass(frozen=True)
class Found:
    """`row`: the header's, as a spreadsheet counts; `places`: what each column may be, by its names."""

    candidate: Candidate
    row: int
    header: list[str]
    places: Mapping[Column, list[int]]

    @property
    def complete(self) -> bool:
        """Whether it names all that a report must have, and a row follows."""
        named = all(any(column in self.places for column in group) for group in REQUIRED)
        below = self.candidate.head[self.row :]
        return named and any(not is_blank(cell) for row in below for cell in row)


def header_of(row: Sequence[Cell]) -> list[str]:
    """The texts of a header, without empty cells at its end."""
    header = [written(cell) for cell in row]
    while header and not header[-1].strip():
        header.pop()
    return header


def find_header(candidate: Candidate) -> Found | None:
    """The row whose cells name most columns; without such names the first row as wide as most. None: no rows."""
    best: Found | None = None
    for number, row in enumerate(candidate.head, start=1):
        header = header_of(row)
        places = columns_of(header)
        if len(places) > (len(best.places) if best else 1):
            best = Found(candidate, number, header, places)
    return best or _widest(candidate)


def _widest(candidate: Candidate) -> Found | None:
    widths = [sum(not is_blank(cell) for cell in row) for row in candidate.head]
    usual = Counter(width for width in widths if width).most_common(1)
    if not usual:
        return None
    number = next(number for number, width in enumerate(widths, start=1) if width >= usual[0][0])
    header = header_of(candidate.head[number - 1])
    return Found(candidate, number, header, columns_of(header))


def find_again(candidate: Candidate, layout: Layout) -> Found | None:
    """The header that has all columns of `layout`: in its row or in another. None: there is none."""
    # Columns known by their numbers only are found nowhere else.
    named = not all(name.startswith("#") for name in layout.columns.values())
    for number in [layout.header_row, *range(1, len(candidate.head) + 1)] if named else [layout.header_row]:
        if number > len(candidate.head):
            continue
        header = header_of(candidate.head[number - 1])
        places, missing = places_of(layout.columns, header)
        if places and not missing:
            return Found(candidate, number, header, {column: [place] for column, place in places.items()})
    return None
