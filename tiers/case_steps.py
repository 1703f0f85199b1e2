"""Writing a case study, handing it in, and the vendor's answer.

Each step is one commit. Whoever acts says which version they have read; if somebody changed it meanwhile, nothing
happens and they are told. So of two people who write or answer at once one wins, and a double click counts once.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.db import transaction
from django.db.models import F
from django.utils.translation import gettext as _

from common import outbox
from common.access import OWNER, PARTNER, SALES, TECHNICIAN, VENDOR, Actor
from common.errors import DomainError
from common.models import User
from common.proofs import Proof
from partners.models import Enrolment, EnrolmentStatus, Member
from programs.deciding import DECIDING_ROLES, deciders
from programs.office_days import office_day_after
from tiers import case_mails
from tiers.models import CaseStudy, CaseStudyFile, CaseStudyStep

State, Step = CaseStudy.State, CaseStudyStep.Step
WRITING_ROLES = (OWNER, SALES, TECHNICIAN)
ANSWERED_WITHIN = 5
"""Days of its office a vendor has to read a case study."""
MOST_FILES = 5
MOST_OPEN = 20
"""Case studies of one partner in one program that may be unanswered at once, drafts among them."""


class NotAllowed(DomainError):
    """The actor's role neither writes nor answers case studies."""


class NotPossible(DomainError):
    """The company takes no part in the program, has too many unanswered or too many files, or the text is missing."""


class MovedOn(DomainError):
    """Somebody else wrote, handed in or answered meanwhile; nothing was done."""


@dataclass(frozen=True)
class Written:
    """What the partner wrote. `proof`: one more file; `hand_in`: the vendor is to read it now."""

    title: str
    customer: str = ""
    text: str = ""
    consent: bool = False
    proof: Proof | None = None
    hand_in: bool = False

    def fields(self) -> dict[str, Any]:
        return {name: getattr(self, name) for name in ("title", "customer", "text", "consent")}


# --- the partner -----------------------------------------------------------------------------------------------------


@transaction.atomic
def begin(*, enrolment: Enrolment, written: Written, actor: Actor, today: date, now: datetime) -> CaseStudy:
    """A new case study; the same once more is the first one. Raises NotAllowed, NotPossible."""
    person = _writer(actor, enrolment)
    # One of a partner at a time: a double click finds the first one, and the limit holds.
    Enrolment.objects.select_for_update(no_key=True).get(pk=enrolment.pk)
    unanswered = CaseStudy.objects.filter(enrolment=enrolment).exclude(state=State.ACCEPTED)
    if (same := unanswered.filter(written_by=person, **written.fields()).first()) is not None:
        return same
    _check_taking_part(enrolment, today)
    if unanswered.count() >= MOST_OPEN:
        text = _("%(count)s case studies are not accepted yet. Please finish one of them first.")
        raise NotPossible(text % {"count": MOST_OPEN})
    study = CaseStudy.objects.create(enrolment=enrolment, written_by_id=person, since=now, **written.fields())
    return _take(study, written, person, today, now)


@transaction.atomic
def rewrite(*, study: CaseStudy, written: Written, seen: int, actor: Actor, today: date, now: datetime) -> CaseStudy:
    """What is a draft, or was returned, is written anew. Raises NotAllowed, NotPossible, MovedOn."""
    person = _writer(actor, study.enrolment)
    done_as = (State.SUBMITTED,) if written.hand_in else CaseStudy.WRITABLE
    if (done := _changed(study, seen, CaseStudy.WRITABLE, done_as=done_as, **written.fields())) is not None:
        return done
    return _take(study, written, person, today, now)


def _take(study: CaseStudy, written: Written, person: int, today: date, now: datetime) -> CaseStudy:
    """Add the file, and hand in where that is wanted; in the transaction that holds the case study."""
    if (proof := written.proof) is not None and not study.files.filter(sha256=proof.sha256).exists():
        if study.files.count() >= MOST_FILES:
            raise NotPossible(_("There are %(count)s files already; please remove one first.") % {"count": MOST_FILES})
        CaseStudyFile.objects.create(
            case_study=study, file_name=proof.file_name, content=proof.content, sha256=proof.sha256
        )
    if written.hand_in:
        if not written.text.strip():
            raise NotPossible(_("Please write the text before you hand in the case study."))
        _check_taking_part(study.enrolment, today)
        due_on = office_day_after(study.enrolment.program.vendor, today, ANSWERED_WITHIN)
        values = {"state": State.SUBMITTED, "since": now, "submitted_at": now, "due_on": due_on}
        CaseStudy.objects.filter(pk=study.pk).update(**values)
        _step(study, Step.SUBMITTED, person, "", now)
    study.refresh_from_db()
    return study


@transaction.atomic
def remove_file(*, file: CaseStudyFile, actor: Actor) -> None:
    """Raises NotAllowed, MovedOn."""
    study = CaseStudy.objects.select_for_update(of=("self",)).get(pk=file.case_study_id)
    _writer(actor, study.enrolment)
    if not study.writable:
        raise MovedOn(_meanwhile(study))
    CaseStudyFile.objects.filter(pk=file.pk).delete()


