"""Mails that came back: which reports are believed, and how they come in, by the command and the API."""

from __future__ import annotations

import json
import threading
from datetime import timedelta
from hashlib import sha256
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.db import connection, connections
from django.test import override_settings
from django.test.utils import CaptureQueriesContext

from common import bounces, bouncing, outbox
from common.bounces import UnknownMail, read_report, record
from common.models import Bounce, OutboxMail, User
from common.tokens import Scope
from tests.common.bounces import ID, SERVERS, report
from tests.people import person, token_client
from tests.services import end, run_manage
from tests.world import NOW, World

State = OutboxMail.State

BOUNCED = "team-bounced"


def mail_to(user: User, *, state: str = State.SENT, period: str = "2026W47") -> OutboxMail:
    return OutboxMail.objects.create(
        kind="news", period=period, recipient=user, address=user.email, language="en", subject="News", text="News",
        state=state,
    )  # fmt: skip


def report_about(mail: OutboxMail, server: str = "postfix", *, address: str = "") -> bytes:
    return report(server, message_id=mail.message_id, address=address or mail.address)


def told_about() -> list[str]:
    """Who was told of a bounce."""
    return sorted(OutboxMail.objects.filter(kind=BOUNCED).values_list("address", flat=True))


# --- believing -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("server", SERVERS)
def test_a_bounce_marks_the_address_once_and_tells_those_who_run_the_team(world: World, server: str) -> None:
    mail = mail_to(world.reseller_sales)
    returned = read_report(report_about(mail, server))
    assert record(returned=returned, now=NOW) is True
    assert record(returned=returned, now=NOW) is False

    bounce = Bounce.objects.get()
    assert (bounce.address, bounce.mail, bounce.bounced_at) == (mail.address, mail, NOW)
    assert bounce.told in returned.told
    assert told_about() == [world.reseller_owner.email]
    said = OutboxMail.objects.get(kind=BOUNCED)
    assert mail.address in said.text
    assert returned.told in said.text
    mail.refresh_from_db()
    assert mail.state == State.SENT


def test_those_who_run_a_vendors_team_are_told_of_their_people(world: World) -> None:
    record(returned=read_report(report_about(mail_to(world.channel_manager))), now=NOW)
    assert told_about() == [world.vendor_admin.email]


def test_nobody_is_told_at_the_address_that_bounces(world: World) -> None:
    record(returned=read_report(report_about(mail_to(world.reseller_owner))), now=NOW)
    assert told_about() == []
    assert bouncing.bounce_at(address=world.reseller_owner.email) is not None


def test_a_bounce_after_the_address_worked_again_is_a_new_one(world: World) -> None:
    first, second = (mail_to(world.reseller_sales, period=period) for period in ("2026W47", "2026W48"))
    record(returned=read_report(report_about(first)), now=NOW)
    assert bouncing.end(address=world.reseller_sales.email, now=NOW)
    assert record(returned=read_report(report_about(second)), now=NOW) is True
    assert Bounce.objects.filter(ended_at=None).get().mail == second
    assert len(told_about()) == 2


def test_a_mail_to_somebody_without_an_account_bounces_too(world: World) -> None:
    outbox.put(
        kind="daily-summary", period="x", recipient=outbox.Addressee("buyer@example.com", "en"),
        context={"items": [], "url": ""},
    )  # fmt: skip
    OutboxMail.objects.update(state=State.SENT)
    mail = OutboxMail.objects.get()
    assert record(returned=read_report(report_about(mail)), now=NOW) is True
    assert told_about() == []


@pytest.mark.django_db
def test_a_mail_that_nobody_knows_to_be_sent_may_have_bounced() -> None:
    mail = mail_to(person("owner"), state=State.UNCERTAIN)
    assert record(returned=read_report(report_about(mail)), now=NOW) is True


@pytest.mark.django_db
@pytest.mark.parametrize("state", [State.PENDING, State.FAILED, State.KEPT, State.COLLECTED])
def test_a_forged_report_about_a_mail_that_was_never_sent_changes_nothing(state: str) -> None:
    mail = mail_to(person("owner"), state=state)
    with pytest.raises(UnknownMail):
        record(returned=read_report(report_about(mail)), now=NOW)
    assert not Bounce.objects.exists()


