"""What the reader writes for COPY is what PostgreSQL stores."""

from __future__ import annotations

import csv
import io
from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from django.db import connection
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from sales.readers.columns import Column
from sales.readers.headers import header_of
from sales.readers.layout import Kind, Layout
from sales.readers.limits import Limits
from sales.readers.notations import Dates, Numbers
from sales.readers.opening import csv_source
from sales.readers.reading import guess, read_rows
from sales.readers.rows import RowReader
from sales.readers.sellout import SellOutRow
from sales.readers.sieve import Sieve

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("readers_started_anew")]

TYPES = {"row": "integer", "document_date": "date", "quantity": "numeric(14, 3)", "net": "numeric(14, 2)"}
CREATE = ", ".join(f'"{name}" {TYPES.get(name, "text")}' for name in SellOutRow.__slots__)
HEADER = ["Kundennummer", "Kunde", "Belegnummer", "Datum", "Artikelnummer", "Menge", "Netto"]
LAYOUT = Layout(
    Kind.CSV, "utf-8", ";", "", 1,
    {Column(column): name for column, name in zip(
        ["customer_number", "customer_name", "document", "date", "article", "quantity", "net"], HEADER, strict=True
    )},
    Numbers.GERMAN, Dates.GERMAN,
)  # fmt: skip


def written(*rows: list[str]) -> bytes:
    out = io.StringIO(newline="")
    csv.writer(out, delimiter=";").writerows([HEADER, *rows])
    return out.getvalue().encode()


def stored(blocks: list[bytes]) -> list[tuple[Any, ...]]:
    """The rows after their way through COPY and a table."""
    names = ", ".join(f'"{name}"' for name in SellOutRow.__slots__)
    with connection.cursor() as cursor:
        cursor.execute(f"DROP TABLE IF EXISTS copied; CREATE TEMP TABLE copied ({CREATE})")
        with cursor.copy(f"COPY copied ({names}) FROM STDIN") as copy:
            for block in blocks:
                copy.write(block)
        cursor.execute(f"SELECT {names} FROM copied ORDER BY 1")
        return list(cursor.fetchall())


def values(row: SellOutRow) -> tuple[Any, ...]:
    return tuple(getattr(row, name) for name in SellOutRow.__slots__)


def test_rows_of_a_file_go_from_the_child_into_the_table() -> None:
    names = ["a\tb\nc", r"C:\new\table", r"\N", "\\", r"\.", 'He said "no"', "Ö€😀", "null"]
    content = written(*[[r"\N", name, r"R\1", "31.10.2026", "A\\", "2,5", ""] for name in names])
    found = guess(content)
    with read_rows(content, found.layout) as reading:
        rows = stored(list(reading))
    assert reading.problems == []
    assert [row[2] for row in rows] == ["a b c", *names[1:]]
    assert {(row[1], row[3], row[7]) for row in rows} == {(r"\N", r"R\1", "A\\")}
    assert {row[6:7] + row[8:10] for row in rows} == {(date(2026, 10, 31), Decimal("2.5"), None)}
    assert [values(row) for row in found.rows_read if isinstance(row, SellOutRow)] == rows


texts = st.text(st.characters(codec="utf-8", exclude_characters="\x00"), max_size=30)


# A busy machine makes no test wrong; each example makes its own table.
@settings(
    deadline=None, max_examples=60,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.function_scoped_fixture],
)  # fmt: skip
@given(st.lists(st.tuples(texts, texts, texts), min_size=1, max_size=5))
def test_any_text_arrives_as_it_was_read(rows: list[tuple[str, str, str]]) -> None:
    content = written(*[[f"K{one}", two, f"R{one}", "31.10.2026", f"A{three}", "1", "1,5"] for one, two, three in rows])
    source = csv_source(content, LAYOUT, Limits())
    header = header_of(next(source.rows()))
    reader = RowReader(LAYOUT, header, source, "EUR")
    blocks = [reader.read(block) for block in Sieve(1, header, reader.places, Limits()).blocks(source.rows())]
    read = [row for block in blocks for row in block.results() if isinstance(row, SellOutRow)]
    assert stored([block.copy_text() for block in blocks]) == [values(row) for row in read]
