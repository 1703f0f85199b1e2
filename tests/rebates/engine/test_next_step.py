"""What a little more would bring."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest

from common.periods import Period
from programs.terms import Terms
from rebates.engine import Facts, Settlement, english, what_if
from tests.rebates.engine.given import (
    LENOVO,
    Q4,
    SNOM,
    TEN_TO_THE_FOUR,
    Sale,
    revenue,
    settled,
    stepped,
    terms_of,
    units,
)


def next_sentence(found: Settlement) -> str | None:
    return None if found.next_step is None else english(found.next_step.sentence, found.currency)


def test_the_next_step_is_said_in_units_date_and_money() -> None:
    terms = stepped("units", "whole_volume", "10: per_unit 5, 15: per_unit 9")
    assert next_sentence(settled(terms, units(12))) == "3 more units by 31 December: +75.00 €"


@pytest.mark.parametrize(
    ("sold", "sentence"),
    [
        ("0", "10 more units by 31 December: +50.00 €"),
        ("-2", "12 more units by 31 December: +50.00 €"),
        ("9", "1 more unit by 31 December: +50.00 €"),
        ("9.5", "0.5 more units by 31 December: +50.00 €"),
        ("10", "15 more units by 31 December: +200.00 €"),
        ("49", "1 more unit by 31 December: +260.00 €"),
        ("50", None),
        ("900", None),
    ],
)
def test_lenovo_says_how_far_the_next_step_is(sold: str, sentence: str | None) -> None:
    assert next_sentence(settled(LENOVO, units(sold))) == sentence


@pytest.mark.parametrize(
    ("net", "sentence"),
    [
        ("0", "10,000.00 € more revenue by 31 December: +1,000.00 €"),
        ("9999.99", "0.01 € more revenue by 31 December: +1,000.00 €"),
        ("10000", "40,000.00 € more revenue by 31 December: +4,000.00 €"),
        ("50000", None),
        ("400000", None),
    ],
)
def test_the_minimum_is_a_step_to_reach_and_the_cap_none(net: str, sentence: str | None) -> None:
    assert next_sentence(settled(TEN_TO_THE_FOUR, revenue(net))) == sentence


def test_a_step_below_the_minimum_is_no_goal() -> None:
    found = settled(stepped("units", "whole_volume", "10: per_unit 5, 25: per_unit 10", minimum="20"), units(7))
    assert found.next_step is not None
    assert (found.next_step.at, found.next_step.missing, found.next_step.gain) == (20, 13, 100)


def test_a_minimum_below_the_first_step_is_no_goal_either() -> None:
    found = settled(stepped("units", "whole_volume", "10: per_unit 5", minimum="3"), units(1))
    assert found.next_step is not None
    assert found.next_step.at == 10


def test_a_step_that_pays_less_is_passed_over() -> None:
    terms = stepped("units", "whole_volume", "10: lump_sum 100, 20: lump_sum 50, 30: lump_sum 200")
    found = settled(terms, units(10))
    assert found.next_step is not None
    assert (found.next_step.at, found.next_step.gain) == (30, 100)


def test_steps_beyond_a_cap_are_no_goals() -> None:
    steps = "10: per_unit 5, 25: per_unit 10"
    assert settled(stepped("units", "whole_volume", steps, cap="{basis: 20}"), units(20)).next_step is None
    assert settled(stepped("units", "whole_volume", steps, cap="{amount: 50}"), units(10)).next_step is None


def test_where_more_sales_would_raise_the_base_too_the_gain_is_the_least() -> None:
    by_units = settled(stepped("units", "whole_volume", "10: percent 1, 20: percent 2"), Sale("19", "1000"))
    assert next_sentence(by_units) == "1 more unit by 31 December: at least +10.00 €"
    by_revenue = settled(stepped("revenue", "whole_volume", "100: per_unit 1, 1000: per_unit 2"), Sale("7", "900"))
    assert next_sentence(by_revenue) == "100.00 € more revenue by 31 December: at least +7.00 €"


def test_rates_have_no_next_step() -> None:
    assert settled(SNOM, Sale("3")).next_step is None


@pytest.mark.parametrize(("today", "shown"), [(None, True), (date(2026, 12, 31), True), (date(2027, 1, 1), False)])
def test_there_is_no_next_step_once_the_period_is_over(today: date | None, shown: bool) -> None:
    found = settled(LENOVO, units(9), facts=Facts(Q4, today=today))
    assert (found.next_step is not None) is shown
    assert found.running is shown


@pytest.mark.parametrize(
    ("kind", "code", "day"),
    [
        ("month", "2028-02", "29 February"),
        ("half-year", "2026H1", "30 June"),
        ("year", "2026", "31 December"),
    ],
)
def test_the_date_is_the_last_day_of_the_period(kind: str, code: str, day: str) -> None:
    terms = Terms.from_yaml(LENOVO.replace("quarter", kind))
    found = settled(terms, units(9), facts=Facts(Period.parse(code)))
    assert next_sentence(found) == f"1 more unit by {day}: +50.00 €"


def test_what_if_calculates_with_more_units() -> None:
    terms = Terms.from_yaml(LENOVO)
    found = settled(terms, units(22))
    assert [str(what_if(terms, found, extra_units=Decimal(more)).amount) for more in (0, 2, 3, 28)] == [
        "110.00", "120.00", "250.00", "750.00",
    ]  # fmt: skip
    more = what_if(terms, found, extra_units=Decimal(3))
    assert more.next_step is not None
    assert more.next_step.missing == 25
    assert what_if(terms, found) == found


def test_what_if_reaches_what_the_next_step_promises() -> None:
    terms = Terms.from_yaml(TEN_TO_THE_FOUR)
    found = settled(terms, revenue("1234.56"))
    assert found.next_step is not None
    reached = what_if(terms, found, extra_revenue=found.next_step.missing)
    assert reached.amount - found.amount == found.next_step.gain


def test_what_if_takes_units_and_revenue_together_where_both_matter() -> None:
    terms = stepped("units", "whole_volume", "10: percent 1, 20: percent 2")
    found = settled(terms, Sale("19", "1000"))
    assert str(what_if(terms, found, extra_units=Decimal(1), extra_revenue=Decimal(500)).amount) == "30.00"


def test_what_if_with_rates_asks_for_article_and_tier() -> None:
    terms = Terms.from_yaml(SNOM)
    found = settled(terms, Sale("3"))
    more = Decimal(2)
    assert str(what_if(terms, found, extra_units=more, tier="gold", article="D865").amount) == "72.00"
    assert str(what_if(terms, found, extra_units=more, tier="silver", article="D785").amount) == "60.00"
    assert str(what_if(terms, found, extra_units=more, tier="silver", article="unknown").amount) == "36.00"
    assert str(what_if(terms, found, extra_units=more).amount) == "36.00"


def test_what_if_changes_nothing_for_a_partner_that_takes_no_part() -> None:
    terms = terms_of(LENOVO, eligible="{newcomers_for: 1}")
    found = settled(terms, units(9))
    assert what_if(terms, found, extra_units=Decimal(100)) == found
