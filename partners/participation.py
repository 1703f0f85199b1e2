"""Pausing and ending what a partner takes part in: by the vendor, and the end by the company itself.

What was earned until the day stays owed and is settled by the ordinary closings: only the status of days changes, and
the engine asks for the status of each sale's day. Whoever acts says up to which step they have read; if somebody acted
meanwhile, nothing happens and they are told. A double click finds its own step.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import TypeAlias

from django.db import transaction
from django.utils.translation import gettext as _

from common import outbox
from common.access import OWNER, PARTNER, VENDOR, Actor
from common.errors import DomainError
from common.formats import date_short
from common.models import User
from partners import life_mails as mails
from partners import services
from partners.models import Enrolment, EnrolmentStatus, Member, ParticipationStep
from programs.deciding import DECIDING_ROLES, deciders

Status: TypeAlias = EnrolmentStatus.Status
Step: TypeAlias = ParticipationStep.Step
CHANGES = {"suspend": Step.SUSPENDED, "resume": Step.RESUMED, "end": Step.ENDED}
"""By their words in addresses."""
BECOMES: Mapping[Step, Status] = {
    Step.SUSPENDED: Status.SUSPENDED,
    Step.RESUMED: Status.ACTIVE,
    Step.ENDED: Status.ENDED,
}
FROM: Mapping[Step, frozenset[str]] = {
    Step.SUSPENDED: frozenset({Status.ACTIVE}),
    Step.RESUMED: frozenset({Status.SUSPENDED}),
    Step.ENDED: frozenset({Status.ACTIVE, Status.SUSPENDED}),
}
"""The status on the day from which each step is possible."""


class NotAllowed(DomainError):
    """The actor is neither channel manager or admin of the vendor nor, for leaving, an owner of the company."""


class NotPossible(DomainError):
    """On that day the enrolment is not in a status from which this can be done."""


class InThePast(DomainError):
    """A company leaves today or later, not earlier."""


class MovedOn(DomainError):
    """Somebody else changed the participation meanwhile; nothing was done."""


@dataclass(frozen=True)
class Change:
    """What is to happen from which day, why, and the last step that whoever acts has read (None: there was none)."""

    step: Step
    on: date
    reason: str = ""
    seen: int | None = None


def last_step(enrolment: Enrolment) -> ParticipationStep | None:
    return enrolment.steps.select_related("author").order_by("-id").first()


def possible_steps(status: str | None) -> list[Step]:
    """What can be done with an enrolment in this status."""
    return [step for step, statuses in FROM.items() if status in statuses]


def change(*, enrolment: Enrolment, wanted: Change, actor: Actor, now: datetime) -> ParticipationStep:
    """The vendor suspends, resumes or ends an enrolment from any day since it began.

    Raises `NotAllowed`, `NotPossible`, `MovedOn`, and `services.BeforeEnrolment`.
    """
    if (
        actor.user_id is None
        or actor.scopes is not None
        or not actor.has(VENDOR, enrolment.program.vendor_id, *DECIDING_ROLES)
    ):
        raise NotAllowed(_("Only channel managers and admins of the vendor may do this."))
    return _take(enrolment, wanted, actor, now, by_partner=False)


def leave(*, enrolment: Enrolment, wanted: Change, actor: Actor, now: datetime, today: date) -> ParticipationStep:
    """The company ends its own enrolment, from today or later. Raises as `change`, and `InThePast`."""
    if (
        actor.user_id is None
        or actor.scopes is not None
        or not actor.has(PARTNER, enrolment.partner_id, OWNER)
        or wanted.step != Step.ENDED
    ):
        raise NotAllowed(_("Only owners of the company end what it takes part in."))
    if wanted.on < today:
        raise InThePast(_("Please choose today or a later day."))
    return _take(enrolment, wanted, actor, now, by_partner=True)


@transaction.atomic
def _take(enrolment: Enrolment, wanted: Change, actor: Actor, now: datetime, *, by_partner: bool) -> ParticipationStep:
    """Compare what was read with what is there, change the status, write it down, tell the other side."""
    assert actor.user_id is not None
    Enrolment.objects.select_for_update().get(pk=enrolment.pk)
    last = last_step(enrolment)
    same = (wanted.step, wanted.on, wanted.reason, actor.user_id)
    if last is not None and last.pk != wanted.seen:
        if (last.step, last.on, last.reason, last.author_id) == same:
            return last
        raise MovedOn(_("%(name)s has changed this meanwhile. Please look at it again.") % {"name": last.author.name})
    _set(enrolment, wanted)
    step = ParticipationStep.objects.create(
        enrolment=enrolment, step=wanted.step, on=wanted.on, reason=wanted.reason, author_id=actor.user_id, at=now,
        by_partner=by_partner,
    )  # fmt: skip
    _tell(step)
    return step


def _set(enrolment: Enrolment, wanted: Change) -> None:
    """The status from the day on. An end is an end: what was planned for later does not bring the partner back."""
    services.refuse_before(enrolment=enrolment, on=wanted.on)
    statuses = EnrolmentStatus.objects.filter(enrolment=enrolment)
    there = statuses.filter(valid__contains=wanted.on).first()
    if there is None or there.status not in FROM[wanted.step]:
        status = there.get_status_display() if there is not None else _("not active")
        text = _("On %(day)s the status is “%(status)s”, so this is not possible.")
        raise NotPossible(text % {"day": date_short(wanted.on), "status": status})
    services.record_status(enrolment=enrolment, status=BECOMES[wanted.step], on=wanted.on)
    if wanted.step == Step.ENDED:
        end(enrolment=enrolment, on=wanted.on)


def end(*, enrolment: Enrolment, on: date) -> None:
    """Ended from the day for good, for whoever has checked that the actor may. Raises `services.BeforeEnrolment`."""
    services.record_status(enrolment=enrolment, status=Status.ENDED, on=on)
    planned = EnrolmentStatus.objects.filter(enrolment=enrolment, valid__startswith__gt=on)
    for later in planned.exclude(status=Status.ENDED):
        services.record_status(enrolment=enrolment, status=Status.ENDED, on=later.valid.lower)


# --- telling ---------------------------------------------------------------------------------------------------------


def _tell(step: ParticipationStep) -> None:
    kind = mails.LEFT if step.by_partner else mails.OF_STEP[Step(step.step)]
    people = deciders(step.enrolment.program.vendor_id) if step.by_partner else owners(step.enrolment.partner_id)
    context = mails.participation_told(kind=kind, step=step)
    for person in people:
        outbox.put(kind=kind, period=f"participation step {step.pk}", recipient=person, context=context)


def owners(partner_id: int) -> list[User]:
    members = Member.objects.filter(partner=partner_id, left_on__isnull=True, role=Member.Role.OWNER)
    return list(User.objects.filter(pk__in=members.values("user_id"), is_active=True).order_by("pk"))
