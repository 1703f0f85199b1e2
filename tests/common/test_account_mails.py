"""The mails about accounts: all of allauth's go through the outbox, and none of them can be missed or switched off."""

from __future__ import annotations

import re
from datetime import timedelta
from pathlib import Path
from typing import Any

import allauth
import pytest
import time_machine
from allauth.account.models import EmailAddress
from allauth.mfa.totp.internal.auth import TOTP
from django.core import mail as django_mail
from django.test import Client
from pytest_django import Settings

from common import account_mails, outbox, registry
from common.models import OutboxMail
from common.tasks import send_mails
from tests.journeys.people import app_code
from tests.people import PASSWORD, person, signed_in
from tests.smtp_sink import running_sink
from tests.world import NOW

pytestmark = pytest.mark.django_db
SECRET = "kettle-harbour-42"
TEMPLATES = Path(allauth.__file__).parent / "templates"
NEVER_SENT = {
    "account/email/login_code": "codes by mail neither sign in nor confirm",
    "account/email/password_reset_code": "no reset by code",
    "account/email/unknown_account": "ACCOUNT_EMAIL_UNKNOWN_ACCOUNTS is off",
    "account/email/email_confirm": "nothing asks for it any more",
    "account/email/email_changed": "allauth's page of addresses is not served",
    "account/email/email_deleted": "allauth's page of addresses is not served",
}


def test_every_mail_that_allauth_knows_is_ours_or_never_sent() -> None:
    known = {
        path.relative_to(TEMPLATES).as_posix().removesuffix("_subject.txt")
        for app in ("account", "mfa", "usersessions")
        for path in TEMPLATES.glob(f"{app}/**/*_subject.txt")
    }
    ours = {*account_mails.LINKS, *account_mails.NOTICES, "account/email/account_already_exists"}
    assert known == ours | set(NEVER_SENT)


def test_account_mails_are_sent_again_when_it_is_not_known_whether_they_were() -> None:
    kinds = [kind for kind in registry.mails if kind.key.startswith("account-")]
    assert len(kinds) >= 7
    assert all(kind.resend_when_uncertain for kind in kinds)


def reauthenticated(client: Client) -> Client:
    client.post("/account/reauthenticate/", {"password": PASSWORD})
    return client


def test_changing_the_password_is_told(settings: Settings) -> None:
    owner = person("owner", language="de")
    data = {"oldpassword": PASSWORD, "password1": SECRET, "password2": SECRET}
    client = signed_in(owner)
    client.post("/account/password/change/", data, headers={"user-agent": "Mozilla/5.0 (X11; Linux) Firefox/145.0"})
    told = OutboxMail.objects.get()
    assert (told.kind, told.address, told.recipient) == (account_mails.PASSWORD_CHANGED, owner.email, None)
    assert told.subject == "Ihr Passwort wurde geändert"
    assert "Firefox, Linux" in told.text
    assert "127.0.0.1" in told.text
    assert f"{settings.PORTAL_URL}/account/password/reset/" in told.text


def test_whatever_a_browser_calls_itself_is_escaped() -> None:
    data = {"oldpassword": PASSWORD, "password1": SECRET, "password2": SECRET}
    signed_in(person("owner")).post("/account/password/change/", data, headers={"user-agent": "<b>me</b>"})
    assert "&lt;b&gt;me&lt;/b&gt;" in OutboxMail.objects.get().html


def test_second_factors_and_recovery_codes_are_told(django_capture_on_commit_callbacks: Any) -> None:
    owner = person("owner")
    client = reauthenticated(signed_in(owner))
    secret = client.get("/account/2fa/totp/activate/").context["form"].secret
    for path, data in (
        ("/account/2fa/totp/activate/", {"code": app_code(secret, seconds_left=0.5)}),
        ("/account/2fa/recovery-codes/generate/", {}),
        ("/account/2fa/totp/deactivate/", {}),
    ):
        with django_capture_on_commit_callbacks(execute=True):
            assert client.post(path, data).status_code == 302, path
    kinds = list(OutboxMail.objects.order_by("pk").values_list("kind", flat=True))
    assert kinds == [account_mails.FACTOR_ADDED, account_mails.CODES_MADE, account_mails.FACTOR_REMOVED]


def test_asking_again_makes_another_mail(settings: Settings) -> None:
    owner = person("owner")
    for minute in (0, 1):
        with time_machine.travel(NOW + timedelta(minutes=minute)):
            Client().post("/account/password/reset/", {"email": owner.email})
    first, second = OutboxMail.objects.order_by("pk")
    assert first.text != second.text
    with time_machine.travel(NOW + timedelta(hours=1)):
        for _time in range(2):
            Client().post("/account/signup/", {"email": owner.email, "password1": SECRET})
    assert OutboxMail.objects.filter(kind=account_mails.EXISTS).count() == 1, "three minutes apart"
    with time_machine.travel(NOW + timedelta(hours=2)):
        Client().post("/account/signup/", {"email": owner.email, "password1": SECRET})
    assert OutboxMail.objects.filter(kind=account_mails.EXISTS).count() == 2


def test_the_occasion_does_not_tell_the_link() -> None:
    Client().post("/account/signup/", {"email": "newcomer@example.com", "password1": SECRET})
    mail = OutboxMail.objects.get()
    key = re.findall(r"confirm-email/([^/]+)/", mail.text)[0]
    assert key not in f"{mail.period} {mail.message_id}"


@pytest.mark.parametrize(
    ("path", "data"),
    [
        ("/account/signup/", {"email": "newcomer@example.com", "password1": SECRET}),
        ("/account/password/reset/", {"email": "owner@example.com"}),
        ("/account/login/", {"login": "unconfirmed@example.com", "password": PASSWORD}),
    ],
)
def test_a_page_needs_neither_mail_server_nor_broker(
    path: str, data: dict[str, str], settings: Settings, monkeypatch: pytest.MonkeyPatch,
    django_capture_on_commit_callbacks: Any,
) -> None:  # fmt: skip
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", 1
    monkeypatch.setattr(send_mails, "delay", _away)
    person("owner")
    EmailAddress.objects.filter(user=person("unconfirmed")).update(verified=False)
    with django_capture_on_commit_callbacks(execute=True) as hints:
        assert Client().post(path, data).status_code == 302
    assert len(hints) == 1
    assert OutboxMail.objects.get().state == OutboxMail.State.PENDING


def _away() -> None:
    raise OSError("no broker")


def test_the_mail_arrives_by_smtp(settings: Settings) -> None:
    with running_sink() as sink:
        settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
        settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", sink.port
        settings.EMAIL_HOST_USER = settings.EMAIL_HOST_PASSWORD = ""
        Client().post("/account/signup/", {"email": "newcomer@example.com", "password1": SECRET})
        outbox.send_batch(now=NOW)
        assert sink.recipients == ["newcomer@example.com"]
        assert not getattr(django_mail, "outbox", None), "nothing goes past the outbox"


def test_a_factor_added_by_a_person_without_a_name_greets_without_one() -> None:
    owner = person("owner", first_name="", last_name="")
    TOTP.activate(owner, "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP")
    Client().post("/account/password/reset/", {"email": owner.email})
    assert OutboxMail.objects.get().text.startswith("Hello,")
