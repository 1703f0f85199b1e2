"""The same table with one more column that says what is wrong with a row."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable, Iterator, Mapping
from typing import TypeAlias

from common.cells import harmless
from sales.readers.columns import plain
from sales.readers.headers import header_of
from sales.readers.layout import Layout
from sales.readers.source import Cell, Source, written

Annotator: TypeAlias = Callable[[Source, Layout, Mapping[int, str], str], bytes]
"""From a file, its layout, sentences by row and the heading above them to the bytes of the new file."""


def annotated(source: Source, layout: Layout, sentences: Mapping[int, str], heading: str) -> Iterator[list[Cell]]:
    """All rows as they came, titles too, each with its sentence behind the last column; a column of an earlier round
    is replaced."""
    header = next((header_of(cells) for number, cells in _numbered(source) if number == layout.header_row), [])
    again = int(bool(header) and plain(header[-1]) == plain(heading))
    width = len(header) - again
    for number, cells in _numbered(source):
        sentence = heading if number == layout.header_row else sentences.get(number, "")
        beyond = cells[width + again :]
        if sentence or beyond:
            # Cells beyond the header may be what is wrong, so they stay, behind the sentence.
            yield [*cells[:width], *[""] * (width - len(cells)), sentence, *beyond]
        else:
            yield cells[:width]


def _numbered(source: Source) -> Iterator[tuple[int, list[Cell]]]:
    return enumerate(source.rows(), start=1)


def annotate_csv(source: Source, layout: Layout, sentences: Mapping[int, str], heading: str) -> bytes:
    """In UTF-8 with the mark that makes spreadsheets read it as such."""
    out = io.StringIO(newline="")
    writer = csv.writer(out, delimiter=layout.delimiter, lineterminator="\r\n")
    for cells in annotated(source, layout, sentences, heading):
        writer.writerow([harmless(written(cell)) for cell in cells])
    return out.getvalue().encode("utf-8-sig")
