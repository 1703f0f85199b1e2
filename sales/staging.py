"""A report's rows on their way into the books: a table of the transaction's own, filled by COPY, sorted by SQL.

What a report says is compared and booked set by set, so 200,000 rows take seconds and no memory. The table vanishes
with the transaction: a refused report leaves nothing behind.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from django.db import connection

from common.sentences import _n
from sales.books import SOLD_COLUMNS
from sales.models import Evidence, SellOutReport, WaitingRow
from sales.readers.columns import LABELS, Column
from sales.readers.problems import Problem
from sales.readers.rows import SellOutRow
from sales.readers.sellout import SellOutFile

# Columns of a staged row, in the order of `SellOutRow`.
_COLUMNS = """file_row, customer_number, customer_name, document_number, document_key, document_line, document_date,
    article, quantity, net, currency, project_ref"""
# What a row must say again to be the same row, and in which column it says so.
_COMPARED = {
    "customer_number": Column.CUSTOMER_NUMBER,
    "document_date": Column.DATE,
    "article": Column.ARTICLE,
    "quantity": Column.QUANTITY,
    "net": Column.NET,
    "currency": Column.CURRENCY,
    "project_ref": Column.PROJECT,
}
_VALUES = ", ".join(_COMPARED)
_STAGED_VALUES = ", ".join(f"staged.{name}" for name in _COMPARED)
_KNOWN_VALUES = ", ".join(f"known.{name}" for name in _COMPARED)
_BOOKED = ", ".join(SOLD_COLUMNS)

_CREATE = """
CREATE TEMP TABLE sellout_staged (
    file_row integer, customer_number text, customer_name text, document_number text, document_key text,
    document_line text, document_date date, article text, quantity numeric(14, 3), net numeric(14, 2), currency text,
    project_ref text
) ON COMMIT DROP;
CREATE TEMP TABLE sellout_known (
    document_key text, document_line text, file_row integer, customer_number text, document_date date, article text,
    quantity numeric(14, 3), net numeric(14, 2), currency text, project_ref text
) ON COMMIT DROP;
CREATE TEMP TABLE sellout_new (file_row integer, partner_id bigint, product_id bigint, bookable boolean) ON COMMIT DROP
"""
_DROP = "DROP TABLE sellout_staged, sellout_known, sellout_new"

# A key has at most one known row: its latest booking, else a row that waits or was dismissed.
_KNOWN_IN_BOOKS = f"""
INSERT INTO sellout_known (document_key, document_line, {_VALUES})
SELECT DISTINCT ON (document_key, document_line) document_key, document_line, {_VALUES} FROM (
    SELECT 1 AS booked, generation, document_key, document_line, {_VALUES} FROM sales_saleline
    WHERE vendor_id = %(vendor)s AND distributor_id = %(distributor)s AND evidence = '{Evidence.SELL_OUT.value}'
        AND reverses_id IS NULL
        AND (document_key, document_line) IN (SELECT document_key, document_line FROM sellout_staged)
    UNION ALL
    SELECT 0, 0, document_key, document_line, {_VALUES} FROM sales_waitingrow
    WHERE vendor_id = %(vendor)s AND distributor_id = %(distributor)s AND state <> '{WaitingRow.State.BOOKED.value}'
        AND (document_key, document_line) IN (SELECT document_key, document_line FROM sellout_staged)
) AS known
ORDER BY document_key, document_line, booked DESC, generation DESC
"""  # noqa: S608
_KNOWN_IN_FILE = f"""
INSERT INTO sellout_known (document_key, document_line, file_row, {_VALUES})
SELECT DISTINCT ON (document_key, document_line) document_key, document_line, file_row, {_VALUES}
FROM sellout_staged AS staged
WHERE NOT EXISTS (
    SELECT 1 FROM sellout_known AS known
    WHERE known.document_key = staged.document_key AND known.document_line = staged.document_line
)
ORDER BY document_key, document_line, file_row
"""  # noqa: S608
_CLASHES = f"""
SELECT count(*) OVER (), staged.file_row, staged.document_number, staged.document_line, known.file_row,
    {_STAGED_VALUES}, {_KNOWN_VALUES}
