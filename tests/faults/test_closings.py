"""Closings with real processes: twice, six at once, killed and run again, against an undisturbed run."""

from __future__ import annotations

import json
import signal
import time
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from threading import Barrier, Thread

import pytest
from django.db import connection, transaction
from django.utils import timezone

from common.access import Actor
from common.periods import Period
from partners.models import Partner
from programs.models import Distributor, Product, Program
from programs.terms import Terms
from rebates import engine
from rebates.closing import freeze, open_closing, retry_parked, run
from rebates.engine import Aggregate, Facts
from rebates.models import Closing, ClosingItem, Settlement
from sales.models import SaleLine
from tests.faults.world import NOW, digest, forget_closings, make_world, rebate_of, sell
from tests.owner import without_triggers
from tests.services import manage, run_manage

PERIOD = Period.parse("2026Q1")


def close(database_url: str, period: str = "2026Q1") -> dict[str, object]:
    figures: dict[str, object] = json.loads(manage("close_period", "acme", period, "--json", database_url=database_url))
    return figures


@pytest.fixture
def undisturbed(own_database: str) -> tuple[str, str]:
    """A database with the world in it, and the digest that one quiet closing of the first quarter gives elsewhere."""
    program = make_world()
    with transaction.atomic():
        closing = open_closing(program=program, period=PERIOD, today=date(2026, 4, 20), now=NOW)
        run(closing_id=closing.pk, now=NOW, chunk=50)
        quiet = digest()
        transaction.set_rollback(True)
    assert Closing.objects.count() == 0
    return own_database, quiet


def test_a_closing_settles_every_partner_to_the_cent(undisturbed: tuple[str, str]) -> None:
    database_url, quiet = undisturbed

    figures = close(database_url)

    expected = {f"P{n:03}": rebate_of(n) for n in range(1, 41)}
    settled = dict(Settlement.objects.values_list("enrolment__partner__number", "amount"))
    assert settled == expected
    assert figures["total"] == str(sum(expected.values()))
    assert figures["state"] == "sealed"
    assert digest() == quiet


def test_closing_twice_gives_the_same_settlements(undisturbed: tuple[str, str]) -> None:
    database_url, quiet = undisturbed

    first = close(database_url)
    second = close(database_url)

    assert first == second
    assert digest() == quiet


def test_six_closings_at_once_give_the_same_settlements(undisturbed: tuple[str, str]) -> None:
    database_url, quiet = undisturbed

    processes = [
        run_manage("close_period", "acme", "2026Q1", "--json", database_url=database_url, env={"CLOSING_CHUNK": "3"})
        for _ in range(6)
    ]
    outputs = [process.communicate(timeout=90) for process in processes]

    assert [process.returncode for process in processes] == [0] * 6, outputs
    assert len({out for out, _err in outputs}) == 1
    assert digest() == quiet


def test_of_six_closings_at_once_three_are_killed_and_the_others_finish(undisturbed: tuple[str, str]) -> None:
    database_url, quiet = undisturbed
    processes = [
        run_manage("close_period", "acme", "2026Q1", "--json", database_url=database_url, env={"CLOSING_CHUNK": "1"})
        for _ in range(6)
    ]
    until = time.monotonic() + 60
    while not ClosingItem.objects.filter(state="done").exists():
        assert time.monotonic() < until
    for process in processes[::2]:
        process.send_signal(signal.SIGKILL)
    killed = [process.wait() for process in processes[::2]]
    outputs = [process.communicate(timeout=90) for process in processes[1::2]]

    assert killed == [-signal.SIGKILL] * 3, "a closing ended before it could be killed"
    assert [process.returncode for process in processes[1::2]] == [0] * 3, outputs
    assert digest() == quiet


@pytest.mark.parametrize("done", [0, 1, 7, 25])
def test_a_closing_killed_in_the_middle_and_run_again_gives_the_same_settlements(
    undisturbed: tuple[str, str], done: int
) -> None:
    database_url, quiet = undisturbed
    process = run_manage("close_period", "acme", "2026Q1", database_url=database_url, env={"CLOSING_CHUNK": "1"})
    until = time.monotonic() + 60
    while process.poll() is None and time.monotonic() < until:
        frozen = Closing.objects.exclude(state="open").exists()
        if frozen and ClosingItem.objects.filter(state="done").count() >= done:
            break
    process.send_signal(signal.SIGKILL)
    process.wait()
    assert process.returncode == -signal.SIGKILL, "the closing ended before it could be killed"
    assert Settlement.objects.count() == ClosingItem.objects.filter(state="done").count()

    close(database_url)

    assert digest() == quiet


