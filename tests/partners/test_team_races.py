"""Teams changed at the same time, by connections that commit for real."""

from __future__ import annotations

import contextlib
import threading
from collections.abc import Callable
from typing import Any

import pytest
from allauth.account.models import EmailAddress
from django.db.models import QuerySet

from common import invitations, teams
from common.access import OWNER, SALES, VENDOR_ADMIN, Actor
from common.models import OutboxMail, User
from common.teams import Team
from partners.models import Member, MemberInvitation
from partners.team import TEAM, PartnerTeam
from programs.team import VendorTeam
from tests.people import member_of, person, staff_of
from tests.sales.sending import at_once
from tests.teams import NEWCOMER, invite
from tests.world import NOW, World

Action = Callable[[], object]
SECONDS = 0.5
"""How long one who has checked waits for the other to have checked as well."""


class _Meeting:
    """Lets two who part meet between the check and the change: the worst moment there is."""

    def __init__(self, *args: Any) -> None:
        super().__init__(*args)
        self.both_checked = threading.Barrier(2)

    def end(self, rows: QuerySet[Any], *, on: Any) -> None:
        with contextlib.suppress(threading.BrokenBarrierError):
            self.both_checked.wait(SECONDS)
        super().end(rows, on=on)  # type: ignore[misc]


class MeetingPartners(_Meeting, PartnerTeam):
    pass


class MeetingVendors(_Meeting, VendorTeam):
    pass


class UnlockedPartners(MeetingPartners):
    def lock(self, organisation: Any) -> None:
        """Nothing: what happens without it."""


class UnlockedVendors(MeetingVendors):
    def lock(self, organisation: Any) -> None:
        """Nothing: what happens without it."""


def leave(team: Team, organisation: Any, user: User) -> Action:
    actor = Actor.of(user)
    return lambda: teams.remove(team, organisation=organisation, user=user, actor=actor, now=NOW)


def give_up(team: Team, organisation: Any, user: User, role: str) -> Action:
    actor = Actor.of(user)
    return lambda: teams.change_roles(team, organisation=organisation, user=user, roles=[role], actor=actor, now=NOW)


def throw_out(team: Team, organisation: Any, user: User, *, by: User) -> Action:
    actor = Actor.of(by)
    return lambda: teams.remove(team, organisation=organisation, user=user, actor=actor, now=NOW)


def two_leads(world: World, team: Team) -> tuple[Any, User, User]:
    if team.scope == "partner":
        return world.reseller, world.reseller_owner, member_of(world.reseller, "second_owner", OWNER)
    return world.vendor, world.vendor_admin, staff_of(world.vendor, "second_admin", VENDOR_ADMIN)


@pytest.mark.parametrize("kind", [MeetingPartners, MeetingVendors])
@pytest.mark.parametrize("how", ["both leave", "both give up", "one leaves, one gives up", "each removes the other"])
@pytest.mark.parametrize("swapped", [False, True])
def test_of_the_last_two_who_part_at_once_one_stays(
    committed: World, kind: type[Team], how: str, swapped: bool
) -> None:
    team = kind()
    organisation, first, second = two_leads(committed, team)
    other = "finance"
    actions = {
        "both leave": [leave(team, organisation, first), leave(team, organisation, second)],
        "both give up": [give_up(team, organisation, first, other), give_up(team, organisation, second, other)],
        "one leaves, one gives up": [leave(team, organisation, first), give_up(team, organisation, second, other)],
        "each removes the other": [
            throw_out(team, organisation, second, by=first),
            throw_out(team, organisation, first, by=second),
        ],
    }[how]
    found = at_once(*(reversed(actions) if swapped else actions))
    assert team.leads(organisation).count() == 1
    refused = [each for each in found if isinstance(each, Exception)]
    assert [type(each).__name__ for each in refused] in (["LastLead"], ["NotAllowed"])
    assert (how == "each removes the other") == (type(refused[0]).__name__ == "NotAllowed")


@pytest.mark.parametrize("kind", [UnlockedPartners, UnlockedVendors])
def test_without_the_lock_nobody_would_stay(committed: World, kind: type[Team]) -> None:
    team = kind()
    organisation, first, second = two_leads(committed, team)
    found = at_once(leave(team, organisation, first), leave(team, organisation, second))
    assert found == [None, None]
    assert team.leads(organisation).count() == 0


def test_a_link_followed_twice_at_once_makes_one_account(committed: World) -> None:
    invitation = invite(committed)
    found = at_once(*[lambda: join(invitation)] * 3)
    assert sorted(type(each).__name__ for each in found) == ["NotOpen", "NotOpen", "User"]
    user = User.objects.get(email=NEWCOMER)
    assert Member.objects.filter(user=user).count() == EmailAddress.objects.filter(user=user).count() == 1
    assert OutboxMail.objects.filter(kind="team-changed").count() == 1


def join(invitation: MemberInvitation) -> User:
    return invitations.join_as_new(
        TEAM, invitation=invitation, name="", password="nobody guesses this", language="en", now=NOW
    )


def test_two_clicks_of_somebody_known_at_once_join_once(committed: World) -> None:
    known = person("known")
    invitation = invite(committed, known.email)
    found = at_once(*[lambda: invitations.accept(TEAM, invitation=invitation, user=known, now=NOW)] * 3)
    assert found == [None] * 3
    assert Member.objects.filter(user=known).count() == 1
    assert OutboxMail.objects.filter(kind="team-changed").count() == 1


def test_signing_up_elsewhere_at_the_same_moment_makes_one_account(committed: World) -> None:
    invitation = invite(committed)
    found = at_once(lambda: join(invitation), lambda: User.objects.create_user(NEWCOMER, "another password"))
    assert User.objects.filter(email=NEWCOMER).count() == 1
    assert sorted(type(each).__name__ for each in found) in (["HasAccount", "User"], ["IntegrityError", "User"])


@pytest.mark.parametrize("swapped", [False, True])
def test_accepting_and_revoking_at_once_is_one_of_them(committed: World, swapped: bool) -> None:
    invitation = invite(committed)
    actor = Actor.of(committed.reseller_owner)
    actions: list[Action] = [
        lambda: join(invitation),
        lambda: invitations.revoke(TEAM, invitation=invitation, actor=actor, now=NOW),
    ]
    at_once(*(reversed(actions) if swapped else actions))
    invitation.refresh_from_db()
    assert (invitation.accepted_at is None) != (invitation.revoked_at is None)
    assert User.objects.filter(email=NEWCOMER).exists() == (invitation.accepted_at is not None)


def test_two_owners_who_invite_one_address_at_once_leave_one_open(committed: World) -> None:
    second = Actor.of(member_of(committed.reseller, "second_owner", OWNER))
    at_once(lambda: invite(committed), lambda: invite(committed, actor=second), lambda: invite(committed, role=SALES))
    assert TEAM.open_invitations(committed.reseller).count() == 1
