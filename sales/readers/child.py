"""`python -m sales.readers.child`: works on a CSV file of a stranger, in a process of its own (`common.limited`).

Standard input: arguments as a line of JSON, then the file. Standard output, one record after another, each begun by a
line of a letter and a number of bytes: `R` rows in the text format of PostgreSQL's COPY, `P` the problems of a row,
`E` the end with totals, `G` a guess, `A` a file with its problems beside it, `T` the layout of a table and `L` lines of
it, `U` why the file cannot be read. All but the rows and the file are JSON.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Callable
from dataclasses import dataclass
from itertools import islice
from typing import BinaryIO, Protocol

from common.sentences import _n
from sales.readers.annotating import Annotator, annotate_csv
from sales.readers.guessing import Opened, guess
from sales.readers.headers import header_of
from sales.readers.layout import Layout
from sales.readers.limits import Limits
from sales.readers.opening import csv_source, open_csv
from sales.readers.problems import Unreadable
from sales.readers.rows import RowReader
from sales.readers.sieve import Sieve
from sales.readers.source import Source
from sales.readers.tabular import found_in, rows_below
from sales.readers.telling import record, tell

LISTED = 200
"""Rows whose problems are told one by one; more do not help anybody."""
LINES_AT_ONCE = 1_000


class Opener(Protocol):
    """Opens a file in the encoding that is `said`, else in the one it shows, else in the `remembered` one."""

    def __call__(self, content: bytes, limits: Limits, remembered: str = "", said: str = "") -> Opened: ...


@dataclass(frozen=True)
class Format:
    """How files of one kind are opened for a guess, opened for reading, and written back."""

    open: Opener
    source: Callable[[bytes, Layout, Limits], Source]
    annotate: Annotator


def serve(file_format: Format, given: BinaryIO, out: BinaryIO) -> None:
    """Do what `given`, the standard input, asks for."""
    arguments = json.loads(given.readline())
    content = given.read()
    limits = Limits(**arguments["limits"])
    layout = Layout.from_document(arguments["layout"]) if arguments["layout"] else None
    try:
        limits.check_size(content)
        if arguments["mode"] == "guess":
            encoding = layout.encoding if layout else ""
            said = {"said": encoding} if arguments["own"] else {"remembered": encoding}
            found = guess(file_format.open(content, limits, **said), layout, limits, arguments["currency"])
            tell(out, b"G", found.to_document())
            return
        if arguments["mode"] == "table":
            read_table(file_format.open(content, limits), arguments["words"], limits, out)
            return
        assert layout is not None
        source = file_format.source(content, layout, limits)
        if arguments["mode"] == "read":
            read(source, layout, limits, arguments["currency"], out)
        else:
            sentences = {int(row): text for row, text in arguments["sentences"].items()}
            record(out, b"A", file_format.annotate(source, layout, sentences, arguments["heading"]))
    except Unreadable as refusal:
        document = {"problems": [problem.to_document() for problem in refusal.problems], "rows": refusal.rows}
        tell(out, b"U", document)


def read(source: Source, layout: Layout, limits: Limits, currency: str, out: BinaryIO) -> None:
    """Write all rows and the problems of the first bad ones. Raises `Unreadable`."""
    header = header_at(source, layout)
    limits.check_columns(len(header))
    reader = RowReader(layout, header, source, currency)
    sieve = Sieve(layout.header_row, header, reader.places, limits)
    bad = 0
    for block in sieve.blocks(source.rows()):
        result = reader.read(block)
        if sound := result.copy_text():
            record(out, b"R", sound)
        for place in sorted(result.problems)[: max(0, LISTED - bad)]:
            tell(out, b"P", [problem.to_document() for problem in result.problems[place]])
        bad += len(result.problems)
    if not sieve.rows:
        raise Unreadable.because(_n("The file has no rows below its header."))
    tell(out, b"E", {"rows": sieve.rows, "bad_rows": bad, "left_out": sieve.left_out.to_document()})


def read_table(file: Opened, words: list[str], limits: Limits, out: BinaryIO) -> None:
    """Write a table that is no report: its layout, then its header and rows. Raises `Unreadable`."""
    layout, candidate = found_in(file, words)
    tell(out, b"T", layout.to_document())
    rows = rows_below(candidate, layout.header_row, limits)
    while part := list(islice(rows, LINES_AT_ONCE)):
        tell(out, b"L", part)
    tell(out, b"E", {})


def header_at(source: Source, layout: Layout) -> list[str]:
    """The header's texts. Raises `Unreadable` when the file ends before."""
    for number, cells in enumerate(source.rows(), start=1):
        if number == layout.header_row:
            return header_of(cells)
    raise Unreadable.because(_n("The file has no row {row}, where its header should be."), row=str(layout.header_row))


CSV = Format(open_csv, csv_source, annotate_csv)

if __name__ == "__main__":
    serve(CSV, sys.stdin.buffer, sys.stdout.buffer)
