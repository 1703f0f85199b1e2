"""A backup of the demo comes back into an empty database, the same to the last byte, and waits for a person."""

from __future__ import annotations

import json
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import psycopg
import pytest
import time_machine
from django.db import connection
from django.test import Client
from pytest_django import DjangoDbBlocker

from common.models import OutboxMail, Pause, User
from invoices import mails as invoice_mails
from portal.testing import clone_database, database_url, django_on
from rebates import mails as rebate_mails
from rebates.models import Closing
from tests import services
from tests.backed_up import MADE_AT, empty_database, make_backup, refusal, told, wait_until
from tests.demo import WrittenDemo
from tests.people import platform_admin, signed_in
from tests.serving import at, manage_at
from tests.smtp_sink import running_sink

RESTORED_AT = MADE_AT + timedelta(hours=1)
WORKED_AT = datetime(2027, 2, 20, 12, tzinfo=UTC)
"""When the last quarter of the demo is due."""
State = OutboxMail.State


@pytest.fixture
def source(written_demo: WrittenDemo) -> Iterator[str]:
    """The demo with a platform admin and three mails that have not been sent."""
    with clone_database(written_demo.database, "backup_source") as name:
        yield name


@pytest.fixture
def target() -> Iterator[str]:
    with empty_database("backup_target") as name:
        yield name


def unsent(kind: str, period: str, state: str = State.PENDING) -> None:
    values = {"language": "en", "subject": period, "text": period, "state": state}
    OutboxMail.objects.create(kind=kind, period=period, address=f"{period}@example.com", **values)


def write_mails() -> None:
    """All mails of the demo were sent, but for three."""
    with time_machine.travel(MADE_AT - timedelta(minutes=1)):
        OutboxMail.objects.update(state=State.SENT)
        unsent(invoice_mails.DECIDED, "news")
        unsent(invoice_mails.DECIDED, "claimed", State.CLAIMED)
        unsent(rebate_mails.SETTLED, "document")
        platform_admin()


def restore(made: Path, target: str) -> dict[str, Any]:
    arguments = ("restore", str(made), "--json")
    return told(manage_at(RESTORED_AT, *arguments, database_url=database_url(target)))


def send(task: str, *, target: str, redis_url: str) -> None:
    """What the scheduler or a page sends to the workers."""
    code = f"import portal.celery as c; c.app.send_task({task!r}, queue='money')"
    process = services.run(sys.executable, "-c", code, database_url=database_url(target), env={"REDIS_URL": redis_url})
    _output, errors = process.communicate(timeout=60)
    assert process.returncode == 0, errors


def page(client: Client) -> str:
    return " ".join(client.get("/pause/").text.split())


def test_a_restored_demo_sends_and_closes_nothing_until_a_person_releases_it(
    source: str, target: str, tmp_path: Path, django_db_blocker: DjangoDbBlocker
) -> None:
    with django_on(source, django_db_blocker):
        write_mails()
    made = make_backup(source, tmp_path / "backups")
    said = restore(made, target)
    assert said["digest"] == said["digest_of_backup"] == json.loads((made / "manifest.json").read_text())["digest"]

    log = tmp_path / "worker.log"
    with (
        django_on(target, django_db_blocker),
        running_sink() as sink,
        services.broker(tmp_path / "broker") as valkey,
        services.worker(
            database_url=database_url(target),
            redis_url=valkey.url,
            log=log,
            env={"EMAIL_URL": f"smtp://127.0.0.1:{sink.port}"},
            python=at(WORKED_AT),
        ),
    ):
        closings = Closing.objects.count()
        # The tick, and what a broker that has outlived the database still says.
        for task in ("portal.tick", "common.send_mails", "rebates.close_due"):
            send(task, target=target, redis_url=valkey.url)
        wait_until(lambda: log.read_text().count('"event": "paused"') == 3, f"three tasks that do nothing: {log}")
        assert sink.recipients == []
        assert Closing.objects.count() == closings

        with time_machine.travel(RESTORED_AT):
            unsent(invoice_mails.DECIDED, "new")
            admin = signed_in(User.objects.get(email="platform_admin@example.com"))
            assert "3 mails were unsent at the moment of the backup" in page(admin)
            assert "1 mail was made since" in page(admin)
            admin.post("/pause/", {"comment": "The old one is off; the mails are known."})
        assert "Nothing is paused" in page(admin)

        send("portal.tick", target=target, redis_url=valkey.url)
        wait_until(lambda: not OutboxMail.objects.filter(state=State.PENDING).exists(), "all mails sent")
        wait_until(lambda: Closing.objects.count() > closings, "a closing of what is due")
    recipients = sink.recipients
    assert {"new@example.com", "document@example.com"} <= set(recipients)
    assert not {"news@example.com", "claimed@example.com"} & set(recipients)


