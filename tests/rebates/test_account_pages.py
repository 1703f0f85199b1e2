"""Statements of account, as a partner and as the vendor sees them, and the vendor's list of accounts."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable
from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from common.models import User
from common.periods import Period
from programs.models import Program
from rebates import closing
from tests.rebates.adjusting import REASON, booked
from tests.rendering import dashboard, read, words
from tests.world import NOW, World, enrol, make_partner, sell

SignedIn = Callable[[User], Client]
OVERVIEW = "/partner/2B3C4D5F/account/"
ACCOUNT = f"{OVERVIEW}lenovo/EUR/"
ACCOUNTS = "/vendor/lenovo/accounts/"
OF_PARTNER = f"{ACCOUNTS}2B3C4D5F/EUR/"
EXPLAINED = "/partner/2B3C4D5F/rebates/topseller/topseller-loyalty/2026Q3/"


@pytest.fixture
def owner(world: World, signed_in: SignedIn) -> Client:
    return signed_in(world.reseller_owner)


@pytest.fixture
def finance(world: World, signed_in: SignedIn) -> Client:
    return signed_in(world.vendor_finance)


def close(program: Program, period: str = "2026Q3") -> None:
    opened = closing.open_closing(program=program, period=Period.parse(period), today=date(2027, 6, 1), now=NOW)
    closing.run(closing_id=opened.pk, now=NOW, chunk=10)


def sold(world: World, quantity: str, document: str) -> None:
    sell(
        world.reseller, world.topseller, date(2026, 9, 30), quantity, None, distributor=world.distributor,
        document=document,
    )  # fmt: skip


def lines(client: Client, path: str) -> list[tuple[str, Decimal, Decimal]]:
    rows = client.get(path).context["table"].rows
    return [(row.record.text, row.record.amount, row.record.balance) for row in rows]


# --- the partner ------------------------------------------------------------------------------------------------------


def test_the_balance_comes_first_in_one_sentence(world: World, owner: Client) -> None:
    close(world.program)
    assert owner.get(ACCOUNT).context["standing"] == "Lenovo owes you €120.00."
    assert "The amount is settled and waits to be paid out." in read(owner, ACCOUNT)


def test_each_line_says_in_words_what_it_is_with_the_balance_after_it(world: World, owner: Client) -> None:
    close(world.program)
    sold(world, "1", "R-9")
    close(world.program, "2026Q4")
    booked(world, "-20.00")
    assert lines(owner, ACCOUNT) == [
        (f"Correction: {REASON}", Decimal("-20.00"), Decimal("340.00")),
        ("Top-seller rebate, Q4 2026", Decimal("110.00"), Decimal("360.00")),
        ("Adjustment of Q3 2026, with the closing of Q4 2026", Decimal("130.00"), Decimal("250.00")),
        ("Top-seller rebate, Q3 2026", Decimal("120.00"), Decimal("120.00")),
    ]
    assert owner.get(ACCOUNT).context["standing"] == "Lenovo owes you €340.00."


def test_each_line_opens_its_explanation_down_to_the_sale(world: World, owner: Client) -> None:
    close(world.program)
    sold(world, "1", "R-9")
    close(world.program, "2026Q4")
    urls = [row.record.url for row in owner.get(ACCOUNT).context["table"].rows]
    assert urls == [EXPLAINED.replace("Q3", "Q4"), f"{EXPLAINED}#adjusted-2026Q4", EXPLAINED]
    page = owner.get(EXPLAINED)
    html = page.content.decode()
    assert 'id="adjusted-2026Q4"' in html
    text = words(html)
    assert "Adjusted with the closing of Q4 2026" in text
    assert "1 sale was booked after the period was closed:" in text
    (told,) = page.context["changes"]
    assert [row.document for part in told.parts for row in part.rows] == ["R-9"]
    assert owner.get(told.parts[0].rows[0].url).status_code == 200
    found = owner.get(f"{EXPLAINED}?part=adjusted-2026Q4").context["table"].rows
    assert sorted(row.record.line.document_number for row in found) == ["R-1001", "R-9"]


def test_what_was_credited_too_much_is_explained(world: World, owner: Client) -> None:
    close(world.program)
    booked(world, "-150.00")
    text = read(owner, ACCOUNT)
    assert "Lenovo has credited you €30.00 too much." in text
    assert "Nothing has to be paid back: the amount is set off against the rebates earned next." in text


def test_a_settled_account_says_that_nothing_is_open(world: World, owner: Client) -> None:
    close(world.program)
    booked(world, "-120.00")
    assert owner.get(ACCOUNT).context["standing"] == "Nothing is open between you and Lenovo."


def test_the_account_is_filtered_by_period_and_kind_and_exported(world: World, owner: Client) -> None:
    close(world.program)
    sold(world, "1", "R-9")
    close(world.program, "2026Q4")
    booked(world)
    assert [line[0] for line in lines(owner, f"{ACCOUNT}?kind=manual")] == [f"Correction: {REASON}"]
    third = lines(owner, f"{ACCOUNT}?period=2026Q3")
    assert [(amount, balance) for _text, amount, balance in third] == [
        (Decimal("130.00"), Decimal("250.00")), (Decimal("120.00"), Decimal("120.00")),
    ]  # fmt: skip
    rows = list(csv.DictReader(io.StringIO(b"".join(owner.get(f"{ACCOUNT}?export=csv")).decode("utf-8-sig"))))
    assert [(row["Amount (EUR)"], row["Balance (EUR)"]) for row in rows] == [
        ("50.00", "410.00"), ("110.00", "360.00"), ("130.00", "250.00"), ("120.00", "120.00"),
    ]  # fmt: skip
    assert rows[0]["What"] == f"Correction: {REASON}"


def test_the_chart_shows_what_was_earned_for_each_quarter(world: World, owner: Client) -> None:
    close(world.program)
    assert owner.get(ACCOUNT).context["chart"] is None
    sold(world, "1", "R-9")
    close(world.program, "2026Q4")
    chart = owner.get(ACCOUNT).context["chart"]
    assert (list(chart.labels), list(chart.series[0].values)) == (
        ["Q3 2026", "Q4 2026"],
        [Decimal("250.00"), Decimal("110.00")],
    )


def test_the_account_opens_at_once_where_there_is_one_and_is_chosen_where_there_are_several(
    world: World, owner: Client
) -> None:
    assert "Nothing is settled yet" in read(owner, OVERVIEW)
    close(world.program)
    answer = owner.get(OVERVIEW)
    assert (answer.status_code, answer["Location"]) == (302, ACCOUNT)
    close(world.rival_program)
    text = read(owner, OVERVIEW)
    assert "Lenovo owes you €120.00." in text
    assert "IBM owes you €5,280.00." in text
    assert owner.get(f"{OVERVIEW}ibm/EUR/").context["standing"] == "IBM owes you €5,280.00."


def test_an_account_of_others_does_not_exist(world: World, owner: Client, signed_in: SignedIn) -> None:
    close(world.program)
    close(world.rival_program)
    rival = signed_in(world.rival_owner)
    missing = [f"{OVERVIEW}lenovo/USD/", f"{OVERVIEW}nobody/EUR/"]
    assert [owner.get(path).status_code for path in missing] == [404, 404]
    assert rival.get(ACCOUNT).status_code == 404
    assert rival.get("/partner/6G7H8J9K/account/lenovo/EUR/").status_code == 404
    stranger = signed_in(world.rival_vendor_finance)
    assert [stranger.get(path).status_code for path in (OF_PARTNER, ACCOUNTS)] == [404, 404]
    assert signed_in(world.vendor_finance).get(f"{ACCOUNTS}6G7H8J9K/EUR/").status_code == 404


def test_reasons_are_shown_as_text(world: World, owner: Client, finance: Client) -> None:
    booked(world, reason="<script>alert(1)</script>")
    for client, path in ((owner, ACCOUNT), (finance, OF_PARTNER)):
        html = client.get(path).content.decode()
        assert "<script>alert(1)" not in html
        assert "&lt;script&gt;alert(1)" in html


def test_queries_do_not_grow_with_the_entries(world: World, owner: Client) -> None:
    close(world.program)
    booked(world, "1.00")
    with CaptureQueriesContext(
        connection,
    ) as few:
        owner.get(ACCOUNT)
    for number in range(2, 40):
        booked(world, f"{number}.00")
    with CaptureQueriesContext(connection) as many:
        page = owner.get(ACCOUNT)
    assert len(many) <= len(few)
    assert len(page.context["table"].page.object_list) == 25


# --- the vendor -------------------------------------------------------------------------------------------------------


def test_staff_see_the_partners_account_as_the_partner_does(
    world: World, owner: Client, finance: Client, signed_in: SignedIn
) -> None:
    close(world.program)
    adjustment = booked(world)
    assert lines(finance, OF_PARTNER) == lines(owner, ACCOUNT)
    page = finance.get(OF_PARTNER)
    assert page.context["standing"] == "Lenovo owes Elbtal Systemhaus GmbH €170.00."
    urls = [row.record.url for row in page.context["table"].rows]
    assert urls[0] == f"/vendor/lenovo/adjustments/{adjustment.pk}/"
    assert urls[1] == "/vendor/lenovo/partners/2B3C4D5F/rebates/topseller/topseller-loyalty/2026Q3/"
    assert page.context["propose_url"] == "/vendor/lenovo/adjustments/new/?partner=2B3C4D5F"
    manager = signed_in(world.channel_manager).get(OF_PARTNER)
    assert (manager.status_code, "propose_url" in manager.context) == (200, False)


def test_an_account_without_entries_says_so(world: World, finance: Client) -> None:
    assert "Nothing is open between Lenovo and Elbtal Systemhaus GmbH." in read(finance, f"{ACCOUNTS}2B3C4D5F/")
    assert "Nothing is booked yet" in read(finance, f"{ACCOUNTS}2B3C4D5F/")


def balances(client: Client, query: str = "") -> list[tuple[str, Any, Any]]:
    rows = client.get(f"{ACCOUNTS}{query}").context["table"].rows
    return [(row.record.name, row.record.owed, row.record.carried) for row in rows]


def test_the_list_shows_every_balance_with_sums_search_and_filters(world: World, finance: Client) -> None:
    assert "No account yet" in read(finance, ACCOUNTS)
    other = make_partner("Nordlicht IT GmbH", "3C4D5F6G")
    enrol(other, world.program, tier="silver")
    close(world.program)
    booked(world, "-40.00", partner=other)
    assert balances(finance) == [
        ("Elbtal Systemhaus GmbH", Decimal("120.00"), None), ("Nordlicht IT GmbH", None, Decimal("40.00")),
    ]  # fmt: skip
    assert finance.get(ACCOUNTS).context["figures"] == [
        ("Owed", "€120.00"), ("Carried", "€40.00"), ("In payment", "€0.00"), ("Paid", "€0.00"),
    ]  # fmt: skip
    assert [row[0] for row in balances(finance, "?state=carried")] == ["Nordlicht IT GmbH"]
    assert [row[0] for row in balances(finance, "?state=owed")] == ["Elbtal Systemhaus GmbH"]
    assert [row[0] for row in balances(finance, "?q=nordlicht")] == ["Nordlicht IT GmbH"]
    assert balances(finance, "?state=nothing") == []
    exported = csv.DictReader(io.StringIO(finance.get(f"{ACCOUNTS}?export=csv").content.decode("utf-8-sig")))
    assert [(row["Partner number"], row["Currency"], row["Owed"]) for row in exported] == [
        ("2B3C4D5F", "EUR", "120.00"), ("3C4D5F6G", "EUR", ""),
    ]  # fmt: skip


def test_pages_about_money_lead_to_the_accounts(world: World, owner: Client, finance: Client) -> None:
    close(world.program)
    assert f'href="{OVERVIEW}"' in dashboard(owner, "/partner/2B3C4D5F/")
    assert f'href="{ACCOUNTS}"' in dashboard(finance, "/vendor/lenovo/")
    assert f'href="{ACCOUNTS}2B3C4D5F/"' in finance.get("/vendor/lenovo/partners/2B3C4D5F/").content.decode()
