"""A vendor's staff: vendor admins invite people, give them roles and remove them."""

from __future__ import annotations

from datetime import date
from typing import Any

from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _

from common import bounces
from common.access import VENDOR, VENDOR_ADMIN
from common.models import User
from common.registry import Area
from common.teams import Team
from programs.areas import vendor_area
from programs.models import StaffInvitation, Vendor, VendorStaff
from programs.services import open_administration


class VendorTeam(Team):
    scope = VENDOR
    lead = VENDOR_ADMIN
    field = "vendor"
    namespace = "programs"
    organisations = Vendor
    people = VendorStaff
    invitations = StaffInvitation
    roles = VendorStaff.Role
    only_leads = _("Only vendor admins change the team.")
    last_lead = _("One vendor admin has to stay. Give somebody else this role first.")

    def end(self, rows: QuerySet[Any], *, on: date) -> None:
        """The day is kept by the rows' events."""
        rows.delete()

    def area(self, organisation: Vendor) -> Area:
        return vendor_area(organisation)

    def after(self, user: User) -> None:
        open_administration(user=user)

    def check_joining(self, invitation: StaffInvitation) -> None:
        """Nothing is against it."""


TEAM = VendorTeam()


def register() -> None:
    bounces.tellers.append(TEAM.tell_of_bounce)
