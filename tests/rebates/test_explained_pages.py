"""A rebate explained: the amount, the chain to it, its lines with their shares, what if, and what came afterwards."""

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

from common.dated import since
from common.models import User
from common.periods import Period
from partners.models import EnrolmentTier
from programs.models import GroupMembership, Program
from rebates import closing
from rebates.models import Closing
from tests.rendering import read, words
from tests.world import LOYALTY, NOW, START, TODAY, World, publish, sell

SignedIn = Callable[[User], Client]
RUNNING = "/partner/2B3C4D5F/rebates/topseller/topseller-loyalty/2026Q4/"
OVER = RUNNING.replace("Q4", "Q3")
RATES = """
code: device-bonus
period: quarter
counts: units
rates:
  silver: {21HM: 12.00}
  gold: {21HM: 15.00, 4X40: 1.00}
"""


@pytest.fixture
def owner(world: World, signed_in: SignedIn) -> Client:
    return signed_in(world.reseller_owner)


def close(program: Program, period: str) -> Closing:
    opened = closing.open_closing(program=program, period=Period.parse(period), today=date(2027, 6, 1), now=NOW)
    return closing.run(closing_id=opened.pk, now=NOW, chunk=10)


def chain(client: Client, path: str) -> list[str]:
    return [link.text for link in client.get(path).context["chain"]]


def rows(client: Client, path: str) -> list[tuple[str, str | None, Decimal | None]]:
    """Document, reason and share of each line of the list."""
    table = client.get(path).context["table"]
    return [(row.record.line.document_number, row.record.reason, row.record.share) for row in table.rows]


def sold(world: World, quantity: str, document: str, on: date = TODAY, **fields: Any) -> None:
    net = f"{Decimal(quantity) * 1000}"
    sell(world.reseller, world.topseller, on, quantity, net, distributor=world.distributor, document=document, **fields)


# --- the running period ------------------------------------------------------------------------------


def test_the_page_says_the_amount_the_next_step_in_money_and_the_days_left(owner: Client) -> None:
    text = read(owner, RUNNING)
    assert "€110.00" in text
    assert "3 more units of “Topsellers” by 31 December: +€140.00" in text
    assert "runs until 31 December" in text
    assert "46 days left" in text


def test_the_chain_leads_from_counted_sales_to_the_amount(owner: Client) -> None:
    assert chain(owner, RUNNING) == [
        "Sale lines that count: 1",
        "Left out, product not in the group – lines: 1",
        "Units sold: 22",
        "Step reached: from 10",
        "Units × rate: 22 × €5.00 = €110.00",
        "Rebate: €110.00",
    ]


def test_each_line_of_the_chain_opens_the_table_it_was_taken_from(owner: Client) -> None:
    tables = {link.kind: link.table for link in owner.get(RUNNING).context["chain"] if link.table}
    assert tables["counted"].rows == [["21HM ThinkPad T14", "1", "22", "22,000.00", "110.00"]]
    assert tables["counted"].more_url == "?part=counted#lines"
    assert tables["left_out.product"].rows == [["4X40 Backpack", "1", "3", "120.00"]]
    assert tables["attainment"].rows == [["October 2026", "1", "22", "22,000.00", "110.00"]]
    assert tables["step"].rows == [
        ["from 10", "€5.00 each", "reached"],
        ["from 25", "€10.00 each", "–"],
        ["from 50", "€15.00 each", "–"],
    ]


def test_shares_of_the_lines_add_up_to_the_amount(world: World, owner: Client) -> None:
    for number in range(1, 4):
        sold(world, f"{number}", f"S-{number}")
    sold(world, "-2", "S-4")
    found = rows(owner, RUNNING)
    assert len(found) == 6
    assert sum(share or 0 for _document, _reason, share in found) == Decimal("260.00")
    assert ("S-4", None, Decimal("-20.00")) in found
    assert ("R-1003", "product", Decimal("0.00")) in found


