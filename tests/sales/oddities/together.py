"""Oddities together: every one of these files has several."""

from __future__ import annotations

import csv
from collections.abc import Iterator
from itertools import product

from tests.sales.oddities.cases import ENGLISH, GERMAN, ROWS, Case, as_csv, as_workbook, english, german, saved, table
from tests.sales.oddities.workbook_cases import typed

TITLE = [["Sell-out 4. Quartal 2026"], ["Stand:", "02.01.2027"], []]


def _dressed(rows: list[list[str]]) -> list[list[str]]:
    """With titles, an empty column in front, the header once more in the middle, a total and a remark below."""
    header, *data = rows
    shifted = [["", *row] for row in [header, *data[:2], header, *data[2:]]]
    return [*TITLE, *shifted, [], ["", "Gesamt", *[""] * 6, "1.231,58"], ["Erstellt von SAP"]]


def _csv_files() -> Iterator[Case]:
    left_out = {"title": 2, "empty": 2, "header": 1, "total": 1, "remark": 1}
    ways = [("German", GERMAN, german, "%d.%m.%y"), ("English", ENGLISH, english, "%m/%d/%Y")]
    delimiters = {";": "semicolon", ",": "comma", "\t": "tab"}
    for (language, header, number, day), delimiter, encoding in product(ways, delimiters, ["utf-16", "cp1252"]):
        rows = _dressed(table(header, number, day))
        content = as_csv(rows, delimiter, encoding, quoting=csv.QUOTE_ALL if delimiter == "," else csv.QUOTE_MINIMAL)
        name = f"a {language} export with titles and totals, {delimiters[delimiter]}, {encoding}"
        yield Case(name, content, ROWS, left_out=left_out)


COMBINED_CASES = [
    *_csv_files(),
    Case(
        "a workbook with a cover, titles, the header twice and a total",
        saved(
            as_workbook(
                Info=[["Allnet"], ["Report"]],
                Daten=[*TITLE, *typed()[:3], typed()[0], *typed()[3:], [], ["Summe", *[None] * 5, 1225, 1231.58]],
            )
        ),
        ROWS,
        left_out={"title": 2, "empty": 2, "header": 1, "total": 1},
        file_name="report.xlsx",
    ),
]
