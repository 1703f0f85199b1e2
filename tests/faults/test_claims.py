"""What keeps two workers apart, each lock and key alone: with real connections that meet where it would go wrong."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from datetime import date
from decimal import Decimal
from threading import Barrier, BrokenBarrierError
from typing import Any

import pytest
import redis
from django.conf import settings
from django.db import IntegrityError, connection, transaction

from common.periods import Period
from rebates import settling, tasks
from rebates.closing import SumsDisagree, finish_calculation, freeze, open_closing, run, seal
from rebates.models import Closing, ClosingItem, LedgerEntry, Posting, Settlement
from sales.models import Books
from tests.faults.test_cuts import SECONDS
from tests.faults.world import NOW, make_world, rebate_of
from tests.owner import without_triggers

PERIOD = Period.parse("2026Q1")
PARTNERS = 12


@pytest.fixture
def closing(own_database: str) -> Closing:
    """Of twelve partners, three of whom earn something."""
    program = make_world(partners=PARTNERS)
    return open_closing(program=program, period=PERIOD, today=date(2026, 4, 20), now=NOW)


def apart(work: Callable[[], Any]) -> Callable[[], Any]:
    """In a thread, with a connection of its own."""

    def go() -> Any:
        try:
            return work()
        finally:
            connection.close()

    return go


def wait_for_locks(count: int) -> None:
    until = time.monotonic() + SECONDS
    query = "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'"
    with connection.cursor() as cursor:
        while True:
            cursor.execute("SELECT pg_stat_clear_snapshot()")  # which otherwise stays for the whole transaction
            cursor.execute(query)
            if cursor.fetchone()[0] >= count:
                return
            assert time.monotonic() < until
            time.sleep(0.02)


def test_two_who_freeze_at_once_freeze_once(closing: Closing) -> None:
    """Both are held up where the books are, and one is let in after the other."""
    with ThreadPoolExecutor(2) as pool:
        with transaction.atomic():
            Books.objects.select_for_update().get()
            freezing = [pool.submit(apart(lambda: freeze(closing_id=closing.pk, now=NOW))) for _ in range(2)]
            wait_for_locks(2)
        found = [each.result(SECONDS) for each in freezing]

    assert sorted(found) == [False, True]
    assert closing.items.count() == PARTNERS


def test_two_workers_settle_different_partners_at_the_same_time(
    closing: Closing, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Each has claimed its partners and calculates; none waits for the other, and none does the other's."""
    freeze(closing_id=closing.pk, now=NOW)
    both = Barrier(2)
    together: list[bool] = []
    settlements = settling._settlements

    def meet(closing: Closing, enrolments: Iterable[Any], now: Any) -> list[Settlement]:
        try:
            both.wait(3)
            together.append(True)
        except BrokenBarrierError:
            together.append(False)
        return settlements(closing, list(enrolments), now)

    monkeypatch.setattr(settling, "_settlements", meet)
    half = apart(lambda: settling.work_chunk(closing_id=closing.pk, now=NOW, limit=PARTNERS // 2))
    with ThreadPoolExecutor(2) as pool:
        taken = [each.result(SECONDS) for each in [pool.submit(half), pool.submit(half)]]

    assert taken == [PARTNERS // 2] * 2
    assert together == [True, True]
    assert set(closing.items.values_list("state", "attempts")) == {(ClosingItem.State.DONE, 1)}
    assert sum(closing.settlements.values_list("amount", flat=True)) == sum(map(rebate_of, range(1, PARTNERS + 1)))


def test_the_database_refuses_to_settle_or_book_the_same_twice(closing: Closing) -> None:
    run(closing_id=closing.pk, now=NOW, chunk=50)
    settlement = Settlement.objects.exclude(amount=0).first()
    assert settlement is not None
    entry = settlement.entry
    settlement.pk = None
    with pytest.raises(IntegrityError, match="settled_once"):
        settlement.save(force_insert=True)
    # The same key with another cause that the database would take.
    with pytest.raises(IntegrityError, match="key"):
        book_again(entry)


@transaction.atomic
def book_again(entry: LedgerEntry) -> None:
    assert entry.settlement is not None
    again = LedgerEntry.objects.create(
        key=entry.key,
        kind=LedgerEntry.Kind.CARRY,
        vendor=entry.vendor,
        partner=entry.partner,
        closing=entry.settlement.closing,
        booked_at=NOW,
    )
    for account, amount in ((Posting.Account.CARRIED, Decimal(1)), (Posting.Account.OWED, Decimal(-1))):
        Posting.objects.create(entry=again, account=account, amount=amount)


def test_a_closing_whose_settlements_and_ledger_differ_is_not_sealed(closing: Closing) -> None:
    freeze(closing_id=closing.pk, now=NOW)
    settling.work_chunk(closing_id=closing.pk, now=NOW, limit=PARTNERS)
    assert finish_calculation(closing_id=closing.pk, now=NOW)
    with without_triggers("rebates_posting") as cursor:
        cursor.execute("UPDATE rebates_posting SET amount = amount + 0.01 * sign(amount) WHERE abs(amount) = 60")

    with pytest.raises(SumsDisagree):
        seal(closing_id=closing.pk, now=NOW)

    closing.refresh_from_db()
    assert closing.state == Closing.State.CALCULATED


def test_each_tick_hands_out_again_whatever_is_unfinished(own_database: str) -> None:
    """The broker forgets everything after the first one."""
    make_world(partners=1)
    broker = redis.Redis.from_url(settings.CELERY_BROKER_URL)
    broker.flushdb()
    tasks.close_due()
    assert broker.llen("money") == 3
    broker.flushdb()
    run(closing_id=Closing.objects.earliest("ends_on").pk, now=NOW, chunk=50)

    tasks.close_due()
    assert broker.llen("money") == 2
    broker.flushdb()
