"""The week's mails with real workers: schedulers doubled, and away for days. A sink counts what arrives."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from datetime import datetime, timedelta
from email.message import EmailMessage
from pathlib import Path

import pytest

from common.models import OutboxMail
from partners.models import Partner
from portal.embedded import Valkey
from tests.faults.test_schedule import wait_for
from tests.rebates.status.mailing import MONDAY, WEEK
from tests.services import broker, send, wait_until_idle, worker
from tests.serving import at
from tests.smtp_sink import Sink, running_sink
from tests.world import World

NAME = 'Elbtal "Systemhaus"\r\nBcc: victim@example.com\r\n\r\n<b>GmbH'
MAILS = 7
"""The small world has three readers of one program, and four of the other."""
TICK = {"rebates.make_status_mails": "money", "common.send_mails": "mail"}
ALL_SENT = "SELECT count(*) = {count} FROM common_outboxmail WHERE state = 'sent'"


@pytest.fixture
def sink() -> Iterator[Sink]:
    with running_sink() as server:
        yield server


def tick(redis_url: str, times: int = 1) -> None:
    """What the scheduler sends of a minute, so many times."""
    for _time in range(times):
        for task, queue in TICK.items():
            send(redis_url, task, queue=queue)


def work_at(moment: datetime, database: str, sink: Sink, valkey: Valkey, log: Path, count: int) -> None:
    """Two workers do what two schedulers said at once, ten times, until so many mails are sent and nothing is left."""
    env = {"EMAIL_URL": f"smtp://127.0.0.1:{sink.port}", "STATUS_CHUNK": "1"}
    asked = {"database_url": database, "redis_url": valkey.url, "log": log, "env": env, "concurrency": 2}
    tick(valkey.url, times=2 * 10)
    with worker(**asked, python=at(moment)):  # type: ignore[arg-type]
        wait_until_idle(valkey.url)
        # What was made after the last of them looked waits for a next tick.
        for _minute in range(3):
            tick(valkey.url, times=2)
            wait_until_idle(valkey.url)
        wait_for(ALL_SENT.format(count=count))


def text_of(message: EmailMessage) -> str:
    body = message.get_body(("plain",))
    assert body is not None
    return str(body.get_content())


def test_doubled_schedulers_that_were_away_for_days_send_the_week_once_and_make_up_none(
    committed: World, own_database: str, sink: Sink, tmp_path: Path
) -> None:
    Partner.objects.filter(pk=committed.reseller.pk).update(name=NAME)
    thursday = MONDAY + timedelta(days=3, hours=4)
    weeks_later = MONDAY + 3 * WEEK + timedelta(minutes=30)
    with broker(tmp_path / "broker") as valkey:
        work_at(thursday, own_database, sink, valkey, tmp_path / "first.log", MAILS)
        work_at(weeks_later, own_database, sink, valkey, tmp_path / "second.log", 2 * MAILS)

    assert set(sink.by_message_id.values()) == {1}
    assert len(sink.by_message_id) == 2 * MAILS
    occasions = OutboxMail.objects.values_list("period", flat=True)
    assert Counter(period[:7] for period in occasions) == {"2026W47": MAILS, "2026W50": MAILS}
    about_elbtal = [message for _recipient, message in sink.taken if "Systemhaus" in text_of(message)]
    assert len(about_elbtal) == 2 * 6, "all but the one of the other company"
    for recipient, message in sink.taken:
        assert message["Bcc"] is None
        assert message["To"] == recipient
        assert message.is_multipart()
