"""Inviting unknown customers: one mail per vendor and address in thirty days, and nothing about sales in it."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from common.access import Actor
from common.models import OutboxMail
from sales import selectors
from sales.inviting import InvitedAlready, invite_customer
from sales.matching import NotAllowed, NothingWaits
from sales.models import Invitation
from tests.sales.matching_world import manager_of, match, waits
from tests.sales.sending import at_once
from tests.world import NOW, TODAY, World


def invite(world: World, **changed: Any) -> Invitation:
    values = {
        "actor": manager_of(world),
        "vendor": world.vendor,
        "distributor": world.distributor,
        "number": "K-404",
        "address": "Einkauf@Unbekannt.example",
        "language": "de",
        "now": NOW,
        "today": TODAY,
        **changed,
    }
    return invite_customer(**values)


def test_the_mail_says_who_invites_and_how_to_begin_and_nothing_about_sales(world: World) -> None:
    invitation = invite(world, language="en")
    assert (invitation.address, invitation.invited_by) == ("einkauf@unbekannt.example", world.channel_manager)
    mail = OutboxMail.objects.get()
    assert (mail.address, mail.recipient, mail.language) == ("einkauf@unbekannt.example", None, "en")
    assert mail.subject == "Lenovo invites you to become a partner"
    for text in (mail.text, mail.html):
        assert "/register/" in text
        assert "Channel Manager" in text
        for secret in ("2400", "2,400", "K-404", "Allnet", "Unbekannt &", "R-1004"):
            assert secret not in text


def test_an_address_is_not_written_to_twice_within_thirty_days(world: World) -> None:
    invite(world)
    waits(world, "R-9")
    with pytest.raises(InvitedAlready, match="16 Nov 2026"):
        invite(world, number="K-99", address="einkauf@unbekannt.example ")
    day = TODAY + timedelta(days=29)
    with pytest.raises(InvitedAlready):
        invite(world, today=day, now=NOW + timedelta(days=29))
    invite(world, today=day + timedelta(days=1), now=NOW + timedelta(days=30))
    assert OutboxMail.objects.count() == Invitation.objects.count() == 2


def test_another_vendor_and_another_address_are_another_matter(world: World) -> None:
    invite(world)
    invite(world, address="chef@unbekannt.example")
    invite(
        world,
        actor=Actor.of(world.rival_channel_manager),
        vendor=world.rival_vendor,
        distributor=world.rival_distributor,
    )
    assert OutboxMail.objects.count() == 3


def test_only_unknown_customers_with_waiting_rows_are_invited(world: World) -> None:
    with pytest.raises(NothingWaits):
        invite(world, number="K-1")
    match(world, world.reseller, number="K-404")
    with pytest.raises(NothingWaits):
        invite(world)
    assert OutboxMail.objects.count() == 0


@pytest.mark.parametrize("role", ["vendor_finance", "rival_channel_manager", "reseller_owner", "platform_admin"])
def test_only_channel_managers_and_admins_invite(world: World, role: str) -> None:
    with pytest.raises(NotAllowed):
        invite(world, actor=Actor.of(getattr(world, role)))


def test_the_entry_says_when_it_was_invited(world: World) -> None:
    invite(world)
    entries = selectors.waiting_customers(vendor=world.vendor, actor=manager_of(world))
    assert [entry["invited_at"] for entry in entries] == [NOW]


def test_two_people_who_invite_one_address_at_once_write_once(committed: World) -> None:
    results = at_once(lambda: invite(committed), lambda: invite(committed))
    assert sorted(type(result).__name__ for result in results) == ["Invitation", "InvitedAlready"]
    assert OutboxMail.objects.count() == Invitation.objects.count() == 1
