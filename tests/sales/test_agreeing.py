"""Rows of sales that disagree with what they refer to are refused by the database."""

from __future__ import annotations

import threading
from datetime import date
from typing import Any

import pytest
from django.db import IntegrityError, connection, transaction

from partners.models import Partner
from sales.models import SaleLine, WaitingRow
from tests.sales.sending import ROWS, at_once, report, send
from tests.world import World, make_partner, sell

DAY = date(2026, 11, 2)


def sold(world: World, **fields: Any) -> SaleLine:
    given: dict[str, Any] = {"distributor": world.distributor, "document": "R-77", **fields}
    return sell(given.pop("partner", world.reseller), given.pop("product", world.topseller), DAY, "1", "9.00", **given)


def refused(world: World, **fields: Any) -> bool:
    try:
        with transaction.atomic():
            sold(world, **fields)
    except IntegrityError as error:
        return "disagree" in str(error)
    return False


def test_a_line_is_of_its_products_vendor(world: World) -> None:
    assert not refused(world)
    line = SaleLine.objects.get(document_number="R-77")
    line.pk, line.document_key, line.vendor = None, "OTHER", world.rival_vendor
    with pytest.raises(IntegrityError, match="disagree"), transaction.atomic():
        line.save(force_insert=True)


def test_a_line_is_of_its_reports_vendor_and_distributor(world: World) -> None:
    assert refused(world, report=world.rival_report)
    assert refused(world, report=world.report, distributor=world.rival_distributor)
    assert not refused(world, report=world.report)


def test_a_line_has_a_distributor_and_a_report_that_exist(world: World) -> None:
    assert refused(world, distributor_id=0, distributor=None)
    assert refused(world, report_id=10**9)


def test_a_line_has_a_partner_and_a_product_that_exist(world: World) -> None:
    assert refused(world, partner=Partner(pk=10**9))
    line = sold(world)
    line.pk, line.document_key, line.product_id = None, "OTHER", 10**9
    with pytest.raises(IntegrityError, match="disagree"), transaction.atomic():
        line.save(force_insert=True)


def test_what_lines_refer_to_stays(world: World) -> None:
    line = sold(world)
    for table, pk in (("partners_partner", line.partner_id), ("programs_product", line.product_id)):
        with pytest.raises(IntegrityError, match="refer to"), transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(f"DELETE FROM {table} WHERE id = %s", [pk])


def test_a_partner_cannot_be_deleted_while_its_first_line_is_being_booked(committed: World) -> None:
    partner = make_partner("Neu GmbH", "N0000001")
    booked, tried = threading.Barrier(2, timeout=20), threading.Event()

    def book() -> None:
        with transaction.atomic():
            sold(committed, partner=partner)
            booked.wait()
            # Time for the other one to arrive at the row's lock; were there none, it would be through by then.
            tried.wait(1)

    def delete() -> str:
        booked.wait()
        try:
            with connection.cursor() as cursor:
                cursor.execute("DELETE FROM partners_partner WHERE id = %s", [partner.pk])
        except IntegrityError as error:
            return str(error)
        finally:
            tried.set()
        return ""

    assert "refer to" in str(at_once(book, delete)[1])


@pytest.mark.parametrize(
    "wrong",
    [{"quantity": 2}, {"net": 1}, {"counts_on": date(2026, 11, 3)}, {"document_line": "2"}, {"currency": "CHF"}],
)
def test_a_reversal_says_exactly_the_opposite_of_its_line(world: World, wrong: dict[str, Any]) -> None:
    line = sold(world)
    opposite = {"quantity": -line.quantity, "net": -line.net if line.net else None, "reverses": line}
    copied = {
        field.attname: getattr(line, field.attname)
        for field in SaleLine._meta.local_fields
        if field.attname not in {"id", "quantity", "net", "reverses_id"}
    }
    with pytest.raises(IntegrityError, match="disagree"), transaction.atomic():
        SaleLine.objects.create(**{**copied, **opposite, **wrong})
    SaleLine.objects.create(**{**copied, **opposite})


def test_a_waiting_row_is_of_its_reports_vendor_too(world: World) -> None:
    row = WaitingRow.objects.get(pk=world.waiting.pk)
    row.pk, row.document_key, row.report = None, "OTHER", world.rival_report
    with pytest.raises(IntegrityError, match="disagree"), transaction.atomic():
        row.save(force_insert=True)


def test_an_import_agrees(world: World) -> None:
    assert send(world, report(*ROWS)).matched == len(ROWS)
