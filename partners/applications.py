"""Applying for a program, and what the vendor does about it.

Each step is one commit: it is written down, the application moves, mails are made. Whoever acts says up to which step
they have read; if somebody acted meanwhile, nothing happens and they are told. So of two channel managers who decide
at once one wins, and a double click counts once. A company is enrolled when it is approved, not before.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.db import transaction
from django.db.models import QuerySet
from django.utils.translation import gettext as _

from common import outbox
from common.access import OWNER, PARTNER, VENDOR, Actor
from common.errors import DomainError
from common.formats import NOTHING
from common.models import User
from partners import application_mails as mails
from partners import services
from partners.models import (
    Application,
    ApplicationStep,
    Care,
    Enrolment,
    EnrolmentStatus,
    Member,
    Partner,
    Seat,
)
from programs.deciding import DECIDING_ROLES, deciders
from programs.models import Distributor, ParticipationTerms, Program, Tier, Vendor, VendorStaff
from programs.office_days import DECIDED_WITHIN, office_day_after

State, Step = Application.State, ApplicationStep.Step
FROM = {
    Step.REPLIED: (State.ASKED_BACK,),
    Step.WITHDRAWN: Application.UNDECIDED,
    Step.ASKED_BACK: (State.OPEN,),
    Step.APPROVED: Application.UNDECIDED,
    Step.REFUSED: Application.UNDECIDED,
}
"""In which states each step may be taken."""


class NotAllowed(DomainError):
    """The actor is neither an owner of the company nor, for decisions, channel manager or admin of the vendor."""


class NotOpen(DomainError):
    """The program takes no applications, not from this country, or has the company already."""


class NotAnswered(DomainError):
    """A question of the program that must be answered is not."""


class NotAccepted(DomainError):
    """The terms of participation were not accepted as they read now."""


class MovedOn(DomainError):
    """Somebody else wrote or decided meanwhile; nothing was done."""


@dataclass(frozen=True)
class Act:
    """Who acts, when, and what they write; `seen`: the last step they have read."""

    actor: Actor
    now: datetime
    today: date
    text: str = ""
    seen: int | None = None


@dataclass(frozen=True)
class Admission:
    """As what a company is taken in: from which day, in which tier, looked after by whom."""

    on: date
    tier: Tier | None = None
    manager: User | None = None
    distributor: Distributor | None = None


def current_terms(program: Program) -> ParticipationTerms | None:
    """What an applicant agrees to now; None: the program has no terms of participation."""
    return ParticipationTerms.objects.filter(program=program).order_by("-version").first()


# --- applying --------------------------------------------------------------------------------------------------------


@transaction.atomic
def apply(
    *, partner: Partner, program: Program, answers: Mapping[str, str], accepted: ParticipationTerms | None, act: Act
) -> Application:
    """Apply for a program. While an application is undecided, applying again is that one.

    Raises `NotAllowed`, `NotOpen`, `NotAnswered`, `NotAccepted`.
    """
    _check_owner(act.actor, partner)
    # One application of a company at a time: a double click finds the first one.
    Partner.objects.select_for_update(no_key=True).get(pk=partner.pk)
    undecided = Application.objects.filter(partner=partner, program=program, state__in=Application.UNDECIDED)
    if (there := undecided.first()) is not None:
        return there
    check_open(partner=partner, program=program, today=act.today)
    if accepted != current_terms(program):
        raise NotAccepted(_("Please read and accept the terms of participation as they are now."))
    application = Application.objects.create(
        partner=partner,
        program=program,
        answers=_answers(program, answers),
        participation_terms=accepted,
        applied_by_id=_person(act.actor),
        applied_at=act.now,
        since=act.now,
        due_on=office_day_after(program.vendor, act.today, DECIDED_WITHIN),
    )
    _tell(application, _write(application, Step.APPLIED, act))
    return application


def check_open(*, partner: Partner, program: Program, today: date) -> None:
    """Whether the company can apply for the program today. Raises `NotOpen`."""
    names = {"program": program.name}
    if not Program.objects.taking_applications(day=today).filter(pk=program.pk).exists():
        raise NotOpen(_("%(program)s takes no applications at present.") % names)
    status = EnrolmentStatus.objects.filter(
        enrolment__partner=partner, enrolment__program=program, valid__contains=today
    ).first()
    if status is not None and status.status != EnrolmentStatus.Status.ENDED:
        raise NotOpen(_("You take part in %(program)s already.") % names)
    seat = Seat.objects.filter(partner=partner, valid__contains=today).first()
    if seat is None or seat.country not in program.countries:
        countries = ", ".join(program.countries)
        raise NotOpen(_("%(program)s is open to companies in %(countries)s.") % {**names, "countries": countries})


def _answers(program: Program, given: Mapping[str, str]) -> dict[str, str]:
    """What was answered to the program's questions."""
    answers = {question["code"]: given.get(question["code"], "").strip() for question in program.questions}
    if any(question.get("required") and not answers[question["code"]] for question in program.questions):
        raise NotAnswered(_("Please answer every question that is not marked as optional."))
    return answers


