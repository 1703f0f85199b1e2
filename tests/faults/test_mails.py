"""Sending mails: senders that are killed, three at once, and a mail server that misbehaves. A sink counts what came."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from decimal import Decimal

import pytest
from django.db import connection
from django.utils import timezone

from common import mail_operations, outbox
from common.access import Actor
from common.models import OutboxMail
from tests.common.test_pace import NOTED, distances
from tests.faults.sending import AFTER_CLAIM, BEFORE_CLAIM, LEAVES_UNCERTAIN, MOMENTS, Deadly
from tests.people import platform_admin
from tests.services import end, run
from tests.smtp_sink import BEHAVIOURS, Sink, running_sink

State = OutboxMail.State
SENDERS = 3
NEWS, DOCUMENT = "standing", "team-changed"
"""A kind that is sent at most once, and one that is sent again when nobody knows whether it was."""
SHORT: Mapping[str, object] = {"EMAIL_TIMEOUT": 1}


@pytest.fixture(scope="module")
def forking(tmp_path_factory: pytest.TempPathFactory) -> Iterator[subprocess.Popen[str]]:
    """Forks the senders; see `tests.faults.sending`."""
    with (tmp_path_factory.mktemp("sending") / "log").open("w") as log:
        process = run(
            *(sys.executable, "-m", "tests.faults.sending"),
            database_url=os.environ["DATABASE_URL"], stdin=subprocess.PIPE, stderr=log,
        )  # fmt: skip
        try:
            yield process
        finally:
            end(process)


@dataclass
class Office:
    """An outbox, a mail server, and as many processes as one likes to send with."""

    process: subprocess.Popen[str]
    database: str
    sink: Sink

    def send(
        self, deaths: Sequence[Deadly] = (None,) * SENDERS, settings: Mapping[str, object] | None = None
    ) -> list[int]:
        """Let one process for each of `deaths` send until nothing is left or it dies; how each ended."""
        assert self.process.stdin is not None
        assert self.process.stdout is not None
        asked = [self.database, self.sink.port, settings or {}, deaths]
        self.process.stdin.write(json.dumps(asked) + "\n")
        self.process.stdin.flush()
        ended = json.loads(self.process.stdout.readline())
        self.sink.wait_until_quiet()
        return list(ended)


@pytest.fixture
def office(own_database: str, forking: subprocess.Popen[str]) -> Iterator[Office]:
    with running_sink() as sink:
        yield Office(forking, str(connection.settings_dict["NAME"]), sink)


def put(*names: str, kind: str = NEWS) -> None:
    OutboxMail.objects.bulk_create(
        OutboxMail(
            kind=kind, period="2026W47", address=f"{name}@example.com", language="en",
            subject=f"News for {name}", text=f"News for {name}\n", html="<p>News</p>",
        )
        for name in names
    )  # fmt: skip


def readers(count: int) -> list[str]:
    return [f"reader{number}" for number in range(count)]


def ids(*states: str) -> set[str]:
    """The Message-IDs of the mails in these states."""
    return {mail.message_id for mail in OutboxMail.objects.filter(state__in=states)}


def sweep_up() -> None:
    outbox.sweep(now=timezone.now() + timedelta(hours=1))


def let_time_pass() -> None:
    """What is to be tried again later is due now."""
    OutboxMail.objects.filter(state=State.PENDING).update(next_attempt_at=None)


def check_the_sum(office: Office, recipients: int, killed: int) -> None:
    """Nothing twice; what is said to be sent was; and what nobody knows is as much as was killed, and listed."""
    taken = office.sink.by_message_id
    uncertain, sent = ids(State.UNCERTAIN), ids(State.SENT)
    assert set(taken.values()) <= {1}, "a mail was sent twice"
    assert len(sent) == recipients - len(uncertain), "delivered = recipients − uncertain"
    assert sent <= taken.keys() <= sent | uncertain
    assert len(uncertain) <= killed
    listed = mail_operations.counts(actor=Actor.of(platform_admin()))
    assert listed[State.UNCERTAIN] == len(uncertain)
    assert sum(listed.values()) == len(uncertain), "nothing is left behind in another state"


def test_three_senders_killed_at_each_moment_duplicate_nothing_and_leave_only_what_they_held_uncertain(
    office: Office,
) -> None:
    put(*readers(60))
    # Each dies at a mail of its own, long before the others could have sent everything.
    ended = [office.send([(moment, mail) for mail in range(1, SENDERS + 1)]) for moment in MOMENTS]
    ended.append(office.send())
    sweep_up()
    office.send()

    check_the_sum(office, 60, killed=len(MOMENTS) * SENDERS)
    assert ended == [[-signal.SIGKILL] * SENDERS] * len(MOMENTS) + [[0] * SENDERS]
    assert len(ids(State.UNCERTAIN)) == len(LEAVES_UNCERTAIN) * SENDERS


@pytest.mark.parametrize("moment", MOMENTS)
def test_one_killed_sender_among_three_leaves_its_own_mail_uncertain_and_the_others_send_the_rest(
    office: Office, moment: str
) -> None:
    put(*readers(12))
    # At its first mail; when the others were faster than it, it finds none and lives.
    died = office.send([(moment, 1), None, None]).count(-signal.SIGKILL)
    office.send()
    sweep_up()
    office.send()

    check_the_sum(office, 12, killed=died)
    assert len(ids(State.UNCERTAIN)) == (died if moment in LEAVES_UNCERTAIN else 0)


def test_a_claim_is_not_taken_for_lost_while_its_sender_may_still_live(office: Office) -> None:
    put(*readers(3))
    office.send([(BEFORE_CLAIM, 1), (AFTER_CLAIM, 1)])
    assert outbox.sweep(now=timezone.now()) == 0
    office.send()
    assert (len(ids(State.SENT)), len(ids(State.CLAIMED))) == (2, 1)


def test_documents_arrive_all_the_same_twice_at_most_for_each_kill(office: Office) -> None:
    put(*readers(30), kind=DOCUMENT)
    for moment in MOMENTS:
        office.send([(moment, mail) for mail in range(1, SENDERS + 1)])
    office.send()
    sweep_up()
    office.send()

    taken = office.sink.by_message_id
    assert ids(State.SENT) == taken.keys()
    assert len(taken) == 30
    twice = sum(taken.values()) - 30
    assert twice <= 2 * SENDERS, "those whose message the server had taken"
    assert max(taken.values()) == 2


BECOMES = {
    "refuse": State.FAILED,
    "later": State.PENDING,
    "mute": State.PENDING,
    "hangs-up": State.UNCERTAIN,
    "refuse-content": State.FAILED,
    "later-content": State.PENDING,
    "mute-content": State.UNCERTAIN,
    "dropped": State.UNCERTAIN,
}


def test_whatever_the_server_does_at_some_addresses_delays_no_other(office: Office) -> None:
    """Nine of ten mails are for good addresses and were made after the bad ones."""
    poison = [f"{name}{number}" for name in BEHAVIOURS for number in range(2)]
    put(*poison)
    put(*readers(100))
    assert office.send(settings=SHORT) == [0] * SENDERS

    state = dict(OutboxMail.objects.values_list("address", "state"))
    assert {state[f"{name}@example.com"] for name in readers(100)} == {State.SENT}
    assert {name: state[f"{name}@example.com"] for name in poison} == {
        name: BECOMES[name.rstrip("01")] for name in poison
    }
    assert set(office.sink.by_message_id.values()) == {1}


def test_bad_addresses_are_given_up_after_their_attempts_and_none_is_sent_twice(office: Office) -> None:
    put(*BEHAVIOURS, *readers(5))
    for _attempt in range(outbox.ATTEMPTS + 1):
        office.send(settings=SHORT)
        sweep_up()
        let_time_pass()

    unknown = {name for name, state in BECOMES.items() if state == State.UNCERTAIN}
    assert ids(State.UNCERTAIN) == ids_of(unknown)
    assert ids(State.FAILED) == ids_of(BEHAVIOURS.keys() - unknown)
    assert set(office.sink.by_message_id.values()) == {1}
    assert len(ids(State.SENT)) == 5


def ids_of(names: set[str]) -> set[str]:
    mails = OutboxMail.objects.filter(address__in=[f"{name}@example.com" for name in names])
    return {mail.message_id for mail in mails}


@pytest.mark.parametrize(
    ("greeting", "hello"),
    [(None, ""), ("421 too busy", ""), ("554 not for you", ""), ("220 sink", None), ("220 sink", "550 who is that")],
)
def test_a_server_that_lets_nobody_in_costs_neither_a_mail_nor_an_attempt(
    office: Office, greeting: str | None, hello: str | None
) -> None:
    put(*readers(9))
    office.sink.greeting, office.sink.hello = greeting, hello
    office.send(settings=SHORT)
    assert list(OutboxMail.objects.values_list("state", "attempts").distinct()) == [(State.PENDING, 0)]

    office.sink.greeting, office.sink.hello = "220 sink", "250 sink"
    let_time_pass()
    office.send()
    check_the_sum(office, 9, killed=0)


CLAIMS_NOTED = """
    CREATE TABLE claimed (at timestamptz DEFAULT clock_timestamp());
    CREATE FUNCTION note_claim() RETURNS trigger LANGUAGE plpgsql AS
        $$ BEGIN INSERT INTO claimed DEFAULT VALUES; RETURN NEW; END $$;
    CREATE TRIGGER claim_noted AFTER UPDATE ON common_outboxmail FOR EACH ROW
        WHEN (OLD.state = 'pending' AND NEW.state = 'claimed') EXECUTE FUNCTION note_claim();
