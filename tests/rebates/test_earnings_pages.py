"""A partner's dashboard and its list of rebates: earned so far, next step, tiers, what is settled."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from decimal import Decimal

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from common.models import User
from common.periods import Period
from rebates import closing
from rebates.panels import headline
from rebates.selectors import SoFar
from tests import people
from tests.rendering import dashboard, words
from tests.world import NOW, TODAY, World, enrol, make_partner, make_program, publish, sell

SignedIn = Callable[[User], Client]
DASHBOARD = "/partner/2B3C4D5F/"
REBATES = "/partner/2B3C4D5F/rebates/"
Q3, Q4 = Period.parse("2026Q3"), Period.parse("2026Q4")
RATES = """
code: device-bonus
period: quarter
counts: units
rates:
  gold: {21HM: 15.00, 4X40: 1.00}
"""


@pytest.fixture
def owner(world: World, signed_in: SignedIn) -> Client:
    return signed_in(world.reseller_owner)


def read(client: Client, path: str = DASHBOARD) -> str:
    page = client.get(path)
    assert page.status_code == 200
    return words(page.content.decode())


def close(world: World, period: Period) -> None:
    opened = closing.open_closing(program=world.program, period=period, today=date(2027, 2, 1), now=NOW)
    closing.run(closing_id=opened.pk, now=NOW, chunk=10)


def euros(amount: str) -> dict[str, Decimal]:
    return {"EUR": Decimal(amount)}


# --- the sentence ------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("now", "then", "sentence"),
    [
        ("1240", "930", "In Q4 you have earned €1,240.00 so far, €310.00 more than at the same time in Q3."),
        ("930", "1240", "In Q4 you have earned €930.00 so far, €310.00 less than at the same time in Q3."),
        ("930", "930", "In Q4 you have earned €930.00 so far, as much as at the same time in Q3."),
        ("0", "930", "In Q4 you have earned €0.00 so far, €930.00 less than at the same time in Q3."),
        ("0", "0", "In Q4 you have earned €0.00 so far."),
    ],
)
def test_the_sentence_compares_with_the_same_time_in_the_last_quarter(now: str, then: str, sentence: str) -> None:
    assert headline(SoFar(Q4, euros(now), euros(then))) == sentence


def test_the_sentence_adds_no_currencies_and_compares_none() -> None:
    assert headline(SoFar(Q4, {**euros("5"), "USD": Decimal(7)}, euros("9"))) == (
        "In Q4 you have earned €5.00 and $7.00 so far."
    )
    assert headline(SoFar(Q4, euros("5"), None)) == "In Q4 you have earned €5.00 so far."


@pytest.mark.parametrize(
    ("period", "begin"),
    [("2026-11", "In November"), ("2026H2", "In the second half of 2026"), ("2026", "In 2026")],
)
def test_the_sentence_names_every_kind_of_period(period: str, begin: str) -> None:
    assert headline(SoFar(Period.parse(period), euros("5"), None)).startswith(f"{begin} you have earned")


# --- the dashboard -----------------------------------------------------------------------------------


def test_the_dashboard_is_about_all_vendors_of_the_company(owner: Client) -> None:
    text = read(owner)
    assert "In Q4 you have earned €3,110.00 so far, €2,290.00 less than at the same time in Q3." in text
    assert "3 more units of “Topsellers” by 31 December: +€140.00" in text
    assert "€20,000.00 more revenue by 31 December: +€2,000.00" in text
    assert "46 days left" in text
    assert "Nothing is waiting for you." in read(owner, f"{DASHBOARD}panels/waiting/")


def test_a_line_committed_shows_in_the_next_request(world: World, owner: Client) -> None:
    assert "€110.00" in read(owner)
    sell(world.reseller, world.topseller, TODAY, "3", None, distributor=world.distributor, document="R-9")
    text = read(owner)
    assert "€250.00" in text
    assert "25 more units of “Topsellers” by 31 December: +€500.00" in text


def test_beyond_the_highest_step_it_says_what_every_further_unit_brings(world: World, owner: Client) -> None:
    sell(world.reseller, world.topseller, TODAY, "40", None, distributor=world.distributor, document="R-9")
    assert "Highest step reached. Every further unit: +€15.00" in read(owner)


def test_at_the_cap_it_says_that_more_brings_nothing(world: World, owner: Client) -> None:
    sell(world.reseller, world.server, TODAY, "9", "500000.00", distributor=world.distributor, document="R-9")
    text = read(owner)
    assert "€14,800.00" in text
    assert "The most these terms pay is reached." in text


def test_rates_say_what_the_next_tier_pays(world: World, owner: Client) -> None:
    publish(world.program, RATES, "Device bonus")
    text = read(owner)
    assert "From the tier Gold on every unit pays €1.00 to €15.00, by article." in text
    assert "Per unit as Gold 21HM €15.00 4X40 €1.00" in text


def test_what_is_over_is_shown_with_its_state(world: World, owner: Client) -> None:
    assert "€120.00 closes on 11 October" in words(dashboard(owner, DASHBOARD))
    close(world, Q3)
    assert "€120.00 closed" in words(dashboard(owner, DASHBOARD))


def test_a_company_without_a_program_is_told_what_will_be_here(world: World, signed_in: SignedIn) -> None:
    newcomer = make_partner("Neu GmbH", "3C4D5F6G")
    client = signed_in(people.member_of(newcomer, "newcomer", "owner"))
    assert "Not enrolled in a program yet" in read(client, "/partner/3C4D5F6G/")
    assert "No rebates yet" in read(client, "/partner/3C4D5F6G/rebates/")


def test_a_company_without_sales_is_told_how_they_come(world: World, signed_in: SignedIn) -> None:
    newcomer = make_partner("Neu GmbH", "3C4D5F6G")
    enrol(newcomer, world.program, tier="silver", on=date(2026, 11, 1))
    client = signed_in(people.member_of(newcomer, "newcomer", "owner"))
    text = read(client, "/partner/3C4D5F6G/")
    assert "In Q4 you have earned €0.00 so far." in text
    assert "Nothing has been reported for you in this period yet." in text
    assert "10 more units of “Topsellers” by 31 December: +€50.00" in text


def test_a_company_whose_programs_pay_nothing_now_finds_earlier_rebates(world: World, signed_in: SignedIn) -> None:
    newcomer = make_partner("Neu GmbH", "3C4D5F6G")
    enrol(newcomer, make_program(world.vendor, "empty", "Without terms", ("one",)), tier="one")
    client = signed_in(people.member_of(newcomer, "newcomer", "owner"))
    assert "No rebate is running" in read(client, "/partner/3C4D5F6G/")


def test_the_number_of_queries_does_not_grow_with_the_lines(world: World, owner: Client) -> None:
    with CaptureQueriesContext(connection) as few:
        owner.get(DASHBOARD)
    for number in range(30):
        sell(world.reseller, world.topseller, TODAY, "1", None, distributor=world.distributor, document=f"S-{number}")
    with CaptureQueriesContext(connection) as many:
        owner.get(DASHBOARD)
    assert len(many) == len(few)


# --- the list ----------------------------------------------------------------------------------------


def listed(client: Client, query: str = "") -> list[tuple[str, str, str]]:
    page = client.get(REBATES + query)
    return [
        (row.record.period_name, row.record.terms.code, str(row.record.total)) for row in page.context["table"].rows
    ]


def test_periods_are_listed_by_program_and_filtered(world: World, owner: Client) -> None:
    found = listed(owner)
    assert found[:4] == [
        ("Q4 2026", "10hoch4", "3000.00"),
        ("Q4 2026", "topseller-loyalty", "110.00"),
        ("Q3 2026", "10hoch4", "5280.00"),
        ("Q3 2026", "topseller-loyalty", "120.00"),
    ]
    assert {code for _period, code, _total in listed(owner, f"?program={world.program.pk}")} == {"topseller-loyalty"}
    assert listed(owner, "?year=2026") == found
    assert owner.get(f"{REBATES}?year=1999").context["filter"].form.errors


def test_every_period_opens_its_explanation(world: World, owner: Client) -> None:
    for row in owner.get(REBATES).context["table"].rows:
        assert owner.get(row.record.url).status_code == 200


def test_an_adjustment_stands_beside_what_was_earned(world: World, owner: Client) -> None:
    close(world, Q3)
    sell(world.reseller, world.topseller, Q3.last_day, "1", None, distributor=world.distributor, document="R-9")
    close(world, Q4)
    text = read(owner, f"{REBATES}?program={world.program.pk}")
    assert "€120.00 +€130.00 €250.00 closed" in text


def test_another_company_is_missing(owner: Client) -> None:
    assert owner.get("/partner/6G7H8J9K/").status_code == 404
    assert owner.get("/partner/6G7H8J9K/rebates/").status_code == 404
