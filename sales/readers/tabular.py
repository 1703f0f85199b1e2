"""A table whose meaning its caller knows: where its header stands, told by words of it, and the rows below as texts."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass

from common.sentences import _n
from sales.readers.columns import plain
from sales.readers.csvfile import CHARACTERS
from sales.readers.guessing import Opened
from sales.readers.headers import Candidate, header_of
from sales.readers.layout import Kind, Layout
from sales.readers.limits import Limits
from sales.readers.problems import Unreadable
from sales.readers.source import is_blank, written

LEAST_KNOWN = 2
"""Words of a header that have to be known, so that a title is not taken for one."""


@dataclass(frozen=True)
class Table:
    """`rows`: numbers as a spreadsheet counts, and cells; empty rows are left out."""

    layout: Layout
    header: Sequence[str]
    rows: Sequence[tuple[int, list[str]]]


def found_in(file: Opened, words: Collection[str]) -> tuple[Layout, Candidate]:
    """The way to cut the file, and the row in it, that names most of `words` (as `plain` writes them).

    Raises `Unreadable`.
    """
    if file.doubtful:
        raise Unreadable.because(CHARACTERS)
    known = frozenset(words)
    best: tuple[int, int, Candidate] | None = None
    for candidate in file.candidates:
        for number, row in enumerate(candidate.head, start=1):
            named = len({plain(text) for text in header_of(row)} & known)
            if named >= LEAST_KNOWN and (best is None or named > best[0]):
                best = (named, number, candidate)
    if best is None:
        raise Unreadable.because(_n("The file has no row with names of columns that are known here."))
    _named, number, candidate = best
    csv = file.kind is Kind.CSV
    layout = Layout(
        kind=file.kind, encoding=file.encoding, delimiter=candidate.name if csv else "",
        sheet="" if csv else candidate.name, header_row=number, columns={},
    )  # fmt: skip
    return layout, candidate


def rows_below(candidate: Candidate, header_row: int, limits: Limits) -> Iterator[tuple[int, list[str]]]:
    """Header and rows with something in them. Raises `Unreadable`."""
    counted = 0
    for number, cells in enumerate(candidate.source.rows(), start=1):
        limits.check_columns(len(cells))
        if number < header_row or all(map(is_blank, cells)):
            continue
        counted += number > header_row
        limits.check_rows(counted)
        yield number, [written(cell) for cell in cells]
    if not counted:
        raise Unreadable.because(_n("The file has no rows below its header."))
