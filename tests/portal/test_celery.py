"""How jobs are carried, and the tick that says to workers what to look after."""

from __future__ import annotations

import json
import time
from fnmatch import fnmatch
from pathlib import Path
from typing import Any

import pytest
from celery import Task
from redis import Redis

from common.models import OutboxMail
from common.tasks import forget, make_summaries, send_mails
from deals.tasks import look_after as look_after_deals
from invoices.tasks import work_on_all
from partners.tasks import ask_newcomers, send_invitations
from portal import celery, tasks
from portal.celery import app
from programs.models import Vendor
from rebates import tasks as rebate_tasks
from sales.tasks import import_queued
from tests import services
from tests.people import person
from tests.world import NOW
from tiers import tasks as tier_tasks
from trainings.tasks import look_after


@pytest.fixture
def our_tasks() -> dict[str, Task[Any, Any]]:
    app.loader.import_default_modules()
    return {name: task for name, task in app.tasks.items() if not name.startswith("celery.")}


def test_every_task_has_a_name_of_its_app_and_a_queue_that_workers_listen_to(our_tasks: dict[str, Any]) -> None:
    assert {"portal.tick", "rebates.close_due", "rebates.run_closing", "rebates.announce", "common.send_mails"} <= set(
        our_tasks
    )
    for name, task in our_tasks.items():
        assert name.partition(".")[0] == task.__module__.partition(".")[0], name
        assert [pattern for pattern in celery.ROUTES if fnmatch(name, pattern)], name
        assert app.amqp.router.route({}, name)["queue"].name in celery.QUEUES, name
        assert task.ignore_result, name


def test_a_task_is_acknowledged_late_and_killed_before_it_could_be_delivered_twice(our_tasks: dict[str, Any]) -> None:
    assert app.conf.task_acks_late
    assert app.conf.task_reject_on_worker_lost
    assert app.conf.worker_prefetch_multiplier == 1
    assert app.conf.task_soft_time_limit < app.conf.task_time_limit
    assert app.conf.task_time_limit * 4 < app.conf.broker_transport_options["visibility_timeout"]
    assert not app.conf.result_backend
    assert app.conf.accept_content == ["json"]
    for name, task in our_tasks.items():
        assert task.acks_late, name
        assert task.time_limit in (None, app.conf.task_time_limit), name


def test_the_schedule_sends_the_tick_every_minute_and_only_a_fresh_one_counts() -> None:
    [entry] = app.conf.beat_schedule.values()
    assert (entry["task"], entry["schedule"], entry["options"]["expires"]) == ("portal.tick", 60, 60)
    assert app.conf.timezone == "Europe/Berlin"


@pytest.mark.usefixtures("our_tasks")
def test_what_the_schedule_sends_exists() -> None:
    assert {entry["task"] for entry in app.conf.beat_schedule.values()} <= set(app.tasks)


def test_a_message_reaches_its_own_queue_and_no_other(tmp_path: Path) -> None:
    with services.broker(tmp_path / "broker") as valkey:
        with app.connection_for_write(valkey.url) as connection:
            for queue in app.amqp.queues.values():
                # As a worker does that listens to all of them.
                queue.bind(connection.default_channel).declare()
            for number, name in enumerate(celery.QUEUES, start=1):
                for _ in range(number):
                    app.send_task("portal.tick", queue=name, connection=connection)
        client = Redis.from_url(valkey.url)
        assert {name: client.llen(name) for name in celery.QUEUES} == {"money": 1, "mail": 2, "import": 3}


def test_a_tick_enqueues_each_step_once_with_nothing_but_its_name(own_database: str, tmp_path: Path) -> None:
    with services.broker(tmp_path / "broker") as valkey:
        code = "from portal.tasks import tick; tick()"
        services.manage("shell", "-c", code, database_url=own_database, env={"REDIS_URL": valkey.url})
        broker = Redis.from_url(valkey.url)
        waiting: list[Any] = [broker.lrange(queue, 0, -1) for queue in celery.QUEUES]
    sent = [json.loads(message) for messages in waiting for message in messages]
    names = [message["headers"]["task"] for message in sent]
    assert sorted(names) == [
        "common.forget",
        "common.make_summaries",
        "common.send_mails",
        "deals.look_after",
        "invoices.work_on_all",
        "partners.ask_newcomers",
        "partners.send_invitations",
        "rebates.announce",
        "rebates.check_ledgers",
        "rebates.close_due",
        "rebates.keep_figures",
        "rebates.make_statements",
        "rebates.make_status_mails",
        "rebates.propose_payments",
        "sales.import_queued",
        "tiers.announce",
        "tiers.assess_all",
        "trainings.look_after",
    ]
    for message in sent:
        assert message["headers"]["expires"] is not None
        assert message["headers"]["argsrepr"] == "()"


def test_what_the_tick_hands_out_is_forgotten_when_no_worker_has_begun_it_by_the_next_one(
    own_database: str, tmp_path: Path
) -> None:
    vendors = [Vendor.objects.create(slug=slug, name=slug.title()) for slug in ("lenovo", "ibm")]
    with services.broker(tmp_path / "broker") as valkey:
        code = "from rebates.tasks import keep_figures; keep_figures()"
        services.manage("shell", "-c", code, database_url=own_database, env={"REDIS_URL": valkey.url})
        waiting = Redis.from_url(valkey.url).lrange("money", 0, -1)
    sent = [json.loads(message)["headers"] for message in waiting]
    assert sorted((message["task"], message["argsrepr"]) for message in sent) == [
        ("rebates.keep_figures_of", f"({vendor.pk},)") for vendor in vendors
    ]
    assert all(message["expires"] is not None for message in sent)


def test_the_steps_of_the_tick_are_tasks_that_find_their_work_themselves() -> None:
    closing = (rebate_tasks.close_due, rebate_tasks.announce, rebate_tasks.make_status_mails)
    payments = (rebate_tasks.propose_payments, rebate_tasks.make_statements)
    of_rebates = (*closing, rebate_tasks.keep_figures, rebate_tasks.check_ledgers, *payments)
    of_tiers = (tier_tasks.assess_all, tier_tasks.announce)
    of_mails = (make_summaries, send_mails, send_invitations)
    others = (work_on_all, import_queued, ask_newcomers, look_after, look_after_deals, forget)
    assert {*of_rebates, *of_tiers, *of_mails, *others} == set(tasks.STEPS)


def test_a_worker_sends_what_waits_in_the_outbox(own_database: str, tmp_path: Path) -> None:
    mail = OutboxMail.objects.create(
        kind="news", period="2026W47", recipient=person("owner"), address="owner@example.com", language="en",
        subject="News", text="There are news.", next_attempt_at=NOW,
    )  # fmt: skip
    env = {"PORTAL_VAR": str(tmp_path / "var")}
    with services.broker(tmp_path / "broker") as valkey:
        code = "from common.tasks import send_mails; send_mails.delay()"
        services.manage("shell", "-c", code, database_url=own_database, env={"REDIS_URL": valkey.url})
        with services.worker(database_url=own_database, redis_url=valkey.url, log=tmp_path / "worker.log", env=env):
            deadline = time.monotonic() + 30
            while OutboxMail.objects.get(pk=mail.pk).state != OutboxMail.State.SENT and time.monotonic() < deadline:
                time.sleep(0.05)
    [written] = (tmp_path / "var" / "mail").iterdir()
    assert f"Message-ID: {mail.message_id}" in written.read_text()
