"""A start from wrong data: a partner whose figures cannot be, or are odd, waits for a person; others are settled."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from decimal import Decimal

import pytest
from django.db import transaction

from common.access import VENDOR_FINANCE, Actor
from common.periods import Period
from partners.models import Partner
from programs.models import Distributor, Product, Program
from rebates import checking
from rebates.closing import accept, open_closing, retry_parked, run
from rebates.models import Closing, ClosingBounds, ClosingItem, Settlement
from sales.models import SaleLine
from tests.faults.world import NOW, digest, make_world, money, rebate_of, sell
from tests.owner import without_triggers
from tests.people import staff_of
from tests.services import run_manage

Q2, NEXT = Period.parse("2026Q2"), date(2026, 7, 20)
IMPOSSIBLE, ODD = "P007", "P010"
OTHERS = 38
"""Of forty partners."""
UNITS = 400
"""Instead of 20; with the 13 of before they earn 413 times 15.00, and 50.00 was the most so far."""


@pytest.fixture
def program(own_database: str) -> Program:
    """The first quarter is closed, and the second one over."""
    program = make_world()
    closing = open_closing(program=program, period=Period.parse("2026Q1"), today=NEXT, now=NOW)
    assert run(closing_id=closing.pk, now=NOW, chunk=50).state == Closing.State.SEALED
    return program


def undisturbed(program: Program, found: Callable[[], object]) -> object:
    """What a closing of the second quarter gives as things are; it is undone."""
    with transaction.atomic():
        run(closing_id=opened(program).pk, now=NOW, chunk=50)
        quiet = found()
        transaction.set_rollback(True)
    return quiet


def opened(program: Program) -> Closing:
    return open_closing(program=program, period=Q2, today=NEXT, now=NOW)


def wrong(program: Program, number: str, units: int, price: Decimal) -> SaleLine:
    partner = Partner.objects.get(number=number)
    day = date(2026, 6, 30)
    return sell(program.vendor, Distributor.objects.get(), partner, Product.objects.get(), day, units, price)


def close(database_url: str) -> int:
    """With a process, as somebody on the machine does; its exit status."""
    process = run_manage("close_period", "acme", "2026Q2", database_url=database_url)
    process.communicate(timeout=120)
    return process.returncode


def parked() -> dict[str, str]:
    items = ClosingItem.objects.filter(state=ClosingItem.State.PARKED)
    return dict(items.values_list("enrolment__partner__number", "cause"))


def take_away(*lines: SaleLine) -> None:
    with without_triggers("sales_saleline") as cursor:
        cursor.execute("DELETE FROM sales_saleline WHERE id = ANY(%s)", [[line.pk for line in lines]])


def test_only_partners_with_wrong_figures_wait_and_after_the_repair_all_is_as_if_nothing_had_been(
    program: Program, own_database: str
) -> None:
    quiet = undisturbed(program, digest)
    lines = [wrong(program, IMPOSSIBLE, 99_999_999_999, Decimal(1)), wrong(program, ODD, UNITS, Decimal(100))]

    assert close(own_database) == 1

    closing = Closing.objects.get(period="2026Q2")
    assert closing.state == Closing.State.FROZEN
    assert parked() == {IMPOSSIBLE: ClosingItem.Cause.FAULT, ODD: ClosingItem.Cause.JUMP}
    assert closing.items.filter(state=ClosingItem.State.DONE).count() == OTHERS
    assert set(closing.settlements.values_list("enrolment__partner__number", flat=True)).isdisjoint(parked())
    assert checking.look(vendor_id=program.vendor_id) == []

    retry_parked(closing_id=closing.pk, actor=Actor.system())
    assert close(own_database) == 1  # nothing was repaired
    assert parked() == {IMPOSSIBLE: ClosingItem.Cause.FAULT, ODD: ClosingItem.Cause.JUMP}

    take_away(*lines)
    retry_parked(closing_id=closing.pk, actor=Actor.system())
    assert close(own_database) == 0
    assert digest() == quiet


def test_an_odd_amount_that_is_right_is_accepted_and_settled_as_without_a_bound(
    program: Program, own_database: str
) -> None:
    wrong(program, ODD, UNITS, Decimal(100))
    bounds = ClosingBounds.objects.create(program=program, partner_from=Decimal(10) ** 9)
    quiet = undisturbed(program, money)
    bounds.delete()
    finance = Actor.of(staff_of(program.vendor, "finance", VENDOR_FINANCE))

    assert close(own_database) == 1
    item = ClosingItem.objects.get(state=ClosingItem.State.PARKED)
    amount = rebate_of(UNITS + 13)
    assert (item.enrolment.partner.number, item.cause, item.found) == (ODD, ClosingItem.Cause.JUMP, amount)
    assert not accept(item_id=item.pk, actor=finance, text="A project.", amount=amount + 1)  # another one than was seen
    assert accept(item_id=item.pk, actor=finance, text="A project.", amount=amount)

    assert close(own_database) == 0
    assert money() == quiet
    assert Settlement.objects.get(closing__period="2026Q2", enrolment__partner__number=ODD).amount == amount
