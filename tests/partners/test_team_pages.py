"""The pages of a company's team: who sees what, and what owners do there."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import pytest
from django.test import Client
from django.utils import timezone

from common import teams
from common.access import OWNER, SALES, TECHNICIAN, Actor
from common.models import OutboxMail, User
from common.teams import NotAllowed
from partners import team
from partners.models import Member, MemberInvitation
from tests.rendering import words
from tests.teams import NEWCOMER, invite, link
from tests.world import NOW, World

SignedIn = Callable[..., Client]
TEAM = "/partner/2B3C4D5F/team/"


def owner(world: World) -> Actor:
    return Actor.of(world.reseller_owner)


def roles_of(user: User, world: World) -> set[str]:
    rows = Member.objects.filter(user=user, partner=world.reseller, left_on__isnull=True)
    return set(rows.values_list("role", flat=True))


def test_owners_see_everybody_and_open_invitations(world: World, signed_in: SignedIn) -> None:
    invite(world)
    invite(world, "late@elbtal.example", now=NOW - timedelta(days=15))
    text = words(signed_in(world.reseller_owner).get(TEAM).content.decode())
    for part in ("Reseller Owner you", "Reseller Technician", "bookkeeping", "Last sign-in", NEWCOMER, "Revoke"):
        assert part in text
    assert "expired" in text


def test_others_see_who_is_there_and_nothing_to_do(world: World, signed_in: SignedIn) -> None:
    invite(world)
    client = signed_in(world.reseller_technician)
    page = client.get(TEAM).content.decode()
    assert "Reseller Owner" in page
    for hidden in ("Last sign-in", NEWCOMER, "team/invite/", f"people/{world.reseller_owner.pk}/"):
        assert hidden not in page
    for path in ("invite/", f"people/{world.reseller_owner.pk}/", f"people/{world.reseller_owner.pk}/remove/"):
        assert client.get(TEAM + path).status_code == 403
    assert client.post(f"{TEAM}people/{world.reseller_owner.pk}/remove/").status_code == 403


def test_whoever_views_the_company_neither_sees_nor_changes_its_team(world: World, signed_in: SignedIn) -> None:
    made = invite(world)
    client = signed_in(world.channel_manager)
    client.post("/vendor/lenovo/partners/2B3C4D5F/view/")
    assert TEAM not in client.get("/partner/2B3C4D5F/").content.decode()
    person_ = f"people/{world.reseller_sales.pk}/"
    for path in ("", "invite/", person_, f"{person_}remove/"):
        assert client.get(TEAM + path).status_code == 403
    sent = {"address": "spy@lenovo.example", "role": OWNER, "language": "en", "roles": [OWNER]}
    for path in (
        "invite/",
        person_,
        f"{person_}remove/",
        *(f"invitations/{made.pk}/{act}/" for act in ("resend", "revoke")),
    ):
        assert client.post(TEAM + path, sent).status_code == 403
    made.refresh_from_db()
    assert made.revoked_at is None
    assert MemberInvitation.objects.count() == 1
    assert roles_of(world.reseller_sales, world) == {SALES}


def test_staff_who_are_owners_as_well_change_nothing_while_they_only_look(world: World) -> None:
    Member.objects.create(partner=world.reseller, user=world.channel_manager, role=OWNER)
    narrowed = Actor.of(world.channel_manager).only("vendor", world.vendor.pk)
    with pytest.raises(NotAllowed):
        invite(world, actor=narrowed)


def test_inviting_on_the_page(world: World, signed_in: SignedIn) -> None:
    client = signed_in(world.reseller_owner)
    wrong = client.post(f"{TEAM}invite/", {"address": "new comer@", "role": SALES, "language": "de"})
    assert wrong.status_code == 422
    assert 'value="new comer@"' in wrong.content.decode()
    known = client.post(f"{TEAM}invite/", {"address": "reseller_sales@example.com", "role": SALES, "language": "de"})
    assert "reseller_sales@example.com is in the team already." in words(known.content.decode())
    answer = client.post(f"{TEAM}invite/", {"address": NEWCOMER, "role": SALES, "language": "de"}, follow=True)
    assert answer.redirect_chain == [(TEAM, 302)]
    made = MemberInvitation.objects.get()
    assert (made.language, made.invited_by) == ("de", world.reseller_owner)
    client.post(f"{TEAM}invitations/{made.pk}/revoke/")
    made.refresh_from_db()
    assert made.revoked_at is not None


def test_sending_again_says_whether_the_earlier_link_has_ended(world: World, signed_in: SignedIn) -> None:
    made = invite(world, now=timezone.now())
    client, again = signed_in(world.reseller_owner), f"{TEAM}invitations/{made.pk}/resend/"
    page = words(client.post(again, follow=True).content.decode())
    assert f"The invitation to {NEWCOMER} was sent a moment ago. Its link is valid." in page
    assert Client().get(link()).status_code == 200
    MemberInvitation.objects.filter(pk=made.pk).update(invited_at=timezone.now() - timedelta(minutes=2))
    before = link()
    page = words(client.post(again, follow=True).content.decode())
    assert f"A new invitation goes to {NEWCOMER}. The earlier link has ended." in page
    assert Client().get(before).status_code == 410


def test_changing_roles_on_the_page(world: World, signed_in: SignedIn) -> None:
    client = signed_in(world.reseller_owner)
    path = f"{TEAM}people/{world.reseller_sales.pk}/"
    none = client.post(path, {"seen": SALES})
    assert none.status_code == 422
    assert "Choose at least one role, or remove the person from the team." in words(none.content.decode())
    stale = client.post(path, {"seen": OWNER, "roles": [TECHNICIAN]})
    assert "Somebody has changed these roles meanwhile." in words(stale.content.decode())
    assert client.post(path, {"seen": SALES, "roles": [SALES, TECHNICIAN]})["Location"] == TEAM
    assert roles_of(world.reseller_sales, world) == {SALES, TECHNICIAN}
    last = client.post(f"{TEAM}people/{world.reseller_owner.pk}/", {"seen": OWNER, "roles": [SALES]})
    assert "One owner has to stay." in words(last.content.decode())
    assert client.get(f"{TEAM}people/{world.rival_owner.pk}/").status_code == 404


def test_removing_says_before_what_will_happen_and_asking_changes_nothing(world: World, signed_in: SignedIn) -> None:
    client = signed_in(world.reseller_owner)
    path = f"{TEAM}people/{world.reseller_sales.pk}/remove/"
    text = words(client.get(path).content.decode())
    assert "Reseller Sales loses the access to Elbtal Systemhaus GmbH at once, and is told by mail." in text
    assert roles_of(world.reseller_sales, world) == {SALES}
    answer = client.post(path, follow=True)
    assert "Reseller Sales is removed from Elbtal Systemhaus GmbH and signed out everywhere." in words(
        answer.content.decode()
    )
    assert client.post(path).status_code == 404


def test_a_vendors_history_of_the_company_has_whom_it_writes_to(world: World, signed_in: SignedIn) -> None:
    technician = world.reseller_technician
    teams.change_roles(
        team.TEAM, organisation=world.reseller, user=technician, roles=[OWNER], actor=owner(world), now=NOW
    )
    teams.remove(team.TEAM, organisation=world.reseller, user=world.reseller_sales, actor=owner(world), now=NOW)
    text = words(signed_in(world.channel_manager).get("/vendor/lenovo/partners/2B3C4D5F/").content.decode())
    assert "Reseller Technician joined as owner" in text
    assert "Reseller Sales is no longer sales" in text
    assert "Reseller Finance" not in text
    assert "joined as technician" not in text


def test_what_somebody_typed_is_escaped(world: World, signed_in: SignedIn) -> None:
    User.objects.filter(pk=world.reseller_sales.pk).update(first_name="<b>Max</b>", last_name="<script>")
    world.reseller_sales.refresh_from_db()
    client = signed_in(world.reseller_owner)
    path = f"{TEAM}people/{world.reseller_sales.pk}/"
    for page in (TEAM, path, f"{path}remove/"):
        text = client.get(page).content.decode()
        assert "<b>Max" not in text
        assert "&lt;b&gt;Max" in text
    client.post(f"{path}remove/")
    mail = OutboxMail.objects.get(kind="team-changed")
    assert "&lt;b&gt;Max" in mail.html
    assert "<b>Max" in mail.text


def test_other_companies_invitations_and_people_are_not_there(world: World, signed_in: SignedIn) -> None:
    foreign = invite(world, partner=world.rival, actor=Actor.of(world.rival_owner))
    client = signed_in(world.reseller_owner)
    assert client.post(f"{TEAM}invitations/{foreign.pk}/revoke/").status_code == 404
    assert client.post(f"{TEAM}invitations/{foreign.pk}/resend/").status_code == 404
    assert client.get("/partner/6G7H8J9K/team/").status_code == 404
