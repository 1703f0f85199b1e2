"""Which bookings a payment covers, whatever their moments say: whoever waited for the ledger brings an earlier one."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal

import pytest

from common.access import Actor
from rebates import adjusting as booking
from rebates.models import AnswerLine, PaymentRun
from rebates.statements.covered import covered_by
from tests.rebates import adjusting
from tests.rebates.payments.paying import Finance, close, exported, has_account, owed_120, pays, say
from tests.rebates.statements.reading import made, text_of
from tests.world import NOW, World

MOMENT = timedelta(seconds=5)


def booked(world: World, amount: str, later: timedelta) -> None:
    """A correction by hand whose moment is that much later than the payments'."""
    proposed = adjusting.proposed(world, amount, reason="Prize of the summer")
    booking.book(adjustment_id=proposed.pk, actor=Actor.of(world.vendor_admin), now=NOW + later)


def amounts(run: PaymentRun) -> tuple[Decimal, list[Decimal]]:
    covered = covered_by(run.payments.get())
    return covered.opening, [each.amount for each in covered.entries]


@pytest.mark.parametrize("later", [-MOMENT, MOMENT])
def test_a_booking_after_a_payment_is_told_with_the_next_one_whatever_its_moment(
    world: World, finance: Finance, later: timedelta
) -> None:
    owed_120(world, finance)
    first = exported(world, finance)
    booked(world, "33.00", later)
    assert amounts(first) == (0, [Decimal("120.00")])
    say(first.payments.get(), AnswerLine.Said.PAID, finance.first)
    assert amounts(exported(world, finance)) == (0, [Decimal("33.00")])
    [_first, second] = made()
    assert "Prize of the summer" in text_of(second.content)


@pytest.mark.parametrize("later", [-MOMENT, MOMENT])
def test_a_booking_before_a_payment_is_told_with_it_whatever_its_moment(
    world: World, finance: Finance, later: timedelta
) -> None:
    owed_120(world, finance)
    booked(world, "33.00", later)
    assert sorted(amounts(exported(world, finance))[1]) == [Decimal("33.00"), Decimal("120.00")]
    assert [statement.amount for statement in made()] == [Decimal("153.00")]


def test_a_closing_that_was_sealed_before_a_payment_that_waited_longer_is_told_with_it(
    world: World, finance: Finance
) -> None:
    pays(world.vendor)
    has_account(world.reseller, world.vendor, finance.bookkeeper)
    close(world, now=NOW + MOMENT)
    assert amounts(exported(world, finance)) == (0, [Decimal("120.00")])
    assert [statement.amount for statement in made()] == [Decimal("120.00")]
