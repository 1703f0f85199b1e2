"""What is written to the log names no person."""

from __future__ import annotations

import io
import json
import logging
from collections.abc import Iterator
from typing import Any, NoReturn

import pytest
import structlog
from django.conf import settings
from django.contrib.auth import get_user_model
from django.db import IntegrityError, transaction
from django.test import Client
from django.urls import path
from pytest_django import Settings

from common import unsubscribing
from portal import logs, urls
from tests.people import PASSWORD, bearer, person, signed_in, token_client
from tests.teams import invite, link
from tests.world import World

pytestmark = pytest.mark.django_db


@pytest.fixture
def written() -> Iterator[io.StringIO]:
    """Everything written at any level, by a handler made as the settings say."""
    stream = io.StringIO()
    configuration = logs.LOGGING["formatters"]["json"]
    formatter = structlog.stdlib.ProcessorFormatter(
        processors=configuration["processors"], foreign_pre_chain=configuration["foreign_pre_chain"]
    )
    handler = logging.StreamHandler(stream)
    handler.setFormatter(formatter)
    root = logging.getLogger()
    before = root.level
    root.addHandler(handler)
    root.setLevel(logging.INFO)
    yield stream
    root.removeHandler(handler)
    root.setLevel(before)


def lines(stream: io.StringIO) -> list[dict[str, Any]]:
    return [json.loads(line) for line in stream.getvalue().splitlines()]


def test_a_request_is_logged_by_ids_without_query_address_or_browser(world: World, written: io.StringIO) -> None:
    client = signed_in(world.reseller_owner)
    client.get("/", {"q": "Max Mustermann"}, headers={"user-agent": "Mozilla of Max"}, REMOTE_ADDR="192.0.2.7")
    finished = [line for line in lines(written) if line["event"] == "request_finished"][-1]
    assert finished["request"] == "GET /"
    assert finished["user_id"] == world.reseller_owner.pk
    assert finished["request_id"]
    for personal in ("Mustermann", "Mozilla", "192.0.2.7", world.reseller_owner.email, "Reseller Owner"):
        assert personal not in written.getvalue()


def test_the_secret_of_an_invitation_is_in_no_line(world: World, written: io.StringIO) -> None:
    invite(world)
    Client().get(link())
    Client().post(link(), {"password": "short"})
    assert "/join/company/…/" in {line.get("request", "").partition(" ")[2] for line in lines(written)}
    assert link().split("/")[-2] not in written.getvalue()


def test_a_link_to_unsubscribe_is_in_no_line(written: io.StringIO) -> None:
    """With it anybody chooses for the mail's reader, and reads their address."""
    url = unsubscribing.link(user_id=person("owner").pk, kind="settled").removeprefix(settings.PORTAL_URL)
    for asked in (Client().get(url), Client().post(url), Client().get(f"{url}x/")):
        assert asked.status_code in (200, 404)
    assert "/mail/off/…/" in {line.get("request", "").partition(" ")[2] for line in lines(written)}
    assert url.split("/")[-2] not in written.getvalue()


def test_signing_in_or_failing_to_names_nobody(written: io.StringIO) -> None:
    owner = person("owner")
    for password in (PASSWORD, "a wrong one"):
        Client().post("/account/login/", {"login": owner.email, "password": password})
    Client().post("/account/password/reset/", {"email": owner.email})
    assert lines(written)
    for personal in (owner.email, "owner@", PASSWORD, "a wrong one"):
        assert personal not in written.getvalue()


def test_a_token_is_never_logged(world: World, written: io.StringIO) -> None:
    client = token_client(world.reseller_owner)
    secret = client.defaults["HTTP_AUTHORIZATION"].removeprefix("Bearer ")
    client.get("/api/v1/me")
    bearer(secret + "x").get("/api/v1/me")
    assert any("token" in line for line in lines(written))
    assert secret not in written.getvalue()


@pytest.mark.parametrize(
    "path", ["/account/email/link/{}/", "/account/email/link/{}/not-me/", "/account/confirm-email/{}/",
             "/account/password/reset/key/1-{}/"],
)  # fmt: skip
def test_the_secret_of_a_link_is_never_logged(path: str, written: io.StringIO) -> None:
    Client().get(path.format("only-the-reader-has-this"))
    Client(enforce_csrf_checks=True).post(path.format("only-the-reader-has-this"))
    assert any("/account/" in line["event"] for line in lines(written))
    assert "only-the-reader" not in written.getvalue()


def test_a_line_break_forges_no_line(written: io.StringIO) -> None:
    Client().get("/%0A%7B%22event%22:%22forged%22%7D")
    assert all(line["event"] != "forged" for line in lines(written))


ADDRESS = "max.mustermann@example.com"


def breaks(request: Any) -> NoReturn:
    with transaction.atomic():
        for _twice in range(2):
            get_user_model().objects.create(email=ADDRESS)
    raise AssertionError("the address is there twice")


urlpatterns = [*urls.urlpatterns, path("breaks/", breaks)]


def test_a_failed_request_says_where_but_not_what_the_database_quoted(
    written: io.StringIO, monkeypatch: pytest.MonkeyPatch, settings: Settings
) -> None:
    monkeypatch.setattr(logs, "WITH_MESSAGES", False)
    settings.ROOT_URLCONF = __name__
    client = Client(raise_request_exception=False)
    client.get("/breaks/?q=Mustermann")
    failed = next(line for line in lines(written) if line["event"] == "request_failed")
    assert "IntegrityError" in failed["exception"]
    assert "test_logs.py" in failed["exception"]
    assert ADDRESS not in written.getvalue()
    assert "Mustermann" not in written.getvalue()


def test_in_development_the_message_is_there(written: io.StringIO, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(logs, "WITH_MESSAGES", True)
    error = IntegrityError("what was wrong")
    error.__cause__ = ValueError("why")
    structlog.get_logger("tests").error("failed", exc_info=error)
    [line] = lines(written)
    assert "IntegrityError: what was wrong" in line["exception"]
    assert "ValueError: why" in line["exception"]


def test_celery_names_a_failed_task_and_the_kind_of_error_alone(
    written: io.StringIO, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(logs, "WITH_MESSAGES", False)
    logging.getLogger("celery.app.trace").error(
        "Task %s[%s] raised unexpected: %r\n%s", "common.send_mails", "7f", ValueError("max@example.com"), "Traceback …"
    )
    [line] = lines(written)
    assert line["event"] == "Task common.send_mails[7f] raised unexpected: ValueError"
