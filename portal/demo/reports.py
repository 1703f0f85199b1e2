"""Distributors' sell-out reports of the demo, written as each distributor writes them: German or English."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

GERMAN = ("Kundennummer", "Kunde", "Belegnummer", "Position", "Belegdatum", "Artikelnummer", "Menge", "Nettobetrag")
ENGLISH = ("customer number", "customer", "invoice number", "line", "invoice date", "article number", "quantity", "net")


@dataclass(frozen=True)
class Row:
    """A line of a report before it is written down."""

    customer_number: str
    customer: str
    document: str
    line: int
    day: date
    article: str
    quantity: int
    net: Decimal | None
    project: str = ""


@dataclass(frozen=True)
class Style:
    """How a distributor writes its reports."""

    german: bool = True
    delimiter: str = ";"
    encoding: str = "utf-8"
    with_projects: bool = False


STYLES = {
    "allnet": Style(),
    "also": Style(encoding="utf-8-sig", with_projects=True),
    "ingram-micro": Style(german=False, delimiter=",", with_projects=True),
    "komsa": Style(encoding="cp1252"),
    "michael-telecom": Style(german=False, delimiter="\t"),
}


def write(rows: Iterable[Row], style: Style) -> bytes:
    """The report as bytes, rows in their order."""
    header = list(GERMAN if style.german else ENGLISH)
    if style.with_projects:
        header.append("Projekt" if style.german else "project")
    text = io.StringIO(newline="")
    writer = csv.writer(text, delimiter=style.delimiter, lineterminator="\r\n")
    writer.writerow(header)
    for row in rows:
        day = f"{row.day:%d.%m.%Y}" if style.german else row.day.isoformat()
        quantity = _number(Decimal(row.quantity), 0, style)
        net = "" if row.net is None else _number(row.net, 2, style)
        cells = [row.customer_number, row.customer, row.document, str(row.line), day, row.article, quantity, net]
        writer.writerow([*cells, row.project] if style.with_projects else cells)
    return text.getvalue().encode(style.encoding, errors="replace")


def _number(value: Decimal, decimals: int, style: Style) -> str:
    text = f"{value:,.{decimals}f}"
    return text.translate(str.maketrans(",.", ".,")) if style.german else text
