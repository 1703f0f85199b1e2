"""Sheets of an XLSX workbook into rows of cells. The only module that knows the library which reads them."""

from __future__ import annotations

import io
import re
import warnings
import zipfile
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any, Self
from xml.etree.ElementTree import ParseError

from openpyxl import load_workbook
from openpyxl.utils.datetime import from_excel

from common.sentences import _n
from sales.readers.kinds import check_archive
from sales.readers.limits import Limits
from sales.readers.problems import Unreadable
from sales.readers.source import Cell

MOST_SHEET_ROWS = 1_048_576
_BROKEN = (
    zipfile.BadZipFile, zipfile.LargeZipFile, ParseError, KeyError, ValueError, TypeError, AttributeError, IndexError,
    OSError, EOFError, NotImplementedError, RuntimeError, ArithmeticError, zlib.error,
)  # fmt: skip
"""What the libraries raise on damaged files; none of it means a fault of ours."""
# A formula and nothing behind it; an empty text is a value.
_UNCALCULATED = re.compile(
    rb'<(?:\w+:)?c(?![^>]*\bt="str")(?:\s[^>]*)?>\s*<(?:\w+:)?f(?:\s[^>]*)?(?:/>|>[^<]*</(?:\w+:)?f>)\s*'
    rb"(?:<(?:\w+:)?v\s*/>|<(?:\w+:)?v>\s*</(?:\w+:)?v>)?\s*</(?:\w+:)?c>"
)
_LONGEST_CELL = 40_000
_ZEROS = re.compile(r'"?(0{2,30})"?')
# 1990 to 2100, as a spreadsheet numbers days: what a column of dates can mean by a bare number.
_FIRST_SERIAL, _LAST_SERIAL = 31_000, 73_500


def _damaged() -> Unreadable:
    return Unreadable.because(_n("The workbook is damaged. Open it, save it anew as XLSX or CSV and send that file."))


@dataclass(frozen=True)
class Workbook:
    book: Any

    @classmethod
    def open(cls, content: bytes) -> Self:
        """Raises `Unreadable` for what is no workbook, or a damaged one."""
        warnings.simplefilter("ignore")  # about formatting that nobody reads here
        try:
            with zipfile.ZipFile(io.BytesIO(content)) as archive:
                check_archive(archive.namelist())
            return cls(load_workbook(io.BytesIO(content), read_only=True, data_only=True, keep_links=False))
        except _BROKEN as error:
            raise _damaged() from error

    @property
    def sheets(self) -> list[str]:
        """Sheets with cells, hidden ones only where there are no others."""
        tables = [sheet for sheet in self.book.worksheets if hasattr(sheet, "reset_dimensions")]
        visible = [sheet.title for sheet in tables if sheet.sheet_state == "visible"]
        return visible or [sheet.title for sheet in tables]

    def sheet(self, name: str, limits: Limits) -> SheetSource:
        """Raises `Unreadable` when there is none of this name."""
        if name not in self.book.sheetnames:
            raise Unreadable.because(_n("The workbook has no sheet “{sheet}”."), sheet=name)
        return SheetSource(self.book[name], limits)


@dataclass(frozen=True)
class SheetSource:
    sheet: Any
    limits: Limits

    def rows(self) -> Iterator[list[Cell]]:
        self.sheet.reset_dimensions()  # what files say about their own size is often wrong
        try:
            for number, row in enumerate(self.sheet.iter_rows(), start=1):
                if number > MOST_SHEET_ROWS:
                    raise Unreadable.because(_n("The sheet has more rows than a spreadsheet can have."))
                cells = [_cell(cell) for cell in row]
                while cells and cells[-1] == "":
                    cells.pop()
                self.limits.check_columns(len(cells))
                yield cells
            self._check_formulas()
        except _BROKEN as error:
            raise _damaged() from error

    def _check_formulas(self) -> None:
        """Refuse formulas without the value they had when the file was saved: they would be read as empty cells."""
        rest = b""
        with self.sheet._get_source() as xml:
            while chunk := xml.read(1 << 20):
                rest += chunk
                if _UNCALCULATED.search(rest):
                    raise Unreadable.because(
                        _n("The workbook has formulas without values. Open it, save it anew and send that file.")
                    )
                rest = rest[-_LONGEST_CELL:]

    def day_of(self, serial: float) -> date | None:
        if not _FIRST_SERIAL <= serial <= _LAST_SERIAL:
            return None
        day = from_excel(serial, self.sheet.parent.epoch)
        return day.date() if isinstance(day, datetime) else None


def _cell(cell: Any) -> Cell:
    value = cell.value
    if value is None:
        return ""
    if isinstance(value, str | date):
        return value
    if isinstance(value, bool):
        return str(value).upper()
    if isinstance(value, time | timedelta):
        return str(value)
    if not isinstance(value, int | float):
        return str(value)
    # A number shown with leading zeros is an article or customer number that lost them.
    zeros = _ZEROS.fullmatch(cell.number_format)
    if zeros and value >= 0 and value == int(value):
        return str(int(value)).zfill(len(zeros[1]))
    return value
