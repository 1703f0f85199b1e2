"""Why a balance is what it is, on the command line: the ledger's figures with every cause."""

from __future__ import annotations

import io
import json
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.core.management import CommandError, call_command

from common.access import Actor
from common.periods import Period
from rebates import accounts, closing
from tests.rebates.booked import book
from tests.world import NOW, World, sell

LATER = NOW + timedelta(days=70)


def close(world: World, period: str, now: datetime) -> None:
    opened = closing.open_closing(program=world.program, period=Period.parse(period), today=now.date(), now=now)
    closing.run(closing_id=opened.pk, now=now, chunk=10)


def explained(world: World) -> dict[str, Any]:
    said = io.StringIO()
    call_command("explain_balance", world.reseller.number, "lenovo", "--json", stdout=said)
    return json.loads(said.getvalue())


def told(world: World) -> str:
    said = io.StringIO()
    call_command("explain_balance", world.reseller.number, "lenovo", stdout=said)
    return said.getvalue()


@pytest.fixture
def history(world: World) -> World:
    """The third quarter closed at 120.00; three of its 24 units come back; the fourth closes; a hand takes 300.00."""
    close(world, "2026Q3", NOW)
    sell(
        world.reseller, world.topseller, date(2026, 9, 30), "-3", None, distributor=world.distributor, document="R-9009"
    )  # fmt: skip
    close(world, "2026Q4", LATER)
    book(world, "-300.00", at=LATER + timedelta(days=1), reason="Paid twice")
    book(world, "50.00", at=LATER + timedelta(days=2), reason="Fair")
    return world


def test_every_movement_names_its_cause(history: World) -> None:
    (account,) = explained(history)["accounts"]
    assert (account["currency"], account["balance"], account["owed"], account["carried"]) == (
        "EUR", "-35.00", "0.00", "35.00",
    )  # fmt: skip
    first, second, third, by_hand, carried, again, set_off = account["movements"]
    assert (first["kind"], first["amount"], first["closing"], first["terms"], first["period"], first["result"]) == (
        "rebate", "120.00", "2026Q3 of topseller", "topseller-loyalty, version 1", "2026Q3", "120.00",
    )  # fmt: skip
    adjusted = second if second["kind"] == "adjustment" else third
    assert (adjusted["amount"], adjusted["closing"], adjusted["period"]) == ("-15.00", "2026Q4 of topseller", "2026Q3")
    assert adjusted["before"] == "result 120.00 at 24.000, closing 2026Q3"
    assert adjusted["booked_since"] == "R-9009 of 2026-09-30: -3.000 × 21HM reported by Allnet"
    assert (by_hand["amount"], by_hand["reason"]) == ("-300.00", "Paid twice")
    assert by_hand["proposed"] == "2026-11-16 by Vendor Finance"
    assert by_hand["booked"] == "2026-11-16 by Vendor Admin"
    assert (carried["kind"], carried["amount"], carried["carried_forward"]) == ("carry", "0.00", "85.00")
    assert (again["amount"], set_off["set_off"]) == ("50.00", "50.00")
    assert set_off["because_of"] == "the manual adjustment “Fair”"


def test_its_figures_are_those_of_the_account(history: World) -> None:
    (account,) = explained(history)["accounts"]
    movements = accounts.movements(
        vendor=history.vendor, partner=history.reseller, actor=Actor.system(), currency="EUR"
    )
    told = [each for each in account["movements"] if each["kind"] != "carry"]
    assert [(each["key"], each["amount"], each["balance"]) for each in told] == [
        (each.entry.key, str(each.amount), str(each.balance)) for each in movements
    ]
    owed = accounts.owed(vendor_id=history.vendor.pk, partner_id=history.reseller.pk)
    assert owed == {"EUR": Decimal(account["balance"])}


def test_people_read_it_line_by_line(history: World) -> None:
    text = told(history)
    assert text.startswith(
        "Lenovo and Elbtal Systemhaus GmbH (2B3C4D5F): balance -35.00 EUR\n"
        "owed 0.00, carried 35.00, in payment 0.00, paid 0.00\n\n"
        "2026-11-16       +120.00 EUR          120.00  rebate\n"
        "            closing: 2026Q3 of topseller\n"
    )
    assert "2027-01-26       -300.00 EUR          -85.00  manual adjustment\n            reason: Paid twice\n" in text
    assert "            booked since: R-9009 of 2026-09-30" in text


def test_an_adjustment_without_sales_says_that_something_else_changed(world: World) -> None:
    close(world, "2026Q3", NOW)
    world.enrolment.statuses.all().delete()
    close(world, "2026Q4", LATER)
    (account,) = explained(world)["accounts"]
    (adjusted,) = [each for each in account["movements"] if each["kind"] == "adjustment"]
    assert adjusted["booked_since"] == "no sale: a tier, a status, an agreement or the terms changed"


def test_where_nothing_was_booked_it_says_so(world: World) -> None:
    assert told(world) == "Nothing was ever booked between Lenovo and Elbtal Systemhaus GmbH (2B3C4D5F).\n"
    assert explained(world) == {"vendor": "lenovo", "partner": "2B3C4D5F", "accounts": []}


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (["22222222", "lenovo"], "There is no partner with the number “22222222”."),
        (["2B3C4D5F", "nobody"], "There is no vendor “nobody”. Known: ibm, lenovo."),
    ],
)
def test_it_says_in_one_line_what_it_does_not_know(world: World, arguments: list[str], says: str) -> None:
    with pytest.raises(CommandError) as error:
        call_command("explain_balance", *arguments)
    assert str(error.value) == says