def reply(*, application: Application, act: Act) -> ApplicationStep:
    """The applicant answers what the vendor asked back; the clock starts anew. Raises `NotAllowed`, `MovedOn`."""
    _check_owner(act.actor, application.partner)
    due = office_day_after(application.program.vendor, act.today, DECIDED_WITHIN)
    return _move(application, Step.REPLIED, act, to=State.OPEN, due_on=due)


def withdraw(*, application: Application, act: Act) -> ApplicationStep:
    """The applicant no longer wants to take part. Raises `NotAllowed`, `MovedOn`."""
    _check_owner(act.actor, application.partner)
    return _move(application, Step.WITHDRAWN, act, to=State.WITHDRAWN)


def note_changes(*, partner: Partner, changes: Iterable[tuple[str, str]], author_id: int, now: datetime) -> None:
    """The company has changed what it says of itself (old and new): who decides about it must not miss that.

    Call in the transaction of the change. With nothing changed, or nothing undecided, nothing happens.
    """
    text = "\n".join(f"{old or NOTHING} → {new or NOTHING}" for old, new in changes if old != new)
    undecided = Application.objects.filter(partner=partner, state__in=Application.UNDECIDED)
    if not text:
        return
    for application in undecided.select_for_update().order_by("pk"):
        ApplicationStep.objects.create(
            application=application, step=Step.CHANGED, author_id=author_id, at=now, text=text
        )


# --- deciding --------------------------------------------------------------------------------------------------------


def ask_back(*, application: Application, act: Act) -> ApplicationStep:
    """The vendor needs to know more; until the applicant replies, its clock stands still. Raises as `refuse`."""
    _check_staff(act.actor, application)
    return _move(application, Step.ASKED_BACK, act, to=State.ASKED_BACK)


def refuse(*, application: Application, act: Act) -> ApplicationStep:
    """The vendor does not take the company in and says why. Raises `NotAllowed`, `MovedOn`."""
    _check_staff(act.actor, application)
    return _move(application, Step.REFUSED, act, to=State.REFUSED)


@transaction.atomic
def approve(*, application: Application, admission: Admission, act: Act) -> ApplicationStep:
    """The company takes part from `admission.on`. Without a tier it gets the lowest.

    Raises `NotAllowed`, `MovedOn`, and what `partners.services.enrol` does.
    """
    _check_staff(act.actor, application)
    step = _move(application, Step.APPROVED, act, to=State.APPROVED)
    if step.author_id != act.actor.user_id or step.at != act.now:
        return step
    _take_in(application, admission, act.actor)
    assign(
        partner=application.partner,
        vendor=application.program.vendor,
        manager=admission.manager,
        distributor=admission.distributor,
        actor=act.actor,
    )
    return step


@transaction.atomic
def enrol_known(
    *, partner: Partner, program: Program, answers: Mapping[str, str], admission: Admission, act: Act
) -> Application:
    """The vendor takes a company that is its partner already into another of its programs, with what that one asks.

    Its owners get the mail of an approval. Sent twice it is done once. Raises `NotAllowed`, `NotOpen`, `NotAnswered`,
    and what `partners.services.enrol` does.
    """
    vendor = program.vendor
    known = Enrolment.objects.filter(partner=partner, program__vendor=vendor).exists()
    if not (known and act.actor.has(VENDOR, vendor.pk, *DECIDING_ROLES)):
        raise NotAllowed(_("Only channel managers and admins of the vendor may do this."))
    Partner.objects.select_for_update(no_key=True).get(pk=partner.pk)
    given = _answers(program, answers)
    names = {"partner": partner.name, "program": program.name}
    latest = Application.objects.filter(partner=partner, program=program).order_by("-id").first()
    if latest is not None and latest.state in Application.UNDECIDED:
        raise NotOpen(_("%(partner)s has applied for %(program)s. Please decide about the application.") % names)
    status = EnrolmentStatus.objects.filter(
        enrolment__partner=partner, enrolment__program=program, valid__contains=admission.on
    ).first()
    if status is not None and status.status != EnrolmentStatus.Status.ENDED:
        if latest is not None and (latest.applied_by_id, latest.answers) == (act.actor.user_id, given):
            return latest
        raise NotOpen(_("%(partner)s takes part in %(program)s already.") % names)
    application = Application.objects.create(
        partner=partner, program=program, answers=given, state=State.APPROVED, applied_by_id=_person(act.actor),
        applied_at=act.now, since=act.now, due_on=act.today,
    )  # fmt: skip
    step = _write(application, Step.APPROVED, act)
    _take_in(application, admission, act.actor)
    _tell(application, step)
    return application


def _take_in(application: Application, admission: Admission, actor: Actor) -> None:
    partner, program, on = application.partner, application.program, admission.on
    tier = admission.tier or Tier.objects.filter(program=program).order_by("rank").first()
    enrolment = Enrolment.objects.filter(partner=partner, program=program).first()
    if enrolment is None:
        services.enrol(partner=partner, program=program, on=on, actor=actor, tier=tier)
        return
    # It took part before: its histories go on.
    services.set_status(enrolment=enrolment, status=EnrolmentStatus.Status.ACTIVE, on=on, actor=actor)
    if tier is not None:
        services.set_tier(enrolment=enrolment, tier=tier, on=on, actor=actor)