def test_late_and_corrected_lines_are_settled_by_the_next_closing_as_a_difference(
    undisturbed: tuple[str, str],
) -> None:
    database_url, _quiet = undisturbed
    close(database_url)
    program = Program.objects.get()
    partner = Partner.objects.get(number="P009")
    sell(program.vendor, Distributor.objects.get(), partner, Product.objects.get(), date(2026, 3, 31), 1)

    close(database_url, "2026Q2")

    late = Settlement.objects.filter(enrolment__partner=partner, period="2026Q1", closing__period="2026Q2").get()
    assert (late.result, late.amount, late.entry.kind) == (
        rebate_of(10),
        rebate_of(10) - rebate_of(9),
        "adjustment",
    )
    others = Settlement.objects.filter(period="2026Q1", closing__period="2026Q2").exclude(pk=late.pk)
    assert not others.exists()


def test_closings_of_a_program_go_one_after_the_other(undisturbed: tuple[str, str]) -> None:
    database_url, _quiet = undisturbed
    program = Program.objects.get()
    earlier = open_closing(program=program, period=PERIOD, today=date(2026, 4, 20), now=NOW)
    freeze(closing_id=earlier.pk, now=NOW)

    process = run_manage("close_period", "acme", "2026Q2", database_url=database_url)
    _out, errors = process.communicate(timeout=60)

    assert process.returncode != 0
    assert "2026Q1 is not closed yet" in errors
    assert "Traceback" not in errors


@dataclass
class Race:
    """Books a line and freezes at the same moment, in connections of their own."""

    program: Program
    closing: Closing
    units: int

    def go(self) -> None:
        start = Barrier(2)
        threads = [
            Thread(target=self._thread, args=(start, self._book)),
            Thread(target=self._thread, args=(start, self._freeze)),
        ]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()

    @staticmethod
    def _thread(start: Barrier, work: object) -> None:
        try:
            start.wait()
            work()  # type: ignore[operator]
        finally:
            connection.close()

    def _book(self) -> None:
        partner = Partner.objects.order_by("id")[self.units]
        sell(
            self.program.vendor,
            Distributor.objects.get(),
            partner,
            Product.objects.get(),
            date(2026, 3, 30),
            1,
        )

    def _freeze(self) -> None:
        freeze(closing_id=self.closing.pk, now=timezone.now())


def test_a_line_booked_while_the_books_are_frozen_is_in_this_closing_or_in_the_next(
    own_database: str,
) -> None:
    program = make_world(partners=20)
    for round_ in range(20):
        closing = open_closing(program=program, period=PERIOD, today=date(2026, 4, 20), now=NOW)
        Race(program, closing, round_).go()
        closing.refresh_from_db()
        line = SaleLine.objects.latest("id")
        visible_at_freeze = line.cut <= (closing.cut or 0)
        run(closing_id=closing.pk, now=NOW, chunk=50)
        settled = Settlement.objects.get(closing=closing, enrolment__partner=line.partner)
        in_period = SaleLine.objects.filter(partner=line.partner, counts_on__lt=PERIOD.end)
        counted = sum(each.quantity for each in in_period if visible_at_freeze or each.pk != line.pk)
        assert settled.attainment == counted
        forget_closings()  # the next round closes the same quarter anew


def test_a_partner_with_an_impossible_amount_is_parked_alone_and_finished_after_repair(
    undisturbed: tuple[str, str],
) -> None:
    database_url, quiet = undisturbed
    program, partner = Program.objects.get(), Partner.objects.get(number="P007")
    wrong = sell(
        program.vendor,
        Distributor.objects.get(),
        partner,
        Product.objects.get(),
        date(2026, 3, 31),
        units=99_999_999_999,
        price=Decimal(1),
    )

    process = run_manage("close_period", "acme", "2026Q1", database_url=database_url)
    _out, errors = process.communicate(timeout=60)

    assert process.returncode == 1
    assert "1 partners are parked" in errors
    closing = Closing.objects.get()
    assert closing.state == "frozen"
    assert closing.items.get(state="parked", cause="fault").enrolment.partner == partner
    assert Settlement.objects.count() == 39

    with without_triggers("sales_saleline") as cursor:  # nobody but the owner of the tables can take a fact away
        cursor.execute("DELETE FROM sales_saleline WHERE id = %s", [wrong.pk])
    retry_parked(closing_id=closing.pk, actor=Actor.system())
    close(database_url)

    assert digest() == quiet


def test_a_partner_whose_calculation_fails_does_not_hold_up_the_chunk_it_is_in(
    own_database: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    program = make_world(partners=5)

    def settle_but_one(terms: Terms, facts: Facts, sums: Iterable[Aggregate]) -> engine.Settlement:
        sums = list(sums)
        if sum(each.units for each in sums) == 3:
            raise ArithmeticError("made to fail")
        return engine.settle(terms, facts, sums)

    monkeypatch.setattr("rebates.live.settle", settle_but_one)
    closing = open_closing(program=program, period=PERIOD, today=date(2026, 4, 20), now=NOW)
    run(closing_id=closing.pk, now=NOW, chunk=50)

    parked = closing.items.get(state="parked")
    assert (parked.enrolment.partner.number, parked.reason) == ("P003", "ArithmeticError: made to fail")
    assert Settlement.objects.count() == 4
