"""Reports to import by hand: for partners without any sale, the figures that the programs' tables promise.

All rows are dated on the first day of a quarter, so that they may be imported on any day of it. Imported once, the
partners stand exactly where the tables of the Lenovo loyalty program and of IBM 10hoch4 have their bounds.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from decimal import Decimal

from common.periods import Period, PeriodKind
from portal.demo import reports
from portal.demo.companies import TRYOUTS
from portal.demo.programs import IBM, LENOVO

TRYOUT_DISTRIBUTOR = "also"
STYLE = reports.Style()

UNITS = (9, 10, 24, 25, 49, 50, 51)
"""Top-seller systems of the seven partners; they pay 0, 50, 120, 250, 490, 750 and 765 euros."""
REVENUES = tuple(map(Decimal, ("9999.99", "10000.00", "50000.00", "225000.00", "400000.00", "500000.00")))
"""Revenue of the first six; it pays 0, 1000, 5000, 9900, 14800 and, capped, again 14800 euros."""


def tryout_numbers() -> dict[str, str]:
    """Under which customer numbers the distributor knows the partners, by their slug."""
    return {company.slug: f"T-{1000 + place}" for place, company in enumerate(TRYOUTS, start=1)}


def sample(vendor: str, *, today: date) -> bytes:
    """The German CSV for the quarter of `today`."""
    day = Period.containing(PeriodKind.QUARTER, today).start
    return reports.write({LENOVO: _lenovo, IBM: _ibm}[vendor](day), STYLE)


def vendors() -> Sequence[str]:
    return (LENOVO, IBM)


def _lenovo(day: date) -> list[reports.Row]:
    rows = []
    for place, units in enumerate(UNITS, start=1):
        some = units // 3
        bought = (("TP-L14", units - some, Decimal("815.00")), ("TC-NEO50", some, Decimal("539.90")))
        # A monitor is no top-seller: it is listed and does not count.
        for line, (article, quantity, each) in enumerate((*bought, ("TV-T24", 2, Decimal("164.50"))), start=1):
            rows.append(_row(place, f"LT{day:%y%m}{place:02}", line, day, article, quantity, quantity * each))
    return rows


def _ibm(day: date) -> list[reports.Row]:
    rows = []
    for place, revenue in enumerate(REVENUES, start=1):
        quantity = max(1, int(revenue / 4 / 3400))
        systems = quantity * Decimal("3400.00")
        document = f"IT{day:%y%m}{place:02}"
        rows.append(_row(place, document, 1, day, "SYSX-3650", quantity, systems))
        rows.append(_row(place, document, 2, day, "STOR-V3700", max(1, quantity // 2), revenue - systems))
    return rows


def _row(place: int, document: str, line: int, day: date, article: str, quantity: int, net: Decimal) -> reports.Row:
    company = TRYOUTS[place - 1]
    return reports.Row(tryout_numbers()[company.slug], company.name, document, line, day, article, quantity, net)