FROM sellout_staged AS staged JOIN sellout_known AS known USING (document_key, document_line)
WHERE ({_STAGED_VALUES}) IS DISTINCT FROM ({_KNOWN_VALUES})
ORDER BY staged.file_row LIMIT %(limit)s
"""  # noqa: S608
# Lines numbered in one report and counted by article in another never meet as the same row: each would be booked.
_COUNTED = "starts_with({0}.document_line, {0}.article || '#')"
_SAME_DOCUMENT = f"""vendor_id = %(vendor)s AND distributor_id = %(distributor)s
    AND known.document_key = staged.document_key
    AND {_COUNTED.format("known")} <> {_COUNTED.format("staged")}"""
_NUMBERED_OTHERWISE = f"""
SELECT count(*) OVER (), staged.document_number, min(staged.file_row)
FROM sellout_staged AS staged
WHERE EXISTS (
    SELECT 1 FROM sales_saleline AS known
    WHERE {_SAME_DOCUMENT} AND known.evidence = '{Evidence.SELL_OUT.value}' AND known.reverses_id IS NULL
) OR EXISTS (SELECT 1 FROM sales_waitingrow AS known WHERE {_SAME_DOCUMENT})
GROUP BY staged.document_number ORDER BY 3 LIMIT %(limit)s
"""  # noqa: S608
_SORT = """
INSERT INTO sellout_new (file_row, partner_id, product_id, bookable)
SELECT staged.file_row, customer.partner_id, product.id,
    customer.partner_id IS NOT NULL AND product.id IS NOT NULL AND staged.currency = ANY(%(currencies)s)
FROM sellout_staged AS staged
JOIN sellout_known AS known ON known.file_row = staged.file_row
LEFT JOIN sales_customernumber AS customer ON customer.vendor_id = %(vendor)s
    AND customer.distributor_id = %(distributor)s AND customer.number = staged.customer_number
LEFT JOIN programs_product AS product ON product.vendor_id = %(vendor)s AND product.article = staged.article
"""
# Where each of them comes from; `staged` has the others under their own names.
_SOURCES = {
    "vendor_id": "%(vendor)s",
    "distributor_id": "%(distributor)s",
    "counts_on": "document_date",
    "customer_number": "staged.customer_number",
    "report_id": "%(report)s",
    "report_row": "file_row",
}
_SELECTED = ", ".join(_SOURCES.get(name, name) for name in SOLD_COLUMNS)
_COUNT = "SELECT (SELECT count(*) FROM sellout_staged), count(*), count(*) FILTER (WHERE bookable) FROM sellout_new"
_BOOK = f"""
INSERT INTO sales_saleline ({_BOOKED}, partner_id, product_id, evidence, cut, generation, booked_at)
SELECT {_SELECTED}, partner_id, product_id, '{Evidence.SELL_OUT.value}', %(cut)s, 0, %(now)s
FROM sellout_staged AS staged JOIN sellout_new USING (file_row) WHERE bookable ORDER BY file_row
"""  # noqa: S608
# Customers whom somebody dismissed stay dismissed: they do not come back with every report.
_WAIT = f"""
INSERT INTO sales_waitingrow ({_BOOKED}, customer_name, customer_vat_id, customer_postcode, customer_city, gtin,
    distributor_article, article_name, doubts, state)
SELECT {_SELECTED}, customer_name, '', '', '', '', '', '', '{{}}',
    CASE WHEN partner_id IS NULL AND dismissed.customer_number IS NOT NULL
        THEN '{WaitingRow.State.DISMISSED.value}' ELSE '{WaitingRow.State.WAITING.value}' END