@pytest.mark.django_db
def test_a_forged_report_about_another_mail_or_another_address_changes_nothing() -> None:
    mail = mail_to(person("owner"))
    other = mail_to(person("other"))
    for forged in (report(address=mail.address), report_about(mail, address=other.address)):
        with pytest.raises(UnknownMail):
            record(returned=read_report(forged), now=NOW)
    assert not Bounce.objects.exists()


@pytest.mark.django_db
def test_whoever_knows_the_source_cannot_calculate_the_message_id_of_a_mail_to_somebody_else() -> None:
    """Kind, period and the number of a person are guessed in a few thousand attempts."""
    mail = mail_to(person("owner"))
    calculated = sha256(f"{mail.kind}|{mail.period}|{mail.recipient_id}".encode()).hexdigest()[:32]
    with pytest.raises(UnknownMail):
        record(returned=read_report(report(message_id=f"<{calculated}@partner-portal>", address=mail.address)), now=NOW)
    known = mail.message_id
    assert OutboxMail.objects.get().message_id == known
    with override_settings(SECRET_KEY="another one, which is as long as the first one was, or longer"):
        assert OutboxMail.objects.get().message_id != known


def test_a_report_that_was_long_on_its_way_does_not_mark_an_address_that_works_again(world: World) -> None:
    mail = mail_to(world.reseller_sales)
    OutboxMail.objects.update(sent_at=NOW)
    returned = read_report(report_about(mail))
    assert record(returned=returned, now=NOW + timedelta(hours=1)) is True
    assert bouncing.end(address=world.reseller_sales.email, now=NOW + timedelta(hours=2))
    assert record(returned=returned, now=NOW + timedelta(hours=3)) is False
    assert bouncing.bounce_at(address=world.reseller_sales.email) is None

    later = mail_to(world.reseller_sales, period="2026W48")
    OutboxMail.objects.filter(pk=later.pk).update(sent_at=NOW + timedelta(hours=4))
    assert record(returned=read_report(report_about(later)), now=NOW + timedelta(hours=5)) is True


@pytest.mark.django_db
def test_however_many_reports_come_none_of_them_reads_the_whole_outbox() -> None:
    mail_to(person("owner"))
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL enable_seqscan = off")
        with CaptureQueriesContext(connection) as asked, pytest.raises(UnknownMail):
            record(returned=read_report(report()), now=NOW)
        [query] = [each["sql"] for each in asked if "common_outboxmail" in each["sql"]]
        cursor.execute(f"EXPLAIN {query[query.index('SELECT') :]}")
        plan = " ".join(row[0] for row in cursor)
    assert "mail_by_address" in plan


