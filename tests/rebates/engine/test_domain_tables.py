"""The tables of the programs this software was written for, and vectors of other engines."""

from __future__ import annotations

from decimal import Decimal

import pytest

from programs.terms import Terms
from tests.rebates.engine.given import (
    LENOVO,
    SNOM,
    TEN_TO_THE_FOUR,
    Sale,
    amount,
    revenue,
    settled,
    stepped,
    units,
)


@pytest.mark.parametrize(
    ("sold", "rebate"),
    [
        (0, "0.00"),
        (9, "0.00"),
        (10, "50.00"),
        (24, "120.00"),
        (25, "250.00"),
        (49, "490.00"),
        (50, "750.00"),
        (51, "765.00"),
    ],
)
def test_lenovo_pays_the_step_reached_on_every_top_seller(sold: int, rebate: str) -> None:
    assert amount(LENOVO, units(sold)) == rebate


@pytest.mark.parametrize(
    ("net", "bonus", "effective"),
    [
        ("9999.99", "0.00", None),
        ("10000.00", "1000.00", "10"),
        ("50000.00", "5000.00", "10"),
        ("225000.00", "9900.00", "4.4"),
        ("400000.00", "14800.00", "3.7"),
        ("500000.00", "14800.00", None),
    ],
)
def test_ten_to_the_four_sinks_from_ten_percent_to_3_7(net: str, bonus: str, effective: str | None) -> None:
    found = settled(TEN_TO_THE_FOUR, revenue(net))
    assert str(found.amount) == bonus
    assert effective is None or found.amount / found.attainment * 100 == Decimal(effective)


@pytest.mark.parametrize(
    ("article", "silver", "gold"),
    [
        ("D120", "4.00", "6.00"),
        ("D335", "8.00", "10.00"),
        ("D785", "12.00", "15.00"),
        ("D865", "15.00", "18.00"),
    ],
)
def test_snom_pays_per_device_by_the_tier_of_the_day(article: str, silver: str, gold: str) -> None:
    assert amount(SNOM, Sale(article=article)) == silver
    assert amount(SNOM, Sale(article=article, tier="gold")) == gold
    assert amount(SNOM, Sale(article=article, tier="registered")) == "0.00"
    both = settled(SNOM, Sale("2", article=article), Sale("3", article=article, tier="gold"))
    assert both.amount == 2 * Decimal(silver) + 3 * Decimal(gold)


def test_dynamics_10_percent_from_0_and_25_percent_from_1000() -> None:
    steps = "0: percent 10, 1000: percent 25"
    assert amount(stepped("revenue", "graduated", steps), revenue(2000)) == "350.00"
    assert amount(stepped("revenue", "whole_volume", steps), revenue(2000)) == "500.00"


def test_kill_bill_111_units() -> None:
    graduated = stepped("units", "graduated", "0: per_unit 1.5, 10: per_unit 1.0, 110: per_unit 0.5")
    whole = stepped("units", "whole_volume", "0: per_unit 1.5, 11: per_unit 1.0, 111: per_unit 0.5")
    assert amount(graduated, units(111)) == "115.50"
    assert amount(whole, units(111)) == "55.50"


def test_sap_condition_contract_settles_the_same_period_twice() -> None:
    terms = stepped("revenue", "whole_volume", "0: percent 2, 10000: percent 4", minimum="5000")
    assert amount(terms, revenue(3000)) == "0.00"
    first = settled(terms, revenue(7000)).amount
    both = settled(terms, revenue(7000), revenue(20000)).amount
    assert [str(first), str(both), str(both - first)] == ["140.00", "1080.00", "940.00"]


@pytest.mark.parametrize(
    ("net", "rebate"),
    [
        ("1349", "0.00"),
        ("1350", "54.00"),
        ("1499", "59.96"),
        ("1500", "90.00"),
        ("2000", "120.00"),
        ("2001", "200.10"),
    ],
)
def test_eset_2014(net: str, rebate: str) -> None:
    terms = stepped("revenue", "whole_volume", "1350: percent 4, 1500: percent 6, 2000.01: percent 10")
    assert amount(terms, revenue(net)) == rebate


@pytest.mark.parametrize(
    ("percent", "net", "rebate"),
    [("20", "0.03", "0.01"), ("10", "0.15", "0.02"), ("50", "0.01", "0.01"), ("2.9", "5.00", "0.15")],
)
def test_dub_rounds_half_a_cent_up(percent: str, net: str, rebate: str) -> None:
    assert amount(stepped("revenue", "whole_volume", f"0: percent {percent}"), revenue(net)) == rebate


def test_the_example_of_the_two_bounds_has_no_gap() -> None:
    terms = stepped("revenue", "whole_volume", "0: percent 1, 1001: percent 2")
    assert amount(terms, revenue("1000.50")) == "10.01"


def test_the_documented_terms_leave_out_what_they_do_not_name() -> None:
    terms = Terms.from_yaml(
        LENOVO + "eligible: {tiers: [registered, silver, gold], countries: [DE]}\nproducts: topsellers"
    )
    sales = [Sale("24"), Sale("1", tier=None), Sale("1", country="AT"), Sale("1", in_group=False)]
    assert amount(terms, *sales) == "120.00"
