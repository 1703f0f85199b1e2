"""The night's assessment whose worker is killed: nothing is half done, and the next one finishes it; each mail once."""

from __future__ import annotations

import hashlib
import json
import time
from datetime import date
from pathlib import Path

import psycopg
import pytest
from django.db import connection, transaction

from common.models import OutboxMail, User
from partners.models import Enrolment, EnrolmentTier, Member
from programs.models import Program, Tier
from tests.faults.test_imports import killed_at
from tests.faults.world import NOW, make_world
from tests.services import broker, kill, send, worker
from tiers.announcing import announce
from tiers.assessing import assess_due
from tiers.models import Assessed, Due, TierMove, TierStanding

TODAY = date(2026, 11, 22)
PARTNERS, TOO_LOW, ENOUGH = 12, 3, 6
"""P001 to P003 hold Silver and do not earn it; from P006 on the others earn it, and rise at once."""


@pytest.fixture
def program(own_database: str) -> Program:
    program = make_world(partners=PARTNERS)
    Program.objects.filter(pk=program.pk).update(tier_rises=Program.Rises.AUTOMATIC)
    # Partner n bought for 200 n + 300.
    asked = [{"kind": "revenue", "amount": str(200 * ENOUGH + 300)}]
    silver = Tier.objects.create(program=program, code="silver", name="Silver", rank=2, requirements=asked)
    with transaction.atomic():
        for number, enrolment in enumerate(Enrolment.objects.order_by("partner__number"), start=1):
            owner = User.objects.create(email=f"owner{number}@example.com", first_name="Owner")
            Member.objects.create(partner=enrolment.partner, user=owner, role=Member.Role.OWNER)
            if number <= TOO_LOW:
                EnrolmentTier.objects.filter(enrolment=enrolment).update(tier=silver)
    program.refresh_from_db()
    return program


def night(program: Program) -> None:
    """What the ticks of one night do."""
    assess_due(program=program, today=TODAY)
    announce(now=NOW, today=TODAY)


def digest() -> str:
    """Everything a night leaves, without the numbers that a sequence gives."""
    number = "enrolment__partner__number"
    rows = [
        EnrolmentTier.objects.values_list(number, "tier__code", "valid"),
        TierMove.objects.values_list(number, "direction", "to_tier__code", "state", "due_on", "closed_on", "announced"),
        TierStanding.objects.values_list(number, "held__code", "earned__code", "assessed_on"),
        OutboxMail.objects.values_list("kind", "address", "subject", "state"),
        Assessed.objects.values_list("day"),
    ]
    return hashlib.sha256(json.dumps([sorted(map(str, found)) for found in rows]).encode()).hexdigest()


@pytest.fixture
def undisturbed(program: Program) -> str:
    """What a quiet night leaves; the database is as before again."""
    with transaction.atomic():
        night(program)
        assert TierMove.objects.filter(direction="rise", state="done").count() == PARTNERS - ENOUGH + 1
        assert TierMove.objects.filter(direction="fall", state="open").count() == TOO_LOW
        assert OutboxMail.objects.count() == PARTNERS - ENOUGH + 1 + TOO_LOW
        found = digest()
        transaction.set_rollback(True)
    assert not TierMove.objects.exists()
    return found


COMMITS = [(number, moment) for number in (1, 2) for moment in ("before", "after")]
"""The assessment is one commit, and so are the mails of two hundred moves."""


@pytest.mark.parametrize(("commit", "moment"), COMMITS, ids=str)
def test_a_night_killed_at_a_commit_and_gone_on_with_ends_as_an_undisturbed_one(
    own_database: str, undisturbed: str, program: Program, commit: int, moment: str
) -> None:
    before, due = digest(), Due.objects.count()
    assert killed_at(own_database, program.pk, commit, moment, "tiers")
    if (commit, moment) == (1, "before"):
        assert (digest(), Due.objects.count()) == (before, due), "something is half done"

    night(program)
    assert digest() == undisturbed
    night(program)
    assert digest() == undisturbed


def test_after_the_commits_that_are_visited_only_looks_for_more_mails_to_make_follow(
    own_database: str, undisturbed: str, program: Program
) -> None:
    """One for each of moves and decisions, of which there are none left."""
    assert not killed_at(own_database, program.pk, 5, "before", "tiers")
    assert digest() == undisturbed


# --- a worker --------------------------------------------------------------------------------------------------------

WAITS = "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'"


def wait_for(database_url: str, condition: str, seconds: float = 60) -> None:
    until = time.monotonic() + seconds
    with psycopg.connect(database_url, autocommit=True) as looking:
        while not looking.execute(condition).fetchone()[0]:  # type: ignore[index]
            assert time.monotonic() < until, f"not within {seconds} s: {condition}"
            time.sleep(0.05)


def test_a_worker_killed_while_it_changes_tiers_leaves_nothing_and_the_next_one_does_it_all(
    own_database: str, program: Program, tmp_path: Path
) -> None:
    connection.close()
    with broker(tmp_path / "broker") as valkey:
        with psycopg.connect(own_database) as somebody:
            # Whoever decides about one partner meanwhile lets the assessment wait for it, with all others in its hands.
            somebody.execute("SELECT id FROM partners_enrolment FOR UPDATE")
            with worker(database_url=own_database, redis_url=valkey.url, log=tmp_path / "one.log") as process:
                send(valkey.url, "tiers.assess_all", queue="import")
                wait_for(own_database, WAITS)
                kill(process)
        wait_for(own_database, f"SELECT ({WAITS}) = 0")
        assert (TierMove.objects.count(), TierStanding.objects.count(), Assessed.objects.count()) == (0, 0, 0)
        assert Due.objects.exists()
        with worker(database_url=own_database, redis_url=valkey.url, log=tmp_path / "two.log"):
            send(valkey.url, "tiers.assess_all", queue="import")
            wait_for(own_database, f"SELECT count(*) = {PARTNERS} FROM tiers_tierstanding")
            send(valkey.url, "tiers.announce", "tiers.announce", queue="import")
            wait_for(own_database, "SELECT count(*) > 0 AND bool_and(announced = state) FROM tiers_tiermove")
    assert OutboxMail.objects.count() == TierMove.objects.count() == PARTNERS - ENOUGH + 1 + TOO_LOW
