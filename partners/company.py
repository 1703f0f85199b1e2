"""A company's own data. Where it can be reached changes at once; what money depends on, a vendor decides.

Of the vendors that are asked any may decide, and one does: the state moves by compare-and-set. A vendor with which the
company begins to take part while its change is open is asked as well. A company that takes part in nothing changes
everything at once.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.db import transaction
from django.db.models import Exists, OuterRef
from django.urls import reverse
from django.utils.translation import gettext as _

from common import outbox
from common.access import OWNER, PARTNER, VENDOR, Actor
from common.errors import DomainError
from common.formats import date_long
from common.models import User
from partners import applications, services
from partners import life_mails as mails
from partners.models import CompanyChange, CompanyChangeAsked, DataCheck, EnrolmentStatus, Partner, Seat
from programs.deciding import DECIDING_ROLES, deciders
from programs.models import Vendor
from programs.office_days import DECIDED_WITHIN, office_day_after

State = CompanyChange.State
CHECKED = ("street", "postcode", "city", "website", "phone")
"""What a vendor looks at before it takes a company in, besides what its papers say."""
TAKES_PART = (EnrolmentStatus.Status.ACTIVE, EnrolmentStatus.Status.SUSPENDED)


class NotAllowed(DomainError):
    """The actor is neither an owner of the company nor channel manager or admin of a vendor it takes part with."""


class NothingToChange(DomainError):
    """What is wanted is what stands there already."""


class TooEarly(DomainError):
    """Another country is written down from a later day on, so that the wanted one would not hold today."""


class OneAtATime(DomainError):
    """Another change of the company is not decided yet."""


class DecidedAlready(DomainError):
    """Somebody else decided or withdrew it meanwhile."""


@dataclass(frozen=True)
class Contact:
    """Where a company can be reached, and in which language. `time_zone`: empty for that of its country."""

    street: str
    postcode: str
    city: str
    website: str
    phone: str
    language: str
    time_zone: str = ""


@dataclass(frozen=True)
class Registered:
    """The company as its papers say. `country`: two letters."""

    name: str
    vat_id: str
    country: str


@dataclass(frozen=True)
class Wanted:
    """What is to be changed, the country from which day, why, and what proves it."""

    registered: Registered
    valid_from: date
    reason: str = ""
    proof: str = ""


def vendors_of(*, partner: Partner, today: date) -> list[Vendor]:
    """Vendors with which the company takes part today, active or suspended."""
    statuses = EnrolmentStatus.objects.filter(enrolment__partner=partner, status__in=TAKES_PART, valid__contains=today)
    return list(Vendor.objects.filter(pk__in=statuses.values("enrolment__program__vendor")).order_by("name"))


def registered(*, partner: Partner, day: date) -> Registered:
    seat = Seat.objects.filter(partner=partner, valid__contains=day).first()
    return Registered(partner.name, partner.vat_id, seat.country if seat is not None else "")


@transaction.atomic
def change_contact(*, partner: Partner, contact: Contact, actor: Actor, now: datetime) -> None:
    """Raises `NotAllowed`."""
    _check_owner(actor, partner)
    held = Partner.objects.select_for_update(no_key=True).get(pk=partner.pk)
    checked = [(getattr(held, name), getattr(contact, name)) for name in CHECKED]
    applications.note_changes(partner=held, changes=checked, author_id=_person(actor), now=now)
    for name, value in vars(contact).items():
        setattr(held, name, value)
    held.save(update_fields=list(vars(contact)))


def open_check(*, partner: Partner, actor: Actor) -> DataCheck | None:
    """What the owners of a company that a vendor has brought along are still asked: whether its data are right."""
    return DataCheck.objects.visible_to(actor).filter(partner=partner, confirmed_at__isnull=True).first()


@transaction.atomic
def confirm(*, partner: Partner, contact: Contact, actor: Actor, now: datetime) -> bool:
    """Write down where the company can be reached, and that the rest is right. False: somebody has said so before;
    then nothing is changed. Raises `NotAllowed`.
    """
    _check_owner(actor, partner)
    asked = DataCheck.objects.filter(partner=partner, confirmed_at__isnull=True)
    if not asked.update(confirmed_at=now, confirmed_by=actor.user_id):
        return False
    change_contact(partner=partner, contact=contact, actor=actor, now=now)
    return True


@transaction.atomic
def ask(*, partner: Partner, wanted: Wanted, actor: Actor, now: datetime, today: date) -> CompanyChange | None:
    """Ask the vendors for a change; None: the company takes part in nothing, so it is done.

    Sent twice it is asked once. Raises `NotAllowed`, `NothingToChange`, `TooEarly`, `OneAtATime`.
    """
    _check_owner(actor, partner)
    held = Partner.objects.select_for_update(no_key=True).get(pk=partner.pk)
    before = registered(partner=held, day=max(wanted.valid_from, today))
    undecided = CompanyChange.objects.filter(partner=partner, state=State.OPEN).first()
    if undecided is not None:
        if _wanted_by(undecided) == wanted and undecided.requested_by_id == actor.user_id:
            return undecided
        raise OneAtATime(_("Another change is not decided yet. You can withdraw it and ask again."))
    if wanted.registered == before:
        raise NothingToChange(_("This is what stands there already."))
    _check_day(held, before, wanted)
    vendors = vendors_of(partner=partner, today=today)
    if not vendors:
        _apply(held, before, wanted, by=_person(actor), now=now)
        return None
    change = CompanyChange.objects.create(
        partner=partner, **vars(wanted.registered), **{f"was_{name}": value for name, value in vars(before).items()},
        valid_from=wanted.valid_from, reason=wanted.reason, proof=wanted.proof, requested_by_id=_person(actor),
        requested_at=now,
    )  # fmt: skip
    for vendor in vendors:
        _ask_vendor(change, vendor, today)
    return change


def _check_day(partner: Partner, before: Registered, wanted: Wanted) -> None:
    """A country holds until the next that is written down: it has to be the last one."""
    later = Seat.objects.filter(partner=partner, valid__startswith__gt=wanted.valid_from).order_by("-valid").first()
    if wanted.registered.country != before.country and later is not None:
        text = _("%(country)s is written down from %(day)s on. Please choose this day or a later one.")
        raise TooEarly(text % {"country": later.country, "day": date_long(later.valid.lower)})


def ask_newcomers(*, today: date) -> int:
    """Ask vendors with which companies have begun to take part since they asked for an open change, however that came
    about: approved, brought along, merged, or planned ahead. Returns how many were asked.
    """
    takes_part = EnrolmentStatus.objects.filter(
        enrolment__partner=OuterRef("partner"), status__in=TAKES_PART, valid__contains=today
    )
    asked = CompanyChangeAsked.objects.filter(
        change=OuterRef(OuterRef("pk")), vendor=OuterRef("enrolment__program__vendor")
    )
    lacking = CompanyChange.objects.filter(Exists(takes_part.exclude(Exists(asked))), state=State.OPEN)
    count = 0
    for pk in lacking.order_by("pk").values_list("pk", flat=True):
        with transaction.atomic():
            # Whoever decides at this moment is waited for; then nobody is asked any more.
            change = CompanyChange.objects.select_for_update(of=("self",)).filter(pk=pk, state=State.OPEN).first()
            if change is None:
                continue
            known = set(change.asked.values_list("vendor_id", flat=True))
            for vendor in vendors_of(partner=change.partner, today=today):
                if vendor.pk not in known:
                    _ask_vendor(change, vendor, today)
                    count += 1
    return count


def _ask_vendor(change: CompanyChange, vendor: Vendor, today: date) -> None:
    due = office_day_after(vendor, today, DECIDED_WITHIN)
    CompanyChangeAsked.objects.create(change=change, vendor=vendor, due_on=due)
    _tell_vendor(change, vendor, mails.ASKED, text=change.reason, day=due)


def _wanted_by(change: CompanyChange) -> Wanted:
    return Wanted(
        Registered(change.name, change.vat_id, change.country), change.valid_from, change.reason, change.proof
    )


def may_decide(*, change: CompanyChange, vendor: Vendor, actor: Actor, today: date) -> bool:
    """Whether the actor decides for this vendor: it was asked, and the company still takes part with it."""
    asked = change.asked.filter(vendor=vendor).exists()
    held = actor.scopes is None and actor.has(VENDOR, vendor.pk, *DECIDING_ROLES)
    return asked and held and vendor in vendors_of(partner=change.partner, today=today)


@transaction.atomic
def decide(
    *, change: CompanyChange, vendor: Vendor, approve: bool, answer: str, actor: Actor, now: datetime, today: date
) -> CompanyChange:
    """One decision for all vendors. Raises `NotAllowed`, `DecidedAlready`."""
    if not may_decide(change=change, vendor=vendor, actor=actor, today=today):
        raise NotAllowed(_("Only channel managers and admins of a vendor with which the company takes part decide."))
    state = State.APPROVED if approve else State.REFUSED
    if not _move(change, to=state, actor=actor, now=now, decided_for=vendor, answer=answer):
        return change
    if approve:
        held = Partner.objects.select_for_update(no_key=True).get(pk=change.partner_id)
        before = Registered(change.was_name, change.was_vat_id, change.was_country)
        _apply(held, before, _wanted_by(change), by=change.requested_by_id, now=now)
    kind = mails.APPROVED if approve else mails.REFUSED
    url = reverse("partners:company", args=[change.partner.number])
    context = mails.told(kind=kind, values=_names(change, vendor), text=answer, url=url, vendor_id=vendor.pk)
    _put(change, kind, [change.requested_by], context)
    for asked in change.asked.exclude(vendor=vendor).select_related("vendor"):
        _tell_vendor(change, asked.vendor, mails.DECIDED, by=vendor)
    return change


@transaction.atomic
def withdraw(*, change: CompanyChange, actor: Actor, now: datetime) -> CompanyChange:
    """The company no longer wants it. Raises `NotAllowed`, `DecidedAlready`."""
    _check_owner(actor, change.partner)
    if _move(change, to=State.WITHDRAWN, actor=actor, now=now):
        for asked in change.asked.select_related("vendor"):
            _tell_vendor(change, asked.vendor, mails.WITHDRAWN)
    return change


def _move(
    change: CompanyChange, *, to: str, actor: Actor, now: datetime, decided_for: Vendor | None = None, answer: str = ""
) -> bool:
    """Compare and set. False: the same person did the same before. Raises `DecidedAlready`."""
    waiting = CompanyChange.objects.filter(pk=change.pk, state=State.OPEN)
    moved = waiting.update(
        state=to, decided_by_id=_person(actor), decided_at=now, decided_for=decided_for, answer=answer
    )
    change.refresh_from_db()
    if moved == 1:
        return True
    if change.state == to and change.decided_by_id == actor.user_id:
        return False
    assert change.decided_by is not None
    raise DecidedAlready(
        _("%(name)s has decided this meanwhile: %(state)s.")
        % {"name": change.decided_by.name, "state": change.get_state_display()}
    )


def _apply(held: Partner, before: Registered, wanted: Wanted, *, by: int, now: datetime) -> None:
    """Change what differs; what somebody else changed meanwhile stays. `by`: who wanted it."""
    changes = zip(vars(before).values(), vars(wanted.registered).values(), strict=True)
    applications.note_changes(partner=held, changes=changes, author_id=by, now=now)
    names = [name for name in ("name", "vat_id") if getattr(wanted.registered, name) != getattr(before, name)]
    for name in names:
        setattr(held, name, getattr(wanted.registered, name))
    if names:
        held.save(update_fields=names)
    if wanted.registered.country != before.country:
        services.record_seat(partner=held, country=wanted.registered.country, on=wanted.valid_from)


def _check_owner(actor: Actor, partner: Partner) -> None:
    if actor.scopes is not None or not actor.has(PARTNER, partner.pk, OWNER):
        raise NotAllowed(_("Only owners of the company change its data."))


def _person(actor: Actor) -> int:
    if actor.user_id is None:
        raise NotAllowed(_("Only a person can ask or decide."))
    return actor.user_id


# --- telling ---------------------------------------------------------------------------------------------------------


def _names(change: CompanyChange, vendor: Vendor) -> dict[str, str | date]:
    return {"partner": change.was_name, "vendor": vendor.name}


def _tell_vendor(
    change: CompanyChange,
    vendor: Vendor,
    kind: str,
    *,
    by: Vendor | None = None,
    text: str = "",
    day: date | None = None,
) -> None:
    values = _names(change, by or vendor)
    if day is not None:
        values["day"] = day
    url = reverse("partners:company-change", args=[vendor.slug, change.pk])
    context = mails.told(kind=kind, values=values, text=text, url=url, vendor_id=vendor.pk)
    _put(change, kind, deciders(vendor.pk), context)


def _put(change: CompanyChange, kind: str, people: Iterable[User], context: Mapping[str, Any]) -> None:
    for person in people:
        if person.is_active:
            outbox.put(kind=kind, period=f"company change {change.pk}", recipient=person, context=context)
