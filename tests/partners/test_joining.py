"""The link of an invitation: looked at by anybody, accepted once, by the person whose address it proves."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import timedelta

import pytest
import time_machine
from allauth.account.models import EmailAddress
from allauth.mfa.totp.internal.auth import TOTP
from allauth.usersessions.models import UserSession
from django.test import Client

from common import invitations, teams
from common.access import SALES, TECHNICIAN, Actor
from common.models import User
from partners import team
from partners.models import EnrolmentStatus, Member, MemberInvitation
from tests.people import PASSWORD, person
from tests.rendering import words
from tests.teams import NEWCOMER, invite, link, mails
from tests.world import NOW, World

SignedIn = Callable[..., Client]
AREA = "/partner/2B3C4D5F/"
NEW = {"name": "Nadia Maria Comer", "password": "nobody guesses this one"}


def english() -> Client:
    return Client(headers={"accept-language": "en"})


def text_of(answer: object) -> str:
    return words(answer.content.decode())  # type: ignore[attr-defined]


def holds(user: User, world: World) -> list[str]:
    rows = Member.objects.filter(user=user, partner=world.reseller, left_on__isnull=True)
    return sorted(rows.values_list("role", flat=True))


# --- looking ---------------------------------------------------------------------------------------------------------


def test_the_page_says_who_invites_to_what_and_looking_changes_nothing(world: World) -> None:
    made = invite(world)
    before = MemberInvitation.objects.values().get()
    for client in (english(), english()):
        answer = client.get(link())
        text = text_of(answer)
        for part in ("You are invited to join Elbtal Systemhaus GmbH", "sales", "Reseller Owner", "30 November 2026"):
            assert part in text
        assert "no-store" in answer["Cache-Control"]
        client.head(link())
    assert MemberInvitation.objects.values().get() == before
    assert not User.objects.filter(email=made.address).exists()


def test_a_link_that_never_was_is_not_found(world: World) -> None:
    assert english().get("/join/company/made-up/").status_code == 404
    invite(world)
    assert english().get(link().replace("company", "vendor")).status_code == 404


def test_without_signing_in_the_page_is_the_same_with_and_without_an_account(world: World) -> None:
    person("known")
    pages = []
    for address in ("known@example.com", "newer@example.com"):
        invite(world, address)
        page = english().get(link(address)).content.decode()
        pages.append(
            re.sub(r'csrfmiddlewaretoken" value="\w+"', "", page).replace(address, "…").replace(link(address), "…")
        )
        pages[-1] = re.sub(r"next=[^\"]+", "", pages[-1])
    assert pages[0] == pages[1]
    assert "I have an account" in pages[0]
    assert "I am new here" in pages[0]


# --- somebody new ----------------------------------------------------------------------------------------------------


def test_somebody_new_chooses_a_password_and_is_in(world: World) -> None:
    invite(world)
    client = english()
    answer = client.post(link(), NEW, follow=True)
    assert answer.redirect_chain[-1] == (AREA, 302)
    assert "Welcome. You are in the team of Elbtal Systemhaus GmbH now: sales." in text_of(answer)
    user = User.objects.get(email=NEWCOMER)
    assert (user.first_name, user.last_name, user.language) == ("Nadia Maria", "Comer", "en")
    address = EmailAddress.objects.get(user=user)
    assert (address.email, address.verified, address.primary) == (NEWCOMER, True, True)
    assert UserSession.objects.filter(user=user).count() == 1
    invitation = MemberInvitation.objects.get()
    assert (invitation.accepted_by, holds(user, world)) == (user, [SALES])
    assert mails("team-changed") == [("reseller_owner", "Nadia Maria Comer has joined Elbtal Systemhaus GmbH: sales")]
    again = english()
    signed = again.post("/account/login/", {"login": NEWCOMER, "password": NEW["password"]})
    assert signed["Location"] == "/"
    assert again.get(AREA).status_code == 200


def test_a_name_is_optional_and_a_bad_password_is_said_at_its_field(world: World) -> None:
    invite(world)
    client = english()
    for password, said in (("short", "at least 10 characters"), ("password123", "too common"), ("", "required")):
        answer = client.post(link(), {"name": "Nadia <b>", "password": password})
        assert answer.status_code == 422
        assert said in text_of(answer)
        assert 'value="Nadia &lt;b&gt;"' in answer.content.decode()
    assert not User.objects.filter(email=NEWCOMER).exists()
    client.post(link(), {"password": NEW["password"]})
    assert User.objects.get(email=NEWCOMER).name == NEWCOMER


def test_the_account_has_the_address_of_the_invitation_whatever_is_sent(world: World) -> None:
    invite(world)
    english().post(link(), {**NEW, "email": "other@example.com", "address": "other@example.com"})
    assert not User.objects.filter(email="other@example.com").exists()
    assert User.objects.filter(email=NEWCOMER).exists()


@pytest.mark.parametrize("kind", ["confirmed", "second address", "not confirmed", "locked", "other letters"])
def test_a_password_chosen_for_an_account_that_is_there_does_nothing(world: World, kind: str) -> None:
    known = person("known")
    TOTP.activate(known, "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP")
    address = known.email
    if kind == "second address":
        address = "second@example.com"
        EmailAddress.objects.create(user=known, email=address, verified=True)
    elif kind == "not confirmed":
        EmailAddress.objects.filter(user=known).update(verified=False)
    elif kind == "locked":
        User.objects.filter(pk=known.pk).update(is_active=False)
    elif kind == "other letters":
        address = "KNOWN@example.com"
    invite(world, address)
    before = User.objects.filter(pk=known.pk).values().get()
    people = User.objects.count()
    client = english()
    answer = client.post(link(address.lower()), NEW)
    assert answer.status_code == 422
    assert "Please sign in with this address to join." in text_of(answer)
    assert "_auth_user_id" not in client.session
    assert User.objects.filter(pk=known.pk).values().get() == before
    assert (User.objects.count(), MemberInvitation.objects.get().accepted_at) == (people, None)
    assert not holds(known, world)
    # Not even with the right one: a second factor would be passed by.
    client.post(link(address.lower()), {"password": PASSWORD})
    assert "_auth_user_id" not in client.session


def test_an_address_that_somebody_only_claims_is_nobodys(world: World) -> None:
    EmailAddress.objects.create(user=world.rival_owner, email=NEWCOMER, verified=False)
    invite(world)
    english().post(link(), NEW)
    assert holds(User.objects.get(email=NEWCOMER), world) == [SALES]
    assert not holds(world.rival_owner, world)


# --- somebody with an account ----------------------------------------------------------------------------------------


def test_somebody_known_signs_in_and_comes_back_to_join_with_one_click(world: World) -> None:
    known = person("known")
    invite(world, known.email)
    client = english()
    page = client.get(link(known.email)).content.decode()
    found = re.search(r'href="(/account/login/\?next=[^"]+)"', page)
    assert found is not None
    sign_in = found[1]
    form = client.get(sign_in).content.decode()
    target = re.search(r'name="next"\s+value="([^"]+)"', form) or re.search(r'value="([^"]+)"\s+name="next"', form)
    assert target is not None
    answer = client.post("/account/login/", {"login": known.email, "password": PASSWORD, "next": target[1]})
    assert answer["Location"] == link(known.email)
    assert "Accept the invitation" in text_of(client.get(link(known.email)))
    assert not holds(known, world)
    assert client.post(link(known.email))["Location"] == AREA
    assert holds(known, world) == [SALES]


def test_who_works_for_another_company_gets_a_second_area(world: World, signed_in: SignedIn) -> None:
    invite(world, world.rival_owner.email)
    client = signed_in(world.rival_owner)
    client.post(link(world.rival_owner.email))
    assert client.get(AREA).status_code == client.get("/partner/6G7H8J9K/").status_code == 200
    assert "Rheinblick IT GmbH" in client.get(AREA).content.decode()


def test_a_second_address_of_the_person_is_theirs_if_it_is_confirmed(world: World, signed_in: SignedIn) -> None:
    known = person("known")
    address = EmailAddress.objects.create(user=known, email="second@example.com", verified=False)
    invite(world, "second@example.com")
    client = signed_in(known)
    assert client.post(link("second@example.com")).status_code == 403
    EmailAddress.objects.filter(pk=address.pk).update(verified=True)
    assert client.post(link("second@example.com"))["Location"] == AREA


def test_signed_in_with_another_address_one_is_told_and_can_sign_out(world: World, signed_in: SignedIn) -> None:
    invite(world)
    client = signed_in(world.rival_owner)
    answer = client.get(link())
    page = answer.content.decode()
    assert "It was sent to n…@elbtal.example. You are signed in as rival_owner@example.com." in text_of(answer)
    assert NEWCOMER not in page
    assert client.post(link(), NEW).status_code == 403
    assert not holds(world.rival_owner, world)
    assert not User.objects.filter(email=NEWCOMER).exists()
    signed_out = client.post("/account/logout/", {"next": link()})
    assert signed_out["Location"] == link()
    assert "I am new here" in text_of(client.get(link()))


def test_who_has_the_role_already_is_welcome_and_counts_once(world: World, signed_in: SignedIn) -> None:
    known = person("known")
    invite(world, known.email)
    Member.objects.create(partner=world.reseller, user=known, role=SALES)
    client = signed_in(known)
    text = text_of(client.get(link(known.email)))
    assert "You have this role already." in text
    assert "Continue" in text
    assert client.post(link(known.email))["Location"] == AREA
    assert holds(known, world) == [SALES]
    assert MemberInvitation.objects.get().accepted_by == known
    assert mails("team-changed") == []


def test_who_has_another_role_there_gets_this_one_as_well(world: World, signed_in: SignedIn) -> None:
    known = person("known")
    invite(world, known.email)
    Member.objects.create(partner=world.reseller, user=known, role=TECHNICIAN)
    signed_in(known).post(link(known.email))
    assert holds(known, world) == [SALES, TECHNICIAN]


# --- links that have ended -------------------------------------------------------------------------------------------


def test_after_fourteen_days_the_link_has_ended(world: World, signed_in: SignedIn) -> None:
    known = person("known")
    invite(world, known.email)
    client = signed_in(known)
    with time_machine.travel(NOW + timedelta(days=13, hours=23)):
        assert client.get(link(known.email)).status_code == 200
    with time_machine.travel(NOW + timedelta(days=14)):
        for answer in (
            client.get(link(known.email)),
            client.post(link(known.email)),
            english().post(link(known.email), NEW),
        ):
            assert answer.status_code == 410
            assert "This invitation was valid until 30 November 2026." in text_of(answer)
    assert not holds(known, world)


def test_a_revoked_link_opens_nothing(world: World) -> None:
    made = invite(world)
    client = english()
    assert client.get(link()).status_code == 200
    invitations.revoke(team.TEAM, invitation=made, actor=Actor.of(world.reseller_owner), now=NOW)
    answer = client.post(link(), NEW)
    assert answer.status_code == 410
    assert "This link has ended." in text_of(answer)
    assert not User.objects.filter(email=NEWCOMER).exists()


def test_a_link_is_used_once(world: World, signed_in: SignedIn) -> None:
    invite(world)
    first, second = english(), english()
    first.post(link(), NEW)
    people = User.objects.count()
    for answer in (second.get(link()), second.post(link(), {"password": "another good password"})):
        assert answer.status_code == 410
        assert "Somebody has followed this link already." in text_of(answer)
    assert signed_in(world.rival_owner).get(link()).status_code == 410
    assert User.objects.count() == people
    # Whoever it was is led to where it led, from the mail, a second tab or by a second click.
    assert first.get(link())["Location"] == AREA
    assert first.post(link())["Location"] == AREA
    assert first.post(link(), NEW)["Location"] == AREA
    assert Member.objects.filter(user__email=NEWCOMER).count() == 1
    assert len(mails("team-changed")) == 1


def test_two_tabs_open_before_either_accepts(world: World, signed_in: SignedIn) -> None:
    known = person("known")
    invite(world, known.email)
    tab, other_tab = signed_in(known), signed_in(known)
    assert tab.get(link(known.email)).status_code == other_tab.get(link(known.email)).status_code == 200
    assert tab.post(link(known.email))["Location"] == other_tab.post(link(known.email))["Location"] == AREA
    assert holds(known, world) == [SALES]


def test_an_old_link_does_not_bring_back_who_was_removed(world: World) -> None:
    invite(world)
    client = english()
    client.post(link(), NEW)
    user = User.objects.get(email=NEWCOMER)
    teams.remove(team.TEAM, organisation=world.reseller, user=user, actor=Actor.of(world.reseller_owner), now=NOW)
    again = english()
    again.post("/account/login/", {"login": NEWCOMER, "password": NEW["password"]})
    assert again.get(link()).status_code == again.post(link()).status_code == 410
    assert not holds(user, world)


def test_a_company_that_takes_part_in_no_program_any_more_still_has_a_team(world: World) -> None:
    EnrolmentStatus.objects.filter(enrolment__partner=world.reseller).update(status=EnrolmentStatus.Status.ENDED)
    invite(world)
    answer = english().post(link(), NEW, follow=True)
    assert answer.redirect_chain[-1] == (AREA, 302)
    assert answer.status_code == 200
