"""Doubtful rows: nothing of them counts until a person has said that they are right, and only one person says it."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from common.access import Actor
from sales import selectors
from sales.matching import NotAllowed, book_waiting
from sales.models import WaitingRow
from sales.settling import Accepted, DecidedAlready, accept_rows, reject_rows, take_back_rejection
from tests.sales.matching_world import live, manager_of, match, waits
from tests.sales.sending import at_once
from tests.world import NOW, World


def doubtful(world: World, document: str = "R-9", **fields: object) -> WaitingRow:
    return waits(world, document, customer_number="K-1", **{"doubts": ["quantity"], **fields})


def accept(world: World, *rows: WaitingRow) -> Accepted:
    return accept_rows(actor=manager_of(world), vendor=world.vendor, rows=[row.pk for row in rows], now=NOW)


def reject(world: World, *rows: WaitingRow) -> int:
    return reject_rows(actor=manager_of(world), vendor=world.vendor, rows=[row.pk for row in rows], now=NOW)


def test_a_doubtful_row_is_not_booked_although_everything_is_known(world: World) -> None:
    row = doubtful(world)
    assert selectors.bookable_rows(vendor=world.vendor) == 0
    assert book_waiting(actor=manager_of(world), vendor=world.vendor, now=NOW) == 0
    assert list(selectors.doubtful_rows(vendor=world.vendor, actor=manager_of(world))) == [row]


def test_an_accepted_row_is_booked_at_once(world: World) -> None:
    row, other = doubtful(world), doubtful(world, "R-8")
    assert accept(world, row) == Accepted(rows=1, booked=1)
    row.refresh_from_db()
    assert (row.state, row.settled_by, row.settled_at) == ("booked", world.channel_manager, NOW)
    assert [line.document_key for line in live(customer_number="K-1", document_key="R9")] == ["R9"]
    assert list(selectors.doubtful_rows(vendor=world.vendor, actor=manager_of(world))) == [other]


def test_an_accepted_row_of_an_unknown_customer_is_booked_once_it_is_known(world: World) -> None:
    row = waits(world, "R-9", doubts=["price"])
    assert accept(world, row) == Accepted(rows=1, booked=0)
    assert match(world, world.reseller).booked == 1


def test_matching_a_customer_leaves_its_doubtful_rows_to_a_person(world: World) -> None:
    waits(world, "R-9", doubts=["future"])
    waits(world, "R-8")
    assert (match(world, world.reseller).booked, match(world, world.reseller).waiting) == (1, 1)


def test_a_rejected_row_counts_nowhere_and_can_be_taken_back(world: World) -> None:
    row = doubtful(world)
    assert reject(world, row) == 1
    assert book_waiting(actor=manager_of(world), vendor=world.vendor, now=NOW) == 0
    row.refresh_from_db()
    assert (row.state, row.settled_by) == ("rejected", world.channel_manager)
    assert take_back_rejection(actor=manager_of(world), vendor=world.vendor, rows=[row.pk]) == 1
    row.refresh_from_db()
    assert (row.state, row.settled_by, row.settled_at) == ("waiting", None, None)
    assert accept(world, row).booked == 1


def test_rows_without_a_doubt_and_of_other_vendors_are_not_decided_about(world: World) -> None:
    WaitingRow.objects.filter(pk=world.rival_waiting.pk).update(doubts=["old"])
    for row in (world.waiting, world.rival_waiting):
        with pytest.raises(DecidedAlready):
            accept(world, row)
        with pytest.raises(DecidedAlready):
            reject(world, row)


def test_what_was_decided_is_not_decided_again(world: World) -> None:
    row = doubtful(world)
    accept(world, row)
    with pytest.raises(DecidedAlready):
        reject(world, row)
    with pytest.raises(DecidedAlready):
        accept(world, row)
    assert len(live(document_key="R9")) == 1


@pytest.mark.parametrize("role", ["vendor_finance", "rival_channel_manager", "reseller_owner", "platform_admin"])
def test_only_channel_managers_and_admins_decide(world: World, role: str) -> None:
    row = doubtful(world)
    asked: dict[str, Any] = {"actor": Actor.of(getattr(world, role)), "vendor": world.vendor, "rows": [row.pk]}
    with pytest.raises(NotAllowed):
        accept_rows(now=NOW, **asked)
    with pytest.raises(NotAllowed):
        reject_rows(now=NOW, **asked)
    with pytest.raises(NotAllowed):
        take_back_rejection(**asked)


def test_of_two_people_who_decide_at_once_one_has_decided(committed: World) -> None:
    rows = [doubtful(committed, f"X-{number}", on=date(2026, 8, 1)) for number in range(30)]
    results = at_once(lambda: accept(committed, *rows), lambda: reject(committed, *rows))
    assert len([result for result in results if isinstance(result, DecidedAlready)]) == 1
    states = set(WaitingRow.objects.filter(pk__in=[row.pk for row in rows]).values_list("state", flat=True))
    assert states in ({"booked"}, {"rejected"})
    assert len(live(document_key__startswith="X")) == (30 if states == {"booked"} else 0)
