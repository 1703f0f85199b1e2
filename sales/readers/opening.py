"""A CSV file opened: for a guess in all ways it can be cut, for reading in the way its layout says."""

from __future__ import annotations

from sales.readers.csvfile import CsvSource, encoding_of
from sales.readers.guessing import Opened
from sales.readers.headers import Candidate
from sales.readers.layout import DELIMITERS, Kind, Layout
from sales.readers.limits import Limits
from sales.readers.source import Source


def open_csv(content: bytes, limits: Limits) -> Opened:
    encoding = encoding_of(content)
    sources = {delimiter: CsvSource(content, encoding, delimiter) for delimiter in DELIMITERS}
    return Opened(Kind.CSV, encoding, [Candidate.of(name, source) for name, source in sources.items()])


def csv_source(content: bytes, layout: Layout, limits: Limits) -> Source:
    return CsvSource(content, layout.encoding, layout.delimiter)
