"""The link in a mail with which its reader has no more of its kind (RFC 8058)."""

from __future__ import annotations

import re
from typing import Any

import pytest
import time_machine
from django.conf import settings
from django.core import signing
from django.test import Client

from common import mail_choices, outbox, registry, unsubscribing
from common.models import MailChoice, OutboxMail, User
from tests.common.telling import MANDATORY, OPTIONAL, REGULAR, tell
from tests.people import person, signed_in
from tests.smtp_sink import Sink
from tests.world import NOW

pytestmark = pytest.mark.django_db
LINK = r"/mail/off/[\w:-]+/"
ONE_CLICK = {"List-Unsubscribe": "One-Click"}


@pytest.fixture
def owner() -> User:
    return person("owner")


def link(user: User, kind: str = OPTIONAL) -> str:
    """The link's path."""
    return unsubscribing.link(user_id=user.pk, kind=kind).removeprefix(settings.PORTAL_URL)


def held(user: User, kind: str = OPTIONAL) -> str:
    return mail_choices.chosen(kind=registry.mails[kind], users=[user.pk])[user.pk]


def mail_program() -> Client:
    """No cookies, and the strictness about forged requests that a served portal has."""
    return Client(enforce_csrf_checks=True)


# --- headers ----------------------------------------------------------------------------------------------------------


