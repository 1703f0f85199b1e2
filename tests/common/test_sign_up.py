"""Opening an account, confirming it, and a new password: as a browser does it, with the mails read in the outbox."""

from __future__ import annotations

import re
import threading
from collections.abc import Callable
from typing import Any
from urllib.parse import urlsplit

import pytest
import time_machine
from allauth.account.models import EmailAddress
from django.contrib.auth.hashers import MD5PasswordHasher
from django.db import connection, connections
from django.test import Client
from django.test.utils import CaptureQueriesContext
from pytest_django import Settings

from common import account_mails
from common.models import OutboxMail, User
from tests.people import PASSWORD, person
from tests.world import NOW

pytestmark = pytest.mark.django_db
NEWCOMER = "newcomer@example.com"
SECRET = "kettle-harbour-42"
LINK = re.compile(r"^https?://\S+$", re.MULTILINE)


@pytest.fixture
def browser() -> Client:
    return Client(headers={"accept-language": "en"})


def sign_up(browser: Client, email: str = NEWCOMER, password: str = SECRET, **more: str) -> Any:
    return browser.post("/account/signup/", {"email": email, "password1": password, **more})


def path_of(url: str) -> str:
    parts = urlsplit(url)
    return f"{parts.path}?{parts.query}" if parts.query else parts.path


def links(mail: OutboxMail) -> list[str]:
    """The links of a mail, in its order, without the one in its foot."""
    return LINK.findall(mail.text)[:-1]


def mail_to(address: str) -> OutboxMail:
    return OutboxMail.objects.filter(address=address).latest("pk")


def test_an_address_and_one_password_open_an_account(browser: Client) -> None:
    page = browser.get("/account/signup/")
    assert page.status_code == 200
    assert set(page.context["form"].fields) == {"email", "password1"}
    answer = sign_up(browser, "New.Comer@Example.com")
    assert answer["Location"] == "/account/confirm-email/"
    user = User.objects.get(email="new.comer@example.com")
    assert user.check_password(SECRET)
    assert (user.is_staff, user.is_superuser) == (False, False)


def test_who_confirms_in_the_same_browser_is_signed_in_and_lands_where_it_was_going(browser: Client) -> None:
    sign_up(browser, next="/styleguide/")
    [link] = links(mail_to(NEWCOMER))
    page = browser.get(path_of(link))
    assert not EmailAddress.objects.get(email=NEWCOMER).verified, "a scanner that follows links confirms nothing"
    assert NEWCOMER in page.content.decode()
    answer = browser.post(path_of(link))
    assert answer["Location"] == "/styleguide/"
    assert EmailAddress.objects.get(email=NEWCOMER).verified
    assert browser.get("/").status_code == 200


def test_without_another_aim_one_lands_on_the_first_page(browser: Client) -> None:
    sign_up(browser)
    [link] = links(mail_to(NEWCOMER))
    assert browser.post(path_of(link))["Location"] == "/"


def test_who_confirms_in_another_browser_is_led_to_sign_in_on_the_way_there(browser: Client) -> None:
    sign_up(browser, next="/styleguide/")
    [link] = links(mail_to(NEWCOMER))
    other = Client()
    answer = other.post(path_of(link), follow=True)
    assert answer.redirect_chain == [("/styleguide/", 302), ("/account/login/?next=/styleguide/", 302)]
    answer = other.post("/account/login/?next=/styleguide/", {"login": NEWCOMER, "password": SECRET})
    assert answer["Location"] == "/styleguide/"


def test_no_mail_leads_to_another_host(browser: Client) -> None:
    sign_up(browser, next="https://evil.example/")
    [link] = links(mail_to(NEWCOMER))
    assert "evil" not in link


def test_a_link_is_used_once_and_then_says_what_to_do(browser: Client) -> None:
    sign_up(browser)
    [link] = links(mail_to(NEWCOMER))
    browser.post(path_of(link))
    for path in (path_of(link), "/account/confirm-email/made-up/"):
        page = Client(headers={"accept-language": "en"}).get(path).content.decode()
        assert "not valid any more" in page
        assert 'href="/account/login/"' in page


def test_nobody_signs_in_before_the_address_is_confirmed(browser: Client) -> None:
    sign_up(browser)
    answer = Client().post("/account/login/", {"login": NEWCOMER, "password": SECRET})
    assert answer["Location"] == "/account/confirm-email/"
    assert OutboxMail.objects.filter(address=NEWCOMER).count() == 1, "within three minutes there is no second mail"


