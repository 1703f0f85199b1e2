"""Partners in programs: enrolling, and the dated histories of status, tier and individual agreements.

A history says what held on any day. A new entry holds from its day until the next entry that is recorded already; what
held before it ends on that day. Nothing else is touched, so corrections of the past and changes planned ahead are the
same call. Settled periods follow at the next closing, as an adjustment.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any, TypeVar

from django.db import models, transaction
from django.utils.translation import gettext as _

from common.access import CHANNEL_MANAGER, VENDOR, VENDOR_ADMIN, Actor
from common.dated import Dated, since
from common.errors import DomainError
from common.formats import date_short
from partners.models import Enrolment, EnrolmentStatus, EnrolmentTier, IndividualAgreement, Partner, Seat, TaxStatus
from programs.models import Program, Tier

Entry = TypeVar("Entry", bound=Dated)
Status = EnrolmentStatus.Status


class NotAllowed(DomainError):
    """The actor is neither channel manager nor admin of the vendor."""


class NotEnrollable(DomainError):
    """The program does not run on that day, is not open to the partner's country, or has the partner already."""


class BeforeEnrolment(DomainError):
    """The day lies before the partner was first enrolled."""


class ForeignTier(DomainError):
    """The tier is one of another program."""


class Overlapping(DomainError):
    """On some of the days another individual agreement holds already."""


@transaction.atomic
def enrol(
    *,
    partner: Partner,
    program: Program,
    on: date,
    actor: Actor,
    tier: Tier | None = None,
    status: str = Status.ACTIVE,
) -> Enrolment:
    """Take the partner into the program from `on`, with a status and, if it has one already, a tier.

    Raises NotAllowed, NotEnrollable, ForeignTier.
    """
    _require_vendor(actor, program)
    if on < program.starts_on or (program.ends_on is not None and on >= program.ends_on):
        raise NotEnrollable(_("%(program)s does not run on %(day)s.") % {"program": program, "day": date_short(on)})
    seat = Seat.objects.filter(partner=partner, valid__contains=on).first()
    if seat is None or seat.country not in program.countries:
        raise NotEnrollable(
            _("%(program)s is open to partners in %(countries)s; %(partner)s is registered in %(country)s.")
            % {
                "program": program,
                "countries": ", ".join(program.countries),
                "partner": partner,
                "country": seat.country if seat else "–",
            }
        )
    enrolment, made = Enrolment.objects.get_or_create(partner=partner, program=program, defaults={"enrolled_on": on})
    if not made:
        raise NotEnrollable(
            _("%(partner)s is enrolled in %(program)s already.") % {"partner": partner, "program": program}
        )
    EnrolmentStatus.objects.create(enrolment=enrolment, status=status, valid=since(on))
    if tier is not None:
        set_tier(enrolment=enrolment, tier=tier, on=on, actor=actor)
    return enrolment


@transaction.atomic
def set_tier(*, enrolment: Enrolment, tier: Tier, on: date, actor: Actor, reason: str = "") -> EnrolmentTier:
    """The enrolment has this tier from `on` until the next change that is recorded.

    Raises NotAllowed, ForeignTier, BeforeEnrolment.
    """
    _require_vendor(actor, enrolment.program)
    if tier.program_id != enrolment.program_id:
        raise ForeignTier(_("%(tier)s is no tier of %(program)s.") % {"tier": tier, "program": enrolment.program})
    return _record(EnrolmentTier, enrolment, on, tier=tier, reason=reason)


@transaction.atomic
def set_status(*, enrolment: Enrolment, status: str, on: date, actor: Actor) -> EnrolmentStatus:
    """The enrolment has this status from `on` until the next change that is recorded. Only active days earn rebates.

    Raises NotAllowed, BeforeEnrolment.
    """
    _require_vendor(actor, enrolment.program)
    return record_status(enrolment=enrolment, status=status, on=on)


@transaction.atomic
def record_status(*, enrolment: Enrolment, status: str, on: date) -> EnrolmentStatus:
    """`set_status` for whoever has checked that the actor may. Raises BeforeEnrolment."""
    return _record(EnrolmentStatus, enrolment, on, status=Status(status))


