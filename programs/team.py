"""A vendor's staff: vendor admins invite people, give them roles and remove them."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime
from typing import Any

from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _

from common import invitations, teams
from common.access import VENDOR, VENDOR_ADMIN, Actor
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


def invite(*, vendor: Vendor, address: str, role: str, language: str, actor: Actor, now: datetime) -> StaffInvitation:
    """As `common.invitations.invite`."""
    made: StaffInvitation = invitations.invite(
        TEAM, organisation=vendor, address=address, role=role, language=language, actor=actor, now=now
    )
    return made


def change_roles(*, vendor: Vendor, user: User, roles: Iterable[str], actor: Actor, now: datetime) -> bool:
    """As `common.teams.change_roles`."""
    return teams.change_roles(TEAM, organisation=vendor, user=user, roles=roles, actor=actor, now=now)


def remove(*, vendor: Vendor, user: User, actor: Actor, now: datetime) -> None:
    """As `common.teams.remove`."""
    teams.remove(TEAM, organisation=vendor, user=user, actor=actor, now=now)
