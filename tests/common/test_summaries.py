"""The summary of a day: what is collected for a person is named in one mail, once, whoever makes it and dies of it."""

from __future__ import annotations

import signal
import threading
from collections import Counter
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.conf import settings
from django.db import connections
from django.test import Client

from common import outbox, summaries, unsubscribing
from common.models import OutboxMail, User
from common.tasks import make_summaries
from tests.people import person
from tests.services import end, run_manage

SEVEN = datetime(2026, 11, 16, 6, 0, tzinfo=UTC)
"""In the morning, the portal's time."""
DAY = timedelta(days=1)
State = OutboxMail.State
PEOPLE = 5
CODE = """
import os, signal
from datetime import datetime
from common import outbox, summaries
left, put = {left}, outbox.put

def counted(**values):
    global left
    made = put(**values)
    left -= 1
    if left == 0:
        os.kill(os.getpid(), signal.SIGKILL)
    return made

outbox.put = counted
print(summaries.make_due(now=datetime.fromisoformat("{now}")))
"""


def collect(user: User, *subjects: str) -> None:
    OutboxMail.objects.bulk_create(
        OutboxMail(
            kind="news", period=subject, recipient=user, address=user.email, language=user.language, subject=subject,
            text=subject, state=State.COLLECTED,
        )
        for subject in subjects
    )  # fmt: skip


def made(user: User) -> list[OutboxMail]:
    return list(OutboxMail.objects.filter(kind=summaries.DAILY, recipient=user).order_by("id"))


def states(user: User) -> list[str]:
    """Of what was collected, in the order in which it was."""
    mails = OutboxMail.objects.filter(recipient=user).exclude(kind=summaries.DAILY).order_by("id")
    return list(mails.values_list("state", flat=True))


@pytest.mark.django_db
def test_what_was_collected_is_named_in_one_mail_with_links() -> None:
    owner = person("owner")
    collect(owner, "Müller & Söhne have a question", "A payment is on its way")
    assert summaries.make_due(now=SEVEN) == 1

    [summary] = made(owner)
    assert (summary.state, summary.period) == (State.PENDING, "2026-11-16")
    assert summary.subject == "2 notices from the partner portal"
    assert states(owner) == [State.KEPT] * 2
    for mail in OutboxMail.objects.filter(state=State.KEPT):
        assert f"{mail.subject}\nhttp" in summary.text
        assert f"/notices/{mail.pk}/" in summary.text
        assert f"/notices/{mail.pk}/" in summary.html
    assert summary.text.index("Müller & Söhne") < summary.text.index("A payment")
    assert "Müller &amp; Söhne" in summary.html


@pytest.mark.django_db
def test_one_notice_is_counted_as_one_in_both_languages() -> None:
    for language, subject in (("en", "1 notice from"), ("de", "1 ")):
        reader = person(f"reader_{language}", language=language)
        collect(reader, "News")
        summaries.make_due(now=SEVEN)
        [summary] = made(reader)
        assert summary.subject.startswith(subject)
        assert summary.language == language


@pytest.mark.django_db
def test_it_is_made_from_seven_in_the_morning() -> None:
    owner = person("owner")
    collect(owner, "News")
    assert summaries.make_due(now=SEVEN - timedelta(minutes=1)) == 0
    assert states(owner) == [State.COLLECTED]
    assert summaries.make_due(now=SEVEN + timedelta(hours=16)) == 1, "an outage in the morning is caught up"


@pytest.mark.django_db
@pytest.mark.parametrize(
    "seven",
    [
        datetime(2026, 3, 30, 5, tzinfo=UTC),
        datetime(2026, 10, 24, 5, tzinfo=UTC),
        datetime(2026, 10, 26, 6, tzinfo=UTC),
    ],
)
def test_when_clocks_change_it_is_still_seven(seven: datetime) -> None:
    collect(person("owner"), "News")
    assert summaries.make_due(now=seven - timedelta(minutes=1)) == 0
    assert summaries.make_due(now=seven) == 1


@pytest.mark.django_db
def test_what_comes_after_the_summary_waits_for_the_next_day() -> None:
    owner = person("owner")
    collect(owner, "Early")
    summaries.make_due(now=SEVEN)
    collect(owner, "Late")
    assert summaries.make_due(now=SEVEN + timedelta(hours=10)) == 0
    assert summaries.make_due(now=SEVEN + DAY) == 1
    first, second = made(owner)
    assert ("Early" in first.text, "Late" in first.text) == (True, False)
    assert ("Early" in second.text, "Late" in second.text) == (False, True)


@pytest.mark.django_db
def test_who_has_nothing_new_gets_no_mail_and_nobody_gets_that_of_another() -> None:
    owner, other, quiet = (person(name) for name in ("owner", "other", "quiet"))
    collect(owner, "For the owner")
    collect(other, "For the other")
    assert summaries.make_due(now=SEVEN) == 2
    assert "other" not in made(owner)[0].text
    assert made(quiet) == []


@pytest.mark.django_db
def test_who_is_locked_out_is_told_nothing() -> None:
    owner = person("owner", is_active=False)
    collect(owner, "News")
    assert summaries.make_due(now=SEVEN) == 0
    assert states(owner) == [State.COLLECTED]


