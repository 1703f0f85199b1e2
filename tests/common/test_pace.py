"""How fast mails are sent: each sender reserves a moment, by the database's clock alone."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest
from django.db import connection, connections
from pytest_django import Settings

from common import outbox, pace, stopping, tasks
from common.access import Actor
from common.models import OutboxMail
from tests.people import platform_admin
from tests.smtp_sink import Sink

NOW = datetime(2026, 11, 16, 11, 0, tzinfo=UTC)
State = OutboxMail.State

# Each reservation is noted as the moment it is for, in the order in which they were made.
NOTED = """
    CREATE TABLE reserved (number serial, until timestamptz);
    CREATE FUNCTION note() RETURNS trigger LANGUAGE plpgsql AS
        $$ BEGIN INSERT INTO reserved (until) VALUES (NEW.next_at); RETURN NEW; END $$;
    CREATE TRIGGER noted AFTER INSERT OR UPDATE ON common_mailpace FOR EACH ROW EXECUTE FUNCTION note();
"""


@pytest.fixture
def slept(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    """Instead of sleeping, seconds are noted."""
    noted: list[float] = []
    monkeypatch.setattr(time, "sleep", noted.append)
    return noted


def sql(statement: str) -> list[tuple[object, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(statement)
        return cursor.fetchall() if cursor.description else []


def put(*names: str) -> None:
    OutboxMail.objects.bulk_create(
        OutboxMail(kind="news", period="2026W47", address=f"{name}@example.com", language="en", subject=name, text=name)
        for name in names
    )


def distances() -> list[Decimal]:
    """Seconds between each moment that was reserved and the one before it."""
    rows = sql("SELECT extract(epoch FROM until - lag(until) OVER (ORDER BY number)) FROM reserved ORDER BY number")
    return [Decimal(str(seconds)) for (seconds,) in rows[1:]]


def at_once(count: int, work: Callable[[], object]) -> None:
    barrier = threading.Barrier(count)

    def run() -> None:
        try:
            barrier.wait()
            work()
        finally:
            connections.close_all()

    threads = [threading.Thread(target=run) for _number in range(count)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()


@pytest.mark.django_db
@pytest.mark.parametrize("rate", [0, -1])
def test_without_a_rate_nobody_waits_and_nothing_is_reserved(
    settings: Settings, slept: list[float], rate: float
) -> None:
    settings.MAILS_PER_SECOND = rate
    pace.wait()
    assert slept == []
    assert sql("SELECT * FROM common_mailpace") == []


@pytest.mark.django_db
def test_the_first_goes_at_once_and_each_further_one_waits_for_its_turn(settings: Settings, slept: list[float]) -> None:
    settings.MAILS_PER_SECOND = 0.001
    for _mail in range(4):
        pace.wait()
    assert [round(seconds, -2) for seconds in slept] == [1000, 2000, 3000]


@pytest.mark.django_db
def test_time_in_which_nobody_sent_is_not_made_up_for(settings: Settings, slept: list[float]) -> None:
    """After a quiet hour, mails do not leave in a burst."""
    settings.MAILS_PER_SECOND = 0.001
    pace.wait()
    sql("UPDATE common_mailpace SET next_at = clock_timestamp() - interval '1 hour'")
    for _mail in range(2):
        pace.wait()
    assert [round(seconds, -2) for seconds in slept] == [1000]


def test_senders_on_connections_of_their_own_reserve_one_moment_after_the_other(
    own_database: str, settings: Settings, slept: list[float]
) -> None:
    settings.MAILS_PER_SECOND = 20
    sql(NOTED)

    def five() -> None:
        for _mail in range(5):
            pace.wait()

    at_once(6, five)
    assert len(distances()) == 6 * 5 - 1
    assert min(distances()) >= Decimal("0.05")


def test_three_senders_reserve_a_moment_for_each_mail_and_for_nothing_else(
    own_database: str, settings: Settings, sink: Sink
) -> None:
    settings.MAILS_PER_SECOND = 100
    put(*(f"reader{number}" for number in range(30)))
    sql(NOTED)
    at_once(3, lambda: outbox.send_batch(now=NOW, limit=10))
    assert sorted(sink.by_message_id.values()) == [1] * 30
    assert len(distances()) == 30 - 1
    assert min(distances()) >= Decimal("0.01")


@pytest.mark.django_db
def test_whoever_finds_nothing_to_send_reserves_nothing(settings: Settings, sink: Sink) -> None:
    settings.MAILS_PER_SECOND = 0.001
    outbox.send_batch(now=NOW)
    assert sql("SELECT * FROM common_mailpace") == []

    put("reader")
    admin = Actor.of(platform_admin())
    stopping.stop(actor=admin, reason="Try.", now=NOW)
    outbox.send_batch(now=NOW)
    assert sql("SELECT * FROM common_mailpace") == []

    stopping.go_on(actor=admin, now=NOW)
    assert outbox.send_batch(now=NOW) == outbox.Batch(taken=1, sent=1)
    assert len(sql("SELECT * FROM common_mailpace")) == 1


@pytest.mark.django_db
def test_a_rate_slower_than_a_mail_for_each_tick_sends_all_the_same(
    settings: Settings, sink: Sink, slept: list[float]
) -> None:
    """Whoever cannot wait for its moment leaves it to those of the next ticks, instead of moving it away from them."""
    settings.MAILS_PER_SECOND = 0.001
    put("first", "second")
    assert outbox.send_batch(now=NOW, seconds=60).sent == 1
    for _tick in range(5):
        assert outbox.send_batch(now=NOW, seconds=60).taken == 0
    assert (slept, OutboxMail.objects.get(address="second@example.com").attempts) == ([], 0)
    sql("UPDATE common_mailpace SET next_at = next_at - interval '950 seconds'")
    assert outbox.send_batch(now=NOW, seconds=60).sent == 1
    assert [round(seconds, -1) for seconds in slept] == [50]


@pytest.mark.django_db
def test_no_mail_is_begun_once_the_time_is_over(sink: Sink) -> None:
    put("reader")
    assert outbox.send_batch(now=NOW, seconds=0) == outbox.Batch(taken=0, sent=0)
    assert OutboxMail.objects.get().state == State.PENDING


@pytest.mark.django_db
def test_a_task_ends_by_itself_though_many_addresses_do_not_answer(sink: Sink, monkeypatch: pytest.MonkeyPatch) -> None:
    """Ended by force it would leave the mail uncertain that it is at."""
    monkeypatch.setattr(tasks, "SENDING_SECONDS", 0.5)
    put(*(f"mute{number}" for number in range(20)))
    tasks.send_mails()
    tried = OutboxMail.objects.filter(attempts=1, state=State.PENDING).count()
    assert 1 <= tried < 20
    assert OutboxMail.objects.filter(attempts=0, state=State.PENDING).count() == 20 - tried


@pytest.mark.django_db
def test_what_is_to_be_tried_later_waits_even_where_the_pace_would_let_it(settings: Settings, sink: Sink) -> None:
    settings.MAILS_PER_SECOND = 100
    put("later")
    outbox.send_batch(now=NOW)
    assert outbox.send_batch(now=NOW + timedelta(minutes=4)).taken == 0
    assert outbox.send_batch(now=NOW + timedelta(minutes=6)).taken == 1


@pytest.mark.django_db
def test_whose_turn_comes_after_its_time_reserves_nothing_so_that_a_slow_pace_is_kept(
    settings: Settings, sink: Sink, slept: list[float]
) -> None:
    """Reserved and given up, one moment after the other would move away, and no mail would ever be sent."""
    settings.MAILS_PER_SECOND = 0.001
    put("first", "second", "third")
    assert outbox.send_batch(now=NOW, seconds=60).sent == 1
    for _tick in range(20):
        assert outbox.send_batch(now=NOW, seconds=60) == outbox.Batch(taken=0, sent=0)
    sql("UPDATE common_mailpace SET next_at = next_at - interval '950 seconds'")
    assert outbox.send_batch(now=NOW, seconds=60).sent == 1
    assert [40 < seconds < 60 for seconds in slept] == [True]


@pytest.mark.django_db
def test_where_others_wait_for_their_turn_already_no_further_worker_does(
    settings: Settings, sink: Sink, slept: list[float]
) -> None:
    settings.MAILS_PER_SECOND = 0.1
    put("reader")
    sql("INSERT INTO common_mailpace (id, next_at) VALUES (1, clock_timestamp() + interval '11 seconds')")
    assert outbox.send_batch(now=NOW, seconds=60).sent == 0
    assert slept == []
