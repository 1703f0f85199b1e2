"""Invitations into teams, as tests send and follow them."""

from __future__ import annotations

import re
from typing import Any

from common import invitations
from common.access import SALES, VENDOR_ADMIN, Actor
from common.models import OutboxMail
from partners.models import MemberInvitation
from partners.team import TEAM as COMPANY
from programs.models import StaffInvitation
from programs.team import TEAM as STAFF
from tests.world import NOW, World

NEWCOMER = "newcomer@elbtal.example"


def invite(world: World, address: str = NEWCOMER, **changed: Any) -> MemberInvitation:
    """The reseller's owner invites somebody for sales."""
    values = {
        "partner": world.reseller, "role": SALES, "language": "en", "actor": Actor.of(world.reseller_owner), "now": NOW,
        **changed,
    }  # fmt: skip
    made: MemberInvitation = invitations.invite(COMPANY, organisation=values.pop("partner"), address=address, **values)
    return made


def invite_staff(world: World, address: str = "newcomer@lenovo.example", **changed: Any) -> StaffInvitation:
    """The vendor's admin invites another one."""
    values = {
        "vendor": world.vendor, "role": VENDOR_ADMIN, "language": "en", "actor": Actor.of(world.vendor_admin),
        "now": NOW, **changed,
    }  # fmt: skip
    made: StaffInvitation = invitations.invite(STAFF, organisation=values.pop("vendor"), address=address, **values)
    return made


def link(address: str = NEWCOMER) -> str:
    """The path in the newest invitation that was sent to this address: only the mail has it."""
    mail = OutboxMail.objects.filter(address=address, kind="team-invitation").latest("pk")
    found = re.search(r"/join/\w+/[\w-]+/", mail.text)
    assert found is not None
    return found[0]


def mails(kind: str) -> list[tuple[str, str]]:
    """To whom mails of this kind were made, and their subjects."""
    rows = OutboxMail.objects.filter(kind=kind).order_by("pk")
    return [(mail.address.partition("@")[0], mail.subject) for mail in rows]
