from __future__ import annotations

from decimal import Decimal, Inexact, localcontext

import pytest
from hypothesis import given
from hypothesis import strategies as st

from common.money import EXACT, NotANumber, allocate, exact_decimal, plain, round_cents, shortest

D = Decimal
weights = st.lists(st.decimals(min_value=-1000, max_value=1000, places=3), min_size=1, max_size=12)
cents = st.decimals(min_value=-10_000, max_value=10_000, places=2)


@pytest.mark.parametrize(
    ("exact", "rounded"),
    [
        ("0.005", "0.01"),
        ("0.0049999999999999999999", "0.00"),
        ("0.015", "0.02"),
        ("0.145", "0.15"),
        ("2.675", "2.68"),
        ("-0.005", "-0.01"),
        ("-0.004", "0.00"),
        ("-0.015", "-0.02"),
        ("1E+3", "1000.00"),
        ("123456789012345678901234567890.125", "123456789012345678901234567890.13"),
    ],
)
def test_half_a_cent_is_rounded_away_from_zero(exact: str, rounded: str) -> None:
    assert str(round_cents(D(exact))) == rounded


def test_a_calculation_that_would_round_on_the_way_raises() -> None:
    with localcontext(EXACT), pytest.raises(Inexact):
        D(1) / D(3)


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("10", "10"),
        (" 5.00 ", "5.00"),
        ("010", "10"),
        ("+1.5", "1.5"),
        ("-3", "-3"),
        ("-0", "0"),
        ("0.00", "0.00"),
        (".5", "0.5"),
        ("7.", "7"),
        ("1e3", "1000"),
        ("1.5E+2", "150"),
        ("25e-1", "2.5"),
        ("999999999999999.99", "999999999999999.99"),
        ("3." + "3" * 40, "3." + "3" * 40),
        ("0.1" + "0" * 50, "0.1"),
        ("0e99", "0"),
        ("0e-99", "0"),
    ],
)
def test_numbers_are_read_as_they_are_written(text: str, number: str) -> None:
    assert str(exact_decimal(text)) == number


@pytest.mark.parametrize("value", [7, D("7"), "7"])
def test_whole_numbers_and_decimals_are_numbers(value: object) -> None:
    assert exact_decimal(value) == 7


@pytest.mark.parametrize(
    "value",
    [
        "",
        " ",
        "abc",
        "1,5",
        "1.000,00",
        "1,000",
        "1_000",
        "0x10",
        "1:30",
        "١٢",
        "--1",
        "1e",
        "NaN",
        "nan",
        "Infinity",
        "-inf",
        D("NaN"),
        D("Infinity"),
        "1e15",
        "1e999",
        "1e-999",
        "1e99999999999",
        "1000000000000000",
        "0." + "1" * 41,
        "1" * 101,
        1.5,
        True,
        None,
        b"1",
    ],
)
def test_anything_else_is_refused_with_what_was_read(value: object) -> None:
    with pytest.raises(NotANumber) as caught:
        exact_decimal(value)
    assert str(value)[:40] in str(caught.value)


def test_plain_text_has_no_exponent_and_shortest_text_no_trailing_zeros() -> None:
    assert [plain(D("1E+3")), plain(D("5.00"))] == ["1000", "5.00"]
    assert [shortest(D(text)) for text in ("24.000", "1E+3", "0.50", "0.00", "-0.0", "-1.20", "100")] == [
        "24", "1000", "0.5", "0", "0", "-1.2", "100",
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("total", "by", "shares"),
    [
        ("10.00", "1 1 1", "3.34 3.33 3.33"),
        ("0.05", "3 7", "0.02 0.03"),
        ("0.01", "1 1", "0.01 0.00"),
        ("100.00", "0 1 0", "0.00 100.00 0.00"),
        ("0.00", "1 -1", "0.00 0.00"),
        ("10.00", "3 -1", "15.00 -5.00"),
        ("-10.00", "1 1 1", "-3.33 -3.33 -3.34"),
        ("10.00", "-1 -1 -1", "3.34 3.33 3.33"),
        ("1.00", "2 -1 2", "0.67 -0.33 0.66"),
        ("765.00", "20.5 30.5", "307.50 457.50"),
        ("0.05", "-1 -2", "0.02 0.03"),
    ],
)
def test_a_total_is_allocated_by_largest_remainder(total: str, by: str, shares: str) -> None:
    assert [str(share) for share in allocate(D(total), [D(weight) for weight in by.split()])] == shares.split()


def test_nothing_can_be_allocated_by_weights_that_add_up_to_zero() -> None:
    with pytest.raises(ValueError, match="add up to zero"):
        allocate(D("1.00"), [D(1), D(-1)])
    with pytest.raises(ValueError, match="add up to zero"):
        allocate(D("1.00"), [])
    assert allocate(D("0.00"), []) == []


def test_a_total_must_be_whole_cents() -> None:
    with pytest.raises(ValueError, match="decimal places"):
        allocate(D("1.005"), [D(1)])


@given(total=cents, by=weights)
def test_shares_add_up_and_are_less_than_a_cent_from_the_exact_ones(total: Decimal, by: list[Decimal]) -> None:
    whole = sum(by)
    if not whole:
        return
    shares = allocate(total, by)
    assert sum(shares) == total
    for share, weight in zip(shares, by, strict=True):
        assert abs(share * whole - total * weight) < D("0.01") * abs(whole)
        assert weight != 0 or share == 0


@given(total=cents, by=weights, factor=st.integers(1, 1000))
def test_shares_depend_on_proportions_only(total: Decimal, by: list[Decimal], factor: int) -> None:
    if sum(by):
        assert allocate(total, by) == allocate(total, [weight * factor for weight in by])
