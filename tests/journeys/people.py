"""How people sign in: with what they type, and what their authenticator app shows."""

from __future__ import annotations

import base64
import functools
import hashlib
import hmac
import struct
import time
from collections.abc import Callable
from contextlib import AbstractContextManager
from datetime import UTC, datetime
from typing import Any

from allauth.account.models import EmailAddress
from allauth.usersessions.models import UserSession
from django.contrib.auth.hashers import PBKDF2PasswordHasher
from django.contrib.sessions.models import Session
from playwright.sync_api import expect

from common.models import User
from tests.journeys.browser import Window
from tests.people import signed_in
from tests.serving import Served

PASSWORD = "a password that only tests know"
_states: dict[str, dict[str, Any]] = {}


def sign_in(window: Window, email: str, password: str) -> None:
    """Fill in the sign-in form and leave it."""
    window.go("/account/login/")
    page = window.page
    page.locator("input[name=login]").fill(email)
    page.locator("input[name=password]").fill(password)
    page.locator("main form:has(input[name=login]) button.btn-primary").click()
    expect(page).not_to_have_url(f"{window.url}/account/login/")


def sign_in_state(portal: Served, email: str, inside: Callable[[Served], AbstractContextManager[None]]) -> Any:
    """What a browser keeps of a sign-in, written into the portal's database: forms and hashes are `sign_in`'s matter.

    Each person signs in once per portal; the windows after that start with it.
    """
    states = _states.setdefault(portal.url, {})
    if email not in states:
        with inside(portal):
            key = _start_session(User.objects.get(email=email))
        states[email] = {"cookies": [{"name": "sessionid", "value": key, "url": portal.url}]}
    return states[email]


def _start_session(user: User) -> str:
    """As the sign-in form leaves it. It does not end: the portal may be served on another day."""
    key = signed_in(user).cookies["sessionid"].value
    Session.objects.filter(pk=key).update(expire_date=datetime.max.replace(tzinfo=UTC))
    UserSession.objects.create(user=user, session_key=key, ip="127.0.0.1", user_agent="Mozilla/5.0")
    return key


def forget_sign_ins(portal: Served) -> None:
    """After its database was replaced nobody is signed in there any more."""
    _states.pop(portal.url, None)


@functools.cache
def _hashed(password: str) -> str:
    """As a server outside the tests hashes it, which does not know the fast hasher of the tests."""
    hasher = PBKDF2PasswordHasher()
    return hasher.encode(password, hasher.salt())


def invite(user: User, password: str = PASSWORD) -> None:
    """Let a person of the tests sign in at a real server, which asks for a confirmed address and a proper password."""
    user.password = _hashed(password)
    user.save(update_fields=["password"])
    EmailAddress.objects.get_or_create(user=user, email=user.email, defaults={"primary": True, "verified": True})


def app_code(secret: str, *, seconds_left: float = 5) -> str:
    """The six digits an authenticator app shows now (RFC 6238); waits for the next ones if these end too soon."""
    if (left := 30 - time.time() % 30) < seconds_left:
        time.sleep(left + 0.1)
    key = base64.b32decode(secret.replace(" ", "").upper() + "=" * (-len(secret.replace(" ", "")) % 8))
    digest = hmac.new(key, struct.pack(">Q", int(time.time() // 30)), hashlib.sha1).digest()
    offset = digest[-1] & 15
    return f"{(struct.unpack('>I', digest[offset : offset + 4])[0] & 0x7FFFFFFF) % 1_000_000:06}"
