"""Applications for tests: a company that nobody knows yet, and steps as people take them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from common.access import Actor
from common.models import User
from partners import registration
from partners.applications import Act, current_terms
from partners.models import AccessRequest, Application, ApplicationStep, CompanyChange, CompanyChangeAsked, Partner
from partners.registration import CompanyFacts, Wanted
from programs import services
from programs.models import ParticipationTerms, Program, Vendor
from tests import people
from tests.world import NOW, TODAY, World

NEWCOMER = CompanyFacts(
    name="Blaufuchs IT GmbH",
    street="Am Markt 1",
    postcode="10115",
    city="Berlin",
    country="DE",
    vat_id="DE136695976",
    website="https://blaufuchs.example",
)


def open_to_all(program: Program, **fields: Any) -> ParticipationTerms:
    """The program takes applications and has terms of participation."""
    Program.objects.filter(pk=program.pk).update(public=True, **fields)
    program.refresh_from_db()
    return services.publish_participation_terms(
        program=program, text_de="Die Teilnahme ist kostenlos.", text_en="Taking part is free.", now=NOW
    )


@dataclass(frozen=True)
class Newcomer:
    user: User
    partner: Partner
    application: Application


def newcomer(
    world: World, *, name: str = "newcomer", now: datetime = NOW, today: date = TODAY, **company: Any
) -> Newcomer:
    """A person has registered a company and applied for the vendor's program."""
    user = people.person(name)
    registration.remember(user=user, typed={}, now=now)
    partner = registration.register(
        user=user,
        company=CompanyFacts(**{**vars(NEWCOMER), **company}),
        wanted=[Wanted(world.program, {}, current_terms(world.program))],
        now=now,
        today=today,
    )
    return Newcomer(user, partner, partner.applications.get())


def act(user: User, application: Application | None = None, text: str = "", **changes: Any) -> Act:
    """What this person does after having read everything."""
    last = application.steps.latest("id").pk if application is not None else None
    return Act(Actor.of(user), **{"now": NOW, "today": TODAY, "text": text, "seen": last, **changes})


def applied(partner: Partner, program: Program, user: User) -> Application:
    """An undecided application, also of a company that takes part already."""
    application = Application.objects.create(
        partner=partner, program=program, applied_by=user, applied_at=NOW, since=NOW, due_on=TODAY
    )
    ApplicationStep.objects.create(application=application, step=ApplicationStep.Step.APPLIED, author=user, at=NOW)
    return application


def asks_for_access(partner: Partner, name: str) -> AccessRequest:
    return AccessRequest.objects.create(partner=partner, user=people.person(name), asked_at=NOW)


def asks_to_change(partner: Partner, user: User, *vendors: Vendor) -> CompanyChange:
    """An undecided change of a company's name, of which these vendors were asked."""
    change = CompanyChange.objects.create(
        partner=partner, name="Elbtal IT AG", country="DE", was_name=partner.name, was_country="DE",
        valid_from=TODAY, reason="We have a new name.", requested_by=user, requested_at=NOW,
    )  # fmt: skip
    for vendor in vendors:
        CompanyChangeAsked.objects.create(change=change, vendor=vendor, due_on=TODAY)
    return change
