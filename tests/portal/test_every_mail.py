"""Nothing leaves the portal but through the outbox, as a kind of mail that the catalogue knows."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.conf import settings
from django.core import mail
from django.test import Client
from django.urls import reverse

from common.models import OutboxMail
from tests.people import person

ROOT = Path(__file__).parents[2]
APPS = ("common", "programs", "partners", "trainings", "sales", "rebates", "invoices", "tiers", "portal")
SENDING = {
    "send_mail", "send_mass_mail", "mail_admins", "mail_managers", "EmailMessage", "EmailMultiAlternatives",
    "SMTP", "SMTP_SSL", "LMTP", "email_user", "send_messages", "MIMEText", "MIMEMultipart",
    "AdminEmailHandler",
}  # fmt: skip
"""What makes or sends a mail, as it is named in Django and Python."""
ALLOWED = {
    "common/outbox.py": {"EmailMultiAlternatives", "SMTP"},
    "common/allauth.py": {"send_mail"},  # the adapter's, which puts it into the outbox
    "portal/demo/mailbox.py": {"EmailMessage"},  # reads what was caught
}


def named(tree: ast.AST) -> Iterator[str]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Name):
            yield node.id
        elif isinstance(node, ast.Attribute):
            yield node.attr
        elif isinstance(node, ast.ImportFrom):
            yield from (each.name for each in node.names)
        elif isinstance(node, ast.FunctionDef):
            yield node.name


def modules() -> list[str]:
    found = (path.relative_to(ROOT) for app in APPS for path in (ROOT / app).rglob("*.py"))
    return sorted(path.as_posix() for path in found if "migrations" not in path.parts)


def sending(source: str) -> set[str]:
    return SENDING & set(named(ast.parse(source)))


def test_no_module_makes_or_sends_a_mail_of_its_own() -> None:
    found = {module: sending((ROOT / module).read_text()) for module in modules()}
    assert {module: names for module, names in found.items() if names} == ALLOWED


@pytest.mark.parametrize(
    "source",
    [
        "from django.core.mail import send_mail",
        "from django.core import mail\nmail.EmailMessage('x')",
        "import smtplib\nsmtplib.SMTP('host')",
        "request.user.email_user('x', 'y')",
    ],
)
def test_a_module_that_would_send_one_is_found(source: str) -> None:
    assert sending(source)


def test_errors_are_mailed_to_nobody() -> None:
    """Django would send them itself, with what the request contained."""
    assert not settings.ADMINS
    assert not settings.MANAGERS


def test_what_the_sign_in_library_sends_goes_into_the_outbox(db: None) -> None:
    person("owner")
    client = Client()
    client.post(reverse("account_reset_password"), {"email": "owner@example.com"})
    client.post(reverse("account_signup"), {"email": "new@example.com", "password1": "a password that only tests know"})
    assert set(OutboxMail.objects.values_list("kind", flat=True)) == {"account-reset", "account-confirm"}
    assert mail.outbox == []
