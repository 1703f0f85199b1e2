"""Who decides at a vendor, and is told when something waits for a decision."""

from __future__ import annotations

from datetime import date

from common.access import CHANNEL_MANAGER, VENDOR_ADMIN, VENDOR_FINANCE
from common.models import User
from programs.models import Absence, VendorStaff

Role = VendorStaff.Role
DECIDING_ROLES = (CHANNEL_MANAGER, VENDOR_ADMIN)
"""With one of these roles a person decides about partners: who is one, as what, and until when."""
MONEY_ROLES = (VENDOR_FINANCE, VENDOR_ADMIN)
"""With one of these roles a person decides where money is concerned."""


def deciders(vendor_id: int, *more: VendorStaff.Role, on: date | None = None) -> list[User]:
    """The vendor's channel managers, and those with one of `more`; its admins where there is nobody else.

    `on`: a day; instead of who is away on it, their deputy is told, and they too where they have none.
    """
    deciding = _with_role(vendor_id, Role.CHANNEL_MANAGER, *more)
    return _told(vendor_id, deciding or _with_role(vendor_id, Role.ADMIN), on)


def admins(vendor_id: int, *, on: date | None = None) -> list[User]:
    """The vendor's admins; on a day, with deputies as `deciders`."""
    return _told(vendor_id, _with_role(vendor_id, Role.ADMIN), on)


def _with_role(vendor_id: int, *roles: str) -> set[int]:
    staff = VendorStaff.objects.filter(vendor=vendor_id, user__is_active=True, role__in=roles)
    return set(staff.values_list("user_id", flat=True))


def _told(vendor_id: int, people: set[int], on: date | None) -> list[User]:
    told = people if on is None else _with_deputies(vendor_id, people, on)
    return list(User.objects.filter(pk__in=told).order_by("pk"))


def _with_deputies(vendor_id: int, people: set[int], day: date) -> set[int]:
    """Deputies who do not decide any more, or are away themselves, stand in for nobody."""
    away = dict(Absence.objects.filter(vendor=vendor_id, valid__contains=day).values_list("person_id", "deputy_id"))
    staff = _with_role(vendor_id, *DECIDING_ROLES) if away else set()
    found = set()
    for person in people:
        deputy = away.get(person)
        found.add(deputy if deputy is not None and deputy in staff and deputy not in away else person)
    return found
