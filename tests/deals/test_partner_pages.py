"""The partner's pages of deals: list, board, one of them, and what waits."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable
from datetime import date, timedelta

import pytest
import time_machine
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from common.models import User
from deals import deciding, protecting, writing
from deals.models import Deal, Opening
from tests.deals.projects import (
    act,
    approve,
    asked_for_longer,
    checked,
    drafted,
    hospital,
    of_competitor,
    open_deals,
    protected,
    submitted,
    won,
)
from tests.rendering import dashboard, read, words
from tests.world import NOW, TODAY, World

pytestmark = pytest.mark.django_db
SignedIn = Callable[[User], Client]
LIST = "/partner/2B3C4D5F/deals/"
BOARD = f"{LIST}board/"
EVIL = "<script>alert(1)</script>"
State = Deal.State


@pytest.fixture(autouse=True)
def rules(world: World) -> None:
    open_deals(world)


@pytest.fixture
def sales(world: World, signed_in: SignedIn) -> Client:
    return signed_in(world.reseller_sales)


@pytest.fixture
def viewing(world: World, signed_in: SignedIn) -> Client:
    """Somebody at the vendor who looks in as the partner."""
    client = signed_in(world.channel_manager)
    client.post(f"/vendor/{world.vendor.slug}/partners/{world.reseller.number}/view/")
    return client


def rows_of(client: Client, query: str = "") -> list[dict[str, str]]:
    answer = client.get(f"{LIST}?export=csv{query}")
    return list(csv.DictReader(io.StringIO(answer.content.decode("utf-8-sig"))))


def on(day: date) -> time_machine.travel:
    return time_machine.travel(NOW + (day - TODAY), tick=False)


# --- list and board --------------------------------------------------------------------------------------------------


def test_the_list_is_searched_and_filtered_by_state_and_program(world: World, sales: Client) -> None:
    protected(world)
    drafted(world, title="Another one", customer_name="Stadtwerke Kiel")
    assert [row["Deal"] for row in rows_of(sales)] == ["Another one", "Telefonie Haus B"]
    assert [row["Deal"] for row in rows_of(sales, "&state=protected")] == ["Telefonie Haus B"]
    assert [row["Deal"] for row in rows_of(sales, "&q=kiel")] == ["Another one"]
    assert [row["Deal"] for row in rows_of(sales, "&program=topseller&sort=title")] == [
        "Another one", "Telefonie Haus B",
    ]  # fmt: skip


def test_an_export_has_days_as_numbers_and_no_formula(world: World, sales: Client) -> None:
    protected(world, title="=1+1")
    with on(TODAY + timedelta(days=10)):
        (row,) = rows_of(sales)
    assert (row["Deal"], row["Days of protection"], row["Number"]) == ("'=1+1", "80", "2B3C4D5F-1")
    assert row["Update due"] == "2026-12-14"
    assert sales.get(f"{LIST}?export=xlsx").status_code == 200


def test_the_board_has_a_column_for_each_state_and_says_the_days_left(world: World, sales: Client) -> None:
    drafted(world, title="A draft")
    submitted(world, title="A waiting one")
    protected(world, title="A protected one")
    won(world, protected(world, title="A won one"))
    columns = {column.key: [card.title for card in column.cards] for column in sales.get(BOARD).context["columns"]}
    assert columns == {
        "draft": ["A draft"], "waiting": ["A waiting one"], "asked": [], "protected": ["A protected one"],
        "ended": ["A won one"],
    }  # fmt: skip
    assert "90 days left" in read(sales, BOARD)


def test_a_card_can_be_dragged_where_its_links_lead(world: World, sales: Client) -> None:
    deal = protected(world)
    page = sales.get(BOARD).content.decode()
    for place, name in (("won", "won"), ("lost", "lost"), ("withdrawn", "withdraw")):
        assert f'data-{place}="{LIST}{deal.number}/{name}/"' in page
        assert f'<a href="{LIST}{deal.number}/{name}/">' in page
    assert f'<a href="{LIST}{deal.number}/won/">' in sales.get(LIST).content.decode()


@pytest.mark.parametrize("who", ["reseller_technician", "reseller_finance"])
def test_who_does_not_sell_reads_and_is_offered_nothing(world: World, signed_in: SignedIn, who: str) -> None:
    deal = protected(world)
    client = signed_in(getattr(world, who))
    for path in (LIST, BOARD, f"{LIST}{deal.number}/"):
        page = client.get(path).content.decode()
        assert "Telefonie Haus B" in page
        assert f"{deal.number}/won/" not in page
        assert "draggable" not in page
    for path in ("new/", f"{deal.number}/won/", f"{deal.number}/change/", f"{deal.number}/files/"):
        assert client.get(LIST + path).status_code == 403
        assert client.post(LIST + path).status_code == 403


def test_who_looks_in_for_the_vendor_reads_only_and_sees_no_draft(world: World, viewing: Client) -> None:
    deal = protected(world)
    drafted(world, title="A draft")
    writing.begin(
        enrolment=world.enrolment, written=hospital(world, title="Half entered"), act=act(world.channel_manager)
    )
    page = read(viewing, LIST)
    assert "Telefonie Haus B" in page
    assert "A draft" not in page
    assert "Half entered" not in page
    assert viewing.get(f"{LIST}{deal.number}/change/").status_code == 403
    assert viewing.post(f"{LIST}{deal.number}/update/", {"text": "?", "seen": deal.version}).status_code == 403


# --- one deal --------------------------------------------------------------------------------------------------------


def test_a_deal_says_until_when_it_is_protected_and_when_an_update_is_due(world: World, sales: Client) -> None:
    deal = protected(world)
    text = read(sales, f"{LIST}{deal.number}/")
    assert "Protected until 13 February 2027: 90 days left. Please write the next update by 14 December 2026." in text
    assert "Klinikum Elbtal gGmbH Klinikweg 4, 01796 Pirna" in text
    assert "40 × " in text


def test_the_history_says_in_words_what_was_changed(world: World, sales: Client) -> None:
    deal = submitted(world)
    changed = hospital(
        world, contact_name="Herr Sommer", expected_on=date(2027, 3, 1), products={world.topseller.pk: 50}
    )
    writing.change(deal=deal, written=changed, act=act(world.reseller_owner, deal))
    text = read(sales, f"{LIST}{deal.number}/")
    assert "Reseller Owner changed the deal" in text
    assert "Contact: changed" in text
    assert "Herr Sommer instead of" not in text
    assert "Expected order: 1 Mar 2027 instead of 15 Feb 2027" in text, text[text.index("changed the deal") :][:300]
    assert f"Products: 50 × {world.topseller.name} instead of 40 × {world.topseller.name}" in text


def test_a_question_back_is_shown_with_a_place_to_answer(world: World, sales: Client) -> None:
    deal = submitted(world)
    deciding.ask_back(deal=deal, text="Which floor?", act=act(world.channel_manager, deal))
    text = read(sales, f"{LIST}{deal.number}/")
    assert "Lenovo needs your answer." in text
    assert "Which floor?" in text
    assert sales.get(f"{LIST}{deal.number}/").context["reply_form"] is not None


def test_who_at_the_vendor_has_opened_it_is_told_by_name_and_time(world: World, sales: Client, viewing: Client) -> None:
    deal = protected(world)
    assert "Nobody since it is protected." in read(sales, f"{LIST}{deal.number}/")
    assert not Opening.objects.exists()
    viewing.get(f"{LIST}{deal.number}/")
    assert Opening.objects.get().person == world.channel_manager
    assert "Who at Lenovo has opened it Channel Manager" in read(sales, f"{LIST}{deal.number}/")


def test_a_duplicate_says_the_fixed_sentence_and_nothing_else(world: World, signed_in: SignedIn) -> None:
    first = protected(world)
    deal = checked(of_competitor(world))
    deciding.mark_duplicate(deal=deal, other=first, act=act(world.channel_manager, deal))
    page = signed_in(world.rival_owner).get(f"/partner/{world.rival.number}/deals/{deal.number}/")
    standing = page.content.decode().partition('id="standing"')[2].partition("</section>")[0]
    assert words(f"<p{standing}") == "This project is already protected."
    events = page.context["events"]
    assert (events[0].title, events[0].text, events[0].actor) == ("This project is already protected.", "", "")
    text = words(page.content.decode())
    for secret in (world.reseller.name, world.reseller.number, world.channel_manager.name, first.reference):
        assert secret not in text


def test_nothing_that_is_written_is_ever_run(world: World, sales: Client) -> None:
    deal = submitted(world, title=EVIL, customer_name=EVIL, need=EVIL, done=EVIL, contact_name=EVIL)
    deciding.ask_back(deal=deal, text=EVIL, act=act(world.channel_manager, deal))
    for path in (LIST, BOARD, f"{LIST}{deal.number}/", f"{LIST}{deal.number}/change/", f"{LIST}{deal.number}/reply/"):
        page = sales.get(path)
        assert page.status_code == 200
        assert EVIL not in page.content.decode()


# --- what waits ------------------------------------------------------------------------------------------------------


def waiting(client: Client) -> str:
    return words(dashboard(client, "/partner/2B3C4D5F/").partition('id="waiting"')[2])


def test_a_question_back_waits_for_the_partner(world: World, sales: Client) -> None:
    deal = submitted(world)
    assert "A question about a deal" not in waiting(sales)
    deciding.ask_back(deal=deal, text="Which floor?", act=act(world.channel_manager, deal))
    assert "A question about a deal waits for your answer" in waiting(sales)


def test_an_update_waits_from_seven_days_before_it_is_due(world: World, signed_in: SignedIn) -> None:
    protected(world)
    with on(TODAY + timedelta(days=20)):
        assert "needs an update" not in waiting(signed_in(world.reseller_sales))
    with on(TODAY + timedelta(days=21)):
        assert "A protected deal needs an update" in waiting(signed_in(world.reseller_sales))


def test_protection_that_ends_within_two_weeks_waits_until_somebody_asks_for_longer(
    world: World, sales: Client
) -> None:
    deal = approve(world, submitted(world), until=TODAY + timedelta(days=20))
    with on(TODAY + timedelta(days=5)):
        assert "The protection of a deal ends" not in waiting(sales)
    with on(TODAY + timedelta(days=6)):
        assert "The protection of a deal ends soon" in waiting(sales)
        asked_for_longer(world, deal, day=TODAY + timedelta(days=6))
        assert "The protection of a deal ends" not in waiting(sales)


# --- many ------------------------------------------------------------------------------------------------------------


def queries(client: Client, path: str) -> int:
    """Of the second request: the first fills what the process keeps."""
    client.get(path)
    with CaptureQueriesContext(connection) as captured:
        assert client.get(path).status_code == 200
    return len(captured)


@pytest.mark.parametrize("path", [LIST, BOARD, f"{LIST}1/", f"{LIST}1/change/", f"{LIST}1/won/", "/partner/2B3C4D5F/"])
def test_a_page_asks_the_database_as_often_for_one_deal_as_for_many(world: World, sales: Client, path: str) -> None:
    open_deals(world, most_open=99, most_a_day=99)
    deal = protected(world)
    drafted(world, title="A draft")
    few = queries(sales, path)
    for number in range(5):
        deal = protecting.update(deal=deal, text=f"Step {number}", act=act(world.reseller_sales, deal))
        protected(world, title=f"Project {number}", customer_name=f"Kunde {number} AG", customer_domain="")
        drafted(world, title=f"Draft {number}")
    assert queries(sales, path) == few
