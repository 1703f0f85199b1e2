"""Who was there gets a certificate, from the last day of the training."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest
from django.db import transaction
from django.db.utils import DatabaseError

from common.access import Actor
from common.models import OutboxMail
from tests import people
from tests.trainings.teaching import at, book, close, planned
from tests.world import NOW, TODAY, World
from trainings import attendance, bookings, mails, rights
from trainings.attendance import ListChanged, NotPlanned, TooEarly
from trainings.certificates import MovedOn, revoke
from trainings.models import Booking, Certificate, Training, TrainingDate


@pytest.fixture
def two(world: World, when: TrainingDate) -> tuple[Booking, Booking]:
    other = people.member_of(world.reseller, "other_technician", "technician")
    return book(when, world.reseller_technician, world.reseller), book(when, other, world.reseller)


def test_closing_the_list_issues_certificates_to_those_who_were_there(
    world: World, when: TrainingDate, two: tuple[Booking, Booking]
) -> None:
    there, absent = two
    waiting = book(when, people.member_of(world.reseller, "third", "technician"), world.reseller)
    [certificate] = close(when, world.channel_manager, there)
    assert certificate.holder == world.reseller_technician
    assert certificate.partner == world.reseller
    assert (certificate.valid.lower, certificate.valid.upper) == (date(2026, 12, 1), date(2028, 12, 1))
    states = {each.pk: Booking.objects.get(pk=each.pk).state for each in (there, absent, waiting)}
    assert states == {there.pk: "attended", absent.pk: "absent", waiting.pk: "cancelled"}
    when.refresh_from_db()
    assert when.state == TrainingDate.State.HELD
    mail = OutboxMail.objects.get(kind=mails.ISSUED)
    assert mail.recipient == world.reseller_technician
    assert "Valid until: 30 November 2028" in mail.text


def test_a_list_closed_on_the_first_day_certifies_from_the_last_one(
    world: World, when: TrainingDate, two: tuple[Booking, Booking]
) -> None:
    first_day = when.starts_at + timedelta(hours=8)
    [certificate] = close(when, world.channel_manager, two[0], now=first_day)
    assert not certificate.begun_by(first_day.date())
    assert certificate.begun_by(first_day.date() + timedelta(days=1))


def test_it_is_not_closed_before_the_training_begins(
    world: World, when: TrainingDate, two: tuple[Booking, Booking]
) -> None:
    with pytest.raises(TooEarly):
        close(when, world.channel_manager, two[0], now=when.starts_at - timedelta(days=1))


def test_it_is_closed_once(world: World, when: TrainingDate, two: tuple[Booking, Booking]) -> None:
    close(when, world.channel_manager, two[0])
    with pytest.raises(NotPlanned):
        close(when, world.vendor_admin, two[1])


def test_who_looked_at_another_list_looks_again(world: World, when: TrainingDate, two: tuple[Booking, Booking]) -> None:
    listed = [each.pk for each in two]
    bookings.cancel(booking=two[0], actor=Actor.of(world.channel_manager), now=NOW)
    with pytest.raises(ListChanged):
        attendance.close(
            training_date=when, listed=listed, attended=[two[1].pk], actor=Actor.of(world.channel_manager),
            now=when.ends_at, today=date(2026, 12, 1),
        )  # fmt: skip


def test_only_who_runs_the_vendors_trainings_closes_lists(
    world: World, when: TrainingDate, two: tuple[Booking, Booking]
) -> None:
    for stranger in (world.vendor_finance, world.rival_channel_manager, world.reseller_owner):
        with pytest.raises(rights.NotAllowed):
            close(when, stranger, two[0])


def test_somebody_marked_as_absent_may_have_been_there_after_all(
    world: World, when: TrainingDate, two: tuple[Booking, Booking]
) -> None:
    close(when, world.channel_manager)
    booking = Booking.objects.get(pk=two[0].pk)
    actor = Actor.of(world.channel_manager)
    certificate = attendance.was_there(booking=booking, actor=actor, now=when.ends_at)
    assert attendance.was_there(booking=booking, actor=actor, now=when.ends_at) == certificate
    with pytest.raises(rights.NotAllowed):
        attendance.was_there(booking=booking, actor=Actor.of(world.reseller_owner), now=when.ends_at)


def test_nobody_was_there_before_the_list_was_closed(world: World, two: tuple[Booking, Booking]) -> None:
    with pytest.raises(ListChanged):
        attendance.was_there(booking=two[0], actor=Actor.of(world.channel_manager), now=NOW)
    assert not Certificate.objects.exists()


def test_a_certificate_never_changes_but_is_revoked_once(
    world: World, when: TrainingDate, two: tuple[Booking, Booking]
) -> None:
    [certificate] = close(when, world.channel_manager, two[0])
    rows = Certificate.objects.filter(pk=certificate.pk)
    for change in ({"holder": world.rival_owner}, {"valid": (TODAY, None)}, {"partner": world.rival}):
        with pytest.raises(DatabaseError), transaction.atomic():
            rows.update(**change)
    with pytest.raises(DatabaseError), transaction.atomic():
        rows.delete()
    by: dict[str, Any] = {"on": TODAY, "actor": Actor.of(world.channel_manager), "now": NOW}
    revoke(certificate=certificate, reason="Somebody else sat there", **by)
    assert OutboxMail.objects.get(kind=mails.REVOKED).recipient == certificate.holder
    with pytest.raises(MovedOn):
        revoke(certificate=certificate, reason="Again", **by)
    with pytest.raises(DatabaseError), transaction.atomic():
        rows.update(revoked_on=None, revoked_by=None, revoked_why="")


def test_a_certificate_over_the_end_of_the_year(world: World, technical: Training) -> None:
    when = planned(technical, world.channel_manager, date(2026, 12, 30), ends_at=at(date(2026, 12, 31), 23))
    booking = book(when, world.reseller_technician, world.reseller)
    [certificate] = close(when, world.channel_manager, booking)
    assert (certificate.valid.lower, certificate.valid.upper) == (date(2026, 12, 31), date(2028, 12, 31))


def test_a_training_that_ends_after_midnight_in_utc_is_of_its_day_in_berlin(world: World, technical: Training) -> None:
    """At half past midnight in Berlin it is still the day before elsewhere."""
    night = at(date(2027, 1, 1), 0) + timedelta(minutes=30)
    when = planned(technical, world.channel_manager, date(2026, 12, 31), ends_at=night)
    booking = book(when, world.reseller_technician, world.reseller)
    [certificate] = close(when, world.channel_manager, booking)
    assert certificate.valid.lower == date(2027, 1, 1)
