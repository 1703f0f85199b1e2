"""A vendor's own words in mails: placeholders are replaced, and nothing else becomes of a text."""

from __future__ import annotations

from datetime import date
from email import message_from_bytes, policy
from typing import Any

import pytest
from django.core.mail import EmailMultiAlternatives
from django.utils.translation import override

from common import mail_words, outbox, registry
from common.mail_words import OnBehalf
from common.outbox import Addressee
from common.registry import Blocks, MailKind

READER = Addressee("buyer@elbtal.example", "en", "Paula Buyer")
KIND = MailKind("settled", "A rebate", "settled", dict, placeholders=("partner", "vendor", "amount", "day"))


def filled(text: str, language: str = "en", **values: object) -> str:
    context = {"on_behalf": OnBehalf(1, values)}
    with override(language):
        found = mail_words.words(KIND, context, language, lambda *_: {"opening": text})
    return found["opening"]


def mail(kind: str = "settled", blocks: Blocks | None = None, **values: object) -> dict[str, str]:
    context = dict(registry.mails[kind].sample())
    on_behalf: OnBehalf = context["on_behalf"]
    context["on_behalf"] = OnBehalf(1, {**on_behalf.values, **values})
    return outbox.written(kind=kind, recipient=READER, context=context, wording=lambda *_: blocks or {})


def test_placeholders_become_what_the_mail_is_about() -> None:
    text = filled("{vendor} and {partner}: {amount} {vendor}", vendor="Snom", partner="Elbtal", amount="5 €")
    assert text == "Snom and Elbtal: 5 € Snom"


def test_days_are_written_out_in_the_language_of_the_mail() -> None:
    assert filled("{day}", day=date(2026, 12, 1)) == "1 December 2026"
    assert filled("{day}", "de", day=date(2026, 12, 1)) == "1. Dezember 2026"


def test_what_a_value_contains_is_never_looked_at_again() -> None:
    assert filled("{partner}", partner="{vendor} {{ settings }}", vendor="Snom") == "{vendor} {{ settings }}"


@pytest.mark.parametrize(
    "text", ["{{ vendor }}", "{% load i18n %}", "%(vendor)s", "{vendor.__class__}", "{vendor!r}", "{0}", "$vendor"]
)
def test_no_template_code_is_read_from_a_text(text: str) -> None:
    """Most of it is refused; what is not stays as it was written."""
    found = mail_words.words(KIND, {"on_behalf": OnBehalf(1, {"vendor": "Snom"})}, "en", lambda *_: {"opening": text})
    assert found in ({}, {"opening": text})


@pytest.mark.parametrize(
    ("text", "wrong"),
    [
        ("Hello {partner}", []),
        ("{parnter} {vendor} {x y}", ["{parnter}", "{x y}"]),
        ("{ partner }", ["{ partner }"]),
        ("{}", ["{}"]),
        ("{partner", ["{"]),
        ("{{partner}}", ["{", "}"]),
        ("a } b", ["}"]),
    ],
)
def test_unknown_placeholders_are_found(text: str, wrong: list[str]) -> None:
    assert mail_words.unknown(KIND, text) == wrong


def test_a_block_that_names_what_the_kind_no_longer_knows_is_left_out() -> None:
    found = mail(blocks={"subject": "{tier}", "opening": "For {partner}", "nonsense": "x"})
    assert found["subject"].startswith("Your rebate is settled")
    assert "For Elbtal Systemhaus GmbH" in found["text"]


def test_a_mail_without_a_vendor_has_no_such_words() -> None:
    context = registry.mails["account-reset"].sample()
    plain = outbox.written(kind="account-reset", recipient=READER, context=context)
    assert outbox.written(
        kind="account-reset", recipient=READER, context=context, wording=lambda *_: {"opening": "Mine"}
    ) == plain  # fmt: skip


