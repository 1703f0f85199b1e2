"""Whether two companies are the same, by pairs as they occur in reports, and by what must hold for every name."""

from __future__ import annotations

import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from common.companies import (
    LIKELY,
    OTHER_VAT_ID,
    POSSIBLE,
    SAME_CITY,
    SAME_EMAIL_DOMAIN,
    SAME_NAME,
    SAME_POSTCODE,
    SAME_VAT_ID,
    VERY_SIMILAR_NAME,
    Company,
    compare,
    most_similar,
)

SAME = [
    ("Elbtal Systemhaus GmbH", "Elbtal Systemhaus"),
    ("Elbtal Systemhaus GmbH", "ELBTAL SYSTEMHAUS G.M.B.H."),
    ("Müller & Söhne GmbH & Co. KG", "Mueller und Soehne"),
    ("Müller + Söhne OHG", "Muller Sohne"),
    ("Blau Fuchs IT", "Blaufuchs IT GmbH"),
    ("Blaufuchs UG (haftungsbeschränkt)", "Blaufuchs"),
    ("Computer Schulze e.K.", "Schulze Computer"),
    ("Computer Schulze e. Kfm.", "Computer Schulze eK"),
    ("Weiß EDV GbR", "WEISS EDV"),
    ("De Vries Automatisering B.V.", "de Vries Automatisering BV"),
    ("Durand Informatique S.A.R.L.", "Durand Informatique SARL"),
    ("Kowalski Systemy sp. z o.o.", "Kowalski Systemy Sp.z o.o."),
    ("Nordhaven Computing Ltd.", "Nordhaven Computing Limited"),
    ("Novák Počítače s.r.o.", "Novak Pocitace"),
    ("Rheinblick IT GmbH", "Rheinblick I.T. GmbH"),
    ("Rheinblick IT-Systeme GmbH", "Rheinblick IT Systeme"),
    ("Großmüller Bürotechnik KG", "Grossmueller Buerotechnik"),
    ("Telefonbau Schneider GmbH", "Telefonbau Schneidr GmbH"),
    ("Firma Hirschauer Datentechnik", "Hirschauer Datentechnik Inh. Hirschauer"),
    ("3S Systems AG", "3 S Systems"),
]
DIFFERENT = [
    ("Systemhaus Nord GmbH", "Systemhaus Süd GmbH"),
    ("Systemhaus Nord GmbH", "Systemhaus GmbH"),
    ("Computer 24 GmbH", "Computer 42 GmbH"),
    ("Telefonladen 1 GmbH", "Telefonladen 2 GmbH"),
    ("IT Systemhaus Dresden", "IT Systemhaus Leipzig"),
    ("EDV Service Meier", "EDV Service Schmidt"),
    ("Computer Müller", "Computer Schulze"),
    ("Elbtal Systemhaus GmbH", "Rheinblick Systemhaus GmbH"),
    ("IT Solutions GmbH", "IT Services GmbH"),
    ("Bauer EDV", "Baum EDV"),
    ("Hansa Büro GmbH", "Hanse Netzwerke GmbH"),
    ("AG", "SE"),
]
NEAR = [
    ("Elbtal Systemhaus GmbH", "Elbtal Handel"),
    ("Schneider Telefonbau GmbH", "Schneider Telefonbau Dresden GmbH"),
    ("Kaiser Netzwerke", "Kaiser & Partner IT-Service GmbH"),
]


@pytest.mark.parametrize(("one", "other"), SAME)
def test_names_of_one_company_are_taken_as_the_same(one: str, other: str) -> None:
    assert compare(Company(one), Company(other)).score >= LIKELY


@pytest.mark.parametrize(("one", "other"), DIFFERENT)
def test_names_of_two_companies_are_not_even_suggested(one: str, other: str) -> None:
    assert compare(Company(one), Company(other)).score < POSSIBLE


@pytest.mark.parametrize(("one", "other"), NEAR)
def test_names_that_may_be_one_company_are_left_to_a_person(one: str, other: str) -> None:
    assert POSSIBLE <= compare(Company(one), Company(other)).score < LIKELY


def test_the_vat_id_decides_whatever_the_name() -> None:
    same = compare(Company("Elbtal", vat_id="DE 123 456 789"), Company("Neuer Name AG", vat_id="de123456789"))
    assert (same.score, same.reasons[0]) == (100, SAME_VAT_ID)
    other = compare(Company("Elbtal", vat_id="DE123456789"), Company("Elbtal", vat_id="DE987654321"))
    assert other.score < POSSIBLE
    assert other.reasons[0] == SAME_NAME
    assert OTHER_VAT_ID in other.reasons


def test_a_place_makes_similar_names_likelier_and_another_place_less_likely() -> None:
    name, near = "Schneider Telefonbau GmbH", "Schneider Telefonbau Dresden GmbH"
    alone = compare(Company(name), Company(near)).score
    at_home = compare(Company(name, "01067", "Dresden"), Company(near, "01067", "Dresden"))
    away = compare(Company(name, "20095", "Hamburg"), Company(near, "01067", "Dresden"))
    assert away.score < alone < at_home.score
    assert SAME_POSTCODE in at_home.reasons
    assert away.reasons[-1].against
    in_town = compare(Company(name, city="Frankfurt"), Company(near, city="Frankfurt am Main"))
    assert SAME_CITY in in_town.reasons


