"""Live figures: one engine for one partner and for all, up to a day, and in the very next request."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal

from django.db import connection
from django.test.utils import CaptureQueriesContext

from common.dated import since
from common.periods import Period, PeriodKind
from partners.models import EnrolmentStatus, EnrolmentTier, IndividualAgreement
from rebates.engine import Reason
from rebates.live import figures, live_figures, terms_of
from rebates.selectors import PeriodState, earned_so_far, earnings
from tests.world import LOYALTY, TODAY, World, enrol, make_partner, publish, sell

MONTHLY = LOYALTY.replace("period: quarter", "period: month").replace("topseller-loyalty", "monthly")
YEARLY = LOYALTY.replace("period: quarter", "period: year").replace("topseller-loyalty", "yearly")
Q3 = Period.parse("2026Q3")


def test_figures_of_one_partner_are_those_among_all(world: World) -> None:
    for number in range(1, 12):
        partner = make_partner(f"Partner {number}", f"P{number:07}")
        enrolment = enrol(partner, world.rival_program, tier="member")
        sell(
            partner, world.server, TODAY, "1", f"{number * 7000}", distributor=world.distributor, document=f"S-{number}"
        )
        if number % 3 == 0:
            IndividualAgreement.objects.create(enrolment=enrolment, valid=since(TODAY))
    period = Period.containing(PeriodKind.QUARTER, TODAY)
    everybody = list(figures(versions=[world.rival_terms], period=period, today=TODAY))
    assert len(everybody) == 13
    for figure in everybody:
        assert live_figures(enrolments=[figure.enrolment], today=TODAY).count(figure) == 1


def test_a_committed_line_is_in_the_next_figure(world: World) -> None:
    def amount() -> Decimal:
        return live_figures(enrolments=[world.enrolment], today=TODAY)[0].settlement.amount

    assert amount() == Decimal("110.00")
    sell(world.reseller, world.topseller, TODAY, "3", None, distributor=world.distributor, document="R-9")
    assert amount() == Decimal("250.00")


def test_lines_that_count_from_a_day_on_are_left_out_until_then(world: World) -> None:
    def amount(until: date) -> Decimal:
        (figure,) = figures(versions=[world.terms], period=Q3, today=TODAY, until=until, enrolments=[world.enrolment])
        return figure.settlement.amount

    assert amount(date(2026, 8, 12)) == Decimal("0.00")
    assert amount(date(2026, 8, 13)) == Decimal("120.00")
    assert amount(date(2030, 1, 1)) == Decimal("120.00")


def test_the_number_of_queries_does_not_grow_with_partners_or_lines(world: World) -> None:
    with CaptureQueriesContext(connection) as few:
        list(figures(versions=[world.rival_terms], period=Q3, today=TODAY))
    for number in range(9):
        partner = make_partner(f"Partner {number}", f"P{number:07}")
        enrol(partner, world.rival_program, tier="member")
        sell(partner, world.server, TODAY, "1", "5000.00", distributor=world.distributor, document=f"S-{number}")
    with CaptureQueriesContext(connection) as many:
        list(figures(versions=[world.rival_terms], period=Q3, today=TODAY))
    assert len(many) == len(few)


def test_no_next_step_is_promised_to_who_is_suspended_today(world: World) -> None:
    EnrolmentStatus.objects.filter(enrolment=world.enrolment).update(valid=since(date(2026, 1, 1), TODAY))
    EnrolmentStatus.objects.create(enrolment=world.enrolment, status="suspended", valid=since(TODAY))
    (figure,) = live_figures(enrolments=[world.enrolment], today=TODAY)
    assert figure.settlement.amount == Decimal("110.00")
    assert figure.settlement.next_step is None
    assert figure.settlement.barred is Reason.NOT_ENROLLED


def test_the_tier_of_a_sale_is_that_of_its_day(world: World) -> None:
    EnrolmentTier.objects.filter(enrolment=world.enrolment).delete()
    only_silver = LOYALTY.replace("topseller-loyalty", "silver-only") + "eligible: {tiers: [silver]}\n"
    publish(world.program, only_silver, "Silver only")
    silver = world.program.tiers.get(code="silver")
    EnrolmentTier.objects.create(
        enrolment=world.enrolment, tier=silver, valid=since(date(2026, 10, 20), date(2026, 10, 21))
    )
    found = {figure.terms.code: figure for figure in live_figures(enrolments=[world.enrolment], today=TODAY)}
    assert found["silver-only"].settlement.amount == Decimal("110.00")
    assert found["silver-only"].settlement.barred is Reason.TIER


# --- this quarter against the last one at the same time ----------------------------------------------


def so_far(world: World, today: date = TODAY) -> tuple[str, dict[str, Decimal], dict[str, Decimal] | None]:
    running = live_figures(enrolments=[world.enrolment], today=today)
    found = earned_so_far(
        enrolments=[world.enrolment], running=running, published=terms_of(enrolments=[world.enrolment]), today=today
    )
    assert found is not None
    return str(found.period), found.now, found.then


def test_this_quarter_stands_beside_the_last_one_up_to_the_same_day(world: World) -> None:
    assert so_far(world) == ("2026Q4", {"EUR": Decimal("110.00")}, {"EUR": Decimal("120.00")})
    # The 24 units of 12 August count from the 43rd day of the quarter on, which is 12 November.
    assert so_far(world, date(2026, 11, 11))[2] == {"EUR": Decimal("0.00")}
    assert so_far(world, date(2026, 11, 12))[2] == {"EUR": Decimal("120.00")}


def test_the_last_day_of_a_longer_quarter_looks_at_the_whole_of_the_shorter_one(world: World) -> None:
    sell(world.reseller, world.topseller, date(2026, 6, 30), "10", None, distributor=world.distributor, document="R-9")
    assert so_far(world, date(2026, 9, 30))[2] == {"EUR": Decimal("50.00")}


def test_months_add_up_to_their_quarter(world: World) -> None:
    publish(world.program, MONTHLY, "Monthly")
    period, now, then = so_far(world)
    assert period == "2026Q4"
    assert now == {"EUR": Decimal("220.00")}  # once by the quarter, once by October
    assert then == {"EUR": Decimal("240.00")}


def test_terms_longer_than_the_quarter_stay_out_of_its_sentence(world: World) -> None:
    publish(world.program, YEARLY, "Yearly")
    assert so_far(world)[1] == {"EUR": Decimal("110.00")}


def test_where_only_yearly_terms_run_the_year_is_compared(world: World) -> None:
    yearly = publish(world.rival_program, YEARLY.replace("products: topsellers\n", ""), "Yearly")
    running = [
        figure for figure in live_figures(enrolments=[world.second_enrolment], today=TODAY) if figure.terms == yearly
    ]
    found = earned_so_far(
        enrolments=[world.second_enrolment],
        running=running,
        published=terms_of(enrolments=[world.second_enrolment]),
        today=TODAY,
    )
    assert found is not None
    assert str(found.period) == "2026"
    assert found.then is None  # nobody was enrolled a year ago


def test_nobody_is_compared_with_a_quarter_before_the_enrolment(world: World) -> None:
    assert so_far(world, date(2026, 3, 31))[2] is None


# --- periods that are over ---------------------------------------------------------------------------


def test_a_period_that_is_over_and_not_closed_is_shown_live(world: World) -> None:
    rows = earnings(enrolments=[world.enrolment], today=TODAY)
    found = {str(row.period): (row.earned, row.state, row.closes_on) for row in rows}
    assert found["2026Q4"] == (Decimal("110.00"), PeriodState.RUNNING, date(2027, 1, 11))
    assert found["2026Q3"] == (Decimal("120.00"), PeriodState.ENDED, date(2026, 10, 11))
    assert [str(row.period) for row in rows] == ["2026Q4", "2026Q3", "2026Q2", "2026Q1"]


def test_programs_that_ended_run_no_rebates(world: World) -> None:
    world.program.ends_on = date(2026, 10, 1)
    world.program.save()
    assert live_figures(enrolments=[world.enrolment], today=TODAY) == []
    latest = earnings(enrolments=[world.enrolment], today=TODAY)[0]
    assert str(latest.period) == "2026Q3"


def test_quarters_begin_at_their_first_day(world: World) -> None:
    first = Period.containing(PeriodKind.QUARTER, TODAY).start
    sell(world.reseller, world.topseller, first, "1", None, distributor=world.distributor, document="R-8")
    day_before = first - timedelta(days=1)
    sell(world.reseller, world.topseller, day_before, "1", None, distributor=world.distributor, document="R-9")
    (figure,) = live_figures(enrolments=[world.enrolment], today=TODAY)
    assert figure.settlement.attainment == 23
