"""The components of the portal as template tags: `{% load ui %}`. `/styleguide/` shows each with its states.

Every tag checks its inputs against its signature: a wrong type, an unknown icon or an empty required text raises
`TypeError` or `ValueError`, so that a missing variable is found by the first test that renders the page.
"""

from __future__ import annotations

import functools
import inspect
import json
import types
from collections.abc import Callable, Sequence
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any, Literal, TypeVar, Union, get_args, get_origin, get_type_hints

from django import forms, template
from django.contrib.messages.storage.base import Message
from django.core.paginator import Paginator
from django.http import HttpRequest
from django.template import Context
from django.template.loader import render_to_string
from django.templatetags.static import static
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.html import format_html
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext as _

from common import formats
from common.ui import Chart, Crumb, Event, Fact, Stage, Step, Tab, Task, Tone

register = template.Library()
Function = TypeVar("Function", bound=Callable[..., Any])

ICONS = frozenset(json.loads((Path(__file__).parent.parent / "icons.json").read_text(encoding="utf-8")))
TONE_ICONS = {
    "neutral": "info-circle",
    "info": "info-circle",
    "success": "check-circle",
    "warning": "exclamation-triangle",
    "danger": "exclamation-circle",
}


def _fits(value: Any, hint: Any) -> bool:
    origin = get_origin(hint)
    if hint is Any:
        return True
    if origin in (Union, types.UnionType):
        return any(_fits(value, one) for one in get_args(hint))
    if origin is Literal:
        return value in get_args(hint)
    if origin is Sequence:
        listed = isinstance(value, list | tuple)
        return listed and all(_fits(one, get_args(hint)[0]) for one in value)
    if hint is str:
        return isinstance(value, str | Promise)
    if hint is Decimal:
        return isinstance(value, Decimal) or (isinstance(value, int) and not isinstance(value, bool))
    return isinstance(value, hint)


def typed(function: Function) -> Function:
    """Check the arguments of a template tag against its annotations; a required text must not be empty."""
    signature = inspect.signature(function)
    hints = get_type_hints(function)

    @functools.wraps(function)
    def checked(*args: Any, **kwargs: Any) -> Any:
        given = signature.bind(*args, **kwargs)
        for name, value in given.arguments.items():
            if not _fits(value, hints[name]):
                raise TypeError(f"{{% {function.__name__} %}}: {name} must be {hints[name]}, not {value!r}")
            if signature.parameters[name].default is inspect.Parameter.empty and hints[name] is str and not str(value):
                raise ValueError(f"{{% {function.__name__} %}}: {name} must not be empty")
        return function(*args, **kwargs)

    return checked  # type: ignore[return-value]


# --- numbers, money, dates -------------------------------------------------------------------------------------------


@register.filter
def money(amount: Decimal | int | None, currency: str) -> str:
    """`{{ amount|money:"EUR" }}`: 1.234,56 € or €1,234.56 by language. None is a dash."""
    return formats.money(amount, currency)


@register.filter
def money_signed(amount: Decimal | int | None, currency: str) -> str:
    """As `money`, with the plus written: +75,00 €."""
    return formats.money(amount, currency, signed=True)


@register.filter
def number(value: Decimal | int | None, decimals: int | None = None) -> str:
    """`{{ units|number }}` or `{{ value|number:2 }}` with fixed decimals."""
    return formats.number(value, decimals)


@register.filter
def percent(value: Decimal | int | None, decimals: int | None = None) -> str:
    """Of a value in percent: `{{ rate|percent }}` writes 4.4 as "4,4 %"."""
    return formats.percent(value, decimals)


@register.filter
def quantity(value: Decimal | int | None, unit: str) -> str:
    """By unit: an ISO currency is money, "%" percent, anything else a plain number."""
    return formats.quantity(value, unit)


@register.filter
def date_short(value: date | datetime | None) -> str:
    """31.12.2026 in German, 31 Dec 2026 in English."""
    return formats.date_short(value)


@register.filter
def date_long(value: date | datetime | None) -> str:
    """31. Dezember 2026 in German, 31 December 2026 in English."""
    return formats.date_long(value)


@register.filter
def datetime_short(value: datetime | None) -> str:
    """Day and minute in the portal's time zone."""
    return formats.datetime_short(value)


@register.filter
def relative_time(value: date | datetime | None) -> str:
    """"2 hours ago" as a <time> element with the exact moment on hover."""
    if value is None:
        return formats.NOTHING
    return _time(value, formats.relative(value, now=timezone.now()))


@register.filter
def lasting_since(value: date | datetime | None) -> str:
    """"for 3 days" as a <time> element with the exact moment on hover."""
    return formats.NOTHING if value is None else _time(value, formats.lasting(value, now=timezone.now()))


def _time(value: date | datetime, text: str) -> SafeString:
    exact = formats.datetime_short(value) if isinstance(value, datetime) else formats.date_short(value)
    return format_html('<time datetime="{}" title="{}">{}</time>', value.isoformat(), exact, text)


# --- small things ------------------------------------------------------------------------------------------------------


