"""Program pages for everybody: made from configuration, without cookies, in the language one asks for."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.test import Client

from programs.models import Program, Tier
from tests.partners.applying import open_to_all
from tests.rendering import words
from tests.world import TODAY, World

pytestmark = pytest.mark.django_db
PAGE = "/programs/topseller/"


@pytest.fixture
def client_of_anybody(world: World) -> Client:
    open_to_all(
        world.program,
        description="Bonus auf Topseller",
        description_en="Bonus on top-sellers",
        contact_name="Petra Wolf",
        contact_email="channel@lenovo.example",
        minutes=7,
        documents=[{"de": "Gewerbeschein", "en": "Trade licence"}],
        faq=[{"de": "Was kostet es?", "en": "What does it cost?", "answer_de": "Nichts.", "answer_en": "Nothing."}],
    )
    Tier.objects.filter(program=world.program, code="silver").update(
        benefits=[{"kind": "listing", "de": "Eintrag", "en": "Listed on the <b>website</b>"}],
        requirements=[{"kind": "verified", "de": "Schulung", "en": "A training"}],
    )
    return Client(headers={"accept-language": "de"})


def test_the_page_says_what_tiers_give_and_take(client_of_anybody: Client) -> None:
    shown = words(client_of_anybody.get(PAGE).content.decode())
    told = ("Registered Silver", "Eintrag", "Schulung", "Etwa 7 Minuten", "Gewerbeschein", "Was kostet es?", "Nichts.")
    for text in (*told, "Petra Wolf", "channel@lenovo.example"):
        assert text in shown


def test_everybody_may_keep_the_page_and_nobody_gets_a_cookie(client_of_anybody: Client) -> None:
    for path in ("/programs/", PAGE, f"{PAGE}?lang=en"):
        response = client_of_anybody.get(path)
        assert not response.cookies
        assert sorted(response["Cache-Control"].split(", ")) == ["max-age=300", "public"]
        assert "noindex" not in response.content.decode()


@pytest.mark.parametrize(("query", "text"), [("", "Bonus auf Topseller"), ("?lang=en", "Bonus on top-sellers")])
def test_the_address_may_ask_for_a_language(client_of_anybody: Client, query: str, text: str) -> None:
    page = client_of_anybody.get(PAGE + query).content.decode()
    assert text in page
    assert 'hreflang="en" href="http' in page
    assert client_of_anybody.get(f"{PAGE}?lang=xx").status_code == 200


def test_what_a_vendor_wrote_is_text(client_of_anybody: Client) -> None:
    page = client_of_anybody.get(f"{PAGE}?lang=en").content.decode()
    assert "Listed on the &lt;b&gt;website&lt;/b&gt;" in page


def test_a_program_that_is_not_public_or_over_is_not_there(world: World, client_of_anybody: Client) -> None:
    assert client_of_anybody.get("/programs/10hoch4/").status_code == 404
    Program.objects.filter(pk=world.program.pk).update(ends_on=TODAY)
    assert client_of_anybody.get(PAGE).status_code == 404
    assert "Topseller" not in client_of_anybody.get("/programs/").content.decode()


def test_the_page_costs_a_constant_number_of_queries(
    world: World, client_of_anybody: Client, django_assert_num_queries: object
) -> None:
    with django_assert_num_queries(3):  # type: ignore[operator]
        client_of_anybody.get(PAGE)
    Program.objects.filter(pk=world.rival_program.pk).update(public=True, ends_on=TODAY + timedelta(days=1))
    with django_assert_num_queries(1):  # type: ignore[operator]
        client_of_anybody.get("/programs/")