FROM sellout_staged AS staged JOIN sellout_new USING (file_row)
LEFT JOIN (
    SELECT DISTINCT customer_number FROM sales_waitingrow
    WHERE vendor_id = %(vendor)s AND distributor_id = %(distributor)s AND state = '{WaitingRow.State.DISMISSED.value}'
) AS dismissed USING (customer_number)
WHERE NOT bookable ORDER BY file_row
"""  # noqa: S608


@dataclass(frozen=True)
class Sorted:
    """How many rows are new and can be booked, are new and must wait, or are known already."""

    bookable: int
    waiting: int
    known: int


@dataclass(frozen=True)
class Staging:
    """The staged rows of one report of `distributor_id` to `vendor_id`."""

    vendor_id: int
    distributor_id: int

    def _execute(self, statement: str, **parameters: Any) -> list[tuple[Any, ...]]:
        scope = {"vendor": self.vendor_id, "distributor": self.distributor_id}
        with connection.cursor() as cursor:
            cursor.execute(statement, {**scope, **parameters})
            return cursor.fetchall() if cursor.description else []

    def fill(self, rows: Iterable[SellOutRow]) -> None:
        names = SellOutRow.__slots__[: len(_COLUMNS.split(","))]
        with connection.cursor() as cursor:
            with cursor.copy(f"COPY sellout_staged ({_COLUMNS}) FROM STDIN") as copy:
                for row in rows:
                    copy.write_row([getattr(row, name) for name in names])
            # The plans below depend on how many rows there are.
            cursor.execute("ANALYZE sellout_staged")

    def compare(self, file: SellOutFile, limit: int) -> tuple[list[Problem], int]:
        """Find the rows known already. Returns what is wrong with those that have other values or cannot be recognised
        because the lines of their document were numbered otherwise, and their number.

        Problems are listed of at most `limit` rows.
        """
        if otherwise := self._execute(_NUMBERED_OTHERWISE, limit=limit):
            return [_numbered_otherwise(file, document, row) for _total, document, row in otherwise], otherwise[0][0]
        self._execute(_KNOWN_IN_BOOKS)
        self._execute("ANALYZE sellout_known")
        self._execute(_KNOWN_IN_FILE)
        self._execute("ANALYZE sellout_known")
        clashes = self._execute(_CLASHES, limit=limit)
        cells = file.cells_of({clash[1] for clash in clashes}) if clashes else {}
        problems = [problem for clash in clashes for problem in _problems(file, clash, cells[clash[1]])]
        return problems, clashes[0][0] if clashes else 0

    def sort(self, currencies: list[str]) -> Sorted:
        """Match the new rows. Only rows in one of `currencies` are booked, the others wait for a person."""
        self._execute(_SORT, currencies=currencies)
        ((rows, new, bookable),) = self._execute(_COUNT)
        return Sorted(bookable=bookable, waiting=new - bookable, known=rows - new)

    def book(self, report: SellOutReport, *, cut: int, now: datetime) -> None:
        """Turn the sorted rows into sale lines and waiting rows of `report`."""
        self._execute(_BOOK, report=report.pk, cut=cut, now=now)
        self._execute(_WAIT, report=report.pk)


@contextmanager
def staging(*, vendor_id: int, distributor_id: int) -> Iterator[Staging]:
    """An empty staging table, for one report at a time, inside the caller's transaction."""
    with connection.cursor() as cursor:
        cursor.execute(_CREATE)
    yield Staging(vendor_id, distributor_id)
    # After an exception the transaction is rolled back, and the tables with it.
    with connection.cursor() as cursor:
        cursor.execute(_DROP)


def _numbered_otherwise(file: SellOutFile, document: str, row: int) -> Problem:
    if Column.LINE in file.reader.places:
        sentence = _n("Document {document} is known from a report without line numbers. Leave out this column.")
        return Problem.at(row, file.name_of(Column.LINE), "", sentence, document=document)
    sentence = _n("Document {document} is known from a report with line numbers. Add the column “{column}”.")
    return Problem.at(
        row, file.name_of(Column.DOCUMENT), document, sentence, document=document, column=LABELS[Column.LINE]
    )


def _problems(file: SellOutFile, clash: tuple[Any, ...], cells: Mapping[Column, str]) -> Iterator[Problem]:
    _total, row, document, line, other_row, *values = clash
    half = len(_COMPARED)
    for column, new, old in zip(_COMPARED.values(), values[:half], values[half:], strict=True):
        if new == old:
            continue
        if other_row is None:
            sentence = _n("Document {document}, line {line} is known with another value: {known}.")
        else:
            sentence = _n(
                "Document {document}, line {line} stands in row {other_row} too, with another value: {known}."
            )
        places = {"document": document, "line": line, "known": _written(file, old), "other_row": str(other_row)}
        yield Problem.at(row, file.name_of(column), cells.get(column, "").strip(), sentence, **places)


def _written(file: SellOutFile, value: date | Decimal | str | None) -> str:
    """A known value as the file would write it."""
    if isinstance(value, Decimal):
        return file.numbers.write(value)
    return file.dates.write(value) if isinstance(value, date) else value or "–"