def test_a_place_alone_makes_nobody_the_same() -> None:
    here = {"postcode": "01067", "city": "Dresden"}
    assert compare(Company("Elbtal Systemhaus", **here), Company("Telefonladen Kurz", **here)).score < POSSIBLE


def test_a_mail_domain_counts_unless_everybody_has_it() -> None:
    own = {"email_domain": "elbtal.example"}
    assert SAME_EMAIL_DOMAIN in compare(Company("Elbtal", **own), Company("Elbtal Handel", **own)).reasons
    free = {"email_domain": "gmx.de"}
    assert SAME_EMAIL_DOMAIN not in compare(Company("Elbtal", **free), Company("Kurz", **free)).reasons


def test_the_likeliest_candidate_comes_first_with_its_reasons() -> None:
    candidates = [
        Company("Systemhaus Nord GmbH", "20095", "Hamburg"),
        Company("Schneider Telefonbau Dresden GmbH", "01067", "Dresden"),
        Company("Telefonbau Schneider KG", "01067", "Dresden"),
        Company("Ganz anders AG", vat_id="DE111111111"),
    ]
    wanted = Company("Telefonbau Schneider GmbH", "01067", "Dresden", "DE111111111")
    found = most_similar(wanted, candidates, limit=3)
    assert [each.index for each in found] == [2, 3, 1]
    assert found[0].comparison.reasons == (SAME_NAME, SAME_POSTCODE)
    assert [each.index for each in most_similar(wanted, candidates, limit=1)] == [2]


def test_one_name_is_found_among_ten_thousand() -> None:
    dice = random.Random(4)
    words = ["".join(dice.choices("abcdefghiklmnoprstuw", k=dice.randint(4, 10))) for _ in range(3000)]
    candidates = [Company(f"{dice.choice(words)} {dice.choice(words)} Systemhaus GmbH") for _ in range(10_000)]
    wanted = Company(candidates[4711].name.upper())
    assert most_similar(wanted, candidates, limit=10)[0].index == 4711


# --- what holds for every name ---------------------------------------------------------------------------------------

WORDS = st.sampled_from(
    [
        "Elbtal",
        "Müller",
        "Systemhaus",
        "IT",
        "EDV",
        "Computer",
        "Nord",
        "Süd",
        "24",
        "7",
        "Söhne",
        "Weiß",
        "AS",
        "Kaiser",
    ]
)
NAMES = st.lists(WORDS, min_size=1, max_size=5).map(" ".join) | st.text(min_size=1, max_size=30)
FORMS = [
    "GmbH",
    "GmbH & Co. KG",
    "UG (haftungsbeschränkt)",
    "e.K.",
    "AG",
    "KG",
    "OHG",
    "GbR",
    "Ltd.",
    "B.V.",
    "S.A.R.L.",
]
FORMS += ["sp. z o.o.", "s.r.o.", "SE", "Inc."]
PLACES = st.sampled_from(["", "01067", "20095"])
COMPANIES = st.builds(
    Company, NAMES, PLACES, st.sampled_from(["", "Dresden", "Hamburg"]), st.sampled_from(["", "DE1", "DE2"])
)


@given(COMPANIES, COMPANIES)
def test_it_does_not_matter_which_of_the_two_comes_first(one: Company, other: Company) -> None:
    assert compare(one, other) == compare(other, one)


@given(COMPANIES)
def test_every_company_is_the_same_as_itself(company: Company) -> None:
    assert compare(company, company).score == 100


@given(COMPANIES, COMPANIES)
def test_a_score_is_between_nothing_and_the_same(one: Company, other: Company) -> None:
    assert 0 <= compare(one, other).score <= 100


@given(
    st.lists(WORDS, min_size=1, max_size=4),
    st.sampled_from(FORMS),
    st.sampled_from([str.upper, str.lower, str.title, lambda name: name.replace(" ", "-"), lambda name: f" {name}. "]),
)
def test_case_punctuation_and_legal_form_do_not_matter(words: list[str], form: str, write: object) -> None:
    name = " ".join(words)
    assert compare(Company(name), Company(write(f"{name} {form}"))).score >= 98  # type: ignore[operator]


def test_a_form_before_another_one_with_an_ampersand_is_one_too() -> None:
    assert compare(Company("Elbtal AS"), Company("Elbtal AS GmbH & Co. KG")).score == 100


@given(st.permutations(["Elbtal", "Telefonbau", "Dresden", "IT"]))
def test_the_order_of_the_words_does_not_matter(words: list[str]) -> None:
    assert compare(Company("Elbtal Telefonbau Dresden IT"), Company(" ".join(words))).score == 100


def test_similar_names_say_so() -> None:
    assert compare(Company("Telefonbau Schneider"), Company("Telefonbau Schneidr")).reasons == (VERY_SIMILAR_NAME,)
