"""Any table, written in any of the known ways, reads as the same rows."""

from __future__ import annotations

import csv
import io
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Literal

from hypothesis import HealthCheck, assume, given, settings
from hypothesis import strategies as st
from openpyxl import Workbook

from common.cells import as_written, harmless
from sales.readers.child import header_at
from sales.readers.guessing import guess
from sales.readers.layout import Kind, Layout
from sales.readers.limits import Limits
from sales.readers.notations import Dates, Numbers, date_readings, number_readings
from sales.readers.problems import Problem, Unreadable
from sales.readers.rows import RowReader
from sales.readers.sellout import SellOutRow
from sales.readers.sieve import Sieve
from sales.readers.xlsx_child import open_xlsx, xlsx_source
from tests.sales.reading_here import Options, Table, read_sellout

TODAY = date(2026, 12, 31)
HEADERS = {
    Numbers.GERMAN: [
        "Kundennummer",
        "Kunde",
        "Belegnummer",
        "Position",
        "Belegdatum",
        "Artikelnummer",
        "Menge",
        "Netto",
    ],
    Numbers.ENGLISH: ["Customer number", "Customer", "Document", "Line", "Date", "Article", "Quantity", "Net"],
}
PATTERNS = {Dates.ISO: "%Y-%m-%d", Dates.GERMAN: "%d.%m.%Y", Dates.DAY_FIRST: "%d/%m/%Y", Dates.MONTH_FIRST: "%m/%d/%Y"}


Row = tuple[str, str, str, int, date, str, Decimal, Decimal | None]


@dataclass(frozen=True)
class Writing:
    """A way of writing a report."""

    numbers: Numbers
    dates: Dates
    delimiter: str
    encoding: str
    newline: str
    grouped: bool
    minus_behind: bool
    quoting: Literal[0, 1]
    titles: bool = False
    total: bool = False
    header_again: bool = False

    def number(self, value: Decimal) -> str:
        text = f"{abs(value):,}" if self.grouped else f"{abs(value)}"
        if self.numbers is Numbers.GERMAN:
            text = text.translate(str.maketrans(",.", ".,"))
        if value < 0:
            text = f"{text}-" if self.minus_behind else f"-{text}"
        return text

    def file(self, rows: list[Row]) -> bytes:
        out = io.StringIO(newline="")
        writer = csv.writer(out, delimiter=self.delimiter, lineterminator=self.newline, quoting=self.quoting)
        if self.titles:
            writer.writerows([["Sell-out"], ["Stand:", "02.01.2027"], []])
        writer.writerow(HEADERS[self.numbers])
        for customer, name, document, line, day, article, quantity, net in rows:
            amounts = [self.number(quantity), "" if net is None else self.number(net)]
            writer.writerow([customer, name, document, line, day.strftime(PATTERNS[self.dates]), article, *amounts])
            if self.header_again:
                writer.writerow(HEADERS[self.numbers])
        if self.total:
            writer.writerow(["Summe", *[""] * 6, "1"])
        return out.getvalue().encode(self.encoding)


writings = st.builds(
    Writing,
    numbers=st.sampled_from(Numbers),
    dates=st.sampled_from(Dates),
    delimiter=st.sampled_from([";", ",", "\t", "|"]),
    encoding=st.sampled_from(["utf-8", "utf-8-sig", "cp1252", "utf-16", "utf-16-le", "utf-16-be"]),
    newline=st.sampled_from(["\n", "\r\n"]),
    grouped=st.booleans(),
    minus_behind=st.booleans(),
    quoting=st.sampled_from([csv.QUOTE_ALL, csv.QUOTE_MINIMAL]),
    titles=st.booleans(),
    total=st.booleans(),
    header_again=st.booleans(),
)
# With a letter or digit in front, as every number has one somewhere.
keys = st.builds(str.__add__, st.sampled_from("ABx09"), st.text("ABCxyz0123456789-/.=+@ ", max_size=20))
names = st.text("ABC äöüß;,\"'\t€&=-", max_size=40)
quantities = st.decimals("-99999999999", "99999999999", places=3, allow_nan=False, allow_infinity=False)
nets = st.none() | st.decimals("-999999999999", "999999999999", places=2, allow_nan=False, allow_infinity=False)
days = st.dates(date(2016, 1, 1), TODAY)
tables = st.lists(
    st.tuples(keys, names, keys, st.integers(1, 10**6), days, keys, quantities, nets), min_size=1, max_size=8
)
# A spreadsheet keeps 15 digits, and no control characters.
workbook_tables = st.lists(
    st.tuples(
        keys,
        names.map(lambda name: name.replace("\t", " ")),
        keys,
        st.integers(1, 10**6),
        days,
        keys,
        st.decimals("-9999999", "9999999", places=3),
        st.none() | st.decimals("-99999999", "99999999", places=2),
    ),
    min_size=1,
    max_size=6,
)
LAYOUT = Layout(Kind.XLSX, "", "", "Umsatz", 1, {})


