"""Whether the portal lives and is ready, asked while things are really away."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from django.db import connection, connections
from django.test import Client
from pytest_django import Settings

from portal import views
from tests import services
from tests.people import PASSWORD, person, signed_in

NOWHERE = "redis://127.0.0.1:1/0"


@pytest.fixture(autouse=True)
def nothing_known(monkeypatch: pytest.MonkeyPatch) -> None:
    """As in a process that was just started."""
    monkeypatch.setattr(views, "_known", {})


@pytest.fixture
def database_away(own_database: str) -> Iterator[None]:
    """The database is somewhere where nobody listens."""
    settings = connections["default"].settings_dict
    before = settings["HOST"]
    connection.close()
    settings["HOST"] = "/nowhere"
    try:
        yield
    finally:
        connection.close()
        settings["HOST"] = before


def readiness(client: Client | None = None) -> tuple[int, dict[str, Any]]:
    answer = (client or Client()).get("/readyz")
    return answer.status_code, answer.json()


def test_alive_touches_nothing_not_even_for_somebody_signed_in(
    own_database: str, settings: Settings, django_assert_num_queries: Any
) -> None:
    client = signed_in(person("owner"))
    settings.REDIS_URL = NOWHERE
    with django_assert_num_queries(0):
        answer = client.get("/healthz")
    assert (answer.status_code, answer.text) == (200, "ok\n")


def test_alive_while_the_database_is_away(database_away: None) -> None:
    client = Client()
    client.cookies["sessionid"] = "of somebody who was signed in"
    assert client.get("/healthz").status_code == 200


@pytest.mark.django_db
def test_ready_when_everything_answers() -> None:
    assert readiness() == (200, {"ready": True, "database": "ok", "migrations": "ok", "work": "ok", "broker": "ok"})


def test_not_ready_while_the_database_is_away(database_away: None) -> None:
    client = Client()
    client.cookies["sessionid"] = "of somebody who was signed in"
    status, checks = readiness(client)
    assert status == 503
    assert (checks["ready"], checks["database"], checks["migrations"]) == (False, "down", "unknown")


def test_not_ready_until_the_last_migration_is_applied(own_database: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute(
            "DELETE FROM django_migrations WHERE id = (SELECT max(id) FROM django_migrations) RETURNING app, name"
        )
        app, name = cursor.fetchone()
    assert readiness()[0] == 503
    assert readiness()[1]["migrations"] == "missing"
    with connection.cursor() as cursor:
        cursor.execute("INSERT INTO django_migrations (app, name, applied) VALUES (%s, %s, now())", [app, name])
    assert readiness()[0] == 200


@pytest.mark.django_db
def test_asking_again_does_not_read_the_migrations_again(django_assert_max_num_queries: Any) -> None:
    readiness()
    with django_assert_max_num_queries(1):
        readiness()


@pytest.mark.django_db
def test_degraded_and_still_serving_while_the_broker_is_stopped(tmp_path: Path, settings: Settings) -> None:
    owner = person("owner")
    with services.broker(tmp_path / "broker") as valkey:
        settings.REDIS_URL = valkey.url
        settings.CACHES = {"default": {**settings.CACHES["default"], "LOCATION": valkey.url}}
        assert readiness()[1]["broker"] == "ok"
        valkey.stop()
        assert readiness() == (
            200,
            {"ready": True, "database": "ok", "migrations": "ok", "work": "ok", "broker": "degraded"},
        )
        client = Client()
        answer = client.post("/account/login/", {"login": owner.email, "password": PASSWORD})
        assert (answer.status_code, answer["Location"]) == (302, "/")
        assert client.get("/account/tokens/").status_code == 200


@pytest.mark.django_db
def test_sign_in_limits_hold_while_the_cache_is_away(settings: Settings) -> None:
    owner = person("owner")
    settings.CACHES = {"default": {**settings.CACHES["default"], "LOCATION": NOWHERE}}
    client = Client(headers={"accept-language": "en"})
    answers = [
        client.post("/account/login/", {"login": owner.email, "password": f"guess {number}"}).text
        for number in range(12)
    ]
    assert "Too many failed login attempts" not in answers[0]
    assert "Too many failed login attempts" in answers[-1]
