from __future__ import annotations

import contextlib
import json
import re
import subprocess
import sys
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from common.periods import PeriodKind
from programs.terms import Counts, Evidence, Measure, Mode, Terms, TermsError

LOYALTY = """\
code: topseller-loyalty
period: quarter
evidence: sell_out
counts: units
products: topsellers
eligible: {tiers: [registered, silver, gold], countries: [DE], without_individual_agreement: false, newcomers_for: null}
mode: whole_volume
steps:
  - {from: 10, per_unit: 5.00}
  - {from: 25, per_unit: 10.00}
  - {from: 50, per_unit: 15.00}
minimum: null
cap: null
project_lines: include
document: bonus_statement
"""
SHORTEST = "{code: x, period: quarter, counts: revenue, mode: whole_volume, steps: [{from: 0, percent: 2}]}"
RATES = "{code: x, period: year, counts: units, rates: {silver: {D785: 12.00, 4711: 4}, gold: {D785: 15}}}"


def problems(text: str) -> str:
    with pytest.raises(TermsError) as caught:
        Terms.from_yaml(text)
    return str(caught.value)


def changed(**fields: Any) -> dict[str, Any]:
    return Terms.from_yaml(SHORTEST).to_document() | fields


def test_the_documented_terms_are_read_as_they_stand() -> None:
    terms = Terms.from_yaml(LOYALTY)
    assert (terms.code, terms.period, terms.counts) == ("topseller-loyalty", PeriodKind.QUARTER, Counts.UNITS)
    assert terms.eligible.tiers == ("registered", "silver", "gold")
    assert [(step.from_, step.rate) for step in terms.steps] == [(10, 5), (25, 10), (50, 15)]
    assert terms.measure is Measure.PER_UNIT


def test_only_code_period_counts_mode_and_steps_are_required() -> None:
    terms = Terms.from_yaml(SHORTEST)
    assert terms.evidence is Evidence.SELL_OUT
    assert terms.products == "all"
    assert terms.eligible.tiers is terms.eligible.countries is terms.minimum is terms.cap is None
    assert not terms.stack
    assert problems("{}").count("is required") == 3
    assert problems("{code: x, period: year, counts: units}") == "steps: is required (or rates)"
    assert problems(SHORTEST.replace("mode: whole_volume, ", "")) == "mode: is required"


def test_rates_need_no_mode() -> None:
    terms = Terms.from_yaml(RATES)
    assert terms.rates == {"silver": {"D785": Decimal(12), "4711": Decimal(4)}, "gold": {"D785": Decimal(15)}}
    assert terms.mode is Mode.WHOLE_VOLUME
    assert terms.measure is None


def test_an_empty_section_says_the_same_as_none() -> None:
    assert Terms.from_yaml(LOYALTY.replace("DE", "AT") + "stack:\n").stack is False
    assert Terms.from_yaml(SHORTEST.replace("{code", "{eligible: {}, products: , code")) == Terms.from_yaml(SHORTEST)
    assert Terms.from_yaml(SHORTEST.replace("{code", "{eligible: ~, code")) == Terms.from_yaml(SHORTEST)


@pytest.mark.parametrize(
    ("written", "exact"),
    [
        ("0.1", "0.1"),
        ("'0.1'", "0.1"),
        ("2.675", "2.675"),
        ("010", "10"),
        ("1e1", "10"),
        ("3.3333333333333333", "3.3333333333333333"),
        ("0.30000000000000004", "0.30000000000000004"),
    ],
)
def test_numbers_never_pass_through_a_float(written: str, exact: str) -> None:
    terms = Terms.from_yaml(SHORTEST.replace("percent: 2", f"percent: {written}"))
    assert terms.steps[0].rate == Decimal(exact)
    as_json = json.dumps(changed(steps=[{"from": 0, "percent": "@"}])).replace('"@"', exact)
    assert Terms.from_json(as_json) == terms


@pytest.mark.parametrize("number", [0.1, 2.0, True, float("nan")])
def test_a_float_in_a_document_is_refused(number: object) -> None:
    with pytest.raises(TermsError, match=r"steps\[1\]\.percent: .*must be written as text"):
        Terms.from_document(changed(steps=[{"from": "0", "percent": number}]))


