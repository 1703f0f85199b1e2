"""What the portal has told a person, read in the portal: the bell, the list, one notice."""

from __future__ import annotations

import re
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from pytest_django import Settings

from common import notices, outbox, registry
from common.access import Actor
from common.models import OutboxMail, User
from sales import uploads
from tests.common.telling import MANDATORY, OPENING, tell
from tests.people import person, signed_in
from tests.sales.sending import ROWS, report
from tests.world import NOW, World

pytestmark = pytest.mark.django_db
LIST, READ = "/account/notices/", "/account/notices/read/"


def bell(user: User, path: str = "/account/profile/") -> str:
    """What the bell of a page says, without its icon."""
    text = signed_in(user).get(path, follow=True).content.decode()
    [link] = re.findall(r'<a class="btn bell".*?</a>', text, re.DOTALL)
    return " ".join(re.sub(r"<[^>]+>", " ", link).split())


def get(user: User, path: str) -> Any:
    return signed_in(user).get(path)


def is_read(mail: OutboxMail) -> bool:
    return OutboxMail.objects.get(pk=mail.pk).read_at is not None


def test_the_bell_counts_what_the_person_has_not_read() -> None:
    owner = person("owner")
    assert bell(owner) == "Notices"
    tell(owner)
    assert bell(owner) == "1 1 notice you have not read"
    tell(owner, period="2026Q4")
    tell(person("other"))
    tell(owner, MANDATORY, read_at=NOW)
    assert bell(owner) == "2 2 notices you have not read"


def test_above_ninety_nine_the_bell_no_longer_counts() -> None:
    owner = person("owner")
    mail = tell(owner)
    OutboxMail.objects.bulk_create(
        OutboxMail(kind=mail.kind, period=str(number), recipient=owner, address=owner.email, subject="x", text="x")
        for number in range(150)
    )
    assert notices.unread(actor=Actor.of(owner)) == 100
    assert bell(owner) == "99+ More than 99 notices you have not read"


def test_nobody_else_has_a_bell() -> None:
    for path in ("/account/login/", "/imprint/"):
        assert b'class="btn bell"' not in Client().get(path).content


def test_a_notice_says_what_the_mail_says_and_counts_as_read(world: World) -> None:
    mail = tell(world.reseller_owner, url="/partner/2B3C4D5F/earnings/")
    page = get(world.reseller_owner, f"{LIST}{mail.pk}/")
    assert page.status_code == 200
    text = page.content.decode()
    assert mail.subject in text
    assert 'href="/partner/2B3C4D5F/earnings/"' in text
    assert is_read(mail)
    first = OutboxMail.objects.get(pk=mail.pk).read_at
    get(world.reseller_owner, f"{LIST}{mail.pk}/")
    assert OutboxMail.objects.get(pk=mail.pk).read_at == first


def test_what_stands_in_a_mail_is_text_on_the_page() -> None:
    owner = person("owner")
    mail = tell(owner, subject="<b>bold</b>", text="<script>alert(1)</script> javascript:alert(1)")
    text = get(owner, f"{LIST}{mail.pk}/").content.decode()
    assert "&lt;b&gt;bold" in text
    assert "<script>alert" not in text
    assert 'href="javascript' not in text


def test_a_notice_has_no_foot_of_a_mail() -> None:
    owner = person("owner")
    for each in (tell(owner, MANDATORY), tell(owner)):
        text = get(owner, f"{LIST}{each.pk}/").content.decode()
        assert "This mail was sent by" in each.text
        assert "This mail was sent by" not in text
        assert "/mail/off/" not in text
        assert "Hello Owner," in text
    plain = tell(owner, period="2026Q4", text="A vendor's own words -- with dashes.")
    assert "own words -- with dashes." in get(owner, f"{LIST}{plain.pk}/").content.decode()


def test_a_notice_leads_nowhere_but_into_the_portal(settings: Any) -> None:
    owner = person("owner")
    assert tell(owner).url.startswith("/") or tell(owner).url == ""
    for url in ("https://evil.example/", "//evil.example/", f"{settings.PORTAL_URL}.evil.example/"):
        context = {**registry.mails["settled"].sample(), "url": url}
        outbox.put(kind="settled", period=url, recipient=owner, context=context)
        assert OutboxMail.objects.get(period=url).url == ""


