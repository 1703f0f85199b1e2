"""A vendor's closings: done, at work, held back and ahead; and the vendor's dashboard."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import pytest
import time_machine
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from kombu.exceptions import OperationalError

from common.access import Actor
from common.models import User
from common.periods import Period
from rebates import closing, tasks
from rebates.models import Closing, ClosingItem
from rebates.rights import NotAllowed
from tests.rendering import dashboard, read, words
from tests.world import NOW, TODAY, World, enrol, make_partner, make_report, sell

SignedIn = Callable[[User], Client]
CLOSINGS = "/vendor/lenovo/closings/"
PAGE = "/vendor/lenovo/closings/topseller/2026Q3/"
RETRY = f"{PAGE}retry/"
Q2, Q3 = Period.parse("2026Q2"), Period.parse("2026Q3")


@pytest.fixture
def manager(world: World, signed_in: SignedIn) -> Client:
    return signed_in(world.channel_manager)


@pytest.fixture
def finance(world: World, signed_in: SignedIn) -> Client:
    return signed_in(world.vendor_finance)


@pytest.fixture
def sent(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """Closings a worker was asked to carry on; the broker of the tests has no worker."""
    asked: list[int] = []
    monkeypatch.setattr(tasks.run_closing, "delay", asked.append)
    return asked


def close(world: World, period: Period) -> Closing:
    opened = closing.open_closing(program=world.program, period=period, today=TODAY, now=NOW)
    return closing.run(closing_id=opened.pk, now=NOW, chunk=10)


def park(world: World) -> Closing:
    """A closing that one partner holds up."""
    opened = closing.open_closing(program=world.program, period=Q3, today=TODAY, now=NOW)
    closing.freeze(closing_id=opened.pk, now=NOW)
    opened.items.update(state=ClosingItem.State.PARKED, cause="fault", reason="The tier history has a gap.", attempts=3)
    opened.refresh_from_db()
    return opened


def listed(client: Client, path: str) -> list[tuple[str, str, str]]:
    rows = client.get(path).context["table"].rows
    return [(row.record.name, str(row.record.amount), str(row.record.change)) for row in rows]


def stages(client: Client, path: str) -> list[tuple[str, str]]:
    return [(stage.label, stage.state) for stage in client.get(path).context["stages"]]


# --- the list ----------------------------------------------------------------------------------------


def test_closings_done_due_and_ahead_are_one_list(world: World, manager: Client) -> None:
    close(world, Q2)
    page = manager.get(CLOSINGS)
    found = [(row.record.name, row.record.state_text) for row in page.context["table"].rows]
    assert found[:3] == [
        ("Q4 2026", "closes on 11 January 2027"),
        ("Q3 2026", "closes on 11 October 2026"),
        ("Q2 2026", "closed"),
    ]


def test_every_closing_opens_its_page(world: World, manager: Client) -> None:
    close(world, Q3)
    for row in manager.get(CLOSINGS).context["table"].rows:
        assert manager.get(row.record.url).status_code == 200


def test_closings_are_filtered_by_program(world: World, manager: Client) -> None:
    assert len(manager.get(f"{CLOSINGS}?program={world.program.pk}").context["table"].rows) == 4
    assert manager.get(f"{CLOSINGS}?program={world.rival_program.pk}").context["filter"].form.errors


# --- one closing -------------------------------------------------------------------------------------


def test_a_running_period_shows_what_would_be_settled(world: World, manager: Client) -> None:
    close(world, Q3)
    path = PAGE.replace("Q3", "Q4")
    text = read(manager, path)
    assert "Nothing is settled yet." in text
    assert "Would be settled €110.00" in text
    assert "−€10.00 less than Q3 2026" in text
    assert listed(manager, path) == [("Elbtal Systemhaus GmbH", "110.00", "-10.00")]
    assert stages(manager, path)[:2] == [("Period over", "current"), ("Late reports in", "ahead")]


def test_a_period_that_is_over_waits_for_late_reports(manager: Client) -> None:
    assert stages(manager, PAGE)[:3] == [
        ("Period over", "done"),
        ("Late reports in", "current"),
        ("Sales fixed", "ahead"),
    ]


def test_a_sealed_closing_shows_sums_the_largest_and_the_most_changed(world: World, manager: Client) -> None:
    other = make_partner("Spreewald IT", "3C4D5F6G")
    enrol(other, world.program, tier="silver")
    sell(other, world.topseller, date(2026, 5, 2), "50", None, distributor=world.distributor, document="S-1")
    sell(other, world.topseller, date(2026, 9, 2), "10", None, distributor=world.distributor, document="S-2")
    close(world, Q2)
    close(world, Q3)
    context = manager.get(PAGE).context
    assert [row.name for row in context["biggest"]] == ["Elbtal Systemhaus GmbH", "Spreewald IT"]
    assert [(row.name, row.change) for row in context["most_changed"]] == [
        ("Spreewald IT", Decimal("-700.00")),
        ("Elbtal Systemhaus GmbH", Decimal("120.00")),
    ]
    text = read(manager, PAGE)
    assert "Settled €170.00" in text
    assert "−€580.00 less than Q2 2026" in text
    assert "Partners with a rebate 2" in text
    assert {state for _label, state in stages(manager, PAGE)} == {"done"}
    assert listed(manager, f"{PAGE}?q=spree") == [("Spreewald IT", "50.00", "-700.00")]


def test_adjustments_of_earlier_periods_are_told_apart(world: World, manager: Client) -> None:
    close(world, Q2)
    sell(world.reseller, world.topseller, Q2.last_day, "10", None, distributor=world.distributor, document="S-1")
    close(world, Q3)
    text = read(manager, PAGE)
    assert "Of which adjustments +€50.00 late or corrected sales of earlier periods" in text
    assert "Settled €170.00 The comparison leaves out adjustments of earlier periods. " in text
    assert "· adjustment of Q2 2026 €50.00" in text
    assert "Total 170.00" in text
    assert listed(manager, f"{PAGE}?kind=adjustment") == [("Elbtal Systemhaus GmbH", "50.00", "None")]
    assert listed(manager, f"{PAGE}?kind=own") == [("Elbtal Systemhaus GmbH", "120.00", "120.00")]


def test_settlements_are_exported(world: World, manager: Client) -> None:
    close(world, Q3)
    text = manager.get(f"{PAGE}?export=csv").content.decode("utf-8-sig")
    assert text.splitlines()[1] == "Elbtal Systemhaus GmbH,24.000,120.00"


def test_who_is_held_back_and_why_is_said_first(world: World, manager: Client) -> None:
    park(world)
    text = read(manager, PAGE)
    assert "1 partner held back" in text
    assert "The amount cannot be calculated: The tier history has a gap. 3 attempts" in text
    assert ("Calculated", "failed") in stages(manager, PAGE)
    assert "1 partner held back" in read(manager, CLOSINGS)


# --- putting parked partners back to work ------------------------------------------------------------


def test_finance_puts_parked_partners_back_to_work(
    world: World, finance: Client, sent: list[int], django_capture_on_commit_callbacks: Any
) -> None:
    parked = park(world)
    assert "Calculate 1 partner again" in read(finance, PAGE)
    with django_capture_on_commit_callbacks(execute=True):
        answer = finance.post(RETRY, follow=True)
    assert "1 partner is calculated again." in words(answer.content.decode())
    assert sent == [parked.pk]
    assert closing.run(closing_id=parked.pk, now=NOW, chunk=10).state == Closing.State.SEALED
    assert "No partner is held back any more." in words(finance.post(RETRY, follow=True).content.decode())


def test_without_a_broker_the_next_tick_does_the_work(
    world: World, finance: Client, monkeypatch: pytest.MonkeyPatch, django_capture_on_commit_callbacks: Any
) -> None:
    def unreachable(closing_id: int) -> None:
        raise OperationalError("no broker")

    monkeypatch.setattr(tasks.run_closing, "delay", unreachable)
    parked = park(world)
    with django_capture_on_commit_callbacks(execute=True):
        assert finance.post(RETRY).status_code == 302
    assert parked.items.get().state == ClosingItem.State.PENDING


def test_channel_managers_see_the_parked_but_do_not_retry(world: World, manager: Client, sent: list[int]) -> None:
    parked = park(world)
    text = read(manager, PAGE)
    assert "Finance or a vendor admin can let them be calculated again." in text
    assert manager.post(RETRY).status_code == 403
    assert parked.items.get().state == ClosingItem.State.PARKED
    assert sent == []


def test_a_closing_that_does_not_exist_cannot_be_retried(finance: Client) -> None:
    assert finance.post(RETRY).status_code == 404
    assert finance.get(RETRY).status_code == 405


@pytest.mark.parametrize("period", ["2027Q1", "2026-07", "2026q3", "nonsense", "2025Q4"])
def test_periods_nobody_closes_are_missing(manager: Client, period: str) -> None:
    assert manager.get(PAGE.replace("2026Q3", period)).status_code == 404


def test_other_vendors_closings_are_missing(manager: Client) -> None:
    assert manager.get("/vendor/ibm/closings/").status_code == 404
    assert manager.get("/vendor/lenovo/closings/10hoch4/2026Q3/").status_code == 404


# --- the vendor's dashboard --------------------------------------------------------------------------


def test_the_dashboard_shows_the_quarter_over_all_partners(world: World, manager: Client) -> None:
    text = words(dashboard(manager, "/vendor/lenovo/"))
    assert "Revenue in Q4 2026 €22,120.00" in text
    assert "−€1,880.00 less than at the same time in Q3" in text
    assert "Rebates so far €110.00 for 1 partner" in text
    assert "Elbtal Systemhaus GmbH Top-seller rebate €110.00" in text
    assert "Q4 2026 Top-Seller Loyalty closes on 11 January 2027" in text
    assert "Allnet allnet-lenovo.csv" in text
    assert "4 rows, 1 waits" in text
    assert "Power" not in text


def test_the_dashboard_names_who_is_rising(world: World, manager: Client) -> None:
    other = make_partner("Spreewald IT", "3C4D5F6G")
    enrol(other, world.program, tier="silver")
    sell(other, world.topseller, TODAY, "2", "2000.00", distributor=world.distributor, document="S-1")
    found = manager.get("/vendor/lenovo/panels/main/").context["panels"]
    (panel,) = [context for template, context in found if "rising" in template]
    (row,) = panel["rows"]
    assert (row["name"], row["more"]) == ("Spreewald IT", Decimal("2000.00"))
    assert panel["concentration"] == "1 of 2 buying partners makes 80% of the quarter's revenue."


def test_more_figures_are_a_page_of_their_own_without_javascript(world: World, manager: Client) -> None:
    assert "Rising" not in read(manager, "/vendor/lenovo/panels/waiting/")
    text = read(manager, "/vendor/lenovo/panels/side/")
    assert text.startswith("Lenovo · Partner Portal")
    assert "Q4 2026 Top-Seller Loyalty closes on 11 January 2027" in text
    assert manager.get("/vendor/lenovo/panels/nothing/").status_code == 404


def test_who_holds_up_a_closing_waits_for_finance(world: World, finance: Client, manager: Client) -> None:
    park(world)
    text = "1 partner holds up the closing of Q3 2026, Top-Seller Loyalty"
    assert text in read(finance, "/vendor/lenovo/panels/waiting/")
    assert text not in read(manager, "/vendor/lenovo/panels/waiting/")


def test_a_quarter_without_sales_has_a_dashboard(world: World, signed_in: SignedIn) -> None:
    with time_machine.travel(NOW + timedelta(days=60)):
        text = words(dashboard(signed_in(world.channel_manager), "/vendor/lenovo/"))
    assert "No rebate earned in this period yet" in text
    assert "Revenue in Q1 2027 €0.00" in text


def test_the_number_of_queries_does_not_grow_with_partners(world: World, manager: Client) -> None:
    def join(number: int) -> None:
        partner = make_partner(f"Partner {number}", f"P{number:07}")
        enrol(partner, world.program, tier="silver")
        sell(partner, world.topseller, TODAY, "11", "11000.00", distributor=world.distributor, document=f"S-{number}")
        make_report(world.vendor, world.distributor, matched=10 + number)

    join(1)
    close(world, Q2)
    close(world, Q3)
    paths = ("/vendor/lenovo/", CLOSINGS, PAGE, PAGE.replace("Q3", "Q4"))
    counts = [_queries(manager, path) for path in paths]
    for number in range(2, 8):
        join(number)
    assert [_queries(manager, path) for path in paths] == counts


def _queries(client: Client, path: str) -> int:
    client.get(path)  # what has changed is calculated by the first request after the change
    with CaptureQueriesContext(connection) as queries:
        assert client.get(path).status_code == 200
    return len(queries)


def test_the_service_itself_lets_nobody_else_retry(world: World) -> None:
    closing_id = park(world).pk
    for person in (world.channel_manager, world.rival_vendor_finance, world.platform_admin):
        with pytest.raises(NotAllowed, match="Only finance and vendor admins"):
            closing.retry_parked(closing_id=closing_id, actor=Actor.of(person))
    assert closing.retry_parked(closing_id=closing_id, actor=Actor.of(world.vendor_finance)) == 1
