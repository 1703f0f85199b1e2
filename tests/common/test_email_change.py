"""Another e-mail address: asked at both, done when both have confirmed, and nobody learns who else has an account."""

from __future__ import annotations

import re
import threading
from datetime import timedelta
from typing import Any

import pytest
import time_machine
from allauth.account.models import EmailAddress
from django.contrib.auth.tokens import default_token_generator
from django.db import IntegrityError, connections, transaction
from django.test import Client
from pytest_django import Settings

from common import account_mails, email_change, erasing, outbox
from common.access import Actor
from common.email_change import LASTS, Link, SameAddress, Side, State, UnknownLink
from common.models import EmailChange, OutboxMail, User
from tests.people import PASSWORD, person
from tests.smtp_sink import running_sink
from tests.world import NOW

pytestmark = pytest.mark.django_db
NEW = "new.address@example.com"
SECRET = re.compile(r"/account/email/link/([^/\s]+)/")


def begin(user: User, new: str = NEW) -> tuple[str, str]:
    """The secrets of the links to the old and to the new address; the latter empty if no link was sent there."""
    change = email_change.start(user=user, new_address=new, now=NOW)
    return secret_in(account_mails.CONFIRM_OLD, change), secret_in(account_mails.CONFIRM_NEW, change)


def secret_in(kind: str, change: EmailChange) -> str:
    mail = OutboxMail.objects.filter(kind=kind, period=f"change {change.pk}").first()
    return SECRET.findall(mail.text)[0] if mail else ""


def told() -> list[tuple[str, str]]:
    return list(OutboxMail.objects.order_by("pk").values_list("kind", "address"))


def address_of(user: User) -> tuple[str, list[tuple[str, bool, bool]]]:
    user.refresh_from_db()
    rows = EmailAddress.objects.filter(user=user).values_list("email", "verified", "primary")
    return user.email, list(rows)


# --- the service ------------------------------------------------------------------------------------------------------


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


# --- addresses that have an account -----------------------------------------------------------------------------------


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


# --- the pages --------------------------------------------------------------------------------------------------------


def browser_of(user: User, *, confirmed: bool = True, language: str = "en") -> Client:
    client = Client(headers={"accept-language": language})
    client.post("/account/login/", {"login": user.email, "password": PASSWORD})
    if confirmed:
        client.post("/account/reauthenticate/", {"password": PASSWORD})
    return client


def ask(client: Client, new: str = NEW) -> Any:
    return client.post("/account/email/new/", {"new_address": new})


def link_page(kind: str, ending: str = "") -> str:
    return f"/account/email/link/{secret_in(kind, EmailChange.objects.latest('pk'))}/{ending}"


def test_the_password_is_asked_for_first_and_what_was_typed_is_not_lost() -> None:
    client = browser_of(person("owner"), confirmed=False)
    answer = ask(client)
    assert answer["Location"].startswith("/account/reauthenticate/?next=")
    answer = client.post(answer["Location"], {"password": PASSWORD, "next": "/account/email/new/"})
    assert answer["Location"] == "/account/email/"
    assert EmailChange.objects.get().new_address == NEW


def test_the_page_of_the_address_shows_what_waits_and_stops_it() -> None:
    client = browser_of(person("owner"))
    assert ask(client)["Location"] == "/account/email/"
    page = client.get("/account/email/").content.decode()
    assert page.count("not yet confirmed") == 2
    client.post("/account/email/withdraw/")
    page = client.get("/account/email/").content.decode()
    assert "not yet confirmed" not in page
    assert "The change is stopped" in page


@pytest.mark.parametrize("typed", ["", "no address", "owner@example.com", "x\0@example.com"])
def test_bad_input_is_said_at_the_field(typed: str) -> None:
    answer = ask(browser_of(person("owner")), typed)
    assert answer.status_code == 422
    assert answer.context["form"].errors["new_address"]
    assert not EmailChange.objects.exists()


