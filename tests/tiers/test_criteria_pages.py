"""What a tier asks for, changed on the vendor's pages: a draft, what it would do, and then saved."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from common.models import User
from programs.models import Program, Tier
from tests.rendering import words
from tests.tiers.ladder import GOLD, SILVER, ask, moves, revenue, run
from tests.world import TODAY, World, enrol, make_partner
from tiers import criteria_document
from tiers.criteria_preview import preview_of

PAGE = "/vendor/lenovo/tiers/topseller/requirements/"
SignedIn = Callable[[User], Client]


@pytest.fixture
def admin(world: World, signed_in: SignedIn) -> Client:
    """The reseller is Silver and far from what Silver asks for: 46,120.00 of 100,000.00."""
    ask(world.program, silver=SILVER, gold=GOLD)
    return signed_in(world.vendor_admin)


def asked(world: World, code: str) -> Any:
    return Tier.objects.get(program=world.program, code=code).requirements


def preview(client: Client) -> str:
    return client.get(f"{PAGE}preview/").content.decode()


def save(client: Client, shown: str) -> str:
    found = re.search(r'name="seen" value="([^"]+)"', shown)
    assert found is not None
    return words(client.post(f"{PAGE}preview/", {"seen": found[1]}, follow=True).content.decode())


def count(text: str, effect: str) -> int:
    found = re.search(rf"{effect} (\d+)", text)
    assert found is not None, text
    return int(found[1])


def test_a_changed_criterion_says_who_would_no_longer_fall_before_it_is_saved(world: World, admin: Client) -> None:
    run(world, TODAY)
    form = f"{PAGE}silver/entry/?at=2"
    assert 'value="100000.00"' in admin.get(form).content.decode()
    text = words(admin.post(form, {"amount": "40000.00", "months": "12"}, follow=True).content.decode())
    assert "Your changes are not saved yet" in text
    assert "€40,000.00 annual revenue" in text
    assert asked(world, "silver") == SILVER
    shown = preview(admin)
    assert count(words(shown), "partner would no longer fall") == 1
    assert count(words(shown), "partners would fall") == 0
    assert "Elbtal Systemhaus GmbH 2B3C4D5F Silver Registered Silver" in words(shown)
    assert "Saved." in save(admin, shown)
    assert asked(world, "silver")[1] == {"kind": "revenue", "amount": "40000.00", "months": 12}
    run(world, TODAY)
    assert moves(world.enrolment) == [("fall", "registered", "withdrawn")]


def test_lower_requirements_say_who_would_rise(world: World, admin: Client) -> None:
    revenue(world, "200000.00", TODAY - timedelta(days=1), "R-9001")
    admin.post(f"{PAGE}gold/remove/", {"at": "3"})
    text = words(preview(admin))
    assert count(text, "partner would rise") == 1
    assert "Silver Silver Gold would rise" in text


def test_higher_requirements_say_who_would_fall(world: World, admin: Client) -> None:
    revenue(world, "200000.00", TODAY - timedelta(days=1), "R-9001")
    admin.post(f"{PAGE}silver/entry/?at=2", {"amount": "900000.00", "months": "12"})
    text = words(preview(admin))
    assert count(text, "partner would fall") == 1
    assert "follow 90 days later" in text


def test_criteria_are_added_into_groups_and_an_unfinished_group_is_not_saved(world: World, admin: Client) -> None:
    admin.post(f"{PAGE}silver/entry/?kind=n_of", {"need": "2"})
    assert "names nothing" in words(admin.get(f"{PAGE}preview/", follow=True).content.decode())
    admin.post(f"{PAGE}silver/entry/?kind=case_study&within=3", {"count": "1"})
    manual = {"code": "contract", "de": "Vertrag", "en": "A contract"}
    text = words(admin.post(f"{PAGE}silver/entry/?kind=manual&within=3", manual, follow=True).content.decode())
    assert "2 of these:" in text
    assert "A contract" in text
    save(admin, preview(admin))
    assert asked(world, "silver")[2] == {
        "n_of": 2,
        "of": [{"kind": "case_study", "count": 1}, {"kind": "manual", **manual}],
    }


def test_what_a_kind_does_not_take_is_said_in_the_form(admin: Client) -> None:
    page = admin.post(f"{PAGE}silver/entry/?kind=revenue", {"amount": "-1", "months": "12"})
    assert page.status_code == 422
    assert admin.get(f"{PAGE}silver/entry/?kind=magic").status_code == 404
    assert admin.get(f"{PAGE}silver/entry/?at=9").status_code == 404


def test_own_words_that_do_not_follow_changed_figures_are_asked_about(world: World, admin: Client) -> None:
    words_of_vendor = {"de": "100.000 € Umsatz im Jahr", "en": "€100,000 a year"}
    ask(world.program, silver=[{"kind": "revenue", "amount": "100000.00", **words_of_vendor}])
    form = f"{PAGE}silver/entry/?at=1"
    given = {"amount": "40000.00", "months": "12", **words_of_vendor}
    page = admin.post(form, given)
    assert page.status_code == 422
    assert "your own words are the same" in words(page.content.decode())
    for accepted in ({"amount": "100000"}, {"de": "40.000 €", "en": "€40,000"}, {"de": "", "en": ""}):
        assert admin.post(form, {**given, **accepted}).status_code == 302
        admin.post(f"{PAGE}discard/")
    assert admin.post(form, {**given, "words_fit": "on"}).status_code == 302
    save(admin, preview(admin))
    assert asked(world, "silver") == [{"kind": "revenue", "amount": "40000.00", "months": 12, **words_of_vendor}]


def test_of_two_admins_the_second_begins_anew(world: World, admin: Client, signed_in: SignedIn) -> None:
    admin.post(f"{PAGE}silver/remove/", {"at": "2"})
    shown = preview(admin)
    ask(world.program, silver=[])
    assert "Somebody has changed these requirements meanwhile." in save(admin, shown)
    assert asked(world, "silver") == []


def test_changes_are_discarded(world: World, admin: Client) -> None:
    admin.post(f"{PAGE}silver/remove/", {"at": "2"})
    text = words(admin.post(f"{PAGE}discard/", follow=True).content.decode())
    assert "not saved yet" not in text
    assert asked(world, "silver") == SILVER


def test_how_partners_rise_and_fall_is_set_for_the_program(world: World, admin: Client) -> None:
    admin.post(PAGE, {"tier_rises": "automatic", "tier_grace_days": "30"})
    program = Program.objects.get(pk=world.program.pk)
    assert (program.tier_rises, program.tier_grace_days) == ("automatic", 30)
    assert admin.post(PAGE, {"tier_rises": "automatic", "tier_grace_days": "9999"}).status_code == 422


def test_only_admins_of_the_vendor_change_requirements(world: World, signed_in: SignedIn) -> None:
    assert signed_in(world.channel_manager).get(PAGE).status_code == 403


def test_a_preview_takes_as_many_queries_for_many_partners_as_for_one(world: World) -> None:
    ask(world.program, silver=SILVER, gold=GOLD)
    tiers = list(world.program.tiers.all())
    tiers[1].requirements = []

    def queries() -> int:
        with CaptureQueriesContext(connection) as captured:
            preview_of(program=Program.objects.get(pk=world.program.pk), tiers=tiers, today=TODAY)
        return len(captured)

    one = queries()
    for number in range(20):
        enrol(make_partner(f"Neuland {number} GmbH", f"7K8M9N{number:02}"), world.program, tier="silver")
    assert queries() == one


def test_paths_name_entries_in_groups_and_lead_nowhere_else() -> None:
    document: criteria_document.Document = [{"kind": "a"}, {"any_of": [{"kind": "b"}, {"kind": "c"}]}]
    assert criteria_document.entry_at(document, "2-2") == {"kind": "c"}
    assert criteria_document.removed(document, "2-1")[1] == {"any_of": [{"kind": "c"}]}
    assert document[1] == {"any_of": [{"kind": "b"}, {"kind": "c"}]}, "the document itself stays"
    for path in ("0", "3", "1-1", "2-3", "x", "-1", "2-", ""):
        with pytest.raises(criteria_document.NoSuchEntry):
            criteria_document.entry_at(document, path)
