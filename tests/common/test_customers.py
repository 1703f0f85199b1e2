"""Whether two end customers are one: pairs as people type them, and what must hold for every text."""

from __future__ import annotations

from dataclasses import fields, replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from common.companies import OTHER_VAT_ID, SAME_POSTCODE, SAME_VAT_ID
from common.customers import Customer, compare_customers, keys
from common.customers.domains import own_domain
from common.customers.matching import SAME_DOMAIN, prepared, weigh
from tests.common.customer_pairs import DIFFERENT, SAME, customer

FIELDS = [field.name for field in fields(Customer)]


def cases(pairs: dict[str, list[tuple[str, str]]]) -> list[object]:
    return [pytest.param(one, other, id=f"{kind}: {one}") for kind, rows in pairs.items() for one, other in rows]


@pytest.mark.parametrize(("one", "other"), cases(SAME))
def test_one_customer_typed_twice_is_the_same(one: str, other: str) -> None:
    found = compare_customers(customer(one), customer(other))
    assert found.same, found


@pytest.mark.parametrize(("one", "other"), cases(DIFFERENT))
def test_two_customers_that_look_alike_are_different(one: str, other: str) -> None:
    found = compare_customers(customer(one), customer(other))
    assert not found.same, found


def test_a_vat_id_decides_for_and_against_whatever_the_name() -> None:
    here = customer("Elbtal Anlagenbau GmbH|Kai 1|01067|Dresden|DE|elbtal.example|DE 136 695 976")
    renamed = customer("Ganz Anders AG||80331|München|DE||de136695976")
    found = compare_customers(here, renamed)
    assert found.same
    assert found.reasons[0] == SAME_VAT_ID
    other = compare_customers(here, replace(here, vat_id="DE811907980"))
    assert not other.same
    assert other.reasons[-1] == OTHER_VAT_ID
    abroad = compare_customers(here, replace(here, vat_id="ATU12345678"))
    assert not abroad.same


def test_a_slip_in_a_vat_id_does_not_divide_what_agrees_in_everything_else() -> None:
    here = customer("Elbtal Anlagenbau GmbH|Kai 1|01067|Dresden|DE|elbtal.example|DE136695976")
    assert compare_customers(here, replace(here, vat_id="DE136695967")).same
    assert not compare_customers(replace(here, domain="", street=""), replace(here, vat_id="DE136695967")).same


@pytest.mark.parametrize(
    "spelled",
    [
        "elbtal.example", "ELBTAL.EXAMPLE", "www.elbtal.example", "https://www.elbtal.example/kontakt?x=1#oben",
        "http://elbtal.example:8080", "elbtal.example.", "info@elbtal.example", "Elbtal <info@elbtal.example>",
        "mailto:info@mail.elbtal.example", "shop.eu.elbtal.example", " elbtal。example ", "//elbtal.example/",
        "a@elbtal.example; b@elbtal.example", "user:secret@elbtal.example",
    ],
)  # fmt: skip
def test_a_domain_is_known_in_every_spelling(spelled: str) -> None:
    assert own_domain(spelled) == "elbtal.example"


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("müller.de", "xn--mller-kva.de"),
        ("www.straße.example", "XN--STRAE-OQA.example"),
        ("bücher.co.uk", "shop.xn--bcher-kva.co.uk"),
        ("pahl.jimdosite.com", "www.pahl.jimdosite.com/brot"),
        ("gs-wiesental.schule.bayern.de", "sekretariat@gs-wiesental.schule.bayern.de"),
    ],
)
def test_two_spellings_of_a_domain_are_one(one: str, other: str) -> None:
    assert own_domain(one) == own_domain(other) != ""


@pytest.mark.parametrize(
    "shared",
    [
        "gmail.com", "info@web.de", "www.t-online.de", "wixsite.com", "jimdosite.com", "wordpress.com", "business.site",
        "myshopify.com", "github.io", "https://www.facebook.com/mueller", "m.facebook.com",
        "de.linkedin.com/in/mueller",
        "schule.bayern.de", "poststelle@schule.bayern.de", "bayern.de", "co.uk", "localhost", "192.168.0.1", "de", "",
        "keine", "n/a", "-", "@", "https://", "a..b", "xn--.de", "\x00.de",
    ],
)  # fmt: skip
def test_what_many_share_and_what_is_no_domain_says_nothing(shared: str) -> None:
    assert own_domain(shared) == ""


