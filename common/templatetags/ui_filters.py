"""Numbers, money and dates in templates; part of `{% load ui %}`."""

from __future__ import annotations

import re
from datetime import date, datetime
from decimal import Decimal

from django import template
from django.conf import settings
from django.utils import timezone
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString

from common import formats

register = template.Library()


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
    """ "2 hours ago" as a <time> element with the exact moment on hover."""
    if value is None:
        return formats.NOTHING
    return _time(value, formats.relative(value, now=timezone.now()))


@register.filter
def lasting_since(value: date | datetime | None) -> str:
    """ "for 3 days" as a <time> element with the exact moment on hover."""
    return formats.NOTHING if value is None else _time(value, formats.lasting(value, now=timezone.now()))


BROWSERS = (("Edg", "Edge"), ("OPR/", "Opera"), ("Firefox/", "Firefox"), ("Chrome/", "Chrome"), ("Safari/", "Safari"))
SYSTEMS = (
    ("Android", "Android"),
    ("iPhone", "iPhone"),
    ("iPad", "iPad"),
    ("Windows", "Windows"),
    ("Mac OS X", "macOS"),
    ("Linux", "Linux"),
)


@register.filter
def browser_name(user_agent: str) -> str:
    """What a person calls the browser that sent this User-Agent: "Firefox, Windows". Unknown ones as they are."""
    browser = next((name for sign, name in BROWSERS if sign in user_agent), "")
    system = next((name for sign, name in SYSTEMS if sign in user_agent), "")
    return ", ".join(filter(None, (browser, system))) or user_agent


def _time(value: date | datetime, text: str) -> SafeString:
    exact = formats.datetime_short(value) if isinstance(value, datetime) else formats.date_short(value)
    return format_html('<time datetime="{}" title="{}">{}</time>', value.isoformat(), exact, text)


@register.filter
def own_links(text: str) -> SafeString:
    """Text in which the portal's own addresses are links, and no other: names and words of vendors become none."""
    parts = re.split(rf"(?<!\S)({re.escape(settings.PORTAL_URL)}/\S*)", text)
    return format_html_join("", "{}", ((_linked(part) if place % 2 else part,) for place, part in enumerate(parts)))


def _linked(url: str) -> SafeString:
    return format_html('<a href="{0}">{0}</a>', url)
