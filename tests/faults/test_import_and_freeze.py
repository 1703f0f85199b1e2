"""A report that is imported while its period is frozen: each row is in this closing or in the next, never lost."""

from __future__ import annotations

import time
from concurrent.futures import ThreadPoolExecutor
from datetime import date
from decimal import Decimal
from threading import Event

import pytest
from django.db import connection

from common.access import Actor
from common.periods import Period
from partners.models import Partner
from programs.models import Distributor, Program
from rebates.closing import freeze, open_closing, run
from rebates.models import Closing, Settlement
from sales import importing
from sales.books import current_cut
from sales.models import CustomerNumber, SaleLine
from tests.faults.test_cuts import SECONDS, Cut, cut_without_lock, somebody_waits_for_a_lock
from tests.faults.world import NOW, forget_closings, make_world

PERIOD = Period.parse("2026Q1")
ROUNDS = 50
BUYER = "P002"
IMPORT_FIRST, FREEZE_FIRST = "import first", "freeze first"


@pytest.fixture
def program(own_database: str) -> Program:
    program = make_world(partners=3)
    buyer = Partner.objects.get(number=BUYER)
    CustomerNumber.objects.create(
        vendor=program.vendor, distributor=Distributor.objects.get(), number="K-2", partner=buyer
    )
    return program


def report(number: int) -> bytes:
    rows = [f"K-2,R{number},{line},2026-03-30,X1,1,100.00" for line in range(1, 4)]
    return "\n".join(["customer no,document,line,date,article,quantity,net", *rows, ""]).encode()


class Round:
    """Imports a report and closes its quarter at once; whoever is `first` holds the books before the other comes."""

    def __init__(self, program: Program, number: int, first: str, cut: Cut) -> None:
        self.program, self.number, self.first, self.cut = program, number, first, cut
        self.taken, self.go_on, self.frozen = Event(), Event(), Event()
        self.closing = open_closing(program=program, period=PERIOD, today=date(2026, 4, 20), now=NOW)

    def take(self, *, vendor_id: int) -> int:
        if self.first == FREEZE_FIRST:
            assert self.frozen.wait(SECONDS)
        found = self.cut(vendor_id=vendor_id)
        self.taken.set()
        assert self.go_on.wait(SECONDS)
        return found

    def send(self) -> None:
        try:
            importing.import_sellout(
                actor=Actor.system(),
                vendor=self.program.vendor,
                distributor=Distributor.objects.get(),
                file_name="late.csv",
                content=report(self.number),
                uploaded_by=None,
                now=NOW,
                today=date(2026, 11, 22),
            )
        finally:
            connection.close()

    def close(self) -> None:
        try:
            freeze(closing_id=self.closing.pk, now=NOW)
            self.frozen.set()
            run(closing_id=self.closing.pk, now=NOW, chunk=50)
        finally:
            connection.close()

    def go(self) -> tuple[Decimal, Decimal]:
        """Units that the closing settled for the buyer, and units that its cut says belong to it."""
        with ThreadPoolExecutor(2) as pool:
            sent = pool.submit(self.send)
            if self.first == IMPORT_FIRST:
                assert self.taken.wait(SECONDS)
            closed = pool.submit(self.close)
            until = time.monotonic() + SECONDS
            while not closed.done() and not somebody_waits_for_a_lock():
                assert time.monotonic() < until
                time.sleep(0.005)
            self.go_on.set()
            sent.result(SECONDS)
            closed.result(SECONDS)
        closing = Closing.objects.get(pk=self.closing.pk)
        settled = Settlement.objects.get(closing=closing, enrolment__partner__number=BUYER).attainment
        lines = SaleLine.objects.filter(partner__number=BUYER, counts_on__lt=PERIOD.end, cut__lte=closing.cut)
        return settled, sum((line.quantity for line in lines), Decimal(0))


def go(program: Program, number: int, first: str, cut: Cut, monkeypatch: pytest.MonkeyPatch) -> tuple[Decimal, Decimal]:
    each = Round(program, number, first, cut)
    monkeypatch.setattr(importing, "current_cut", each.take)
    return each.go()


def test_in_fifty_rounds_and_both_orders_every_row_is_in_this_closing_or_in_the_next(
    program: Program, monkeypatch: pytest.MonkeyPatch
) -> None:
    for number in range(ROUNDS):
        first = IMPORT_FIRST if number % 2 else FREEZE_FIRST
        settled, belonging = go(program, number, first, current_cut, monkeypatch)
        assert settled == belonging, f"round {number}, {first}"
        late = SaleLine.objects.filter(document_key=f"R{number}", cut__gt=Closing.objects.get().cut or 0).count()
        assert late == (0 if first == IMPORT_FIRST else 3)
        forget_closings()  # the next round closes the same quarter anew


def test_without_the_lock_rows_belong_to_a_closing_that_never_saw_them(
    program: Program, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The control: if this fails, the test above proves nothing."""
    settled, belonging = go(program, 0, IMPORT_FIRST, cut_without_lock, monkeypatch)
    assert (settled, belonging) == (2, 5)
