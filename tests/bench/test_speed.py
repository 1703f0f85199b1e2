"""How long the large things take: `make bench` prints the figures. The bounds catch a change of kind, not of degree."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager
from datetime import date, timedelta

import pytest
from django.db import connection

from common.access import Actor
from common.periods import Period
from partners.models import Enrolment, Partner
from programs.models import Distributor, Program
from rebates.closing import open_closing, run
from rebates.live import live_figures
from rebates.models import Closing
from sales.importing import import_sellout
from sales.models import CustomerNumber
from tests.faults.world import NOW, make_world

PARTNERS = 300
ROWS = 30_000
FIRST_DAY, LAST_DAY = date(2026, 7, 1), date(2026, 9, 30)

Measure = Callable[..., AbstractContextManager[None]]


@pytest.fixture
def measure() -> Measure:
    """`with measure("what", at_most=seconds):` prints how long it took, and fails if that was too long."""

    @contextmanager
    def measured(what: str, *, at_most: float) -> Iterator[None]:
        start = time.perf_counter()
        yield
        seconds = time.perf_counter() - start
        print(f"\n{what:<60} {seconds:8.2f} s", end="")
        assert seconds < at_most, f"{what}: {seconds:.2f} s, at most {at_most} s"

    return measured


@pytest.fixture
def program(own_database: str) -> Program:
    program = make_world(partners=PARTNERS)
    distributor = Distributor.objects.get()
    CustomerNumber.objects.bulk_create(
        CustomerNumber(vendor=program.vendor, distributor=distributor, number=f"K{partner.pk}", partner=partner)
        for partner in Partner.objects.all()
    )
    return program


def report() -> bytes:
    """A distributor's report of one quarter: every partner buys a little every few days."""
    customers = list(CustomerNumber.objects.order_by("id").values_list("number", flat=True))
    days = (LAST_DAY - FIRST_DAY).days + 1
    lines = ["customer no,document,line,date,article,quantity,net"]
    for number in range(ROWS):
        day = FIRST_DAY + timedelta(days=number % days)
        lines.append(f"{customers[number % len(customers)]},R{number // 10},{number % 10 + 1},{day},X1,1,100.00")
    return "\n".join(lines).encode()


def test_a_large_report_is_imported_shown_and_settled(program: Program, measure: Measure) -> None:
    content, distributor = report(), Distributor.objects.get()
    with measure(f"import a report of {ROWS} rows", at_most=120):
        result = import_sellout(
            actor=Actor.system(),
            vendor=program.vendor,
            distributor=distributor,
            file_name="quarter.csv",
            content=content,
            uploaded_by=None,
            now=NOW,
            today=LAST_DAY,
        )
    assert (result.matched, result.unmatched) == (ROWS, 0)
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")

    enrolments = list(Enrolment.objects.select_related("program", "partner"))
    with measure("live figures of one partner", at_most=2):
        assert len(live_figures(enrolments=enrolments[:1], today=LAST_DAY)) == 1
    with measure(f"live figures of {PARTNERS} partners", at_most=20):
        assert len(live_figures(enrolments=enrolments, today=LAST_DAY)) == PARTNERS

    with measure(f"close the quarter of {PARTNERS} partners", at_most=120):
        closing = open_closing(program=program, period=Period.parse("2026Q3"), today=date(2026, 11, 22), now=NOW)
        done = run(closing_id=closing.pk, now=NOW, chunk=50)
    assert done.state == Closing.State.SEALED
    assert done.settlements.filter(period="2026Q3").count() == PARTNERS
