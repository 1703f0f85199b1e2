"""The pages on which a vendor looks at mails and changes their words, and the catalogue of platform admins."""

from __future__ import annotations

import re
from typing import Any

import pytest
from django.test import Client

from common import mail_catalogue, mail_samples, registry
from common.models import OutboxMail, User
from common.registry import MailKind
from common.tasks import send_mails
from programs.models import MailWording
from tests.people import signed_in
from tests.programs.wordings import worded
from tests.world import World

LIST = "/vendor/lenovo/mail-kinds/"
KIND = f"{LIST}settled/"
WORDING = f"{KIND}wording/"
ADMIN = "/mail-kinds/"


def get(user: User, path: str, *, language: str = "en") -> Any:
    return signed_in(user, language=language).get(path)


def typed(**values: Any) -> dict[str, Any]:
    return {"seen": 0, "subject": "", "opening": "", "closing": "", "signature": "", **values}


# --- the catalogue ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("language", ["de", "en"])
def test_one_page_lists_every_mail_kind(world: World, language: str) -> None:
    for user, path in ((world.platform_admin, ADMIN), (world.vendor_admin, LIST), (world.channel_manager, LIST)):
        text = get(user, path, language=language).content.decode()
        assert [kind.key for kind in registry.mails if f"{path}{kind.key}/" not in text] == []


@pytest.mark.parametrize("kind", [kind.key for kind in registry.mails])
@pytest.mark.parametrize("language", ["de", "en"])
def test_every_kind_is_shown_in_both_languages(world: World, kind: str, language: str) -> None:
    client = signed_in(world.platform_admin)
    page = client.get(f"{ADMIN}{kind}/?language={language}")
    frame = client.get(f"{ADMIN}{kind}/html/?language={language}")
    assert (page.status_code, frame.status_code) == (200, 200)
    assert f'<html lang="{language}">' in frame.content.decode()
    greeting = {"de": "Guten Tag Platform Admin", "en": "Hello Platform Admin"}[language]
    assert greeting in page.content.decode()


def test_the_html_of_a_mail_stands_in_a_frame_that_may_do_nothing(world: World) -> None:
    client = signed_in(world.platform_admin)
    page, frame = client.get(f"{ADMIN}settled/"), client.get(f"{ADMIN}settled/html/")
    assert "frame-src 'self'" in page["Content-Security-Policy"]
    assert "'unsafe-inline'" not in page["Content-Security-Policy"]
    policy = frame["Content-Security-Policy"]
    assert policy == "sandbox; default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'self'"
    assert frame["X-Frame-Options"] == "SAMEORIGIN"
    assert "<style>" in frame.content.decode()
    assert '<base target="_blank">' in frame.content.decode()
    assert re.search(
        r'<iframe class="mail-frame mail-frame-long"\s+sandbox\s+src="/mail-kinds/settled/html/', page.content.decode()
    )


def test_the_frame_of_a_short_mail_is_short(world: World) -> None:
    assert "mail-frame-long" not in get(world.platform_admin, f"{ADMIN}claim-answered/").text


def test_a_language_that_no_mail_speaks_becomes_the_readers_own(world: World) -> None:
    assert '<html lang="en">' in get(world.platform_admin, f"{ADMIN}settled/html/?language=../fr").content.decode()


def test_the_catalogue_says_who_chooses_what(world: World) -> None:
    text = get(world.platform_admin, f"{ADMIN}settled/").content.decode()
    assert "the partner’s owners and bookkeeping" in text
    assert "each person chooses: by mail, at once; by mail, once a day; in the portal only" in text
    assert "always sent, at once" in get(world.platform_admin, f"{ADMIN}payment_came_back/").content.decode()


# --- a test of a mail -------------------------------------------------------------------------------------------------


def test_a_test_goes_to_whoever_asks_and_says_that_it_is_one(world: World) -> None:
    client = signed_in(world.platform_admin)
    for language in ("de", "de", "en"):
        client.post(f"{ADMIN}settled/test/", {"language": language, "email": "other@example.com"})
    mails = list(OutboxMail.objects.order_by("pk"))
    assert {mail.address for mail in mails} == {world.platform_admin.email}
    assert [mail.language for mail in mails] == ["de", "de", "en"]
    assert all(mail.subject.startswith("Test: ") for mail in mails)
    assert "Your rebate is settled" in mails[2].subject
    assert len({mail.message_id for mail in mails}) == 3


def test_a_test_is_no_notice_of_the_person(world: World) -> None:
    signed_in(world.platform_admin).post(f"{ADMIN}settled/test/", {"language": "en"})
    mail = OutboxMail.objects.get()
    assert mail.recipient is None


def test_a_test_of_a_vendor_has_its_words(world: World) -> None:
    worded(world.vendor, world.vendor_admin, subject="Your bonus of {amount}", opening="Dear {partner}")
    signed_in(world.channel_manager).post(f"{KIND}test/", {"language": "en"})
    mail = OutboxMail.objects.get()
    assert (mail.subject, mail.address) == ("Test: Your bonus of €170.00", world.channel_manager.email)
    assert "Dear Elbtal Systemhaus GmbH" in mail.text


