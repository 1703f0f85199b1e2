"""The sums kept beside the sale lines: whatever is booked, they say what adding up all lines says."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from functools import partial

import pytest
from django.db import connection, transaction
from django.db.models import Max
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from common.access import CHANNEL_MANAGER, OWNER, PARTNER, VENDOR, Actor
from common.periods import Period, PeriodKind
from partners.models import Partner
from programs.models import Product, Vendor
from sales import revenue
from sales.models import Evidence, PartnerQuarter, SaleLine, VendorDay
from sales.selectors import counted_once, sales_of, totals
from tests.sales.sending import at_once
from tests.world import TODAY, World, sell

START, END = date(2026, 4, 1), date(2027, 1, 1)


@dataclass(frozen=True)
class Sale:
    """A line to be booked. `taken_back` reverses it afterwards."""

    of_rival: bool
    server: bool
    document: int
    line: int
    day: date
    quantity: int
    net: int | None
    invoice: bool
    currency: str
    taken_back: bool


SALES = st.builds(
    Sale,
    of_rival=st.booleans(),
    server=st.booleans(),
    document=st.integers(1, 4),
    line=st.integers(1, 3),
    day=st.dates(START, END - timedelta(days=1)),
    quantity=st.integers(-3, 9),
    net=st.none() | st.integers(-5000, 5000),
    invoice=st.booleans(),
    currency=st.sampled_from(["EUR", "EUR", "CHF"]),
    taken_back=st.booleans(),
)


def book(world: World, sales: Iterable[Sale]) -> None:
    known = set()
    for sale in sales:
        product = world.server if sale.server else world.topseller
        key = (product.vendor_id, sale.document, sale.line, sale.invoice)
        if key in known:
            continue
        known.add(key)
        line = _line(world, sale, product, 1)
        if sale.taken_back:
            _line(world, sale, product, -1, reverses=line)


def _line(world: World, sale: Sale, product: Product, sign: int, reverses: SaleLine | None = None) -> SaleLine:
    return sell(
        world.rival if sale.of_rival else world.reseller,
        product,
        sale.day,
        str(sale.quantity * sign),
        None if sale.net is None else str(sale.net * sign),
        distributor=world.distributor,
        document=f"H-{sale.document}",
        line=str(sale.line),
        evidence=Evidence.INVOICE if sale.invoice else Evidence.SELL_OUT,
        currency=sale.currency,
        reverses=reverses,
    )


def counting(vendor_id: int) -> list[SaleLine]:
    """All lines that count, found one by one: no invoice line of a sale that a standing line of a report proves."""
    lines = list(SaleLine.objects.filter(vendor=vendor_id))
    taken_back = {line.reverses_id for line in lines}
    proven = {
        (line.distributor_id, line.document_key, line.product_id)
        for line in lines
        if line.evidence == Evidence.SELL_OUT and line.reverses_id is None and line.pk not in taken_back
    }
    return [
        line
        for line in lines
        if line.evidence == Evidence.SELL_OUT or (line.distributor_id, line.document_key, line.product_id) not in proven
    ]


@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(sales=st.lists(SALES, max_size=25))
def test_the_sums_are_those_of_all_lines_looked_at_one_by_one(world: World, sales: list[Sale]) -> None:
    with transaction.atomic():
        book(world, sales)
        for vendor in (world.vendor, world.rival_vendor):
            lines = [line for line in counting(vendor.pk) if START <= line.counts_on < END]
            sums = revenue.totals_of_vendor(vendor=vendor, start=START, end=END)
            assert sums.lines == len(lines)
            assert sums.quantity == sum(line.quantity for line in lines)
            assert sums.without_value == sum(line.net is None for line in lines)
            by_partner: dict[int, Decimal] = defaultdict(Decimal)
            by_day: dict[date, Decimal] = defaultdict(Decimal)
            for line in lines:
                if line.currency == "EUR":
                    by_partner[line.partner_id] += line.net or 0
                    by_day[line.counts_on] += line.net or 0
            assert revenue.net_by_partner(vendor=vendor, currency="EUR", start=START, end=END) == by_partner
            assert revenue.net_by_day(vendor=vendor, currency="EUR", start=START, end=END) == by_day
            assert sums.net.get("EUR", 0) == sum(by_partner.values())
            for partner in (world.reseller, world.rival):
                assert quarters(world, vendor.pk, partner, lines)
                by_quarter_and_vendor(partner, vendor)
            sold = SaleLine.objects.filter(vendor=vendor, quantity__gt=0, reverses=None, reversed_by=None)
            last = dict(sold.order_by().values_list("partner").annotate(last=Max("counts_on")))
            assert revenue.last_sale_by_partner(vendor=vendor) == last
            own = {pk: day for pk, day in last.items() if pk == world.rival.pk}
            assert revenue.last_sale_by_partner(vendor=vendor, partners=[world.rival.pk]) == own
        transaction.set_rollback(True)


def quarters(world: World, vendor_id: int, partner: Partner, lines: list[SaleLine]) -> bool:
    vendor = world.vendor if world.vendor.pk == vendor_id else world.rival_vendor
    found = revenue.net_by_quarter(vendor=vendor, partner=partner, currency="EUR", today=TODAY, quarters=3)
    own = [line for line in lines if line.partner_id == partner.pk and line.currency == "EUR"]
    expected = [
        sum((line.net or Decimal(0) for line in own if quarter.contains(line.counts_on)), Decimal(0))
        for quarter, _net in found
    ]
    return [net for _quarter, net in found] == expected


def by_quarter_and_vendor(partner: Partner, vendor: Vendor) -> None:
    """The sums below a list of sales, for the partner and for the vendor's staff who look at it as the partner."""
    member = Actor(roles={PARTNER: {partner.pk: frozenset({OWNER})}})
    staff = Actor(roles={VENDOR: {vendor.pk: frozenset({CHANNEL_MANAGER})}})
    for actor in (member, staff):
        rows = counted_once(sales_of(partner=partner).visible_to(actor))  # type: ignore[attr-defined]
        sums_of = partial(revenue.totals_of_partner, partner=partner, actor=actor)
        assert sums_of(invoices=rows.filter(evidence=Evidence.INVOICE)) == totals(rows)
        for quarter in (Period.parse("2026Q3"), Period.parse("2026Q4")):
            asked = rows.filter(vendor=vendor, counts_on__gte=quarter.start, counts_on__lt=quarter.end)
            assert sums_of(invoices=asked.filter(evidence=Evidence.INVOICE), vendor=vendor, quarter=quarter) == totals(
                asked
            )


