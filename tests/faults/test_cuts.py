"""A line that is being booked while its period is closed, with the lock that keeps them apart and without it."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from datetime import date
from decimal import Decimal
from threading import Event

import pytest
from django.db import connection, transaction

from common.periods import Period
from partners.models import Partner
from programs.models import Distributor, Product, Program
from rebates.closing import open_closing, run
from rebates.models import Closing, Settlement
from sales.books import current_cut
from sales.models import Books, SaleLine
from tests.faults import world
from tests.faults.world import NOW, make_world, sell

PERIOD = Period.parse("2026Q1")
SECONDS = 20.0
Cut = Callable[..., int]


def cut_without_lock(*, vendor_id: int) -> int:
    """`current_cut` as it would be if booking did not hold the books."""
    return Books.objects.get_or_create(vendor_id=vendor_id)[0].cut


@contextmanager
def booking(cut: Cut, monkeypatch: pytest.MonkeyPatch) -> Iterator[Event]:
    """A line whose cut is taken and which is not written before the event is set."""
    taken, go_on = Event(), Event()

    def take(*, vendor_id: int) -> int:
        found = cut(vendor_id=vendor_id)
        taken.set()
        assert go_on.wait(SECONDS)
        return found

    def book() -> None:
        try:
            vendor = Program.objects.get().vendor
            partner, product = Partner.objects.get(number="P009"), Product.objects.get()
            sell(vendor, Distributor.objects.get(), partner, product, date(2026, 3, 30), 1)
        finally:
            connection.close()

    monkeypatch.setattr(world, "current_cut", take)
    with ThreadPoolExecutor(1) as pool:
        booked = pool.submit(book)
        try:
            assert taken.wait(SECONDS)
            yield go_on
        finally:
            go_on.set()
            booked.result(SECONDS)


def somebody_waits_for_a_lock() -> bool:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT EXISTS (SELECT 1 FROM pg_stat_activity "
            "WHERE datname = current_database() AND wait_event_type = 'Lock')"
        )
        return bool(cursor.fetchone()[0])


def close_while_booking(cut: Cut, monkeypatch: pytest.MonkeyPatch) -> tuple[Decimal, Decimal]:
    """Units of P009 that the closing settled, and units that its cut says belong to it."""
    program = make_world(partners=9)
    closing_id = open_closing(program=program, period=PERIOD, today=date(2026, 4, 20), now=NOW).pk

    def close() -> Closing:
        try:
            return run(closing_id=closing_id, now=NOW, chunk=50)
        finally:
            connection.close()

    with ThreadPoolExecutor(1) as pool, booking(cut, monkeypatch) as go_on:
        closed = pool.submit(close)
        until = time.monotonic() + SECONDS
        while not closed.done() and not somebody_waits_for_a_lock():
            assert time.monotonic() < until
            time.sleep(0.02)
        go_on.set()
        closing = closed.result(SECONDS)
    settled = Settlement.objects.get(closing=closing, enrolment__partner__number="P009")
    lines = SaleLine.objects.filter(partner__number="P009", counts_on__lt=PERIOD.end, cut__lte=closing.cut)
    return settled.attainment, sum((line.quantity for line in lines), Decimal(0))


def test_a_closing_waits_for_lines_that_are_being_booked(own_database: str, monkeypatch: pytest.MonkeyPatch) -> None:
    settled, belonging = close_while_booking(current_cut, monkeypatch)
    assert settled == belonging == 10


def test_without_the_lock_a_line_belongs_to_a_closing_that_never_saw_it(
    own_database: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The control: if this fails, the test above proves nothing."""
    settled, belonging = close_while_booking(cut_without_lock, monkeypatch)
    assert (settled, belonging) == (9, 10)


def test_a_cut_is_taken_inside_a_transaction_only(own_database: str) -> None:
    program = make_world(partners=1)
    with pytest.raises(transaction.TransactionManagementError):
        current_cut(vendor_id=program.vendor_id)
