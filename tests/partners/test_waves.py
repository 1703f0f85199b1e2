"""Contacts a vendor has brought along are invited by wave; the first owner confirms what was said about the company."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client

from common import invitations
from common.access import Actor
from common.models import OutboxMail, User
from common.teams import NotAllowed
from partners import company, waves
from partners.models import BroughtContact, DataCheck, Member, MemberInvitation, Partner
from partners.team import TEAM, HasOwner
from partners.waves import NobodyToInvite
from tests.people import PASSWORD
from tests.sales.golive.bringing import NEW, bring, partners
from tests.world import NOW, TODAY, World

SignedIn = Callable[[User], Client]
SALES = "Nordlicht IT GmbH;;;;;;;vertrieb@nordlicht.example;;;Vertrieb;;"
PAGE = "/vendor/lenovo/partners/invitations/"


@pytest.fixture
def brought(world: World) -> Partner:
    bring(world, partners(NEW, SALES))
    return Partner.objects.get(name="Nordlicht IT GmbH")


def contacts(world: World, now: Any = NOW) -> Any:
    return waves.contacts_of(vendor=world.vendor, actor=Actor.system(), now=now, today=TODAY)


def standings(world: World, now: Any = NOW) -> list[str]:
    return [each.standing for each in contacts(world, now).order_by("pk")]


def wave(world: World, *, number: int = 100, standing: str = "waiting", now: Any = NOW, by: User | None = None) -> int:
    actor = Actor.of(by or world.channel_manager)
    asked = waves.ask(
        vendor=world.vendor, contacts=contacts(world, now), standing=standing, number=number, actor=actor, now=now
    )
    waves.send_asked(now=now)
    return asked


def join(address: str, now: Any = NOW) -> User:
    mail = OutboxMail.objects.filter(address=address).latest("pk")
    secret = re.findall(r"/join/company/([^/]+)/", mail.text)[0]
    invitation = invitations.found(TEAM, secret=secret)
    return invitations.join_as_new(
        TEAM, invitation=invitation, name="Ada Nord", password=PASSWORD, language="de", now=now
    )


def test_nobody_is_written_to_before_a_wave(world: World, brought: Partner) -> None:
    assert standings(world) == ["waiting", "waiting"]
    assert not OutboxMail.objects.exists()


def test_a_wave_invites_as_many_as_were_asked_for(world: World, brought: Partner) -> None:
    assert wave(world, number=1) == 1
    assert standings(world) == ["invited", "waiting"]
    mail = OutboxMail.objects.get()
    assert mail.address == "chef@nordlicht.example"
    invitation = MemberInvitation.objects.get()
    assert (invitation.invited_by, invitation.vendor, invitation.role) == (
        world.channel_manager, world.vendor, "owner",
    )  # fmt: skip


def test_single_people_are_chosen(world: World, brought: Partner, signed_in: SignedIn) -> None:
    manager = signed_in(world.channel_manager)
    sales = BroughtContact.objects.get(address="vertrieb@nordlicht.example")
    assert f'name="contact" value="{sales.pk}"' in manager.get(PAGE).content.decode()
    page = f"{PAGE}chosen/"
    assert (
        "Please tick in the list" in manager.post(page, {"contact": ["", "x", "9" * 30]}, follow=True).content.decode()
    )
    done = manager.post(page, {"contact": [sales.pk]}, follow=True).content.decode()
    assert "1 person is being invited." in done
    assert standings(world) == ["waiting", "invited"]
    assert f'name="contact" value="{sales.pk}"' not in done
    manager.post(page, {"contact": [sales.pk]})
    assert [mail.address for mail in OutboxMail.objects.all()] == ["vertrieb@nordlicht.example"]
    rival = signed_in(world.rival_channel_manager)
    waiting = BroughtContact.objects.get(address="chef@nordlicht.example")
    rival.post("/vendor/ibm/partners/invitations/chosen/", {"contact": [waiting.pk]})
    assert standings(world) == ["waiting", "invited"]


def test_sending_twice_writes_once(world: World, brought: Partner) -> None:
    wave(world)
    waves.send_asked(now=NOW)
    assert OutboxMail.objects.count() == 2
    with pytest.raises(NobodyToInvite):
        wave(world)


def test_people_brought_along_together_join_one_after_another(world: World, brought: Partner) -> None:
    wave(world)
    join("chef@nordlicht.example")
    join("vertrieb@nordlicht.example")
    assert standings(world) == ["joined", "joined"]
    assert set(Member.objects.filter(partner=brought).values_list("role", flat=True)) == {"owner", "sales"}


def test_a_company_that_runs_its_team_is_not_invited_into(world: World) -> None:
    header = "Firma;PLZ;Ort;Land;Partnernummer;E-Mail"
    bring(world, partners(f"Elbtal;;;;{world.reseller.number};fremd@example.org", header=header))
    wave(world)
    assert standings(world) == ["owner"]
    assert not OutboxMail.objects.filter(address="fremd@example.org").exists()


def test_an_invitation_into_a_company_that_got_another_owner_is_void(world: World, brought: Partner) -> None:
    wave(world)
    Member.objects.create(partner=brought, user=world.rival_owner, role="owner")
    with pytest.raises(HasOwner):
        join("chef@nordlicht.example")


def test_somebody_who_is_in_the_team_counts_as_joined(world: World, brought: Partner) -> None:
    BroughtContact.objects.filter(address="vertrieb@nordlicht.example").update(address="reseller_sales@example.com")
    Member.objects.create(partner=brought, user=world.reseller_sales, role="sales")
    wave(world)
    assert standings(world) == ["invited", "joined"]


def test_expired_invitations_are_sent_again(world: World, brought: Partner) -> None:
    wave(world)
    later = NOW + timedelta(days=20)
    assert standings(world, later) == ["expired", "expired"]
    assert wave(world, standing="expired", now=later) == 2
    assert standings(world, later) == ["invited", "invited"]


def test_only_the_vendors_managers_and_admins_invite(world: World, brought: Partner) -> None:
    for user in (world.vendor_finance, world.rival_channel_manager, world.platform_admin, world.reseller_owner):
        with pytest.raises(NotAllowed):
            wave(world, by=user)
    rows = waves.contacts_of(vendor=world.vendor, actor=Actor.of(world.rival_vendor_admin), now=NOW, today=TODAY)
    assert not rows.exists()


def test_the_page_shows_who_waits_and_invites_those_it_shows(
    world: World, brought: Partner, signed_in: SignedIn
) -> None:
    manager = signed_in(world.channel_manager)
    page = manager.get(f"{PAGE}?q=vertrieb")
    assert "vertrieb@nordlicht.example" in page.content.decode()
    assert "chef@nordlicht.example" not in page.content.decode()
    sent = manager.post(f"{PAGE}send/?q=vertrieb", {"standing": "waiting", "number": "50"}, follow=True)
    assert "1 person is being invited." in sent.content.decode()
    assert standings(world) == ["waiting", "invited"]
    tier = world.program.tiers.get(code="silver").pk
    assert "chef@nordlicht.example" not in manager.get(f"{PAGE}?tier={tier}").content.decode()
    assert "chef@nordlicht.example" in manager.get(f"{PAGE}?country=DE").content.decode()
    nothing = manager.post(f"{PAGE}send/", {"standing": "expired", "number": "0"}, follow=True)
    assert "Please say how many" in nothing.content.decode()


def test_the_first_owner_is_asked_once_whether_the_data_are_right(
    world: World, brought: Partner, client: Client, signed_in: SignedIn
) -> None:
    wave(world)
    mail = OutboxMail.objects.get(address="chef@nordlicht.example")
    secret = re.findall(r"/join/company/([^/]+)/", mail.text)[0]
    chosen = {"name": "Ada Nord", "password": PASSWORD}
    page = client.post(f"/join/company/{secret}/", chosen, follow=True)
    here = f"/partner/{brought.number}/data/"
    assert page.request["PATH_INFO"] == here
    assert "DE136695976" in page.content.decode()
    home = client.get(f"/partner/{brought.number}/panels/waiting/").content.decode()
    assert "Please confirm your company’s data" in home
    form = {"street": "Kai\u202e 1", "postcode": "20095", "city": "Hamburg", "website": "nordlicht.example"}
    client.post(here, {**form, "phone": "", "language": "de"}, follow=True)
    brought.refresh_from_db()
    assert (brought.street, brought.website) == ("Kai 1", "https://nordlicht.example")
    checked = DataCheck.objects.get(partner=brought)
    assert checked.confirmed_by is not None
    assert checked.confirmed_by.email == "chef@nordlicht.example"
    assert "Please confirm" not in client.get(f"/partner/{brought.number}/panels/waiting/").content.decode()
    assert client.get(here, follow=True).request["PATH_INFO"] == f"/partner/{brought.number}/"


def contact(**changed: str) -> company.Contact:
    known = {"street": "Kai 1", "postcode": "24103", "city": "Kiel", "website": "", "phone": "", "language": "de"}
    return company.Contact(**{**known, **changed})


def test_data_are_confirmed_once_and_the_first_word_stands(world: World, brought: Partner) -> None:
    owner = User.objects.create(email="o@nordlicht.example")
    Member.objects.create(partner=brought, user=owner, role="owner")
    assert company.confirm(partner=brought, contact=contact(), actor=Actor.of(owner), now=NOW)
    assert not company.confirm(partner=brought, contact=contact(city="Köln"), actor=Actor.of(owner), now=NOW)
    brought.refresh_from_db()
    assert (brought.name, brought.vat_id, brought.city) == ("Nordlicht IT GmbH", "DE136695976", "Kiel")


def test_only_owners_confirm(world: World, brought: Partner) -> None:
    for user in (world.reseller_owner, world.channel_manager, world.platform_admin):
        with pytest.raises(company.NotAllowed):
            company.confirm(partner=brought, contact=contact(), actor=Actor.of(user), now=NOW)
