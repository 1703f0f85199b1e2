"""People and closings that move the same balance at the same moment, in connections of their own."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from decimal import Decimal
from threading import Barrier, BrokenBarrierError
from typing import Any

import pytest
from django.db import connection

from common.access import VENDOR_ADMIN, Actor
from common.periods import Period
from common.proofs import Proof
from rebates import accounts, adjusting, checking, closing, ledger, settling
from rebates.adjusting import MovedOn
from rebates.models import Closing, LedgerEntry, ManualAdjustment
from tests.people import staff_of
from tests.world import NOW, TODAY, World

ROUNDS = 4
Work = Callable[[], object]


def at_once(*works: Work) -> list[object]:
    """What each returned, or the refusal that it raised."""
    start = Barrier(len(works))

    def go(work: Work) -> object:
        try:
            start.wait()
            return work()
        except MovedOn as refusal:
            return refusal
        finally:
            connection.close()

    with ThreadPoolExecutor(len(works)) as pool:
        return list(pool.map(go, works))


def met(function: Callable[..., Any], seconds: float = 1.5) -> Callable[..., Any]:
    """The function, which returns once two have called it, or after this time: a lock may keep the second away."""
    barrier = Barrier(2)

    def wait(*arguments: Any, **named: Any) -> Any:
        found = function(*arguments, **named)
        with suppress(BrokenBarrierError):
            barrier.wait(seconds)
        return found

    return wait


@pytest.fixture
def admins(committed: World) -> list[Actor]:
    other = staff_of(committed.vendor, "another_admin", VENDOR_ADMIN)
    return [Actor.of(committed.vendor_admin), Actor.of(other)]


def propose(world: World, amount: str) -> int:
    proposal = adjusting.Proposal(
        program=world.program,
        partner=world.reseller,
        amount=Decimal(amount),
        reason="Promised at the fair",
        proof=Proof("letter.pdf", b"%PDF-1.7"),
    )
    return adjusting.propose(proposal=proposal, actor=Actor.of(world.vendor_finance), now=NOW).pk


def booking(adjustment: int, actor: Actor) -> Work:
    return lambda: adjusting.book(adjustment_id=adjustment, actor=actor, now=NOW)


def stands(world: World, actor: Actor) -> tuple[str, str]:
    """What is owed and what is carried; the check has nothing to say against it."""
    assert checking.look(vendor_id=world.vendor.pk) == []
    (balance,) = accounts.balances(vendor=world.vendor, actor=actor)
    return str(balance.owed), str(balance.carried)


def calculated(world: World) -> Closing:
    """The closing of the third quarter, ready to be sealed: the reseller earns 120.00."""
    opened = closing.open_closing(program=world.program, period=Period.parse("2026Q3"), today=TODAY, now=NOW)
    closing.freeze(closing_id=opened.pk, now=NOW)
    settling.work_chunk(closing_id=opened.pk, now=NOW, limit=10)
    closing.finish_calculation(closing_id=opened.pk, now=NOW)
    return opened


def test_two_people_who_book_the_same_adjustment_book_it_once(committed: World, admins: list[Actor]) -> None:
    for round_ in range(1, ROUNDS + 1):
        adjustment = propose(committed, "10.00")
        found = at_once(*(booking(adjustment, actor) for actor in admins))
        assert {type(each) for each in found} == {ManualAdjustment, MovedOn}
        assert LedgerEntry.objects.filter(adjustment=adjustment).count() == 1
        assert stands(committed, admins[0]) == (f"{10 * round_}.00", "0.00")


def test_an_adjustment_is_booked_or_withdrawn(committed: World, admins: list[Actor]) -> None:
    finance = Actor.of(committed.vendor_finance)
    for _ in range(ROUNDS):
        adjustment = propose(committed, "10.00")
        found = at_once(
            booking(adjustment, admins[0]),
            lambda: adjusting.withdraw(adjustment_id=adjustment, actor=finance, now=NOW),  # noqa: B023 - done at once
        )
        assert {type(each) for each in found} == {ManualAdjustment, MovedOn}
        state = ManualAdjustment.objects.get(pk=adjustment).state
        booked = LedgerEntry.objects.filter(adjustment=adjustment).exists()
        assert (state, booked) in {("booked", True), ("withdrawn", False)}
        assert checking.look(vendor_id=committed.vendor.pk) == []


def test_what_two_adjustments_take_back_at_once_is_carried_as_a_whole(
    committed: World, admins: list[Actor], monkeypatch: pytest.MonkeyPatch
) -> None:
    booking(propose(committed, "15.00"), admins[0])()
    works = [
        booking(propose(committed, amount), actor) for amount, actor in zip(("-10.00", "-9.00"), admins, strict=True)
    ]
    monkeypatch.setattr(ledger, "_balances", met(ledger._balances))

    at_once(*works)

    assert stands(committed, admins[0]) == ("0.00", "4.00")


def test_an_adjustment_booked_while_a_closing_is_sealed_leaves_the_right_sum_carried(
    committed: World, admins: list[Actor], monkeypatch: pytest.MonkeyPatch
) -> None:
    """200.00 are carried; the closing earns 120.00, the adjustment takes another 10.00 back."""
    booking(propose(committed, "-200.00"), admins[0])()
    opened = calculated(committed)
    monkeypatch.setattr(ledger, "_balances", met(ledger._balances))

    at_once(booking(propose(committed, "-10.00"), admins[1]), lambda: closing.seal(closing_id=opened.pk, now=NOW))

    assert stands(committed, admins[0]) == ("0.00", "90.00")
    assert Closing.objects.get().state == Closing.State.SEALED


def test_two_who_seal_at_once_seal_and_carry_once(committed: World, admins: list[Actor]) -> None:
    booking(propose(committed, "-200.00"), admins[0])()
    opened = calculated(committed)

    found = at_once(*[lambda: closing.seal(closing_id=opened.pk, now=NOW)] * 2)

    assert sorted(map(bool, found)) == [False, True]
    assert stands(committed, admins[0]) == ("0.00", "80.00")
