"""Both sides find a deal by its reference, or by the partner's own number of it."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from django.db import connection
from django.test import Client

from common.models import User
from deals.finding import searched
from deals.models import Deal
from tests.deals.projects import of_competitor, open_deals, submitted
from tests.rendering import words
from tests.world import World

SignedIn = Callable[[User], Client]
PARTNER, VENDOR = "/partner/2B3C4D5F/deals/", "/vendor/lenovo/deals/"
TITLES = ("Telefonie Haus A", "Telefonie Haus B", "Telefonie Haus 2")


@pytest.fixture(autouse=True)
def deals(world: World) -> None:
    """Of the reseller numbers 1 to 3, of the rival number 1."""
    open_deals(world)
    for title in TITLES:
        submitted(world, title=title)
    of_competitor(world, title="Of the rival")


def listed(client: Client, path: str, text: str) -> set[str]:
    said = words(client.get(path, {"q": text}).content.decode())
    return {title for title in (*TITLES, "Of the rival") if title in said}


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("2B3C4D5F-2", {"Telefonie Haus B"}),
        ("2b3c4d5f-2", {"Telefonie Haus B"}),
        ("2", {"Telefonie Haus B", "Telefonie Haus 2"}),
        ("Haus 3", {"Telefonie Haus 2"}),
        ("2B3C4D5F-9", set()),
        ("9" * 30, set()),
    ],
)
def test_a_deal_is_found_by_its_reference_and_by_its_number(
    world: World, signed_in: SignedIn, text: str, found: set[str]
) -> None:
    assert listed(signed_in(world.reseller_sales), PARTNER, text) == found
    assert listed(signed_in(world.channel_manager), VENDOR, text) == found


def test_nobody_finds_somebody_elses_deal_by_its_reference(world: World, signed_in: SignedIn) -> None:
    assert listed(signed_in(world.reseller_sales), PARTNER, "6G7H8J9K-1") == set()
    assert listed(signed_in(world.channel_manager), VENDOR, "6G7H8J9K-1") == {"Of the rival"}


def test_a_reference_is_looked_up_in_an_index(world: World) -> None:
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL enable_seqscan = off")
    plan = searched(Deal.objects.order_by(), "2B3C4D5F-2", ["title"]).explain()
    assert "deal_number_once" in plan