def test_signing_in_unconfirmed_asks_for_a_fresh_link(browser: Client, settings: Settings) -> None:
    settings.ACCOUNT_RATE_LIMITS = {**settings.ACCOUNT_RATE_LIMITS, "confirm_email": None}
    sign_up(browser)
    OutboxMail.objects.update(period="a moment ago")
    Client().post("/account/login/", {"login": NEWCOMER, "password": SECRET})
    kinds = OutboxMail.objects.filter(address=NEWCOMER).values_list("kind", flat=True)
    assert list(kinds) == [account_mails.CONFIRM] * 2


def test_bad_input_is_said_at_the_field_and_nothing_typed_is_lost(browser: Client) -> None:
    answer = sign_up(browser, "not an address", "short", next="/styleguide/")
    errors = answer.context["form"].errors
    assert set(errors) == {"email", "password1"}
    page = answer.content.decode()
    assert 'value="not an address"' in page
    assert 'name="next" value="/styleguide/"' in page
    assert not User.objects.exists()


@pytest.mark.parametrize("language", ["de", "en"])
def test_mails_speak_the_language_of_the_page(language: str) -> None:
    sign_up(Client(headers={"accept-language": language}))
    assert User.objects.get().language == mail_to(NEWCOMER).language == language


def test_a_page_in_a_language_that_mails_do_not_have_is_answered_in_english() -> None:
    sign_up(Client(headers={"accept-language": "fr-CA"}))
    assert User.objects.get().language == "en"


def test_links_lead_to_the_portal_whatever_host_was_asked_for(browser: Client, settings: Settings) -> None:
    settings.ALLOWED_HOSTS = ["*"]
    settings.PORTAL_URL = "https://partners.example.com"
    person("owner")
    known, unknown = "owner@example.com", NEWCOMER
    for path, data in (
        ("/account/signup/", {"email": unknown, "password1": SECRET}),
        ("/account/signup/", {"email": known, "password1": SECRET}),
        ("/account/password/reset/", {"email": known}),
    ):
        browser.post(path, data, headers={"host": "evil.example"})
    mails = OutboxMail.objects.all()
    assert {mail.kind for mail in mails} == {account_mails.CONFIRM, account_mails.EXISTS, account_mails.RESET}
    for mail in mails:
        assert "evil" not in mail.text + mail.html
        assert all(link.startswith("https://partners.example.com/account/") for link in links(mail))


# --- a new password ---------------------------------------------------------------------------------------------------


def test_a_forgotten_password_is_replaced_and_the_old_sign_ins_end(browser: Client) -> None:
    owner = person("owner")
    elsewhere = Client()
    elsewhere.post("/account/login/", {"login": owner.email, "password": PASSWORD})
    assert elsewhere.get("/").status_code == 200

    assert browser.post("/account/password/reset/", {"email": owner.email})["Location"] == (
        "/account/password/reset/done/"
    )
    [link] = links(mail_to(owner.email))
    page = browser.get(path_of(link), follow=True)
    assert set(page.context["form"].fields) == {"password1", "password2"}
    done = browser.post(page.redirect_chain[-1][0], {"password1": SECRET, "password2": SECRET}, follow=True)
    assert "/account/login/" in done.content.decode()

    assert elsewhere.get("/").status_code == 302
    assert mail_to(owner.email).kind == account_mails.PASSWORD_CHANGED
    assert "not valid any more" in browser.get(path_of(link), follow=True).content.decode()
    owner.refresh_from_db()
    assert owner.check_password(SECRET)


def test_an_unknown_address_gets_no_mail(browser: Client) -> None:
    browser.post("/account/password/reset/", {"email": NEWCOMER})
    assert not OutboxMail.objects.exists()


def test_somebody_made_by_an_admin_sets_the_first_password_by_mail(browser: Client) -> None:
    user = User.objects.create(email=NEWCOMER, language="de")
    user.set_unusable_password()
    user.save()
    browser.post("/account/password/reset/", {"email": NEWCOMER})
    [link] = links(mail_to(NEWCOMER))
    page = browser.get(path_of(link), follow=True)
    browser.post(page.redirect_chain[-1][0], {"password1": SECRET, "password2": SECRET})
    assert mail_to(NEWCOMER).kind == account_mails.PASSWORD_CHANGED
    assert mail_to(NEWCOMER).language == "de"


