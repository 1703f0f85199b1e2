"""Pairs of customers from a CSV file, row by row."""

from __future__ import annotations

import csv
from collections.abc import Iterator, Sequence
from dataclasses import fields
from typing import TextIO

from common.customers.matching import Customer

COLUMNS = tuple(field.name for field in fields(Customer))
_SIDES = ("a", "b")


class BadPairs(ValueError):
    """The file is no table of pairs; says why, in English, in one line."""


def read_pairs(lines: TextIO) -> Iterator[tuple[Customer, Customer]]:
    """The pairs of a table in order, as they are read. Raises BadPairs.

    Each column may be missing and each cell empty; columns of other names are left out. Comma, semicolon or tab.
    """
    try:
        header = lines.readline()
        table = csv.reader(lines, delimiter=_delimiter(header))
        columns = _columns(next(csv.reader([header], delimiter=_delimiter(header)), []))
        width = len(columns)
        for row in table:
            if any(cell.strip() for cell in row[width:]):
                raise BadPairs(f"line {table.line_num + 1}: {len(row)} cells, but {width} columns")
            if row:
                yield _customer(columns, row, "a"), _customer(columns, row, "b")
    except UnicodeDecodeError as error:
        raise BadPairs(f"this is not UTF-8 text: {error.reason}") from error
    except csv.Error as error:
        raise BadPairs(f"this is not CSV: {error}") from error


def _delimiter(header: str) -> str:
    return max(",;\t", key=header.count)


def _columns(header: Sequence[str]) -> list[str]:
    columns = [cell.strip().strip("\ufeff").lower() for cell in header]
    known = [column for column in columns if column in {f"{name}_{side}" for name in COLUMNS for side in _SIDES}]
    if not known:
        raise BadPairs("no column is called name_a, name_b, domain_a, … in the first line")
    if twice := next((column for column in known if known.count(column) > 1), ""):
        raise BadPairs(f"two columns are called {twice}")
    return columns


def _customer(columns: Sequence[str], row: Sequence[str], side: str) -> Customer:
    cells = dict(zip(columns, row, strict=False))
    return Customer(**{name: cells.get(f"{name}_{side}", "").strip() for name in COLUMNS})