@pytest.mark.parametrize(
    "number", ["abc", ".nan", ".inf", "NaN", "Infinity", "1e400", "1e-400", "'1,5'", "0x1F", "1_000", "[1]"]
)
def test_what_is_no_number_is_refused_with_its_place(number: str) -> None:
    found = problems(LOYALTY.replace("10.00", number))
    assert found.startswith("steps[2].per_unit: “")


def test_norway_is_a_country_and_not_a_no() -> None:
    terms = Terms.from_yaml(LOYALTY.replace("[DE]", "[NO, de, 'AT']"))
    assert terms.eligible.countries == ("NO", "DE", "AT")
    assert Terms.from_yaml(terms.to_yaml()) == terms


def test_steps_are_put_in_order_and_two_with_one_bound_are_refused() -> None:
    mixed = LOYALTY.replace("from: 10,", "from: 99,")
    assert [step.from_ for step in Terms.from_yaml(mixed).steps] == [25, 50, 99]
    assert problems(LOYALTY.replace("from: 10,", "from: 25.0,")) == "steps: two steps begin at 25"


@pytest.mark.parametrize(
    ("old", "new", "problem"),
    [
        ("period: quarter", "period: decade", "period: must be one of: month, quarter, half-year, year"),
        ("counts: units", "counts: boxes", "counts: must be one of: units, revenue"),
        ("sell_out", "hearsay", "evidence: must be one of: sell_out, invoice"),
        ("mode: whole_volume", "mode: both", "mode: must be one of: whole_volume, graduated"),
        ("project_lines: include", "project_lines: no", "project_lines: must be one of: include, exclude"),
        ("document: bonus", "document: no", "document: must be one of: bonus_statement, self_billed_invoice"),
        ("code: topseller-loyalty", "code: ''", "code: must be a text of 1 to 80 characters"),
        ("minimum: null", "minimum: -1", "minimum: must not be negative (“-1”)"),
        ("minimum: null", "minimun: 1", "minimun: is not a known field"),
        ("cap: null", "cap: {}", "cap: give either basis or amount"),
        ("cap: null", "cap: {basis: 1, amount: 1}", "cap: give either basis or amount"),
        ("cap: null", "cap: 400000", "cap: must be a mapping of fields"),
        ("cap: null", "cap: {basis: -5}", "cap.basis: must not be negative (“-5”)"),
        ("from: 25,", "from: -25,", "steps[2].from: must not be negative (“-25”)"),
        ("from: 25, ", "", "steps[2].from: is required"),
        ("per_unit: 10.00", "per_unit: -10", "steps[2].per_unit: must not be negative (“-10”)"),
        (", per_unit: 10.00", "", "steps[2]: give exactly one of per_unit, percent and lump_sum"),
        ("per_unit: 10.00", "per_unit: 10, percent: 1", "steps[2]: give exactly one of per_unit, percent and lump_sum"),
        ("per_unit: 10.00", "percent: 1", "steps: all steps must pay the same: per_unit, percent or lump_sum"),
        ("per_unit: 10.00", "rate: 1", "steps[2].rate: is not a known field"),
        ("tiers: [registered, silver, gold]", "tiers: []", "eligible.tiers: names nothing"),
        ("tiers: [registered, silver, gold]", "tiers: gold", "eligible.tiers: must be a list"),
        ("tiers: [registered, silver, gold]", "tiers: [gold, gold]", "eligible: “gold” is given twice"),
        ("[DE]", "[Germany]", "eligible.countries[1]: “Germany” is not a country code of two letters"),
        ("newcomers_for: null", "newcomers_for: 0", "eligible.newcomers_for: must be a whole number of periods, 1"),
        ("newcomers_for: null", "newcomers_for: 1.5", "eligible.newcomers_for: must be a whole number of periods"),
        ("agreement: false", "agreement: maybe", "eligible.without_individual_agreement: must be true or false"),
        ("code: topseller-loyalty", "code: a\ncode: b", "line 2: “code” is given twice"),
        ("cap: null", "cap: &c null", "line 13: anchors and aliases are not allowed"),
        ("cap: null", "cap: *c", "line 13: anchors and aliases are not allowed"),
        ("cap: null", 'cap: "\\0"', "line 13: this text has signs that cannot be stored"),
        ("cap: null", '"\\uD800": null', "line 13: this text has signs that cannot be stored"),
        ("cap: null", "cap: {? [a] : b}", "line 13: a name must be plain text"),
        ("per_unit: 10.00", "per_unit: 10,00", "steps[2].00: is not a known field"),
        ("code: ", "\tcode: ", "line 1: this is not valid YAML"),
        ("cap: null", "---\ncap: null", "line 13: this is not valid YAML (but found another document)"),
        ("cap: null", "cap: \x00", "this is not valid YAML (unacceptable character #x0000"),
        ("cap: null", "cap: " + "[" * 2000, "line 13: this is nested too deeply"),
    ],
)  # fmt: skip
def test_what_is_wrong_is_said_with_its_place(old: str, new: str, problem: str) -> None:
    assert LOYALTY.count(old) >= 1
    assert problems(LOYALTY.replace(old, new)).startswith(problem)


