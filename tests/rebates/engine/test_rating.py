"""Bounds, minimum, cap, lump sums, returns: where a cent goes one way or the other."""

from __future__ import annotations

from decimal import Decimal
from fractions import Fraction

import pytest

from programs.terms import Terms
from rebates.engine import Stop
from tests.rebates.engine.given import SNOM, TEN_TO_THE_FOUR, Sale, amount, revenue, settled, stepped, units


@pytest.mark.parametrize(
    ("sold", "rebate"),
    [("9.999", "0.00"), ("10", "50.00"), ("10.001", "50.01"), ("24.999", "125.00"), ("25", "250.00")],
)
def test_a_step_begins_exactly_at_its_bound_also_for_fractions(sold: str, rebate: str) -> None:
    assert amount(stepped("units", "whole_volume", "10: per_unit 5, 25: per_unit 10"), units(sold)) == rebate


def test_graduated_steps_pay_nothing_below_the_first_bound() -> None:
    terms = stepped("revenue", "graduated", "1000: percent 10, 2000.50: percent 20")
    assert amount(terms, revenue("999.99")) == "0.00"
    assert amount(terms, revenue("1000")) == "0.00"
    assert amount(terms, revenue("1000.05")) == "0.01"
    assert amount(terms, revenue("2000.50")) == "100.05"
    assert amount(terms, revenue("3000.50")) == "300.05"


def test_graduated_units_split_at_bounds_that_are_no_whole_numbers() -> None:
    terms = stepped("units", "graduated", "0: per_unit 1, 2.5: per_unit 2")
    assert amount(terms, units(2)) == "2.00"
    assert amount(terms, units(3)) == "3.50"


def test_a_lump_sum_pays_the_step_reached_or_graduated_all_of_them() -> None:
    steps = "10: lump_sum 100, 20: lump_sum 150, 30: lump_sum 50"
    whole, graduated = stepped("units", "whole_volume", steps), stepped("units", "graduated", steps)
    assert [amount(whole, units(sold)) for sold in (9, 10, 20, 30, 99)] == [
        "0.00",
        "100.00",
        "150.00",
        "50.00",
        "50.00",
    ]
    assert [amount(graduated, units(sold)) for sold in (9, 10, 20, 30, 99)] == [
        "0.00", "100.00", "250.00", "300.00", "300.00",
    ]  # fmt: skip


def test_a_lump_sum_can_go_by_revenue() -> None:
    terms = stepped("revenue", "graduated", "1000: lump_sum 10.50, 2000: lump_sum 20")
    assert amount(terms, revenue("1999.99")) == "10.50"
    assert amount(terms, revenue("2000")) == "30.50"


@pytest.mark.parametrize("net", ["0", "0.00", "-0.01", "-5000"])
def test_an_attainment_of_zero_or_less_pays_nothing_not_even_a_lump_sum_from_zero(net: str) -> None:
    for steps in ("0: lump_sum 100", "0: percent 10"):
        for mode in ("whole_volume", "graduated"):
            found = settled(stepped("revenue", mode, steps), revenue(net))
            assert (str(found.amount), found.step, found.stop) == ("0.00", None, Stop.NOTHING_COUNTED)


def test_no_sales_at_all_pay_nothing() -> None:
    found = settled(TEN_TO_THE_FOUR)
    assert (str(found.amount), found.attainment, found.stop) == ("0.00", 0, Stop.NOTHING_COUNTED)


def test_the_smallest_sale_above_zero_gets_a_lump_sum_from_zero() -> None:
    assert amount(stepped("revenue", "whole_volume", "0: lump_sum 100"), revenue("0.01")) == "100.00"


def test_returns_lower_the_attainment_and_the_base() -> None:
    terms = stepped("units", "whole_volume", "10: per_unit 5, 25: per_unit 10")
    assert amount(terms, units(26), units(-1)) == "250.00"
    assert amount(terms, units(26), units(-2)) == "120.00"
    assert amount(terms, units(3), units(-30)) == "0.00"


def test_below_the_minimum_nothing_is_paid_and_from_it_on_the_steps_apply_from_their_own_bounds() -> None:
    graduated = stepped("revenue", "graduated", "100: percent 10", minimum="1000")
    assert amount(graduated, revenue("999.99")) == "0.00"
    assert amount(graduated, revenue("1000")) == "90.00"
    whole = stepped("revenue", "whole_volume", "100: percent 10", minimum="1000")
    assert amount(whole, revenue("1000")) == "100.00"


def test_a_minimum_below_the_first_step_opens_no_step() -> None:
    found = settled(stepped("units", "whole_volume", "10: per_unit 5", minimum="5"), units(7))
    assert (str(found.amount), found.stop) == ("0.00", Stop.BELOW_FIRST_STEP)


def test_the_minimum_looks_at_the_attainment_before_the_cap() -> None:
    terms = stepped("revenue", "whole_volume", "0: percent 10", minimum="1000", cap="{basis: 500}")
    assert amount(terms, revenue("999")) == "0.00"
    assert amount(terms, revenue("1000")) == "50.00"


def test_a_cap_on_the_basis_limits_the_step_and_the_base() -> None:
    terms = stepped("units", "whole_volume", "10: per_unit 5, 25: per_unit 10", cap="{basis: 20}")
    found = settled(terms, units(30))
    assert (found.attainment, found.counted, found.base, found.step) == (30, 20, 20, 10)
    assert str(found.amount) == "100.00"


