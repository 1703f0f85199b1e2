"""Enrolment and its dated histories: any past day can be asked, and nothing recorded is lost."""

from __future__ import annotations

from datetime import date

import pytest

from common.access import Actor
from partners import services
from partners.models import Enrolment, EnrolmentStatus, EnrolmentTier, Seat
from programs.models import Program, Tier
from tests.world import World, make_partner

JANUARY, MARCH, MAY, JULY = date(2026, 1, 1), date(2026, 3, 1), date(2026, 5, 1), date(2026, 7, 1)
SYSTEM = Actor.system()


def tier(enrolment: Enrolment, code: str) -> Tier:
    return Tier.objects.get(program=enrolment.program, code=code)


def tiers(enrolment: Enrolment) -> list[tuple[str, date, date | None]]:
    rows = EnrolmentTier.objects.filter(enrolment=enrolment).order_by("valid").select_related("tier")
    return [(row.tier.code, row.valid.lower, row.valid.upper) for row in rows]


def grade(enrolment: Enrolment, code: str, on: date) -> EnrolmentTier:
    return services.set_tier(enrolment=enrolment, tier=tier(enrolment, code), on=on, actor=SYSTEM)


def test_a_new_tier_ends_the_one_before_on_its_day(world: World) -> None:
    grade(world.enrolment, "gold", MARCH)
    assert tiers(world.enrolment) == [("silver", JANUARY, MARCH), ("gold", MARCH, None)]


def test_a_change_of_the_past_holds_until_the_next_recorded_change(world: World) -> None:
    grade(world.enrolment, "gold", MAY)
    grade(world.enrolment, "registered", MARCH)
    assert tiers(world.enrolment) == [("silver", JANUARY, MARCH), ("registered", MARCH, MAY), ("gold", MAY, None)]


def test_a_correction_on_the_same_day_replaces_the_entry_and_its_history_is_kept(world: World) -> None:
    grade(world.enrolment, "gold", MARCH)
    corrected = grade(world.enrolment, "registered", MARCH)
    assert tiers(world.enrolment) == [("silver", JANUARY, MARCH), ("registered", MARCH, None)]
    recorded = corrected.events.order_by("pgh_id").values_list("tier__code", flat=True)  # type: ignore[attr-defined]
    assert list(recorded) == ["gold", "registered"]


def test_the_same_tier_again_changes_nothing(world: World) -> None:
    grade(world.enrolment, "silver", MARCH)
    assert tiers(world.enrolment) == [("silver", JANUARY, None)]


def test_a_tier_can_be_given_before_the_first_one_that_is_recorded(world: World) -> None:
    enrolment = services.enrol(
        partner=make_partner("Neu GmbH", "9Z8Y7X6W"), program=world.program, on=JANUARY, actor=SYSTEM
    )
    grade(enrolment, "gold", MAY)
    grade(enrolment, "silver", MARCH)
    assert tiers(enrolment) == [("silver", MARCH, MAY), ("gold", MAY, None)]


def test_a_tier_of_another_program_is_refused(world: World) -> None:
    with pytest.raises(services.ForeignTier):
        services.set_tier(
            enrolment=world.enrolment, tier=tier(world.second_enrolment, "member"), on=MARCH, actor=SYSTEM
        )


def test_nothing_is_recorded_from_before_the_enrolment(world: World) -> None:
    with pytest.raises(services.BeforeEnrolment, match="1 Jan 2026"):
        grade(world.enrolment, "gold", date(2025, 12, 31))


def test_a_suspension_ends_when_the_partner_is_active_again(world: World) -> None:
    for status, on in (("suspended", MARCH), ("active", MAY), ("ended", JULY)):
        services.set_status(enrolment=world.enrolment, status=status, on=on, actor=SYSTEM)
    rows = EnrolmentStatus.objects.filter(enrolment=world.enrolment).order_by("valid")
    assert [(row.status, row.valid.lower, row.valid.upper) for row in rows] == [
        ("active", JANUARY, MARCH),
        ("suspended", MARCH, MAY),
        ("active", MAY, JULY),
        ("ended", JULY, None),
    ]


