"""Closings by schedule: real workers on a real broker, which may die or forget everything."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path

import redis
from django.db import connection

from common.periods import Period
from programs.models import Program
from rebates.closing import due_periods, ensure_due_closings
from rebates.models import Closing, ClosingItem, Settlement
from tests.faults.world import NOW, make_world, rebate_of
from tests.services import ROOT, broker, environment, worker

# Both quarters the world has sales in are due, and the third one, without a sale, too.
DUE = ["2026Q1", "2026Q2", "2026Q3"]


def tick(database_url: str, redis_url: str) -> None:
    """What the scheduler sends every minute."""
    code = "import portal.celery as c; c.app.send_task('rebates.close_due', queue='money')"
    env = environment(database_url, REDIS_URL=redis_url)
    subprocess.run([sys.executable, "-c", code], cwd=ROOT, env=env, check=True, timeout=30)


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


def ticks_until_sealed(database_url: str, redis_url: str) -> None:
    """One closing of a program after the other: each tick carries on where the last one stopped."""
    for _ in range(4):
        tick(database_url, redis_url)
        time.sleep(1.5)
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
        ticks_until_sealed(own_database, valkey.url)

    assert list(Closing.objects.order_by("period").values_list("period", flat=True)) == DUE
    assert sum(Settlement.objects.values_list("amount", flat=True)) == expected_total()


def test_a_killed_worker_and_a_flushed_broker_change_nothing(own_database: str, tmp_path: Path) -> None:
    make_world()
    slow = {"CLOSING_CHUNK": "1"}
    with broker(tmp_path / "broker") as valkey:
        with worker(database_url=own_database, redis_url=valkey.url, log=tmp_path / "one.log", env=slow) as process:
            tick(own_database, valkey.url)
            wait_for("SELECT count(*) >= 5 FROM rebates_closingitem WHERE state = 'done'")
            os.kill(process.pid, 9)
            process.wait()
        assert ClosingItem.objects.exclude(state="done").exists(), "the closing ended before the worker was killed"
        redis.Redis.from_url(valkey.url).flushall()
        with worker(database_url=own_database, redis_url=valkey.url, log=tmp_path / "two.log"):
            ticks_until_sealed(own_database, valkey.url)
    assert sum(Settlement.objects.values_list("amount", flat=True)) == expected_total()
    assert Settlement.objects.count() == 3 * 40


def test_a_hundred_ticks_open_each_closing_once(own_database: str) -> None:
    program = make_world(partners=1)
    opened = [len(ensure_due_closings(today=date(2026, 11, 22), now=NOW)) for _ in range(100)]

    assert (opened[0], sum(opened)) == (3, 3)
    assert [str(period) for period in due_periods(program=program, today=date(2026, 11, 22))] == DUE


def test_a_period_is_due_on_the_day_its_grace_days_are_over(own_database: str) -> None:
    program = make_world(partners=1)
    Program.objects.filter(pk=program.pk).update(grace_days=10)
    program.refresh_from_db()

    assert due_periods(program=program, today=date(2026, 4, 10)) == []
    assert due_periods(program=program, today=date(2026, 4, 11)) == [Period.parse("2026Q1")]


def test_an_outage_of_half_a_year_is_caught_up_in_order(own_database: str) -> None:
    make_world(partners=1)
    ensure_due_closings(today=date(2026, 4, 11), now=datetime(2026, 4, 11, tzinfo=NOW.tzinfo))
    ensure_due_closings(today=date(2026, 11, 22), now=NOW)

    assert list(Closing.objects.order_by("opened_at", "ends_on").values_list("period", flat=True)) == DUE