def test_lines_can_be_filtered_searched_sorted_and_exported(owner: Client) -> None:
    assert rows(owner, f"{RUNNING}?part=counted") == [("R-1002", None, Decimal("110.00"))]
    assert rows(owner, f"{RUNNING}?part=product") == [("R-1003", "product", Decimal("0.00"))]
    assert rows(owner, f"{RUNNING}?q=backpack") == [("R-1003", "product", Decimal("0.00"))]
    assert [row[0] for row in rows(owner, f"{RUNNING}?sort=share")] == ["R-1003", "R-1002"]
    lines = csv.DictReader(io.StringIO(owner.get(f"{RUNNING}?export=csv").content.decode("utf-8-sig")))
    assert [(line["Document"], line["Rebate (EUR)"], line["Counts towards"]) for line in lines] == [
        ("R-1003", "0.00", "product not in the group"),
        ("R-1002", "110.00", "counts"),
    ]


def test_each_line_opens_the_sale_itself(world: World, owner: Client) -> None:
    pages = [owner.get(row.record.url) for row in owner.get(RUNNING).context["table"].rows]
    assert [page.status_code for page in pages] == [200, 200]


def test_what_would_have_to_be_sold_is_answered_by_the_same_calculation(owner: Client) -> None:
    text = read(owner, f"{RUNNING}?more_units=3")
    assert "With 3 units more €250.00" in text
    assert "+€140.00 more than now" in text
    assert "With" not in read(owner, f"{RUNNING}?more_units=")


def test_what_if_says_what_is_wrong_with_the_number(owner: Client) -> None:
    page = owner.get(f"{RUNNING}?more_units=-1")
    assert page.context["answer"] is None
    assert "greater than or equal to 0" in words(page.content.decode())


def test_what_if_asks_for_revenue_where_revenue_counts(owner: Client) -> None:
    path = "/partner/2B3C4D5F/rebates/10hoch4/10hoch4/2026Q4/"
    assert "With €20,000.00 more €5,000.00" in read(owner, f"{path}?more_revenue=20000")
    assert list(owner.get(path).context["what_if"].fields) == ["more_revenue"]


def test_rates_are_explained_by_article_and_tier(world: World, owner: Client) -> None:
    publish(world.program, RATES, "Device bonus")
    path = RUNNING.replace("topseller-loyalty", "device-bonus")
    assert "21HM, tier Silver: 22 × €12.00 = €264.00" in chain(owner, path)
    assert "Every further unit: +€12.00" in read(owner, path)
    assert ("R-1003", "no_article_rate", Decimal("0.00")) in rows(owner, path)
    assert "With 2 units more €288.00" in read(owner, f"{path}?more_units=2&article=21HM")


def test_nothing_is_promised_to_who_takes_no_part_today(world: World, owner: Client) -> None:
    EnrolmentTier.objects.all().delete()
    publish(world.program, LOYALTY + "eligible: {tiers: [silver]}\n", "Silver", starts_on=date(2026, 10, 1), version=2)
    text = read(owner, RUNNING)
    assert "Further sales do not count: the tier takes no part." in text
    assert "Left out, tier on that day takes no part – lines: 1" in text
    assert "What if?" not in text


def test_many_articles_are_one_line_with_a_table(world: World, owner: Client) -> None:
    articles = [f"A{number}" for number in range(5)]
    rates = ", ".join(f"{article}: 2.50" for article in articles)
    publish(world.program, RATES.replace("21HM: 12.00", rates), "Device bonus")
    for number, article in enumerate(articles):
        product = world.vendor.products.create(article=article, name=f"Article {number}")
        sell(world.reseller, product, TODAY, "1", None, distributor=world.distributor, document=f"S-{number}")
    links = owner.get(RUNNING.replace("topseller-loyalty", "device-bonus")).context["chain"]
    (rate,) = [link for link in links if link.kind == "rate"]
    assert rate.text == "Units × rate over 5 articles and tiers: €12.50"
    assert rate.table.rows[0] == ["A0", "Silver", "1", "2.50", "2.50"]


# --- a period that is over ---------------------------------------------------------------------------


def test_an_ended_period_says_when_it_is_closed(owner: Client) -> None:
    text = read(owner, OVER)
    assert "closes on 11 October" in text
    assert "What if?" not in text


