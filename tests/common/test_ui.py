"""The components: how figures read in both languages, what a wrong input does, what screen readers get."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from django import forms
from django.template import Context, Template
from django.test import Client
from django.utils.translation import override

from common import formats
from common.icons import ICONS
from common.ui import Chart, Crumb, Event, Fact, Series, Stage, Step, Task, segments_of
from tests.rendering import render, words
from tests.world import World

ROOT = Path(__file__).parents[2]
NOW = datetime(2026, 11, 16, 11, 0, tzinfo=UTC)


FIVE = Step(Decimal(5), "from 5")

# --- figures --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("language", "money", "signed", "number", "percent", "day"),
    [
        ("de", "1.234,56 €", "+75,00 €", "12.345,5", "4,4 %", "31.12.2026"),
        ("en", "€1,234.56", "+€75.00", "12,345.5", "4.4%", "31 Dec 2026"),
    ],
)
def test_figures_read_as_the_language_writes_them(
    language: str, money: str, signed: str, number: str, percent: str, day: str
) -> None:
    with override(language):
        assert words(render('{{ a|money:"EUR" }}', a=Decimal("1234.56"))) == money
        assert words(render('{{ a|money_signed:"EUR" }}', a=Decimal(75))) == signed
        assert words(render("{{ a|number }}", a=Decimal("12345.50"))) == number
        assert words(render("{{ a|percent }}", a=Decimal("4.4"))) == percent
        assert words(render("{{ a|date_short }}", a=date(2026, 12, 31))) == day


def test_negative_amounts_have_a_real_minus_sign() -> None:
    assert formats.money(Decimal(-5), "EUR") == "−€5.00"
    assert formats.number(-3) == "−3"


def test_a_currency_has_its_own_number_of_decimals() -> None:
    assert formats.money(Decimal(1200), "JPY") == "¥1,200"


def test_what_is_not_there_reads_as_a_dash() -> None:
    for text in (
        '{{ a|money:"EUR" }}',
        "{{ a|number }}",
        "{{ a|percent }}",
        "{{ a|date_short }}",
        "{{ a|relative_time }}",
    ):
        assert render(text, a=None) == "–"


@pytest.mark.parametrize("value", [1.5, "12", True, ""])
def test_only_exact_numbers_are_written(value: object) -> None:
    with pytest.raises(TypeError):
        render('{{ a|money:"EUR" }}', a=value)


def test_a_misspelt_variable_does_not_pass_as_an_amount() -> None:
    with pytest.raises(TypeError):
        render('{{ amuont|money:"EUR" }}', amount=Decimal(1))


@pytest.mark.parametrize(
    ("distance", "english", "german"),
    [
        (timedelta(seconds=-10), "just now", "gerade eben"),
        (timedelta(minutes=-5), "5 minutes ago", "vor 5 Minuten"),
        (timedelta(hours=-30), "1 day ago", "vor 1 Tag"),
        (timedelta(days=-319), "11 months ago", "vor 11 Monaten"),
        (timedelta(days=4), "in 4 days", "in 4 Tagen"),
    ],
)
def test_moments_are_told_from_now(distance: timedelta, english: str, german: str) -> None:
    with override("en"):
        assert formats.relative(NOW + distance, now=NOW) == english
    with override("de"):
        assert formats.relative(NOW + distance, now=NOW) == german


def test_days_are_counted_as_days_whatever_the_hour() -> None:
    with override("en"):
        late = datetime(2026, 11, 16, 22, 30, tzinfo=UTC)
        assert formats.relative(date(2026, 11, 17), now=late) == "tomorrow"
        # Half past ten in London is half past eleven in Berlin; half an hour later it is the next day there.
        assert formats.relative(date(2026, 11, 17), now=late + timedelta(hours=1)) == "today"


def test_a_state_says_how_long_it_has_lasted() -> None:
    with override("de"):
        assert formats.lasting(NOW - timedelta(hours=5), now=NOW) == "seit 5 Stunden"
        assert formats.lasting(NOW - timedelta(days=3), now=NOW) == "seit 3 Tagen"
        assert formats.lasting(date(2026, 10, 1), now=NOW) == "seit 6 Wochen"


def test_the_exact_moment_is_in_the_title() -> None:
    with override("de"):
        html = render("{{ a|relative_time }}", a=NOW)
    assert 'title="16.11.2026, 12:00 Uhr"' in html
    assert 'datetime="2026-11-16T11:00:00+00:00"' in html


def test_browsers_have_the_names_people_use() -> None:
    agent = "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 Chrome/140.0 Safari/537.36 Edg/140.0"
    assert render("{{ a|browser_name }}", a=agent) == "Edge, Windows"
    assert render("{{ a|browser_name }}", a="a script") == "a script"


# --- tags -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("source", "context"),
    [
        ("{% badge label=missing %}", {}),
        ('{% badge label="x" tone="green" %}', {}),
        ('{% icon "no-such-icon" %}', {}),
        ('{% figure label="x" value=amount %}', {"amount": Decimal(1)}),
        ('{% figure label="x" value="1" change=1.5 %}', {}),
        ('{% alert text="x" url="/somewhere/" %}', {}),
        ('{% empty_state title="" %}', {}),
        ('{% timeline events %}', {"events": ["yesterday"]}),
        ('{% key_values facts %}', {"facts": [Crumb("x")]}),
        ('{% progress label="x" position=1 position_text="1" steps=steps %}', {"steps": []}),
        ('{% progress label="x" position=1 position_text="1" steps=steps %}', {"steps": [FIVE, FIVE]}),
        ('{% chart "sales" %}', {}),
        ('{% form form submit="Send" %}', {"form": "a form"}),
    ],
)  # fmt: skip
def test_a_wrong_input_is_an_error(source: str, context: dict[str, Any]) -> None:
    with pytest.raises((TypeError, ValueError)):
        render(source, **context)


def test_a_change_has_sign_arrow_and_words() -> None:
    with override("de"):
        html = render('{% change a unit="EUR" than="im Vorjahr" %}', a=Decimal("-84.5"))
    assert words(html) == "−84,50 € weniger als im Vorjahr"
    assert "#arrow-down" in html
    assert "change-bad" in html
    assert "change-bad" in render('{% change 2 good="down" %}')
    assert words(render("{% change 0 %}")) == "unchanged"


@pytest.mark.parametrize(
    ("position", "percents", "here", "reached"),
    [
        (Decimal(0), ["0.0", "0.0", "0.0", "0.0"], 0, 0),
        (Decimal(-4), ["0.0", "0.0", "0.0", "0.0"], 0, 0),
        (Decimal(5), ["50.0", "0.0", "0.0", "0.0"], 0, 0),
        (Decimal(10), ["100.0", "2.0", "0.0", "0.0"], 1, 1),
        (Decimal("37.5"), ["100.0", "100.0", "50.0", "0.0"], 2, 2),
        (Decimal(50), ["100.0", "100.0", "100.0", "100.0"], 3, 3),
        (Decimal(900), ["100.0", "100.0", "100.0", "100.0"], 3, 3),
    ],
)
def test_a_progress_bar_stands_where_the_position_is(
    position: Decimal, percents: list[str], here: int, reached: int
) -> None:
    segments = segments_of(position, [Step(Decimal(10), "a"), Step(Decimal(25), "b"), Step(Decimal(50), "c")])
    assert [segment.percent for segment in segments] == percents
    assert [index for index, segment in enumerate(segments) if segment.here] == [here]
    assert sum(segment.reached for segment in segments) == reached


def test_a_cap_fills_the_last_step_to_scale() -> None:
    steps = [Step(Decimal(0), "from 0"), Step(Decimal(50_000), "from 50,000")]
    assert [segment.percent for segment in segments_of(Decimal(225_000), steps, Decimal(400_000))] == ["100.0", "50.0"]


def test_progress_says_everything_without_the_picture() -> None:
    steps = [Step(Decimal(10), "from 10", "€5.00 each"), Step(Decimal(25), "from 25", "€10.00 each")]
    source = (
        '{% progress label="Units" position=22 position_text="22 units" steps=steps next_step="3 more: +€140.00" %}'
    )
    html = render(source, steps=steps)
    assert 'aria-valuetext="22 units. step reached: from 10. 3 more: +€140.00"' in html
    assert 'aria-valuenow="22"' in html
    assert 'style="' not in html


def test_a_chart_brings_its_numbers_as_a_table_and_as_data() -> None:
    chart = Chart("weekly", "Rebate", "Week", ["KW 40", "KW 41"], [Series("2026", [Decimal("1.5"), None])], unit="EUR")
    with override("de"):
        html = render("{% chart chart %}", chart=chart)
    assert "1,50 €" in words(html)
    found = re.search(r'<script id="weekly-data" type="application/json">(.*?)</script>', html)
    assert found is not None
    assert json.loads(found[1])["series"] == [{"label": "2026", "muted": False, "values": [1.5, None]}]


def test_a_chart_with_too_few_values_is_refused() -> None:
    with pytest.raises(ValueError, match="1 values for 2 labels"):
        Chart("x", "x", "x", ["a", "b"], [Series("s", [1])])


def test_texts_of_people_are_escaped_everywhere() -> None:
    evil = "<script>alert(1)</script>"
    context = {
        "evil": evil,
        "facts": [Fact(evil, evil, evil)],
        "events": [Event(NOW, evil, evil, evil)],
        "crumbs": [Crumb(evil)],
        "stages": [Stage(evil, "current", NOW, evil)],
        "tasks": [Task(evil, "/", evil)],
        "chart": Chart("c", evil, evil, [evil], [Series(evil, [1])], summary=evil),
        "steps": [Step(Decimal(1), evil, evil)],
    }
    html = render(
        "{% badge evil %}{% alert evil title=evil %}{% empty_state evil evil %}{% key_values facts %}"
        "{% timeline events %}"
        "{% breadcrumbs crumbs %}{% stages stages evil %}{% tasks tasks evil %}{% chart chart %}"
        "{% figure evil evil evil %}"
        "{% progress evil 1 evil steps evil %}{% card title=evil subtitle=evil %}{{ evil }}{% endcard %}"
        "{% callout title=evil %}{{ evil }}{% endcallout %}",
        **context,
    )
    assert "<script>" not in html
    assert html.count("&lt;script&gt;") > 25


def test_a_task_that_is_late_is_overdue_and_one_that_is_not_is_due() -> None:
    late, ahead = Task("Late", "/", due=NOW - timedelta(days=4), tone="danger"), Task("Ahead", "/", due=NOW)
    text = words(render("{% tasks tasks 'Nothing' %}", tasks=[late, ahead]))
    assert "Late overdue for" in text
    assert "Ahead due" in text


def test_every_icon_named_anywhere_is_in_the_sprite() -> None:
    named = set()
    for path in [*(ROOT / "templates").rglob("*.html")]:
        named |= set(re.findall(r"""{%\s*icon\s+["']([\w-]+)["']|\bicon=["']([\w-]+)["']""", path.read_text()))
    for app in ("common", "programs", "partners", "trainings", "sales", "rebates", "tiers", "portal"):
        for path in (ROOT / app).rglob("*.py"):
            named |= {(name, "") for name in re.findall(r"""\bicon=["']([\w-]+)["']""", path.read_text())}
    assert {one or other for one, other in named} <= ICONS


