"""Importing a report of 200,000 rows by the project's service, against COPY of the same rows into a bare table."""

from __future__ import annotations

import io
import os
import statistics
import time
from datetime import date, timedelta

from django.conf import settings
from django.db import connection
from django.utils import timezone

from common.access import Actor
from programs.models import Distributor, Product, Vendor
from sales.importing import import_sellout
from sales.models import CustomerNumber, SaleLine, SellOutReport
from tests.bench.memory import peak_megabytes, watched
from tests.bench.results import at_least, give, told

ROWS = int(os.environ.get("BENCH_ROWS", "200000"))
ROUNDS = 3
DAYS = 200
"""Rows are dated over the last so many days: some are late for quarters that are closed already."""
SHARE = 0.30


def measure() -> None:
    settings.SELLOUT_MAX_BYTES = 100_000_000
    vendor = Vendor.objects.get(slug="volume")
    distributor = Distributor.objects.get(slug="volume-1")
    imported, copied, peaks, reading = [], [], [], []
    for number in range(ROUNDS):
        content = report(vendor, number)
        peaks.append(peak_megabytes())
        with watched("sales.readers") as readers:
            begun = time.perf_counter()
            result = import_sellout(
                actor=Actor.system(),
                vendor=vendor,
                distributor=distributor,
                file_name=f"bench-{number}.csv",
                content=content,
                uploaded_by=None,
                now=timezone.now(),
                today=timezone.localdate(),
            )
            imported.append(time.perf_counter() - begun)
        reading.append(max(readers, default=0))
        peaks.append(peak_megabytes())
        assert result.matched == ROWS
        copied.append(copy(result.report))
    share = statistics.median(copied) / statistics.median(imported)
    give(
        at_least(f"import of {ROWS:,} rows: rows per second against bare COPY into the same table", share, SHARE),
        # Of the first one: what COPY is handed afterwards is as large as the lines.
        told("memory of the importing process at its peak", f"{peaks[1]:.0f} MB ({peaks[0]:.0f} MB before)"),
        told("memory of the process that reads the file for it", f"{max(reading):.0f} MB"),
        import_seconds_per_row=statistics.median(imported) / ROWS,
    )


def report(vendor: Vendor, number: int) -> bytes:
    """A file as distributors send it: German, semicolons, customers in turn."""
    customers = list(CustomerNumber.objects.filter(vendor=vendor).order_by("id").values_list("number", flat=True))
    articles = list(Product.objects.filter(vendor=vendor).order_by("id").values_list("article", flat=True))
    today = timezone.localdate()
    file = io.BytesIO()
    file.write("Kundennummer;Belegnummer;Position;Belegdatum;Artikelnummer;Menge;Netto;Währung\n".encode())
    for place in range(ROWS):
        file.write(f"{_row(place, number, customers, articles, today)}\n".encode())
    return file.getvalue()


def _row(place: int, number: int, customers: list[str], articles: list[str], today: date) -> str:
    # A prime step walks through customers and days in an order that no index likes better than another.
    customer = customers[place * 7919 % len(customers)]
    day = today - timedelta(days=1 + place * 104729 % DAYS)
    article = articles[place % len(articles)]
    cells = (customer, f"B{number}-{place // 4}", str(place % 4 + 1), day.strftime("%d.%m.%Y"), article)
    return ";".join((*cells, str(place % 9 + 1), f"{place % 900 + 80},{place % 100:02}", "EUR"))


def copy(imported: SellOutReport) -> float:
    """Seconds that COPY takes for the lines of this report, into an empty table with all indexes of the real one."""
    columns = ", ".join(str(field.column) for field in SaleLine._meta.local_fields)
    with connection.cursor() as cursor:
        cursor.execute(f"CREATE TABLE bench_copy (LIKE {SaleLine._meta.db_table} INCLUDING ALL)")
        statement = f"COPY (SELECT {columns} FROM {SaleLine._meta.db_table} WHERE report_id = %s ORDER BY id) TO STDOUT"
        with cursor.copy(statement, [imported.pk]) as source:
            data = b"".join(bytes(block) for block in source)
        begun = time.perf_counter()
        with cursor.copy(f"COPY bench_copy ({columns}) FROM STDIN") as target:
            target.write(data)
        seconds = time.perf_counter() - begun
        cursor.execute("DROP TABLE bench_copy")
    return seconds
