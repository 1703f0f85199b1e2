"""A partner company's team: its owners invite people, give them roles and remove them.

A company whose last owner is gone cannot help itself; then the staff of a vendor invite a new one.
"""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from django.db import transaction
from django.db.models import QuerySet
from django.urls import reverse
from django.utils.timezone import localdate
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from common import bounces, invitations, team_mails
from common.access import OWNER, PARTNER, VENDOR, Actor
from common.dated import since
from common.errors import DomainError
from common.models import User
from common.registry import Area
from common.team_mails import Happened, Step
from common.teams import NotAllowed, Team
from partners.areas import partner_area
from partners.company import TAKES_PART
from partners.models import BroughtContact, DataCheck, Enrolment, EnrolmentStatus, Member, MemberInvitation, Partner
from programs.deciding import DECIDING_ROLES
from programs.models import Vendor

MOST_OF_UNKNOWN = 5
"""Invitations a day of a company that takes part in nothing yet."""


class HasOwner(DomainError):
    """An owner runs the company's team; nobody else invites into it."""


class PartnerTeam(Team):
    scope = PARTNER
    lead = OWNER
    field = "partner"
    namespace = "partners"
    organisations = Partner
    people = Member
    invitations = MemberInvitation
    roles = Member.Role
    holding = {"left_on__isnull": True}
    only_leads = gettext_lazy("Only owners of the company change its team.")
    last_lead = gettext_lazy("One owner has to stay. Make somebody else an owner first.")

    def end(self, rows: QuerySet[Any], *, on: date) -> None:
        rows.update(left_on=on)

    def area(self, organisation: Partner) -> Area:
        return partner_area(organisation)

    def after(self, user: User) -> None:
        """Roles in a company open its pages, and nothing else."""

    def landing(self, invitation: MemberInvitation) -> str:
        """An owner of a company that a vendor has brought along first sees what is said about it."""
        partner = invitation.partner
        asked = DataCheck.objects.filter(partner=partner, confirmed_at__isnull=True)
        if invitation.role == OWNER and asked.exists():
            return reverse("partners:data-check", args=[partner.number])
        return super().landing(invitation)

    def most_invitations(self, organisation: Partner) -> int:
        """Before a vendor has let the company in, nobody has looked at who it is and what it calls itself."""
        known = Enrolment.objects.filter(partner=organisation).exists()
        return super().most_invitations(organisation) if known else MOST_OF_UNKNOWN

    def on_behalf_of(self, invitation: MemberInvitation) -> str:
        return invitation.vendor.name if invitation.vendor is not None else ""

    def check_joining(self, invitation: MemberInvitation) -> None:
        """A vendor's invitation holds only while the company has nobody: otherwise its owner decides.

        People whom the vendor has brought along together join one after another.
        """
        if invitation.vendor_id is None or not self.leads(invitation.partner).exists():
            return
        brought = BroughtContact.objects.filter(invitation=invitation).exists()
        if not (brought and _has_brought_owner(invitation.partner, invitation.vendor_id)):
            raise HasOwner(_("The company has an owner meanwhile. Please ask them for an invitation."))


TEAM = PartnerTeam()


# --- a company without an owner --------------------------------------------------------------------------------------


def has_owner(partner: Partner) -> bool:
    """Whether somebody who can sign in runs the company's team."""
    return TEAM.leads(partner).exists()


def may_rescue(*, vendor: Vendor, partner: Partner, actor: Actor, today: date) -> bool:
    """Whether the actor may invite an owner, if there is none: as staff of a vendor that the company works with today.

    Where it has left, or only asked to be let in, the vendor could otherwise help itself to a foreign company.
    """
    with_vendor = EnrolmentStatus.objects.filter(
        enrolment__partner=partner, enrolment__program__vendor=vendor, status__in=TAKES_PART, valid__contains=today
    )
    return actor.scopes is None and actor.has(VENDOR, vendor.pk, *DECIDING_ROLES) and with_vendor.exists()


@transaction.atomic
def invite_owner(
    *, partner: Partner, vendor: Vendor, address: str, language: str, actor: Actor, now: datetime
) -> MemberInvitation:
    """For a company that nobody runs, ask somebody to become its owner. Everybody who is in its team is told.

    Raises NotAllowed, HasOwner, and as `common.invitations.invite`.
    """
    TEAM.lock(partner)
    if not may_rescue(vendor=vendor, partner=partner, actor=actor, today=localdate(now)):
        raise NotAllowed(_("Only channel managers and vendor admins invite an owner for a company without one."))
    if has_owner(partner):
        raise HasOwner(_("The company has an owner, who invites people."))
    made: MemberInvitation = invitations.issue(
        TEAM, organisation=partner, address=address, role=OWNER, language=language, actor=actor, now=now, vendor=vendor
    )
    happened = Happened(Step.OWNER_INVITED, partner.name, made.address, by=vendor.name)
    members = User.objects.filter(pk__in=TEAM.rows(partner).values("user_id"), is_active=True).order_by("pk")
    team_mails.put_changed(
        team=TEAM, organisation=partner, happened=happened, recipients=members,
        period=f"{PARTNER} owner invitation {made.pk}",
    )  # fmt: skip
    return made


def owner_invitations(*, partner: Partner, vendor: Vendor) -> list[MemberInvitation]:
    """Open invitations by which this vendor looks for an owner."""
    return list(TEAM.open_invitations(partner).filter(vendor=vendor).select_related("invited_by"))


# --- people whom a vendor has brought along --------------------------------------------------------------------------


def working_with(*, vendor: Vendor, partner: Any, today: date) -> QuerySet[EnrolmentStatus]:
    """Where the company works with the vendor, today or from a day to come. `partner` may be a reference of SQL."""
    of_both = {"enrolment__partner": partner, "enrolment__program__vendor": vendor}
    return EnrolmentStatus.objects.filter(status__in=TAKES_PART, valid__overlap=since(today), **of_both)


@transaction.atomic
def invite_brought(*, contact: BroughtContact, now: datetime) -> MemberInvitation:
    """Invite somebody whom a vendor has brought along, in the name of whoever asked for it.

    Only into a company that nobody runs, or whose owner came in by this vendor as well: otherwise its owner invites.
    Raises NotAllowed, HasOwner, and as `common.invitations.issue`.
    """
    partner, vendor = contact.partner, contact.vendor
    TEAM.lock(partner)
    if not working_with(vendor=vendor, partner=partner, today=localdate(now)).exists():
        raise NotAllowed(_("The company does not work with you any more."))
    if has_owner(partner) and not _has_brought_owner(partner, vendor.pk):
        raise HasOwner(_("The company has an owner, who invites people."))
    # That whoever asked may do so was seen then; what many ask for at once is no reason to stop.
    actor = Actor(user_id=contact.asked_by_id, is_system=True)
    made: MemberInvitation = invitations.issue(
        TEAM, organisation=partner, address=contact.address, role=contact.role, language=contact.language,
        actor=actor, now=now, vendor=vendor,
    )  # fmt: skip
    return made


def _has_brought_owner(partner: Partner, vendor_id: int) -> bool:
    """Whether somebody who runs the team came in by an invitation of this vendor's."""
    came = BroughtContact.objects.filter(
        partner=partner, vendor_id=vendor_id, invitation__accepted_by__in=TEAM.leads(partner)
    )
    return came.exists()


def register() -> None:
    bounces.tellers.append(TEAM.tell_of_bounce)