def test_every_block_stands_where_it_belongs_in_text_and_html() -> None:
    found = mail(
        blocks={"subject": "Good news", "opening": "One.\nTwo.\n\nThree.", "closing": "Soon more.", "signature": "Ina"}
    )
    assert found["subject"] == "Good news"
    text = found["text"]
    order = ["Hello Paula Buyer,", "One.\nTwo.\n\nThree.", "Lenovo has settled", "Soon more.", "Ina", "\n-- \n"]
    assert [text.index(each) for each in order] == sorted(text.index(each) for each in order)
    assert "<p>One.<br>Two.</p>\n\n<p>Three.</p>" in found["html"]


def test_without_words_the_mail_is_the_same_as_before() -> None:
    plain, empty = mail(), mail(blocks={"opening": "", "signature": ""})
    assert plain == empty
    assert "\n\n\n" not in plain["text"]


def test_html_in_words_and_in_names_is_escaped_and_text_is_not() -> None:
    found = mail(blocks={"opening": "<script>alert(1)</script> & {partner}"}, partner='"><img src=x> & Söhne')
    assert "<script>" not in found["html"]
    assert "<img" not in found["html"]
    assert "&lt;script&gt;alert(1)&lt;/script&gt; &amp; &quot;&gt;&lt;img src=x&gt; &amp; Söhne" in found["html"]
    assert '<script>alert(1)</script> & "><img src=x> & Söhne' in found["text"]


def test_addresses_in_words_become_no_links() -> None:
    found = mail(blocks={"closing": "See https://snom.example/ or javascript:alert(1)"})
    assert 'href="https://snom.example' not in found["html"]
    assert 'href="javascript' not in found["html"]


INJECTIONS: list[Any] = [
    "Elbtal\r\nBcc: everybody@example.com", 'Elbtal "Systems" <x@example.com>', "Elbtal\n\nBody", "Elbtal\u2028Bcc: x",
    "Elbtal\x0bBcc: x", "Elbtal\x85Bcc: x", "Müller & Söhne\rTo: x",
]  # fmt: skip


@pytest.mark.parametrize("name", INJECTIONS)
@pytest.mark.parametrize("kind", [kind.key for kind in registry.mails if "partner" in kind.placeholders])
def test_no_name_and_no_wording_adds_a_header(kind: str, name: str) -> None:
    found = mail(kind, {"subject": "For {partner}" + "\r\nX-Evil: 1"}, partner=name)
    assert "\n" not in found["subject"]
    assert "\r" not in found["subject"]
    message = EmailMultiAlternatives(found["subject"], found["text"], to=[READER.email])
    message.attach_alternative(found["html"], "text/html")
    read = message_from_bytes(message.message().as_bytes(), policy=policy.default)
    assert not {"bcc", "x-evil", "cc"} & {header.lower() for header in read}
    assert read["To"] == READER.email
    assert " ".join(str(read["Subject"]).split()).startswith("For ")


def test_a_name_with_a_break_begins_no_sentence_of_its_own() -> None:
    text = mail(blocks={"opening": "For {partner}."}, partner="Elbtal\n\nPlease pay to another account")["text"]
    assert "For Elbtal  Please pay to another account." in text


def test_texts_are_tidied_before_they_are_kept() -> None:
    assert mail_words.tidy("  One \r\nTwo\t\r\n\r\n\r\n\r\nThree  \n") == "One\nTwo\n\nThree"


@pytest.mark.parametrize("kind", [kind for kind in registry.mails if kind.placeholders], ids=lambda kind: kind.key)
def test_every_placeholder_has_a_meaning_and_a_value(kind: MailKind) -> None:
    on_behalf: OnBehalf = kind.sample()["on_behalf"]
    assert "vendor" in kind.placeholders
    for name in kind.placeholders:
        assert name in mail_words.PLACEHOLDERS
        assert mail_words.line_of(on_behalf.values[name])


def test_every_kind_says_what_it_is_about_and_who_gets_it() -> None:
    assert [kind.key for kind in registry.mails if not (str(kind.group) and str(kind.to))] == []