def test_another_persons_notice_is_as_one_that_is_not_there(world: World) -> None:
    mail = tell(world.rival_owner)
    answers = [get(world.reseller_owner, f"{LIST}{pk}/") for pk in (mail.pk, 999_999)]
    assert [answer.status_code for answer in answers] == [404, 404]
    assert mail.subject not in answers[0].content.decode()
    assert not is_read(mail)
    assert get(world.platform_admin, f"{LIST}{mail.pk}/").status_code == 404


def test_a_mail_that_opens_something_is_in_the_mailbox_only() -> None:
    owner = person("owner")
    mail = tell(owner, OPENING)
    assert get(owner, f"{LIST}{mail.pk}/").status_code == 404
    assert mail.subject not in get(owner, LIST).content.decode()
    assert bell(owner) == "Notices"


def test_what_a_mail_said_is_forgotten_with_its_notice() -> None:
    owner = person("owner")
    mail = tell(owner, subject="", text="", html="")
    assert get(owner, f"{LIST}{mail.pk}/").status_code == 404
    assert bell(owner) == "Notices"


def test_the_list_has_the_latest_first_and_can_be_narrowed_to_the_unread() -> None:
    owner = person("owner")
    old, new = tell(owner, subject="The old one", read_at=NOW), tell(owner, period="2026Q4", subject="The new one")
    tell(person("other"), subject="Of another")
    text = get(owner, LIST).content.decode()
    assert text.index("The new one") < text.index("The old one")
    assert "Of another" not in text
    narrowed = get(owner, f"{LIST}?unread=unread").content.decode()
    assert new.subject in narrowed
    assert old.subject not in narrowed
    assert "Of another" not in get(owner, f"{LIST}?export=csv").content.decode()


def test_looking_at_the_list_marks_nothing() -> None:
    owner = person("owner")
    mail = tell(owner)
    get(owner, LIST)
    assert not is_read(mail)


def test_all_are_marked_up_to_what_was_seen(world: World) -> None:
    owner = world.reseller_owner
    foreign = tell(world.rival_owner)
    seen = [tell(owner, period=str(number)) for number in range(3)]
    client = signed_in(owner)
    [until] = re.findall(r'name="until" value="(\d+)"', client.get(LIST).content.decode())
    came_since = tell(owner, period="since")
    assert client.post(READ, {"until": until})["Location"] == LIST
    assert [is_read(mail) for mail in seen] == [True, True, True]
    assert not is_read(came_since)
    assert not is_read(foreign)


@pytest.mark.parametrize("until", ["", "nothing", "-1", "0", str(2**70)])
def test_nonsense_marks_nothing(until: str) -> None:
    owner = person("owner")
    mail = tell(owner)
    assert signed_in(owner).post(READ, {"until": until}).status_code == 302
    assert not is_read(mail)


def test_marking_asks_to_be_sent() -> None:
    owner = person("owner")
    mail = tell(owner)
    assert get(owner, READ).status_code == 405
    assert not is_read(mail)


def test_what_a_page_says_about_a_file_is_not_what_the_bell_says(world: World) -> None:
    """A workbook with a sheet that was not read: the page says so."""
    tell(world.channel_manager)
    upload = uploads.receive(
        actor=Actor.system(), vendor=world.vendor, distributor=world.distributor, file_name="november.csv",
        content=report(*ROWS), user=None, now=NOW,
    )  # fmt: skip
    assert bell(world.channel_manager, f"/vendor/lenovo/reports/upload/{upload.pk}/") == "1 1 notice you have not read"


def test_a_page_asks_for_the_bell_once(world: World) -> None:
    client = signed_in(world.reseller_owner)
    with CaptureQueriesContext(connection) as asked:
        client.get("/account/profile/")
    counting = [query for query in asked if "read_at" in query["sql"]]
    assert len(counting) == 1


def test_only_addresses_of_the_portal_become_links(settings: Settings) -> None:
    """Names of companies and words of vendors stand in a notice, too: what is in them leads nowhere."""
    owner = person("owner")
    said = f"Visit evil.example.com, www.evil.com or https://evil.com:\n{settings.PORTAL_URL}/partner/1/?a=1&b=<i>\n"
    tell(owner, text=said + f"x{settings.PORTAL_URL}/ {settings.PORTAL_URL}.evil.com/ a@evil.com")
    page = get(owner, f"{LIST}{OutboxMail.objects.get().pk}/").content.decode()
    [prose] = re.findall(r'<div class="prose.*?</div>', page, re.DOTALL)
    assert re.findall(r'href="([^"]*)"', prose) == [f"{settings.PORTAL_URL}/partner/1/?a=1&amp;b=&lt;i&gt;"]
    assert "Visit evil.example.com, www.evil.com or https://evil.com:" in prose
