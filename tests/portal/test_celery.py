"""How jobs are carried: each queue gets its own messages, and nothing is said twice."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest
import redis

from portal.celery import HARD_TIME_LIMIT, QUEUES, SOFT_TIME_LIMIT, VISIBILITY_TIMEOUT, app
from portal.embedded import Valkey
from tests.services import broker


@pytest.fixture
def own_broker(tmp_path: Path) -> Iterator[Valkey]:
    with broker(tmp_path / "broker") as valkey:
        yield valkey


def test_a_message_reaches_its_own_queue_and_no_other(own_broker: Valkey) -> None:
    with app.connection_for_write(own_broker.url) as connection:
        for queue in app.amqp.queues.values():
            # As a worker does that listens to all of them.
            queue.bind(connection.default_channel).declare()
        for number, name in enumerate(QUEUES, start=1):
            for _ in range(number):
                app.send_task("portal.tick", queue=name, connection=connection)
    client = redis.Redis.from_url(own_broker.url)
    assert {name: client.llen(name) for name in QUEUES} == {"money": 1, "mail": 2, "import": 3}


@pytest.mark.filterwarnings("ignore:(?s).*task attribute is deprecated")
def test_every_task_names_a_queue_that_workers_listen_to() -> None:
    app.loader.import_default_modules()
    ours = {name: task for name, task in app.tasks.items() if not name.startswith("celery.")}
    assert "portal.tick" in ours
    assert Counter(getattr(task, "queue", None) in QUEUES for task in ours.values()) == {True: len(ours)}


def test_what_the_schedule_sends_exists() -> None:
    app.loader.import_default_modules()
    assert {entry["task"] for entry in app.conf.beat_schedule.values()} <= set(app.tasks)


def test_a_task_is_killed_long_before_its_message_is_given_to_another_worker() -> None:
    assert SOFT_TIME_LIMIT < HARD_TIME_LIMIT < VISIBILITY_TIMEOUT / 4
    assert app.conf.task_acks_late
    assert app.conf.task_reject_on_worker_lost
    assert app.conf.worker_prefetch_multiplier == 1
    assert app.conf.task_ignore_result
    assert app.conf.accept_content == ["json"]
