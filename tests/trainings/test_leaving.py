"""What becomes of seats and certificates when somebody leaves a company, or closes their account."""

from __future__ import annotations

from datetime import timedelta

from common import erasing, teams
from common.access import Actor
from common.models import User
from common.personal import gather
from partners import team
from tests import people
from tests.trainings.teaching import book, certified, close, hand_in
from tests.world import NOW, TODAY, World
from trainings import bookings
from trainings.models import Booking, Certificate, CertificateClaim, Training, TrainingDate
from trainings.selectors import held_certificates


def test_an_employee_who_leaves_and_comes_back_counts_again(world: World, technical: Training) -> None:
    """By the team's own services, whose roles end today: the certificate counts until the end of yesterday."""
    user = world.reseller_technician
    certified(technical, user, world.reseller, TODAY - timedelta(days=30), world.vendor_admin)
    owner = Actor.of(world.reseller_owner)
    assert len(held_certificates(trainings=[technical], on=TODAY)) == 1
    teams.remove(team.TEAM, organisation=world.reseller, user=user, actor=owner, now=NOW)
    assert held_certificates(trainings=[technical], on=TODAY) == []
    world.reseller.members.create(user=user, role="technician", joined_on=TODAY + timedelta(days=90))
    [again] = held_certificates(trainings=[technical], on=TODAY + timedelta(days=90))
    assert again.user_id == user.pk


def test_who_closes_their_account_gives_the_seat_back_and_the_file_is_forgotten(
    world: World, technical: Training, when: TrainingDate
) -> None:
    user = world.reseller_technician
    next_one = people.member_of(world.reseller, "next_one", "technician")
    TrainingDate.objects.filter(pk=when.pk).update(seats=1)
    booking, waiting = book(when, user, world.reseller), book(when, next_one, world.reseller)
    claim = hand_in(technical, world.reseller, user)
    erasing.anonymise(user=user, actor=Actor.of(user), now=NOW)
    bookings.release_left(now=NOW)
    assert [Booking.objects.get(pk=each.pk).state for each in (booking, waiting)] == ["cancelled", "booked"]
    kept = CertificateClaim.objects.get(pk=claim.pk)
    assert (kept.content, kept.file_name, kept.issuer) == (None, "", "Akademie")


def test_a_certificate_stays_without_the_name(world: World, when: TrainingDate) -> None:
    user = world.reseller_technician
    close(when, world.channel_manager, book(when, user, world.reseller))
    erasing.anonymise(user=user, actor=Actor.of(user), now=NOW)
    certificate = Certificate.objects.get()
    assert certificate.holder.name == "former user"


def test_a_person_gets_what_trainings_know_of_them(world: World, technical: Training, when: TrainingDate) -> None:
    user = world.reseller_technician
    close(when, world.channel_manager, book(when, user, world.reseller, world.reseller_owner))
    hand_in(technical, world.reseller, user)

    def known(of: User) -> dict[str, int]:
        return {key: len(rows) for key, rows in gather(user=of).items() if rows and key.split("-")[0] in SECTIONS}

    assert known(user) == {"trainings": 1, "certificates": 1, "claims": 1, "claims-handed-in": 1}
    assert known(world.reseller_owner) == {"trainings-booked": 1}
    assert known(world.channel_manager) == {"certificates-issued": 1}


SECTIONS = ("trainings", "certificates", "claims")
