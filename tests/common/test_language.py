"""The language a person chooses."""

from __future__ import annotations

from collections.abc import Callable

from django.test import Client

from common.models import User


def test_the_chosen_language_is_the_language_of_the_mails_too(
    reseller_owner: User, signed_in: Callable[..., Client]
) -> None:
    client = signed_in(reseller_owner)
    for language in ("en", "de"):
        response = client.post("/language/", {"language": language, "next": "/"})
        reseller_owner.refresh_from_db()
        assert response.cookies["django_language"].value == language
        assert reseller_owner.language == language


def test_an_unknown_language_changes_nothing(reseller_owner: User, signed_in: Callable[..., Client]) -> None:
    before = reseller_owner.language
    signed_in(reseller_owner).post("/language/", {"language": "xx", "next": "/"})
    reseller_owner.refresh_from_db()
    assert reseller_owner.language == before


def test_somebody_not_signed_in_chooses_for_the_browser_only(client: Client, db: None) -> None:
    response = client.post("/language/", {"language": "en", "next": "/account/login/"})
    assert (response.status_code, response.url) == (302, "/account/login/")  # type: ignore[attr-defined]
    assert response.cookies["django_language"].value == "en"