def test_templates_have_neither_inline_script_nor_style() -> None:
    inline = re.compile(
        r"""<style|\sstyle=|\son[a-z]+=["']|<script(?![^>]*\ssrc=)|href=["']javascript:|hx-on|["'(]https?://"""
    )
    faults = [
        f"{path.relative_to(ROOT)}: {match[0]}"
        for path in (ROOT / "templates").rglob("*.html")
        if "mail" not in path.parts
        for match in inline.finditer(path.read_text())
    ]
    assert faults == []


# --- forms ----------------------------------------------------------------------------------------------------


class ContactForm(forms.Form):
    name = forms.CharField(label="Name")
    note = forms.CharField(label="Note", required=False)
    secret = forms.IntegerField(widget=forms.HiddenInput)

    def clean(self) -> None:
        raise forms.ValidationError("They do not fit together.")


def test_errors_are_summed_up_on_top_with_links_to_their_fields() -> None:
    html = render('{% form form submit="Send it" %}', form=ContactForm({"note": "kept as typed", "secret": "x"}))
    assert "3 things need your attention" in html
    assert 'href="#id_name"' in html
    assert "They do not fit together." in html
    assert "Enter a whole number." in html
    assert 'value="kept as typed"' in html
    assert 'aria-invalid="true"' in html


