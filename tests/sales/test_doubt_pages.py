"""Doubtful rows in the browser: what is odd about them in figures, accepted or rejected one by one or together."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from decimal import Decimal

import pytest
from django.test import Client

from common.models import User
from sales.models import WaitingRow
from tests.sales.matching_world import live, waits
from tests.world import World

SignedIn = Callable[[User], Client]
LIST = "/vendor/lenovo/doubts/"


@pytest.fixture
def manager(world: World, signed_in: SignedIn) -> Client:
    return signed_in(world.channel_manager)


@pytest.fixture
def rows(world: World) -> list[WaitingRow]:
    known = {"customer_number": "K-1"}
    return [
        waits(world, "D-1", doubts=["price"], net=Decimal("5.00"), **known),
        waits(world, "D-2", doubts=["quantity"], quantity=Decimal(20_000), **known),
        waits(world, "D-3", doubts=["old", "price"], on=date(2019, 1, 1), article="NEW"),
    ]


def text_of(client: Client, path: str = LIST) -> str:
    return " ".join(client.get(path).content.decode().split())


def test_each_row_says_what_is_doubtful_with_the_figures(manager: Client, rows: list[WaitingRow]) -> None:
    page = text_of(manager)
    assert "€1.00 each, list price €1,000.00" in page
    assert "more than 10,000 pieces" in page
    assert "dated more than 24 months ago" in page
    assert "€1,000.00 each" in page
    found = manager.get(LIST + "?doubt=quantity&q=D-2").context["table"].data.data
    assert [row.pk for row in found] == [rows[1].pk]
    export = manager.get(LIST + "?export=csv").content.decode("utf-8-sig")
    assert "D-1,1,2026-08-20,Fremd AG,K-1,Allnet,21HM,5.000,5.00," in export


def test_the_chosen_rows_are_accepted_and_booked(manager: Client, rows: list[WaitingRow]) -> None:
    chosen = {"rows": [row.pk for row in rows]}
    answer = manager.post(LIST + "accept/", chosen, follow=True).content.decode()
    assert "3 rows were accepted, 2 of them booked." in answer
    assert "Nothing is doubtful" in answer
    assert [line.document_number for line in live(document_number__startswith="D-")] == ["D-1", "D-2"]
    assert "decided this already" in manager.post(LIST + "reject/", chosen, follow=True).content.decode()


def test_one_row_is_decided_with_its_own_button_whatever_is_ticked(manager: Client, rows: list[WaitingRow]) -> None:
    form = {"rows": [rows[0].pk, rows[1].pk], "only": rows[1].pk}
    assert "1 row was rejected" in manager.post(LIST + "reject/", form, follow=True).content.decode()
    states = [WaitingRow.objects.get(pk=row.pk).state for row in rows]
    assert states == ["waiting", "rejected", "waiting"]
    assert "D-2" not in text_of(manager)
    assert "Let the chosen rows wait again" in text_of(manager, LIST + "?state=rejected")
    assert "1 row waits again." in manager.post(LIST + "recall/", {"only": rows[1].pk}, follow=True).content.decode()
    assert "D-2" in text_of(manager)


@pytest.mark.parametrize("chosen", [{}, {"rows": ["x", "", "-1", "٣", "9" * 30]}])
def test_nonsense_chooses_nothing(manager: Client, rows: list[WaitingRow], chosen: dict[str, list[str]]) -> None:
    for action in ("accept", "reject", "recall"):
        answer = manager.post(f"{LIST}{action}/", chosen, follow=True).content.decode()
        assert "Please choose at least one row." in answer


def test_rows_of_other_vendors_are_not_decided(world: World, manager: Client) -> None:
    WaitingRow.objects.filter(pk=world.rival_waiting.pk).update(doubts=["old"])
    for action in ("accept", "reject"):
        manager.post(f"{LIST}{action}/", {"rows": [world.rival_waiting.pk]})
    world.rival_waiting.refresh_from_db()
    assert (world.rival_waiting.state, world.rival_waiting.settled_at) == ("waiting", None)


@pytest.mark.parametrize("role", ["vendor_finance", "platform_admin"])
def test_only_channel_managers_and_admins_come_here(world: World, signed_in: SignedIn, role: str) -> None:
    client = signed_in(getattr(world, role))
    assert client.get(LIST).status_code == 403
    assert client.post(LIST + "accept/").status_code == 403


def test_a_customers_name_in_the_list_is_escaped(world: World, manager: Client) -> None:
    waits(world, "D-9", doubts=["old"], customer_name="<script>alert(1)</script>", document_number="<b>D</b>")
    page = text_of(manager)
    assert "<script>alert" not in page
    assert "<b>D</b>" not in page