@contextmanager
def somebody_writes(database: str) -> Iterator[list[int]]:
    """A mail every few milliseconds until the block ends; gives those that are committed."""
    insert = """INSERT INTO common_outboxmail
        (kind, period, address, language, subject, text, html, url, state, attempts, error, created_at)
        VALUES ('news', %s, 'a@example.com', 'en', '', '', '', '', 'sent', 0, '', now())"""
    over, written = threading.Event(), list[int]()

    def write() -> None:
        with psycopg.connect(database_url(database), autocommit=True) as other:
            while not over.wait(0.005):
                other.execute(insert, [f"{len(written)}"])
                written.append(len(written))

    writer = threading.Thread(target=write)
    writer.start()
    try:
        wait_until(lambda: bool(written), "a first mail")
        yield written
    finally:
        over.set()
        writer.join()


def test_what_is_written_during_a_backup_is_neither_in_it_nor_in_its_digest(
    source: str, target: str, tmp_path: Path, django_db_blocker: DjangoDbBlocker
) -> None:
    with somebody_writes(source) as written:
        before = len(written)
        made = make_backup(source, tmp_path)
        after = len(written)
    said = restore(made, target)
    assert said["digest"] == said["digest_of_backup"]
    with django_on(target, django_db_blocker):
        assert before <= OutboxMail.objects.filter(kind="news").count() < after


def test_only_its_owner_reads_a_backup_and_the_next_one_stands_beside_it(source: str, tmp_path: Path) -> None:
    made = make_backup(source, tmp_path)
    assert {path.name: path.stat().st_mode & 0o777 for path in (made, *made.iterdir())} == {
        made.name: 0o700, "database.dump": 0o600, "manifest.json": 0o600,
    }  # fmt: skip
    before = (made / "database.dump").read_bytes()
    services.manage("backup", str(tmp_path), database_url=database_url(source))
    assert len(list(tmp_path.iterdir())) == 2
    assert (made / "database.dump").read_bytes() == before


def test_a_backup_of_an_older_version_is_migrated(source: str, target: str, tmp_path: Path) -> None:
    services.manage("migrate", "account", "0008", "--verbosity", "0", database_url=database_url(source))
    said = restore(make_backup(source, tmp_path), target)
    assert said["migrated"] == 1
    assert said["digest"] == said["digest_of_backup"]
    services.manage("migrate", "--check", database_url=database_url(target))


def test_a_backup_of_a_newer_version_a_damaged_one_and_none_are_refused(
    source: str, target: str, tmp_path: Path
) -> None:
    made = make_backup(source, tmp_path / "backups")
    note, dump = made / "manifest.json", made / "database.dump"
    manifest = json.loads(note.read_text())

    note.write_text(json.dumps({**manifest, "migrations": [*manifest["migrations"], "sales.9999_of_tomorrow"]}))
    assert "newer version of the portal, which knows sales.9999_of_tomorrow" in refusal(
        "restore", str(made), database=target
    )
    note.write_text(json.dumps(manifest))
    dump.write_bytes(dump.read_bytes()[:-1])
    assert "is damaged" in refusal("restore", str(made), database=target)
    assert "holds no backup" in refusal("restore", str(tmp_path), database=target)
    assert tables(target) == []


def test_a_database_with_tables_is_refused_and_stays_as_it_is(source: str, tmp_path: Path) -> None:
    made = make_backup(source, tmp_path)
    assert "The database is not empty" in refusal("restore", str(made), database=source)
    with psycopg.connect(database_url(source)) as other:
        assert other.execute("SELECT count(*) FROM common_pause").fetchone() == (0,)


def test_a_restored_system_that_is_not_what_was_backed_up_says_so_and_stays_paused(
    source: str, target: str, tmp_path: Path, django_db_blocker: DjangoDbBlocker
) -> None:
    made = make_backup(source, tmp_path)
    note = made / "manifest.json"
    manifest = json.loads(note.read_text())
    manifest["sections"]["postings"]["rows"] -= 1
    note.write_text(json.dumps({**manifest, "digest": "0" * 64}))
    assert "differs from the backup in postings" in refusal("restore", str(made), database=target)
    with django_on(target, django_db_blocker):
        assert Pause.objects.get().released_at is None


def test_what_the_server_refuses_is_told_in_one_line(source: str, target: str, tmp_path: Path) -> None:
    made = make_backup(source, tmp_path)
    with psycopg.connect(database_url("postgres"), autocommit=True) as other:
        other.execute(f'ALTER DATABASE "{target}" SET default_transaction_read_only = on')
    line = refusal("restore", str(made), database=target)
    assert "Nothing was restored" in line
    assert "read-only transaction" in line


def test_a_folder_that_is_not_there_is_told_in_one_line(tmp_path: Path) -> None:
    line = refusal("backup", str(tmp_path / "nowhere"), database=str(connection.settings_dict["NAME"]))
    assert "No backup was made" in line
    assert "nowhere" in line


def tables(database: str) -> list[str]:
    with psycopg.connect(database_url(database)) as other:
        found = other.execute("SELECT tablename FROM pg_tables WHERE schemaname = 'public'").fetchall()
    return [name for (name,) in found]
