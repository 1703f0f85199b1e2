"""Another e-mail address: asked at both, done when both have confirmed, and nobody learns who else has an account."""

from __future__ import annotations

import threading
from datetime import timedelta
from typing import Any

import pytest
from allauth.account.models import EmailAddress
from django.contrib.auth.tokens import default_token_generator
from django.db import IntegrityError, connections, transaction
from pytest_django import Settings

from common import account_mails, email_change, erasing, outbox
from common.access import Actor
from common.email_change import LASTS, Link, SameAddress, State, UnknownLink
from common.models import EmailChange, OutboxMail, User
from tests.common.changing_address import NEW, address_of, begin
from tests.people import person
from tests.smtp_sink import running_sink
from tests.world import NOW

pytestmark = pytest.mark.django_db


def told() -> list[tuple[str, str]]:
    return list(OutboxMail.objects.order_by("pk").values_list("kind", "address"))


# --- the service -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("order", [(0, 1), (1, 0)], ids=["old first", "new first"])
def test_the_address_changes_when_both_have_confirmed(order: tuple[int, int]) -> None:
    owner = person("owner")
    EmailAddress.objects.create(user=owner, email="one.more@example.com", verified=True)
    links = begin(owner)
    assert told() == [(account_mails.CONFIRM_OLD, "owner@example.com"), (account_mails.CONFIRM_NEW, NEW)]

    first, second = links[order[0]], links[order[1]]
    assert email_change.confirm(secret=first, now=NOW).state == State.CONFIRMED
    assert address_of(owner)[0] == "owner@example.com"
    assert email_change.confirm(secret=second, now=NOW).state == State.DONE
    assert address_of(owner) == (NEW, [(NEW, True, True)])
    assert told()[2:] == [(account_mails.ADDRESS_CHANGED, "owner@example.com"), (account_mails.ADDRESS_CHANGED, NEW)]


def test_a_link_used_again_changes_nothing() -> None:
    old, new = begin(person("owner"))
    for _time in range(2):
        assert email_change.confirm(secret=old, now=NOW).state == State.CONFIRMED
    change = EmailChange.objects.get()
    assert (change.old_confirmed_at, change.new_confirmed_at) == (NOW, None)
    email_change.confirm(secret=new, now=NOW)
    for secret in (old, new):
        assert email_change.confirm(secret=secret, now=NOW + LASTS * 3).state == State.DONE
    assert len(told()) == 4


def test_after_two_days_a_link_changes_nothing() -> None:
    owner = person("owner")
    old, new = begin(owner)
    email_change.confirm(secret=old, now=NOW + LASTS - timedelta(seconds=1))
    assert email_change.confirm(secret=new, now=NOW + LASTS).state == State.EXPIRED
    assert address_of(owner)[0] == "owner@example.com"
    assert email_change.open_change(user=owner, now=NOW + LASTS) is None


def test_a_withdrawn_change_is_over() -> None:
    owner = person("owner")
    old, new = begin(owner)
    email_change.confirm(secret=old, now=NOW)
    assert email_change.withdraw(user=owner, now=NOW) is True
    assert email_change.withdraw(user=owner, now=NOW) is False
    assert email_change.confirm(secret=new, now=NOW).state == State.ENDED
    assert address_of(owner)[0] == "owner@example.com"


def test_the_old_address_says_that_it_was_somebody_else() -> None:
    owner = person("owner")
    old, new = begin(owner)
    email_change.confirm(secret=new, now=NOW)
    with pytest.raises(UnknownLink):
        email_change.disown(secret=new, now=NOW)
    assert email_change.disown(secret=old, now=NOW).state == State.ENDED
    assert EmailChange.objects.get().ended_why == EmailChange.Why.NOT_ME
    assert email_change.confirm(secret=old, now=NOW).state == State.ENDED
    assert address_of(owner)[0] == "owner@example.com"


def test_what_is_done_is_not_stopped_any_more() -> None:
    owner = person("owner")
    old, new = begin(owner)
    for secret in (old, new):
        email_change.confirm(secret=secret, now=NOW)
    assert email_change.disown(secret=old, now=NOW).state == State.DONE
    assert address_of(owner)[0] == NEW


def test_a_second_wish_replaces_the_first() -> None:
    owner = person("owner")
    old, _new = begin(owner)
    begin(owner, "third@example.com")
    assert email_change.look(secret=old, now=NOW).state == State.ENDED
    assert EmailChange.objects.filter(ended_at=None).get().new_address == "third@example.com"


@pytest.mark.parametrize("same", ["owner@example.com", " Owner@Example.com "])
def test_the_same_address_is_no_change(same: str) -> None:
    with pytest.raises(SameAddress):
        begin(person("owner"), same)


@pytest.mark.parametrize("secret", ["", "made-up"])
def test_a_link_nobody_was_sent_leads_nowhere(secret: str) -> None:
    begin(person("owner"))
    for step in (email_change.look, email_change.confirm, email_change.disown):
        with pytest.raises(UnknownLink):
            step(secret=secret, now=NOW)