@register.simple_tag
@typed
def icon(name: str, label: str = "", size: Literal["", "sm", "lg"] = "") -> SafeString:
    """An icon of the sprite (names in common/icons.json). Decoration unless `label` gives it words."""
    if name not in ICONS:
        raise ValueError(f"{{% icon %}}: no icon {name!r} in common/icons.json")
    classes = f"icon icon-{size}" if size else "icon"
    spoken = format_html('role="img" aria-label="{}"', label) if label else mark_safe('aria-hidden="true"')
    return format_html(
        '<svg class="{}" {} focusable="false"><use href="{}#{}"></use></svg>', classes, spoken, static("dist/icons.svg"), name
    )


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
def state(label: str, tone: Tone = "neutral", since: date | datetime | None = None, next: str = "") -> dict[str, Any]:
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


@register.inclusion_tag("components/tabs.html")
@typed
def tabs(tabs: Sequence[Tab], label: str) -> dict[str, Any]:
    """Pages that belong to one thing. `label` names the group for screen readers."""
    return {"tabs": tabs, "label": label}


@register.inclusion_tag("components/post_button.html", takes_context=True)
@typed
def post_button(
    context: Context, label: str, url: str, icon: str = "", tone: Literal["primary", "secondary", "danger", "plain"] = "secondary",
    name: str = "", value: str = ""
) -> dict[str, Any]:  # fmt: skip
    """A button that changes something: its own POST form with the CSRF token. `name` and `value` are sent along."""
    return {
        "label": label, "url": url, "icon": icon, "tone": tone, "name": name, "value": value,
        "csrf_token": context.get("csrf_token"),
    }  # fmt: skip


# --- figures, progress, charts ---------------------------------------------------------------------------------------------


@register.inclusion_tag("components/figure.html")
@typed
def figure(
    label: str, value: str, hint: str = "", change: Decimal | None = None, unit: str = "", than: str = "",
    good: Literal["up", "down", "neutral"] = "up", url: str = ""
) -> dict[str, Any]:  # fmt: skip
    """One number with its meaning. `value` is written out (use a filter), `hint` says what it means.

    `change`, `unit`, `than`, `good` as in `change`. `url` leads to how the number came about. Several of them stand
    in a `<div class="figures">`.
    """
    return {
        "label": label, "value": value, "hint": hint, "change": change, "unit": unit, "than": than, "good": good, "url": url,
    }  # fmt: skip


def _segments(position: Decimal, steps: Sequence[Step], end: Decimal | None) -> list[dict[str, Any]]:
    bounds = [step.bound for step in steps]
    if bounds != sorted(set(bounds)):
        raise ValueError("{% progress %}: steps must rise")
    starts: list[Step | None] = [*([None] if bounds[0] > 0 else []), *steps]
    segments = []
    for index, step in enumerate(starts):
        low = step.bound if step else Decimal(0)
        following = starts[index + 1] if index + 1 < len(starts) else None
        high = following.bound if following else end
        if position < low or (step is None and position <= 0):
            filled = Decimal(0)
        elif high is None or position >= high:
            filled = Decimal(100)
        else:
            filled = max((position - low) / (high - low) * 100, Decimal(2))
        here = position >= low and (following is None or position < following.bound)
        reached = step is not None and position >= low
        segments.append({"step": step, "percent": f"{filled:.1f}", "here": here, "reached": reached})
    return segments


@register.inclusion_tag("components/progress.html")
@typed
def progress(
    label: str, position: Decimal, position_text: str, steps: Sequence[Step], next_step: str = "", end: Decimal | None = None
) -> dict[str, Any]:
    """Where one stands between steps. Each step takes the same width, inside a step the bar is to scale.

    `position` and the bounds share one unit; `position_text` is it written out ("37 units"). `next_step` is the sentence
    with the next step in money. `end` is a cap: the last step fills up to it.
    """
    if not steps:
        raise ValueError("{% progress %}: at least one step")
    segments = _segments(position, steps, end)
    top = end if end is not None else steps[-1].bound
    reached = [one["step"].label for one in segments if one["reached"]]
    spoken = [position_text, _("step reached: %(step)s") % {"step": reached[-1]} if reached else _("no step reached yet"), next_step]
    return {
        "label": label, "position": position, "position_text": position_text, "segments": segments, "next_step": next_step,
        "top": top, "now": min(max(position, Decimal(0)), top), "reached_word": _("reached"), "spoken": ". ".join(text for text in spoken if text),
    }  # fmt: skip


@register.inclusion_tag("components/chart.html")
@typed
def chart(chart: Chart, table: Literal["below", "beside", "open"] = "below") -> dict[str, Any]:
    """A chart with its numbers as a table: folded `below`, `open` below, or `beside` it on wide screens."""
    data = {
        "kind": chart.kind, "unit": chart.unit, "stacked": chart.stacked, "labels": [str(label) for label in chart.labels],
        "series": [
            {
                "label": str(series.label), "muted": series.muted,
                "values": [None if value is None else float(value) for value in series.values],
            }
            for series in chart.series
        ],
    }  # fmt: skip
    rows = [
        (label, [formats.quantity(series.values[index], chart.unit) for series in chart.series])
        for index, label in enumerate(chart.labels)
    ]
    return {"chart": chart, "data": data, "data_id": f"{chart.id}-data", "rows": rows, "table": table}


