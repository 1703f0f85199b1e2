"""How characters, numbers and dates are written."""

from __future__ import annotations

import csv
from datetime import date
from decimal import Decimal

from tests.sales.oddities.cases import (
    ENGLISH,
    ROWS,
    Case,
    as_csv,
    english,
    german,
    one_row,
    said,
    table,
)

HEADER = "Kundennummer;Belegnummer;Pos;Datum;Artikelnummer;Menge;Netto"


def _amounts(*written: str, column: str = "Netto") -> bytes:
    """A file with one row per amount."""
    return one_row(HEADER, *[f"1;R{place};1;31.10.2026;A;1;{text}" for place, text in enumerate(written)])


def _days(*written: str) -> bytes:
    return one_row(HEADER, *[f"1;R{place};1;{text};A;1;1,50" for place, text in enumerate(written)])


def _nets(*nets: str) -> list[dict[str, Decimal]]:
    return [{"net": Decimal(net)} for net in nets]


def _dated(*days: str) -> list[dict[str, date]]:
    return [{"document_date": date.fromisoformat(day)} for day in days]


def _minus_behind(value: Decimal | None) -> str:
    return german(-value) + "-" if value is not None and value < 0 else german(value)


NOTATION_CASES = [
    Case("a comma between and English numbers", as_csv(table(ENGLISH, english, "%Y-%m-%d"), ","), ROWS),
    Case("a semicolon between and German numbers", as_csv(table()), ROWS),
    Case("a tab between", as_csv(table(), "\t"), ROWS, file_name="report.txt"),
    Case("a pipe between", as_csv(table(), "|"), ROWS),
    Case("a comma between German numbers in quotes", as_csv(table(), ",", quoting=csv.QUOTE_ALL), ROWS),
    Case("UTF-8 with its mark", as_csv(table(), encoding="utf-8-sig"), ROWS),
    Case("Windows-1252", as_csv(table(), encoding="cp1252"), ROWS),
    Case(
        "characters of DOS",
        as_csv(table(), encoding="cp850"),
        ROWS,
        questions=("encoding",),
        answer=said(encoding="cp850"),
    ),
    Case("UTF-16 with its mark", as_csv(table(), "\t", "utf-16"), ROWS),
    Case("UTF-16, high byte first, with its mark", b"\xfe\xff" + as_csv(table(), encoding="utf-16-be"), ROWS),
    Case("UTF-16 without a mark", as_csv(table(), encoding="utf-16-le"), ROWS),
    Case("UTF-16, high byte first, without a mark", as_csv(table(), encoding="utf-16-be"), ROWS),
    Case("lines that end as on an old Mac", as_csv(table(), newline="\r"), ROWS),
    Case("a minus behind the number", as_csv(table(number=_minus_behind)), ROWS),
    Case("a no-break space between thousands", _amounts("1\u00a0234,56", "12\u202f345,00"), _nets("1234.56", "12345")),
    Case("an apostrophe between thousands", _amounts("1'234.56", "1’234’567.00"), _nets("1234.56", "1234567")),
    Case(
        "signs and codes of a currency beside amounts",
        _amounts("1.234,56 €", "EUR 2,50", "-3,00 EUR", "€ 4,00-"),
        [{"net": Decimal(net), "currency": "EUR"} for net in ("1234.56", "2.5", "-3", "-4")],
    ),
    Case(
        "another currency beside the amount than the usual one",
        _amounts("1.234,56 CHF", "2,50 USD"),
        [{"net": Decimal("1234.56"), "currency": "CHF"}, {"net": Decimal("2.5"), "currency": "USD"}],
    ),
    Case(
        "a currency beside the amount that the row contradicts",
        one_row(HEADER + ";Währung", "1;R;1;31.10.2026;A;1;2,50 CHF;EUR"),
        problems=[(2, "Netto", "2,50 CHF")],
    ),
    Case(
        "the currency in the head of the amounts",
        one_row(HEADER.replace("Netto", "Netto in CHF"), "1;R;1;31.10.2026;A;1;2,50"),
        [{"net": Decimal("2.5"), "currency": "CHF"}],
    ),
    Case("amounts in brackets for credits", _amounts("(1.234,50)", "10,00"), _nets("-1234.5", "10")),
    Case("amounts without cents", _amounts("1.234,--", "99,-", "1,50"), _nets("1234", "99", "1.5")),
    Case(
        "numbers that can be read both ways",
        _amounts("1.234", "12"),
        _nets("1234", "12"),
        ["numbers"],
        said(numbers="de"),
    ),
    Case(
        "numbers that can be read both ways, meant in English",
        _amounts("1,234", "12"),
        _nets("1234", "12"),
        ["numbers"],
        said(numbers="en"),
    ),
    Case(
        "a few numbers of another notation than the others",
        _amounts("1.234,50", "2,50", "1,234.50"),
        problems=[(4, "Netto", "1,234.50")],
    ),
    Case("years of two digits", _days("31.12.26", "01.10.26"), _dated("2026-12-31", "2026-10-01")),
    Case("days and months of one digit", _days("1.10.2026", "5.9.2026"), _dated("2026-10-01", "2026-09-05")),
    Case(
        "a time of day behind the date",
        _days("31.12.2026 14:05", "01.10.2026 00:00:00", "02.10.2026, 9:30 Uhr"),
        _dated("2026-12-31", "2026-10-01", "2026-10-02"),
    ),
    Case(
        "ISO dates with a time", _days("2026-12-31T00:00:00Z", "2026-10-01 10:00"), _dated("2026-12-31", "2026-10-01")
    ),
    Case("dates without marks between", _days("20261231", "20261001"), _dated("2026-12-31", "2026-10-01")),
    Case(
        "months in words",
        _days("1. Okt 2026", "31-Dec-26", "2 März 2026"),
        _dated("2026-10-01", "2026-12-31", "2026-03-02"),
    ),
    Case(
        "slashes, the day first, told by one row", _days("05/06/2026", "31/12/2026"), _dated("2026-06-05", "2026-12-31")
    ),
    Case(
        "slashes, the month first, told by one row",
        _days("05/06/2026", "12/31/2026"),
        _dated("2026-05-06", "2026-12-31"),
    ),
    Case(
        "slashes that can be read both ways",
        _days("05/06/2026", "07/08/2026"),
        _dated("2026-06-05", "2026-08-07"),
        ["dates"],
        said(dates="dmy"),
    ),
    Case(
        "years of two digits that may stand in front or behind",
        _days("10-11-12"),
        _dated("2010-11-12"),
        ["dates"],
        said(dates="iso"),
    ),
    Case("dates that are none", _days("31.11.2026", "30.11.2026"), problems=[(2, "Datum", "31.11.2026")]),
    Case(
        "a year before there were such programs",
        _days("31.12.1899", "30.11.2026"),
        problems=[(2, "Datum", "31.12.1899")],
    ),
    Case(
        "an article that a spreadsheet has shortened",
        one_row(HEADER, "1;R;1;31.10.2026;4,01235E+12;1;1,50"),
        problems=[(2, "Artikelnummer", "4,01235E+12")],
    ),
]