def test_the_same_report_six_times_at_once_is_one_bounce(committed: World) -> None:
    returned = read_report(report_about(mail_to(committed.reseller_sales)))
    barrier, news = threading.Barrier(6), []

    def run() -> None:
        try:
            barrier.wait()
            news.append(record(returned=returned, now=NOW))
        finally:
            connections.close_all()

    threads = [threading.Thread(target=run) for _number in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(news) == [False] * 5 + [True]
    assert told_about() == [committed.reseller_owner.email]


# --- the command -----------------------------------------------------------------------------------------------------


def read(*arguments: str) -> str:
    output = StringIO()
    call_command("read_bounces", *arguments, stdout=output)
    return output.getvalue()


def test_the_command_reads_file_after_file_and_says_what_became_of_each(world: World, tmp_path: Path) -> None:
    mail = mail_to(world.reseller_sales)
    contents = {
        "bounce": report_about(mail), "again": report_about(mail, "exim"), "forged": report(),
        "garbage": b"\x00\xff" * 99, "letter": b"Subject: Holiday\n\nI am away.\n",
    }  # fmt: skip
    for name, content in contents.items():
        (tmp_path / name).write_bytes(content)
    files = [str(tmp_path / name) for name in contents]

    answers = [json.loads(line) for line in read("--json", *files).splitlines()]
    assert [answer["file"] for answer in answers] == files
    assert [answer["result"] for answer in answers] == ["marked", "known", "ignored", "ignored", "ignored"]
    assert answers[0]["address"] == mail.address
    assert all(answer["reason"] for answer in answers[2:])
    lines = read(*files).splitlines()
    assert lines[0] == f"{files[0]}: known {mail.address}"
    assert lines[2].startswith(f"{files[2]}: ignored No such mail")


@pytest.mark.django_db
def test_a_file_that_is_not_there_is_an_error(tmp_path: Path) -> None:
    with pytest.raises(CommandError, match="No such file"):
        read(str(tmp_path / "missing"))


def test_the_command_takes_a_report_from_a_pipe_and_all_that_comes_with_it(committed: World, own_database: str) -> None:
    mail = mail_to(committed.reseller_sales)
    content = report_about(mail) + b"\n" * 1_000_000
    asked = run_manage("read_bounces", "--json", "-", database_url=own_database, stdin=-1, text=False)
    try:
        output, errors = asked.communicate(content, timeout=60)  # type: ignore[arg-type]
    finally:
        end(asked)
    assert asked.returncode == 0, errors
    assert json.loads(output) == {"file": "-", "result": "marked", "address": mail.address}
    assert bouncing.bounce_at(address=committed.reseller_sales.email) is not None


# --- the API ---------------------------------------------------------------------------------------------------------


def post(user: User, *scopes: Scope, **values: Any) -> Any:
    return token_client(user, *scopes).post("/api/v1/bounces", values, content_type="application/json")


def test_a_mail_provider_reports_a_bounce(world: World) -> None:
    mail = mail_to(world.reseller_sales)
    values = {"message_id": mail.message_id, "address": mail.address.upper(), "told": "550 no\r\nsuch box"}
    answer = post(world.platform_admin, Scope.BOUNCES, **values)
    assert (answer.status_code, answer.json()) == (200, {"address": mail.address, "new": True})
    assert post(world.platform_admin, Scope.BOUNCES, **values).json()["new"] is False
    assert Bounce.objects.get().told == "550 no such box"
    assert told_about() == [world.reseller_owner.email]


def test_only_a_platform_admin_with_the_scope_reports_bounces(world: World) -> None:
    mail = mail_to(world.reseller_sales)
    values = {"message_id": mail.message_id, "address": mail.address}
    for user in (world.vendor_admin, world.reseller_owner):
        assert post(user, Scope.BOUNCES, **values).status_code == 403
    assert post(world.platform_admin, Scope.CLOSINGS, **values).status_code == 403
    assert not Bounce.objects.exists()


@pytest.mark.parametrize(
    "values",
    [
        {"message_id": ID},
        {"message_id": "", "address": ""},
        {"message_id": "\x00", "address": "\x00@example.com", "told": "\x00"},
    ],
)
def test_a_call_about_a_mail_that_was_never_sent_there_is_not_found(world: World, values: dict[str, str]) -> None:
    mail = mail_to(world.reseller_sales)
    answer = post(world.platform_admin, Scope.BOUNCES, **{"address": mail.address, **values})
    assert answer.status_code == 404
    assert not Bounce.objects.exists()


def test_what_is_no_text_is_refused(world: World) -> None:
    answer = post(world.platform_admin, Scope.BOUNCES, message_id=ID, address="\ud800@example.com")
    assert answer.status_code == 422


def test_what_a_provider_writes_may_be_anything(world: World) -> None:
    mail = mail_to(world.reseller_sales)
    told = '550 \x00<b>"no"</b>\r\nBcc: victim@example.com ' + "x" * 1800
    answer = post(world.platform_admin, Scope.BOUNCES, message_id=mail.message_id, address=mail.address, told=told)
    assert answer.status_code == 200
    assert Bounce.objects.get().told.startswith('550 <b>"no"</b> Bcc: victim@example.com xxx')
    assert "<b>" not in OutboxMail.objects.get(kind=BOUNCED).html
    assert len(Bounce.objects.get().told) == 300


def test_the_most_that_is_read_is_far_more_than_a_report_and_its_headers() -> None:
    assert all(20 * len(report(server)) < bounces.MOST_BYTES for server in SERVERS)
