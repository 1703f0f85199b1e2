"""Who takes part, judged line by line."""

from __future__ import annotations

from datetime import date

import pytest

from common.periods import Period
from programs.terms import Terms
from rebates.engine import Facts, Reason, Standing, settle
from tests.rebates.engine.given import (
    LENOVO,
    Q4,
    Sale,
    apart,
    left_out,
    settled,
    stepped,
    terms_of,
    together,
    units,
)


def test_without_conditions_everybody_enrolled_takes_part() -> None:
    found = settled(
        terms_of(LENOVO, eligible="{}"),
        Sale("4", tier=None),
        Sale("3", country=None),
        Sale("3", agreement=True),
    )
    assert (found.attainment, left_out(found)) == (10, {})


@pytest.mark.parametrize(
    ("eligible", "sale", "reason"),
    [
        ("{}", Sale(active=False), "not_enrolled"),
        ("{}", Sale(in_group=False), "product"),
        ("{countries: [AT, CH]}", Sale(country="DE"), "country"),
        ("{countries: [AT, CH]}", Sale(country=None), "country"),
        ("{tiers: [gold]}", Sale(tier="silver"), "tier"),
        ("{tiers: [gold]}", Sale(tier="Gold"), "tier"),
        ("{tiers: [gold]}", Sale(tier=None), "tier"),
        ("{without_individual_agreement: true}", Sale(agreement=True), "agreement"),
    ],
)
def test_a_line_that_takes_no_part_is_listed_with_its_reason(eligible: str, sale: Sale, reason: str) -> None:
    found = settled(terms_of(LENOVO, eligible=eligible), sale)
    assert (found.attainment, left_out(found)) == (0, {reason: 1})


def test_a_line_with_several_reasons_is_listed_once_under_the_first() -> None:
    terms = terms_of(LENOVO, eligible="{countries: [AT], tiers: [gold]}", project_lines="exclude")
    assert left_out(settled(terms, Sale(project=True))) == {"country": 1}
    assert left_out(settled(terms, Sale(project=True, active=False))) == {"not_enrolled": 1}
    assert left_out(settled(terms, Sale(project=True, active=False, in_group=False))) == {"product": 1}


def test_lines_under_project_conditions_count_unless_excluded() -> None:
    assert settled(LENOVO, Sale("10", project=True)).attainment == 10
    found = settled(terms_of(LENOVO, project_lines="exclude"), Sale("10", project=True), units(3))
    assert (found.attainment, left_out(found)) == (3, {"project": 1})


def test_what_is_left_out_says_how_much() -> None:
    found = settled(
        terms_of(LENOVO, eligible="{tiers: [gold]}"), Sale("3", "30.00"), Sale("-1", "-9.99"), Sale("2", None)
    )
    (group,) = found.left_out
    assert (group.reason, group.lines, group.units, str(group.net)) == (Reason.TIER, 3, 4, "20.01")


def test_each_line_is_judged_by_its_own_tier_of_the_day() -> None:
    terms = terms_of(LENOVO, eligible="{tiers: [gold]}")
    found = settled(terms, Sale("10", tier="gold"), Sale("99", tier="silver"))
    assert (found.attainment, str(found.amount)) == (10, "50.00")


def test_lines_without_a_value_count_as_units_and_are_listed_for_revenue() -> None:
    without = Sale("3", None)
    assert left_out(settled(LENOVO, without)) == {}
    assert settled(LENOVO, without).attainment == 3
    by_revenue = settled(stepped("revenue", "whole_volume", "0: percent 10"), without, Sale("1", "50"))
    assert (by_revenue.attainment, left_out(by_revenue)) == (50, {"no_value": 1})
    assert by_revenue.left_out[0].units == 3
    paid_on_revenue = settled(stepped("units", "whole_volume", "0: percent 10"), without, Sale("1", "50"))
    assert (paid_on_revenue.attainment, paid_on_revenue.base, left_out(paid_on_revenue)) == (
        4,
        50,
        {"no_value": 1},
    )


@pytest.mark.parametrize(
    ("enrolled", "count", "period", "new"),
    [
        (date(2026, 10, 1), 1, "2026Q4", True),
        (date(2026, 12, 31), 1, "2026Q4", True),
        (date(2026, 9, 30), 1, "2026Q4", False),
        (date(2026, 9, 30), 2, "2026Q4", True),
        (date(2026, 1, 15), 4, "2026Q4", True),
        (date(2025, 12, 31), 4, "2026Q4", False),
        (date(2027, 1, 1), 4, "2026Q4", False),
        (None, 4, "2026Q4", False),
    ],
)
def test_newcomers_have_their_period_of_enrolment_and_the_ones_after(
    enrolled: date | None, count: int, period: str, new: bool
) -> None:
    terms = terms_of(LENOVO, eligible=f"{{newcomers_for: {count}}}")
    facts = Facts(Period.parse(period), first_enrolled_on=enrolled)
    found = settled(terms, units(10), facts=facts)
    assert left_out(found) == ({} if new else {"newcomer": 1})
    assert (found.next_step is None) is not new


def test_newcomers_are_counted_in_periods_of_the_terms_across_the_year() -> None:
    terms = Terms.from_yaml(LENOVO.replace("quarter", "month") + "eligible: {newcomers_for: 3}")
    for code, new in (("2026-11", True), ("2027-01", True), ("2027-02", False), ("2026-10", False)):
        facts = Facts(Period.parse(code), first_enrolled_on=date(2026, 11, 30))
        assert (settled(terms, units(10), facts=facts).amount > 0) is new


def test_the_order_and_the_split_of_the_sums_do_not_matter() -> None:
    terms = terms_of(LENOVO, eligible="{tiers: [silver], countries: [DE]}")
    sales = [
        Sale("7", "1"),
        Sale("4", tier=None),
        Sale("5", country="AT"),
        Sale("8", "2"),
        Sale("1", None, tier="gold"),
    ]
    whole = settle(terms, Facts(Q4), together(sales))
    assert whole == settle(terms, Facts(Q4), apart(sales)) == settle(terms, Facts(Q4), apart(reversed(sales)))


def test_a_partner_that_no_longer_takes_part_is_shown_no_next_step() -> None:
    terms = terms_of(LENOVO, eligible="{tiers: [silver]}")
    for standing, barred in (
        (Standing("silver", "DE"), None),
        (Standing("gold", "DE"), Reason.TIER),
        (Standing("silver", "DE", active=False), Reason.NOT_ENROLLED),
    ):
        found = settled(terms, units(9), facts=Facts(Q4, standing=standing))
        assert found.barred is barred
        assert (found.next_step is None) is (barred is not None)


def test_a_period_of_another_kind_is_refused() -> None:
    with pytest.raises(ValueError, match="topseller-loyalty settles by quarter, 2026H2 is none"):
        settle(Terms.from_yaml(LENOVO), Facts(Period.parse("2026H2")), [])
