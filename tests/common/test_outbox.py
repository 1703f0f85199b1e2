"""The outbox against a server that speaks real SMTP."""

from __future__ import annotations

import copy
import threading
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from django.db import connection, connections
from pytest_django import Settings

from common import outbox, registry
from common.models import OutboxMail, User
from common.registry import Attachment, MailKind
from tests.people import person
from tests.smtp_sink import Sink

NOW = datetime(2026, 11, 16, 11, 0, tzinfo=UTC)
LATER = NOW + timedelta(hours=6)
State = OutboxMail.State


@pytest.fixture(autouse=True)
def kinds(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    """Two kinds of mail: news of the week, and a document that must arrive."""
    settings.TEMPLATES = copy.deepcopy(settings.TEMPLATES)
    settings.TEMPLATES[0]["DIRS"].append(Path(__file__).parent / "templates")
    monkeypatch.setattr(registry, "mails", registry.Registry[MailKind]())
    registry.mails.register(MailKind("news", "News", "sample", dict))
    registry.mails.register(MailKind("document", "Document", "sample", dict, resend_when_uncertain=True))


def put(recipient: User, *, kind: str = "news", period: str = "2026W47", **context: str) -> OutboxMail:
    outbox.put(kind=kind, period=period, recipient=recipient, context={"company": "Müller & Söhne", **context})
    return OutboxMail.objects.get(kind=kind, period=period, recipient=recipient)


def send(now: datetime = NOW) -> outbox.Batch:
    return outbox.send_batch(now=now)


def state_of(mail: OutboxMail) -> str:
    mail.refresh_from_db()
    return mail.state


@pytest.mark.django_db
def test_a_mail_is_made_once_per_kind_period_and_recipient() -> None:
    owner = person("owner")
    first = put(owner)
    assert outbox.put(kind="news", period="2026W47", recipient=owner, context={"company": "changed"}) is False
    assert outbox.put(kind="news", period="2026W48", recipient=owner, context={"company": "next week"}) is True
    assert OutboxMail.objects.count() == 2
    assert "Müller & Söhne" in OutboxMail.objects.get(pk=first.pk).text


@pytest.mark.django_db
def test_a_mail_is_written_in_the_language_of_its_recipient_and_escaped_only_in_html() -> None:
    mail = put(person("owner", language="en"))
    assert mail.language == "en"
    assert mail.subject == "News for Müller & Söhne"
    assert "about Müller & Söhne." in mail.text
    assert "about Müller &amp; Söhne." in mail.html
    assert mail.text.startswith("Hello Owner,")


@pytest.mark.django_db
def test_the_server_gets_the_mail_with_both_bodies_and_a_message_id_of_its_own(sink: Sink) -> None:
    mail = put(person("owner"))
    assert send() == outbox.Batch(taken=1, sent=1)
    [(recipient, message)] = sink.taken
    assert recipient == "owner@example.com"
    assert message["Message-ID"] == mail.message_id
    assert message["Auto-Submitted"] == "auto-generated"
    assert [part.get_content_type() for part in message.walk()][1:] == ["text/plain", "text/html"]
    assert state_of(mail) == State.SENT
    assert send() == outbox.Batch(taken=0, sent=0)


@pytest.mark.django_db
def test_somebody_without_an_account_gets_a_mail_once_too(sink: Sink) -> None:
    buyer = outbox.Addressee("buyer@example.com", "en")
    values = {"kind": "news", "period": "2026W47", "context": {"company": "Müller & Söhne"}}
    assert outbox.put(recipient=buyer, **values) is True  # type: ignore[arg-type]
    assert outbox.put(recipient=buyer, **values) is False  # type: ignore[arg-type]
    assert outbox.put(recipient=outbox.Addressee("other@example.com", "de"), **values) is True  # type: ignore[arg-type]
    put(person("owner"))
    first, second, _third = OutboxMail.objects.order_by("id")
    assert first.text.startswith("Hello,\n")
    assert first.message_id != second.message_id
    assert send() == outbox.Batch(taken=3, sent=3)
    assert sink.recipients == ["buyer@example.com", "other@example.com", "owner@example.com"]


@pytest.mark.django_db
def test_the_message_id_follows_from_the_occasion_alone() -> None:
    owner = person("owner")
    mail, other = put(owner), put(owner, period="2026W48")
    same = OutboxMail(kind="news", period="2026W47", recipient=owner, subject="another subject")
    assert mail.message_id == same.message_id != other.message_id


@pytest.mark.django_db
def test_a_line_break_in_a_name_adds_no_header(sink: Sink) -> None:
    put(person("owner"), company="Evil\r\nBcc: victim@example.com", second_line="X-Second: yes")
    send()
    [(_recipient, message)] = sink.taken
    assert message["Subject"] == "News for Evil Bcc: victim@example.com X-Second: yes"
    assert message["Bcc"] is None
    assert message["X-Second"] is None


@pytest.mark.django_db
def test_a_line_break_in_an_address_fails_this_mail_alone(sink: Sink) -> None:
    poisoned = put(person("poisoned"))
    OutboxMail.objects.filter(pk=poisoned.pk).update(address="a@example.com\r\nBcc: victim@example.com")
    put(person("owner"))
    assert send() == outbox.Batch(taken=2, sent=1)
    assert state_of(poisoned) == State.FAILED
    assert sink.recipients == ["owner@example.com"]


@pytest.mark.django_db
@pytest.mark.parametrize(
    "address", ["refuse@example.com", "later@example.com", "hangs-up@example.com", "dropped@example.com"]
)
def test_a_bad_address_delays_nobody(sink: Sink, address: str) -> None:
    bad = put(person("bad"))
    OutboxMail.objects.filter(pk=bad.pk).update(address=address)
    good = [put(person(f"good{number}")) for number in range(3)]
    batch = send()
    assert (batch.sent, batch.stopped) == (3, False)
    assert [state_of(mail) for mail in good] == [State.SENT] * 3
    assert state_of(bad) != State.SENT


@pytest.mark.django_db
def test_a_mail_whose_files_cannot_be_made_fails_alone(sink: Sink) -> None:
    def broken(mail: OutboxMail) -> list[Attachment]:
        raise LookupError(mail.period)

    registry.mails.register(MailKind("broken", "Broken", "sample", dict, attachments=broken))
    mail, good = put(person("bad"), kind="broken"), put(person("owner"))
    assert send() == outbox.Batch(taken=2, sent=1)
    assert (state_of(mail), mail.error) == (State.FAILED, "LookupError")
    assert state_of(good) == State.SENT


@pytest.mark.django_db
def test_an_address_refused_for_good_is_not_tried_again(sink: Sink) -> None:
    mail = put(person("refuse"))
    send()
    assert (state_of(mail), mail.error, mail.attempts) == (State.FAILED, "SMTPRecipientsRefused", 1)
    assert send(LATER).taken == 0


@pytest.mark.django_db
def test_an_address_refused_for_now_is_tried_five_times_at_growing_distances(sink: Sink) -> None:
    mail = put(person("later"))
    moments = [NOW + timedelta(minutes=5 * minutes) for minutes in range(200)]
    tried = [moment - NOW for moment in moments if send(moment).taken]
    assert [distance.total_seconds() / 60 for distance in tried] == [0, 5, 20, 65, 200]
    assert (state_of(mail), mail.attempts) == (State.FAILED, outbox.ATTEMPTS)


@pytest.mark.django_db
def test_a_server_that_is_away_costs_no_attempt_and_loses_nothing(sink: Sink, settings: Settings) -> None:
    mails = [put(person(name)) for name in ("owner", "bookkeeping")]
    port, settings.EMAIL_PORT = settings.EMAIL_PORT, 1
    for day in range(1, 30):
        assert send(NOW + timedelta(days=day)) == outbox.Batch(taken=0, sent=0, stopped=True)
    assert {(state_of(mail), mail.attempts) for mail in mails} == {(State.PENDING, 0)}
    settings.EMAIL_PORT = port
    assert send(NOW + timedelta(days=31)).sent == 2


@pytest.mark.django_db
def test_a_server_that_refuses_our_sender_is_treated_as_away(sink: Sink) -> None:
    mail = put(person("owner"))
    sink.sender_code = 530
    assert send().stopped
    assert (state_of(mail), mail.attempts) == (State.PENDING, 0)
    sink.sender_code = 250
    assert send(LATER).sent == 1


@pytest.mark.django_db
def test_a_server_that_refuses_our_name_is_treated_as_away(sink: Sink) -> None:
    mail = put(person("owner"))
    sink.hello = "550 who is that"
    assert send().stopped
    assert (state_of(mail), mail.attempts) == (State.PENDING, 0)


@pytest.mark.django_db
def test_a_mail_whose_message_was_not_given_yet_is_tried_again(sink: Sink, settings: Settings) -> None:
    settings.EMAIL_TIMEOUT = 0.3
    mail = put(person("mute"))
    for attempt in range(1, outbox.ATTEMPTS):
        send(NOW + timedelta(days=attempt))
        assert (state_of(mail), mail.attempts) == (State.PENDING, attempt)
    send(NOW + timedelta(days=outbox.ATTEMPTS))
    assert state_of(mail) == State.FAILED


@pytest.mark.django_db
def test_a_mail_too_large_for_the_server_fails_alone(sink: Sink) -> None:
    mail = put(person("owner"))
    sink.sender_code = outbox.TOO_LARGE
    assert not send().stopped
    assert state_of(mail) == State.FAILED


@pytest.mark.django_db
def test_a_connection_lost_after_the_message_leaves_it_uncertain_and_news_are_not_sent_again(
    sink: Sink,
) -> None:
    mail = put(person("dropped"))
    send()
    assert state_of(mail) == State.UNCERTAIN
    outbox.sweep(now=LATER)
    assert send(LATER).taken == 0
    assert sink.recipients == ["dropped@example.com"]
    assert state_of(mail) == State.UNCERTAIN


@pytest.mark.django_db
def test_an_uncertain_document_is_sent_again_under_the_same_message_id_until_the_attempts_are_used_up(
    sink: Sink,
) -> None:
    mail = put(person("dropped"), kind="document")
    for hours in range(10):
        send(NOW + timedelta(hours=hours))
        outbox.sweep(now=NOW + timedelta(hours=hours))
    assert len(sink.taken) == outbox.ATTEMPTS
    assert {message["Message-ID"] for _recipient, message in sink.taken} == {mail.message_id}
    assert state_of(mail) == State.UNCERTAIN


@pytest.mark.django_db
@pytest.mark.parametrize(("kind", "sent_again"), [("news", False), ("document", True)])
def test_a_claim_left_by_a_crash_becomes_uncertain_and_only_documents_go_out_again(
    sink: Sink, kind: str, sent_again: bool
) -> None:
    mail = put(person("owner"), kind=kind)
    assert outbox.claim(now=NOW) == mail  # and here the sender is killed
    assert send(NOW).taken == 0
    assert outbox.sweep(now=NOW + outbox.CLAIM_EXPIRES) == 0
    assert outbox.sweep(now=NOW + outbox.CLAIM_EXPIRES + timedelta(seconds=1)) == 1
    send(LATER)
    assert len(sink.taken) == sent_again
    assert state_of(mail) == (State.SENT if sent_again else State.UNCERTAIN)


@pytest.mark.django_db
def test_a_late_answer_still_counts_but_never_for_the_claim_of_another_sender(sink: Sink) -> None:
    mail = put(person("owner"), kind="document")
    slow = outbox.claim(now=NOW)
    assert slow is not None
    OutboxMail.objects.filter(pk=mail.pk).update(state=State.UNCERTAIN)
    outbox._answer(slow, State.SENT, NOW)
    assert state_of(mail) == State.SENT

    again = put(person("bookkeeping"), kind="document")
    slow = outbox.claim(now=NOW)
    assert slow is not None
    outbox.sweep(now=LATER)
    assert outbox.claim(now=LATER) == again
    outbox._answer(slow, State.FAILED, LATER)
    assert state_of(again) == State.CLAIMED


def race(senders: int) -> int:
    """Senders at the same time, each on a connection of its own; returns how many mails they say they sent."""
    barrier, counts = threading.Barrier(senders), []

    def run() -> None:
        barrier.wait()
        counts.append(send().sent)
        connections.close_all()

    threads = [threading.Thread(target=run) for _number in range(senders)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return sum(counts)


def test_six_senders_at_once_send_each_mail_once(own_database: str, sink: Sink) -> None:
    for number in range(40):
        put(person(f"reader{number}"))
    assert race(6) == 40
    assert sorted(sink.recipients) == sorted(f"reader{number}@example.com" for number in range(40))


def test_without_the_lock_the_same_race_sends_mails_twice(
    own_database: str, sink: Sink, monkeypatch: pytest.MonkeyPatch
) -> None:
    for number in range(40):
        put(person(f"reader{number}"))
    monkeypatch.setattr(type(OutboxMail.objects.all()), "select_for_update", lambda self, **options: self)
    race(6)
    assert len(sink.taken) > 40


def test_a_claim_is_committed_before_the_server_hears_of_the_mail(own_database: str, sink: Sink) -> None:
    mail = put(person("owner"))
    seen = []
    take = sink.take

    def look_from_another_connection(recipient: str, content: bytes) -> None:
        seen.append(OutboxMail.objects.get(pk=mail.pk).state)
        connections.close_all()
        take(recipient, content)

    sink.take = look_from_another_connection  # type: ignore[method-assign]
    send()
    assert seen == [State.CLAIMED]
    assert not connection.in_atomic_block


@pytest.mark.django_db
def test_what_is_made_for_one_person_does_not_wait_behind_what_is_made_for_many(sink: Sink) -> None:
    """Ten thousand mails of a week take a while; who has forgotten a password waits for theirs."""
    readers = [person(f"reader{number}") for number in range(3)]
    outbox.put_all(kind="news", letters=[("2026W47", reader, {"company": "x"}) for reader in readers])
    put(person("forgetful"), kind="document")
    assert send().sent == 4
    assert sink.recipients[0] == "forgetful@example.com"


@pytest.mark.django_db
def test_one_of_many_that_cannot_be_written_fails_alone_and_is_listed(sink: Sink) -> None:
    class Poison:
        def __str__(self) -> str:
            raise ZeroDivisionError

    readers = [person(f"reader{number}") for number in range(3)]
    contexts: list[dict[str, object]] = [{"company": "x"}, {"company": Poison()}, {"company": "z"}]
    outbox.put_all(kind="news", letters=[("2026W47", *each) for each in zip(readers, contexts, strict=True)])
    assert send().sent == 2
    failed = OutboxMail.objects.get(state=State.FAILED)
    assert (failed.recipient, failed.error, failed.text) == (readers[1], "ZeroDivisionError", "")
    assert failed.subject == registry.mails["news"].label
