"""Reports for tests: how they are written, sent, and sent at once."""

from __future__ import annotations

import io
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

from django.db import connection
from openpyxl import Workbook

from common.access import Actor
from common.models import User
from sales.importing import ImportResult, import_sellout, settled_guess
from sales.models import SaleLine, SellOutReport, WaitingRow
from tests.world import NOW, TODAY, World

HEADER = "Kundennummer;Kunde;Belegnummer;Position;Belegdatum;Artikelnummer;Menge;Netto;Währung;Projekt"
ROWS = [
    "K-1;Elbtal Systemhaus GmbH;RE-1;10;02.11.2026;21HM;3;3.000,50;EUR;P-1",
    "K-1;Elbtal Systemhaus GmbH;RE-1;20;02.11.2026;4X40;2;;EUR;",
    "K-1;Elbtal Systemhaus GmbH;RE-2;10;03.11.2026;21HM;-1;-1.000,00;EUR;",
]


def report(*rows: str) -> bytes:
    return "\n".join([HEADER, *rows, ""]).encode()


def workbook(**sheets: list[list[Any]]) -> bytes:
    book = Workbook()
    book.remove(book.worksheets[0])
    for name, rows in sheets.items():
        sheet = book.create_sheet(name)
        for row in rows:
            sheet.append(row)
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def send(world: World, content: bytes, *, by: User | None = None, **options: Any) -> ImportResult:
    """Import a report as where nobody can be asked; `options` say otherwise who sends it and how it is written."""
    parties = {"vendor": world.vendor, "distributor": options.pop("distributor", world.distributor)}
    told = {name: options.pop(name) for name in ("numbers", "dates") if name in options}
    layout = options.pop("layout", None) or settled_guess(content=content, **parties, **told).layout
    sent = {"actor": Actor.system(), "file_name": "november.csv", **parties, **options}
    return import_sellout(content=content, layout=layout, uploaded_by=by, now=NOW, today=TODAY, **sent)


def figures(result: ImportResult) -> tuple[int, int, int, int]:
    return result.read, result.matched, result.unmatched, result.duplicate


def counts() -> tuple[int, int, int]:
    return SellOutReport.objects.count(), SaleLine.objects.count(), WaitingRow.objects.count()


MANY = 400


def many_rows(*, customer: str = "K-1", prefix: str = "RE", count: int = MANY) -> bytes:
    return report(*[f"{customer};;{prefix}-{number};1;02.11.2026;21HM;1;1000,50;;" for number in range(count)])


def at_once(*actions: Callable[[], object]) -> list[object]:
    """Run each action in a thread with a connection of its own, all starting together; their results or exceptions."""
    barrier = threading.Barrier(len(actions))

    def run(action: Callable[[], object]) -> object:
        barrier.wait()
        try:
            return action()
        finally:
            connection.close()

    with ThreadPoolExecutor(len(actions)) as pool:
        futures = [pool.submit(run, action) for action in actions]
    return [future.exception() or future.result() for future in futures]