def test_customers_who_share_a_portal_are_not_the_same_for_it() -> None:
    one = customer("Pfarrei Heilig Geist||97421|Schweinfurt|DE|portal.example")
    other = customer("Pfarrei Sankt Kilian||97421|Schweinfurt|DE|portal.example")
    assert SAME_DOMAIN in compare_customers(one, other).reasons
    assert not compare_customers(one, other).same


@pytest.mark.parametrize(
    ("postcode", "city", "same"),
    [
        ("01067", "Dresden", True),
        ("01069", "Dresden", True),
        ("01067", "", True),
        ("", "Dresden", True),
        ("01099", "Dresden-Neustadt", True),
        ("01445", "Radebeul", False),
        ("20095", "Hamburg", False),
        ("", "", False),
    ],
)
def test_a_name_that_many_have_needs_the_same_town(postcode: str, city: str, *, same: bool) -> None:
    one = Customer(name="Stadtwerke GmbH", postcode="01067", city="Dresden")
    assert compare_customers(one, Customer(name="Stadtwerke", postcode=postcode, city=city)).same is same


def test_an_abbreviation_counts_only_where_something_else_agrees() -> None:
    full = customer("Nordsee Gaswerke GmbH||26382|Wilhelmshaven")
    assert compare_customers(full, customer("NGW||26382|Wilhelmshaven")).same
    assert not compare_customers(full, customer("NGW")).same
    assert not compare_customers(full, customer("NGW||80331|München")).same


def test_every_reason_is_marked_for_translation_and_says_for_or_against() -> None:
    found = compare_customers(
        customer("Kettler Elektro GmbH|Ring 1|33602|Bielefeld|DE|kettler.example"),
        customer("Kettler Sanitär GmbH|Ring 1|33602|Bielefeld|DE|kettler.example"),
    )
    assert SAME_POSTCODE in found.reasons
    assert [reason.against for reason in found.reasons] == sorted(reason.against for reason in found.reasons)


# --- what holds for every text ---------------------------------------------------------------------------------------


def one_of(words: str) -> st.SearchStrategy[str]:
    return st.sampled_from(words.split())


NAMING = one_of("Elbtal Hinrichs Vahrenkamp Ravensberger Kettler Wiesenhütter Käßbohrer Brückmann")
TRADES = one_of("Maschinenbau Elektrotechnik Möbelhaus Stadtwerke Apotheke Bäckerei Spedition")
ANY_WORDS = NAMING | TRADES | one_of("Müller Nord Holding 5. 24 Emden & der AG (SWE) IT-Abteilung, Dr. Hans e.V.")
FORMS = [
    "GmbH",
    "GmbH & Co. KG",
    "Gesellschaft mit beschränkter Haftung",
    "e.K.",
    "AG",
    "KG",
    "UG (haftungsbeschränkt)",
]
WRITTEN_OUT = str.maketrans({"ü": "ue", "ö": "oe", "ä": "ae"})
PLAIN = str.maketrans({"ü": "u", "ö": "o", "ä": "a"})
NAMES = st.lists(ANY_WORDS, max_size=5).map(" ".join) | st.text(max_size=30)
CUSTOMERS = st.builds(
    Customer,
    NAMES,
    st.sampled_from(["", "Am Anger 5", "Kölner Str. 12-14", "Postfach 1"]) | st.text(max_size=12),
    st.sampled_from(["", "01067", "1067", "D-01067", "20095", "SW1A 1AA"]) | st.text(max_size=6),
    st.sampled_from(["", "Dresden", "Emden", "Frankfurt/Main", "Neustadt a. d. Aisch"]) | st.text(max_size=12),
    st.sampled_from(["", "DE", "Deutschland", "AT"]) | st.text(max_size=4),
    st.sampled_from(["", "elbtal.example", "info@gmail.com", "müller.de"]) | st.text(max_size=15),
    st.sampled_from(["", "DE136695976", "136695976", "ATU12345678"]) | st.text(max_size=12),
)


