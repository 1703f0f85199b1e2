"""Once a week everybody is told how their partner stands, once, and never afterwards."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta

import pytest
from django.db import transaction

from common import mail_choices, outbox
from common.models import OutboxMail, Pause, User
from partners.models import EnrolmentStatus, Member, Partner
from partners.services import record_seat
from rebates.models import WeeklyStatus
from rebates.status.making import programs_on
from rebates.tasks import make_status_mails_of
from tests.people import member_of
from tests.rebates.status.mailing import MONDAY, WEEK, made, mail_to, make_all, make_in
from tests.world import NOW, START, TODAY, World, enrol, make_partner, make_program

NEW_YORK_SEVEN = MONDAY + timedelta(hours=6)


def test_everybody_with_a_part_in_rebates_is_told_once_per_program(world: World) -> None:
    assert make_all() == 7
    elbtal, rheinblick = f"partner {world.reseller.pk}", f"partner {world.rival.pk}"
    first, second = f"2026W47 program {world.program.pk}", f"2026W47 program {world.rival_program.pk}"
    assert made() == sorted(
        [(f"{first} {elbtal}", f"reseller_{role}") for role in ("finance", "owner", "sales")]
        + [(f"{second} {elbtal}", f"reseller_{role}") for role in ("finance", "owner", "sales")]
        + [(f"{second} {rheinblick}", "rival_owner")]
    )
    assert make_all() == make_all(MONDAY + timedelta(days=6)) == 0


def test_nothing_is_sent_before_seven_in_the_morning(world: World) -> None:
    assert make_all(MONDAY - timedelta(microseconds=1)) == 0
    assert make_all(MONDAY) == 7


def test_each_company_is_told_in_its_own_morning(world: World) -> None:
    for number, (country, zone) in enumerate((("US", ""), ("JP", ""), ("ES", "Atlantic/Canary"), ("XX", ""))):
        partner = make_partner(f"Abroad {country}", f"ABROAD{number}", country=country)
        Partner.objects.filter(pk=partner.pk).update(time_zone=zone)
        enrol(partner, world.program)
        member_of(partner, f"owner_{country.lower()}", Member.Role.OWNER)

    make_in(world.program, MONDAY - timedelta(days=3))

    def told(now: datetime) -> list[str]:
        before = set(made())
        make_in(world.program, now)
        return sorted(name for _period, name in set(made()) - before)

    assert told(datetime(2026, 11, 15, 21, 59, tzinfo=UTC)) == []
    assert told(datetime(2026, 11, 15, 22, 0, tzinfo=UTC)) == ["owner_jp"]
    # Where a country is unknown, the portal's own zone holds.
    assert told(MONDAY) == ["owner_xx", "reseller_finance", "reseller_owner", "reseller_sales"]
    assert told(MONDAY + timedelta(hours=1)) == ["owner_es"]
    assert told(MONDAY + timedelta(hours=5, minutes=59)) == []
    assert told(MONDAY + timedelta(hours=6)) == ["owner_us"]


def test_who_moves_to_an_earlier_zone_is_not_told_twice(world: World) -> None:
    make_in(world.program)
    record_seat(partner=world.reseller, country="US", on=TODAY)
    make_in(world.program, NEW_YORK_SEVEN)
    assert len(made()) == 3
    record_seat(partner=world.reseller, country="JP", on=TODAY)
    in_tokyo_next_week = datetime(2026, 11, 22, 22, 0, tzinfo=UTC)
    assert make_in(world.program, in_tokyo_next_week) == 3
    Partner.objects.filter(pk=world.reseller.pk).update(time_zone="America/New_York")
    assert make_in(world.program, in_tokyo_next_week) == 0, "there it is still the week before"


# --- away, late, over ------------------------------------------------------------------------------------------------


def test_a_scheduler_that_was_away_for_three_days_sends_the_week_once(world: World) -> None:
    thursday = MONDAY + timedelta(days=3, hours=4)
    assert make_all(thursday) == 7
    assert make_all(thursday + timedelta(minutes=1)) == 0
    assert {period[:7] for period, _name in made()} == {"2026W47"}


def test_a_week_that_is_over_is_not_made_up(world: World) -> None:
    make_in(world.program, MONDAY)
    after_three_weeks = MONDAY + 3 * WEEK - timedelta(minutes=1)
    assert make_in(world.program, after_three_weeks) == 0, "too early for this one, too late for those before"
    assert make_in(world.program, after_three_weeks + timedelta(minutes=1)) == 3
    assert sorted({period[:7] for period, _name in made()}) == ["2026W47", "2026W50"]


def test_the_turn_of_the_year_has_its_weeks(world: World) -> None:
    for monday in (date(2026, 12, 21), date(2026, 12, 28), date(2027, 1, 4), date(2027, 1, 11)):
        now = datetime(monday.year, monday.month, monday.day, 6, tzinfo=UTC)
        assert make_in(world.program, now) == 3
        assert make_in(world.program, now + timedelta(days=6)) == 0
    assert sorted({period[:7] for period, _name in made()}) == ["2026W52", "2026W53", "2027W01", "2027W02"]


@pytest.mark.parametrize("sunday", [date(2026, 3, 29), date(2026, 10, 25)])
def test_when_clocks_change_it_is_still_seven_on_the_next_morning(world: World, sunday: date) -> None:
    utc = {3: 5, 10: 6}[sunday.month]
    seven = datetime(sunday.year, sunday.month, sunday.day + 1, utc, tzinfo=UTC)
    assert make_in(world.program, seven - timedelta(minutes=1)) == 0
    assert make_in(world.program, seven) == 3


# --- who is told -----------------------------------------------------------------------------------------------------


def choose(user: User, choice: str) -> None:
    mail_choices.choose(user_id=user.pk, kind="standing", choice=choice)


def test_who_chose_never_gets_none(world: World) -> None:
    choose(world.reseller_owner, "off")
    assert make_in(world.program) == 2
    choose(world.reseller_owner, "weekly")
    assert make_in(world.program) == 0, "this week is told"
    assert make_in(world.program, MONDAY + WEEK) == 3


def test_who_chose_monthly_gets_the_mail_of_the_first_monday(world: World) -> None:
    choose(world.reseller_owner, "monthly")
    mondays = [MONDAY + place * WEEK for place in range(8)]  # 16 November to 4 January
    for monday in mondays:
        make_in(world.program, monday)
        make_in(world.program, monday + timedelta(days=1))
    suffix = f" program {world.program.pk} partner {world.reseller.pk}"
    assert made(recipient=world.reseller_owner) == [
        (f"2026-12{suffix}", "reseller_owner"), (f"2027-01{suffix}", "reseller_owner"),
    ]  # fmt: skip
    assert len(made(recipient=world.reseller_sales)) == 8


def test_a_missed_first_monday_is_made_up_within_its_week(world: World) -> None:
    choose(world.reseller_owner, "monthly")
    make_in(world.program, datetime(2026, 12, 10, 9, tzinfo=UTC))
    assert [period[:7] for period, _name in made(recipient=world.reseller_owner)] == ["2026-12"]


def test_a_technician_is_told_only_after_asking_for_it(world: World) -> None:
    make_in(world.program)
    assert not made(recipient=world.reseller_technician)
    choose(world.reseller_technician, "weekly")
    make_in(world.program, MONDAY + WEEK)
    assert len(made(recipient=world.reseller_technician)) == 1
    Member.objects.create(partner=world.reseller, user=world.reseller_technician, role=Member.Role.SALES)
    choose(world.reseller_technician, "off")
    make_in(world.program, MONDAY + 2 * WEEK)
    assert len(made(recipient=world.reseller_technician)) == 1


def test_a_person_with_two_roles_gets_one_mail_and_one_with_two_companies_gets_two(world: World) -> None:
    Member.objects.create(partner=world.reseller, user=world.reseller_owner, role=Member.Role.FINANCE)
    Member.objects.create(partner=world.rival, user=world.reseller_owner, role=Member.Role.OWNER)
    make_in(world.rival_program)
    assert len(made(recipient=world.reseller_owner)) == 2


def test_people_who_left_or_were_locked_out_are_not_written_to(world: World) -> None:
    Member.objects.filter(user=world.reseller_owner).update(left_on=TODAY)
    User.objects.filter(pk__in=[world.reseller_finance.pk, world.reseller_sales.pk]).update(is_active=False)
    assert make_in(world.program) == 0
    assert WeeklyStatus.objects.get(enrolment=world.enrolment).week == "2026W47"


# --- what is told about ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize("status", ["suspended", "ended", "applied"])
def test_only_active_enrolments_are_told_about(world: World, status: str) -> None:
    EnrolmentStatus.objects.filter(enrolment=world.enrolment).update(status=status)
    assert make_in(world.program) == 0


def test_who_is_enrolled_during_a_week_begins_with_the_next(world: World) -> None:
    partner = make_partner("Neuland GmbH", "NEW23456")
    member_of(partner, "newcomer", Member.Role.OWNER)
    enrol(partner, world.program, on=TODAY + timedelta(days=1))
    make_in(world.program, MONDAY + timedelta(days=2))
    assert "newcomer" not in {name for _period, name in made()}
    make_in(world.program, MONDAY + WEEK)
    assert "newcomer" in {name for _period, name in made()}


def test_a_program_that_does_not_run_says_nothing(world: World) -> None:
    world.program.ends_on = TODAY
    world.program.save()
    assert programs_on(TODAY) == [world.rival_program.pk]
    assert programs_on(TODAY - timedelta(days=1)) == [world.program.pk, world.rival_program.pk]


def test_a_program_without_terms_in_force_says_nothing(world: World) -> None:
    program = make_program(world.vendor, "plain", "Plain", ("registered",))
    enrol(world.reseller, program)
    assert make_in(program) == 0
    assert not WeeklyStatus.objects.filter(enrolment__program=program).exists()


def test_who_has_sold_nothing_is_told_what_can_be_earned(world: World) -> None:
    partner = make_partner("Anfang GmbH", "NEW23456")
    beginner = member_of(partner, "beginner", Member.Role.OWNER)
    enrol(partner, world.program)
    make_in(world.program)
    mail = mail_to(beginner, world.program)
    assert mail.subject == "Top-Seller Loyalty: €0.00 so far"
    assert "10 more units of “Topsellers” by 31 December: +€50.00" in mail.text


# --- one commit ------------------------------------------------------------------------------------------------------


def test_what_is_told_is_marked_in_the_commit_that_makes_the_mails(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    put_all = outbox.put_all

    def dies_afterwards(**values: object) -> None:
        put_all(**values)  # type: ignore[arg-type]
        raise KeyboardInterrupt

    monkeypatch.setattr(outbox, "put_all", dies_afterwards)
    with pytest.raises(KeyboardInterrupt), transaction.atomic():
        make_in(world.program)
    assert not OutboxMail.objects.exists()
    assert not WeeklyStatus.objects.exclude(week="").exists()
    monkeypatch.undo()
    assert make_in(world.program) == 3


def test_mails_that_are_there_already_stay_as_they_are(world: World) -> None:
    """As after a restore in which the outbox knows more than the mark."""
    make_in(world.program)
    before = list(OutboxMail.objects.order_by("pk").values_list("pk", "text"))
    WeeklyStatus.objects.update(week="2026W46", figures={})
    make_in(world.program)
    assert list(OutboxMail.objects.order_by("pk").values_list("pk", "text")) == before


def test_it_is_made_in_chunks(world: World) -> None:
    for number in range(5):
        partner = make_partner(f"Partner {number}", f"CHUNK{number}")
        member_of(partner, f"chunk_{number}", Member.Role.OWNER)
        enrol(partner, world.program, on=START)
    assert make_in(world.program, chunk=2) == 8
    assert set(WeeklyStatus.objects.filter(enrolment__program=world.program).values_list("week", flat=True)) == {
        "2026W47"
    }


def test_the_task_makes_what_is_due_and_nothing_in_a_pause(world: World) -> None:
    Pause.objects.create(paused_at=NOW, backup_at=NOW, backup_digest="0f" * 32)
    make_status_mails_of(world.program.pk)
    assert not made()
    Pause.objects.update(released_at=NOW, released_by=world.platform_admin, comment="Looked at.")
    make_status_mails_of(world.program.pk)
    assert len(made()) == 3


@pytest.mark.parametrize("chunk", [1, 2, 10])
def test_an_enrolment_whose_mail_cannot_be_made_keeps_nobody_else_from_theirs(world: World, chunk: int) -> None:
    """What the last mail said is kept as a document, which may be one that nobody can read any more."""
    for number in range(5):
        partner = make_partner(f"Other {number}", f"ABROAD{number}")
        enrol(partner, world.program)
        member_of(partner, f"owner_{number}", Member.Role.OWNER)
    make_in(world.program)
    unreadable: dict[str, object] = {"topseller-loyalty 2026Q4": {}}
    assert WeeklyStatus.objects.filter(enrolment=world.enrolment).update(figures=unreadable)
    assert make_in(world.program, MONDAY + WEEK, chunk=chunk) == 5
    assert make_in(world.program, MONDAY + WEEK, chunk=chunk) == 0
    WeeklyStatus.objects.filter(enrolment=world.enrolment).update(figures={})
    assert make_in(world.program, MONDAY + WEEK, chunk=chunk) == 3