# --- lists and facts -----------------------------------------------------------------------------------------------------


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
    context: Context, table: Any, filter: Any = None, label: str = "", export: bool = True, empty_title: str = "",
    empty_text: str = "", empty_url: str = "", empty_action: str = "", live: bool = True
) -> dict[str, Any]:  # fmt: skip
    """A list with everything around it: search, filters as removable chips, sort, export, pages, empty state.

    `table`: a `common.tables.Table` already configured for the request; `filter`: a `common.filters.FilterSet` or nothing.
    `label` names the list for screen readers. `empty_*`: what is said and offered when there is nothing at all.
    `live` swaps the list in place by htmx; without JavaScript everything works by links and one button.
    """
    request = context["request"]
    chips = filter.chips() if filter is not None else []
    page = getattr(table, "page", None)
    empty = {"title": empty_title or _("Nothing here yet"), "text": empty_text, "url": empty_url, "action": empty_action}
    return {
        "table": table, "filter": filter, "chips": chips, "label": label, "export": export, "live": live, "request": request,
        "id": f"list-{table.prefix}" if table.prefix else "list", "total": page.paginator.count if page else len(table.rows), "empty": empty, "gap": Paginator.ELLIPSIS,
        "pages": page.paginator.get_elided_page_range(page.number, on_each_side=1, on_ends=1) if page else (),
    }  # fmt: skip


@register.simple_tag
def list_query(request: HttpRequest, table: Any = None, sort: str = "", page: int | None = None, export: str = "") -> str:
    """The address of the same list with another order, page or as a file; everything else in it stays."""
    query = request.GET.copy()
    query.pop("export", None)
    if sort:
        query[table.prefixed_order_by_field] = sort
        query.pop(table.prefixed_page_field, None)
    if page is not None:
        query[table.prefixed_page_field] = str(page)
    if export:
        query.pop("page", None)
        query["export"] = export
    return f"?{query.urlencode()}"


@register.simple_tag
def column_unit(table: Any, column: Any) -> str:
    """The currency of a money column, once in its head."""
    unit = getattr(column.column, "unit", None)
    currency = unit(table) if unit else ""
    return format_html(" ({})", formats.currency_symbol(currency)) if currency else ""


# --- forms -----------------------------------------------------------------------------------------------------------------


@register.inclusion_tag("components/form.html", takes_context=True)
@typed
def form(
    context: Context, form: forms.BaseForm, submit: str, action: str = "", cancel_url: str = "",
    tone: Literal["primary", "danger"] = "primary", method: Literal["post", "get"] = "post", note: str = ""
) -> dict[str, Any]:  # fmt: skip
    """A whole form: errors summed up on top, fields in one column, one button that says what it does.

    `submit` is the button's text, `note` a sentence beside it (what happens next), `cancel_url` the way out.
    """
    return {
        "form": form, "submit": submit, "action": action, "cancel_url": cancel_url, "tone": tone, "method": method, "note": note,
        "csrf_token": context.get("csrf_token"),
    }  # fmt: skip


@register.inclusion_tag("components/form_errors.html")
@typed
def form_errors(form: forms.BaseForm) -> dict[str, Any]:
    """All errors of a form with links to their fields, for forms laid out by hand; empty while there are none."""
    fields = [(field, error) for field in form if not field.is_hidden for error in field.errors]
    hidden = [error for field in form.hidden_fields() for error in field.errors]
    general = [*form.non_field_errors(), *hidden] if form.is_bound else []
    return {"general": general, "fields": fields, "count": len(general) + len(fields)}


@register.simple_block_tag(end_name="endcard")
@typed
def card(
    content: str, title: str = "", subtitle: str = "", url: str = "", action: str = "", flush: bool = False, id: str = ""
) -> SafeString:
    """`{% card title=… %}…{% endcard %}`: a box with a heading; `action` links to `url` at its right.

    `flush` leaves out the padding, for tables and lists.
    """
    if bool(url) != bool(action):
        raise ValueError("{% card %}: url and action belong together")
    data = {"content": content, "title": title, "subtitle": subtitle, "url": url, "action": action, "flush": flush, "id": id}
    return mark_safe(render_to_string("components/card.html", data))


@register.simple_block_tag(end_name="endcallout")
@typed
def callout(content: str, tone: Tone = "info", title: str = "") -> SafeString:
    """`{% callout tone="warning" title=… %}…{% endcallout %}`: a notice with markup of its own."""
    data = {"content": content, "tone": tone, "title": title, "icon": TONE_ICONS[tone]}
    return mark_safe(render_to_string("components/callout.html", data))


@register.inclusion_tag("components/alert.html")
def message_alert(message: Message) -> dict[str, Any]:
    """One of Django's messages as an `alert`."""
    tone = {"debug": "neutral", "error": "danger"}.get(message.level_tag, message.level_tag) or "info"
    return {"text": message.message, "tone": tone, "title": "", "url": "", "action": "", "icon": TONE_ICONS[tone]}