def test_an_untouched_form_has_no_errors_and_marks_what_is_optional() -> None:
    html = render('{% form form submit="Send it" %}', form=ContactForm())
    assert "attention" not in html
    assert words(html).count("(optional)") == 1
    assert "*" not in words(html)


# --- the pages around them ------------------------------------------------------------------------------------


@pytest.mark.parametrize("language", ["de", "en"])
def test_the_styleguide_shows_everything(
    db: None, language: str, signed_in: Callable[..., Client], world: World
) -> None:
    client = signed_in(world.reseller_owner)
    client.cookies["django_language"] = language
    response = client.get("/styleguide/")
    assert response.status_code == 200
    assert f'<html lang="{language}">' in response.content.decode()


def test_the_styleguide_is_not_for_strangers(client: Client, db: None) -> None:
    response = client.get("/styleguide/")
    assert response.status_code == 302
    assert response["Location"] == "/account/login/?next=/styleguide/"


@pytest.mark.parametrize(
    "path",
    [
        "/account/email/",
        "/account/password/change/",
        "/account/2fa/",
        "/account/sessions/",
        "/account/logout/",
        "/account/reauthenticate/",
    ],
)
def test_account_pages_are_in_the_frame_of_the_portal(
    path: str, world: World, signed_in: Callable[..., Client]
) -> None:
    response = signed_in(world.reseller_owner).get(path)
    assert response.status_code == 200
    html = response.content.decode()
    assert "dist/app.css" in html
    assert html.count("<h1") == 1
    assert 'style="' not in html


def test_a_missing_page_answers_in_the_look_of_the_portal(client: Client, db: None) -> None:
    response = client.get("/no/such/page/")
    assert response.status_code == 404
    assert "dist/app.css" in response.content.decode()


def test_a_page_is_headed_by_its_title_unless_it_has_a_heading_and_shows_the_way_back_up() -> None:
    page = '{% extends "base.html" %}{% block title %}{{ name }}{% endblock %}'
    other = page + "{% block heading %}Another{% endblock %}"
    context = Context({"name": "Kern & Söhne", "crumbs": [Crumb("Partners", "/partners/"), Crumb("Kern")]})
    shown, headed = (Template(source).render(context) for source in (page, other))
    headings = [words(re.findall(r"<h1>(.*?)</h1>", each, re.DOTALL)[0]) for each in (shown, headed)]
    assert headings == ["Kern &amp; Söhne", "Another"]
    assert '<a href="/partners/">Partners</a>' in shown
    assert "breadcrumb" not in Template(page).render(Context({"name": "Kern"}))
