"""Workbooks: several sheets, numbers and days stored as such, what spreadsheets do to numbers."""

from __future__ import annotations

import io
import zipfile
from datetime import datetime, time
from decimal import Decimal
from typing import Any

from openpyxl import Workbook
from openpyxl.utils.datetime import CALENDAR_MAC_1904

from tests.sales.oddities.cases import GERMAN, ROWS, SALES, Case, as_workbook, said, saved, table

DAY = datetime.fromisoformat("2026-10-31")
SMALL = ["Kundennr", "Beleg", "Pos", "Datum", "Artikelnummer", "Menge", "Netto"]


def typed(header: list[str] = GERMAN) -> list[list[Any]]:
    """The sales with numbers as numbers and days as days."""
    return [
        list(header),
        *(
            [
                sale.customer,
                sale.name,
                sale.document,
                int(sale.line),
                datetime.combine(sale.day, time()),
                sale.article,
                int(sale.quantity),
                None if sale.net is None else float(sale.net),
            ]
            for sale in SALES
        ),
    ]


def workbook(name: str, book: Workbook, *args: Any, **more: Any) -> Case:
    return Case(name, saved(book), *args, **{**more, "file_name": "report.xlsx"})


def small(*rows: list[Any]) -> Workbook:
    return as_workbook(Umsatz=[SMALL, *rows])


def _titled() -> Workbook:
    book = as_workbook(Report=[["Sell-out 4. Quartal", *[None] * 7], [], *typed(), ["Summe", *[None] * 6, 1231.58]])
    book["Report"].merge_cells("A1:H1")
    return book


def _hidden() -> Workbook:
    book = as_workbook(Alt=typed(), Neu=[SMALL, ["1", "R1", 1, DAY, "A", 2, 2.5]])
    book["Alt"].sheet_state = "hidden"
    return book


def _only_hidden() -> bytes:
    return _rewritten(saved(as_workbook(Umsatz=typed())), "xl/workbook.xml", b'state="visible"', b'state="hidden"')


def _zeros() -> Workbook:
    book = small([815, 1, 10, DAY, 123, 2, 2.5])
    book["Umsatz"]["A2"].number_format = "0000000"
    book["Umsatz"]["E2"].number_format = "00000"
    return book


def _mac() -> Workbook:
    book = small(["1", "R1", 1, DAY, "A", 2, 2.5])
    book.epoch = CALENDAR_MAC_1904
    return book


def _formulas(value: str) -> bytes:
    """A workbook whose net amount is a formula, with `value` as what it came to when it was saved."""
    book = small(["1", "R1", 1, DAY, "A", 2, "=1.25*2"])
    # Written as the one or the other, depending on which XML library is there.
    written = _rewritten(saved(book), "xl/worksheets/sheet1.xml", b"<v />", b"<v></v>")
    return _rewritten(written, "xl/worksheets/sheet1.xml", b"<v></v>", value.encode())


def _rewritten(content: bytes, part: str, old: bytes, new: bytes) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(content)) as source, zipfile.ZipFile(out, "w") as target:
        for name in source.namelist():
            data = source.read(name)
            target.writestr(name, data.replace(old, new) if name == part else data)
    return out.getvalue()


WORKBOOK_CASES = [
    workbook("a workbook with days and numbers as such", as_workbook(Umsatz=typed()), ROWS),
    workbook("a workbook with texts only", as_workbook(Umsatz=table()), ROWS),
    workbook(
        "a workbook with a merged title and a total", _titled(), ROWS, left_out={"title": 1, "empty": 1, "total": 1}
    ),
    workbook(
        "a cover sheet in front of the sales", as_workbook(Deckblatt=[["Report"], ["Stand", DAY]], Umsatz=typed()), ROWS
    ),
    workbook("hidden sheets are left aside", _hidden(), [{"document_number": "R1"}]),
    Case("a hidden sheet that is the only one", _only_hidden(), ROWS, file_name="report.xlsx"),
    workbook(
        "two sheets with sales",
        as_workbook(Oktober=typed(), November=[SMALL, ["1", "R1", 1, DAY, "A", 2, 2.5]]),
        [{"document_number": "R1"}],
        ["sheet"],
        said(sheet="November"),
    ),
    workbook(
        "article numbers stored as numbers",
        small([815, 4711, 10, DAY, 123, 2, 2.5]),
        [{"customer_number": "815", "document_number": "4711", "article": "123", "document_line": "10"}],
    ),
    workbook(
        "leading zeros that the format still shows", _zeros(), [{"customer_number": "0000815", "article": "00123"}]
    ),
    workbook("days as bare numbers", small(["1", "R1", 1, 46326, "A", 2, 2.5]), [{"document_date": DAY.date()}]),
    workbook(
        "days as texts among real ones",
        small(["1", "R1", 1, DAY, "A", 2, 2.5], ["1", "R2", 1, "31.10.2026", "A", 2, 2.5]),
        [{"document_date": DAY.date()}] * 2,
    ),
    workbook("days counted from 1904", _mac(), [{"document_date": DAY.date()}]),
    workbook(
        "a time of day in the cell",
        small(["1", "R1", 1, DAY.replace(hour=14), "A", 2, 2.5]),
        [{"document_date": DAY.date()}],
    ),
    workbook(
        "amounts with the noise of calculation",
        small(["1", "R1", 1, DAY, "A", 2, 0.1 + 0.2], ["1", "R2", 1, DAY, "A", 2, 1.005]),
        [{"net": Decimal("0.30")}, {"net": Decimal("1.01")}],
    ),
    workbook(
        "a long number stays exact",
        small([4012345678901, "R1", 1, DAY, 400000000000123, 2, 2.5]),
        [{"customer_number": "4012345678901", "article": "400000000000123"}],
    ),
    workbook(
        "an article that the spreadsheet took for a date",
        small(["1", "R1", 1, DAY, datetime.fromisoformat("2026-12-01"), 2, 2.5]),
        problems=[(2, "Artikelnummer", "2026-12-01")],
    ),
    workbook("an error in a cell", small(["1", "R1", 1, DAY, "A", "#N/A", 2.5]), problems=[(2, "Menge", "#N/A")]),
    workbook(
        "rows and columns that are empty",
        as_workbook(Umsatz=[[], *[[None, *row[:4], None, *row[4:], None] for row in typed()]]),
        ROWS,
        left_out={"empty": 1},
    ),
    workbook(
        "more cells than the header has", small(["1", "R1", 1, DAY, "A", 2, 2.5, None, "?"]), problems=[(2, "", "?")]
    ),
    Case(
        "formulas with the values they came to",
        _formulas("<v>2.5</v>"),
        [{"net": Decimal("2.5")}],
        file_name="report.xlsx",
    ),
    Case(
        "formulas that were never calculated",
        _formulas("<v />"),
        refused="formulas without values",
        file_name="report.xlsx",
    ),
]
