"""Vendor admins run the vendor's staff as owners run a company: what is different for them."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import pytest
from allauth.mfa.models import Authenticator
from django.test import Client

from common import invitations, teams, tokens
from common.access import CHANNEL_MANAGER, VENDOR, VENDOR_ADMIN, VENDOR_FINANCE, Actor
from common.models import User
from common.teams import LastLead, NotAllowed
from partners.models import Member
from programs import team
from programs.models import StaffInvitation, VendorStaff
from tests.people import person, staff_of
from tests.rendering import words
from tests.teams import invite_staff, link, mails
from tests.world import NOW, TODAY, World

SignedIn = Callable[..., Client]
TEAM = "/vendor/lenovo/team/"
NEWCOMER = "newcomer@lenovo.example"
NEW = {"name": "Nadia Comer", "password": "nobody guesses this one"}


def admin(world: World) -> Actor:
    return Actor.of(world.vendor_admin)


def test_somebody_new_joins_and_first_sets_up_a_second_factor(world: World) -> None:
    invite_staff(world)
    client = Client(headers={"accept-language": "en"})
    answer = client.post(link(NEWCOMER), NEW)
    assert answer["Location"] == "/vendor/lenovo/"
    assert client.get("/vendor/lenovo/")["Location"] == "/account/2fa/totp/activate/"
    asked = client.get("/account/2fa/totp/activate/")["Location"]
    set_up = client.post(asked, {"password": NEW["password"]})
    assert set_up["Location"] == "/account/2fa/totp/activate/"
    assert client.get(set_up["Location"]).status_code == 200
    user = User.objects.get(email=NEWCOMER)
    assert user.is_staff
    assert mails("team-changed") == [("vendor_admin", "Nadia Comer has joined Lenovo: vendor admin")]
    Authenticator.objects.create(user=user, type=Authenticator.Type.TOTP, data={"secret": "made up"})
    assert client.get("/vendor/lenovo/").status_code == 200


def test_a_partners_person_becomes_staff_as_well(world: World, signed_in: SignedIn) -> None:
    invite_staff(world, world.reseller_sales.email, role=CHANNEL_MANAGER)
    client = signed_in(world.reseller_sales)
    assert client.post(link(world.reseller_sales.email))["Location"] == "/vendor/lenovo/"
    actor = Actor.of(world.reseller_sales)
    assert actor.has(VENDOR, world.vendor.pk, CHANNEL_MANAGER)
    assert Member.objects.filter(user=world.reseller_sales, left_on__isnull=True).exists()
    # From now on nothing is seen without a second factor, the company's pages neither.
    assert client.get("/partner/2B3C4D5F/")["Location"] == "/account/2fa/totp/activate/"


def test_a_role_that_ends_is_gone_and_its_history_says_until_when(world: World) -> None:
    row = VendorStaff.objects.get(user=world.channel_manager)
    manager, actor = world.channel_manager, admin(world)
    teams.change_roles(team.TEAM, organisation=world.vendor, user=manager, roles=[VENDOR_FINANCE], actor=actor, now=NOW)
    assert not VendorStaff.objects.filter(pk=row.pk).exists()
    event = row.events.get(pgh_label="delete")  # type: ignore[attr-defined]
    assert (event.role, event.user_id, event.joined_on) == (CHANNEL_MANAGER, world.channel_manager.pk, row.joined_on)
    assert VendorStaff.objects.get(user=world.channel_manager).joined_on == TODAY


def test_the_administration_follows_the_role(world: World) -> None:
    def may_open(user: User) -> bool:
        return User.objects.get(pk=user.pk).is_staff

    finance = world.vendor_finance
    for roles in ([VENDOR_FINANCE, VENDOR_ADMIN], [VENDOR_FINANCE]):
        teams.change_roles(team.TEAM, organisation=world.vendor, user=finance, roles=roles, actor=admin(world), now=NOW)
        assert may_open(finance) == (VENDOR_ADMIN in roles)
    second = staff_of(world.vendor, "second_admin", VENDOR_ADMIN)
    teams.remove(team.TEAM, organisation=world.vendor, user=second, actor=admin(world), now=NOW)
    assert not may_open(second)


def test_the_last_vendor_admin_stays_one(world: World) -> None:
    with pytest.raises(LastLead):
        teams.remove(team.TEAM, organisation=world.vendor, user=world.vendor_admin, actor=admin(world), now=NOW)
    with pytest.raises(LastLead):
        teams.change_roles(
            team.TEAM, organisation=world.vendor, user=world.vendor_admin, roles=[VENDOR_FINANCE],
            actor=admin(world), now=NOW,
        )  # fmt: skip


@pytest.mark.parametrize("role", ["channel_manager", "vendor_finance", "rival_vendor_admin", "platform_admin"])
def test_only_vendor_admins_run_the_team(world: World, role: str) -> None:
    actor = Actor.of(getattr(world, role))
    made = invite_staff(world)
    with pytest.raises(NotAllowed):
        invite_staff(world, "other@lenovo.example", actor=actor)
    with pytest.raises(NotAllowed):
        invitations.revoke(team.TEAM, invitation=made, actor=actor, now=NOW)


def test_whom_the_administration_takes_out_is_signed_out_too(world: World, signed_in: SignedIn) -> None:
    """Only when no role is left: with one, they may go on where they are."""
    finance = world.vendor_finance
    row = VendorStaff.objects.create(vendor=world.vendor, user=finance, role=CHANNEL_MANAGER)
    tokens.issue(user=finance, name="BI", scopes=["sales:read"], expires_at=NOW + timedelta(days=1), now=NOW)
    client = signed_in(world.platform_admin)
    for each, usable in ((row, 1), (VendorStaff.objects.get(user=finance, role=VENDOR_FINANCE), 0)):
        path = f"/admin/programs/vendorstaff/{each.pk}/delete/"
        assert client.post(path, {"post": "yes"}).status_code == 302
        assert tokens.usable(now=NOW).filter(user=finance).count() == usable


def test_who_is_made_something_else_in_the_administration_leaves_no_open_invitations(
    world: World, signed_in: SignedIn
) -> None:
    made = invite_staff(world)
    row = VendorStaff.objects.get(user=world.vendor_admin)
    path = f"/admin/programs/vendorstaff/{row.pk}/change/"
    assert signed_in(world.platform_admin).post(path, {"role": VENDOR_FINANCE}).status_code == 302
    made.refresh_from_db()
    assert made.standing(now=NOW) == "revoked"


def test_vendor_admins_have_no_second_way_to_run_the_team(world: World, signed_in: SignedIn) -> None:
    """In the administration nobody would be asked, the last admin could go, and any address be tried for an account."""
    client = signed_in(world.vendor_admin)
    row = VendorStaff.objects.get(user=world.vendor_admin)
    assert client.get(f"/admin/programs/vendorstaff/{row.pk}/change/").status_code == 200
    values = {"vendor": world.vendor.pk, "user": "reseller_owner@example.com", "role": "finance"}
    for path, sent in (
        ("add", values),
        (f"{row.pk}/change", {"role": "finance"}),
        (f"{row.pk}/delete", {"post": "yes"}),
    ):
        assert client.post(f"/admin/programs/vendorstaff/{path}/", sent).status_code == 403
    assert set(VendorStaff.objects.filter(vendor=world.vendor, role="admin")) == {row}


def test_admins_see_the_whole_page_and_others_who_is_there(world: World, signed_in: SignedIn) -> None:
    invite_staff(world)
    text = words(signed_in(world.vendor_admin).get(TEAM).content.decode())
    assert NEWCOMER in text
    assert "Invite somebody" in text
    others = words(signed_in(world.channel_manager).get(TEAM).content.decode())
    assert "Vendor Finance" in others
    assert NEWCOMER not in others
    assert "Rival" not in text


def test_inviting_and_removing_on_the_pages(world: World, signed_in: SignedIn) -> None:
    client = signed_in(world.vendor_admin)
    answer = client.post(f"{TEAM}invite/", {"address": NEWCOMER, "role": CHANNEL_MANAGER, "language": "de"})
    assert answer["Location"] == TEAM
    made = StaffInvitation.objects.get()
    assert client.post(f"{TEAM}invitations/{made.pk}/revoke/")["Location"] == TEAM
    assert client.post(f"{TEAM}people/{world.channel_manager.pk}/remove/")["Location"] == TEAM
    assert not VendorStaff.objects.filter(user=world.channel_manager).exists()
    assert client.get(f"{TEAM}people/{world.rival_vendor_admin.pk}/").status_code == 404


def test_a_vendors_link_does_not_open_a_company(world: World, signed_in: SignedIn) -> None:
    known = person("known")
    invite_staff(world, known.email)
    client = signed_in(known)
    assert client.post(link(known.email).replace("/vendor/", "/company/")).status_code == 404
    assert not VendorStaff.objects.filter(user=known).exists()