@pytest.mark.parametrize("language", ["de", "en"])
def test_the_pages_are_the_same_whether_the_new_address_has_an_account(language: str) -> None:
    person("known.person")

    def seen(name: str, address: str) -> list[tuple[int, str]]:
        client = browser_of(person(name), language=language)
        with time_machine.travel(NOW, tick=False):
            answers = [ask(client, address), client.get("/account/email/")]
            client.post(link_page(account_mails.CONFIRM_OLD))
            answers += [client.get(link_page(account_mails.CONFIRM_OLD)), client.get("/account/email/")]
        forgery = re.compile(r'(csrfmiddlewaretoken" value="|X-CSRFToken": ")[^"]+')
        texts = [forgery.sub("", answer.content.decode()) for answer in answers]
        change = EmailChange.objects.latest("pk")
        secret = secret_in(account_mails.CONFIRM_OLD, change)
        for spoken in (address, f"{name}@example.com", name.title(), secret):
            texts = [text.replace(spoken, "SOME") for text in texts]
        return [(answer.status_code, text) for answer, text in zip(answers, texts, strict=True)]

    assert seen("first", "known.person@example.com") == seen("other", "brown.person@example.com")


def test_looking_at_a_link_confirms_nothing() -> None:
    ask(browser_of(person("owner")))
    for kind in (account_mails.CONFIRM_OLD, account_mails.CONFIRM_NEW):
        for ending in ("", "not-me/"):
            Client().get(link_page(kind, ending))
    change = EmailChange.objects.get()
    assert (change.old_confirmed_at, change.new_confirmed_at, change.ended_at) == (None, None, None)


def test_the_browser_of_the_person_stays_signed_in_and_all_others_do_not() -> None:
    owner = person("owner")
    here, there = browser_of(owner), browser_of(owner)
    ask(here)
    Client().post(link_page(account_mails.CONFIRM_NEW))
    answer = here.post(link_page(account_mails.CONFIRM_OLD), follow=True)
    assert NEW in answer.content.decode()
    assert here.get("/account/email/").status_code == 200
    assert there.get("/account/email/").status_code == 302
    assert Client().post("/account/login/", {"login": NEW, "password": PASSWORD})["Location"] == "/"
    assert Client().post("/account/login/", {"login": "owner@example.com", "password": PASSWORD}).status_code == 200


def test_confirmed_elsewhere_all_browsers_are_signed_out() -> None:
    owner, other = person("owner"), person("other")
    here, stranger = browser_of(owner), browser_of(other)
    ask(here)
    Client().post(link_page(account_mails.CONFIRM_NEW))
    stranger.post(link_page(account_mails.CONFIRM_OLD))
    assert here.get("/account/email/").status_code == 302
    assert stranger.get("/account/email/").status_code == 200


def test_this_was_not_me_stops_the_change_and_leads_to_a_new_password() -> None:
    ask(browser_of(person("owner")))
    path = link_page(account_mails.CONFIRM_OLD, "not-me/")
    assert "Stop the change" in Client(headers={"accept-language": "en"}).get(path).content.decode()
    answer = Client(headers={"accept-language": "en"}).post(path, follow=True)
    assert 'href="/account/password/reset/"' in answer.content.decode()
    assert EmailChange.objects.get().ended_why == EmailChange.Why.NOT_ME
    assert Client().get(link_page(account_mails.CONFIRM_NEW)).status_code == 410
    assert Client().get(link_page(account_mails.CONFIRM_NEW, "not-me/")).status_code == 404


def test_allauths_own_page_of_addresses_changes_nothing() -> None:
    owner = person("owner")
    client = browser_of(owner)
    for action in ("action_add", "action_send", "action_remove", "action_primary"):
        assert client.post("/account/email/", {"email": NEW, action: ""}).status_code == 405
    assert address_of(owner) == ("owner@example.com", [("owner@example.com", True, True)])
    assert "not yet" not in client.get("/account/email/").content.decode()


def test_an_address_is_changed_a_few_times_an_hour() -> None:
    client = browser_of(person("owner"))
    answers = [ask(client, f"new{number}@example.com").status_code for number in range(6)]
    assert answers == [302] * 5 + [429]


def test_the_side_is_known_by_the_link() -> None:
    old, new = begin(person("owner"))
    assert email_change.look(secret=old, now=NOW).side == Side.OLD
    assert email_change.look(secret=new, now=NOW).side == Side.NEW
