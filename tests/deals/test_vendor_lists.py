"""The vendor's list of deals, and its board, where a deal is dragged to the decision that it should get."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Callable
from datetime import timedelta

import pytest
import time_machine
from django.test import Client

from common.models import User
from deals import deciding
from tests.deals.projects import (
    act,
    approve,
    asked_for_longer,
    checked,
    drafted,
    of_competitor,
    open_deals,
    protected,
    submitted,
)
from tests.rendering import words
from tests.world import NOW, TODAY, World

SignedIn = Callable[[User], Client]
LIST = "/vendor/lenovo/deals/"
BOARD, OWN, RIVAL = f"{LIST}board/", f"{LIST}2B3C4D5F/1/", f"{LIST}6G7H8J9K/1/"


@pytest.fixture(autouse=True)
def rules(world: World) -> None:
    open_deals(world)


@pytest.fixture
def manager(world: World, signed_in: SignedIn) -> Client:
    return signed_in(world.channel_manager)


# --- the list --------------------------------------------------------------------------------------------------------


def test_what_is_due_first_stands_on_top_and_what_waits_for_nobody_below(world: World, manager: Client) -> None:
    approve(world, submitted(world, title="Long decided"))
    submitted(world, title="Later", day=TODAY + timedelta(days=1))
    submitted(world, title="First")
    rows = [row.record.title for row in manager.get(LIST).context["table"].rows]
    assert rows == ["First", "Later", "Long decided"]


def test_longer_protection_that_is_asked_for_waits_too(world: World, manager: Client) -> None:
    asked_for_longer(world, protected(world, title="Extend me"))
    submitted(world, title="Decide me")
    for waits, titles in (("longer", ["Extend me"]), ("decision", ["Decide me"]), ("overdue", [])):
        assert [row.record.title for row in manager.get(f"{LIST}?waits={waits}").context["table"].rows] == titles
    with time_machine.travel(NOW + timedelta(days=7)):
        assert len(manager.get(f"{LIST}?waits=overdue").context["table"].rows) == 2
        assert "overdue since 18 Nov 2026" in words(manager.get(LIST).content.decode())


def test_a_partners_draft_is_not_the_vendors(world: World, manager: Client, signed_in: SignedIn) -> None:
    drafted(world)
    for client in (manager, signed_in(world.platform_admin)):
        assert not client.get(LIST).context["table"].rows
        assert client.get(OWN).status_code == 404


def test_the_export_says_nothing_about_the_customers_people(world: World, manager: Client) -> None:
    submitted(world, contact_email="lindner@klinikum-elbtal.example", contact_phone="+49 3501 1234")
    lines = list(csv.reader(io.StringIO(manager.get(f"{LIST}?export=csv").content.decode("utf-8-sig"))))
    assert "Klinikum Elbtal gGmbH" in lines[1]
    assert not {"Frau Dr. Lindner", "lindner@klinikum-elbtal.example", "+49 3501 1234"} & set(lines[1])


def test_the_export_has_days_and_no_markup_also_of_what_is_overdue(world: World, manager: Client) -> None:
    submitted(world)
    with time_machine.travel(NOW + timedelta(days=10), tick=False):
        text = manager.get(f"{LIST}?export=csv").content.decode("utf-8-sig")
    (row,) = csv.DictReader(io.StringIO(text))
    assert row["Decision due"] == "2026-11-18"
    assert "<" not in text


# --- the board -------------------------------------------------------------------------------------------------------


def drops(client: Client) -> dict[str, dict[str, str]]:
    """By the title of a card that can be dragged: the places, and where dropping it there leads."""
    page = client.get(BOARD).content.decode()
    cards = re.findall(r'<li class="desk-card" draggable="true"(.*?)>.*?draggable="false">(.*?)</a>', page, re.DOTALL)
    return {title: dict(re.findall(r'data-(\w+)="(.*?)"', places)) for places, title in cards}


def test_the_board_has_the_same_deals_by_state(world: World, manager: Client) -> None:
    protected(world, title="Protected one")
    submitted(world, title="Waiting one")
    columns = {each["label"]: each for each in manager.get(BOARD).context["columns"]}
    assert [each["title"] for each in columns["Submitted"]["deals"]] == ["Waiting one"]
    assert [each["title"] for each in columns["Protected"]["deals"]] == ["Protected one"]


def test_a_card_is_dragged_to_the_decision_that_its_deal_should_get(world: World, manager: Client) -> None:
    protected(world, title="Protected one")
    deal = submitted(world, title="Waiting one")
    asked = submitted(world, title="Asked one")
    deciding.ask_back(deal=asked, text="How many?", act=act(world.channel_manager, asked))
    page = f"{LIST}2B3C4D5F/{deal.number}/"
    places = {place: f"{page}?outcome={place}#decide" for place in ("ask_back", "protect", "refuse")}
    found = drops(manager)
    assert found["Waiting one"] == places
    assert found["Asked one"].keys() == {"protect", "refuse"}
    assert found.keys() == {"Waiting one", "Asked one"}
    # Each of them is a place of the board, and what the page then has ticked.
    board = manager.get(BOARD).content.decode()
    for place, url in places.items():
        assert f'data-place="{place}"' in board
        assert ticked(manager, url.partition("#")[0]) == place


def ticked(client: Client, url: str) -> str:
    (value,) = re.findall(r'name="outcome"[^>]*value="(\w+)" checked', client.get(url).content.decode())
    return str(value)


def test_a_decision_that_a_deal_cannot_get_is_not_begun(world: World, manager: Client) -> None:
    submitted(world)
    assert ticked(manager, f"{OWN}?outcome=duplicate") == "protect"
    checked(of_competitor(world))
    assert ticked(manager, f"{RIVAL}?outcome=nonsense") == "duplicate"
    assert ticked(manager, f"{RIVAL}?outcome=refuse") == "refuse"


def test_who_decides_nothing_drags_nothing(world: World, signed_in: SignedIn) -> None:
    submitted(world)
    assert not drops(signed_in(world.vendor_finance))
    assert drops(signed_in(world.channel_manager))
