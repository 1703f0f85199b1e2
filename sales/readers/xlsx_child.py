"""`python -m sales.readers.xlsx_child`: the same as `sales.readers.child` for workbooks."""

from __future__ import annotations

import sys

from sales.readers.child import Format, serve
from sales.readers.guessing import Opened
from sales.readers.headers import Candidate
from sales.readers.layout import Kind, Layout
from sales.readers.limits import Limits
from sales.readers.source import Source
from sales.readers.xlsx_annotating import annotate_xlsx
from sales.readers.xlsxfile import Workbook


def open_xlsx(content: bytes, limits: Limits, remembered: str = "", said: str = "") -> Opened:
    book = Workbook.open(content)
    return Opened(Kind.XLSX, "", [Candidate.of(name, book.sheet(name, limits)) for name in book.sheets])


def xlsx_source(content: bytes, layout: Layout, limits: Limits) -> Source:
    return Workbook.open(content).sheet(layout.sheet, limits)


XLSX = Format(open_xlsx, xlsx_source, annotate_xlsx)

if __name__ == "__main__":
    serve(XLSX, sys.stdin.buffer, sys.stdout.buffer)
