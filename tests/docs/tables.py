"""The tables of a document, a row as its cells by the heads of their columns."""

from __future__ import annotations

import re
from pathlib import Path

Row = dict[str, str]


def page(name: str) -> str:
    return (Path(__file__).resolve().parents[2] / "docs" / name).read_text(encoding="utf-8")


def tables(text: str) -> list[list[Row]]:
    found = []
    for block in re.finditer(r"((?:^\|[^\n]*\n)+)", text, re.MULTILINE):
        head, _, *body = ([cell.strip() for cell in line.strip("|").split("|")] for line in block[1].splitlines())
        found.append([dict(zip(head, cells, strict=True)) for cells in body])
    return found


def table(text: str, first: str) -> list[Row]:
    """The one whose first column is headed `first`."""
    (rows,) = (rows for rows in tables(text) if next(iter(rows[0])) == first)
    return rows
