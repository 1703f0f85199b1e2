"""Production refuses to start on what is only safe in development."""

from __future__ import annotations

import os
import subprocess
import sys

import pytest

from portal.settings import DEVELOPMENT_SECRET
from tests.services import ROOT

GOOD = {
    "PORTAL_ENV": "production",
    "SECRET_KEY": "x7" * 30,
    "ALLOWED_HOSTS": "portal.example.com",
    "DATABASE_URL": "postgres://portal:secret@db.example.com/portal",
    "REDIS_URL": "redis://cache.example.com/0",
    "EMAIL_URL": "smtp://mail.example.com:25",
}
PRINT = "import portal.settings as s; print(({}))"


def start(expression: str = "'started'", **environment: str | None) -> subprocess.CompletedProcess[str]:
    kept = {name: os.environ[name] for name in ("PATH", "HOME") if name in os.environ}
    env = {name: value for name, value in {**kept, **GOOD, **environment}.items() if value is not None}
    command = [sys.executable, "-c", PRINT.format(expression)]
    return subprocess.run(command, cwd=ROOT, env=env, capture_output=True, text=True, timeout=60, check=False)


def test_production_starts_with_everything_it_needs() -> None:
    done = start()
    assert (done.stdout.strip(), done.stderr) == ("started", "")


@pytest.mark.parametrize(
    ("environment", "named"),
    [
        ({"SECRET_KEY": None}, "SECRET_KEY"),
        ({"SECRET_KEY": ""}, "SECRET_KEY"),
        ({"SECRET_KEY": "short"}, "SECRET_KEY"),
        ({"SECRET_KEY": DEVELOPMENT_SECRET}, "SECRET_KEY"),
        ({"ALLOWED_HOSTS": None}, "ALLOWED_HOSTS"),
        ({"DATABASE_URL": None}, "DATABASE_URL"),
        ({"REDIS_URL": None}, "REDIS_URL"),
        ({"EMAIL_URL": None}, "EMAIL_URL"),
        ({"EMAIL_URL": "smtp+tls://mail.example.com"}, "EMAIL_URL"),
        ({"PORTAL_DEMO": "1"}, "PORTAL_DEMO"),
        ({"DEBUG": "1"}, "DEBUG"),
    ],
)
def test_production_refuses_to_start(environment: dict[str, str | None], named: str) -> None:
    done = start("'started'", **environment)
    assert done.returncode != 0
    assert "ImproperlyConfigured" in done.stderr.splitlines()[-1]
    assert named in done.stderr.splitlines()[-1]


def test_production_sends_cookies_and_pages_over_tls_only() -> None:
    done = start(
        "s.SESSION_COOKIE_SECURE, s.CSRF_COOKIE_SECURE, s.SECURE_SSL_REDIRECT, s.SECURE_HSTS_SECONDS > 0, s.DEBUG"
    )
    assert done.stdout.strip() == "(True, True, True, True, False)"


def test_development_starts_with_nothing_set() -> None:
    done = start("s.DEMO_MODE, s.DEBUG", **dict.fromkeys(GOOD))
    assert done.stdout.strip() == "(False, False)"


def test_the_image_gets_every_app_and_what_backups_need_of_the_embedded_server() -> None:
    given = (ROOT / ".dockerignore").read_text().splitlines()
    assert {f"!{path.parent.name}" for path in ROOT.glob("*/apps.py")} <= set(given)
    assert not {"portal/embedded.py", "portal/children.py"} & set(given)
