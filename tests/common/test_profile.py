"""A person's own name and language."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client

from tests.people import person, signed_in

pytestmark = pytest.mark.django_db
PATH = "/account/profile/"


def save(client: Client, **values: str) -> Any:
    return client.post(PATH, {"first_name": "", "last_name": "", "language": "en", **values})


def test_name_and_language_are_changed_and_the_page_speaks_it_at_once() -> None:
    owner = person("owner", language="en")
    client = signed_in(owner)
    assert save(client, first_name="Zoë", last_name="<b>Krämer</b>", language="de")["Location"] == PATH
    owner.refresh_from_db()
    assert (owner.first_name, owner.last_name, owner.language) == ("Zoë", "<b>Krämer</b>", "de")
    page = client.get(PATH).content.decode()
    assert '<html lang="de">' in page
    assert "Ihre Angaben sind gespeichert." in page
    assert "&lt;b&gt;Krämer&lt;/b&gt;" in page
    assert "<b>Krämer" not in page


def test_a_name_is_one_line_that_reads_as_it_is_written() -> None:
    """It stands in mails to others, where a break would begin a sentence of its own."""
    owner = person("owner")
    save(signed_in(owner), first_name="Zoë\r\n\r\nPay at evil.example", last_name="Kr\u202eämer\x07 👩\u200d🔧")
    owner.refresh_from_db()
    assert (owner.first_name, owner.last_name) == ("Zoë Pay at evil.example", "Krämer 👩\u200d🔧")
    answer = save(signed_in(owner), first_name="Zo\0ë")
    assert answer.status_code == 422


def test_a_name_is_optional() -> None:
    owner = person("owner")
    assert save(signed_in(owner)).status_code == 302
    owner.refresh_from_db()
    assert owner.name == owner.email


@pytest.mark.parametrize(
    ("field", "typed"),
    [("first_name", "x" * 151), ("last_name", "nul\0l"), ("language", "fr"), ("language", "")],
)
def test_bad_input_is_said_at_the_field_and_nothing_is_saved(field: str, typed: str) -> None:
    owner = person("owner")
    answer = save(signed_in(owner), **{"first_name": "New", field: typed})
    assert answer.status_code == 422
    assert list(answer.context["form"].errors) == [field]
    assert answer.context["user"].get_full_name() == "Owner"
    owner.refresh_from_db()
    assert owner.first_name == "Owner"


def test_nothing_else_of_the_account_is_changed() -> None:
    owner = person("owner")
    save(signed_in(owner), email="other@example.com", is_superuser="on", is_staff="on")
    owner.refresh_from_db()
    assert (owner.email, owner.is_superuser, owner.is_staff) == ("owner@example.com", False, False)
