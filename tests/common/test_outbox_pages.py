"""Platform admins look after the sending: what waits, failed or is uncertain, and stopping all of it."""

from __future__ import annotations

from typing import Any

import pytest

from common import mail_operations, outbox, stopping
from common.access import Actor
from common.models import MailStop, OutboxMail, User
from common.tasks import send_mails
from tests.common.telling import MANDATORY, OPENING, OPTIONAL, tell
from tests.people import person, platform_admin, signed_in
from tests.world import NOW, World

pytestmark = pytest.mark.django_db
LIST, DECIDE, STOP, GO_ON = "/mail/outbox/", "/mail/outbox/decide/", "/mail/outbox/stop/", "/mail/outbox/go-on/"
State = OutboxMail.State
GONE = "None of these mails waits for a decision any more."


@pytest.fixture
def admin(db: None) -> User:
    return platform_admin()


def page(user: User, path: str = LIST) -> str:
    answer = signed_in(user).get(path)
    assert answer.status_code == 200
    return answer.content.decode()


def decide(user: User, path: str, decision: str) -> str:
    """What the page says after a decision."""
    return signed_in(user).post(path, {"decision": decision}, follow=True).content.decode()


def states(*mails: OutboxMail) -> list[str]:
    return [OutboxMail.objects.get(pk=mail.pk).state for mail in mails]


# --- who --------------------------------------------------------------------------------------------------------------


def test_for_everybody_else_there_is_no_such_page(world: World) -> None:
    mail = tell(world.reseller_owner, state=State.FAILED)
    one = f"{LIST}{mail.pk}/"
    for user in (world.vendor_admin, world.channel_manager, world.reseller_owner, world.reporter, person("stranger")):
        client = signed_in(user)
        assert [client.get(path).status_code for path in (LIST, one)] == [404, 404]
        posts = ((DECIDE, {"decision": "dismiss"}), (f"{one}decide/", {"decision": "dismiss"}), (STOP, {"reason": "x"}))
        assert [client.post(path, data).status_code for path, data in (*posts, (GO_ON, {}))] == [404] * 4
    assert states(mail) == [State.FAILED]
    assert not MailStop.objects.exists()


def test_services_ask_too(world: World) -> None:
    mail, actor = tell(world.reseller_owner, state=State.FAILED), Actor.of(world.vendor_admin)
    for call in (
        lambda: mail_operations.mails(actor=actor),
        lambda: mail_operations.counts(actor=actor),
        lambda: mail_operations.by_day(actor=actor, today=NOW.date()),
        lambda: mail_operations.send_again(actor=actor, ids=[mail.pk], now=NOW),
        lambda: mail_operations.dismiss(actor=actor, ids=[mail.pk], now=NOW),
    ):
        with pytest.raises(mail_operations.NotAllowed):
            call()
    assert states(mail) == [State.FAILED]


# --- looking ----------------------------------------------------------------------------------------------------------


def test_the_page_counts_and_lists_and_one_mail_says_what_went_wrong(admin: User) -> None:
    owner = person("owner")
    failed = tell(owner, state=State.FAILED, error="SMTPRecipientsRefused", attempts=5)
    tell(owner, MANDATORY)
    counts = mail_operations.counts(actor=Actor.of(admin))
    assert counts == {"pending": 1, "claimed": 0, "failed": 1, "uncertain": 0}
    assert "owner@example.com" in page(admin)
    text = page(admin, f"{LIST}{failed.pk}/")
    assert "SMTPRecipientsRefused" in text
    assert failed.message_id.strip("<>") in text


def test_what_a_mail_says_to_its_reader_is_not_shown(admin: User) -> None:
    """Among them are links that let their reader in."""
    mail = tell(person("owner"), OPENING, subject="Secret subject", text="Secret text", html="Secret html", url="/hid/")
    for path in (LIST, f"{LIST}?export=csv", f"{LIST}{mail.pk}/"):
        text = page(admin, path)
        assert "Secret" not in text
        assert "/hid/" not in text


def test_a_mail_that_is_not_there_is_not_found(admin: User) -> None:
    assert signed_in(admin).get(f"{LIST}999999/").status_code == 404