DAYS = st.dates(START - timedelta(days=100), END + timedelta(days=100))


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(sales=st.lists(SALES, max_size=15), one=DAYS, other=DAYS)
def test_any_days_are_summed_from_whole_quarters_and_what_is_left(
    world: World, sales: list[Sale], one: date, other: date
) -> None:
    start, end = sorted((one, other))
    with transaction.atomic():
        book(world, sales)
        for vendor in (world.vendor, world.rival_vendor):
            expected: dict[int, Decimal] = defaultdict(Decimal)
            for line in counting(vendor.pk):
                if start <= line.counts_on < end and line.currency == "EUR":
                    expected[line.partner_id] += line.net or 0
            assert revenue.net_by_partner(vendor=vendor, currency="EUR", start=start, end=end) == expected
            own = revenue.net_by_partner(vendor=vendor, currency="EUR", start=start, end=end, partners=[world.rival.pk])
            assert own == {pk: amount for pk, amount in expected.items() if pk == world.rival.pk}
        transaction.set_rollback(True)


def test_part_of_a_quarter_is_summed_from_the_lines(world: World) -> None:
    now = Period.containing(PeriodKind.QUARTER, TODAY)
    whole = revenue.net_by_partner(vendor=world.vendor, currency="EUR", start=now.start, end=now.end)
    part = revenue.net_by_partner(vendor=world.vendor, currency="EUR", start=now.start, end=TODAY)
    sell(world.reseller, world.topseller, TODAY, "1", "7.00", distributor=world.distributor, document="T-1")
    added = revenue.net_by_partner(vendor=world.vendor, currency="EUR", start=now.start, end=now.end)
    assert added[world.reseller.pk] == whole[world.reseller.pk] + 7
    assert revenue.net_by_partner(vendor=world.vendor, currency="EUR", start=now.start, end=TODAY) == part


@pytest.mark.parametrize("rounds", [5])
def test_bookings_at_the_same_time_are_all_in_the_sums(committed: World, rounds: int) -> None:
    partners = [committed.reseller, committed.rival]

    def booking(number: int) -> None:
        for count in range(rounds):
            order = partners if number % 2 else partners[::-1]
            with transaction.atomic():
                SaleLine.objects.bulk_create(_unsaved(committed, partner, f"C-{number}-{count}") for partner in order)

    results = at_once(*[lambda number=number: booking(number) for number in range(4)])
    assert results == [None] * 4
    for sums in (PartnerQuarter, VendorDay):
        with connection.cursor() as cursor:
            cursor.execute(f"SELECT sum(lines), sum(net) FROM {sums._meta.db_table}")
            kept = cursor.fetchone()
            cursor.execute("SELECT count(*), sum(net) FROM sales_saleline WHERE evidence = 'sell_out'")
            assert kept == cursor.fetchone()


def _unsaved(world: World, partner: Partner, document: str) -> SaleLine:
    return SaleLine(
        vendor=world.vendor,
        partner=partner,
        product=world.topseller,
        distributor=world.distributor,
        document_number=document,
        document_key=document,
        document_line=partner.number,
        document_date=TODAY,
        counts_on=TODAY,
        quantity=1,
        net=Decimal("10.00"),
        evidence=Evidence.SELL_OUT,
        cut=1,
        booked_at="2026-11-16T11:00Z",
    )
