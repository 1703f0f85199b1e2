"""A partner's sales: the list with its sums and filters, one sale with its source, the chart of the quarter."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable, Mapping
from datetime import date
from decimal import Decimal

import pytest
from django.test import Client

from common.access import Actor
from common.models import User
from common.periods import Period
from sales import selectors
from sales.models import Evidence, SaleLine
from tests.rendering import dashboard
from tests.sales.sending import ROWS, report, send
from tests.world import TODAY, World, sell

SignedIn = Callable[[User], Client]
LIST = "/partner/2B3C4D5F/sales/"


@pytest.fixture
def owner(world: World, signed_in: SignedIn) -> Client:
    return signed_in(world.reseller_owner)


def shown(client: Client, query: str = "") -> list[str]:
    page = client.get(LIST + query)
    return [row.record["document_number"] for row in page.context["table"].page]


def test_all_sales_of_all_vendors_are_one_list_with_their_sums(owner: Client) -> None:
    page = owner.get(LIST)
    totals = page.context["table"].totals
    assert (totals.lines, totals.quantity, dict(totals.net)) == (5, Decimal(55), {"EUR": Decimal("136120.00")})
    assert "136,120.00" in page.content.decode()
    assert "Rheinblick" not in page.content.decode()


@pytest.mark.parametrize(
    ("query", "documents"),
    [
        ("?quarter=2026Q3", ["R-3001", "R-1001"]),
        ("?q=thinkpad", ["R-1002", "R-1001"]),
        ("?q=R-1003", ["R-1003"]),
        ("?counts_on_from=2026-10-20&counts_on_to=2026-10-20", ["R-3002", "R-1003", "R-1002"]),
        ("?quarter=2026Q3&q=9105", ["R-3001"]),
    ],
)
def test_filters(owner: Client, query: str, documents: list[str]) -> None:
    assert sorted(shown(owner, query)) == sorted(documents)


def test_filters_by_vendor_and_distributor_offer_the_partners_own(world: World, owner: Client) -> None:
    assert sorted(shown(owner, f"?vendor={world.rival_vendor.pk}")) == ["R-3001", "R-3002"]
    assert len(shown(owner, f"?distributor={world.distributor.pk}")) == 5
    page = owner.get(f"{LIST}?distributor={world.rival_distributor.pk}")
    assert page.context["filter"].form.errors


def test_sums_follow_the_filter(owner: Client) -> None:
    assert owner.get(LIST + "?quarter=2026Q3").context["table"].totals.net == {"EUR": Decimal("84000.00")}


@pytest.mark.parametrize("query", ["distributor={distributor}", "q=S-7", "distributor={distributor}&q=S-7"])
def test_kept_sums_and_added_ones_are_of_the_rows_that_are_shown(world: World, owner: Client, query: str) -> None:
    distributor = world.rival_distributor
    sell(world.reseller, world.topseller, TODAY, "3", "70.00", distributor=distributor, document="S-7")
    page = owner.get(f"{LIST}?{query.format(distributor=distributor.pk)}")
    sums = page.context["table"].totals
    assert (sums.lines, sums.quantity, sums.net) == (1, 3, {"EUR": Decimal("70.00")})
    assert "1 entry" in page.content.decode()


def test_lines_without_a_value_are_counted_apart(world: World, owner: Client) -> None:
    sell(world.reseller, world.topseller, TODAY, "1", None, distributor=world.distributor, document="R-9")
    assert "Total (1 without a value)" in owner.get(LIST).content.decode()


def test_sums_of_several_currencies_are_not_added(world: World, owner: Client) -> None:
    sell(
        world.reseller,
        world.topseller,
        TODAY,
        "1",
        "10.00",
        distributor=world.distributor,
        document="R-9",
        currency="CHF",
    )
    assert "CHF\u00a010.00 + €136,120.00" in owner.get(LIST).content.decode()


def test_an_invoice_of_a_reported_sale_is_not_counted_again(world: World, owner: Client) -> None:
    invoice = {"distributor": world.distributor, "evidence": Evidence.INVOICE}
    sell(world.reseller, world.topseller, date(2026, 10, 20), "22", "22000.00", document="r 1002", line="7", **invoice)  # type: ignore[arg-type]
    sell(world.reseller, world.topseller, date(2026, 10, 21), "1", "1000.00", document="INV-1", **invoice)  # type: ignore[arg-type]
    lines = selectors.counted_once(selectors.sales_of(partner=world.reseller))
    assert selectors.totals(lines).quantity == Decimal(56)
    assert shown(owner).count("r 1002") == 0
    assert shown(owner).count("INV-1") == 1


def test_exports_hold_all_rows_and_no_formula(world: World, owner: Client) -> None:
    send(world, report("K-1;;=1+1;1;02.11.2026;21HM;1;1000,50;;"))
    content = owner.get(LIST + "?export=csv").content.decode("utf-8-sig")
    rows = list(csv.DictReader(io.StringIO(content)))
    assert len(rows) == 6
    assert owner.get(LIST + "?export=xlsx").content.startswith(b"PK")
    assert not [cell for row in rows for cell in row.values() if cell.startswith("=")]


def test_a_sale_leads_to_the_row_it_comes_from(world: World, owner: Client, signed_in: SignedIn) -> None:
    result = send(world, report(*ROWS))
    line = SaleLine.objects.get(report=result.report, report_row=2)
    page = owner.get(f"{LIST}{line.pk}/").content.decode()
    for fact in ("ThinkPad T14", "€3,000.50", "RE-1", "line 10", "K-1", "P-1", "Allnet", "Row of the report"):
        assert fact in page
    vendor_page = signed_in(world.channel_manager).get(f"/vendor/lenovo/sales/{line.pk}/").content.decode()
    assert "november.csv" in vendor_page
    assert "Elbtal Systemhaus GmbH" in vendor_page


def test_sales_of_other_partners_are_missing(world: World, owner: Client, signed_in: SignedIn) -> None:
    foreign = SaleLine.objects.filter(partner=world.rival).first()
    own = SaleLine.objects.filter(partner=world.reseller).first()
    assert foreign is not None
    assert own is not None
    assert owner.get(f"{LIST}{foreign.pk}/").status_code == 404
    assert owner.get("/partner/6G7H8J9K/sales/").status_code == 404
    assert signed_in(world.rival_owner).get(f"{LIST}{own.pk}/").status_code == 404
    assert signed_in(world.channel_manager).get(LIST).status_code == 404


def test_the_quarter_is_added_up_week_by_week_beside_the_year_before(world: World) -> None:
    sell(world.reseller, world.topseller, date(2025, 10, 1), "1", "100.00", distributor=world.distributor, document="A")
    sell(world.reseller, world.topseller, date(2025, 12, 31), "1", "20.00", distributor=world.distributor, document="B")

    def by_day(quarter: Period) -> Mapping[date, Decimal]:
        return selectors.net_of_partner_by_day(
            partner=world.reseller, actor=Actor.system(), currency="EUR", start=quarter.start, end=quarter.end
        )

    weeks = selectors.weeks_of_quarter(today=TODAY, by_day=by_day)
    assert weeks.starts[0] == date(2026, 9, 28)
    assert len(weeks.starts) == len(weeks.before) == 14
    assert len(weeks.now) == 8
    assert weeks.now[:5] == [0, 0, 0, Decimal("52120.00"), Decimal("52120.00")]
    assert (weeks.before[0], weeks.before[-2], weeks.before[-1]) == (Decimal(100), Decimal(100), Decimal(120))


@pytest.mark.parametrize("role", ["reseller_owner", "channel_manager"])
def test_the_chart_of_the_quarter_is_on_the_dashboard(world: World, signed_in: SignedIn, role: str) -> None:
    address = "/partner/2B3C4D5F/" if role == "reseller_owner" else "/vendor/lenovo/"
    client = signed_in(getattr(world, role))
    page = dashboard(client, address)
    assert "Revenue in Q4 2026, added up week by week" in page
    assert "Q4 2025" not in page
    sell(world.reseller, world.topseller, date(2025, 10, 1), "1", "100.00", distributor=world.distributor, document="A")
    assert "more than by the same week of Q4 2025" in dashboard(client, address)
