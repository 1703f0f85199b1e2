"""Owners run their company's team: inviting, changing roles, removing, and one of them always stays."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from allauth.account.models import EmailAddress
from allauth.usersessions.models import UserSession
from django.contrib.sessions.models import Session
from django.db import IntegrityError, transaction
from django.test import Client
from pytest_django import Settings

from common import invitations, outbox, teams, tokens
from common.access import OWNER, PARTNER, PARTNER_FINANCE, SALES, TECHNICIAN, Actor
from common.invitations import InTeamAlready, NotAnAddress, NotOpen, TooMany
from common.models import OutboxMail, User
from common.teams import ChangedMeanwhile, LastLead, NotAllowed, NotARole, NotInTeam
from common.tokens import Scope
from partners import applications, team
from partners.applications import Admission
from partners.models import Member, MemberInvitation
from tests.partners.applying import act, newcomer, open_to_all
from tests.people import PASSWORD, member_of
from tests.rendering import words
from tests.teams import NEWCOMER, invite, link, mails
from tests.world import NOW, TODAY, World

SignedIn = Callable[..., Client]
TEAM = "/partner/2B3C4D5F/team/"


def owner(world: World) -> Actor:
    return Actor.of(world.reseller_owner)


def roles_of(user: User, world: World) -> set[str]:
    rows = Member.objects.filter(user=user, partner=world.reseller, left_on__isnull=True)
    return set(rows.values_list("role", flat=True))


def second_owner(world: World) -> User:
    return member_of(world.reseller, "second_owner", OWNER)


# --- inviting --------------------------------------------------------------------------------------------------------


def test_the_secret_stands_in_the_mail_alone(world: World) -> None:
    made = invite(world, " Newcomer@Elbtal.example ")
    secret = link().split("/")[-2]
    assert made.address == NEWCOMER
    assert (made.invited_at, made.expires_at) == (NOW, NOW + timedelta(days=14))
    assert secret not in str(MemberInvitation.objects.values().get())
    assert invitations.found(team.TEAM, secret=secret) == made
    mail = OutboxMail.objects.get()
    assert (mail.recipient, mail.language) == (None, "en")
    assert mail.subject == "You are invited to join Elbtal Systemhaus GmbH"
    for text in (mail.text, mail.html):
        assert "Reseller Owner invites you" in text
        assert "Your role: sales." in text
        assert "30 November 2026" in text


def test_the_link_is_forgotten_once_the_mail_is_sent(world: World, settings: Settings, tmp_path: Path) -> None:
    settings.EMAIL_BACKEND = "django.core.mail.backends.filebased.EmailBackend"
    settings.EMAIL_FILE_PATH = tmp_path
    invite(world)
    secret = link().split("/")[-2]
    outbox.send_batch(now=NOW)
    assert OutboxMail.objects.get().state == "sent"
    assert secret not in str(OutboxMail.objects.values().get())


def test_the_mail_is_in_the_language_that_was_chosen(world: World) -> None:
    invite(world, language="de")
    mail = OutboxMail.objects.get()
    assert mail.language == "de"
    assert "Vertrieb" in mail.text
    assert "30. November 2026" in mail.text


def test_the_portal_itself_may_invite(world: World) -> None:
    made = invite(world, actor=Actor.system(), role=OWNER)
    assert made.invited_by is None
    assert "You are invited to join Elbtal Systemhaus GmbH in the partner portal." in OutboxMail.objects.get().text


def test_inviting_again_ends_the_link_before(world: World, signed_in: SignedIn) -> None:
    first = invite(world)
    old = link()
    second = invite(world, role=TECHNICIAN, now=NOW + timedelta(hours=1))
    first.refresh_from_db()
    assert first.revoked_at == NOW + timedelta(hours=1)
    assert second.expires_at == NOW + timedelta(days=14, hours=1)
    assert link() != old
    assert Client().get(old).status_code == 410
    assert Client().get(link()).status_code == 200


def test_two_clicks_are_one_invitation(world: World) -> None:
    assert invite(world) == invite(world, now=NOW + timedelta(seconds=2))
    assert OutboxMail.objects.count() == 1


def test_the_database_keeps_one_open_invitation_for_each_address(world: World) -> None:
    made = invite(world)
    copied = {"partner": world.reseller, "address": NEWCOMER, "role": SALES, "language": "en"}
    with pytest.raises(IntegrityError), transaction.atomic():
        MemberInvitation.objects.create(**copied, digest="other", invited_at=NOW, expires_at=NOW)
    MemberInvitation.objects.filter(pk=made.pk).update(revoked_at=NOW)
    MemberInvitation.objects.create(**copied, digest="other", invited_at=NOW, expires_at=NOW)


def test_whoever_is_in_the_team_is_not_invited_by_any_of_their_addresses(world: World) -> None:
    EmailAddress.objects.create(user=world.reseller_sales, email="other@elbtal.example", verified=True)
    for address in ("reseller_sales@example.com", "Reseller_Sales@Example.com", "other@elbtal.example"):
        with pytest.raises(InTeamAlready):
            invite(world, address)


def test_what_is_no_address_and_no_role_is_refused(world: World) -> None:
    with pytest.raises(NotAnAddress):
        invite(world, "nobody")
    with pytest.raises(NotARole):
        invite(world, role="king")


def test_a_company_sends_so_many_invitations_a_day(world: World) -> None:
    for number in range(50):
        invite(world, f"n{number}@elbtal.example")
    with pytest.raises(TooMany):
        invite(world)
    invite(world, now=NOW + timedelta(days=1))
    invite(world, "another@elbtal.example", actor=Actor.system())


def test_a_company_that_nobody_has_let_in_sends_a_few(world: World) -> None:
    """What it calls itself stands in the mail: anybody could have anything sent to anybody."""
    open_to_all(world.program)
    applicant = newcomer(world, name="applicant")
    by: dict[str, Any] = {"partner": applicant.partner, "actor": Actor.of(applicant.user)}
    for number in range(5):
        invite(world, f"n{number}@blaufuchs.example", **by)
    with pytest.raises(TooMany):
        invite(world, **by)
    approving = act(world.channel_manager, applicant.application)
    applications.approve(application=applicant.application, admission=Admission(TODAY), act=approving)
    invite(world, **by)


@pytest.mark.parametrize(
    "role", ["reseller_finance", "reseller_sales", "rival_owner", "vendor_admin", "platform_admin", "reporter"]
)
def test_only_owners_run_the_team(world: World, role: str) -> None:
    actor = Actor.of(getattr(world, role))
    made = invite(world)
    with pytest.raises(NotAllowed):
        invite(world, "another@elbtal.example", actor=actor)
    for action in (invitations.resend, invitations.revoke):
        with pytest.raises(NotAllowed):
            action(team.TEAM, invitation=made, actor=actor, now=NOW)
    with pytest.raises(NotAllowed):
        teams.change_roles(
            team.TEAM, organisation=world.reseller, user=world.reseller_technician, roles=[OWNER], actor=actor, now=NOW
        )
    with pytest.raises(NotAllowed):
        teams.remove(team.TEAM, organisation=world.reseller, user=world.reseller_technician, actor=actor, now=NOW)


def test_a_token_of_an_owner_does_not(world: World) -> None:
    token = Actor.of(world.reseller_owner, scopes=Scope.values)
    with pytest.raises(NotAllowed):
        invite(world, actor=token)


def test_who_was_an_owner_when_the_request_began_is_one_no_longer(world: World) -> None:
    before = owner(world)
    Member.objects.filter(user=world.reseller_owner).update(left_on=TODAY)
    with pytest.raises(NotAllowed):
        invite(world, actor=before)


def test_revoking_ends_the_link_and_resending_makes_a_new_one(world: World) -> None:
    made = invite(world)
    old = link()
    again = invitations.resend(team.TEAM, invitation=made, actor=owner(world), now=NOW + timedelta(days=20))
    assert Client().get(old).status_code == 410
    assert again.expires_at == NOW + timedelta(days=34)
    assert invitations.revoke(team.TEAM, invitation=again, actor=owner(world), now=NOW)
    assert not invitations.revoke(team.TEAM, invitation=again, actor=owner(world), now=NOW)
    assert Client().get(link()).status_code == 410
    with pytest.raises(NotOpen):
        invitations.resend(team.TEAM, invitation=again, actor=owner(world), now=NOW)


# --- roles -----------------------------------------------------------------------------------------------------------


def change(world: World, user: User, *roles: str, **more: object) -> bool:
    values = {"organisation": world.reseller, "actor": owner(world), "now": NOW, **more}
    return teams.change_roles(team.TEAM, user=user, roles=roles, **values)  # type: ignore[arg-type]


def test_a_person_may_hold_several_roles_and_their_past_stays(world: World) -> None:
    assert change(world, world.reseller_sales, SALES, TECHNICIAN)
    assert roles_of(world.reseller_sales, world) == {SALES, TECHNICIAN}
    assert not change(world, world.reseller_sales, TECHNICIAN, SALES)
    assert change(world, world.reseller_sales, PARTNER_FINANCE)
    rows = Member.objects.filter(user=world.reseller_sales).order_by("pk").values_list("role", "left_on")
    assert list(rows) == [(SALES, TODAY), (TECHNICIAN, TODAY), (PARTNER_FINANCE, None)]
    assert Actor.of(world.reseller_sales).has(PARTNER, world.reseller.pk, PARTNER_FINANCE)


def test_owners_and_the_person_are_told_of_new_roles(world: World) -> None:
    change(world, world.reseller_sales, SALES, TECHNICIAN)
    text = "The roles of Reseller Sales at Elbtal Systemhaus GmbH are now: sales, technician"
    assert sorted(mails("team-changed")) == [("reseller_owner", text), ("reseller_sales", text)]
    assert "Done by Reseller Owner." in OutboxMail.objects.all()[0].text


def test_somebody_has_at_least_one_role_and_only_ones_there_are(world: World) -> None:
    for roles in ([], ["king"], [SALES, "king"]):
        with pytest.raises(NotARole):
            change(world, world.reseller_sales, *roles)
    with pytest.raises(NotInTeam):
        change(world, world.rival_owner, SALES)


def test_roles_that_somebody_changed_meanwhile_are_not_overwritten(world: World) -> None:
    change(world, world.reseller_sales, SALES, TECHNICIAN)
    with pytest.raises(ChangedMeanwhile):
        change(world, world.reseller_sales, PARTNER_FINANCE, seen=[SALES])
    assert change(world, world.reseller_sales, PARTNER_FINANCE, seen=[SALES, TECHNICIAN])


def test_the_last_owner_stays_one(world: World) -> None:
    with pytest.raises(LastLead):
        change(world, world.reseller_owner, SALES)
    with pytest.raises(LastLead):
        teams.remove(team.TEAM, organisation=world.reseller, user=world.reseller_owner, actor=owner(world), now=NOW)
    change(world, world.reseller_owner, OWNER, SALES)
    second_owner(world)
    assert change(world, world.reseller_owner, SALES)


def test_an_owner_who_cannot_sign_in_is_nobody_to_rely_on(world: World) -> None:
    locked = second_owner(world)
    User.objects.filter(pk=locked.pk).update(is_active=False)
    locked.refresh_from_db()
    with pytest.raises(LastLead):
        change(world, world.reseller_owner, SALES)
    teams.remove(team.TEAM, organisation=world.reseller, user=locked, actor=owner(world), now=NOW)


def test_who_is_no_owner_any_more_leaves_no_open_invitations_behind(world: World) -> None:
    second_owner(world)
    theirs = invite(world)
    others = invite(world, "other@elbtal.example", actor=Actor.system())
    change(world, world.reseller_owner, SALES)
    theirs.refresh_from_db()
    others.refresh_from_db()
    assert theirs.revoked_at == NOW
    assert others.revoked_at is None


# --- removing and leaving --------------------------------------------------------------------------------------------


def browser(user: User) -> Client:
    """Signed in by the sign-in page, as people are."""
    client = Client(headers={"accept-language": "en"})
    client.post("/account/login/", {"login": user.email, "password": PASSWORD})
    assert "_auth_user_id" in client.session
    return client


def test_who_is_removed_is_out_everywhere_at_once(world: World) -> None:
    computer, phone, colleague = (browser(each) for each in (*[world.reseller_sales] * 2, world.reseller_finance))
    assert computer.get("/partner/2B3C4D5F/").status_code == 200
    _token, secret = tokens.issue(
        user=world.reseller_sales, name="ERP", scopes=[Scope.SALES], expires_at=NOW + timedelta(days=1), now=NOW
    )
    teams.remove(team.TEAM, organisation=world.reseller, user=world.reseller_sales, actor=owner(world), now=NOW)
    for window in (computer, phone):
        assert window.get("/partner/2B3C4D5F/")["Location"].startswith("/account/login/")
    assert colleague.get("/partner/2B3C4D5F/").status_code == 200
    assert tokens.redeem(secret=secret, now=NOW) is None
    assert not UserSession.objects.filter(user=world.reseller_sales).exists()
    assert Session.objects.count() == 1
    assert roles_of(world.reseller_sales, world) == set()
    assert Member.objects.get(user=world.reseller_sales).left_on == TODAY
    assert mails("team-gone") == [("reseller_sales", "You were removed from Elbtal Systemhaus GmbH")]
    assert mails("team-changed") == [("reseller_owner", "Reseller Sales was removed from Elbtal Systemhaus GmbH")]


def test_nothing_of_a_removal_that_fails_remains(world: World) -> None:
    window = browser(world.reseller_owner)
    with pytest.raises(LastLead):
        teams.remove(team.TEAM, organisation=world.reseller, user=world.reseller_owner, actor=owner(world), now=NOW)
    assert window.get("/partner/2B3C4D5F/").status_code == 200
    assert OutboxMail.objects.count() == 0


def test_somebody_with_roles_elsewhere_keeps_them_and_signs_in_again(world: World) -> None:
    Member.objects.create(partner=world.rival, user=world.reseller_sales, role=SALES)
    window = browser(world.reseller_sales)
    teams.remove(team.TEAM, organisation=world.reseller, user=world.reseller_sales, actor=owner(world), now=NOW)
    assert "login" in window.get("/partner/6G7H8J9K/")["Location"]
    assert browser(world.reseller_sales).get("/partner/6G7H8J9K/").status_code == 200


def test_who_comes_back_gets_a_new_row(world: World) -> None:
    teams.remove(team.TEAM, organisation=world.reseller, user=world.reseller_sales, actor=owner(world), now=NOW)
    invite(world, "reseller_sales@example.com")
    invitation = MemberInvitation.objects.get()
    invitations.accept(team.TEAM, invitation=invitation, user=world.reseller_sales, now=NOW)
    rows = Member.objects.filter(user=world.reseller_sales).order_by("pk").values_list("left_on", flat=True)
    assert list(rows) == [TODAY, None]


def test_links_of_who_is_removed_are_no_way_back(world: World) -> None:
    locked_out = second_owner(world)
    own = invite(world, "private@home.example", actor=Actor.of(locked_out))
    EmailAddress.objects.create(user=locked_out, email="second@home.example", verified=True)
    Member.objects.filter(user=locked_out).update(left_on=TODAY)
    to_them = invite(world, "second@home.example", actor=Actor.system())
    Member.objects.filter(user=locked_out).update(left_on=None)
    teams.remove(team.TEAM, organisation=world.reseller, user=locked_out, actor=owner(world), now=NOW)
    for each in (own, to_them):
        each.refresh_from_db()
        assert each.revoked_at == NOW


def test_removing_twice_says_that_it_is_done(world: World) -> None:
    teams.remove(team.TEAM, organisation=world.reseller, user=world.reseller_sales, actor=owner(world), now=NOW)
    with pytest.raises(NotInTeam):
        teams.remove(team.TEAM, organisation=world.reseller, user=world.reseller_sales, actor=owner(world), now=NOW)


def test_everybody_may_leave_by_themselves(world: World) -> None:
    window = browser(world.reseller_sales)
    page = window.get(f"{TEAM}people/{world.reseller_sales.pk}/remove/")
    assert "You lose your access to Elbtal Systemhaus GmbH at once." in words(page.content.decode())
    answer = window.post(f"{TEAM}people/{world.reseller_sales.pk}/remove/", follow=True)
    assert answer.redirect_chain == [("/account/login/", 302)]
    assert "You have left Elbtal Systemhaus GmbH" in words(answer.content.decode())
    assert mails("team-gone") == [("reseller_sales", "You have left Elbtal Systemhaus GmbH")]
    assert mails("team-changed") == [("reseller_owner", "Reseller Sales has left Elbtal Systemhaus GmbH")]


def test_an_owner_leaves_when_another_one_is_there(world: World) -> None:
    window = browser(world.reseller_owner)
    path = f"{TEAM}people/{world.reseller_owner.pk}/remove/"
    assert "One owner has to stay." in words(window.get(path).content.decode())
    answer = window.post(path, follow=True)
    assert "One owner has to stay." in words(answer.content.decode())
    second_owner(world)
    assert window.post(path)["Location"] == "/account/login/"
    assert roles_of(world.reseller_owner, world) == set()


def test_whom_a_platform_admin_takes_out_is_signed_out_too(world: World, signed_in: SignedIn) -> None:
    """The owner as well: a company without one is helped by its vendors."""
    window, other = browser(world.reseller_owner), browser(world.reseller_sales)
    invite(world)
    members = list(Member.objects.filter(partner=world.reseller).order_by("pk"))
    data: dict[str, object] = {"name": world.reseller.name, "language": "de"}
    for prefix in ("seats", "tax_statuses", "members"):
        data |= {f"{prefix}-TOTAL_FORMS": 0, f"{prefix}-INITIAL_FORMS": 0}
    data |= {"members-TOTAL_FORMS": len(members), "members-INITIAL_FORMS": len(members)}
    for place, member in enumerate(members):
        row = {"id": member.pk, "partner": world.reseller.pk, "user": member.user.email, "role": member.role}
        data |= {f"members-{place}-{name}": value for name, value in row.items()}
        if member.user == world.reseller_owner:
            data[f"members-{place}-left_on"] = "2026-11-16"
    answer = signed_in(world.platform_admin).post(f"/admin/partners/partner/{world.reseller.pk}/change/", data)
    assert answer.status_code == 302
    assert "login" in window.get("/partner/2B3C4D5F/")["Location"]
    assert other.get("/partner/2B3C4D5F/").status_code == 200
    assert MemberInvitation.objects.get().revoked_at is not None
    assert not team.has_owner(world.reseller)
