"""Every page forbids scripts and styles inside it, and has none."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

import pytest
import time_machine
from django.conf import settings
from django.test import Client
from pytest_django import DjangoDbBlocker, Settings

from tests.kept import Kept
from tests.people import PASSWORD, person, signed_in
from tests.portal.addresses import Address, Populated, addresses, fillings
from tests.portal.test_query_counts import viewer_of
from tests.world import NOW

pytestmark = pytest.mark.django_db
OWN_HOST_ONLY = re.compile(r"'self'|'none'|data:|'nonce-[\w+/=-]+'")
INSIDE = {
    "a script inside the page": re.compile(r"<script(?![^>]*\b(?:src=|type=\"application/json\"))", re.IGNORECASE),
    "a style inside the page": re.compile(r"<style|\sstyle\s*=", re.IGNORECASE),
    "an event handler": re.compile(r"\son[a-z]+\s*=\s*[\"']", re.IGNORECASE),
    "something of another host": re.compile(r"(?:src|href|action|srcset)=[\"'](?:https?:)?//", re.IGNORECASE),
}
FOR_NOBODY = ("healthz", "readyz", "language/", "programs/", "programs/<slug:slug>/")
"""Pages that are the same for everybody."""
MAILS = ("common:mail-kind-html", "programs:mail-kind-html", "programs:mail-wording-html")
"""Mails as they are sent, with a style inside, for a frame that may do nothing."""
OPENED_BY_A_PERSON = re.compile(r'<a\s+href="https?://[^"]*"\s+target="_blank"\s+rel="noopener noreferrer"')
"""A link to another site that says nothing about ours and gives it no hold on this page."""


def policy_of(answer: Any) -> dict[str, list[str]]:
    directives = (one.split() for one in answer["Content-Security-Policy"].split(";") if one.strip())
    return {name: values for name, *values in directives}


@pytest.fixture(scope="module")
def there(kept_populated: Kept[Populated], django_db_blocker: DjangoDbBlocker) -> Iterator[Populated]:
    with django_db_blocker.unblock(), time_machine.travel(NOW), kept_populated.lent() as there:
        yield there


def looked_at(address: Address) -> bool:
    """Every page for people; one of the administration's models stands for all of them."""
    return address.kind != "api" and (
        not address.route.startswith("admin/") or "rebateterms" in address.route or address.name == "admin:index"
    )


@pytest.mark.parametrize("address", [one for one in addresses() if looked_at(one)], ids=lambda one: one.route)
def test_a_page_is_strict_and_keeps_to_it(there: Populated, address: Address) -> None:
    viewer = viewer_of(address, there.world) or there.world.platform_admin
    client = signed_in(viewer)
    if address.kind == "account":
        client.post("/account/reauthenticate/", {"password": PASSWORD})
    answer = client.get(address.path(fillings(address, there).get("own", {"object_id": 1, "pk": 1})))
    if address.name in MAILS and answer.status_code == 200:
        assert_may_do_nothing(answer)
    else:
        assert_strict(answer)
    # A page of somebody's is gone when they sign out, also for whoever then presses the back button.
    if address.route not in FOR_NOBODY:
        assert "no-store" in answer["Cache-Control"]


@pytest.mark.parametrize(
    "path",
    ["/account/login/", "/account/password/reset/", "/account/signup/", "/no/such/page/", "/healthz", "/api/v1/me"],
)
def test_pages_for_everybody_are_strict_too(path: str) -> None:
    assert_strict(Client().get(path))


def test_a_page_that_breaks_is_strict_too(settings: Settings) -> None:
    settings.ROOT_URLCONF = "tests.portal.test_logs"
    client = Client(raise_request_exception=False)
    answer = client.get("/breaks/")
    assert answer.status_code == 500
    assert_strict(answer)


def assert_strict(answer: Any) -> None:
    policy = policy_of(answer)
    assert policy["default-src"] == ["'none'"]
    for name, values in policy.items():
        for value in values:
            assert OWN_HOST_ONLY.fullmatch(value), f"{name} {value}"
    assert policy["script-src"] == policy["style-src"] == policy["form-action"] == ["'self'"]
    assert policy["frame-ancestors"] == ["'none'"]
    assert answer["X-Frame-Options"] == "DENY"
    assert answer["X-Content-Type-Options"] == "nosniff"
    assert answer["Referrer-Policy"] == "same-origin"
    if answer["Content-Type"].startswith("text/html"):
        text = answer.content.decode().replace(settings.PORTAL_URL, "")
        text = OPENED_BY_A_PERSON.sub("<a", text)
        found = {what: match[0] for what, pattern in INSIDE.items() if (match := pattern.search(text))}
        assert found == {}


def assert_may_do_nothing(answer: Any) -> None:
    assert policy_of(answer) == {
        "sandbox": [], "default-src": ["'none'"], "style-src": ["'unsafe-inline'"], "frame-ancestors": ["'self'"],
    }  # fmt: skip
    assert answer["X-Frame-Options"] == "SAMEORIGIN"
    assert answer["X-Content-Type-Options"] == "nosniff"
    assert answer["Referrer-Policy"] == "same-origin"


def test_cookies_are_out_of_reach_for_scripts() -> None:
    client = signed_in(person("owner"))
    answer = client.post("/account/reauthenticate/", {"password": PASSWORD})
    assert client.cookies["sessionid"]["httponly"]
    assert client.cookies["sessionid"]["samesite"] == "Lax"
    assert answer.status_code == 302