def assign(
    *, partner: Partner, vendor: Vendor, manager: User | None, distributor: Distributor | None, actor: Actor
) -> Care:
    """Who looks after the partner for the vendor: a channel manager and, for small ones, a distributor.

    Raises `NotAllowed`; a manager who is not on the vendor's staff is refused with it.
    """
    if not actor.has(VENDOR, vendor.pk, *DECIDING_ROLES):
        raise NotAllowed(_("Only channel managers and admins of the vendor may do this."))
    if manager is not None and not VendorStaff.objects.filter(vendor=vendor, user=manager).exists():
        raise NotAllowed(_("%(name)s does not work for %(vendor)s.") % {"name": manager.name, "vendor": vendor.name})
    care, _made = Care.objects.update_or_create(
        partner=partner, vendor=vendor, defaults={"manager": manager, "distributor": distributor}
    )
    return care


def may_decide(actor: Actor, application: Application) -> bool:
    return actor.has(VENDOR, application.program.vendor_id, *DECIDING_ROLES)


# --- what every step does --------------------------------------------------------------------------------------------


@transaction.atomic
def _move(application: Application, step: ApplicationStep.Step, act: Act, *, to: str, **values: Any) -> ApplicationStep:
    """Compare what was read with what is there, write the step down, set the state, tell whom it concerns."""
    current = Application.objects.select_for_update(of=("self",)).get(pk=application.pk)
    last = current.steps.select_related("author").latest("id")
    if (last.step, last.author_id, last.text) == (step, act.actor.user_id, act.text):
        return last
    if last.pk != act.seen or current.state not in FROM[step]:
        raise MovedOn(_meanwhile(last))
    written = _write(application, step, act)
    Application.objects.filter(pk=application.pk, state=current.state).update(state=to, since=act.now, **values)
    application.refresh_from_db(fields=["state", "since", "due_on"])
    _tell(application, written)
    return written


def _write(application: Application, step: ApplicationStep.Step, act: Act) -> ApplicationStep:
    return ApplicationStep.objects.create(
        application=application, step=step, author_id=_person(act.actor), at=act.now, text=act.text
    )


def _meanwhile(last: ApplicationStep) -> str:
    name = {"name": last.author.name}
    sentences = {
        Step.APPROVED: _("%(name)s has approved this application meanwhile."),
        Step.REFUSED: _("%(name)s has refused this application meanwhile."),
        Step.WITHDRAWN: _("%(name)s has withdrawn this application meanwhile."),
        Step.CHANGED: _("%(name)s has changed the company’s data meanwhile. Please look at them, then act again."),
    }
    text = sentences.get(Step(last.step)) or _("%(name)s has written meanwhile. Please read it, then act again.")
    return text % name


def _person(actor: Actor) -> int:
    if actor.user_id is None:
        raise NotAllowed(_("Only a person can apply or decide."))
    return actor.user_id


def _check_owner(actor: Actor, partner: Partner) -> None:
    if not actor.has(PARTNER, partner.pk, OWNER):
        raise NotAllowed(_("Only owners of the company apply for programs."))


def _check_staff(actor: Actor, application: Application) -> None:
    if not may_decide(actor, application):
        raise NotAllowed(_("Only channel managers and admins of the vendor may do this."))


# --- telling ---------------------------------------------------------------------------------------------------------

_TO_APPLICANT = {
    Step.APPLIED: mails.RECEIVED,
    Step.ASKED_BACK: mails.ASKED_BACK,
    Step.APPROVED: mails.APPROVED,
    Step.REFUSED: mails.REFUSED,
}
_TO_VENDOR = {Step.APPLIED: mails.NEW, Step.REPLIED: mails.REPLIED}


def _tell(application: Application, step: ApplicationStep) -> None:
    for kinds, people in ((_TO_APPLICANT, _applicants), (_TO_VENDOR, _deciders)):
        kind = kinds.get(Step(step.step))
        if kind is None:
            continue
        context = mails.told(kind=kind, application=application, text=step.text)
        for person in people(application):
            outbox.put(kind=kind, period=f"application step {step.pk}", recipient=person, context=context)


def _applicants(application: Application) -> list[User]:
    """Who applied; once that person has left the company, its owners."""
    members = Member.objects.filter(partner=application.partner, left_on__isnull=True, user__is_active=True)
    applicant = members.filter(user=application.applied_by_id)
    return _people(applicant if applicant.exists() else members.filter(role=Member.Role.OWNER))


def _deciders(application: Application) -> list[User]:
    return deciders(application.program.vendor_id)


def _people(rows: QuerySet[Any]) -> list[User]:
    return list(User.objects.filter(pk__in=rows.values("user_id")).order_by("pk"))
