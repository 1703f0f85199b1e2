"""The chain from counted sales to the amount, said line by line, stored and read back."""

from __future__ import annotations

import json
import re

import pytest

from rebates.engine import Facts, Kind, Param, Reason, Settlement, english, english_money, english_number
from rebates.engine.explain import LEFT_OUT
from rebates.engine.result import Line
from tests.rebates.engine.given import (
    LENOVO,
    Q4,
    SNOM,
    TEN_TO_THE_FOUR,
    D,
    Sale,
    revenue,
    sentences,
    settled,
    stepped,
    terms_of,
    units,
)


def test_whole_volume_is_explained_from_sales_to_rebate() -> None:
    terms = terms_of(LENOVO, eligible="{tiers: [silver], countries: [DE]}")
    assert sentences(settled(terms, units(20), units(2), Sale(tier=None), Sale(country="AT"), Sale(country="CH"))) == [
        "Sale lines that count: 2",
        "Left out, country takes no part – lines: 2",
        "Left out, tier on that day takes no part – lines: 1",
        "Units sold: 22",
        "Step reached: from 10",
        "Units × rate: 22 × 5.00 € = 110.00 €",
        "Rebate: 110.00 €",
    ]


def test_graduated_steps_with_minimum_and_cap_are_explained_part_by_part() -> None:
    assert sentences(settled(TEN_TO_THE_FOUR, revenue("500000"))) == [
        "Sale lines that count: 1",
        "Revenue: 500,000.00 €",
        "Minimum of 10,000.00 € reached",
        "Counted up to the cap of 400,000.00 €",
        "Step reached: from 50,000.00 €",
        "Part from 0.00 €: 50,000.00 € × 10 % = 5,000.00 €",
        "Part from 50,000.00 €: 350,000.00 € × 2.8 % = 9,800.00 €",
        "Sum: 14,800.00 €",
        "Rebate: 14,800.00 €",
    ]


def test_rates_are_explained_by_article_and_tier() -> None:
    found = settled(SNOM, Sale("3"), Sale("2", tier="gold"), Sale("1", article="D120"), Sale("9", article="X"))
    assert sentences(found) == [
        "Sale lines that count: 4",
        "No rate for the article, so nothing is paid – lines: 1",
        "Units sold: 15",
        "D785, tier gold: 2 × 15.00 € = 30.00 €",
        "D120, tier silver: 1 × 4.00 € = 4.00 €",
        "D785, tier silver: 3 × 12.00 € = 36.00 €",
        "Sum: 70.00 €",
        "Rebate: 70.00 €",
    ]


@pytest.mark.parametrize(
    ("terms", "sale", "said"),
    [
        (LENOVO, units(0), "Nothing above zero counts, so nothing is paid"),
        (LENOVO, units(9), "Below the first step at 10, so nothing is paid"),
        (TEN_TO_THE_FOUR, revenue("9999.99"), "Below the minimum of 10,000.00 €, so nothing is paid"),
    ],
)
def test_why_nothing_is_paid_is_said(terms: str, sale: Sale, said: str) -> None:
    assert sentences(settled(terms, sale))[-2:] == [said, "Rebate: 0.00 €"]


def test_rounding_is_said_where_it_happened() -> None:
    assert sentences(settled(stepped("revenue", "whole_volume", "0: percent 2.9"), revenue("5.00")))[-3:] == [
        "Revenue × rate: 5.00 € × 2.9 % = 0.145 €",
        "Rounded to the cent: 0.15 €",
        "Rebate: 0.15 €",
    ]


def test_a_capped_amount_and_lump_sums_are_said() -> None:
    whole = stepped("units", "whole_volume", "10: lump_sum 100", cap="{amount: 80}")
    assert sentences(settled(whole, units(12)))[-3:] == [
        "Lump sum of this step: 100.00 €", "Limited to 80.00 €", "Rebate: 80.00 €",
    ]  # fmt: skip
    graduated = stepped("revenue", "graduated", "10: lump_sum 100, 20: lump_sum 50")
    assert sentences(settled(graduated, revenue(20)))[-4:] == [
        "Step from 10.00 €: lump sum 100.00 €",
        "Step from 20.00 €: lump sum 50.00 €",
        "Sum: 150.00 €",
        "Rebate: 150.00 €",
    ]


def test_lines_without_value_do_not_count_as_revenue_lines() -> None:
    found = settled(stepped("revenue", "whole_volume", "0: percent 10"), Sale("3", None), revenue(50))
    assert sentences(found)[:2] == ["Sale lines that count: 1", "No value stated, so no revenue – lines: 1"]


def test_every_reason_has_a_sentence() -> None:
    assert set(LEFT_OUT) == set(Reason)


@pytest.mark.parametrize("terms", [LENOVO, TEN_TO_THE_FOUR, SNOM])
def test_every_placeholder_has_a_value_and_every_value_a_place(terms: str) -> None:
    for sold in ("0", "9", "12", "200000", "900000"):
        found = settled(terms, Sale(sold, sold), Sale(active=False))
        for line in (*found.explanation, *([found.next_step.sentence] if found.next_step else [])):
            assert set(re.findall(r"{(\w+)}", line.text)) == set(line.params)


@pytest.mark.parametrize("terms", [LENOVO, TEN_TO_THE_FOUR, SNOM, LENOVO + "cap: {amount: 1.5}"])
def test_a_settlement_survives_being_stored_as_json(terms: str) -> None:
    facts = Facts(Q4, currency="CHF")
    for sold in ("0", "-3", "9", "24.5", "100000.01"):
        found = settled(terms, Sale(sold, sold), Sale(sold, None), Sale(active=False), facts=facts)
        stored = json.dumps(found.to_json())
        assert Settlement.from_json(json.loads(stored)) == found
        assert json.loads(stored)["period"] == "2026Q4"
        assert not re.search(r": -?[0-9]+\.", stored), "an amount is a float"


def test_money_and_numbers_are_written_in_english() -> None:
    assert [english_money(D(text), "EUR") for text in ("0", "1234.5", "-1234567.891", "1E+3", "-0.5")] == [
        "0.00 €", "1,234.50 €", "-1,234,567.891 €", "1,000.00 €", "-0.50 €",
    ]  # fmt: skip
    assert english_money(D(1), "CHF") == "1.00 CHF"
    assert [english_number(D(text)) for text in ("24.000", "1234.50", "-0.25")] == ["24", "1,234.5", "-0.25"]


def test_values_cannot_reach_into_the_sentence() -> None:
    line = Line("x", "{article} {rate}", {"article": Param(Kind.TEXT, "{rate}"), "rate": Param(Kind.PERCENT, "1.50")})
    assert english(line, "EUR") == "{rate} 1.5 %"
