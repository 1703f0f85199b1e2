"""A vendor takes a partner it knows into another of its programs: one click, and that program's questions."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client

from common.access import Actor
from common.models import OutboxMail, User
from partners import applications
from partners.applications import Act, Admission, NotAllowed, NotOpen
from partners.models import Application, Enrolment, EnrolmentStatus
from programs.models import Program
from tests.partners.applying import applied
from tests.rendering import words
from tests.sales.sending import at_once
from tests.world import NOW, TODAY, World, make_program

SignedIn = Callable[[User], Client]
DETAIL = "/vendor/lenovo/partners/2B3C4D5F/"
PAGE = f"{DETAIL}enrol/services/"
QUESTION = {"code": "staff", "de": "Wie viele Techniker?", "en": "How many technicians?", "required": True}


@pytest.fixture
def services(world: World) -> Program:
    return with_question(world)


def with_question(world: World) -> Program:
    program = make_program(world.vendor, "services", "Services", ("base", "pro"))
    Program.objects.filter(pk=program.pk).update(questions=[QUESTION])
    program.refresh_from_db()
    return program


def enrol(world: World, program: Program, *, by: User | None = None, **given: Any) -> Application:
    wanted = {"partner": world.reseller, "answers": {"staff": "3"}, "admission": Admission(TODAY), **given}
    return applications.enrol_known(
        program=program, act=Act(Actor.of(by or world.channel_manager), NOW, TODAY), **wanted
    )


def test_one_click_and_the_questions_enrol_a_known_partner(
    world: World, services: Program, signed_in: SignedIn
) -> None:
    client = signed_in(world.channel_manager)
    assert "Other programs of yours Services Enrol" in words(client.get(DETAIL).content.decode())
    page = client.get(PAGE)
    assert "How many technicians?" in words(page.content.decode())
    sent = {"services-staff": "3", "services-on": "2026-11-16"}
    tier = services.tiers.get(code="pro").pk
    assert client.post(PAGE, {**sent, "services-tier": tier, "services-staff": ""}).status_code == 422
    for _ in range(2):
        assert client.post(PAGE, {**sent, "services-tier": tier}).status_code == 302
    enrolment = Enrolment.objects.get(partner=world.reseller, program=services)
    assert (enrolment.enrolled_on, enrolment.tiers.get().tier.code) == (TODAY, "pro")
    application = Application.objects.get(program=services)
    assert (application.state, application.answers, application.participation_terms) == (
        "approved",
        {"staff": "3"},
        None,
    )
    assert OutboxMail.objects.get(kind="application-approved").recipient == world.reseller_owner
    assert "Other programs of yours" not in words(client.get(DETAIL).content.decode())
    own = signed_in(world.reseller_owner).get(f"/partner/2B3C4D5F/applications/{application.pk}/")
    assert own.status_code == 200


def test_who_takes_part_or_has_applied_is_not_enrolled_again(world: World, services: Program) -> None:
    waiting = applied(world.reseller, services, world.reseller_owner)
    with pytest.raises(NotOpen, match="has applied"):
        enrol(world, services)
    Application.objects.filter(pk=waiting.pk).update(state="refused")
    enrol(world, services)
    with pytest.raises(NotOpen, match="already"):
        enrol(world, services, answers={"staff": "4"})
    Enrolment.objects.get(program=services).statuses.update(status=EnrolmentStatus.Status.ENDED)
    enrol(world, services, answers={"staff": "4"})
    assert Application.objects.filter(program=services, state="approved").count() == 2


@pytest.mark.parametrize("role", ["vendor_finance", "rival_channel_manager", "reseller_owner", "platform_admin"])
def test_only_managers_and_admins_enrol(world: World, services: Program, role: str) -> None:
    with pytest.raises(NotAllowed):
        enrol(world, services, by=getattr(world, role))


def test_only_partners_of_the_vendor_are_enrolled(world: World, services: Program, signed_in: SignedIn) -> None:
    with pytest.raises(NotAllowed):
        enrol(world, services, partner=world.rival)
    client = signed_in(world.channel_manager)
    assert client.get("/vendor/lenovo/partners/6G7H8J9K/enrol/services/").status_code == 404
    assert client.get(f"{DETAIL}enrol/10hoch4/").status_code == 404


def test_clicked_twice_at_once_it_is_done_once(committed: World) -> None:
    program = with_question(committed)
    found = at_once(*[lambda: enrol(committed, program)] * 3)
    assert found == [Application.objects.get(program=program)] * 3
    assert OutboxMail.objects.filter(kind="application-approved").count() == 1