def test_a_mail_that_can_be_done_without_says_so_in_its_headers_and_in_both_bodies(owner: User, sink: Sink) -> None:
    mail = tell(owner)
    assert outbox.send_batch(now=NOW).sent == 1
    [(_recipient, message)] = sink.taken
    assert message["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    named = [re.findall(LINK, text) for text in (message["List-Unsubscribe"], mail.text, mail.html)]
    assert [len(paths) for paths in named] == [1, 1, 1]
    assert message["List-Unsubscribe"].strip().startswith(f"<{settings.PORTAL_URL}/mail/off/")
    for [path] in named:
        mail_choices.choose(user_id=owner.pk, kind=OPTIONAL, choice="at_once")
        assert mail_program().post(path, ONE_CLICK).status_code == 200
        assert held(owner) == "portal"


def test_a_mail_that_has_to_be_sent_has_no_such_link(owner: User, sink: Sink) -> None:
    mail = tell(owner, MANDATORY)
    outbox.put(kind=OPTIONAL, period="x", recipient=outbox.Addressee("buyer@example.com", "en"),
               context=registry.mails[OPTIONAL].sample())  # fmt: skip
    assert outbox.send_batch(now=NOW).sent == 2
    for _recipient, message in sink.taken:
        assert message["List-Unsubscribe"] is None
        assert message["List-Unsubscribe-Post"] is None
    assert "/mail/off/" not in mail.text + mail.html


# --- the link ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("method", ["get", "head"])
def test_looking_changes_nothing(owner: User, method: str) -> None:
    """Programs that check mails look at every link."""
    answer = getattr(mail_program(), method)(link(owner))
    assert answer.status_code == 200
    assert "no-store" in answer["Cache-Control"]
    assert "sessionid" not in answer.cookies
    assert not MailChoice.objects.exists()


@pytest.mark.parametrize(("kind", "least"), [(OPTIONAL, "portal"), (REGULAR, "off")])
def test_one_click_without_cookies_is_enough(owner: User, kind: str, least: str) -> None:
    other = person("other")
    answer = mail_program().post(link(owner, kind), ONE_CLICK)
    assert answer.status_code == 200
    assert held(owner, kind) == least
    assert held(other, kind) != least
    assert MailChoice.objects.count() == 1
    assert tell(owner, kind).state == OutboxMail.State.KEPT


def test_as_a_mail_program_writes_it(owner: User) -> None:
    """RFC 8058 allows both ways to send a form."""
    for content_type, body in (
        ("application/x-www-form-urlencoded", "List-Unsubscribe=One-Click"),
        ("multipart/form-data; boundary=b",
         '--b\r\nContent-Disposition: form-data; name="List-Unsubscribe"\r\n\r\nOne-Click\r\n--b--\r\n'),
    ):  # fmt: skip
        MailChoice.objects.all().delete()
        assert mail_program().post(link(owner), body, content_type=content_type).status_code == 200
        assert held(owner) == "portal"


def test_twice_is_as_once(owner: User) -> None:
    for _ in range(2):
        assert mail_program().post(link(owner), ONE_CLICK).status_code == 200
    assert held(owner) == "portal"


def test_it_can_be_taken_back_on_the_page(owner: User) -> None:
    client = mail_program()
    page = client.get(link(owner)).content.decode()
    assert f"go to {owner.email}?" in page
    done = client.post(link(owner)).content.decode()
    assert "Send them again" in done
    assert "Send them again" in client.get(link(owner)).content.decode()
    client.post(link(owner), {"again": "1"})
    assert held(owner) == "at_once"
    assert "Send them again" not in client.get(link(owner)).content.decode()


def test_the_page_speaks_the_language_of_the_mail(owner: User) -> None:
    User.objects.update(language="de")
    answer = Client(headers={"accept-language": "en"}).get(link(owner))
    assert '<html lang="de">' in answer.content.decode()


def test_whoever_is_signed_in_chooses_for_the_one_in_the_link(owner: User) -> None:
    """A mail that was passed on: its reader is somebody else."""
    other = person("other")
    signed_in(other).post(link(owner), ONE_CLICK)
    assert (held(owner), held(other)) == ("portal", "at_once")


def tampered(user: User) -> dict[str, str]:
    token = link(user).split("/")[-2]
    head, *_rest = token.split(":")
    return {
        "another signature": token[:-2] + ("aa" if not token.endswith("aa") else "bb"),
        "another content": signing.dumps([user.pk + 1, OPTIONAL], salt="x").split(":")[0] + token[len(head) :],
        "made for something else": signing.dumps([user.pk, OPTIONAL], salt="another"),
        "no signature": head,
        "nonsense": "made-up",
        "a kind that has to be sent": link(user, MANDATORY).split("/")[-2],
        "a kind that is gone": link(user, "gone").split("/")[-2],
        "nobody": unsubscribing.link(user_id=999_999, kind=OPTIONAL).split("/")[-2],
    }


@pytest.mark.parametrize("case", [
    "another signature", "another content", "made for something else", "no signature", "nonsense",
    "a kind that has to be sent", "a kind that is gone", "nobody",
])  # fmt: skip
@pytest.mark.parametrize("method", ["get", "post"])
def test_a_link_that_was_never_made_is_not_there(owner: User, case: str, method: str) -> None:
    person("neighbour")
    answer = getattr(mail_program(), method)(f"/mail/off/{tampered(owner)[case]}/")
    assert answer.status_code == 404
    assert owner.email not in answer.content.decode()
    assert not MailChoice.objects.exists()


def test_the_link_of_somebody_who_is_gone_is_not_there(owner: User) -> None:
    User.objects.filter(pk=owner.pk).update(is_active=False)
    assert mail_program().get(link(owner)).status_code == 404


def test_the_link_opens_nothing_else(owner: User) -> None:
    client = mail_program()
    page = client.post(link(owner), ONE_CLICK)
    assert "sessionid" not in page.cookies
    assert client.get("/account/mails/").status_code == 302
    assert re.findall(r'class="btn bell"', page.content.decode()) == []


def test_the_link_goes_on_working_as_long_as_mails_lie_in_mailboxes(owner: User, today: Any) -> None:
    path = link(owner)
    with time_machine.travel(NOW.replace(year=2031)):
        assert mail_program().post(path, ONE_CLICK).status_code == 200


def test_the_link_is_short_enough_for_a_header(owner: User) -> None:
    longest = max((kind.key for kind in mail_choices.kinds()), key=len)
    assert len(unsubscribing.link(user_id=2**31, kind=longest)) < 300
