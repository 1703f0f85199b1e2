"""A sheet written back with one more column: values only, days and numbers as such."""

from __future__ import annotations

import io
from collections.abc import Mapping
from datetime import date, datetime
from typing import Any

from openpyxl import Workbook
from openpyxl.cell import WriteOnlyCell

from common.cells import harmless
from sales.readers.annotating import annotated
from sales.readers.layout import Layout
from sales.readers.source import Cell, Source


def annotate_xlsx(source: Source, layout: Layout, sentences: Mapping[int, str], heading: str) -> bytes:
    book = Workbook(write_only=True)
    sheet = book.create_sheet(layout.sheet[:31])
    for cells in annotated(source, layout, sentences, heading):
        sheet.append([_cell(sheet, cell) for cell in cells])
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def _cell(sheet: Any, value: Cell) -> Any:
    if isinstance(value, str):
        return harmless(value) or None
    if not isinstance(value, date):
        return value
    cell = WriteOnlyCell(sheet, value=value)
    timed = isinstance(value, datetime) and value.time() != value.min.time()
    cell.number_format = "yyyy-mm-dd hh:mm:ss" if timed else "yyyy-mm-dd"
    return cell
