"""Commands tell in one line what is in their way."""

from __future__ import annotations

from urllib.parse import unquote

import pytest
from django.core.management import call_command
from django.test import Client

from tests.services import run_manage


@pytest.mark.parametrize(
    "command",
    [
        ["close_period", "topseller", "2026Q3"],
        ["import_sellout", "README.md", "--vendor", "lenovo", "--distributor", "allnet", "--json"],
    ],
)
def test_without_a_database_a_command_ends_with_one_line(command: list[str]) -> None:
    process = run_manage(*command, database_url="postgres://portal@127.0.0.1:1/portal")
    output, errors = process.communicate(timeout=60)
    assert process.returncode == 1
    assert output == ""
    (line,) = errors.strip().splitlines()
    assert line.startswith("The database is not to be reached: ")


def test_the_first_platform_admin_signs_in_without_a_mail_and_is_led_to_a_second_factor(
    db: None, client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("DJANGO_SUPERUSER_PASSWORD", "a password of somebody")
    call_command("createsuperuser", email="Admin@Example.com", interactive=False, verbosity=0)
    sent = {"login": "admin@example.com", "password": "a password of somebody"}
    answer = client.post("/account/login/", sent, follow=True)
    # Once more for the password, and then there.
    assert unquote(answer.redirect_chain[-1][0]) == "/account/reauthenticate/?next=/account/2fa/totp/activate/"