def test_tests_are_limited(world: World) -> None:
    client = signed_in(world.platform_admin)
    statuses = [client.post(f"{ADMIN}settled/test/").status_code for _time in range(21)]
    assert statuses == [302] * 20 + [429]


def test_a_test_is_sent_like_every_mail(world: World, mailoutbox: list[Any]) -> None:
    signed_in(world.platform_admin).post(f"{ADMIN}account-reset/test/")
    send_mails()
    assert [mail.to for mail in mailoutbox] == [[world.platform_admin.email]]


# --- changing words ---------------------------------------------------------------------------------------------------


def test_an_admin_changes_words_and_sees_them_in_force(world: World) -> None:
    client = signed_in(world.vendor_admin)
    answer = client.post(f"{WORDING}?language=en", typed(opening="Dear {partner},\r\n\r\nthank you!"), follow=True)
    assert "Saved: every mail from now on says it like this." in answer.content.decode()
    made = MailWording.objects.get()
    assert (made.version, made.blocks, made.author) == (
        1,
        {"opening": "Dear {partner},\n\nthank you!"},
        world.vendor_admin,
    )
    assert "<p>Dear Elbtal Systemhaus GmbH,</p>" in client.get(f"{KIND}html/?language=en").content.decode()
    assert "in your own words: English" in client.get(LIST).content.decode()


def test_what_is_typed_is_previewed_before_it_is_saved(world: World) -> None:
    client = signed_in(world.vendor_admin)
    values = typed(subject="News for {partner}", opening="<b>Bold</b>")
    fragment = client.post(f"{WORDING}?language=en", values, headers={"HX-Request": "true"}).content.decode()
    assert fragment.lstrip().startswith('<div class="stack" id="preview">')
    assert "News for Elbtal Systemhaus GmbH" in fragment
    assert "&lt;b&gt;Bold&lt;/b&gt;" in fragment
    (source,) = re.findall(r'src="([^"]+)"', fragment)
    frame = client.get(source.replace("&amp;", "&")).content.decode()
    assert "<p>&lt;b&gt;Bold&lt;/b&gt;</p>" in frame
    assert not MailWording.objects.exists()
    assert "Bold" not in client.get(f"{WORDING}html/?language=en").content.decode()


def test_the_preview_works_without_scripts(world: World) -> None:
    page = signed_in(world.vendor_admin).post(f"{WORDING}?language=de", typed(closing="Bis bald", preview="1"))
    text = page.content.decode()
    assert text.count("Bis bald") == 2, "in the form and in the preview"
    assert not MailWording.objects.exists()


def test_an_unknown_placeholder_is_refused_at_its_field_with_the_known_ones(world: World) -> None:
    page = signed_in(world.vendor_admin).post(WORDING, typed(opening="For {parnter}", closing="All the best"))
    assert page.status_code == 422
    text = page.content.decode()
    known = "{parnter} means nothing here. You can use: {partner}, {vendor}, {program}, {period}, {amount}."
    assert page.context["form"].errors == {"opening": [known]}
    assert "For {parnter}" in text
    assert "All the best" in text, "nothing typed is lost"
    assert not MailWording.objects.exists()


def test_a_subject_of_several_lines_becomes_one(world: World) -> None:
    signed_in(world.vendor_admin).post(WORDING, typed(subject="Hello\r\nBcc: everybody@example.com"))
    assert MailWording.objects.get().blocks == {"subject": "Hello Bcc: everybody@example.com"}


def test_somebody_elses_change_loses_nothing_that_was_typed(world: World) -> None:
    client = signed_in(world.vendor_admin)
    worded(world.vendor, world.vendor_admin, opening="Theirs")
    page = client.post(WORDING, typed(opening="Mine"))
    assert page.status_code == 422
    text = page.content.decode()
    assert "Vendor Admin has changed this wording meanwhile" in text
    assert ">\nMine</textarea>" in text
    assert "Theirs" in text, "among the versions"
    again = re.findall(r'name="seen" value="(\d+)"', text)[0]
    assert client.post(WORDING, typed(opening="Mine", seen=again)).status_code == 302
    assert [each.blocks["opening"] for each in MailWording.objects.order_by("version")] == ["Theirs", "Mine"]


def test_versions_are_shown_with_what_each_changed(world: World) -> None:
    worded(world.vendor, world.vendor_admin, opening="Dear partner, thank you")
    worded(world.vendor, world.vendor_admin, seen=1, opening="Dear friend, thank you <b>")
    text = get(world.channel_manager, WORDING).content.decode()
    assert "Dear <del>partner, </del><ins>friend, </ins>thank <del>you</del><ins>you &lt;b&gt;</ins>" in text
    assert "Vendor Admin" in text
    assert "Restore" not in text, "a channel manager only reads"
    assert "<form" not in text.partition('id="words"')[2]


