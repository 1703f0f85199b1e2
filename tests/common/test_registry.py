"""Registries: what apps above hand down, in a fixed order, each key once."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import date
from typing import Any

import pytest
from django.template.loader import get_template

from common import registry
from common.access import OWNER, PARTNER, VENDOR, Actor
from common.context import areas_of, menu_of
from common.models import OutboxMail
from common.outbox import put
from common.registry import Area, AttentionSource, MailKind, MenuEntry, Panel, Registry, Waiting
from tests.people import person
from tests.world import TODAY, World

AREA = Area(PARTNER, 1, "ABC", "Elbtal", "/partner/ABC/")
MEMBER = Actor(user_id=1, roles={PARTNER: {1: frozenset({OWNER})}})


def entry(key: str, *, order: int = 100, **values: Any) -> MenuEntry:
    return MenuEntry(key, PARTNER, key.title(), "house", lambda area: f"{area.url}{key}/", order=order, **values)


def test_entries_come_by_order_and_key_whoever_registered_first() -> None:
    entries: Registry[MenuEntry] = Registry()
    for key, order in (("sales", 20), ("rebates", 10), ("deals", 20)):
        entries.register(entry(key, order=order))
    assert [one.key for one in entries] == ["rebates", "deals", "sales"]
    assert entries["sales"].label == "Sales"


def test_a_key_registered_twice_is_a_programming_error() -> None:
    entries: Registry[MenuEntry] = Registry()
    entries.register(entry("sales"))
    with pytest.raises(ValueError, match="sales"):
        entries.register(entry("sales"))


def test_the_menu_shows_what_the_roles_allow_and_where_one_is(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(registry, "menu", Registry())
    registry.menu.register(entry("all"))
    registry.menu.register(entry("owners", roles=(OWNER,)))
    registry.menu.register(entry("bookkeeping", roles=("finance",)))
    registry.menu.register(replace(entry("elsewhere"), scope=VENDOR))
    shown = menu_of(AREA, MEMBER, "/partner/ABC/owners/7/")
    assert [(one["label"], one["active"]) for one in shown] == [("All", False), ("Owners", True)]
    # What asks for a role is closed to platform admins, too: a menu that leads there would lead to a refusal.
    assert [one["label"] for one in menu_of(AREA, Actor(is_platform_admin=True), "/")] == ["All"]
    assert menu_of(AREA, Actor(), "/") == menu_of(replace(AREA, pk=2), MEMBER, "/")


def test_panels_are_sorted_into_columns_and_may_stay_away(monkeypatch: pytest.MonkeyPatch) -> None:
    def shows(area: Area, actor: Actor, today: date) -> Mapping[str, Any] | None:
        return {"area": area, "today": today}

    monkeypatch.setattr(registry, "panels", Registry())
    for panel in (
        Panel("b", PARTNER, "b.html", shows),
        Panel("a", PARTNER, "a.html", shows, column="side"),
        Panel("gone", PARTNER, "gone.html", lambda area, actor, today: None),
        Panel("vendor", VENDOR, "vendor.html", shows),
    ):
        registry.panels.register(panel)
    columns = registry.panels_of(AREA, MEMBER, TODAY)
    assert {name: [template for template, _context in found] for name, found in columns.items() if found} == {
        "main": ["b.html"],
        "side": ["a.html"],
    }


def test_what_waits_is_asked_for_by_role(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(registry, "attention", Registry())
    for key, roles in (("everybody", ()), ("owners", (OWNER,)), ("bookkeeping", ("finance",))):
        waits = [Waiting(key, "/")]
        registry.attention.register(AttentionSource(key, PARTNER, lambda *_, waits=waits: waits, roles=roles))
    assert [item.label for item in registry.waiting_in(AREA, MEMBER, TODAY)] == ["everybody", "owners"]
    assert [item.label for item in registry.waiting_in(AREA, Actor(), TODAY)] == ["everybody"]


# --- what is really registered --------------------------------------------------------------------------------------


def test_a_person_enters_the_own_areas_only(world: World) -> None:
    def labels(user: Any) -> list[str]:
        return [area.label for area in areas_of(Actor.of(user))]

    assert labels(world.reseller_owner) == ["Elbtal Systemhaus GmbH"]
    assert labels(world.channel_manager) == ["Lenovo"]
    assert labels(world.reporter) == ["Allnet"]
    assert labels(world.platform_admin) == ["IBM", "Lenovo"]
    assert labels(person("stranger")) == []


def test_every_menu_entry_has_an_address(world: World) -> None:
    for user in (world.reseller_owner, world.vendor_admin, world.reporter):
        actor = Actor.of(user)
        for area in areas_of(actor):
            for one in menu_of(area, actor, "/"):
                assert str(one["url"]).startswith("/"), one


def test_every_panel_has_its_template() -> None:
    for panel in registry.panels:
        get_template(panel.template)


@pytest.mark.django_db
@pytest.mark.parametrize("kind", list(registry.mails), ids=lambda kind: kind.key)
@pytest.mark.parametrize("language", ["de", "en"])
def test_every_mail_is_written_in_both_languages_from_its_sample(kind: MailKind, language: str) -> None:
    reader = person("reader", language=language, first_name="Zoë", last_name="<b>Krämer</b>")
    put(kind=kind.key, period="sample", recipient=reader, context=kind.sample())
    mail = OutboxMail.objects.get()
    assert mail.subject
    assert "\n" not in mail.subject
    assert "Zoë <b>Krämer</b>" in mail.text
    assert "Zoë &lt;b&gt;Krämer&lt;/b&gt;" in mail.html
    assert f'<html lang="{language}">' in mail.html
    assert "{{" not in mail.text + mail.html
    assert "src=" not in mail.html, "a mail loads nothing from anywhere"
