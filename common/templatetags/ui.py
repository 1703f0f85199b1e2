"""The components of the portal as template tags: `{% load ui %}`. `/styleguide/` shows each with its states.

Every tag checks its inputs against its signature: a wrong type, an unknown icon or an empty required text raises
`TypeError` or `ValueError`, so that a missing variable is found by the first test that renders the page.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime
from decimal import Decimal
from typing import Any, Literal

from django import template
from django.core.paginator import Paginator
from django.http import HttpRequest
from django.template import Context
from django.template.base import NodeList
from django.template.loader_tags import BlockNode
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from common import formats, table_html
from common.icons import icon_html
from common.templatetags import ui_filters, ui_forms
from common.typed_tags import typed
from common.ui import TONE_ICONS, Chart, Crumb, Event, Fact, Stage, Step, Task, Tone, segments_of

register = template.Library()
for part in (ui_filters.register, ui_forms.register):
    register.tags.update(part.tags)
    register.filters.update(part.filters)


# --- small things -------------------------------------------------------------------------------------------


@register.simple_tag
@typed
def icon(name: str, label: str = "", size: Literal["", "sm", "lg"] = "") -> SafeString:
    """An icon of the sprite (names in common/icons.json). Decoration unless `label` gives it words."""
    return icon_html(name, label, size)


@register.simple_tag(takes_context=True)
def again(context: Context, block: str) -> str:
    """What the page says in this block, in another place: its title is its heading, too."""
    return BlockNode(block, NodeList()).render(context)


@register.inclusion_tag("components/badge.html")
@typed
def badge(label: str, tone: Tone = "neutral", title: str = "") -> dict[str, Any]:
    """A word in a coloured pill. The word says it all; the colour only helps."""
    return {"label": label, "tone": tone, "title": title}


def badge_html(label: str, tone: Tone = "neutral") -> SafeString:
    """The same for Python code (cells of tables)."""
    return format_html('<span class="badge tone-{}">{}</span>', tone, label)


@register.inclusion_tag("components/state.html")
@typed
def state(
    label: str,
    tone: Tone = "neutral",
    since: date | datetime | None = None,
    next: str = "",  # noqa: A002 – the word the templates use
) -> dict[str, Any]:
    """A state as a word people use, since when, and who is next ("Next: Petra Wolf, by Friday")."""
    return {"label": label, "tone": tone, "since": since, "next": next}


@register.inclusion_tag("components/change.html")
@typed
def change(
    amount: Decimal, unit: str = "", than: str = "", good: Literal["up", "down", "neutral"] = "up"
) -> dict[str, Any]:
    """A difference with sign, arrow and words: "↑ +310.00 € more than at the same time in the third quarter".

    `unit`: ISO currency, "%" or "". `than`: what it is compared with. `good`: which direction is good news.
    """
    if amount == 0:
        words = _("unchanged against %(than)s") % {"than": than} if than else _("unchanged")
        return {"direction": "flat", "text": "", "words": words, "tone": "neutral"}
    direction = "up" if amount > 0 else "down"
    more, less = _("more than %(than)s"), _("less than %(than)s")
    words = (more if amount > 0 else less) % {"than": than} if than else (_("more") if amount > 0 else _("less"))
    tone = "neutral" if good == "neutral" else ("good" if direction == good else "bad")
    return {"direction": direction, "text": formats.quantity(amount, unit, signed=True), "words": words, "tone": tone}


@register.inclusion_tag("components/alert.html")
@typed
def alert(text: str, tone: Tone = "info", title: str = "", url: str = "", action: str = "") -> dict[str, Any]:
    """A notice in the page. `action` is the text of a link to `url`: what to do about it."""
    if bool(url) != bool(action):
        raise ValueError("{% alert %}: url and action belong together")
    return {"text": text, "tone": tone, "title": title, "url": url, "action": action, "icon": TONE_ICONS[tone]}


@register.inclusion_tag("components/empty_state.html")
@typed
def empty_state(
    title: str, text: str = "", url: str = "", action: str = "", icon: str = "inbox", compact: bool = False
) -> dict[str, Any]:
    """Where nothing is yet: what will be here and what to do. `action` is the button to `url`."""
    if bool(url) != bool(action):
        raise ValueError("{% empty_state %}: url and action belong together")
    return {"title": title, "text": text, "url": url, "action": action, "icon": icon, "compact": compact}


@register.inclusion_tag("components/breadcrumbs.html")
@typed
def breadcrumbs(crumbs: Sequence[Crumb]) -> dict[str, Any]:
    """The way back up; the last crumb is this page and has no address."""
    return {"crumbs": crumbs}


@register.inclusion_tag("components/post_button.html", takes_context=True)
@typed
def post_button(
    context: Context,
    label: str,
    url: str,
    icon: str = "",
    tone: Literal["primary", "secondary", "danger", "plain"] = "secondary",
    name: str = "",
    value: str = "",
    about: str = "",
) -> dict[str, Any]:
    """A button that changes something: its own POST form with the CSRF token. `name` and `value` are sent along.

    `about`: which of several things on the page, for who does not see what the button stands beside.
    """
    return {
        "label": label,
        "about": about,
        "url": url,
        "icon": icon,
        "tone": tone,
        "name": name,
        "value": value,
        "csrf_token": context.get("csrf_token"),
    }


# --- figures, progress, charts ------------------------------------------------------------------------------


@register.inclusion_tag("components/figure.html")
@typed
def figure(
    label: str,
    value: str,
    hint: str = "",
    change: Decimal | None = None,
    unit: str = "",
    than: str = "",
    good: Literal["up", "down", "neutral"] = "up",
    url: str = "",
) -> dict[str, Any]:
    """One number with its meaning. `value` is written out (use a filter), `hint` says what it means.

    `change`, `unit`, `than`, `good` as in `change`. `url` leads to how the number came about. Several of them stand
    in a `<div class="figures">`.
    """
    return {
        "label": label,
        "value": value,
        "hint": hint,
        "change": change,
        "unit": unit,
        "than": than,
        "good": good,
        "url": url,
    }


@register.inclusion_tag("components/progress.html")
@typed
def progress(
    label: str,
    position: Decimal,
    position_text: str,
    steps: Sequence[Step],
    next_step: str = "",
    end: Decimal | None = None,
) -> dict[str, Any]:
    """Where one stands between steps. Each step takes the same width, inside a step the bar is to scale.

    `position` and the bounds share one unit; `position_text` is it in words ("37 units"). `next_step` is the sentence
    with the next step in money. `end` is a cap: the last step fills up to it.
    """
    segments = segments_of(position, steps, end)
    top = end if end is not None else steps[-1].bound
    reached = [one.step.label for one in segments if one.step and one.reached]
    spoken = [
        position_text,
        _("step reached: %(step)s") % {"step": reached[-1]} if reached else _("no step reached yet"),
        next_step,
    ]
    return {
        "label": label,
        "position": position,
        "position_text": position_text,
        "segments": segments,
        "next_step": next_step,
        "top": top,
        "now": min(max(position, Decimal(0)), top),
        "reached_word": _("reached"),
        "spoken": ". ".join(text for text in spoken if text),
    }


@register.inclusion_tag("components/chart.html")
@typed
def chart(chart: Chart, table: Literal["below", "beside", "open"] = "below") -> dict[str, Any]:
    """A chart and its numbers as a table: folded `below`, `open` below, or `beside` it on wide screens."""
    data = {
        "kind": chart.kind,
        "unit": chart.unit,
        "stacked": chart.stacked,
        "labels": [str(label) for label in chart.labels],
        "series": [
            {
                "label": str(series.label),
                "muted": series.muted,
                "values": [None if value is None else float(value) for value in series.values],
            }
            for series in chart.series
        ],
    }
    rows = [
        (label, [formats.quantity(series.values[index], chart.unit) for series in chart.series])
        for index, label in enumerate(chart.labels)
    ]
    return {"chart": chart, "data": data, "data_id": f"{chart.id}-data", "rows": rows, "table": table}


# --- lists and facts ----------------------------------------------------------------------------------------


@register.inclusion_tag("components/timeline.html")
@typed
def timeline(events: Sequence[Event], label: str = "") -> dict[str, Any]:
    """What happened, newest first as given. Days are relative with the exact moment on hover."""
    return {"events": events, "label": label}


@register.inclusion_tag("components/key_values.html")
@typed
def key_values(facts: Sequence[Fact], columns: Literal[1, 2, 3] = 1) -> dict[str, Any]:
    """Label and value, one per line, in up to three columns on wide screens."""
    return {"facts": facts, "columns": columns}


@register.inclusion_tag("components/stages.html")
@typed
def stages(stages: Sequence[Stage], label: str) -> dict[str, Any]:
    """A line of states with where we are; `label` names it."""
    return {"stages": stages, "label": label}


@register.inclusion_tag("components/tasks.html")
@typed
def tasks(tasks: Sequence[Task], empty: str) -> dict[str, Any]:
    """What waits for the person, as links. `empty` is the sentence when nothing waits."""
    return {"tasks": tasks, "empty": empty}


@register.inclusion_tag("components/data_table.html", takes_context=True)
@typed
def data_table(
    context: Context,
    table: Any,
    filter: Any = None,  # noqa: A002 – the word the templates use
    label: str = "",
    export: bool = True,
    empty_title: str = "",
    empty_text: str = "",
    empty_url: str = "",
    empty_action: str = "",
    live: bool = True,
    also: str = "",
) -> dict[str, Any]:
    """A list with everything around it: search, filters as removable chips, sort, export, pages, empty state.

    `table`: a `common.tables.Table` already configured for the request; `filter`: a `common.filters.FilterSet`.
    `label` names the list for screen readers. `empty_*`: what is said and offered when there is nothing at all.
    `live` swaps the list in place by htmx; without JavaScript everything works by links and one button.
    `also`: the id of what else on the page follows from the filters, and is swapped with the list; several: `a,#b`.
    """
    request = context["request"]
    chips = filter.chips() if filter is not None else []
    page = getattr(table, "page", None)
    empty = {
        "title": empty_title or _("Nothing here yet"),
        "text": empty_text,
        "url": empty_url,
        "action": empty_action,
    }
    return {
        "table": table,
        "filter": filter,
        "chips": chips,
        "facets": filter.facets() if filter is not None else [],
        "label": label,
        "export": export,
        "live": live,
        "also": also,
        "request": request,
        "id": f"list-{table.prefix}" if table.prefix else "list",
        "total": page.paginator.count if page else len(table.rows),
        "empty": empty,
        "gap": Paginator.ELLIPSIS,
        "pages": page.paginator.get_elided_page_range(page.number, on_each_side=1, on_ends=1) if page else (),
    }


@register.simple_tag
def list_query(
    request: HttpRequest, table: Any = None, sort: str = "", page: int | None = None, export: str = ""
) -> str:
    """The address of the same list with another order, page or as a file; everything else in it stays."""
    query = request.GET.copy()
    query.pop("export", None)
    if sort:
        return table_html.sorted_query(query, table, sort)
    if page is not None:
        query[table.prefixed_page_field] = str(page)
    if export:
        query.pop("page", None)
        query["export"] = export
    return f"?{query.urlencode()}"


@register.simple_tag
def table_head(table: Any, list_id: str) -> SafeString:
    """The heads of the columns, which sort the list."""
    return table_html.head_of(table, list_id or "table")


@register.simple_tag
def table_rows(table: Any) -> SafeString:
    """The rows of the page."""
    return table_html.rows_of(table)


@register.simple_tag
def table_foot(table: Any) -> SafeString:
    """What stands below the columns."""
    return table_html.foot_of(table)