def test_an_earlier_version_is_restored_and_the_portals_words_come_back(world: World) -> None:
    client = signed_in(world.vendor_admin)
    worded(world.vendor, world.vendor_admin, opening="First")
    worded(world.vendor, world.vendor_admin, seen=1, opening="Second")
    client.post(f"{WORDING}restore/", {"language": "en", "seen": 2, "version": 1})
    client.post(f"{WORDING}restore/", {"language": "en", "seen": 3, "version": 0})
    assert [each.blocks for each in MailWording.objects.order_by("version")] == [
        {"opening": "First"}, {"opening": "Second"}, {"opening": "First"}, {},
    ]  # fmt: skip
    assert "The portal’s own words" in client.get(WORDING).content.decode()


def test_restoring_in_front_of_an_old_page_changes_nothing(world: World) -> None:
    client = signed_in(world.vendor_admin)
    worded(world.vendor, world.vendor_admin, opening="First")
    worded(world.vendor, world.vendor_admin, seen=1, opening="Second")
    answer = client.post(f"{WORDING}restore/", {"language": "en", "seen": 1, "version": 1}, follow=True)
    assert "Please look at it again" in answer.content.decode()
    assert client.post(f"{WORDING}restore/", {"language": "en", "seen": 2, "version": 9}).status_code == 404
    assert client.post(f"{WORDING}restore/", {"language": "en"}).status_code == 302
    assert MailWording.objects.count() == 2


# --- who --------------------------------------------------------------------------------------------------------------


def test_others_do_not_get_in(world: World) -> None:
    paths = (LIST, KIND, f"{KIND}html/", WORDING, f"{WORDING}html/")
    expected = {
        world.rival_vendor_admin: 404, world.reseller_owner: 404, world.vendor_finance: 403, world.platform_admin: 403,
        world.channel_manager: 200, world.vendor_admin: 200,
    }  # fmt: skip
    for user, status in expected.items():
        assert [get(user, path).status_code for path in paths] == [status] * len(paths), user.email
    for user in (world.vendor_admin, world.reseller_owner):
        for path in (ADMIN, f"{ADMIN}settled/", f"{ADMIN}settled/html/"):
            assert get(user, path).status_code == 404
        assert signed_in(user).post(f"{ADMIN}settled/test/").status_code == 404
    assert Client().get(ADMIN).status_code == 302


def test_channel_managers_read_and_change_nothing(world: World) -> None:
    client = signed_in(world.channel_manager)
    worded(world.vendor, world.vendor_admin, opening="First")
    assert client.post(WORDING, typed(opening="Mine", seen=1)).status_code == 403
    assert client.post(f"{WORDING}restore/", {"version": 0, "seen": 1}).status_code == 403
    assert MailWording.objects.count() == 1


def test_mails_whose_words_are_the_portals_alone_have_no_page_to_change_them(world: World) -> None:
    client = signed_in(world.vendor_admin)
    assert client.get(f"{LIST}account-reset/wording/").status_code == 404
    assert client.post(f"{LIST}account-reset/wording/", typed(opening="Mine")).status_code == 404
    assert "The words of this mail are the portal’s alone." in client.get(f"{LIST}account-reset/").content.decode()
    assert client.get(f"{LIST}nothing/").status_code == 404


def test_a_preview_of_one_kind_is_not_shown_for_another(world: World) -> None:
    client = signed_in(world.vendor_admin)
    client.post(WORDING, typed(opening="For settled only", preview="1"))
    assert "For settled only" in client.get(f"{WORDING}html/?language=en&typed=1").content.decode()
    for other in (f"{LIST}adjusted/wording/html/?language=en&typed=1", f"{WORDING}html/?language=de&typed=1"):
        assert "For settled only" not in client.get(other).content.decode()


@pytest.mark.parametrize("kind", [kind for kind in registry.mails if kind.placeholders], ids=lambda kind: kind.key)
def test_samples_speak_of_the_vendor_that_looks_at_them(kind: MailKind) -> None:
    reader = User(email="admin@example.com", language="en")
    with mail_samples.about("Werra AG"):
        shown = mail_catalogue.preview(kind=kind, language="en", reader=reader, wording=mail_catalogue.portals_own())
        samples = {name: sample for name, _meaning, sample in mail_catalogue.samples_of(kind=kind, language="en")}
    said = f"{shown.subject} {shown.text} {shown.html}"
    assert samples["{vendor}"] == "Werra AG"
    assert not {"lenovo", "snom", "ibm"} & set(re.findall(r"\w+", said.lower()))


def test_a_vendors_pages_have_samples_of_its_own(world: World) -> None:
    path = f"/vendor/{world.rival_vendor.slug}/mail-kinds/settled/"
    for page in (path, f"{path}html/", f"{path}wording/", f"{path}wording/html/"):
        said = get(world.rival_vendor_admin, page).text
        assert "IBM" in said
        assert "Lenovo" not in said