def test_each_day_says_what_was_made_and_what_became_of_it(admin: User, today: Any) -> None:
    owner = person("owner")
    for number, state in enumerate(State.values):
        tell(owner, period=str(number), state=state)
    days = mail_operations.by_day(actor=Actor.of(admin), today=today)
    assert len(days) == mail_operations.DAYS
    assert (days[0].made, days[-1].day) == (0, today)
    last = days[-1]
    assert (last.made, last.sent, last.waiting, last.open) == (8, 1, 3, 2)
    assert "Today: 8 made, 1 of them sent." in page(admin)


# --- deciding ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("state", [State.FAILED, State.UNCERTAIN])
def test_sent_again_a_mail_waits_as_a_new_one_and_is_sent(admin: User, state: str) -> None:
    mail = tell(person("owner"), state=state, attempts=5, error="x", claimed_at=NOW)
    assert "1 mail is sent again." in decide(admin, f"{LIST}{mail.pk}/decide/", "again")
    again = OutboxMail.objects.get(pk=mail.pk)
    assert (again.state, again.attempts, again.error, again.claimed_at) == (State.PENDING, 0, "", None)
    assert (again.handled_by, again.message_id) == (admin, mail.message_id)
    assert again.handled_at is not None
    assert outbox.send_batch(now=NOW).sent == 1
    assert states(mail) == [State.SENT]
    assert "Platform Admin" in page(admin, f"{LIST}{mail.pk}/")


def test_a_dismissed_mail_is_never_sent(admin: User) -> None:
    mail = tell(person("owner"), state=State.UNCERTAIN)
    assert "1 mail is dismissed." in decide(admin, f"{LIST}{mail.pk}/decide/", "dismiss")
    outbox.sweep(now=NOW)
    assert outbox.send_batch(now=NOW).taken == 0
    assert states(mail) == [State.DISMISSED]


@pytest.mark.parametrize("state", [each for each in State.values if each not in mail_operations.OPEN])
@pytest.mark.parametrize("decision", ["again", "dismiss"])
def test_only_what_failed_or_is_uncertain_waits_for_a_decision(admin: User, state: str, decision: str) -> None:
    mail = tell(person("owner"), state=state)
    assert GONE in decide(admin, f"{LIST}{mail.pk}/decide/", decision)
    assert states(mail) == [state]
    assert 'name="decision"' not in page(admin, f"{LIST}{mail.pk}/")


def test_a_second_click_is_told_that_it_was_decided(admin: User) -> None:
    mail = tell(person("owner"), state=State.FAILED)
    decide(admin, f"{LIST}{mail.pk}/decide/", "dismiss")
    assert GONE in decide(platform_admin("second"), f"{LIST}{mail.pk}/decide/", "again")
    decided = OutboxMail.objects.get(pk=mail.pk)
    assert (decided.state, decided.handled_by) == (State.DISMISSED, admin)


def test_what_is_no_decision_changes_nothing(admin: User) -> None:
    mail = tell(person("owner"), state=State.FAILED)
    for decision in ("", "delete"):
        assert signed_in(admin).post(DECIDE, {"decision": decision}).status_code == 404
    assert signed_in(admin).get(DECIDE).status_code == 405
    assert states(mail) == [State.FAILED]


def test_a_mail_whose_words_are_forgotten_is_not_sent_again_but_can_be_dismissed(admin: User) -> None:
    mail = tell(person("owner"), state=State.FAILED, subject="", text="", html="")
    assert "there is nothing to send. Please dismiss it." in decide(admin, f"{LIST}{mail.pk}/decide/", "again")
    assert states(mail) == [State.FAILED]
    assert "1 mail is dismissed." in decide(admin, f"{LIST}{mail.pk}/decide/", "dismiss")
    assert GONE in decide(admin, f"{LIST}{mail.pk}/decide/", "again")


