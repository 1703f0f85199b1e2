"""What a case is, the sales most of them tell of, and how they are written down."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import Any

from openpyxl import Workbook

from sales.readers.layout import Layout

Fields = Mapping[str, Any]
"""Some fields of a `SellOutRow` and their values."""


@dataclass(frozen=True)
class Case:
    """A file and what has to come out of it.

    `rows`: fields of every row that is read. `questions`: keys of what has to be asked, all of it; `answer` puts the
    answers into the layout. `problems`: row, column and value of every complaint. `refused`: words of the sentence
    that refuses the whole file. `left_out`: how many rows, by reason.
    """

    name: str
    content: bytes
    rows: Sequence[Fields] = ()
    questions: Sequence[str] = ()
    answer: Callable[[Layout], Layout] | None = None
    problems: Sequence[tuple[int, str, str]] = ()
    refused: str = ""
    left_out: Mapping[str, int] = field(default_factory=dict)
    file_name: str = "report.csv"

    def __str__(self) -> str:
        return self.name


@dataclass(frozen=True)
class Sale:
    customer: str
    name: str
    document: str
    line: str
    day: date
    article: str
    quantity: Decimal
    net: Decimal | None

    @property
    def fields(self) -> dict[str, Any]:
        """As a reader has to understand it."""
        return {
            "customer_number": self.customer,
            "customer_name": self.name,
            "document_number": self.document,
            "document_line": self.line,
            "document_date": self.day,
            "article": self.article,
            "quantity": self.quantity,
            "net": self.net,
            "currency": "EUR",
        }


SALES = [
    Sale(
        "K-0815", "Müller & Söhne GmbH", "RE-2026/77", "10", date(2026, 10, 31), "D785", Decimal(24), Decimal("1234.56")
    ),
    Sale("0042", "Groß; Klein, Co. KG", "RE-2026/77", "20", date(2026, 10, 31), "00123", Decimal(3), Decimal("99.90")),
    Sale("K-0815", "Müller & Söhne GmbH", "GS-9", "10", date(2026, 11, 2), "D785", Decimal(-2), Decimal("-102.88")),
    Sale("77", "Café Noé", "RE-2026/78", "10", date(2026, 12, 24), "D865", Decimal(1200), None),
]
ROWS = [sale.fields for sale in SALES]
GERMAN = ["Kundennummer", "Kunde", "Belegnummer", "Position", "Belegdatum", "Artikelnummer", "Menge", "Netto"]
ENGLISH = ["Customer no.", "Customer", "Invoice no.", "Line", "Invoice date", "Article", "Quantity", "Net amount"]


def german(value: Decimal | None) -> str:
    return "" if value is None else f"{value:,}".translate(str.maketrans(",.", ".,"))


def english(value: Decimal | None) -> str:
    return "" if value is None else f"{value:,}"


def table(
    header: Sequence[str] = GERMAN,
    number: Callable[[Decimal | None], str] = german,
    day: str = "%d.%m.%Y",
    sales: Iterable[Sale] = tuple(SALES),
) -> list[list[str]]:
    """Header and sales as texts."""
    return [
        list(header),
        *(
            [
                sale.customer,
                sale.name,
                sale.document,
                sale.line,
                sale.day.strftime(day),
                sale.article,
                number(sale.quantity),
                number(sale.net),
            ]
            for sale in sales
        ),
    ]


def as_csv(
    rows: Iterable[Sequence[str]],
    delimiter: str = ";",
    encoding: str = "utf-8",
    newline: str = "\r\n",
    quoting: Any = csv.QUOTE_MINIMAL,
) -> bytes:
    out = io.StringIO(newline="")
    csv.writer(out, delimiter=delimiter, lineterminator=newline, quoting=quoting).writerows(rows)
    return out.getvalue().encode(encoding)


def as_workbook(**sheets: Iterable[Sequence[Any]]) -> Workbook:
    book = Workbook()
    book.remove(book.worksheets[0])
    for name, rows in sheets.items():
        sheet = book.create_sheet(name)
        for row in rows:
            sheet.append(list(row))
    return book


def saved(book: Workbook) -> bytes:
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def without(rows: Iterable[Fields], *names: str) -> list[dict[str, Any]]:
    """The rows without the fields that a file does not tell."""
    return [{name: value for name, value in row.items() if name not in names} for row in rows]


def add_columns(rows: Sequence[Sequence[Any]], header: Sequence[str], *values: Sequence[Any]) -> list[list[Any]]:
    """The table with more columns behind it; `values` row by row."""
    return [[*row, *more] for row, more in zip(rows, [header, *values], strict=True)]


def one_row(header: str, *rows: str) -> bytes:
    """A small file as one writes it by hand."""
    return "\n".join([header, *rows, ""]).encode()


def said(**changes: Any) -> Callable[[Layout], Layout]:
    """An answer: fields of the layout, `units` and `columns` on top of what is there."""

    def answer(layout: Layout) -> Layout:
        document = layout.to_document()
        for name, value in changes.items():
            document[name] = {**document[name], **value} if isinstance(value, dict) else value
        return Layout.from_document(document)

    return answer
