"""Whatever stands in names and subjects: a mail has the headers it should have, and no others."""

from __future__ import annotations

import copy
from collections.abc import Mapping
from email import message_from_bytes, policy
from email.message import EmailMessage
from pathlib import Path
from typing import Any

import pytest
from django.core.mail import get_connection
from hypothesis import HealthCheck, given
from hypothesis import settings as profile
from hypothesis import strategies as st
from pytest_django import Settings

from common import outbox, registry
from common.models import OutboxMail, User
from common.registry import MailKind
from tests.people import person

pytestmark = pytest.mark.django_db
HEADERS = {
    "subject", "from", "to", "date", "message-id", "auto-submitted", "mime-version", "content-type",
    "list-unsubscribe", "list-unsubscribe-post",
}  # fmt: skip
INJECTED = "Bcc: victim@example.com"
EVIL = f'"GmbH\r\n{INJECTED}\r\n\r\n<b>'
PIECES = (
    *("\r\n", "\n", "\r", "\v", "\f", "\x1c", "\x85", "\u2028", "\u2029", '"', "\\", "<", ">", ",", ";", " ", "\t"),
    *("=?utf-8?q?=0D=0A?=", "=?", "?=", INJECTED, "\r\n\r\n<b>", "ü" * 80, "x" * 200),
)
CHARACTERS = st.characters(exclude_categories=["Cs"], exclude_characters="\x00")
NAMES = st.lists(st.one_of(st.sampled_from(PIECES), st.text(CHARACTERS, max_size=8)), max_size=12).map("".join)


def sent(mail: OutboxMail) -> EmailMessage:
    """The mail as it is read at the other end of the wire."""
    content = outbox._message(mail, get_connection()).message().as_bytes()
    return message_from_bytes(content.replace(b"\n", b"\r\n"), policy=policy.default)


def check(message: EmailMessage, recipient: User) -> None:
    names = [name.lower() for name in message.keys()]  # noqa: SIM118 - a name that comes twice counts twice
    assert set(names) <= HEADERS
    assert len(names) == len(set(names))
    assert message["To"] == recipient.email
    assert len(message["Subject"].splitlines()) <= 1
    assert [part.get_content_type() for part in message.walk()] == ["multipart/alternative", "text/plain", "text/html"]


@pytest.fixture
def news(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    """A kind of mail whose subject names a company."""
    settings.TEMPLATES = copy.deepcopy(settings.TEMPLATES)
    settings.TEMPLATES[0]["DIRS"].append(Path(__file__).parent / "templates")
    monkeypatch.setattr(registry, "mails", registry.Registry[MailKind]())
    registry.mails.register(MailKind("news", "News", "sample", dict))


@profile(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(name=NAMES)
def test_no_name_of_a_company_adds_a_header_or_ends_them(news: None, name: str) -> None:
    OutboxMail.objects.all().delete()
    recipient = User.objects.filter(email="owner@example.com").first() or person("owner")
    outbox.put(kind="news", period="x", recipient=recipient, context={"company": name})
    mail = OutboxMail.objects.get()
    message = sent(mail)
    check(message, recipient)
    assert message["Subject"].split() == mail.subject.replace("=?", "= ?").split()


def worse(value: Any) -> Any:
    """The same context with something evil after each of its texts."""
    if isinstance(value, str):
        return value if value.startswith(("http", "/")) else value + EVIL
    if isinstance(value, Mapping):
        return {key: worse(each) for key, each in value.items()}
    if type(value) in (list, tuple):
        return type(value)(worse(each) for each in value)
    return value


@pytest.mark.parametrize("kind", [each.key for each in registry.mails])
def test_no_text_in_any_kind_of_mail_adds_a_header_or_becomes_markup(kind: str) -> None:
    reader = person("reader", first_name=f"Jo{EVIL}", last_name=EVIL)
    outbox.put(kind=kind, period="x", recipient=reader, context=worse(registry.mails[kind].sample()))
    mail = OutboxMail.objects.get(recipient=reader)
    assert "<b>" not in mail.html
    check(sent(mail), reader)