def test_an_enrolment_has_its_status_and_tier_from_the_first_day(world: World) -> None:
    gold = Tier.objects.get(program=world.program, code="gold")
    partner = make_partner("Neu GmbH", "9Z8Y7X6W")
    actor = Actor.of(world.channel_manager)
    made = services.enrol(partner=partner, program=world.program, on=MARCH, tier=gold, actor=actor)
    assert made.enrolled_on == MARCH
    assert tiers(made) == [("gold", MARCH, None)]
    assert EnrolmentStatus.objects.get(enrolment=made).status == "active"


def test_a_partner_is_enrolled_once(world: World) -> None:
    with pytest.raises(services.NotEnrollable, match="already"):
        services.enrol(partner=world.reseller, program=world.program, on=MARCH, actor=SYSTEM)


def test_a_country_is_opened_by_configuration_alone(world: World) -> None:
    partner = make_partner("Neu GmbH", "9Z8Y7X6W", country="AT")
    with pytest.raises(services.NotEnrollable, match="open to partners in DE"):
        services.enrol(partner=partner, program=world.program, on=MARCH, actor=SYSTEM)
    Program.objects.filter(pk=world.program.pk).update(countries=["DE", "AT"])
    world.program.refresh_from_db()
    assert services.enrol(partner=partner, program=world.program, on=MARCH, actor=SYSTEM).partner == partner


def test_the_country_is_the_one_of_the_day(world: World) -> None:
    Seat.objects.filter(partner=world.rival).update(valid=("2020-01-01", "2026-03-01"))
    Seat.objects.create(partner=world.rival, country="AT", valid=("2026-03-01", None))
    with pytest.raises(services.NotEnrollable):
        services.enrol(partner=world.rival, program=world.program, on=MARCH, actor=SYSTEM)
    services.enrol(partner=world.rival, program=world.program, on=JANUARY, actor=SYSTEM)


@pytest.mark.parametrize("on", [date(2025, 12, 31), date(2026, 10, 1)])
def test_nobody_is_enrolled_while_the_program_does_not_run(world: World, on: date) -> None:
    world.program.ends_on = date(2026, 10, 1)
    with pytest.raises(services.NotEnrollable, match="does not run"):
        services.enrol(partner=world.rival, program=world.program, on=on, actor=SYSTEM)


def test_two_agreements_never_hold_on_the_same_day(world: World) -> None:
    first = services.agree(enrolment=world.enrolment, start=MARCH, end=JULY, actor=SYSTEM, note="on paper")
    with pytest.raises(services.Overlapping):
        services.agree(enrolment=world.enrolment, start=MAY, actor=SYSTEM)
    second = services.agree(enrolment=world.enrolment, start=JULY, actor=SYSTEM)
    services.end_agreement(agreement=first, on=MAY, actor=SYSTEM)
    with pytest.raises(services.Overlapping):
        services.end_agreement(agreement=first, on=None, actor=SYSTEM)
    with pytest.raises(services.Overlapping, match="cannot end before"):
        services.end_agreement(agreement=second, on=JULY, actor=SYSTEM)
    first.refresh_from_db()
    assert (first.valid.lower, first.valid.upper) == (MARCH, MAY)


@pytest.mark.parametrize(
    "role", ["vendor_finance", "rival_channel_manager", "rival_vendor_admin", "reseller_owner", "reporter"]
)
def test_only_channel_managers_and_admins_of_the_vendor_decide(world: World, role: str) -> None:
    actor = Actor.of(getattr(world, role))
    silver = tier(world.enrolment, "silver")
    with pytest.raises(services.NotAllowed):
        services.enrol(partner=world.rival, program=world.program, on=MARCH, actor=actor)
    with pytest.raises(services.NotAllowed):
        services.set_tier(enrolment=world.enrolment, tier=silver, on=MARCH, actor=actor)
    with pytest.raises(services.NotAllowed):
        services.set_status(enrolment=world.enrolment, status="ended", on=MARCH, actor=actor)
    with pytest.raises(services.NotAllowed):
        services.agree(enrolment=world.enrolment, start=MARCH, actor=actor)
