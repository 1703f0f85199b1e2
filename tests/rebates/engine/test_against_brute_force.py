"""Any terms on any sales: the engine and a plain model that shares nothing with it say the same."""

from __future__ import annotations

import json
from dataclasses import replace
from decimal import Decimal
from fractions import Fraction
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from programs.terms import Terms
from rebates.engine import Facts, Settlement, settle, shares, what_if
from tests.rebates.engine.brute_force import expected, half_up, weight
from tests.rebates.engine.given import Q4, Sale, apart, together

TIERS = ["registered", "silver", "gold"]
ARTICLES = ["D120", "D785", "X"]

quarters = st.integers(-20, 120).map(lambda number: str(Decimal(number) / 4))
wholes = st.integers(-5, 40).map(str)
nets = st.integers(-50_000, 400_000).map(lambda cents: str(Decimal(cents) / 100))
rates = st.integers(0, 30_000).map(lambda number: str(Decimal(number) / 1000))
percents = st.integers(0, 200_000).map(lambda number: str(Decimal(number) / 10_000))
unit_bounds = st.integers(0, 240).map(lambda number: str(Decimal(number) / 4))
net_bounds = st.integers(0, 1_000_000).map(lambda cents: str(Decimal(cents) / 100))

sales = st.builds(
    Sale,
    units=wholes | quarters,
    net=nets | st.none(),
    tier=st.sampled_from([*TIERS, None]),
    country=st.sampled_from(["DE", "AT", None]),
    article=st.sampled_from(ARTICLES),
    active=st.sampled_from([True, True, True, False]),
    agreement=st.sampled_from([False, False, True]),
    in_group=st.sampled_from([True, True, True, False]),
    project=st.sampled_from([False, False, True]),
)
several_sales = st.lists(sales, max_size=12)
eligibilities = st.fixed_dictionaries(
    {
        "tiers": st.none() | st.lists(st.sampled_from(TIERS), min_size=1, unique=True),
        "countries": st.none() | st.just(["DE"]),
        "without_individual_agreement": st.booleans(),
    }
)


@st.composite
def documents(draw: st.DrawFn, *, rising: bool = False, rated: bool = False) -> dict[str, Any]:
    """Valid terms with steps; `rising`: no step pays less than the one before, on what it counts.

    `rated`: graduated, and each step pays for each piece or a share.
    """
    counts = draw(st.sampled_from(["units", "revenue"]))
    mode = "graduated" if rated else draw(st.sampled_from(["whole_volume", "graduated"]))
    own = "per_unit" if counts == "units" else "percent"
    free = mode == "whole_volume" and not rising
    measures = ["per_unit", "percent", "lump_sum"] if free else [own] if rated else [own, "lump_sum"]
    measure = draw(st.sampled_from(measures))
    bound = unit_bounds if counts == "units" else net_bounds
    bounds = draw(st.lists(bound, min_size=1, max_size=4, unique_by=Decimal))
    paid = draw(st.lists(percents if measure == "percent" else rates, min_size=len(bounds), max_size=len(bounds)))
    if rising:
        bounds, paid = sorted(bounds, key=Decimal), sorted(paid, key=Decimal)
    limits = st.fixed_dictionaries({"basis": bound}) | st.fixed_dictionaries({"amount": net_bounds})
    return {
        "code": "any",
        "period": "quarter",
        "counts": counts,
        "mode": mode,
        "steps": [{"from": low, measure: rate} for low, rate in zip(bounds, paid, strict=True)],
        "eligible": draw(eligibilities),
        "minimum": draw(st.none() | bound),
        "cap": draw(st.none() | limits),
        "project_lines": draw(st.sampled_from(["include", "exclude"])),
    }


rated_documents = st.fixed_dictionaries(
    {
        "code": st.just("any"),
        "period": st.just("quarter"),
        "counts": st.just("units"),
        "eligible": eligibilities,
        "project_lines": st.sampled_from(["include", "exclude"]),
        "rates": st.dictionaries(
            st.sampled_from(TIERS), st.dictionaries(st.sampled_from(ARTICLES), rates, min_size=1), min_size=1
        ),
    }
)
any_document = documents() | rated_documents


def result(document: dict[str, Any], sold: list[Sale]) -> tuple[Terms, Settlement]:
    terms = Terms.from_document(document)
    return terms, settle(terms, Facts(Q4), together(sold))


@given(document=any_document, sold=several_sales)
def test_the_engine_agrees_with_the_brute_force_model(document: dict[str, Any], sold: list[Sale]) -> None:
    _, found = result(document, sold)
    right = expected(document, sold)
    assert Fraction(found.attainment) == right.attainment
    assert Fraction(found.amount) * 100 == right.cents
    assert (None if found.step is None else Fraction(found.step)) == right.step
    assert found.amount.as_tuple().exponent == -2


