"""The tool for translations: what it finds, what it keeps, what it complains about."""

from __future__ import annotations

import gettext
from pathlib import Path

import pytest

from portal import i18n

TEMPLATE = """{% load i18n %}
{# a comment that "breaks" Python #}
<p title="{% translate 'A title' %}">{% translate "due" context "task" %}</p>
    {% blocktranslate with name=partner.name trimmed %}
        Welcome,
        {{ name }}
    {% endblocktranslate %}
{% blocktranslate count count=rows|length %}{{ count }} row{% plural %}{{ count }} rows{% endblocktranslate %}
{{ _("Not a filter") }} it's {{ value|default:_("nothing") }}
"""
CODE = """
from django.utils.translation import gettext as _, ngettext, pgettext
TITLE = _("A title")
MARKED = _n("{lines} lines counted")
def say(n):
    return ngettext("%(n)d day", "%(n)d days", n), pgettext("state", "open"), _(variable)
"""


@pytest.fixture
def project(tmp_path: Path) -> Path:
    (tmp_path / "templates").mkdir()
    (tmp_path / "templates" / "page.html").write_text(TEMPLATE)
    (tmp_path / "common").mkdir()
    (tmp_path / "common" / "code.py").write_text(CODE)
    return tmp_path


def translate(project: Path, replacements: dict[str, str | tuple[str, str]]) -> None:
    catalog = i18n.read(i18n.catalog_path("de", project), "de")
    for message in catalog:
        key = message.id[0] if isinstance(message.id, tuple | list) else message.id
        if key in replacements:
            message.string = replacements[key]
    i18n.write(catalog, i18n.catalog_path("de", project))


COMPLETE: dict[str, str | tuple[str, str]] = {
    "A title": "Ein Titel",
    "due": "fällig",
    "Welcome, %(name)s": "Willkommen, %(name)s",
    "%(count)s row": ("%(count)s Zeile", "%(count)s Zeilen"),
    "Not a filter": "Kein Filter",
    "nothing": "nichts",
    "{lines} lines counted": "{lines} Zeilen gezählt",
    "%(n)d day": ("%(n)d Tag", "%(n)d Tage"),
    "open": "offen",
}


def test_texts_are_found_in_code_and_in_templates(project: Path) -> None:
    found = {i18n._key(message) for message in i18n.extract_all(project) if message.id}
    assert found == {(text, {"due": "task", "open": "state"}.get(text)) for text in COMPLETE}


def test_a_new_catalog_is_complete_once_everything_is_translated(project: Path) -> None:
    i18n.update("de", project)
    assert len(i18n.check_catalog("de", project)) == len(COMPLETE)
    translate(project, COMPLETE)
    assert i18n.check_catalog("de", project) == []


def test_updating_twice_changes_nothing(project: Path) -> None:
    i18n.update("de", project)
    translate(project, COMPLETE)
    before = i18n.catalog_path("de", project).read_bytes()
    i18n.update("de", project)
    assert i18n.catalog_path("de", project).read_bytes() == before
    assert b"POT-Creation-Date" not in before


def test_a_changed_text_is_missing_and_never_guessed(project: Path) -> None:
    i18n.update("de", project)
    translate(project, COMPLETE)
    (project / "common" / "code.py").write_text(CODE.replace("lines counted", "lines were counted"))
    assert {fault.split(":")[0] for fault in i18n.check_catalog("de", project)} == {"missing", "stale"}
    i18n.update("de", project)
    (fault,) = i18n.check_catalog("de", project)
    assert fault == "missing: '{lines} lines were counted' (common/code.py)"


@pytest.mark.parametrize(
    ("text", "german"),
    [
        ("Welcome, %(name)s", "Willkommen, %(nmae)s"),
        ("Welcome, %(name)s", "Willkommen"),
        ("{lines} lines counted", "{zeilen} Zeilen gezählt"),
        ("%(count)s row", ("%(count)s Zeile", "%(anzahl)s Zeilen")),
    ],
)
def test_a_placeholder_that_differs_is_a_fault(project: Path, text: str, german: str | tuple[str, str]) -> None:
    i18n.update("de", project)
    translate(project, {**COMPLETE, text: german})
    (fault,) = i18n.check_catalog("de", project)
    assert fault.startswith("placeholders differ")


def test_a_singular_may_leave_the_number_out(project: Path) -> None:
    i18n.update("de", project)
    translate(project, {**COMPLETE, "%(n)d day": ("ein Tag", "%(n)d Tage")})
    assert i18n.check_catalog("de", project) == []


def test_a_fuzzy_translation_is_a_fault_and_is_not_compiled(project: Path) -> None:
    i18n.update("de", project)
    translate(project, COMPLETE)
    path = i18n.catalog_path("de", project)
    catalog = i18n.read(path, "de")
    message = catalog.get("A title")
    assert message is not None
    message.flags.add("fuzzy")
    i18n.write(catalog, path)
    (fault,) = i18n.check_catalog("de", project)
    assert fault.startswith("fuzzy")
    i18n.compile_catalog("de", project)
    with path.with_suffix(".mo").open("rb") as file:
        assert gettext.GNUTranslations(file).gettext("A title") == "A title"


def test_compiling_works_once_and_then_costs_nothing(project: Path) -> None:
    i18n.update("de", project)
    translate(project, COMPLETE)
    assert i18n.compile_catalog("de", project)
    assert not i18n.compile_catalog("de", project)
    with i18n.catalog_path("de", project).with_suffix(".mo").open("rb") as file:
        compiled = gettext.GNUTranslations(file)
    assert compiled.gettext("A title") == "Ein Titel"
    assert compiled.ngettext("%(n)d day", "%(n)d days", 2) == "%(n)d Tage"
    assert compiled.pgettext("task", "due") == "fällig"


def test_an_override_of_a_package_is_kept_until_the_package_drops_the_text(project: Path) -> None:
    i18n.update("de", project)
    translate(project, COMPLETE)
    path = i18n.catalog_path("de", project)
    catalog = i18n.read(path, "de")
    catalog.add("You have signed out.", "Sie haben sich abgemeldet.", auto_comments=["overrides allauth"])
    catalog.add("No such text there.", "Gibt es nicht.", auto_comments=["overrides allauth"])
    i18n.write(catalog, path)
    i18n.update("de", project)
    assert i18n.check_catalog("de", project) == ["stale: allauth no longer has 'No such text there.'"]


def test_a_package_that_says_du_is_reported(project: Path) -> None:
    i18n.update("de", project)
    assert any("addresses people as du" in fault for fault in i18n.check_package("allauth", "de", project))


def test_nothing_of_the_packages_addresses_people_as_du_or_is_left_in_english() -> None:
    assert [fault for package in i18n.PACKAGES for fault in i18n.check_package(package, "de")] == []
