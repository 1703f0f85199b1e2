from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest

from sales.readers.invoices import values


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("1234.56", "1234.56"),
        (" 5 ", "5"),
        ("-0.5", "-0.5"),
        ("+7", "7"),
        (".25", "0.25"),
        ("12.", "12"),
        ("0003", "3"),
        ("-0.00", "0.00"),
        ("\n1.10\t", "1.10"),
    ],
)
def test_a_number_is_read_as_xml_schema_writes_it(text: str, value: str) -> None:
    read = values.number(text)
    assert read == Decimal(value)
    assert not str(read).startswith("-0.00")


@pytest.mark.parametrize(
    "text",
    [
        "", " ", "-", ".", "1,5", "1.234,56", "1 000", "1\u00a0000", "1E3", "1e-2", "NaN", "INF", "0x10", "--1", "1-",
        "\u0661\u0662", "\uff11", "²", "1.2.3", "1" * 16, "0." + "1" * 21, "\u22125", "5€", "1_000",
    ],
)  # fmt: skip
def test_anything_else_is_no_number(text: str) -> None:
    assert values.number(text) is None


@pytest.mark.parametrize(
    "text",
    [
        "2026-08-15",
        "2026-08-15Z",
        "2026-08-15+02:00",
        "2026-08-15T23:59:59",
        "2026-08-15T00:00:00.000-10:00",
        " 2026-08-15\n",
    ],
)
def test_an_iso_day_is_the_one_that_is_written_whatever_the_zone(text: str) -> None:
    assert values.iso_day(text) == date(2026, 8, 15)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "2026-02-30",
        "2026-13-01",
        "15.08.2026",
        "08/15/2026",
        "20260815",
        "2026-8-15",
        "0001-01-01",
        "9999-12-31",
        "２０２６-08-15",
    ],
)
def test_an_impossible_day_is_none(text: str) -> None:
    assert values.iso_day(text) is None


@pytest.mark.parametrize("text", ["20260230", "20261301", "2026081", "202608150", "2026-08-15", "00000000"])
def test_format_102_is_eight_digits_that_are_a_day(text: str) -> None:
    assert values.compact_day("20260815") == date(2026, 8, 15)
    assert values.compact_day(text) is None


def test_texts_are_composed_without_invisible_signs_and_with_single_blanks() -> None:
    assert values.tidy("  Ko\u0308ln\u00a0 \u200bGm\u00adbH\r\n\tNord\u202e ") == "Köln GmbH Nord"


@pytest.mark.parametrize(
    ("text", "doubtful"), [("RE-Ä1", False), ("RЕ-1", True), ("RE-\u0661", True), ("№ 5–7", False)]
)
def test_letters_of_other_scripts_are_noticed(text: str, doubtful: bool) -> None:
    assert values.has_look_alikes(text) is doubtful


def test_currencies_and_indicators_are_nothing_but_their_codes() -> None:
    assert [values.currency(text) for text in (" EUR ", "eur", "EURO", "€", "")] == ["EUR", None, None, None, None]
    assert [values.indicator(text) for text in ("true", "1", " FALSE", "0", "yes", "")] == [
        True, True, False, False, None, None,
    ]  # fmt: skip
