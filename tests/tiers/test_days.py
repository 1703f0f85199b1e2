"""Tiers over days: certificates that begin tomorrow, and quarters in which a tier changed."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal

import pytest

from common.periods import Period
from partners.models import EnrolmentTier
from programs.models import Program
from rebates.closing import open_closing, run
from rebates.models import Settlement
from tests.tiers.ladder import ask, moves, revenue, tier_on
from tests.tiers.ladder import run as assess_all
from tests.trainings.teaching import certified, training
from tests.world import NOW, START, TODAY, World, publish, sell
from tiers.assessing import assess, assess_due

DAY = timedelta(days=1)
Q4 = Period.parse("2026Q4")
PER_TIER = """
code: device-bonus
period: quarter
counts: units
rates:
  silver: {21HM: 4.05}
  gold: {21HM: 6.15}
"""


def test_a_certificate_dated_tomorrow_counts_tomorrow(world: World) -> None:
    ask(world.program, silver=[{"kind": "certificate", "trainings": ["technical"]}])
    Program.objects.filter(pk=world.program.pk).update(tier_rises=Program.Rises.AUTOMATIC)
    EnrolmentTier.objects.filter(enrolment=world.enrolment).update(tier=world.program.tiers.get(code="registered"))
    taught = training(world.program, world.vendor_admin)
    certified(taught, world.reseller_technician, world.reseller, TODAY + DAY, world.channel_manager)
    program = Program.objects.get(pk=world.program.pk)
    assess_due(program=program, today=TODAY)
    assert tier_on(world.enrolment, TODAY) == "registered"
    assess_due(program=program, today=TODAY + DAY)
    assert tier_on(world.enrolment, TODAY) == "registered"
    assert tier_on(world.enrolment, TODAY + DAY) == "silver"


@pytest.mark.parametrize("start", [date(2026, 2, 28), date(2026, 3, 1), date(2027, 12, 31)])
def test_a_certificate_that_ends_around_a_leap_day_is_missed_from_the_day_after(world: World, start: date) -> None:
    ask(world.program, silver=[{"kind": "certificate", "trainings": ["technical"]}])
    taught = training(world.program, world.vendor_admin)
    held = certified(taught, world.reseller_technician, world.reseller, start, world.channel_manager)
    end = held.valid.upper
    program = Program.objects.get(pk=world.program.pk)
    assess(program=program, today=end - DAY)
    assert moves(world.enrolment) == []
    assess(program=program, today=end)
    assert moves(world.enrolment) == [("fall", "registered", "open")]
    assess(program=program, today=end + 90 * DAY)
    assert (tier_on(world.enrolment, end + 89 * DAY), tier_on(world.enrolment, end + 90 * DAY)) == (
        "silver",
        "registered",
    )


def settled(world: World, today: date, period: Period = Q4) -> Decimal:
    closing = open_closing(program=world.program, period=period, today=today, now=NOW)
    run(closing_id=closing.pk, now=NOW, chunk=10)
    found = Settlement.objects.filter(
        closing=closing, enrolment=world.enrolment, period=str(period), terms__code="device-bonus"
    )
    return found.get().amount


def test_a_quarter_in_which_the_tier_changed_is_settled_by_the_tier_of_each_day(world: World) -> None:
    """Silver until 15 November, Gold from the 16th: 22 + 3 units at 4.05 and 5 at 6.15."""
    publish(world.program, PER_TIER, "Device bonus", starts_on=START)
    ask(world.program, gold=[{"kind": "revenue", "amount": "20000.00"}])
    Program.objects.filter(pk=world.program.pk).update(tier_rises=Program.Rises.AUTOMATIC)
    before, after = TODAY - DAY, TODAY
    sell(world.reseller, world.topseller, before, "3", "1.00", distributor=world.distributor, document="Z-1")
    sell(world.reseller, world.topseller, after, "5", "1.00", distributor=world.distributor, document="Z-2")
    revenue(world, "30000.00", before, "Z-3")
    assess_all(world, TODAY)
    assert (tier_on(world.enrolment, before), tier_on(world.enrolment, after)) == ("silver", "gold")
    assert settled(world, Q4.end) == 25 * Decimal("4.05") + 5 * Decimal("6.15") == Decimal("132.00")
    # A loss after the closing changes nothing of the quarter: it falls on a day after it.
    revenue(world, "-500000.00", Q4.end, "Z-4")
    assess_all(world, Q4.end + DAY)
    assess_all(world, Q4.end + 91 * DAY)
    assert tier_on(world.enrolment, Q4.end + 91 * DAY) != "gold"
    assert tier_on(world.enrolment, Q4.end - DAY) == "gold"


def test_a_notice_over_a_years_end_keeps_the_tier_for_the_sales_until_its_day(world: World) -> None:
    """The notice of 16 November ends Silver on 14 February: sales of the day before still count with it."""
    publish(world.program, PER_TIER, "Device bonus", starts_on=START)
    ask(world.program, silver=[{"kind": "revenue", "amount": "900000.00"}])
    assess_all(world, TODAY)
    last = TODAY + 89 * DAY
    sell(world.reseller, world.topseller, last, "2", "1.00", distributor=world.distributor, document="Z-1")
    sell(world.reseller, world.topseller, last + DAY, "9", "1.00", distributor=world.distributor, document="Z-2")
    assess_all(world, last + DAY)
    assert (tier_on(world.enrolment, last), tier_on(world.enrolment, last + DAY)) == ("silver", "registered")
    assert settled(world, date(2027, 4, 1), Period.parse("2027Q1")) == 2 * Decimal("4.05")
