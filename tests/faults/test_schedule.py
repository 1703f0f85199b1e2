"""Closings by schedule: real workers on a real broker, which may die or forget everything."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import time
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path

import redis
from django.db import connection, transaction

from common.periods import Period
from programs.models import Program
from rebates.closing import due_periods, ensure_due_closings
from rebates.closing import run as run_closing
from rebates.models import Closing, ClosingItem, Settlement
from tests.faults.world import NOW, digest, make_world, rebate_of
from tests.services import broker, run, send, wait_until_idle, worker

# Both quarters the world has sales in are due, and the third one, without a sale, too.
DUE = ["2026Q1", "2026Q2", "2026Q3"]
TODAY = date(2026, 11, 22)


def scheduler(database_url: str, redis_url: str, *, ticks: int) -> subprocess.Popen[str]:
    """A process that sends what the scheduler sends every minute."""
    code = f"import portal.celery as c\nfor _ in range({ticks}): c.app.send_task('rebates.close_due', queue='money')"
    return run(sys.executable, "-c", code, database_url=database_url, env={"REDIS_URL": redis_url})


def tick(redis_url: str) -> None:
    send(redis_url, "rebates.close_due", queue="money")


def send_closings(redis_url: str, closings: Sequence[int]) -> None:
    """Messages to run these closings, in this order."""
    for pk in closings:
        send(redis_url, "rebates.run_closing", queue="money", arguments=(pk,))


def quiet_digest() -> str:
    """What closing everything that is due gives without processes and workers; it is undone."""
    with transaction.atomic():
        for closing in ensure_due_closings(today=TODAY, now=NOW):
            run_closing(closing_id=closing.pk, now=NOW, chunk=50)
        quiet = digest()
        transaction.set_rollback(True)
    return quiet


def wait_for(condition: str, seconds: float = 60) -> None:
    until = time.monotonic() + seconds
    with connection.cursor() as cursor:
        while time.monotonic() < until:
            cursor.execute(condition)
            if cursor.fetchone()[0]:
                return
            time.sleep(0.05)
    raise AssertionError(f"not within {seconds} s: {condition}")


ALL_SEALED = "SELECT count(*) = 3 FROM rebates_closing WHERE state = 'sealed'"


def expected_total() -> Decimal:
    return sum((rebate_of(n) + rebate_of(n + 3) for n in range(1, 41)), Decimal(0))


def ticks_until_sealed(redis_url: str) -> None:
    """One closing of a program after the other: each tick carries on where the last one stopped."""
    for _ in range(4):
        tick(redis_url)
        wait_until_idle(redis_url)
        with connection.cursor() as cursor:
            cursor.execute(ALL_SEALED)
            if cursor.fetchone()[0]:
                return
    wait_for(ALL_SEALED)


def test_the_schedule_closes_whatever_is_due(own_database: str, tmp_path: Path) -> None:
    make_world()
    with (
        broker(tmp_path / "broker") as valkey,
        worker(database_url=own_database, redis_url=valkey.url, log=tmp_path / "worker.log", concurrency=2),
    ):
        ticks_until_sealed(valkey.url)

    assert list(Closing.objects.order_by("period").values_list("period", flat=True)) == DUE
    assert sum(Settlement.objects.values_list("amount", flat=True)) == expected_total()


def test_a_killed_worker_and_a_flushed_broker_change_nothing(own_database: str, tmp_path: Path) -> None:
    make_world()
    slow = {"CLOSING_CHUNK": "1"}
    with broker(tmp_path / "broker") as valkey:
        with worker(database_url=own_database, redis_url=valkey.url, log=tmp_path / "one.log", env=slow) as process:
            tick(valkey.url)
            wait_for("SELECT count(*) >= 5 FROM rebates_closingitem WHERE state = 'done'")
            os.kill(process.pid, 9)
            process.wait()
        assert ClosingItem.objects.exclude(state="done").exists(), "the closing ended before the worker was killed"
        redis.Redis.from_url(valkey.url).flushall()
        with worker(database_url=own_database, redis_url=valkey.url, log=tmp_path / "two.log"):
            ticks_until_sealed(valkey.url)
    assert sum(Settlement.objects.values_list("amount", flat=True)) == expected_total()
    assert Settlement.objects.count() == 3 * 40


def test_messages_that_come_twice_and_in_reversed_order_change_nothing(own_database: str, tmp_path: Path) -> None:
    make_world()
    quiet = quiet_digest()
    closings = [closing.pk for closing in ensure_due_closings(today=TODAY, now=NOW)]
    with broker(tmp_path / "broker") as valkey:
        # Six times: a message for a later quarter is of no use before the earlier ones are sealed.
        send_closings(valkey.url, [pk for pk in reversed(closings) for _ in range(2)] * 6)
        env = {"CLOSING_CHUNK": "3"}
        log = tmp_path / "worker.log"
        with worker(database_url=own_database, redis_url=valkey.url, log=log, concurrency=2, env=env):
            wait_for("SELECT count(*) > 0 FROM rebates_closing WHERE state = 'sealed'")
            ticks_until_sealed(valkey.url)
            send_closings(valkey.url, closings)  # and once more, after all is done
            wait_until_idle(valkey.url)
    assert digest() == quiet


def test_two_schedulers_that_tick_a_hundred_times_change_nothing(own_database: str, tmp_path: Path) -> None:
    make_world()
    quiet = quiet_digest()
    with (
        broker(tmp_path / "broker") as valkey,
        worker(database_url=own_database, redis_url=valkey.url, log=tmp_path / "worker.log", concurrency=2),
    ):
        schedulers = [scheduler(own_database, valkey.url, ticks=50) for _ in range(2)]
        assert [process.wait(60) for process in schedulers] == [0, 0]
        ticks_until_sealed(valkey.url)
    assert list(Closing.objects.order_by("period").values_list("period", flat=True)) == DUE
    assert digest() == quiet


def test_a_broker_that_stops_forgets_and_comes_back_in_the_middle_changes_nothing(
    own_database: str, tmp_path: Path
) -> None:
    make_world()
    quiet = quiet_digest()
    log = tmp_path / "worker.log"
    with broker(tmp_path / "broker") as valkey:
        env = {"CLOSING_CHUNK": "1"}
        with worker(database_url=own_database, redis_url=valkey.url, log=log, env=env) as process:
            tick(valkey.url)
            wait_for("SELECT count(*) >= 3 FROM rebates_closingitem WHERE state = 'done'")
            valkey.stop()
            assert ClosingItem.objects.exclude(state="done").exists(), "the closing ended before the broker stopped"
            for kept in (tmp_path / "broker").glob("appendonlydir"):
                shutil.rmtree(kept)
            valkey.start()
            ticks_until_sealed(valkey.url)
            assert process.poll() is None
    assert digest() == quiet


def test_two_schedulers_at_the_same_moment_open_each_closing_once(own_database: str) -> None:
    make_world(partners=1)

    def ticks(_number: int) -> int:
        try:
            return sum(len(ensure_due_closings(today=TODAY, now=NOW)) for _ in range(50))
        finally:
            connection.close()

    with ThreadPoolExecutor(2) as pool:
        assert sum(pool.map(ticks, range(2))) == 3
    assert list(Closing.objects.order_by("period").values_list("period", flat=True)) == DUE


def test_a_hundred_ticks_open_each_closing_once(own_database: str) -> None:
    program = make_world(partners=1)
    opened = [len(ensure_due_closings(today=TODAY, now=NOW)) for _ in range(100)]

    assert (opened[0], sum(opened)) == (3, 3)
    assert [str(period) for period in due_periods(program=program, today=TODAY)] == DUE


def test_a_period_is_due_on_the_day_its_grace_days_are_over(own_database: str) -> None:
    program = make_world(partners=1)
    Program.objects.filter(pk=program.pk).update(grace_days=10)
    program.refresh_from_db()

    assert due_periods(program=program, today=date(2026, 4, 10)) == []
    assert due_periods(program=program, today=date(2026, 4, 11)) == [Period.parse("2026Q1")]


def test_an_outage_of_half_a_year_is_caught_up_in_order(own_database: str) -> None:
    make_world(partners=1)
    ensure_due_closings(today=date(2026, 4, 11), now=datetime(2026, 4, 11, tzinfo=NOW.tzinfo))
    ensure_due_closings(today=TODAY, now=NOW)

    assert list(Closing.objects.order_by("opened_at", "ends_on").values_list("period", flat=True)) == DUE