@pytest.mark.parametrize(
    "written",
    [
        "Kli\u200bnikum Elb\u200dtal", "Kli\u00adnikum Elb\u2060tal", "Kli\ufe0fnikum El\u3164btal",
        "\u202eKlinikum El\ufeffbtal\u202c", "Klinikum \u0415lbt\u0430l", "\u039alinikum Elbt\u03b1l",
        "Ｋｌｉｎｉｋｕｍ Elb\u0301tal",
    ],
)  # fmt: skip
def test_signs_that_nobody_sees_and_letters_that_look_alike_hide_no_customer(written: str) -> None:
    plain, other = (Customer(name=name, postcode="01796", city="Pirna") for name in ("Klinikum Elbtal", written))
    assert compare_customers(plain, other).score == compare_customers(plain, plain).score
    assert compare_customers(plain, replace(other, postcode="٠١٧٩٦")).same
    assert keys(other) == keys(plain)


def test_a_name_in_another_script_keeps_its_letters() -> None:
    one, other = (Customer(name=name, city="Sofia") for name in ("Ромашка ООД", "Василёк ООД"))
    assert compare_customers(one, one).same
    assert not compare_customers(one, other).same


@given(CUSTOMERS, CUSTOMERS)
def test_it_does_not_matter_which_of_the_two_comes_first(one: Customer, other: Customer) -> None:
    assert compare_customers(one, other) == compare_customers(other, one)


@given(CUSTOMERS, CUSTOMERS)
def test_two_that_are_the_same_share_a_key(one: Customer, other: Customer) -> None:
    found = compare_customers(one, other)
    assert 0 <= found.score <= 100
    assert not found.same or not keys(one).isdisjoint(keys(other))


@given(st.text(), st.text())
def test_no_text_is_too_odd(one: str, other: str) -> None:
    compare_customers(Customer(*[one] * 7), Customer(*[other] * 7))
    assert all(len(key) <= 60 for key in keys(Customer(*[one] * 7)))


@given(
    st.lists(NAMING, min_size=1, max_size=2, unique=True),
    TRADES,
    st.sampled_from(FORMS),
    st.sampled_from(
        [
            str.upper,
            str.lower,
            str.title,
            lambda name: name.translate(WRITTEN_OUT),
            lambda name: name.translate(PLAIN),
            lambda name: f"  {name}. ",
        ]
    ),
)
def test_case_umlauts_and_legal_form_do_not_matter(words: list[str], trade: str, form: str, write: object) -> None:
    name = " ".join([*words, trade])
    there = {"postcode": "01067", "city": "Dresden"}
    assert compare_customers(Customer(name, **there), Customer(write(f"{name} {form}"), **there)).same  # type: ignore[operator]


@given(CUSTOMERS)
def test_what_is_empty_on_both_sides_is_no_reason(known: Customer) -> None:
    assert SAME_DOMAIN not in compare_customers(replace(known, domain=""), replace(known, domain="")).reasons
    assert SAME_VAT_ID not in compare_customers(replace(known, vat_id=""), replace(known, vat_id="")).reasons
    assert compare_customers(Customer(), Customer()).score == 0
    assert not compare_customers(known, Customer()).same


@given(CUSTOMERS, st.sampled_from(FIELDS))
def test_leaving_out_what_agrees_never_helps(known: Customer, field: str) -> None:
    """A customer and itself, and the same with a field of one side blank."""
    assert compare_customers(known, replace(known, **{field: ""})).score <= compare_customers(known, known).score


@pytest.mark.parametrize(("one", "other"), cases(SAME))
def test_a_search_finds_whoever_a_comparison_calls_the_same(one: str, other: str) -> None:
    """Not only by the promise of `compare_customers`: the keys lose none of the pairs above."""
    assert weigh(prepared(customer(one)), prepared(customer(other))).same
    assert keys(customer(one)) & keys(customer(other))
