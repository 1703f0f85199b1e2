"""The pages of another e-mail address: where it is wished, and what the links in the mails show."""

from __future__ import annotations

import re
from typing import Any

import pytest
import time_machine
from django.test import Client

from common import account_mails, email_change
from common.email_change import Side
from common.models import EmailChange, User
from tests.common.changing_address import NEW, address_of, begin, secret_in
from tests.people import PASSWORD, person
from tests.world import NOW

pytestmark = pytest.mark.django_db


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
