"""Who holds what, for all partners at once: current employees only, each person once."""

from __future__ import annotations

from datetime import date, timedelta

from django.db import connection
from django.test.utils import CaptureQueriesContext

from common.models import User
from partners.models import Member
from tests import people
from tests.trainings.teaching import certified, technician
from tests.world import TODAY, World
from trainings.models import Certificate, Training
from trainings.selectors import Held, held_certificates

YEAR_AGO = TODAY - timedelta(days=365)


def holds(world: World, technical: Training, user: User, start: date = YEAR_AGO) -> Certificate:
    return certified(technical, user, world.reseller, start, world.channel_manager)


def held(technical: Training, on: date = TODAY) -> list[Held]:
    return held_certificates(trainings=[technical], on=on)


def test_a_current_employee_counts_with_all_their_roles(world: World, technical: Training) -> None:
    technician(world.reseller_sales, world.reseller)
    certificate = holds(world, technical, world.reseller_sales)
    assert held(technical) == [
        Held(
            world.reseller.pk,
            world.reseller_sales.pk,
            frozenset({"sales", "technician"}),
            technical.pk,
            certificate.pk,
            certificate.valid.upper,
        )
    ]


def test_a_person_with_two_certificates_counts_once_with_the_one_that_holds_longest(
    world: World, technical: Training
) -> None:
    holds(world, technical, world.reseller_technician)
    longest = holds(world, technical, world.reseller_technician, TODAY)
    holds(world, technical, world.reseller_technician, TODAY - timedelta(days=30))
    assert [each.certificate_id for each in held(technical)] == [longest.pk]


def test_one_without_end_holds_longest(world: World, technical: Training) -> None:
    holds(world, technical, world.reseller_technician, TODAY)
    technical.validity_months = None
    endless = holds(world, technical, world.reseller_technician)
    assert [(each.certificate_id, each.valid_until) for each in held(technical)] == [(endless.pk, None)]


def test_whoever_has_left_counts_no_more_and_counts_again_when_they_are_back(world: World, technical: Training) -> None:
    holds(world, technical, world.reseller_technician)
    member = Member.objects.filter(user=world.reseller_technician)
    member.update(joined_on=YEAR_AGO, left_on=TODAY)
    assert held(technical) == []
    assert len(held(technical, TODAY - timedelta(days=1))) == 1
    Member.objects.create(
        partner=world.reseller, user=world.reseller_technician, role="sales", joined_on=TODAY + timedelta(days=2)
    )
    assert held(technical, TODAY + timedelta(days=1)) == []
    [again] = held(technical, TODAY + timedelta(days=2))
    assert again.roles == {"sales"}


def test_it_counts_for_the_company_a_person_goes_to(world: World, technical: Training) -> None:
    holds(world, technical, world.reseller_technician)
    technician(world.reseller_technician, world.rival)
    assert [each.partner_id for each in held(technical)] == [world.reseller.pk, world.rival.pk]
    only = held_certificates(trainings=[technical], on=TODAY, partners=[world.rival])
    assert [each.partner_id for each in only] == [world.rival.pk]


def test_a_certificate_dated_tomorrow_counts_from_tomorrow(world: World, technical: Training) -> None:
    holds(world, technical, world.reseller_technician, TODAY + timedelta(days=1))
    assert held(technical) == []
    assert len(held(technical, TODAY + timedelta(days=1))) == 1


def test_an_expired_or_revoked_one_does_not_count(world: World, technical: Training) -> None:
    certificate = holds(world, technical, world.reseller_technician)
    end = certificate.valid.upper
    assert len(held(technical, end - timedelta(days=1))) == 1
    assert held(technical, end) == []
    Certificate.objects.filter(pk=certificate.pk).update(
        revoked_on=TODAY, revoked_by=world.channel_manager, revoked_why="Forged"
    )
    assert held(technical) == []
    assert len(held(technical, TODAY - timedelta(days=1))) == 0, "nobody worked there then"


def test_the_queries_do_not_grow_with_the_partners(world: World, technical: Training) -> None:
    for number in range(5):
        holds(world, technical, people.member_of(world.rival, f"technician_{number}", "technician"))
    with CaptureQueriesContext(connection) as queries:
        assert len(held(technical)) == 5
    assert len(queries) == 2
