"""Companies that have just applied in the demo: one in each state, one of them overdue, one registered already."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.utils import timezone

from common.access import Actor
from common.models import User
from partners import applications, registration
from partners.applications import Act, current_terms
from partners.models import ALPHABET, AccessRequest, Application, Partner
from partners.registration import CompanyFacts, Wanted
from portal.demo import accounts
from portal.demo.chance import chance
from programs.models import Program


@dataclass(frozen=True)
class Applicant:
    """`mail`: local part and domain of the person who registers it; `days`: how long ago."""

    company: CompanyFacts
    first_name: str
    last_name: str
    mail: str
    days: int
    then: Callable[[Application, User, datetime], None] | None = None


def ask_back(application: Application, manager: User, now: datetime) -> None:
    act = _act(manager, application, now, "Können Sie uns bitte Ihre Gewerbeanmeldung nennen?")
    applications.ask_back(application=application, act=act)


def refuse(application: Application, manager: User, now: datetime) -> None:
    act = _act(manager, application, now, "Wir nehmen nur Fachhändler auf, keine Endkunden.")
    applications.refuse(application=application, act=act)


APPLICANTS = (
    Applicant(
        CompanyFacts(
            "Blaufuchs IT GmbH", "Am Markt 1", "10115", "Berlin", "DE", "DE136695976", "https://blaufuchs.example"
        ),
        "Jana",
        "Kern",
        "kern@blaufuchs.example",
        days=0,
    ),
    Applicant(
        CompanyFacts("Nordwind Netzwerke OHG", "Deichstraße 9", "20459", "Hamburg", "DE"),
        "Ole",
        "Brandt",
        "brandt@nordwind.example",
        days=6,
    ),
    Applicant(
        CompanyFacts("Talblick Computer e. K.", "Bergweg 3", "79098", "Freiburg", "DE", phone="0761 5550100"),
        "Nina",
        "Vogel",
        "vogel@talblick.example",
        days=2,
        then=ask_back,
    ),
    Applicant(
        CompanyFacts("Privatkauf Müller", "Ring 12", "50667", "Köln", "DE"),
        "Max",
        "Müller",
        "mueller@privat.example",
        days=9,
        then=refuse,
    ),
)


def write(*, program: Program, like: Partner, owner: Partner, now: datetime) -> None:
    """`like`: a partner that one applicant probably is already. `owner`: whom somebody asks for access."""
    manager = accounts.manager_of(program.vendor)
    double = Applicant(
        CompanyFacts(f"{like.name}, Filiale", like.street, like.postcode, like.city, "DE", like.vat_id),
        "Paul",
        "Lang",
        f"lang@filiale-{like.number.lower()}.example",
        days=1,
    )
    for each in (*APPLICANTS, double):
        _apply(each, program, manager, now)
    asking = accounts.make("Tom", "Seidel", "seidel@mail.example")
    AccessRequest.objects.create(partner=owner, user=asking, asked_at=now - timedelta(hours=3))


def _apply(applicant: Applicant, program: Program, manager: User, now: datetime) -> None:
    then = now - timedelta(days=applicant.days, hours=1)
    user = accounts.make(applicant.first_name, applicant.last_name, applicant.mail)
    registration.remember(user=user, typed={}, now=then)
    answers = {question["code"]: "Netzwerke und Telefonie" for question in program.questions}
    wanted = Wanted(program, answers, current_terms(program))
    partner = registration.register(
        user=user,
        company=applicant.company,
        wanted=[wanted],
        now=then,
        today=timezone.localdate(then),
        # The same in every demo.
        number="".join(chance("number", applicant.mail).choices(ALPHABET, k=8)),
    )
    if applicant.then is not None:
        applicant.then(partner.applications.get(), manager, then + timedelta(hours=20))


def _act(user: User, application: Application, now: datetime, text: str) -> Act:
    seen = application.steps.latest("id").pk
    return Act(Actor.of(user), now, timezone.localdate(now), text, seen)