def test_whose_doing_it_was_that_a_mail_could_not_be_sent_is_said(admin: User) -> None:
    refused = tell(person("owner"), state=State.FAILED, error="SMTPRecipientsRefused", attempts=1)
    unwritten = tell(person("sales"), state=State.FAILED, error="KeyError", text="", html="")
    written, empty = page(admin, f"{LIST}{refused.pk}/"), page(admin, f"{LIST}{unwritten.pk}/")
    assert "refused by the mail server" in written
    assert "Send again" in written
    assert "could not be written" in empty
    assert "refused by the mail server" not in empty
    assert "Send again" not in empty


def test_everything_the_filter_shows_is_decided_at_once_and_nothing_else(admin: User) -> None:
    owner = person("owner")
    failed = [tell(owner, period=str(number), state=State.FAILED) for number in range(30)]
    uncertain, sent = tell(owner, MANDATORY, state=State.UNCERTAIN), tell(owner, MANDATORY, period="x", state="sent")
    text = page(admin, f"{LIST}?kind={OPTIONAL}")
    assert "30 mails of this list wait for your decision." in text
    assert f'action="{DECIDE}?kind={OPTIONAL}"' in text
    assert "30 mails are sent again." in decide(admin, f"{DECIDE}?kind={OPTIONAL}", "again")
    assert set(states(*failed)) == {State.PENDING}
    assert states(uncertain, sent) == [State.UNCERTAIN, State.SENT]
    assert "1 mail is dismissed." in decide(admin, f"{DECIDE}?search=owner&state=uncertain", "dismiss")
    assert GONE in decide(admin, DECIDE, "dismiss")


@pytest.mark.parametrize("query", ["state=nonsense", "kind=nonsense", "created_at_from=nonsense"])
def test_with_a_filter_that_means_nothing_nothing_is_decided(admin: User, query: str) -> None:
    mail = tell(person("owner"), state=State.FAILED)
    decide(admin, f"{DECIDE}?{query}", "dismiss")
    assert states(mail) == [State.FAILED]


# --- stopping ---------------------------------------------------------------------------------------------------------


def test_while_the_mail_is_stopped_mails_are_made_and_wait(admin: User) -> None:
    before = tell(person("owner"))
    text = signed_in(admin).post(STOP, {"reason": "The server is moved."}, follow=True).content.decode()
    assert "stopped by Platform Admin" in text
    assert "The server is moved." in text
    since = tell(person("other"), MANDATORY)
    send_mails()
    assert states(before, since) == [State.PENDING, State.PENDING]
    assert "Mails are sent again." in signed_in(admin).post(GO_ON, follow=True).content.decode()
    send_mails()
    assert states(before, since) == [State.SENT, State.SENT]
    assert 'id="stop"' in page(admin)


def test_who_stopped_it_why_and_who_let_it_go_on_stays_on_record(admin: User) -> None:
    second = platform_admin("second")
    signed_in(admin).post(STOP, {"reason": "  The server is moved.  "})
    signed_in(second).post(GO_ON)
    kept = MailStop.objects.get()
    assert (kept.stopped_by, kept.reason, kept.ended_by) == (admin, "The server is moved.", second)
    assert kept.stopped_at <= kept.ended_at  # type: ignore[operator]
    signed_in(second).post(STOP, {"reason": "Again."})
    assert MailStop.objects.count() == 2


def test_a_stop_needs_a_reason(admin: User) -> None:
    for reason in ("", "   ", "x" * 301):
        answer = signed_in(admin).post(STOP, {"reason": reason})
        assert answer.status_code == 422
        assert answer.context["form"].errors
    with pytest.raises(stopping.ReasonMissing):
        stopping.stop(actor=Actor.of(admin), reason=" ", now=NOW)
    assert not stopping.is_stopped()


def test_a_second_stop_and_a_second_go_on_say_so(admin: User) -> None:
    client = signed_in(admin)
    client.post(STOP, {"reason": "First."})
    answer = client.post(STOP, {"reason": "Second."})
    assert answer.status_code == 422
    assert "The mail is stopped already." in answer.content.decode()
    client.post(GO_ON)
    assert "The mail is not stopped any more." in client.post(GO_ON, follow=True).content.decode()
    assert MailStop.objects.get().reason == "First."
    assert client.get(STOP).status_code == client.get(GO_ON).status_code == 405
