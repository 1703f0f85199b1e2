"""Caught mail in the browser: listed, readable, and unable to do anything."""

from __future__ import annotations

from pathlib import Path

import pytest
from django.core.mail import EmailMultiAlternatives, get_connection
from django.test import Client
from django.urls import reverse
from pytest_django import Settings

from portal.demo import mailbox

DASHES = "-" * 79


@pytest.fixture
def folder(tmp_path: Path, settings: Settings) -> Path:
    settings.EMAIL_FILE_PATH = tmp_path
    settings.ROOT_URLCONF = "tests.portal.demo_urls"
    return tmp_path


def send(folder: Path, *mails: EmailMultiAlternatives) -> None:
    """All of them over one connection, as the worker does it."""
    connection = get_connection("django.core.mail.backends.filebased.EmailBackend", file_path=folder)
    connection.send_messages(list(mails))


def mail(subject: str, text: str = "Guten Tag", html: str = "") -> EmailMultiAlternatives:
    made = EmailMultiAlternatives(subject, text, to=["Anja Groß <owner@haus.example>"])
    if html:
        made.attach_alternative(html, "text/html")
    return made


def test_without_mails_the_page_says_what_to_do(folder: Path, client: Client) -> None:
    assert "No mail yet" in client.get("/demo/mail/").content.decode()


def test_mails_are_listed_the_latest_first(folder: Path, client: Client) -> None:
    send(folder, mail("the older"), mail("the newer: 380,00 €"))
    text = client.get("/demo/mail/").content.decode()
    assert text.index("the newer: 380,00 €") < text.index("the older")
    assert "owner@haus.example" in text


def test_a_mail_shows_its_text_escaped(folder: Path, client: Client) -> None:
    send(folder, mail("<b>subject</b>", "<script>alert(1)</script>"))
    (found,) = mailbox.newest(folder)
    text = client.get(reverse("demo-mail", args=[found.name])).content.decode()
    assert "&lt;b&gt;subject&lt;/b&gt;" in text
    assert "&lt;script&gt;alert(1)" in text
    assert "<iframe" not in text


def test_a_mail_that_quotes_the_line_between_mails_stays_whole(folder: Path) -> None:
    send(folder, mail("one", f"before\n{DASHES}\nafter"), mail("two"))
    found = mailbox.newest(folder)
    assert [one.subject for one in found] == ["two", "one"]
    assert found[1].text.split() == ["before", DASHES, "after"]


def test_html_stands_in_a_frame_with_a_policy_that_allows_nothing(folder: Path, client: Client) -> None:
    send(folder, mail("with html", html="<html><head></head><body><script>alert(1)</script>Hallo</body></html>"))
    (found,) = mailbox.newest(folder)
    page = client.get(reverse("demo-mail", args=[found.name]))
    assert "frame-src 'self'" in page.headers["Content-Security-Policy"]
    assert '<iframe class="mail-frame"' in page.content.decode()
    html = client.get(reverse("demo-mail-html", args=[found.name]))
    policy = html.headers["Content-Security-Policy"]
    assert policy.startswith("sandbox allow-top-navigation-by-user-activation; default-src 'none'")
    assert "script-src" not in policy
    assert html.headers["X-Frame-Options"] == "SAMEORIGIN"
    assert "Hallo" in html.content.decode()


def test_a_mail_of_text_alone_has_no_html(folder: Path, client: Client) -> None:
    send(folder, mail("text"))
    (found,) = mailbox.newest(folder)
    assert client.get(reverse("demo-mail-html", args=[found.name])).status_code == 404


@pytest.mark.parametrize("name", ["20260101-000000-1-0", "secret", "-0", "20260101-000000-1-99999999999999"])
def test_what_is_no_mail_is_not_found(folder: Path, client: Client, name: str) -> None:
    (folder / "secret.log").write_text("Subject: no\n\nno")
    assert client.get(f"/demo/mail/{name}/").status_code == 404


def test_no_name_leads_out_of_the_folder(folder: Path) -> None:
    inner = folder / "inner"
    inner.mkdir()
    (folder / "1.log").write_text("Subject: outside\n\noutside")
    assert mailbox.find(inner, "../1-0") is None
    assert mailbox.find(folder, "1-0") is not None


def test_outside_demo_mode_there_is_no_such_page(client: Client) -> None:
    assert client.get("/demo/mail/").status_code == 404
