"""Rows that a person should look at before they count: dates, quantities and prices out of the ordinary."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest

from sales.models import SaleLine, WaitingRow
from tests.sales.sending import figures, report, send
from tests.world import NOW, World


def row(*, day: str = "02.11.2026", quantity: str = "3", net: str = "3.000,00", article: str = "21HM") -> str:
    return f"K-1;Elbtal Systemhaus GmbH;RE-1;10;{day};{article};{quantity};{net};EUR;"


@pytest.mark.parametrize(
    ("fields", "doubts"),
    [
        ({"day": "17.11.2026"}, ["future"]),
        ({"day": "31.10.2024"}, ["old"]),
        ({"quantity": "10001", "net": ""}, ["quantity"]),
        ({"quantity": "-10001", "net": ""}, ["quantity"]),
        ({"net": "30.000,03"}, ["price"]),
        ({"net": "299,99"}, ["price"]),
        ({"net": "-299,99", "quantity": "-3"}, ["price"]),
        ({"day": "17.11.2026", "quantity": "20.000", "net": "1,00"}, ["future", "quantity", "price"]),
    ],
    ids=str,
)
def test_a_doubtful_row_waits_and_says_why(world: World, fields: dict[str, str], doubts: list[str]) -> None:
    result = send(world, report(row(**fields)))
    assert figures(result) == (1, 0, 1, 0)
    waiting = WaitingRow.objects.get(report=result.report)
    assert (waiting.state, waiting.doubts) == ("waiting", doubts)


@pytest.mark.parametrize(
    "fields",
    [
        {"day": "16.11.2026"},
        {"day": "01.11.2024"},
        {"quantity": "10000", "net": ""},
        {"net": "30.000,00"},
        {"net": "300,00"},
        {"net": "0,00"},
        {"net": ""},
        {"quantity": "0", "net": "-50,00"},
    ],
    ids=str,
)
def test_an_ordinary_row_counts_at_once(world: World, fields: dict[str, str]) -> None:
    assert figures(send(world, report(row(**fields)))) == (1, 1, 0, 0)


def test_what_is_doubtful_is_the_vendors_choice(world: World) -> None:
    world.vendor.report_months, world.vendor.largest_quantity = 1, 2
    world.vendor.save()
    send(world, report(row(day="30.09.2026")))
    assert WaitingRow.objects.get(document_number="RE-1").doubts == ["old", "quantity"]


def test_a_product_without_list_price_has_no_doubtful_price(world: World) -> None:
    world.topseller.list_price = None
    world.topseller.save()
    assert figures(send(world, report(row(net="1,00")))) == (1, 1, 0, 0)


def test_what_a_person_accepted_stays_accepted_in_a_replacement_while_the_value_is_the_same(world: World) -> None:
    first = send(world, report(row(day="31.10.2024"))).report
    accepted = WaitingRow.objects.get(report=first)
    line = SaleLine.objects.create(
        vendor=world.vendor, partner=world.reseller, product=world.topseller, distributor=world.distributor,
        document_number="RE-1", document_key="RE1", document_line="10", document_date=date(2024, 10, 31),
        counts_on=date(2024, 10, 31), quantity=Decimal(3), net=Decimal(3000), customer_number="K-1", article="21HM",
        evidence="sell_out", cut=1, booked_at=NOW, report=first, report_row=2,
    )  # fmt: skip
    WaitingRow.objects.filter(pk=accepted.pk).update(
        state="booked", sale_line=line, settled_at=NOW, settled_by=world.channel_manager
    )
    same_day = send(world, report(row(day="31.10.2024", quantity="4")), replaces=first)
    assert (same_day.matched, same_day.unmatched, same_day.taken_back) == (1, 0, 1)
    older = send(world, report(row(day="30.10.2024", quantity="4")), replaces=same_day.report)
    assert (older.matched, older.unmatched) == (0, 1)