@transaction.atomic
def discard(*, study: CaseStudy, seen: int, actor: Actor) -> None:
    """Throw away what was never handed in. Raises NotAllowed, MovedOn."""
    _writer(actor, study.enrolment)
    draft = CaseStudy.objects.select_for_update(of=("self",)).filter(pk=study.pk, submitted_at=None, version=seen)
    if draft.first() is None:
        raise MovedOn(_("Somebody has changed this case study meanwhile. Please look at it once more."))
    CaseStudyFile.objects.filter(case_study=study).delete()
    CaseStudy.objects.filter(pk=study.pk).delete()


@transaction.atomic
def set_consent(*, study: CaseStudy, consent: bool, actor: Actor) -> None:
    """Whether an accepted one may be published; it may be taken back at any time. Raises NotAllowed, MovedOn."""
    _writer(actor, study.enrolment)
    accepted = CaseStudy.objects.filter(pk=study.pk, state=State.ACCEPTED)
    if not accepted.update(consent=consent, version=F("version") + 1):
        raise MovedOn(_("Somebody has changed this case study meanwhile. Please look at it once more."))


# --- the vendor ------------------------------------------------------------------------------------------------------


@transaction.atomic
def accept(*, study: CaseStudy, text: str, seen: int, actor: Actor, today: date, now: datetime) -> CaseStudy:
    """It counts from today and no longer changes. Raises NotAllowed, MovedOn."""
    values = {"state": State.ACCEPTED, "accepted_on": today}
    return _answer(study, Step.ACCEPTED, text, seen, actor, now, values)


@transaction.atomic
def send_back(*, study: CaseStudy, text: str, seen: int, actor: Actor, now: datetime) -> CaseStudy:
    """The partner is told what is missing, changes it and hands it in again. Raises NotAllowed, MovedOn."""
    return _answer(study, Step.RETURNED, text, seen, actor, now, {"state": State.RETURNED})


def _answer(
    study: CaseStudy,
    step: CaseStudyStep.Step,
    text: str,
    seen: int,
    actor: Actor,
    now: datetime,
    to: dict[str, Any],
) -> CaseStudy:
    if not may_answer(actor, study) or actor.user_id is None:
        raise NotAllowed(_("Only channel managers and admins of the vendor may do this."))
    values = {**to, "since": now, "due_on": None, "decided_by_id": actor.user_id}
    if (done := _changed(study, seen, (State.SUBMITTED,), done_as=(values["state"],), **values)) is not None:
        return done
    _step(study, step, actor.user_id, text, now)
    study.refresh_from_db()
    return study


def may_write(actor: Actor, enrolment: Enrolment) -> bool:
    return actor.scopes is None and actor.has(PARTNER, enrolment.partner_id, *WRITING_ROLES)


def may_answer(actor: Actor, study: CaseStudy) -> bool:
    return actor.scopes is None and actor.has(VENDOR, study.enrolment.program.vendor_id, *DECIDING_ROLES)


# --- what every step does --------------------------------------------------------------------------------------------


def _changed(
    study: CaseStudy, seen: int, states: tuple[CaseStudy.State, ...], *, done_as: Collection[str], **values: Any
) -> CaseStudy | None:
    """Change it where it is as it was seen. What a first click has done already is returned. Raises MovedOn."""
    as_seen = CaseStudy.objects.filter(pk=study.pk, version=seen, state__in=states)
    if as_seen.update(version=F("version") + 1, **values):
        return None
    current = CaseStudy.objects.select_related("enrolment__partner", "enrolment__program__vendor").get(pk=study.pk)
    same = all(getattr(current, name) == value for name, value in values.items() if name != "since")
    if same and current.version == seen + 1 and current.state in done_as:
        return current
    raise MovedOn(_meanwhile(current))


def _step(study: CaseStudy, step: CaseStudyStep.Step, person: int, text: str, now: datetime) -> None:
    made = CaseStudyStep.objects.create(case_study=study, step=step, author_id=person, text=text, at=now)
    study.refresh_from_db()
    context = case_mails.told(study=study, step=made)
    people = _partner_people(study) if made.of_vendor else deciders(study.enrolment.program.vendor_id)
    for each in people:
        outbox.put(kind=case_mails.KINDS[step], period=f"case study step {made.pk}", recipient=each, context=context)


def _partner_people(study: CaseStudy) -> list[User]:
    """Who wrote it; once that person has left the company, its owners."""
    members = Member.objects.filter(partner=study.enrolment.partner_id, left_on__isnull=True, user__is_active=True)
    writer = members.filter(user=study.written_by_id)
    rows = writer if writer.exists() else members.filter(role=Member.Role.OWNER)
    return list(User.objects.filter(pk__in=rows.values("user_id")).order_by("pk"))


def _writer(actor: Actor, enrolment: Enrolment) -> int:
    if not may_write(actor, enrolment) or actor.user_id is None:
        raise NotAllowed(_("Only owners, sales and technicians of the company write case studies."))
    return actor.user_id


def _check_taking_part(enrolment: Enrolment, today: date) -> None:
    active = EnrolmentStatus.Status.ACTIVE
    if not EnrolmentStatus.objects.filter(enrolment=enrolment, status=active, valid__contains=today).exists():
        raise NotPossible(_("Your company does not take part in %(program)s now.") % {"program": enrolment.program})


def _meanwhile(study: CaseStudy) -> str:
    if study.state == State.SUBMITTED:
        return _("This case study was handed in meanwhile. Please look at it once more.")
    if study.state == State.ACCEPTED:
        return _("This case study was accepted meanwhile.")
    return _("Somebody has changed this case study meanwhile. Please look at it once more.")
