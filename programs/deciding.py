"""Who decides at a vendor, and is told when something waits for a decision."""

from __future__ import annotations

from common.access import CHANNEL_MANAGER, VENDOR_ADMIN, VENDOR_FINANCE
from common.models import User
from programs.models import VendorStaff

Role = VendorStaff.Role
DECIDING_ROLES = (CHANNEL_MANAGER, VENDOR_ADMIN)
"""With one of these roles a person decides about partners: who is one, as what, and until when."""
MONEY_ROLES = (VENDOR_FINANCE, VENDOR_ADMIN)
"""With one of these roles a person decides where money is concerned."""


def deciders(vendor_id: int, *more: VendorStaff.Role) -> list[User]:
    """The vendor's channel managers, and those with one of `more`; its admins where there is nobody else."""
    staff = VendorStaff.objects.filter(vendor=vendor_id, user__is_active=True)
    deciding = staff.filter(role__in=[Role.CHANNEL_MANAGER, *more])
    rows = deciding if deciding.exists() else staff.filter(role=Role.ADMIN)
    return list(User.objects.filter(pk__in=rows.values("user_id")).order_by("pk"))
