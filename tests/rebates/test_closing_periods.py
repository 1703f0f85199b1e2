"""Which sales a closing settles: late ones, returned ones, at the edges of programs, versions and enrolments."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

from django.db.models import Sum

from common.dated import since
from common.periods import Period
from partners.models import Enrolment
from programs.models import Program
from rebates import closing
from rebates.models import Closing, Posting, Settlement
from sales.models import SaleLine
from tests.world import LOYALTY, NOW, START, World, enrol, make_partner, publish, sell

Q1, Q2, Q3, Q4 = (Period.parse(f"2026Q{number}") for number in (1, 2, 3, 4))
YEAR = Period.parse("2026")
LATER = date(2028, 1, 20)
DEARER = LOYALTY.replace("per_unit: 5.00", "per_unit: 50.00")


def close(program: Program, period: Period) -> Closing:
    opened = closing.open_closing(program=program, period=period, today=LATER, now=NOW)
    done = closing.run(closing_id=opened.pk, now=NOW, chunk=10)
    assert done.state == Closing.State.SEALED
    return done


def amounts(enrolment: Enrolment) -> list[tuple[str, str, str]]:
    """Closing, period and amount of everything settled, as it came."""
    rows = Settlement.objects.filter(enrolment=enrolment).order_by("id")
    return [(row.closing.period, row.period, str(row.amount)) for row in rows.select_related("closing")]


def owed(enrolment: Enrolment) -> Decimal:
    postings = Posting.objects.filter(
        entry__partner=enrolment.partner, entry__vendor=enrolment.program.vendor, account=Posting.Account.OWED
    )
    return -(postings.aggregate(total=Sum("amount"))["total"] or Decimal(0))


def bought(world: World, on: date, quantity: str, document: str) -> SaleLine:
    """Top-sellers of the reseller; a return for a negative quantity."""
    net = f"{Decimal(quantity) * 1000}"
    return sell(world.reseller, world.topseller, on, quantity, net, distributor=world.distributor, document=document)


def test_an_enrolment_that_begins_after_the_period_takes_no_part_in_its_closing(world: World) -> None:
    late = enrol(make_partner("Spät GmbH", "3C4D5F6G"), world.program, tier="silver", on=Q4.start)
    assert list(close(world.program, Q3).items.values_list("enrolment_id", flat=True)) == [world.enrolment.pk]
    assert amounts(late) == []


def test_an_enrolment_entered_for_a_settled_period_is_settled_by_the_next_closing(world: World) -> None:
    close(world.program, Q3)
    late = enrol(make_partner("Spät GmbH", "3C4D5F6G"), world.program, tier="silver", on=Q3.start)
    sell(late.partner, world.topseller, Q3.last_day, "10", None, distributor=world.distributor, document="S-1")
    close(world.program, Q4)
    assert amounts(late) == [("2026Q4", "2026Q3", "50.00"), ("2026Q4", "2026Q4", "0.00")]


def test_a_program_that_ends_within_a_quarter_pays_for_the_days_it_ran(world: World) -> None:
    bought(world, date(2026, 8, 13), "50", "S-1")
    Program.objects.filter(pk=world.program.pk).update(ends_on=date(2026, 8, 13))
    program = Program.objects.get(pk=world.program.pk)
    assert closing.due_periods(program=program, today=LATER) == [Q1, Q2, Q3]
    close(program, Q3)
    assert amounts(world.enrolment) == [("2026Q3", "2026Q3", "120.00")]


def test_when_the_end_of_a_program_is_taken_back_the_missing_days_and_periods_are_settled(world: World) -> None:
    bought(world, date(2026, 8, 13), "1", "S-1")
    Program.objects.filter(pk=world.program.pk).update(ends_on=date(2026, 8, 13))
    close(Program.objects.get(pk=world.program.pk), Q3)
    Program.objects.filter(pk=world.program.pk).update(ends_on=None)
    program = Program.objects.get(pk=world.program.pk)
    assert Q4 in closing.due_periods(program=program, today=LATER)
    close(program, Q4)
    assert amounts(world.enrolment) == [
        ("2026Q3", "2026Q3", "120.00"),
        ("2026Q4", "2026Q3", "130.00"),
        ("2026Q4", "2026Q4", "110.00"),
    ]


def test_a_version_published_after_a_period_was_settled_does_not_change_it(world: World) -> None:
    close(world.program, Q3)
    publish(world.program, DEARER, "Top-seller rebate", starts_on=Q3.start, version=2)
    bought(world, Q3.start, "-1", "S-1")
    close(world.program, Q4)
    assert amounts(world.enrolment) == [
        ("2026Q3", "2026Q3", "120.00"),
        ("2026Q4", "2026Q3", "-5.00"),
        ("2026Q4", "2026Q4", "1100.00"),
    ]


def test_terms_published_after_a_period_was_settled_without_them_are_settled_by_the_next_closing(world: World) -> None:
    close(world.program, Q3)
    publish(world.program, LOYALTY.replace("topseller-loyalty", "extra"), "Extra", starts_on=START)
    close(world.program, Q4)
    assert amounts(world.enrolment) == [
        ("2026Q3", "2026Q3", "120.00"),
        ("2026Q4", "2026Q3", "120.00"),
        ("2026Q4", "2026Q4", "110.00"),
        ("2026Q4", "2026Q4", "110.00"),
    ]


def test_terms_by_the_quarter_and_by_the_year_are_settled_beside_each_other(world: World) -> None:
    yearly = LOYALTY.replace("topseller-loyalty", "yearly").replace("quarter", "year", 1)
    publish(world.program, yearly, "Yearly", starts_on=START)
    assert closing.due_periods(program=world.program, today=date(2027, 1, 15)) == [Q1, Q2, Q3, YEAR, Q4]
    for period in (Q1, Q2, Q3, Q4):
        opened = closing.open_closing(program=world.program, period=period, today=LATER, now=NOW)
        closing.freeze(closing_id=opened.pk, now=NOW) if period == Q4 else close(world.program, period)
    close(world.program, YEAR)
    close(world.program, Q4)
    assert {period: amount for _closing, period, amount in amounts(world.enrolment)} == {
        "2026Q1": "0.00",
        "2026Q2": "0.00",
        "2026Q3": "120.00",
        "2026Q4": "110.00",
        "2026": "460.00",
    }


def test_what_is_returned_later_is_taken_back_down_to_a_negative_balance(world: World) -> None:
    close(world.program, Q3)
    bought(world, Q3.last_day, "-24", "S-1")
    bought(world, Q4.last_day, "-22", "S-2")
    close(world.program, Q4)
    assert amounts(world.enrolment) == [
        ("2026Q3", "2026Q3", "120.00"),
        ("2026Q4", "2026Q3", "-120.00"),
        ("2026Q4", "2026Q4", "0.00"),
    ]
    assert owed(world.enrolment) == 0


def test_every_closing_looks_at_as_many_closed_periods_as_the_program_says(world: World) -> None:
    Program.objects.filter(pk=world.program.pk).update(recomputed_periods=1)
    program = Program.objects.get(pk=world.program.pk)
    for period in (Q1, Q2):
        close(program, period)
    bought(world, Q1.start, "10", "S-1")
    bought(world, Q2.start, "25", "S-2")
    close(program, Q3)
    assert amounts(world.enrolment)[2:] == [("2026Q3", "2026Q2", "250.00"), ("2026Q3", "2026Q3", "120.00")]


def test_a_status_or_tier_corrected_later_changes_what_was_settled(world: World) -> None:
    close(world.program, Q3)
    world.enrolment.statuses.update(valid=since(START, Q3.start))
    close(world.program, Q4)
    assert amounts(world.enrolment)[1:] == [("2026Q4", "2026Q3", "-120.00"), ("2026Q4", "2026Q4", "0.00")]
    assert owed(world.enrolment) == 0


def test_what_was_settled_in_another_currency_is_not_set_off_against_the_new_one(world: World) -> None:
    close(world.program, Q3)
    Program.objects.filter(pk=world.program.pk).update(currency="USD")
    close(Program.objects.get(pk=world.program.pk), Q4)
    assert amounts(world.enrolment) == [("2026Q3", "2026Q3", "120.00"), ("2026Q4", "2026Q4", "0.00")]
    assert owed(world.enrolment) == 120
