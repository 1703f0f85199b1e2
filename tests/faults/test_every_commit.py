"""Killed, or cut off from the database, at every commit: whoever comes next finishes what an undisturbed run gives."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from collections.abc import Iterator, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, field
from itertools import count

import pytest
from django.db import connection
from pytest_django import DjangoDbBlocker

from common.models import OutboxMail
from portal.testing import clone_database, django_on
from programs.models import Vendor
from rebates import checking
from sales.models import Books
from tests.faults.dying_at_commits import AFTER, BEFORE, CUT_AFTER, CUT_BEFORE
from tests.faults.quarters import STAGES, Stage
from tests.faults.world import digest
from tests.owner import forget_saved, restore, save
from tests.services import end, run


@dataclass(frozen=True)
class Prepared:
    """The database in which a stage is done again and again, and the digest that an undisturbed run gives."""

    database: str
    tables: Sequence[str]
    quiet: str
    after: str = ""
    """A copy of the database after that run, where another stage follows."""


@dataclass
class Preparing:
    """Prepares a stage when it is first asked for, after the one that it follows."""

    template: str
    blocker: DjangoDbBlocker
    stack: ExitStack
    done: dict[str, Prepared] = field(default_factory=dict)

    def __getitem__(self, name: str) -> Prepared:
        if name not in self.done:
            self.done[name] = self._prepare(name, STAGES[name])
        return self.done[name]

    def _prepare(self, name: str, stage: Stage) -> Prepared:
        template = self[stage.follows].after if stage.follows else self.template
        database = self.stack.enter_context(clone_database(template, f"{self.template}_{name}"))
        with django_on(database, self.blocker):
            stage.prepare()
            tables = changing_tables()
            save(tables)
            stage.work()
            quiet = digest()
        if all(other.follows != name for other in STAGES.values()):
            return Prepared(database, tables, quiet)
        after = self.stack.enter_context(clone_database(database, f"{self.template}_{name}_after"))
        with django_on(after, self.blocker):
            forget_saved()
        return Prepared(database, tables, quiet, after)


def changing_tables() -> list[str]:
    """What the work of stages writes into."""
    with connection.cursor() as cursor:
        named = [name for name in connection.introspection.table_names(cursor) if name.startswith("rebates_")]
    return [*named, OutboxMail._meta.db_table, Books._meta.db_table]


@pytest.fixture(scope="module")
def prepared(template_database: str, django_db_blocker: DjangoDbBlocker) -> Iterator[Preparing]:
    with ExitStack() as stack:
        yield Preparing(template_database, django_db_blocker, stack)


@pytest.fixture(scope="module")
def processes(tmp_path_factory: pytest.TempPathFactory) -> Iterator[subprocess.Popen[str]]:
    """Forks processes that die; see the module."""
    with (tmp_path_factory.mktemp("dying") / "log").open("w") as log:
        process = run(
            *(sys.executable, "-m", "tests.faults.dying_at_commits"),
            database_url=os.environ["DATABASE_URL"], stdin=subprocess.PIPE, stderr=log,
        )  # fmt: skip
        try:
            yield process
        finally:
            end(process)


@dataclass(frozen=True)
class Striker:
    """Strikes the work of a stage at each of its commits in turn, each time with the database as it was before."""

    prepared: Preparing
    process: subprocess.Popen[str]
    blocker: DjangoDbBlocker

    def strike(self, stage: str, moment: str, ends_with: int) -> list[str]:
        """Do it at every commit and check what is left and what the next one makes of it; the commits there were."""
        prepared = self.prepared[stage]
        with django_on(prepared.database, self.blocker):
            for fatal in count(1):
                restore(prepared.tables)
                points, ended = self._run(prepared.database, stage, fatal, moment)
                if len(points) < fatal:
                    assert (ended, digest()) == (0, prepared.quiet)
                    return points
                where = f"{moment} commit {fatal} of {stage}, of {points[-1]}"
                # What is cut off after its last commit has nothing left to fail at.
                assert ended in (ends_with, 0 if moment == CUT_AFTER else ends_with), where
                assert checking.look(vendor_id=Vendor.objects.get().pk) == [], f"half done: {where}"
                STAGES[stage].work()
                assert digest() == prepared.quiet, where
        raise AssertionError

    def _run(self, *asked: object) -> tuple[list[str], int]:
        assert self.process.stdin is not None
        assert self.process.stdout is not None
        self.process.stdin.write(json.dumps(asked) + "\n")
        self.process.stdin.flush()
        answer = json.loads(self.process.stdout.readline())
        return answer["points"], answer["ended"]


@pytest.fixture
def striker(prepared: Preparing, processes: subprocess.Popen[str], django_db_blocker: DjangoDbBlocker) -> Striker:
    return Striker(prepared, processes, django_db_blocker)


@pytest.mark.parametrize("moment", [BEFORE, AFTER])
@pytest.mark.parametrize("stage", STAGES)
def test_whoever_comes_after_a_kill_finishes_what_an_undisturbed_run_gives(
    striker: Striker, stage: str, moment: str
) -> None:
    points = striker.strike(stage, moment, -signal.SIGKILL)

    # A commit that nobody knew of belongs into the list, and one that is not visited any more out of it.
    assert set(points) == STAGES[stage].points
    assert points.count("settling.work_chunk") >= (2 if "settling.work_chunk" in STAGES[stage].points else 0)


@pytest.mark.parametrize("moment", [CUT_BEFORE, CUT_AFTER])
@pytest.mark.parametrize("stage", ["second", "by_hand"])
def test_a_lost_connection_at_any_commit_leaves_what_the_next_one_finishes(
    striker: Striker, stage: str, moment: str
) -> None:
    assert set(striker.strike(stage, moment, 1)) == STAGES[stage].points