"""
# The tenth mail is begun after the tenth moment that was reserved, whoever reserved it. Clocks are set right by bits.
TOO_EARLY = """
    SELECT count(*)
    FROM (SELECT until - interval '20 ms' AS moment, row_number() OVER (ORDER BY until) AS number FROM reserved) slot
    JOIN (SELECT at, row_number() OVER (ORDER BY at) AS number FROM claimed) mail USING (number)
    WHERE mail.at < slot.moment - interval '1 ms'
"""


def test_three_senders_together_keep_the_rate(office: Office) -> None:
    """By the database's clock: how long it takes on top of that is the machine's matter."""
    put(*readers(30))
    with connection.cursor() as cursor:
        cursor.execute(NOTED + CLAIMS_NOTED)
        office.send(settings={"MAILS_PER_SECOND": 50})
        cursor.execute(TOO_EARLY)
        assert cursor.fetchone()[0] == 0
        cursor.execute("SELECT count(*) FROM claimed")
        assert cursor.fetchone()[0] == 30
    assert len(distances()) >= 30 - 1
    assert min(distances()) >= Decimal("0.02")
    check_the_sum(office, 30, killed=0)


def test_many_mails_go_over_one_connection(office: Office) -> None:
    put(*readers(20))
    office.send([None])
    # One for the mails, none for finding that there are no more.
    assert (len(office.sink.taken), office.sink.connections) == (20, 1)


def test_a_bad_address_costs_one_connection_at_most(office: Office) -> None:
    put(*readers(9), "refuse", "later")
    office.send([None])
    assert len(office.sink.taken) == 9
    assert office.sink.connections <= 3