# --- whether an address has an account is told to nobody --------------------------------------------------------------

CHANGING = re.compile(r'(name="csrfmiddlewaretoken" value|"X-CSRFToken": )[=:]?\s*"[^"]+"')
KNOWN, UNKNOWN = "known.person@example.com", "brown.person@example.com"
ASKED = {
    "signing up": ("/account/signup/", {"email": "ADDRESS", "password1": SECRET}),
    "signing up with a bad password": ("/account/signup/", {"email": "ADDRESS", "password1": "short"}),
    "a wrong password": ("/account/login/", {"login": "ADDRESS", "password": "certainly not this"}),
    "a new password": ("/account/password/reset/", {"email": "ADDRESS"}),
}

AFTERWARDS = ("/account/confirm-email/", "/account/login/", "/account/signup/", "/")


def seen(answer: Any, address: str) -> tuple[int, dict[str, str], list[str], str]:
    """What of an answer could tell something: status, headers, names of cookies, and the page."""
    text = CHANGING.sub("TOKEN", answer.content.decode()).replace(address, "ADDRESS")
    return answer.status_code, dict(answer.headers), sorted(answer.cookies), text


@pytest.mark.parametrize("language", ["de", "en"])
@pytest.mark.parametrize("what", ASKED)
@pytest.mark.parametrize("times", [1, 2], ids=["once", "twice"])
@time_machine.travel(NOW, tick=False)  # answers carry the second they were made in
def test_answers_are_the_same_for_known_and_unknown_addresses(what: str, language: str, times: int) -> None:
    person("known.person")
    path, data = ASKED[what]

    def ask(address: str) -> list[Any]:
        client = Client(headers={"accept-language": language})
        client.get(path)
        filled = {name: address if value == "ADDRESS" else value for name, value in data.items()}
        answers = []
        for _time in range(times):
            answers.append(seen(client.post(path, filled), address))
            answers += [seen(client.get(further), address) for further in AFTERWARDS]
        return answers

    assert ask(KNOWN) == ask(UNKNOWN)


def test_a_known_address_is_told_by_mail_that_it_has_an_account(browser: Client) -> None:
    owner = person("owner", language="de")
    sign_up(browser, "OWNER@example.com")
    mail = mail_to(owner.email)
    assert (mail.kind, mail.language) == (account_mails.EXISTS, "de")
    assert [path_of(link) for link in links(mail)] == ["/account/login/", "/account/password/reset/"]
    owner.refresh_from_db()
    assert owner.check_password(PASSWORD)


class CountingHasher(MD5PasswordHasher):
    algorithm = "counting"
    count = 0

    def encode(self, password: str, salt: str) -> str:
        CountingHasher.count += 1
        return super().encode(password, salt)


def test_a_password_is_hashed_for_known_and_unknown_addresses_alike(browser: Client, settings: Settings) -> None:
    person("known.person")
    settings.PASSWORD_HASHERS = ["tests.common.test_sign_up.CountingHasher"]

    def hashed(path: str, data: dict[str, str], address: str) -> int:
        CountingHasher.count = 0
        browser.post(path, {name: address if value == "ADDRESS" else value for name, value in data.items()})
        return CountingHasher.count

    path, data = ASKED["signing up"]
    assert hashed(path, data, KNOWN) == hashed(path, data, UNKNOWN) == 1


def test_a_new_password_is_as_much_work_for_an_unknown_address(
    browser: Client, django_capture_on_commit_callbacks: Callable[..., Any]
) -> None:
    """Storing the mail and waking its sender is what takes long; of the one to nobody nothing is left."""
    person("known.person")
    for address, left in ((KNOWN, 1), (UNKNOWN, 1)):
        with CaptureQueriesContext(connection) as done, django_capture_on_commit_callbacks() as after:
            browser.post("/account/password/reset/", {"email": address})
        stored = [query for query in done if 'INSERT INTO "common_outboxmail"' in query["sql"]]
        assert (len(stored), len(after), OutboxMail.objects.count()) == (1, 1, left)


@pytest.mark.django_db(transaction=True)
def test_signing_up_twice_at_once_makes_one_account_and_no_error() -> None:
    answers: list[str] = []

    def run() -> None:
        try:
            answers.append(sign_up(Client())["Location"])
        finally:
            connections.close_all()

    threads = [threading.Thread(target=run) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert answers == ["/account/confirm-email/"] * 4
    assert User.objects.filter(email=NEWCOMER).count() == 1
