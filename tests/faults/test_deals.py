"""The tick that looks after deals: killed at every commit, doubled, or away for days. Each thing happens once."""

from __future__ import annotations

import json
import signal
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import psycopg
import pytest
from django.db import connection
from pytest_django import DjangoDbBlocker

from common.models import OutboxMail
from deals import checking
from deals.models import Conflict, Deal, DealStep
from portal.testing import clone_database, database_url, django_on
from tests.faults import deal_days
from tests.faults.deal_days import COMMITS, FRIDAY, TABLES, before, digest, moment_of, tick, work
from tests.faults.dying_at_commits import AFTER, BEFORE
from tests.owner import restore, save
from tests.sales.sending import at_once
from tests.services import ROOT, broker, end, environment, kill, run, worker
from tests.serving import at

State, Step = Deal.State, DealStep.Step
WAITS = "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'"


@dataclass(frozen=True)
class Prepared:
    """A database on Friday noon, and what an undisturbed tick leaves there."""

    database: str
    quiet: list[list[str]]


@pytest.fixture(scope="module")
def prepared(template_database: str, django_db_blocker: DjangoDbBlocker) -> Iterator[Prepared]:
    with clone_database(template_database, f"{template_database}_deal_days") as database:
        with django_on(database, django_db_blocker):
            deal_days.prepare()
            save(TABLES)
            work()
            steps = Counter(DealStep.objects.filter(at=moment_of(FRIDAY)).values_list("step", flat=True))
            assert steps == {Step.ESCALATED: 2, Step.LAPSED: 4, Step.REMINDED: 4}
            assert Conflict.objects.count() == 1
            found = digest()
        yield Prepared(database, found)


@pytest.fixture
def quiet(prepared: Prepared, django_db_blocker: DjangoDbBlocker) -> Iterator[list[list[str]]]:
    """What an undisturbed tick leaves. The database is as it was before."""
    with django_on(prepared.database, django_db_blocker):
        restore(TABLES)
        assert digest() != prepared.quiet
        yield prepared.quiet


@pytest.fixture
def processes(prepared: Prepared, tmp_path: Path) -> Iterator[subprocess.Popen[str]]:
    """Forks processes that die; see the module."""
    with (tmp_path / "log").open("w") as log:
        process = run(
            *(sys.executable, "-m", "tests.faults.dying_at_commits", "tests.faults.deal_days", "deals."),
            database_url=database_url(prepared.database), stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=log,
        )  # fmt: skip
        try:
            yield process
        finally:
            end(process)


def struck(process: subprocess.Popen[str], fatal: int, moment: str) -> tuple[list[str], int]:
    """The commits that a tick came to which was to die at this one, and how it ended."""
    assert process.stdin is not None
    assert process.stdout is not None
    process.stdin.write(json.dumps([connection.settings_dict["NAME"], "look_after", fatal, moment]) + "\n")
    process.stdin.flush()
    answer = json.loads(process.stdout.readline())
    return answer["points"], answer["ended"]


@pytest.mark.parametrize("moment", [BEFORE, AFTER])
def test_killed_at_any_commit_the_next_tick_finishes_what_an_undisturbed_one_gives(
    quiet: list[list[str]], processes: subprocess.Popen[str], moment: str
) -> None:
    for fatal in range(1, COMMITS.total() + 1):
        points, ended = struck(processes, fatal, moment)
        assert (len(points), ended) == (fatal, -signal.SIGKILL)
        assert digest() != quiet or (fatal, moment) == (COMMITS.total(), AFTER), "nothing was left to do"
        work()
        assert digest() == quiet, f"{moment} commit {fatal}, of {points[-1]}"
        restore(TABLES)
    # And there is no commit that was not visited.
    points, ended = struck(processes, COMMITS.total() + 1, moment)
    assert (Counter(points), ended) == (COMMITS, 0)
    assert digest() == quiet


def test_a_scheduler_that_runs_twice_does_everything_once(quiet: list[list[str]]) -> None:
    for _round in range(3):
        with_both = at_once(work, work)
        assert with_both == [None, None]
        assert digest() == quiet
        restore(TABLES)


def test_a_worker_killed_in_the_middle_leaves_the_rest_to_the_next_one(
    prepared: Prepared, quiet: list[list[str]], tmp_path: Path
) -> None:
    address = database_url(prepared.database)
    _first, second, third = checking.unchecked()
    connection.close()
    with broker(tmp_path / "broker") as valkey:
        python = at(moment_of(FRIDAY))
        with psycopg.connect(address) as somebody:
            # Whoever changes a deal meanwhile lets its comparison wait, with the first one's behind it.
            somebody.execute("SELECT id FROM deals_deal WHERE id = %s FOR UPDATE", [second.pk])
            with worker(database_url=address, redis_url=valkey.url, log=tmp_path / "one.log", python=python) as process:
                send(address, valkey.url)
                wait_for(address, WAITS)
                kill(process)
        wait_for(address, f"SELECT ({WAITS}) = 0")
        assert list(checking.unchecked()) == [second, third]
        assert not DealStep.objects.filter(step=Step.LAPSED).exists()
        with worker(database_url=address, redis_url=valkey.url, log=tmp_path / "two.log", python=python):
            send(address, valkey.url)
            done = "step IN ('escalated', 'lapsed', 'reminded') AND at >= '2027-02-19'"
            wait_for(address, f"SELECT count(*) >= 10 FROM deals_dealstep WHERE {done}")
    steps = Counter(DealStep.objects.filter(at__gte=moment_of(FRIDAY)).values_list("step", flat=True))
    assert steps == {Step.ESCALATED: 2, Step.LAPSED: 4, Step.REMINDED: 4}
    assert not Deal.objects.filter(checked_at=None).exclude(state=State.DRAFT).exists()


def send(address: str, redis_url: str) -> None:
    """What the scheduler sends every minute."""
    code = "import portal.celery as c; c.app.send_task('deals.look_after', queue='import')"
    env = environment(address, REDIS_URL=redis_url)
    subprocess.run([sys.executable, "-c", code], cwd=ROOT, env=env, check=True, timeout=60)


def wait_for(address: str, condition: str, seconds: float = 60) -> None:
    until = time.monotonic() + seconds
    with psycopg.connect(address, autocommit=True) as looking:
        while not looking.execute(condition).fetchone()[0]:  # type: ignore[index]
            assert time.monotonic() < until, f"not within {seconds} s: {condition}"
            time.sleep(0.05)


def test_after_three_days_away_everything_happens_once_and_nothing_lapses_without_its_reminders(
    quiet: list[list[str]],
) -> None:
    """By the sixth day it has come to the same as if somebody had looked every day."""
    for days in range(6):
        tick(before(-days))
    looked = ended()
    restore(TABLES)
    for days in range(3, 6):
        tick(before(-days))
        for deal in Deal.objects.filter(lapse=Deal.Lapse.NO_UPDATE):
            reminders = deal.steps.filter(step=Step.REMINDED).values_list("at", flat=True)
            assert len({at.date() for at in reminders}) == 2
            assert max(reminders).date() < deal.steps.get(step=Step.LAPSED).at.date()
    assert ended() == looked


def ended() -> tuple[list[tuple[object, ...]], Counter[str]]:
    """How each deal stands, and how many mails of which kind there are."""
    deals = Deal.objects.order_by("pk").values_list("title", "state", "lapse", "reminded")
    return list(deals), Counter(OutboxMail.objects.values_list("kind", flat=True))
