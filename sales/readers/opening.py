"""A CSV file opened: for a guess in all ways it can be cut, for reading in the way its layout says."""

from __future__ import annotations

from sales.readers.csvfile import RARE, CsvSource, encoding_as_said, encoding_of, rare_words
from sales.readers.guessing import Opened
from sales.readers.headers import Candidate
from sales.readers.layout import DELIMITERS, Kind, Layout
from sales.readers.limits import Limits
from sales.readers.source import Source


def open_csv(content: bytes, limits: Limits, remembered: str = "", said: str = "") -> Opened:
    encoding = encoding_as_said(content, said) if said else encoding_of(content, remembered)
    sources = {delimiter: CsvSource(content, encoding or RARE[0], delimiter) for delimiter in DELIMITERS}
    candidates = [Candidate.of(name, source) for name, source in sources.items()]
    return Opened(Kind.CSV, encoding or RARE[0], candidates, {} if encoding else rare_words(content))


def csv_source(content: bytes, layout: Layout, limits: Limits) -> Source:
    return CsvSource(content, layout.encoding, layout.delimiter)