def test_a_cap_exactly_on_a_bound_still_reaches_it() -> None:
    terms = stepped("units", "whole_volume", "10: per_unit 5, 25: per_unit 10", cap="{basis: 25}")
    assert amount(terms, units(24)) == "120.00"
    assert amount(terms, units(80)) == "250.00"


def test_a_cap_on_units_does_not_limit_a_base_in_revenue() -> None:
    terms = stepped("units", "whole_volume", "0: percent 1, 10: percent 2, 20: percent 3", cap="{basis: 15}")
    found = settled(terms, Sale("40", "1000.00"))
    assert (found.counted, found.base, found.step) == (15, 1000, 10)
    assert str(found.amount) == "20.00"


def test_a_cap_on_revenue_does_not_limit_a_base_in_units() -> None:
    terms = stepped("revenue", "whole_volume", "0: per_unit 1, 1000: per_unit 2", cap="{basis: 999}")
    assert amount(terms, Sale("40", "5000")) == "40.00"


def test_a_cap_on_the_amount_limits_the_result() -> None:
    terms = stepped("revenue", "whole_volume", "0: percent 10", cap="{amount: 100}")
    assert amount(terms, revenue("999.99")) == "100.00"
    assert amount(terms, revenue("999.90")) == "99.99"
    assert amount(terms, revenue("10000")) == "100.00"
    assert settled(terms, revenue("999.96")).exact == Decimal("99.996")


@pytest.mark.parametrize("cap", ["{basis: 0}", "{amount: 0}"])
def test_a_cap_of_zero_pays_nothing(cap: str) -> None:
    assert amount(stepped("units", "whole_volume", "0: lump_sum 5", cap=cap), units(3)) == "0.00"


def test_a_cap_limits_lump_sums_by_the_steps_it_lets_through() -> None:
    terms = stepped("units", "graduated", "10: lump_sum 100, 20: lump_sum 150", cap="{basis: 19}")
    assert amount(terms, units(50)) == "100.00"


def test_percent_can_be_paid_on_revenue_when_units_decide() -> None:
    terms = stepped("units", "whole_volume", "10: percent 1, 20: percent 2")
    assert amount(terms, Sale("19", "1000")) == "10.00"
    assert amount(terms, Sale("19", "1000"), Sale("1", None)) == "20.00"


def test_a_sum_per_unit_can_be_paid_when_revenue_decides() -> None:
    terms = stepped("revenue", "whole_volume", "1000: per_unit 5")
    assert amount(terms, Sale("3", "999.99")) == "0.00"
    assert amount(terms, Sale("3", "1000"), Sale("2", None)) == "25.00"


def test_a_negative_base_beside_a_positive_attainment_makes_a_negative_result() -> None:
    terms = stepped("units", "whole_volume", "0: percent 10")
    assert amount(terms, Sale("5", "100.00"), Sale("-1", "-350.05")) == "-25.01"
    assert amount(SNOM, Sale("3", article="D120"), Sale("-1", article="D865")) == "-3.00"


def test_rates_count_every_eligible_unit_and_pay_those_that_have_a_rate() -> None:
    found = settled(SNOM, Sale("3"), Sale("2", article="X1"), Sale("4", tier=None), Sale("1", tier="registered"))
    assert found.attainment == 10
    assert str(found.amount) == "36.00"
    assert [(group.reason.value, group.lines, group.units) for group in found.left_out] == [
        ("no_tier_rate", 2, 5),
        ("no_article_rate", 1, 2),
    ]


def test_rates_pay_nothing_on_an_attainment_of_zero_or_less() -> None:
    assert amount(SNOM, Sale("3"), Sale("-3", article="D120")) == "0.00"
    assert amount(SNOM, Sale("3"), Sale("-4", article="D120")) == "0.00"


def test_rates_of_fractions_are_rounded_once_for_all_articles() -> None:
    terms = Terms.from_yaml("{code: x, period: quarter, counts: units, rates: {silver: {A: 0.004, B: 0.004}}}")
    assert amount(terms, Sale(article="A")) == "0.00"
    assert amount(terms, Sale(article="A"), Sale(article="B")) == "0.01"


def test_the_result_is_rounded_once_and_not_step_by_step() -> None:
    terms = stepped("revenue", "graduated", "0: percent 0.4, 1: percent 0.4")
    assert amount(terms, revenue("2")) == "0.01"
    assert settled(terms, revenue("2")).exact == Decimal("0.008")


def test_a_percentage_with_many_decimals_is_exact() -> None:
    terms = stepped("revenue", "whole_volume", f"0: percent 3.{'3' * 40}")
    exact = Fraction("999999999999999.99") * Fraction(f"3.{'3' * 40}") / 100
    assert Fraction(settled(terms, revenue("999999999999999.99")).exact) == exact
    assert amount(terms, revenue("0.15")) == "0.00"
    assert amount(terms, revenue("0.16")) == "0.01"


def test_a_number_a_float_would_get_wrong_is_right() -> None:
    assert amount(stepped("revenue", "whole_volume", "0: percent 1.15"), revenue("100")) == "1.15"
    assert amount(stepped("units", "whole_volume", "0: per_unit 1.005"), units(1)) == "1.01"
