"""Every amount can be followed down to the lines it comes from."""

from __future__ import annotations

import pytest

from programs.terms import Terms
from rebates.engine import LinesDoNotMatch, shares
from tests.rebates.engine.given import LENOVO, SNOM, TEN_TO_THE_FOUR, Sale, settled, stepped, terms_of


def shared(terms: Terms | str, *sales: Sale) -> list[str]:
    """Shares of lines 1, 2, 3 … in this order."""
    terms = terms if isinstance(terms, Terms) else Terms.from_yaml(terms)
    found = settled(terms, *sales)
    lines = [sale.line(number) for number, sale in enumerate(sales, start=1)]
    by_line = shares(terms, found, lines)
    assert by_line == shares(terms, found, reversed(lines))
    assert sum(by_line.values()) == found.amount
    return [str(by_line[line.id]) for line in lines]


def test_units_share_by_units() -> None:
    assert shared(LENOVO, Sale("7"), Sale("3"), Sale("1")) == ["35.00", "15.00", "5.00"]


def test_revenue_shares_by_net_and_the_cent_left_over_goes_to_the_largest_remainder() -> None:
    terms = stepped("revenue", "whole_volume", "0: percent 1")
    assert shared(terms, Sale(net="33.33"), Sale(net="33.33"), Sale(net="33.34")) == ["0.33", "0.33", "0.34"]


def test_ties_go_to_the_lower_line_id() -> None:
    terms = stepped("revenue", "whole_volume", "0: percent 1")
    assert shared(terms, Sale(net="0.50"), Sale(net="0.50"), Sale(net="0.50")) == ["0.01", "0.01", "0.00"]


def test_lines_left_out_get_nothing() -> None:
    terms = terms_of(LENOVO, eligible="{tiers: [silver]}", project_lines="exclude")
    sales = [
        Sale("10"),
        Sale("10", tier=None),
        Sale("10", project=True),
        Sale("10", in_group=False),
        Sale("10", active=False),
    ]
    assert shared(terms, *sales) == ["50.00", "0.00", "0.00", "0.00", "0.00"]


def test_returns_have_negative_shares() -> None:
    assert shared(LENOVO, Sale("12"), Sale("-2")) == ["60.00", "-10.00"]


def test_everything_is_zero_when_the_result_is() -> None:
    assert shared(LENOVO, Sale("12"), Sale("-12")) == ["0.00", "0.00"]
    assert shared(LENOVO, Sale("5"), Sale("4")) == ["0.00", "0.00"]
    assert shared(SNOM, Sale("2"), Sale("-2", tier="gold", article="D120")) == ["0.00", "0.00"]


def test_a_graduated_and_capped_result_is_shared_pro_rata() -> None:
    sales = [Sale(net="100000"), Sale(net="300000"), Sale(net="100000")]
    assert shared(TEN_TO_THE_FOUR, *sales) == ["2960.00", "8880.00", "2960.00"]


def test_with_rates_each_line_gets_its_own_amount() -> None:
    sales = [
        Sale("2"),
        Sale("1", tier="gold"),
        Sale("-1", article="D120"),
        Sale("5", article="X"),
        Sale("5", tier=None),
    ]
    assert shared(SNOM, *sales) == ["24.00", "15.00", "-4.00", "0.00", "0.00"]


def test_lump_sums_are_shared_by_the_attainment() -> None:
    by_units = stepped("units", "whole_volume", "10: lump_sum 100")
    assert shared(by_units, Sale("4", "999"), Sale("8", "1")) == ["33.33", "66.67"]
    by_revenue = stepped("revenue", "whole_volume", "10: lump_sum 100")
    assert shared(by_revenue, Sale("4", "999"), Sale("8", "1"), Sale("8", None)) == ["99.90", "0.10", "0.00"]


def test_lines_share_by_what_is_paid_on_and_not_by_what_is_counted() -> None:
    percent = stepped("units", "whole_volume", "0: percent 10")
    assert shared(percent, Sale("1", "30"), Sale("9", "10"), Sale("1", None)) == ["3.00", "1.00", "0.00"]
    per_unit = stepped("revenue", "whole_volume", "0: per_unit 1")
    assert shared(per_unit, Sale("1", "30"), Sale("9", "10"), Sale("1", None)) == ["1.00", "9.00", "1.00"]


def test_a_negative_result_is_shared_too() -> None:
    assert shared(SNOM, Sale("3", article="D120"), Sale("-1", article="D865")) == ["12.00", "-15.00"]


def test_lines_that_are_not_those_of_the_settlement_are_refused() -> None:
    terms = Terms.from_yaml(LENOVO)
    found = settled(terms, Sale("7"), Sale("3"))
    with pytest.raises(LinesDoNotMatch):
        shares(terms, found, [Sale("7").line(1)])
    with pytest.raises(LinesDoNotMatch):
        shares(terms, found, [Sale(count).line(int(count)) for count in ("7", "3", "1")])