def test_links_of_somebody_locked_out_lead_nowhere() -> None:
    owner = person("owner")
    old, _new = begin(owner)
    User.objects.filter(pk=owner.pk).update(is_active=False)
    with pytest.raises(UnknownLink):
        email_change.confirm(secret=old, now=NOW)


def test_a_link_followed_while_its_person_is_taken_out_leads_nowhere(monkeypatch: pytest.MonkeyPatch) -> None:
    owner = person("owner")
    old, _new = begin(owner)
    seen = email_change.look

    def taken_out_meanwhile(**asked: Any) -> Link:
        link = seen(**asked)
        erasing.anonymise(user=owner, actor=Actor.of(owner), now=NOW)
        return link

    monkeypatch.setattr(email_change, "look", taken_out_meanwhile)
    with pytest.raises(UnknownLink):
        email_change.confirm(secret=old, now=NOW)


def test_only_digests_of_the_links_are_kept() -> None:
    links = begin(person("owner"))
    kept = str(EmailChange.objects.values().get())
    assert not any(link in kept for link in links)


def test_a_mail_that_opens_something_is_forgotten_once_it_is_sent(settings: Settings) -> None:
    old, _new = begin(person("owner"))
    with running_sink() as sink:
        settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
        settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", sink.port
        settings.EMAIL_HOST_USER = settings.EMAIL_HOST_PASSWORD = ""
        outbox.send_batch(now=NOW)
        assert old in sink.taken[0][1].get_body(("plain",)).get_content()  # type: ignore[union-attr]
    assert set(OutboxMail.objects.values_list("state", "text", "html")) == {("sent", "", "")}


def test_a_name_is_not_written_to_an_address_that_may_be_a_strangers() -> None:
    begin(person("owner", first_name="Win", last_name="https://evil.example"))
    to_old, to_new = OutboxMail.objects.order_by("pk")
    assert "evil" in to_old.text
    assert "evil" not in to_new.text + to_new.html + to_new.subject
    assert "owner@example.com" not in to_new.text + to_new.html


def test_links_to_set_a_password_end_with_the_address() -> None:
    owner = person("owner")
    token = default_token_generator.make_token(owner)
    for secret in begin(owner):
        email_change.confirm(secret=secret, now=NOW)
    owner.refresh_from_db()
    assert not default_token_generator.check_token(owner, token)


def test_a_change_belongs_to_its_person() -> None:
    owner, other = person("owner"), person("other")
    begin(owner)
    assert EmailChange.objects.visible_to(Actor.of(owner)).count() == 1
    assert EmailChange.objects.visible_to(Actor.of(other)).count() == 0


@pytest.mark.parametrize(
    "values",
    [{"done_at": NOW}, {"done_at": NOW, "old_confirmed_at": NOW}, {"done_at": NOW, "new_confirmed_at": NOW}],
)
def test_the_database_lets_nothing_be_done_that_was_not_confirmed_by_both(values: dict[str, Any]) -> None:
    begin(person("owner"))
    with pytest.raises(IntegrityError), transaction.atomic():
        EmailChange.objects.update(**values)


# --- addresses that have an account ----------------------------------------------------------------------------------


@pytest.mark.parametrize("confirmed", [True, False], ids=["confirmed", "unconfirmed"])
def test_an_address_that_has_an_account_is_told_and_gets_no_link(confirmed: bool) -> None:
    owner, other = person("owner"), person("other", language="de")
    EmailAddress.objects.filter(user=other).update(verified=confirmed)
    old, new = begin(owner, "Other@example.com")
    assert told() == [(account_mails.CONFIRM_OLD, owner.email), (account_mails.ADDRESS_TAKEN, other.email)]
    assert OutboxMail.objects.latest("pk").language == "de"
    assert new == ""
    assert email_change.confirm(secret=old, now=NOW).state == State.CONFIRMED, "as with any other address"
    assert address_of(owner)[0] == "owner@example.com"


def test_a_further_address_of_somebody_is_taken_too() -> None:
    EmailAddress.objects.create(user=person("other"), email=NEW, verified=True)
    assert begin(person("owner"))[1] == ""


@pytest.mark.parametrize("last", [0, 1], ids=["old last", "new last"])
def test_an_address_taken_meanwhile_ends_the_change(last: int) -> None:
    owner = person("owner")
    links = begin(owner)
    email_change.confirm(secret=links[1 - last], now=NOW)
    person("new.address")
    link = email_change.confirm(secret=links[last], now=NOW)
    assert link.state == State.ENDED
    assert EmailChange.objects.get().ended_why == EmailChange.Why.TAKEN
    assert address_of(owner) == ("owner@example.com", [("owner@example.com", True, True)])
    assert account_mails.ADDRESS_CHANGED not in dict(told())


@pytest.mark.django_db(transaction=True)
def test_both_addresses_at_once_change_it_once() -> None:
    owner = person("owner")
    links = begin(owner)
    states: list[State] = []

    def run(secret: str) -> None:
        try:
            states.append(email_change.confirm(secret=secret, now=NOW).state)
        finally:
            connections.close_all()

    threads = [threading.Thread(target=run, args=(secret,)) for secret in (*links, *links)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(states) == 4
    assert State.DONE in states
    assert address_of(owner)[0] == NEW
    assert len(told()) == 4
