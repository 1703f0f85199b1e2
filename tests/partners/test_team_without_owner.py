"""A company whose owner is gone: the staff of a vendor it works with invite a new one."""

from __future__ import annotations

from collections.abc import Callable
from urllib.parse import urlsplit

import pytest
from django.test import Client

from common.access import OWNER, PARTNER, Actor
from common.models import OutboxMail, User
from common.teams import NotAllowed
from partners import team
from partners.models import EnrolmentStatus, Member, MemberInvitation
from tests.people import member_of
from tests.rendering import words
from tests.teams import NEWCOMER, link, mails
from tests.world import NOW, TODAY, World

SignedIn = Callable[..., Client]
AREA = "/partner/2B3C4D5F/"
NEW = {"name": "Nadia Maria Comer", "password": "nobody guesses this one"}


def english() -> Client:
    return Client(headers={"accept-language": "en"})


def text_of(answer: object) -> str:
    return words(answer.content.decode())  # type: ignore[attr-defined]


DETAIL = "/vendor/lenovo/partners/2B3C4D5F/"


def lock_owner(world: World) -> None:
    User.objects.filter(pk=world.reseller_owner.pk).update(is_active=False)


def test_while_there_is_an_owner_no_vendor_invites_one(world: World, signed_in: SignedIn) -> None:
    client = signed_in(world.channel_manager)
    assert "Nobody runs" not in text_of(client.get(DETAIL))
    assert client.get(f"{DETAIL}invite-owner/").status_code == 404
    with pytest.raises(team.HasOwner):
        rescue(world)


def rescue(world: World, **changed: object) -> MemberInvitation:
    values = {
        "partner": world.reseller, "vendor": world.vendor, "address": NEWCOMER, "language": "en",
        "actor": Actor.of(world.channel_manager), "now": NOW, **changed,
    }  # fmt: skip
    return team.invite_owner(**values)  # type: ignore[arg-type]


@pytest.mark.parametrize("how", ["locked", "left"])
def test_without_one_a_vendors_people_invite_somebody_and_the_members_are_told(
    world: World, signed_in: SignedIn, how: str
) -> None:
    if how == "locked":
        lock_owner(world)
    else:
        Member.objects.filter(user=world.reseller_owner).update(left_on=TODAY)
    client = signed_in(world.channel_manager)
    assert "Nobody runs this company’s team" in text_of(client.get(DETAIL))
    assert client.post(f"{DETAIL}invite-owner/", {"address": "no", "language": "en"}).status_code == 422
    answer = client.post(f"{DETAIL}invite-owner/", {"address": NEWCOMER, "language": "en"}, follow=True)
    assert f"{NEWCOMER}: invited on 16 Nov 2026 by Channel Manager" in text_of(answer)
    told = "Lenovo has invited newcomer@elbtal.example to run the team of Elbtal Systemhaus GmbH, which has no owner"
    assert mails("team-changed") == [
        (name, told) for name in ("reseller_finance", "reseller_sales", "reseller_technician")
    ]
    assert "Channel Manager of Lenovo invites you" in OutboxMail.objects.get(kind="team-invitation").text
    assert "Channel Manager, Lenovo" in text_of(english().get(link()))
    english().post(link(), NEW)
    user = User.objects.get(email=NEWCOMER)
    assert Actor.of(user).has(PARTNER, world.reseller.pk, OWNER)
    assert "Nobody runs" not in text_of(client.get(DETAIL))


def test_of_two_who_are_invited_to_be_the_owner_the_first_decides(world: World) -> None:
    lock_owner(world)
    rescue(world)
    rescue(
        world, vendor=world.rival_vendor, address="second@elbtal.example", actor=Actor.of(world.rival_channel_manager)
    )
    english().post(link(), NEW)
    answer = english().post(link("second@elbtal.example"), NEW)
    assert answer.status_code == 410
    assert "The company has an owner meanwhile." in text_of(answer)
    assert not User.objects.filter(email="second@elbtal.example").exists()


@pytest.mark.parametrize(
    "role", ["vendor_finance", "rival_channel_manager", "reseller_sales", "platform_admin", "rival_owner"]
)
def test_nobody_else_invites_an_owner(world: World, signed_in: SignedIn, role: str) -> None:
    lock_owner(world)
    user = getattr(world, role)
    with pytest.raises(NotAllowed):
        rescue(world, actor=Actor.of(user))
    assert signed_in(user).post(f"{DETAIL}invite-owner/", {"address": NEWCOMER}).status_code in (403, 404)
    assert not MemberInvitation.objects.exists()


@pytest.mark.parametrize("status", ["applied", "ended"])
def test_a_vendor_with_which_the_company_does_not_work_today_does_not_either(
    world: World, signed_in: SignedIn, status: str
) -> None:
    lock_owner(world)
    EnrolmentStatus.objects.filter(enrolment=world.enrolment).update(status=status)
    with pytest.raises(NotAllowed):
        rescue(world)
    client = signed_in(world.channel_manager)
    assert "Nobody runs" not in text_of(client.get(DETAIL))
    assert client.get(f"{DETAIL}invite-owner/").status_code == 404


def test_another_owner_of_the_company_sees_it_and_may_revoke_it(world: World, signed_in: SignedIn) -> None:
    lock_owner(world)
    made = rescue(world)
    owner = member_of(world.reseller, "second_owner", OWNER)
    client = signed_in(owner)
    assert NEWCOMER in client.get(f"{AREA}team/").content.decode()
    client.post(f"{AREA}team/invitations/{made.pk}/revoke/")
    assert english().get(link()).status_code == 410
    assert urlsplit(link()).path.startswith("/join/company/")
