"""Booking proven sales directly: all of them or none, under the vendor's current cut."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from decimal import Decimal

import pytest

from sales.booking import AlreadyBooked, ProvenSale, book_lines
from sales.books import freeze
from sales.models import Evidence, SaleLine
from tests.world import NOW, World


def sale(world: World, document: str = "RE 2026/08-15", line: str = "1") -> ProvenSale:
    return ProvenSale(
        partner_id=world.reseller.pk,
        product_id=world.topseller.pk,
        distributor=world.distributor,
        document_number=document,
        document_line=line,
        document_date=date(2026, 10, 20),
        article=world.topseller.article,
        quantity=Decimal(2),
        net=Decimal("1998.00"),
    )


def book(world: World, *sales: ProvenSale, evidence: Evidence = Evidence.INVOICE) -> int:
    return len(book_lines(vendor=world.vendor, evidence=evidence, sales=sales, now=NOW))


def test_a_sale_is_booked_on_its_day_under_the_current_cut(world: World) -> None:
    frozen = freeze(vendor_id=world.vendor.pk)
    assert book(world, sale(world)) == 1
    line = SaleLine.objects.get(document_number="RE 2026/08-15")
    assert (line.document_key, line.counts_on, line.cut) == ("RE20260815", date(2026, 10, 20), frozen + 1)
    assert (line.evidence, line.booked_at) == ("invoice", NOW)


def test_a_return_counts_on_the_day_of_the_sale_it_names(world: World) -> None:
    book(world, replace(sale(world), quantity=Decimal(-1), counts_on=date(2026, 8, 12)))
    line = SaleLine.objects.get(document_number="RE 2026/08-15")
    assert (line.document_date, line.counts_on) == (date(2026, 10, 20), date(2026, 8, 12))


def test_one_line_booked_before_refuses_all(world: World) -> None:
    book(world, sale(world))
    before = SaleLine.objects.count()
    with pytest.raises(AlreadyBooked):
        book(world, sale(world, "RE 2026/08-16"), sale(world, "re2026-0815"))
    assert SaleLine.objects.count() == before


def test_the_same_line_may_be_proven_by_report_and_by_invoice(world: World) -> None:
    assert book(world, sale(world)) + book(world, sale(world), evidence=Evidence.SELL_OUT) == 2
