"""Countries of SEPA, the characters its banks pass on, and ids made of them."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st
from schwifty import IBAN

from rebates.documents.ids import LONGEST, end_to_end_id, message_id
from rebates.documents.sepa import SEPA_COUNTRIES, is_sepa, sepa_text


@pytest.mark.parametrize("country", ["DE", "AT", "CH", "GB", "NO", "RS", "SM"])
def test_these_countries_are_reached(country: str) -> None:
    assert is_sepa(country)


@pytest.mark.parametrize("country", ["US", "TR", "AE", "UA", "XK", "BA", "", "de"])
def test_these_are_not(country: str) -> None:
    assert not is_sepa(country)


def test_there_are_as_many_countries_as_the_european_central_bank_counts() -> None:
    """41 since 22 May 2025 (ecb.europa.eu, "Single Euro Payments Area"); Gibraltar has a code of its own."""
    assert len(SEPA_COUNTRIES - {"GI"}) == 41
    assert all(IBAN.random(country_code=country).country_code == country for country in SEPA_COUNTRIES)


@pytest.mark.parametrize(
    ("text", "written"),
    [
        ("Müller & Söhne", "Mueller + Soehne"),
        ("Straße ÄÖÜ äöü", "Strasse AeOeUe aeoeue"),
        ("u\u0308ber", "ueber"),  # a letter and its dots as two characters
        ("Łódź Ñandú Ørsted", "Lodz Nandu Orsted"),
        ("Αθήνα Москва", "Athena Moskva"),
        ("„Ring“ – 7 …", ",,Ring' - 7 ..."),
        ("a\n\tb\0c", "a b c"),
        ("//a//b//", "a/b"),
        (" / ", ""),
        ("🙂", ""),
        ("info@x_y.de;", "info(at)x-y.de,"),
    ],
)
def test_texts_are_written_in_what_banks_pass_on(text: str, written: str) -> None:
    assert sepa_text(text, 70) == written


@given(st.text(), st.integers(1, 140))
def test_nothing_else_is_left_of_any_text(text: str, most: int) -> None:
    written = sepa_text(text, most)
    assert re.fullmatch(r"[a-zA-Z0-9/\-?:().,'+ ]*", written)
    assert len(written) <= most
    assert not written.startswith(("/", " "))
    assert not written.endswith(("/", " "))
    assert "//" not in written
    assert sepa_text(written, most) == written


# --- ids --------------------------------------------------------------------------------------------------------------

slugs = st.from_regex(r"[-a-zA-Z0-9_]{1,60}", fullmatch=True)
numbers = st.integers(1, 10**6)
partner_numbers = st.from_regex(r"[A-Z0-9-]{1,12}", fullmatch=True)


def test_ids_say_whose_they_are() -> None:
    assert message_id("acme", 12, 1) == "acme-R12-F1"
    assert end_to_end_id("acme", 12, "P4711") == "acme-R12-P4711"


def test_a_long_name_is_cut_and_keeps_its_run() -> None:
    long = message_id("a-vendor-with-a-really-long-name-indeed", 12, 1)
    assert len(long) <= LONGEST
    assert re.fullmatch(r"a-vendor-with-[a-z-]*-R12-X[0-9A-F]{12}", long)


@pytest.mark.parametrize(
    ("found", "expected"),
    [
        (message_id("a-vendor-with-a-very-long-name-indeed", 12, 1), "a-vendor-with-a-v-R12-X8E3E11479F6B"),
        (end_to_end_id("acme", 12, "P/4711"), "acme-R12-X4E031A5C6D1F"),
        (end_to_end_id("Ünlü", 12, "P4711"), "nl-R12-XBE2F60B0CB30"),
    ],
)
def test_an_id_never_changes(found: str, expected: str) -> None:
    """Under another id the bank would make a payment twice that is on its way."""
    assert found == expected


def test_a_number_that_looks_like_a_cut_id_does_not_get_that_id() -> None:
    cut = end_to_end_id("acme", 12, "P/4711")
    assert end_to_end_id("acme", 12, cut.removeprefix("acme-R12-")) != cut


@given(slugs, numbers, numbers, partner_numbers)
def test_every_id_is_one_that_banks_pass_on(slug: str, run: int, file: int, partner: str) -> None:
    for name in (message_id(slug, run, file), end_to_end_id(slug, run, partner)):
        assert 0 < len(name) <= LONGEST
        assert sepa_text(name, LONGEST) == name


close = st.tuples(st.sampled_from(["a", "a-R1", "a-r1", "A", "a_r1", "a" * 30, "a" * 31]), st.integers(1, 12))


@given(st.lists(st.tuples(close, st.sampled_from(["1", "R1-1", "1-R1", "F1", "1-1"])), unique=True, min_size=2))
def test_no_two_payments_share_an_id(payments: list[tuple[tuple[str, int], str]]) -> None:
    assert len({end_to_end_id(slug, run, partner) for (slug, run), partner in payments}) == len(payments)


@given(st.lists(st.tuples(slugs, numbers, numbers), unique=True))
def test_no_two_files_share_an_id(files: list[tuple[str, int, int]]) -> None:
    assert len({message_id(*each) for each in files}) == len(files)
