"""Data of a hybrid agree with its pages when their number and gross total can be read there."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal

import pytest

from sales.readers.invoices.record import Invoice, Party, Totals
from sales.readers.invoices.visible import Visible, compare


def invoice(number: str | None = "RE-77", gross: str | None = "1234.56") -> Invoice:
    totals = Totals(gross=None if gross is None else Decimal(gross))
    return Invoice(number, "380", None, "EUR", Party(), Party(), totals, ())


def test_pages_without_text_prove_nothing() -> None:
    visible, (remark,) = compare(invoice(), "\n \f--")
    assert (visible, remark.code) == (Visible.NO_TEXT, "no_visible_text")


@pytest.mark.parametrize(
    ("gross", "shown"),
    [
        ("1234.56", "1.234,56 EUR"),
        ("1234.56", "1,234.56"),
        ("1234.56", "1234,56€"),
        ("1234.56", "€1234.56"),
        ("1234.56", "1 234,56"),
        ("1234.56", "1\u202f234,56"),
        ("1234.56", "1’234.56"),
        ("1234.5600", "1.234,56"),
        ("1234.5", "1.234,50."),
        ("1234567.89", "1.234.567,89"),
        ("100", "100,00"),
        ("100.00", "100 EUR"),
        ("100", "Summe 100."),
        ("-8.79", "8,79-"),
        ("8.79", "-8,79"),
        ("0.00", "0,00"),
        ("0.5", "0,50"),
        ("1000000", "1.000.000,00"),
    ],
)
def test_a_total_is_found_however_it_is_written(gross: str, shown: str) -> None:
    assert compare(invoice(gross=gross), f"Rechnung RE-77\nSumme {shown}\n") == (Visible.AGREES, ())


@pytest.mark.parametrize(
    ("gross", "shown"),
    [
        ("1234.56", "1.234,57"),
        ("1234.56", "11.234,56"),
        ("1234.56", "91234,56"),
        ("1234.56", "1.234,561"),
        ("1234.56", "234,56"),
        ("234.56", "1.234,56"),
        ("100", "100,50"),
        ("100", "1.100,00"),
        ("100", "100.000,00"),
        ("1.23", "1.234,56"),
        (None, "1.234,56"),
    ],
)
def test_another_total_is_none(gross: str | None, shown: str) -> None:
    visible, remarks = compare(invoice(gross=gross), f"Rechnung RE-77\nSumme {shown}\n")
    assert (visible, [remark.code for remark in remarks]) == (Visible.DIFFERS, ["total_not_visible"])


@pytest.mark.parametrize(
    ("number", "shown"),
    [
        ("RE-77", "Rechnung: re-77"),
        ("RE-77", "Nr.RE‑77/Seite 1"),
        ("RE 2026 / 77", "RE2026/77"),
        ("RE2026/77", "RE 2026 / 77"),
        ("RE-2026-0000-77", "RE-2026-\n0000-77"),
        ("ＲＥ77", "RE77"),
    ],
)
def test_a_number_is_found_however_it_is_written(number: str, shown: str) -> None:
    assert compare(invoice(number), f"{shown} Summe 1.234,56") == (Visible.AGREES, ())


@pytest.mark.parametrize(
    ("number", "shown"),
    [("RE-77", "RE-770"), ("77", "2077"), ("77", "A77"), ("1", "12"), (None, "RE-77"), (" ", "RE-77")],
)
def test_another_number_is_none(number: str | None, shown: str) -> None:
    visible, remarks = compare(invoice(number), f"{shown} Summe 1.234,56")
    assert (visible, [remark.code for remark in remarks]) == (Visible.DIFFERS, ["number_not_visible"])


def test_a_stranger_s_number_is_looked_for_as_it_is() -> None:
    assert compare(replace(invoice(), number="(.*)+["), "Summe 1.234,56 (.*)+[")[0] is Visible.AGREES
    assert compare(replace(invoice(), number=".*"), "Summe 1.234,56 RE-77")[0] is Visible.DIFFERS
