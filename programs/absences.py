"""When a vendor's people are away, and who stands in for them: entered, listed, ended early."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta

from django.db import transaction
from django.db.models import QuerySet
from django.utils.translation import gettext as _

from common import formats
from common.access import VENDOR, VENDOR_ADMIN, Actor
from common.dated import since
from common.errors import DomainError
from common.models import User
from common.one_person import logins_of
from programs.deciding import DECIDING_ROLES
from programs.models import Absence, Vendor, VendorStaff


class NotAllowed(DomainError):
    """Somebody else's absence is entered by vendor admins alone."""


class NotPossible(DomainError):
    """The days or the people do not fit. `field`: what of them is in the way."""

    def __init__(self, text: str, field: str) -> None:
        super().__init__(text)
        self.field = field


def people_of(vendor: Vendor) -> QuerySet[User]:
    """Who decides at the vendor, and so needs a deputy or can be one."""
    staff = VendorStaff.objects.filter(vendor=vendor, role__in=DECIDING_ROLES, user__is_active=True)
    return User.objects.filter(pk__in=staff.values("user_id")).order_by("last_name", "email")


def absences_at(*, vendor: Vendor, actor: Actor, today: date) -> Sequence[Absence]:
    """Those that are not over, the next first."""
    found = Absence.objects.visible_to(actor).filter(vendor=vendor).exclude(valid__endswith__lte=today)
    return list(found.select_related("person", "deputy").order_by("valid", "pk"))


def may_enter(actor: Actor, vendor: Vendor, person: int) -> bool:
    """Deciders their own, vendor admins everybody's."""
    own = actor.user_id == person and actor.has(VENDOR, vendor.pk, *DECIDING_ROLES)
    return own or actor.has(VENDOR, vendor.pk, VENDOR_ADMIN)


@transaction.atomic
def enter(
    *, vendor: Vendor, person: User, deputy: User | None, first: date, last: date, actor: Actor, today: date
) -> Absence:
    """The person is away from `first` to `last`, both included. Raises NotAllowed, NotPossible."""
    _check(actor, vendor, person)
    if not first <= last < date.max or last < today:
        raise NotPossible(_("Please choose days that are still to come, the first before the last."), "last")
    if deputy is not None and deputy.pk in logins_of(person.pk):
        raise NotPossible(_("Nobody is their own deputy."), "deputy")
    known = people_of(vendor)
    for field, each in (("person", person), ("deputy", deputy)):
        if each is not None and not known.filter(pk=each.pk).exists():
            raise NotPossible(_("Please choose people of the vendor who decide."), field)
    # One absence of a vendor at a time: so that two that overlap are told apart here, not by the database.
    Vendor.objects.select_for_update(no_key=True).get(pk=vendor.pk)
    days = since(first, last + timedelta(days=1))
    there = Absence.objects.filter(vendor=vendor, person=person, valid__overlap=days).first()
    if there is not None:
        if (there.valid_from, there.valid_until, there.deputy) == (first, days.upper, deputy):
            return there
        raise NotPossible(
            _("%(name)s is away already on these days: %(days)s.") % {"name": person.name, "days": in_words(there)},
            "first",
        )
    return Absence.objects.create(vendor=vendor, person=person, deputy=deputy, valid=days)


@transaction.atomic
def end(*, absence: Absence, actor: Actor, today: date) -> None:
    """The person is back today; what has not begun does not take place. Raises NotAllowed."""
    _check(actor, absence.vendor, absence.person)
    current = Absence.objects.select_for_update().filter(pk=absence.pk).first()
    if current is None:
        return
    assert current.valid_from is not None
    if current.valid_from >= today:
        current.delete()
    elif current.valid_until is None or current.valid_until > today:
        Absence.objects.filter(pk=absence.pk).update(valid=since(current.valid_from, today))


def in_words(absence: Absence) -> str:
    """Its days, both included."""
    last = absence.valid_until and absence.valid_until - timedelta(days=1)
    return f"{formats.date_short(absence.valid_from)} – {formats.date_short(last)}"


def _check(actor: Actor, vendor: Vendor, person: User) -> None:
    if not may_enter(actor, vendor, person.pk):
        raise NotAllowed(_("You enter your own absence; that of others is entered by vendor admins."))
