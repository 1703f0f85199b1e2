"""Reminders 90, 30 and 7 days before a certificate expires, once each, to those it concerns."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from django.utils import timezone

from common.models import OutboxMail
from partners.models import EnrolmentStatus, Member
from tests.trainings.teaching import at, book, certified, planned, technician
from tests.world import TODAY, World
from trainings import mails, tasks
from trainings.certificates import validity
from trainings.models import Certificate, CertificateReminder, Training
from trainings.reminding import DAYS, remind_due

START = date(2026, 11, 16)


@pytest.fixture
def certificate(world: World, technical: Training) -> Certificate:
    return certified(technical, world.reseller_technician, world.reseller, START, world.channel_manager)


def remind(on: date) -> int:
    return remind_due(now=at(on, 6), today=on)


def before(certificate: Certificate, days: int) -> date:
    end: date = certificate.valid.upper
    return end - timedelta(days=days)


def told() -> list[tuple[str, str]]:
    mails_made = OutboxMail.objects.filter(kind__startswith="certificate-expiring").order_by("pk")
    return [(mail.recipient.email.split("@")[0], mail.period.split(" ", 2)[2]) for mail in mails_made if mail.recipient]


@pytest.mark.parametrize("days", DAYS)
def test_holder_and_owner_are_reminded_on_the_day_and_not_before(certificate: Certificate, days: int) -> None:
    for earlier in DAYS:
        if earlier > days:
            remind(before(certificate, earlier))
    OutboxMail.objects.all().delete()
    assert remind(before(certificate, days + 1)) == 0
    assert remind(before(certificate, days)) == 1
    assert told() == [("reseller_technician", f"{days} days"), ("reseller_owner", f"{days} days")]


def test_each_reminder_is_made_once_however_often_the_clock_ticks(certificate: Certificate) -> None:
    for day in range(100, -3, -1):
        for _tick in range(2):
            remind(before(certificate, day))
    assert [period for _who, period in told()] == ["90 days"] * 2 + ["30 days"] * 2 + ["7 days"] * 2
    assert CertificateReminder.objects.count() == 3


def test_after_weeks_without_a_tick_only_the_reminder_of_the_days_left_is_made(certificate: Certificate) -> None:
    remind(before(certificate, 20))
    assert {period for _who, period in told()} == {"30 days"}


def test_the_mail_says_until_when_and_offers_the_next_dates(
    world: World, technical: Training, certificate: Certificate
) -> None:
    planned(technical, world.channel_manager, before(certificate, 20))
    remind(before(certificate, 30))
    mail = OutboxMail.objects.get(kind=mails.EXPIRING)
    assert "Valid until: 15 November 2028" in mail.text
    assert "Next date: 27 Oct 2028, 09:00" in mail.text
    team = OutboxMail.objects.get(kind=mails.EXPIRING_IN_TEAM)
    assert team.subject == "The certificate of Reseller Technician expires: Technical training"


def test_whoever_has_a_seat_in_time_is_told_so_and_offered_no_other_date(
    world: World, technical: Training, certificate: Certificate
) -> None:
    day = before(certificate, 20)
    seat, _other = (planned(technical, world.channel_manager, day + timedelta(days=more)) for more in (0, 5))
    book(seat, world.reseller_technician, world.reseller, now=at(before(certificate, 60), 6))
    remind(before(certificate, 30))
    for kind in (mails.EXPIRING, mails.EXPIRING_IN_TEAM):
        text = OutboxMail.objects.get(kind=kind).text
        assert "Booked already: 27 Oct 2028, 09:00" in text
        assert "Next date" not in text
        assert "A seat is booked." in text


def test_a_seat_that_comes_too_late_leaves_other_dates_on_offer(
    world: World, technical: Training, certificate: Certificate
) -> None:
    planned(technical, world.channel_manager, before(certificate, 20))
    late = planned(technical, world.channel_manager, certificate.valid.upper + timedelta(days=5))
    book(late, world.reseller_technician, world.reseller, now=at(before(certificate, 60), 6))
    remind(before(certificate, 30))
    text = OutboxMail.objects.get(kind=mails.EXPIRING).text
    assert "Booked already: 21 Nov 2028" in text
    assert "Next date: 27 Oct 2028" in text


def test_an_owner_with_a_certificate_of_their_own_gets_one_mail(world: World, technical: Training) -> None:
    technician(world.reseller_owner, world.reseller)
    own = certified(technical, world.reseller_owner, world.reseller, START, world.channel_manager)
    remind(before(own, 7))
    assert told() == [("reseller_owner", "7 days")]


def test_whoever_holds_a_later_one_is_not_reminded(world: World, technical: Training, certificate: Certificate) -> None:
    certified(technical, world.reseller_technician, world.reseller, before(certificate, 40), world.channel_manager)
    assert remind(before(certificate, 30)) == 0


def test_a_later_one_that_was_revoked_renews_nothing(
    world: World, technical: Training, certificate: Certificate
) -> None:
    later = certified(
        technical, world.reseller_technician, world.reseller, before(certificate, 40), world.channel_manager
    )
    Certificate.objects.filter(pk=later.pk).update(
        revoked_on=before(certificate, 35), revoked_by=world.channel_manager, revoked_why="Forged"
    )
    assert remind(before(certificate, 30)) == 1


def test_nobody_is_reminded_of_a_revoked_one(world: World, certificate: Certificate) -> None:
    Certificate.objects.filter(pk=certificate.pk).update(
        revoked_on=TODAY, revoked_by=world.channel_manager, revoked_why="Forged"
    )
    assert remind(before(certificate, 30)) == 0


def test_nobody_is_reminded_once_the_holder_has_left(world: World, certificate: Certificate) -> None:
    Member.objects.filter(user=world.reseller_technician).update(left_on=before(certificate, 30))
    assert remind(before(certificate, 30)) == 0
    again = before(certificate, 12)
    Member.objects.create(partner=world.reseller, user=world.reseller_technician, role="technician", joined_on=again)
    assert remind(again) == 1


def test_the_company_the_holder_works_for_now_is_told(world: World, certificate: Certificate) -> None:
    """And not the one for which it was obtained."""
    Member.objects.filter(user=world.reseller_technician).update(left_on=TODAY)
    technician(world.reseller_technician, world.rival)
    world.rival_enrolment.program = world.program
    world.rival_enrolment.save()
    remind(before(certificate, 30))
    assert [who for who, _period in told()] == ["reseller_technician", "rival_owner"]


def test_where_no_company_takes_part_any_more_nobody_is_told(world: World, certificate: Certificate) -> None:
    EnrolmentStatus.objects.filter(enrolment=world.enrolment).update(status="ended")
    assert remind(before(certificate, 30)) == 0


def test_what_has_expired_is_not_reminded_of(certificate: Certificate) -> None:
    assert remind(before(certificate, 0)) == 0
    assert remind(before(certificate, -5)) == 0


def test_over_a_leap_day_the_days_are_counted_by_the_calendar(world: World, technical: Training) -> None:
    leap = certified(technical, world.reseller_technician, world.reseller, date(2028, 2, 29), world.channel_manager)
    assert leap.valid.upper == date(2030, 3, 1)
    remind(date(2030, 1, 29))
    assert told() == [("reseller_technician", "90 days"), ("reseller_owner", "90 days")]
    OutboxMail.objects.all().delete()
    remind(date(2030, 1, 30))
    assert {period for _who, period in told()} == {"30 days"}


def test_a_clock_set_back_makes_no_second_reminder(certificate: Certificate) -> None:
    remind(before(certificate, 7))
    OutboxMail.objects.all().delete()
    remind(before(certificate, 6))
    remind(before(certificate, 7))
    assert told() == []


def test_the_tick_reminds(world: World, technical: Training) -> None:
    ends_soon = timezone.localdate() - timedelta(days=365 * 2 - 3)
    certified(technical, world.reseller_technician, world.reseller, ends_soon, world.channel_manager)
    assert validity(technical, ends_soon).upper > TODAY
    tasks.look_after()
    assert {period for _who, period in told()} == {"7 days"}