@pytest.mark.django_db
def test_who_wants_no_summary_gets_none_by_the_link_in_the_last_one_and_reads_it_in_the_portal(
    mailoutbox: list[Any],
) -> None:
    owner = person("owner")
    collect(owner, "Early")
    summaries.make_due(now=SEVEN)
    [summary] = made(owner)
    link = unsubscribing.headers(user_id=owner.pk, kind=summaries.DAILY)["List-Unsubscribe"].strip("<>")
    assert link in summary.text
    assert f'href="{link}"' in summary.html
    outbox.send_batch(now=SEVEN)
    assert mailoutbox[0].extra_headers["List-Unsubscribe"] == f"<{link}>"

    Client(enforce_csrf_checks=True).post(link.removeprefix(settings.PORTAL_URL), {"List-Unsubscribe": "One-Click"})
    collect(owner, "Late")
    assert summaries.make_due(now=SEVEN + DAY) == 0
    assert (made(owner), states(owner)) == ([summary], [State.KEPT] * 2)


@pytest.mark.django_db
def test_many_people_are_served_in_portions() -> None:
    for number in range(PEOPLE):
        collect(person(f"reader{number}"), "News")
    assert [summaries.make_due(now=SEVEN, limit=2) for _tick in range(4)] == [2, 2, 1, 0]


@pytest.mark.django_db
def test_markup_in_a_notice_is_text_in_the_summary() -> None:
    owner = person("owner")
    collect(owner, '<b>Evil</b> "quoted"')
    summaries.make_due(now=SEVEN)
    [summary] = made(owner)
    assert "<b>Evil" not in summary.html
    assert len(summary.subject.splitlines()) == 1


# --- raced and killed -------------------------------------------------------------------------------------------------


def collected_for_many() -> list[User]:
    people = [person(f"reader{number}") for number in range(PEOPLE)]
    for each in people:
        collect(each, *(f"Notice {number} for {each.email}" for number in range(3)))
    return people


def check_each_is_named_once(people: list[User]) -> None:
    for each in people:
        [summary] = made(each)
        assert states(each) == [State.KEPT] * 3
        named = Counter(line for line in summary.text.splitlines() if line.startswith("Notice "))
        assert named == {f"Notice {number} for {each.email}": 1 for number in range(3)}


def test_six_at_once_make_each_summary_once(own_database: str) -> None:
    people = collected_for_many()
    barrier, counts = threading.Barrier(6), []

    def make() -> None:
        try:
            barrier.wait()
            counts.append(summaries.make_due(now=SEVEN))
        finally:
            connections.close_all()

    threads = [threading.Thread(target=make) for _number in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert (len(counts), sum(counts)) == (6, PEOPLE)
    check_each_is_named_once(people)


def test_a_killed_process_leaves_summary_and_notices_or_neither_and_the_next_one_goes_on(own_database: str) -> None:
    people = collected_for_many()
    code = CODE.format(left=3, now=SEVEN.isoformat())
    process = run_manage("shell", "-v", "0", "-c", code, database_url=own_database)
    try:
        process.communicate(timeout=60)
    finally:
        end(process)
    assert process.returncode == -signal.SIGKILL

    for each in people[:2]:
        assert (len(made(each)), states(each)) == (1, [State.KEPT] * 3)
    for each in people[2:]:
        assert (made(each), states(each)) == ([], [State.COLLECTED] * 3)
    assert summaries.make_due(now=SEVEN) == PEOPLE - 2
    check_each_is_named_once(people)


def test_what_is_collected_while_the_summary_is_made_waits_for_the_next(
    own_database: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    owner = person("owner")
    collect(owner, "Early")
    put = outbox.put

    def meanwhile(**values: object) -> bool:
        def late() -> None:
            collect(owner, "Late")
            connections.close_all()

        other = threading.Thread(target=late)
        other.start()
        other.join()
        return put(**values)  # type: ignore[arg-type]

    with monkeypatch.context() as patched:
        patched.setattr(outbox, "put", meanwhile)
        assert summaries.make_due(now=SEVEN) == 1
    assert states(owner) == [State.KEPT, State.COLLECTED]
    assert "Late" not in made(owner)[0].text
    assert summaries.make_due(now=SEVEN + DAY) == 1
    assert "Late" in made(owner)[1].text


@pytest.mark.django_db
@pytest.mark.usefixtures("today")
def test_the_task_makes_what_is_due() -> None:
    owner = person("owner")
    collect(owner, "News")
    make_summaries()
    make_summaries()
    assert len(made(owner)) == 1


@pytest.mark.django_db
def test_a_summary_that_cannot_be_made_holds_up_no_other(monkeypatch: pytest.MonkeyPatch) -> None:
    first, second = person("first"), person("second")
    for reader in (first, second):
        collect(reader, "one")
    about = summaries.about
    monkeypatch.setattr(
        summaries,
        "about",
        lambda mails: about(mails if mails[0].recipient_id != first.pk else [None]),  # type: ignore[list-item]
    )
    assert summaries.make_due(now=SEVEN) == 1
    assert (len(made(first)), len(made(second))) == (0, 1)
    assert states(first) == [State.COLLECTED]
    monkeypatch.undo()
    assert summaries.make_due(now=SEVEN) == 1
