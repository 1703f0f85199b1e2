"""The VAT that a bonus contains: what adds up for every amount, and which rate holds on which day."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rebates.statements import vat
from rebates.statements.vat import Taxed, Without

amounts = st.decimals(min_value=-(10**9), max_value=10**9, places=2, allow_nan=False, allow_infinity=False)
days = st.dates(min_value=date(2007, 1, 1), max_value=date(2040, 12, 31))
standings = st.builds(Taxed, days, st.sampled_from(["DE", "AT", "FR", ""]), st.booleans())


@pytest.mark.parametrize(
    ("gross", "rate", "tax"),
    [
        ("119.00", 19, "19.00"),
        ("120.00", 19, "19.16"),
        ("0.01", 19, "0.00"),
        ("0.04", 19, "0.01"),
        ("116.00", 16, "16.00"),
        ("-119.00", 19, "-19.00"),
    ],
)
def test_the_vat_contained_is_known_to_the_cent(gross: str, rate: int, tax: str) -> None:
    assert vat.contained(Decimal(gross), Decimal(rate)) == Decimal(tax)


@pytest.mark.parametrize(
    ("day", "rate"),
    [("2020-06-30", 19), ("2020-07-01", 16), ("2020-12-31", 16), ("2021-01-01", 19), ("2026-09-30", 19)],
)
def test_the_rate_is_that_of_the_day(day: str, rate: int) -> None:
    assert vat.rate_on(date.fromisoformat(day)) == rate


def test_before_the_first_rate_known_nothing_is_guessed() -> None:
    with pytest.raises(ValueError, match="no VAT rate is known"):
        vat.rate_on(date(2006, 12, 31))


@given(st.lists(st.tuples(amounts, standings), max_size=8))
def test_rows_add_up_to_the_amounts_and_each_row_to_its_parts(given_: list[tuple[Decimal, Taxed]]) -> None:
    rows = vat.rows(given_)
    assert sum(row.gross for row in rows) == sum(amount for amount, _taxed in given_)
    for row in rows:
        assert row.net + row.tax == row.gross
        assert (row.rate is None) == (row.without is not None)
        if row.rate is not None:
            # Nobody is told more or less than half a cent of what the rate says.
            assert abs(row.tax - row.net * row.rate / 100) <= Decimal("0.01")


def test_amounts_of_different_treatment_have_rows_of_their_own() -> None:
    rows = vat.rows(
        [
            (Decimal("119.00"), Taxed(date(2026, 9, 30), "DE", small_business=False)),
            (Decimal("116.00"), Taxed(date(2020, 9, 30), "DE", small_business=False)),
            (Decimal("50.00"), Taxed(date(2026, 9, 30), "DE", small_business=True)),
            (Decimal("10.00"), Taxed(date(2026, 9, 30), "AT", small_business=True)),
            (Decimal("5.00"), Taxed(date(2026, 9, 30), "", small_business=False)),
        ]
    )
    assert [(row.rate, row.tax, row.without) for row in rows] == [
        (19, Decimal("19.00"), None),
        (16, Decimal("16.00"), None),
        (None, Decimal("0.00"), Without.ABROAD),
        (None, Decimal("0.00"), Without.SMALL_BUSINESS),
        (None, Decimal("0.00"), Without.UNKNOWN),
    ]