@transaction.atomic
def agree(
    *, enrolment: Enrolment, start: date, actor: Actor, end: date | None = None, note: str = ""
) -> IndividualAgreement:
    """Record an individual agreement for [start, end). Raises NotAllowed, BeforeEnrolment, Overlapping."""
    _require_vendor(actor, enrolment.program)
    _lock(enrolment, start)
    valid = since(start, end)
    _refuse_overlap(enrolment.agreements.filter(valid__overlap=valid))
    return IndividualAgreement.objects.create(enrolment=enrolment, valid=valid, note=note)


@transaction.atomic
def end_agreement(*, agreement: IndividualAgreement, on: date | None, actor: Actor) -> IndividualAgreement:
    """Let the agreement hold until before `on`; None: open-ended. Raises NotAllowed, BeforeEnrolment, Overlapping."""
    enrolment = agreement.enrolment
    _require_vendor(actor, enrolment.program)
    start = agreement.valid.lower
    _lock(enrolment, start)
    if on is not None and on <= start:
        raise Overlapping(_("The agreement starts on %(day)s and cannot end before.") % {"day": date_short(start)})
    valid = since(start, on)
    _refuse_overlap(enrolment.agreements.filter(valid__overlap=valid).exclude(pk=agreement.pk))
    agreement.valid = valid
    agreement.save(update_fields=["valid"])
    return agreement


@transaction.atomic
def record_seat(*, partner: Partner, country: str, on: date) -> Seat:
    """The company is registered in this country from `on` until the next change that is recorded."""
    Partner.objects.select_for_update(no_key=True).get(pk=partner.pk)
    return _enter(Seat, {"partner": partner}, on, country=country)


def record_tax_status(*, partner: Partner, status: str, on: date) -> TaxStatus:
    """The company is taxed like this from `on` until the next change that is recorded."""
    Partner.objects.select_for_update(no_key=True).get(pk=partner.pk)
    return _enter(TaxStatus, {"partner": partner}, on, status=status)


def _record(model: type[Entry], enrolment: Enrolment, on: date, **values: Any) -> Entry:
    """Enter `values` into the enrolment's history from `on`; see the module's word on histories."""
    _lock(enrolment, on)
    return _enter(model, {"enrolment": enrolment}, on, **values)


def _enter(model: type[Entry], owner: Mapping[str, Any], on: date, **values: Any) -> Entry:
    history = model._default_manager.filter(**owner)
    holding = history.filter(valid__contains=on).first()
    if holding is not None and all(getattr(holding, name) == value for name, value in values.items()):
        return holding
    if holding is not None and holding.valid.lower == on:
        for name, value in values.items():
            setattr(holding, name, value)
        holding.save(update_fields=list(values))
        return holding
    following = history.filter(valid__startswith__gt=on).order_by("valid").first()
    end = holding.valid.upper if holding is not None else following.valid.lower if following is not None else None
    if holding is not None:
        holding.valid = since(holding.valid.lower, on)
        holding.save(update_fields=["valid"])
    return model._default_manager.create(**owner, valid=since(on, end), **values)


def _lock(enrolment: Enrolment, on: date) -> None:
    """One change of an enrolment's histories at a time, and none from before it existed."""
    refuse_before(enrolment=Enrolment.objects.select_for_update().get(pk=enrolment.pk), on=on)


def refuse_before(*, enrolment: Enrolment, on: date) -> None:
    """Raises BeforeEnrolment."""
    if on < enrolment.enrolled_on:
        raise BeforeEnrolment(
            _("%(enrolment)s begins on %(day)s.") % {"enrolment": enrolment, "day": date_short(enrolment.enrolled_on)}
        )


def _refuse_overlap(others: models.QuerySet[IndividualAgreement]) -> None:
    if other := others.first():
        raise Overlapping(
            _("An individual agreement holds from %(day)s already.") % {"day": date_short(other.valid.lower)}
        )


def _require_vendor(actor: Actor, program: Program) -> None:
    if not (actor.sees_all or actor.has(VENDOR, program.vendor_id, CHANNEL_MANAGER, VENDOR_ADMIN)):
        raise NotAllowed(_("Only channel managers and admins of the vendor may do this."))