def read_or_refuse(content: bytes) -> tuple[Table | None, str]:
    try:
        return read_sellout(content, Options()), ""
    except Unreadable as refusal:
        return None, str(refusal)


# A busy machine makes no test wrong.
patiently = settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])


def tidy(text: str) -> str:
    return as_written(" ".join(text.split()))


def meant(rows: list[Row]) -> list[tuple[object, ...]]:
    return [
        (tidy(customer), tidy(name), tidy(document), str(line), day, tidy(article), quantity, net)
        for customer, name, document, line, day, article, quantity, net in rows
    ]


def told(table: Table) -> list[tuple[object, ...]]:
    return [
        (
            row.customer_number,
            row.customer_name,
            row.document_number,
            row.document_line,
            row.document_date,
            row.article,
            row.quantity,
            row.net,
        )
        for row in table.rows
    ]


def workbook(rows: list[Row], *, titles: bool) -> bytes:
    """The table as a workbook with real numbers and days; none of its texts is a formula."""
    book = Workbook(write_only=True)
    sheet = book.create_sheet("Umsatz")
    if titles:
        sheet.append(["Sell-out"])
        sheet.append([])
    sheet.append(HEADERS[Numbers.GERMAN])
    for customer, name, document, line, day, article, quantity, net in rows:
        texts = [harmless(text) for text in (customer, name, document)]
        sheet.append([*texts, line, day, harmless(article), quantity, net])
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def read_workbook(content: bytes) -> list[SellOutRow | list[Problem]]:
    """Guessed and read like in the child."""
    limits = Limits()
    found = guess(open_xlsx(content, limits), None, limits, "EUR")
    assert found.questions == []
    source = xlsx_source(content, found.layout, limits)
    header = header_at(source, found.layout)
    reader = RowReader(found.layout, header, source, "EUR")
    sieve = Sieve(found.layout.header_row, header, reader.places, limits)
    return [result for block in sieve.blocks(source.rows()) for result in reader.read(block).results()]


def is_also_utf8(content: bytes) -> bool:
    """Whether bytes beyond ASCII are UTF-8 too: "ß€" in Windows-1252 is another letter there, and nobody can tell."""
    try:
        return not content.decode().isascii()
    except UnicodeDecodeError:
        return False


@patiently
@given(rows=tables, writing=writings)
def test_any_table_written_in_any_way_reads_as_the_same_rows(rows: list[Row], writing: Writing) -> None:
    content = writing.file(rows)
    assume(writing.encoding != "cp1252" or not is_also_utf8(content))
    table = read_sellout(content, Options(numbers=writing.numbers, dates=writing.dates))
    assert table.problems == []
    assert told(table) == meant(rows)


@settings(patiently, max_examples=40)
@given(rows=workbook_tables, titles=st.booleans())
def test_any_table_in_a_workbook_reads_as_the_same_rows(rows: list[Row], titles: bool) -> None:
    results = read_workbook(workbook(rows, titles=titles))
    sound = [result for result in results if isinstance(result, SellOutRow)]
    assert len(sound) == len(results)
    assert told(Table(sound, [], LAYOUT)) == meant(rows)


@patiently
@given(rows=tables, writing=writings)
def test_a_guessed_way_of_writing_is_the_right_one_or_a_question(rows: list[Row], writing: Writing) -> None:
    """What is found out from a file and what its writer says never differ in a value."""
    known = read_sellout(writing.file(rows), Options(numbers=writing.numbers, dates=writing.dates))
    guessed, question = read_or_refuse(writing.file(rows))
    assert guessed.rows == known.rows if guessed else "two different" in question


@patiently
@given(st.text(max_size=50))
def test_any_text_as_a_number_or_a_date_has_readings_or_none(text: str) -> None:
    assert all(reading.is_finite() for reading in number_readings(text).values())
    assert all(isinstance(reading, date) for reading in date_readings(text).values())


@patiently
@given(st.binary(max_size=400))
def test_any_bytes_are_read_or_refused_in_words(content: bytes) -> None:
    table, refusal = read_or_refuse(content)
    assert table is not None or refusal
