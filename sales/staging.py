"""A report's rows on their way into the books: tables of the transaction's own, filled by COPY, sorted by SQL.

What a report says is compared and booked set by set, so 200,000 rows take seconds and no memory. The tables vanish
with the transaction: a refused report leaves nothing behind. The statements are in `sales.staging_sql`.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from django.db import connection

from common.sentences import _n
from sales import staging_sql as sql
from sales.models import SellOutReport
from sales.readers.columns import LABELS, Column
from sales.readers.layout import Layout
from sales.readers.notations import Numbers
from sales.readers.problems import Problem

_COLUMN_OF = {
    "customer_number": Column.CUSTOMER_NUMBER,
    "document_date": Column.DATE,
    "article": Column.ARTICLE,
    "quantity": Column.QUANTITY,
    "net": Column.NET,
    "currency": Column.CURRENCY,
    "project_ref": Column.PROJECT,
}
CENTS = 2
WORK_MEMORY = "64MB"


@dataclass(frozen=True)
class Clashes:
    """Rows whose key is known with other values. `rows`: how many. `reports`: ids of the reports they stand in, the
    one with most of them first; empty where the file contradicts itself."""

    problems: Sequence[Problem]
    rows: int
    reports: Sequence[int] = ()


@dataclass(frozen=True)
class Sorted:
    """How many rows can be booked, must wait, are known already, stand unchanged in the replaced report; and how many
    rows of that one no longer count."""

    bookable: int
    waiting: int
    known: int
    unchanged: int
    gone: int


@dataclass(frozen=True)
class Scope:
    """What a report's rows are looked at with. `chain`: ids of the replaced report and of those it replaced itself.

    `oldest`: first day that is not doubtful; `largest`: most pieces that are not.
    """

    chain: Sequence[int]
    currencies: Sequence[str]
    today: date
    oldest: date
    largest: int


@dataclass(frozen=True)
class Staging:
    """The staged rows of one report of `distributor_id` to `vendor_id`, read by `layout`."""

    vendor_id: int
    distributor_id: int
    layout: Layout

    def _execute(self, statement: str, **parameters: Any) -> list[tuple[Any, ...]]:
        scope = {"vendor": self.vendor_id, "distributor": self.distributor_id}
        with connection.cursor() as cursor:
            cursor.execute(statement, {**scope, **parameters})
            return cursor.fetchall() if cursor.description else []

    def _analyze(self, table: str) -> None:
        """The plans of what follows depend on how many rows there are. `table`: with its columns, if not of all."""
        self._execute(f"ANALYZE {table}")

    def fill(self, blocks: Iterable[bytes]) -> None:
        """Take in rows as `sales.readers.reading` gives them: text of COPY."""
        with (
            connection.cursor() as cursor,
            cursor.copy(f"COPY sellout_staged ({sql.STAGED_COLUMNS}) FROM STDIN") as copy,
        ):
            for block in blocks:
                copy.write(block)
        self._analyze(f"sellout_staged ({sql.JOINED_COLUMNS})")

    def compare(self, scope: Scope, limit: int) -> Clashes:
        """Find out which rows are known, whose they are and what makes them doubtful: whether each can be booked or
        has to wait for a person. Problems are listed of at most `limit` rows."""
        chain = list(scope.chain)
        if otherwise := self._execute(sql.NUMBERED_OTHERWISE, chain=chain, limit=limit):
            problems = [self._numbered_otherwise(document, row) for _total, document, row in otherwise]
            return Clashes(problems, otherwise[0][0])
        self._execute(sql.KEYS, chain=chain)
        self._analyze("sellout_keys")
        self._execute(sql.KNOWN, chain=chain)
        self._analyze("sellout_known")
        # What follows joins and sorts this report's rows alone, of which a file has only so many: not over files.
        self._execute(f"SET LOCAL work_mem = '{WORK_MEMORY}'")
        self._execute(sql.MATCH_BY_VAT_ID)
        self._execute(sql.CUSTOMERS)
        self._analyze("sellout_customers")
        self._execute(sql.ARTICLES)
        self._analyze("sellout_articles")
        self._execute(
            sql.SORT,
            currencies=list(scope.currencies),
            today=scope.today,
            oldest=scope.oldest,
            largest=scope.largest,
            replacing=bool(scope.chain),
        )
        self._analyze("sellout_sorted")
        clashes = self._execute(sql.CLASHES, limit=limit)
        if not clashes:
            return Clashes([], 0)
        reports = [pk for pk, _rows in self._execute(sql.CLASHING_REPORTS)]
        return Clashes([problem for clash in clashes for problem in self._clash(clash)], clashes[0][0], reports)

    def sort(self) -> Sorted:
        """Say when returns count, for whom rows of earlier days do, and how many rows end where."""
        self._execute(sql.COUNTS_ON)
        self._execute(sql.TAKEN_ALONG_SINCE)
        ((rows, known, unchanged, bookable),) = self._execute(sql.COUNT)
        ((gone,),) = self._execute(sql.COUNT_GONE)
        return Sorted(bookable, rows - known - unchanged - bookable, known, unchanged, gone)

    def book(self, report: SellOutReport, *, cut: int, now: datetime) -> None:
        """Take back what `report` replaces, and turn the new rows into sale lines and waiting rows."""
        if report.replaces_id is not None:
            self._execute(sql.SUPERSEDE)
            self._execute(sql.REVERSE, report=report.pk, cut=cut, now=now)
            self._execute(sql.SUPERSEDE_BOOKED, report=report.pk)
        self._execute(sql.BOOK, report=report.pk, cut=cut, now=now)
        self._execute(sql.WAIT, report=report.pk)

    # --- what is wrong -----------------------------------------------------------------------------------------------

    def _numbered_otherwise(self, document: str, row: int) -> Problem:
        if Column.LINE in self.layout.columns:
            sentence = _n("Document {document} is known from a report without line numbers. Leave out this column.")
            return Problem.at(row, self.layout.name_of(Column.LINE), "", sentence, document=document)
        sentence = _n("Document {document} is known from a report with line numbers. Add the column “{column}”.")
        return Problem.at(
            row, self.layout.name_of(Column.DOCUMENT), document, sentence, document=document, column=LABELS[Column.LINE]
        )

    def _clash(self, clash: tuple[Any, ...]) -> Iterator[Problem]:
        _total, row, document, line, other_row, *values = clash
        half = len(_COLUMN_OF)
        for name, new, old in zip(_COLUMN_OF, values[:half], values[half:], strict=True):
            if new == old:
                continue
            if other_row is None:
                sentence = _n("Document {document}, line {line} is known with another value: {known}.")
            else:
                sentence = _n(
                    "Document {document}, line {line} stands in row {other_row} too, with another value: {known}."
                )
            places = {"document": document or "–", "line": line, "known": self._written(name, old)}
            places["other_row"] = str(other_row)
            value = "" if new is None else self._written(name, new)
            yield Problem.at(row, self.layout.name_of(_COLUMN_OF[name]), value, sentence, **places)

    def _written(self, name: str, value: date | Decimal | str | None) -> str:
        """A value as the file would write it."""
        if isinstance(value, Decimal):
            notation = self.layout.numbers or Numbers.ENGLISH
            return notation.write(value, places=CENTS if name == "net" else 0)
        if isinstance(value, date):
            return self.layout.dates.write(value) if self.layout.dates else value.isoformat()
        return value or "–"


@contextmanager
def staging(*, vendor_id: int, distributor_id: int, layout: Layout) -> Iterator[Staging]:
    """An empty staging table, for one report at a time, inside the caller's transaction."""
    with connection.cursor() as cursor:
        cursor.execute(sql.CREATE)
    yield Staging(vendor_id, distributor_id, layout)
    # After an exception the transaction is rolled back, and the tables with it.
    with connection.cursor() as cursor:
        cursor.execute(f"DROP TABLE {sql.TABLES}")
