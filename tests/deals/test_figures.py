"""How deals went: shares, decision times, and the page with charts over a period."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.test import Client

from common.models import User
from deals import deciding, ending, figures, lapsing, writing
from deals.figures import Record, Times
from deals.models import Deal
from programs.office_days import office_days_until
from tests.deals.projects import NOW, act, approve, of_competitor, open_deals, protected, submitted, won
from tests.rendering import words
from tests.world import TODAY, World

SignedIn = Callable[[User], Client]
PAGE = "/vendor/lenovo/deals/figures/"
MONDAY, TUESDAY, FRIDAY = TODAY, TODAY + timedelta(days=1), TODAY + timedelta(days=4)


@pytest.fixture(autouse=True)
def rules(world: World) -> None:
    open_deals(world)


@pytest.fixture
def manager(world: World, signed_in: SignedIn) -> Client:
    return signed_in(world.channel_manager)


def lost(world: World, reason: Deal.LostTo = Deal.LostTo.PRICE, **given: Any) -> Deal:
    deal = protected(world, **given)
    return ending.lose(deal=deal, lost_to=reason, text="", act=act(world.reseller_sales, deal))


def lapsed(world: World) -> None:
    protected(world)
    Deal.objects.filter(state="protected").update(protected_until=TODAY + timedelta(days=1), update_due_on=TODAY)
    lapsing.look_after(today=TODAY + timedelta(days=1), now=NOW)


def test_shares_are_of_what_was_protected_and_has_ended(world: World) -> None:
    won(world, protected(world, title="Won"))
    lost(world, title="Lost")
    lapsed(world)
    deal = protected(world, title="Withdrawn after all")
    ending.withdraw(deal=deal, text="", act=act(world.reseller_sales, deal))
    deal = submitted(world, title="Withdrawn before it was decided")
    ending.withdraw(deal=deal, text="", act=act(world.reseller_sales, deal))
    submitted(world, title="Waiting")
    record = figures.record_of(Deal.objects.all())
    assert record == Record(registered=6, protected=4, won=1, lost=1, lapsed=1, withdrawn=1)
    assert (record.win_rate, record.lapse_rate) == (25, 25)


def test_where_nothing_has_ended_there_is_no_share(world: World) -> None:
    protected(world)
    record = figures.record_of(Deal.objects.all())
    assert (record.ended, record.win_rate, record.lapse_rate) == (0, None, None)


def test_drafts_are_no_registrations(world: World) -> None:
    writing.begin(enrolment=world.enrolment, written=writing.Written(), act=act(world.reseller_sales))
    assert figures.record_of(Deal.objects.all()).registered == 0


def test_a_decision_on_the_next_office_day_takes_one_day(world: World) -> None:
    approve(world, submitted(world, title="Same day"))
    approve(world, submitted(world, title="Next day"), day=TUESDAY)
    approve(world, submitted(world, title="Over the weekend", day=FRIDAY), day=FRIDAY + timedelta(days=3))
    months = figures.decision_times(Deal.objects.all(), world.vendor)
    assert months == {date(2026, 11, 1): Times({0: 1, 1: 2})}


def test_after_a_question_the_clock_counts_from_the_reply(world: World) -> None:
    deal = submitted(world)
    deal = deciding.ask_back(deal=deal, text="What?", act=act(world.channel_manager, deal))
    deal = writing.reply(deal=deal, text="Forty.", act=act(world.reseller_sales, deal, day=MONDAY + timedelta(days=14)))
    approve(world, deal, day=MONDAY + timedelta(days=15))
    assert figures.together(figures.decision_times(Deal.objects.all(), world.vendor).values()) == Times({1: 1})


@pytest.mark.parametrize(
    ("by_days", "median", "in_time"),
    [({}, None, None), ({3: 1}, 3, 0), ({0: 1, 1: 1}, Decimal("0.5"), 100), ({0: 2, 2: 1, 9: 2}, 2, 60)],
)
def test_median_and_share_in_time(by_days: dict[int, int], median: Decimal | None, in_time: Decimal | None) -> None:
    times = Times(by_days)
    assert (times.median, times.in_time) == (median, in_time)


def test_holidays_of_the_vendors_state_are_no_office_days(world: World) -> None:
    before, after = date(2026, 12, 23), date(2026, 12, 28)
    assert office_days_until(world.vendor, before, after) == 2, "the 24th and the 28th"
    assert office_days_until(world.vendor, after, after) == 0


def test_by_tier_counts_the_tier_of_the_day_of_the_registration(world: World) -> None:
    won(world, protected(world))
    of_competitor(world, customer_name="Stadtwerke Hof", customer_domain="")
    found = [(each.name, each.record.registered, each.record.won) for each in figures.by_tier(Deal.objects.all())]
    assert found == [("Silver", 1, 1), ("", 1, 0)]


def test_the_page_draws_what_there_is_with_its_numbers_beside(world: World, manager: Client) -> None:
    won(world, protected(world, title="Won"))
    lost(world, title="Lost")
    lost(world, Deal.LostTo.CANCELLED, title="Lost too")
    lost(world, title="Lost as well")
    page = manager.get(PAGE)
    charts = {chart.id: chart for chart in page.context["charts"]}
    assert charts.keys() == {"funnel", "months", "in-time", "partners", "tiers", "reasons"}
    assert charts["funnel"].series[0].values == [4, 4, 1]
    assert list(zip(charts["reasons"].labels, charts["reasons"].series[0].values, strict=True)) == [
        ("the price", 2), ("the project was cancelled", 1),
    ]  # fmt: skip
    text = words(page.content.decode())
    assert "Of 4 registered deals 4 were protected and 1 were won." in text
    assert "Highest share won: Elbtal Systemhaus GmbH with 25%." in text


def test_the_figures_are_those_of_the_days_that_are_chosen(world: World, manager: Client) -> None:
    won(world, protected(world))
    page = manager.get(f"{PAGE}?submitted_at_from={TODAY + timedelta(days=1)}")
    assert page.context["record"].registered == 0
    assert page.context["charts"] == []
    assert manager.get(f"{PAGE}?submitted_at_to={TODAY}").context["record"].won == 1


def test_days_are_chosen_above_the_charts(world: World, manager: Client) -> None:
    won(world, protected(world))
    page = manager.get(PAGE).text
    assert page.index('id="sums"') < page.index("list-filters") < page.index("<canvas")


def test_the_list_of_partners_is_exported_with_shares(world: World, manager: Client) -> None:
    won(world, protected(world))
    of_competitor(world, customer_name="Stadtwerke Hof", customer_domain="")
    lines = list(csv.reader(io.StringIO(manager.get(f"{PAGE}?export=csv").content.decode("utf-8-sig"))))
    assert lines[0][-2:] == ["Won of what ended (%)", "Lapsed of what ended (%)"]
    assert lines[1] == ["Elbtal Systemhaus GmbH", "2B3C4D5F", "1", "1", "1", "0", "0", "0", "100.0", "0.0"]
    assert lines[2][0] == "Rheinblick IT GmbH"


def test_an_empty_page_says_what_will_be_there(world: World, manager: Client) -> None:
    text = words(manager.get(PAGE).content.decode())
    assert "As soon as partners register projects, it stands here how these went." in text