@given(document=documents(), position=st.integers(0, 3), off=st.integers(-1, 1))
def test_they_agree_at_and_beside_every_bound(document: dict[str, Any], position: int, off: int) -> None:
    bounds = [step["from"] for step in document["steps"]]
    bounds += [document["minimum"] or "0", (document["cap"] or {}).get("basis", "0")]
    bound = Decimal(bounds[position % len(bounds)])
    sale = Sale(
        units=str(bound + Decimal(off) / 4) if document["counts"] == "units" else "7",
        net=str(bound + Decimal(off) / 100) if document["counts"] == "revenue" else "123.45",
    )
    document = document | {"eligible": {"tiers": None, "countries": None, "without_individual_agreement": False}}
    _, found = result(document, [sale])
    assert Fraction(found.amount) * 100 == expected(document, [sale]).cents


@given(document=any_document, sold=several_sales, order=st.randoms(use_true_random=False))
def test_neither_order_nor_split_of_the_sums_matters(document: dict[str, Any], sold: list[Sale], order: Any) -> None:
    terms, found = result(document, sold)
    mixed = apart(sold)
    order.shuffle(mixed)
    assert settle(terms, Facts(Q4), mixed) == found


@given(document=any_document, sold=several_sales, order=st.randoms(use_true_random=False))
def test_shares_add_up_and_are_reproducible(document: dict[str, Any], sold: list[Sale], order: Any) -> None:
    terms, found = result(document, sold)
    lines = [sale.line(number) for number, sale in enumerate(sold)]
    shared = shares(terms, found, lines)
    assert set(shared) == set(range(len(sold)))
    assert sum(shared.values(), Decimal(0)) == found.amount
    order.shuffle(lines)
    assert shares(terms, found, lines) == shared
    assert shares(terms, Settlement.from_json(json.loads(json.dumps(found.to_json()))), lines) == shared


@given(document=any_document, sold=several_sales)
def test_shares_are_less_than_a_cent_from_exactly_pro_rata(document: dict[str, Any], sold: list[Sale]) -> None:
    terms, found = result(document, sold)
    shared = shares(terms, found, [sale.line(number) for number, sale in enumerate(sold)])
    weights = [weight(document, sale) for sale in sold]
    whole = sum(weights, Fraction(0))
    for number, part in enumerate(weights):
        exact = Fraction(found.amount) * part / whole if found.amount else Fraction(0)
        assert abs(Fraction(shared[number]) - exact) < Fraction(1, 100)
        assert part != 0 or shared[number] == 0


@given(document=documents(rising=True), sold=several_sales, more=st.integers(0, 400))
def test_selling_more_never_pays_less_when_no_step_pays_less(
    document: dict[str, Any], sold: list[Sale], more: int
) -> None:
    terms, found = result(document, sold)
    extra = Decimal(more) / 4
    grown = what_if(terms, found, extra_units=extra, extra_revenue=extra)
    assert grown.amount >= found.amount
    assert grown.attainment == found.attainment + extra


@given(document=documents(rated=True), sold=several_sales)
def test_graduated_terms_pay_at_most_by_the_best_rate_and_at_least_nothing(
    document: dict[str, Any], sold: list[Sale]
) -> None:
    _, found = result(document, sold)
    best = max(Fraction(next(value for name, value in step.items() if name != "from")) for step in document["steps"])
    scale = 100 if "percent" in document["steps"][0] else 1
    assert 0 <= Fraction(found.amount) * 100 <= half_up(max(Fraction(0), Fraction(found.counted)) * best / scale)


@given(document=documents(), sold=several_sales)
def test_the_next_step_brings_what_it_promises_and_nothing_nearer_does(
    document: dict[str, Any], sold: list[Sale]
) -> None:
    terms, found = result(document, sold)
    promise = found.next_step
    if promise is None:
        return
    if document["counts"] == "units":
        reached = what_if(terms, found, extra_units=promise.missing)
    else:
        reached = what_if(terms, found, extra_revenue=promise.missing)
    assert reached.amount == found.amount + promise.gain > found.amount
    assert reached.attainment == promise.at
    bounds = {Decimal(step["from"]) for step in document["steps"]} | {Decimal(document["minimum"] or 0)}
    assert promise.at in bounds


@given(document=any_document, sold=several_sales)
def test_the_parts_of_the_explanation_make_the_result(document: dict[str, Any], sold: list[Sale]) -> None:
    _, found = result(document, sold)
    whole = sum((Fraction(part.amount) for part in found.parts), Fraction(0))
    limit = (document.get("cap") or {}).get("amount")
    assert Fraction(found.exact) == (whole if limit is None else min(whole, Fraction(limit)))
    assert half_up(Fraction(found.exact)) == Fraction(found.amount) * 100


@given(document=any_document, sold=several_sales)
def test_every_line_counts_or_is_left_out_with_a_reason(document: dict[str, Any], sold: list[Sale]) -> None:
    _, found = result(document, sold)
    still_counting = {"no_value", "no_tier_rate", "no_article_rate"}
    out = sum(group.lines for group in found.left_out if group.reason.value not in still_counting)
    assert found.totals.lines + out == len(sold)


@given(document=any_document, sold=several_sales)
def test_a_line_that_takes_no_part_changes_nothing_but_the_list(document: dict[str, Any], sold: list[Sale]) -> None:
    _, found = result(document, sold)
    _, beside = result(document, [*sold, replace(Sale("99", "99999"), active=False)])
    assert (beside.amount, beside.attainment, beside.totals) == (found.amount, found.attainment, found.totals)