def test_a_percentage_above_a_hundred_is_refused() -> None:
    assert problems(SHORTEST.replace("percent: 2", "percent: 100.5")) == (
        "steps[1].percent: must not be more than 100 (“100.5”)"
    )
    Terms.from_yaml(SHORTEST.replace("percent: 2", "percent: 100"))


@pytest.mark.parametrize("text", ["", "# nothing", "- a list", "just words", "[]"])
def test_a_text_that_is_no_mapping_is_refused(text: str) -> None:
    assert problems(text) == "must be a mapping of fields"


def test_everything_wrong_is_said_at_once() -> None:
    with pytest.raises(TermsError) as caught:
        Terms.from_yaml(LOYALTY.replace("quarter", "decade").replace("[DE]", "[Germany]").replace("15.00", "-1"))
    assert [problem.path for problem in caught.value.problems] == [
        "period",
        "eligible.countries[1]",
        "steps[3].per_unit",
    ]


@pytest.mark.parametrize(
    ("counts", "measure", "fits"),
    [
        ("revenue", "percent", True),
        ("units", "per_unit", True),
        ("units", "lump_sum", True),
        ("revenue", "lump_sum", True),
        ("units", "percent", False),
        ("revenue", "per_unit", False),
    ],
)
def test_graduated_steps_pay_on_what_they_count(counts: str, measure: str, fits: bool) -> None:
    text = f"{{code: x, period: year, counts: {counts}, mode: graduated, steps: [{{from: 0, {measure}: 2}}]}}"
    if fits:
        Terms.from_yaml(text)
    else:
        assert problems(text).startswith("steps: graduated steps pay percent with revenue")
    Terms.from_yaml(text.replace("graduated", "whole_volume"))


@pytest.mark.parametrize(
    ("extra", "problem"),
    [
        ("steps: [{from: 0, per_unit: 1}]", "rates: give either steps or rates"),
        ("mode: graduated", "mode: rates have no graduated mode"),
        ("minimum: 1", "minimum: rates have no minimum"),
        ("cap: {basis: 1}", "cap: rates have no cap"),
        ("cap: {amount: 1}", "cap: rates have no cap"),
    ],
)
def test_rates_stand_alone(extra: str, problem: str) -> None:
    assert problems(RATES.replace("{code", f"{{{extra}, code")) == problem
    assert problems(RATES.replace("units", "revenue")) == "counts: rates count units"


@pytest.mark.parametrize(
    ("rates", "problem"),
    [
        ("{}", "rates: names nothing"),
        ("{silver: {}}", "rates.silver: names nothing"),
        ("{silver: 5}", "rates.silver: must be a mapping of names"),
        ("{silver: {A: -1}}", "rates.silver.A: must not be negative"),
        ("{silver: {A: }}", "rates.silver.A: "),
    ],
)
def test_rates_name_tiers_articles_and_numbers(rates: str, problem: str) -> None:
    text = re.sub(r"rates: .*}$", f"rates: {rates}}}", RATES)
    assert problems(text).startswith(problem)