def test_a_closed_period_shows_what_was_settled(world: World, owner: Client) -> None:
    close(world.program, "2026Q3")
    text = read(owner, OVER)
    assert "€120.00 closed" in text
    assert "Settled with the closing of Q3 2026" in text
    assert "reported since then" not in text


def test_a_late_line_is_announced_and_settled_with_the_next_closing(world: World, owner: Client) -> None:
    close(world.program, "2026Q3")
    sold(world, "1", "R-9", on=date(2026, 9, 30))
    text = read(owner, OVER)
    assert "€120.00 closed" in text
    assert "change the amount by +€130.00. That comes with the next closing, on 11 January 2027." in text
    assert [row[0] for row in rows(owner, OVER)] == ["R-1001"]
    close(world.program, "2026Q4")
    text = read(owner, OVER)
    assert "€250.00 closed" in text
    assert "€120.00 settled, +€130.00 adjusted later" in text
    assert "+€130.00 Adjusted with the closing of Q4 2026" in text
    assert sum(share or 0 for _document, _reason, share in rows(owner, OVER)) == Decimal("250.00")


def test_what_is_too_old_for_the_next_closing_goes_to_a_person(world: World, owner: Client) -> None:
    world.program.recomputed_periods = 0
    world.program.save()
    close(world.program, "2026Q3")
    sold(world, "1", "R-9", on=date(2026, 9, 30))
    assert "The period is too old for the next closing; the vendor looks at it." in read(owner, OVER)


def test_shares_are_left_out_where_the_past_was_corrected(world: World, owner: Client) -> None:
    close(world.program, "2026Q3")
    GroupMembership.objects.all().update(valid=since(START, date(2026, 1, 2)))
    page = owner.get(OVER)
    assert "share" not in page.context["table"].columns.names()
    assert "can no longer be shared out" in words(page.content.decode())
    assert "€120.00 closed" in words(page.content.decode())


# --- who sees it -------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "path",
    [
        RUNNING.replace("2026Q4", "2027Q1"),
        RUNNING.replace("2026Q4", "2026-10"),
        RUNNING.replace("2026Q4", "2026q4"),
        RUNNING.replace("2026Q4", "2025Q4"),
        RUNNING.replace("2026Q4", "nonsense"),
        RUNNING.replace("topseller-loyalty", "other"),
        RUNNING.replace("2B3C4D5F", "6G7H8J9K"),
    ],
)
def test_what_is_not_there_or_foreign_is_missing(owner: Client, path: str) -> None:
    assert owner.get(path).status_code == 404


def test_the_vendor_sees_the_same_for_its_own_program_only(world: World, signed_in: SignedIn) -> None:
    client = signed_in(world.channel_manager)
    own = "/vendor/lenovo/partners/2B3C4D5F/rebates/topseller/topseller-loyalty/2026Q4/"
    assert "Units × rate: 22 × €5.00 = €110.00" in read(client, own)
    for row in client.get(own).context["table"].rows:
        assert client.get(row.record.url).status_code == 200
    foreign = "/vendor/lenovo/partners/2B3C4D5F/rebates/10hoch4/10hoch4/2026Q4/"
    assert client.get(foreign).status_code == 404
    assert client.get(foreign.replace("lenovo", "ibm")).status_code == 404


def test_the_number_of_queries_does_not_grow_with_the_lines(world: World, owner: Client) -> None:
    with CaptureQueriesContext(connection) as few:
        owner.get(RUNNING)
    for number in range(30):
        sold(world, "1", f"S-{number}")
    with CaptureQueriesContext(connection) as many:
        owner.get(RUNNING)
    assert len(many) == len(few)


def test_links_to_the_neighbouring_periods_end_where_there_is_nothing(owner: Client) -> None:
    context = owner.get(RUNNING).context
    assert (context["earlier_url"], context["later_url"]) == (OVER, "")
    assert owner.get(RUNNING.replace("Q4", "Q1")).context["earlier_url"] == ""


def test_the_page_speaks_german_with_german_numbers(world: World) -> None:
    client = Client(headers={"accept-language": "de"})
    client.force_login(world.reseller_owner, backend="django.contrib.auth.backends.ModelBackend")
    text = read(client, RUNNING)
    assert "110,00 €" in text
    assert "31. Dezember" in text
