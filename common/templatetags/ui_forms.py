"""Forms, boxes and messages as template tags; part of `{% load ui %}`."""

from __future__ import annotations

from typing import Any, Literal

from django import forms, template
from django.contrib.messages.storage.base import Message
from django.template import Context
from django.template.loader import render_to_string
from django.utils.safestring import SafeString

from common.typed_tags import typed
from common.ui import TONE_ICONS, Tone

register = template.Library()


@register.inclusion_tag("components/form.html", takes_context=True)
@typed
def form(
    context: Context,
    form: forms.BaseForm,
    submit: str,
    action: str = "",
    cancel_url: str = "",
    tone: Literal["primary", "danger"] = "primary",
    method: Literal["post", "get"] = "post",
    note: str = "",
    other: str = "",
    other_name: str = "",
) -> dict[str, Any]:
    """A whole form: errors summed up on top, fields in one column, one button that says what it does.

    `submit` is the button's text, `note` a sentence beside it (what happens next), `cancel_url` the way out.
    `other` is a second button, which sends `other_name` along.
    """
    return {
        "form": form,
        "submit": submit,
        "action": action,
        "cancel_url": cancel_url,
        "tone": tone,
        "method": method,
        "note": note,
        "other": other,
        "other_name": other_name,
        "csrf_token": context.get("csrf_token"),
    }


@register.inclusion_tag("components/form_errors.html")
@typed
def form_errors(form: forms.BaseForm) -> dict[str, Any]:
    """All errors of a form with links to their fields, for forms laid out by hand; empty while there are none."""
    fields = [(field, error) for field in form if not field.is_hidden for error in field.errors]
    hidden = [error for field in form.hidden_fields() for error in field.errors]
    general = [*form.non_field_errors(), *hidden] if form.is_bound else []
    return {"general": general, "fields": fields, "count": len(general) + len(fields)}


@register.filter
def without_placeholder(field: forms.BoundField) -> forms.BoundField:
    """The field without the placeholder that only repeats its label."""
    field.field.widget.attrs.pop("placeholder", None)
    return field


@register.simple_block_tag(end_name="endcard")
@typed
def card(
    content: str,
    title: str = "",
    subtitle: str = "",
    url: str = "",
    action: str = "",
    flush: bool = False,
    id: str = "",  # noqa: A002 – what it becomes in the page
) -> SafeString:
    """`{% card title=… %}…{% endcard %}`: a box with a heading; `action` links to `url` at its right.

    `flush` leaves out the padding, for tables and lists.
    """
    if bool(url) != bool(action):
        raise ValueError("{% card %}: url and action belong together")
    data = {
        "content": content,
        "title": title,
        "subtitle": subtitle,
        "url": url,
        "action": action,
        "flush": flush,
        "id": id,
    }
    return render_to_string("components/card.html", data)


@register.simple_block_tag(end_name="endcallout")
@typed
def callout(content: str, tone: Tone = "info", title: str = "") -> SafeString:
    """`{% callout tone="warning" title=… %}…{% endcallout %}`: a notice with markup of its own."""
    data = {"content": content, "tone": tone, "title": title, "icon": TONE_ICONS[tone]}
    return render_to_string("components/callout.html", data)


@register.inclusion_tag("components/alert.html")
def message_alert(message: Message) -> dict[str, Any]:
    """One of Django's messages as an `alert`."""
    tone = {"debug": "neutral", "error": "danger"}.get(message.level_tag, message.level_tag) or "info"
    return {"text": message.message, "tone": tone, "title": "", "url": "", "action": "", "icon": TONE_ICONS[tone]}