def test_json_that_repeats_a_name_or_is_none_is_refused() -> None:
    for text in ('{"code": "a", "code": "b"}', "{", "NaN", "[" * 100_000):
        with pytest.raises(TermsError):
            Terms.from_json(text)


def test_terms_never_change() -> None:
    terms = Terms.from_yaml(LOYALTY)
    with pytest.raises(ValueError, match="frozen"):
        terms.code = "other"  # type: ignore[misc]


def test_a_stored_document_states_every_default() -> None:
    assert Terms.from_yaml(SHORTEST).to_document() == {
        "code": "x",
        "period": "quarter",
        "evidence": "sell_out",
        "counts": "revenue",
        "products": "all",
        "eligible": {
            "tiers": None,
            "countries": None,
            "without_individual_agreement": False,
            "newcomers_for": None,
        },
        "mode": "whole_volume",
        "steps": [{"from": "0", "percent": "2"}],
        "minimum": None,
        "cap": None,
        "project_lines": "include",
        "document": "bonus_statement",
        "stack": False,
    }


def test_yaml_for_people_has_numbers_without_quotes() -> None:
    written = Terms.from_yaml(LOYALTY).to_yaml()
    assert "- {from: 10, per_unit: 5.00}" in written
    assert "tiers: [registered, silver, gold]" in written


names = st.text(st.characters(categories=["L", "N", "P", "S"], codec="utf-8"), min_size=1, max_size=12)
numbers = st.decimals(min_value=0, max_value=10**14, places=4) | st.integers(0, 10**14).map(Decimal)
countries = st.lists(st.sampled_from(["DE", "AT", "NO", "CH"]), min_size=1, unique=True)


@st.composite
def documents(draw: st.DrawFn) -> dict[str, Any]:
    document: dict[str, Any] = {
        "code": draw(names),
        "period": draw(st.sampled_from(PeriodKind)),
        "evidence": draw(st.sampled_from(Evidence)),
        "products": draw(names),
        "stack": draw(st.booleans()),
        "eligible": {
            "tiers": draw(st.none() | st.lists(names, min_size=1, unique=True)),
            "countries": draw(st.none() | countries),
            "newcomers_for": draw(st.none() | st.integers(1, 20)),
        },
    }
    if draw(st.booleans()):
        articles = st.dictionaries(names, numbers, min_size=1, max_size=3)
        return document | {
            "counts": "units",
            "rates": draw(st.dictionaries(names, articles, min_size=1, max_size=3)),
        }
    measure = draw(st.sampled_from(Measure))
    rates = st.decimals(min_value=0, max_value=100, places=7) if measure is Measure.PERCENT else numbers
    bounds = draw(st.lists(numbers, min_size=1, max_size=4, unique=True))
    return document | {
        "counts": "revenue" if measure is Measure.PERCENT else "units",
        "mode": draw(st.sampled_from(Mode)),
        "steps": [{"from": bound, measure: draw(rates)} for bound in bounds],
        "minimum": draw(st.none() | numbers),
        "cap": draw(st.none() | st.fixed_dictionaries({"basis": numbers}) | st.fixed_dictionaries({"amount": numbers})),
    }


@given(document=documents())
def test_every_way_to_write_terms_is_read_back_exactly(document: dict[str, Any]) -> None:
    terms = Terms.from_document(document)
    assert Terms.from_yaml(terms.to_yaml()) == terms
    assert Terms.from_document(terms.to_document()) == terms
    assert Terms.from_json(json.dumps(terms.to_document())) == terms
    assert Terms.from_yaml(terms.to_yaml()).to_document() == terms.to_document()


@given(text=st.text(max_size=200))
def test_any_text_is_terms_or_refused_in_words(text: str) -> None:
    with contextlib.suppress(TermsError):
        Terms.from_yaml(text)


def test_terms_and_the_engine_know_no_django() -> None:
    modules = "common.money, common.periods, programs.terms, rebates.engine, rebates.engine.simulation"
    script = f"import sys, {modules}; sys.exit(any(name.split('.')[0] == 'django' for name in sys.modules))"
    assert subprocess.run([sys.executable, "-c", script], cwd=Path(__file__).parents[2], check=False).returncode == 0
