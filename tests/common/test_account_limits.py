"""How often is too often: counted by allauth in the cache, answered by a page of ours that says what to do."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
import time_machine
from django.test import Client

from common.models import OutboxMail
from tests.people import PASSWORD, person
from tests.world import NOW

pytestmark = pytest.mark.django_db
SECRET = "kettle-harbour-42"


def post(path: str, data: dict[str, str], *, ip: str = "192.0.2.1", language: str = "en", **headers: str) -> Any:
    return Client(headers={"accept-language": language, **headers}).post(path, data, REMOTE_ADDR=ip)


def sign_up(number: int, **more: str) -> Any:
    return post("/account/signup/", {"email": f"newcomer{number}@example.com", "password1": SECRET}, **more)


@pytest.mark.parametrize(("language", "words"), [("de", "in ein paar Minuten"), ("en", "in a few minutes")])
def test_who_signs_up_too_often_is_told_kindly_to_wait(language: str, words: str) -> None:
    with time_machine.travel(NOW) as clock:
        for number in range(10):
            assert sign_up(number).status_code == 302
        answer = sign_up(10, language=language)
        assert answer.status_code == 429
        page = answer.content.decode()
        assert words in page
        assert "dist/app.css" in page
        assert page.count("<h1") == 1
        assert sign_up(11, ip="192.0.2.2").status_code == 302, "others are not affected"
        clock.move_to(NOW + timedelta(minutes=2))
        assert sign_up(12).status_code == 302


def test_a_password_is_guessed_five_times_at_most() -> None:
    person("owner")
    wrong = {"login": "owner@example.com", "password": "certainly not this"}
    right = {"login": "owner@example.com", "password": PASSWORD}
    with time_machine.travel(NOW) as clock:
        for guess in range(5):
            assert post("/account/login/", wrong, ip=f"192.0.2.{guess}").status_code == 200
        assert post("/account/login/", right, ip="192.0.2.99").status_code == 200
        clock.move_to(NOW + timedelta(minutes=6))
        assert post("/account/login/", right).status_code == 302


@pytest.mark.parametrize("address", ["owner@example.com", "nobody@example.com"])
def test_a_reset_is_sent_a_few_times_whether_there_is_an_account_or_not(address: str) -> None:
    person("owner")
    with time_machine.travel(NOW) as clock:
        statuses = []
        for attempt in range(4):
            clock.move_to(NOW + timedelta(seconds=5 * attempt))
            statuses.append(post("/account/password/reset/", {"email": address}).status_code)
        assert statuses == [302, 302, 302, 429]
    assert OutboxMail.objects.count() in (0, 3)


def test_pages_that_are_only_looked_at_count_for_nothing() -> None:
    client = Client()
    for _time in range(70):
        assert client.get("/account/signup/").status_code == 200
    assert sign_up(1).status_code == 302
