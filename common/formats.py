"""Numbers, money and dates as people read them, in the active language. German: 1.234,56 €, 31.12.2026.

Every function takes exact values (Decimal, int, date, datetime); floats and text are refused. `None` reads as a dash.
"""

from __future__ import annotations

import re
from datetime import date, datetime, timedelta
from decimal import Decimal
from functools import cache, lru_cache
from typing import Literal

from babel import Locale
from babel.dates import format_date, format_datetime, format_timedelta
from babel.numbers import (
    format_currency,
    get_currency_precision,
    get_currency_symbol,
    get_decimal_symbol,
    get_group_symbol,
)
from django.utils import timezone
from django.utils.translation import get_language, ngettext
from django.utils.translation import gettext as _

NOTHING = "–"
MINUS = "\u2212"
NO_BREAK_SPACE = "\u00a0"
MOST_DECIMALS = 6

# Up to which distance each unit is spoken of.
_Unit = Literal["minute", "hour", "day", "week", "month", "year"]
_UNITS: tuple[tuple[_Unit, timedelta], ...] = (
    ("minute", timedelta(hours=1)),
    ("hour", timedelta(days=1)),
    ("day", timedelta(days=14)),
    ("week", timedelta(days=60)),
    ("month", timedelta(days=730)),
)

_DATE = {"de": "dd.MM.yyyy", "en": "d MMM yyyy"}
_DATE_TIME = {"de": "dd.MM.yyyy, HH:mm 'Uhr'", "en": "d MMM yyyy, HH:mm"}
_TIME = {"de": "HH:mm 'Uhr'", "en": "HH:mm"}
_DATE_LONG = {"de": "d. MMMM yyyy", "en": "d MMMM yyyy"}


def active_locale() -> Locale:
    """The locale of the active language; English where none is active."""
    return _locale(get_language() or "en")


@cache
def _locale(language: str) -> Locale:
    return Locale.parse(language.replace("-", "_"))


@cache
def _marks(locale: Locale) -> dict[int, str]:
    """What stands in a number for the marks that Python writes; the minus is as wide as a plus, so columns line up."""
    return str.maketrans({",": get_group_symbol(locale), ".": get_decimal_symbol(locale), "-": MINUS})


def _exact(value: object) -> Decimal:
    if isinstance(value, bool) or not isinstance(value, Decimal | int):
        raise TypeError(f"A number must be a Decimal or an int, not {type(value).__name__}: {value!r}")
    return Decimal(value)


def _minus(text: str) -> str:
    """The real minus sign, as wide as a plus, so that columns line up."""
    return text.replace("-", MINUS)


def money(amount: Decimal | int | None, currency: str, *, signed: bool = False) -> str:
    """`amount` in `currency` (ISO 4217) with its own number of decimals; `signed` also writes the plus."""
    if amount is None:
        return NOTHING
    value, locale = _exact(amount), active_locale()
    before, after = _around(currency, locale)
    # Python's own formatting here too; see `number`.
    figures = f"{value.copy_abs():,.{get_currency_precision(currency)}f}".translate(_marks(locale))
    sign = MINUS if value.is_signed() else "+" if signed and value > 0 else ""
    return f"{sign}{before}{figures}{after}"


@cache
def _around(currency: str, locale: Locale) -> tuple[str, str]:
    """What stands before and after the figures of an amount."""
    before, after = re.split(r"1(?:\D0+)?", format_currency(1, currency, locale=locale), maxsplit=1)
    if before[-1:].isalpha():
        before += NO_BREAK_SPACE  # CHF 5.00, as CLDR says and Babel does not
    return before, after


def currency_symbol(currency: str) -> str:
    return get_currency_symbol(currency, locale=active_locale())


def number(value: Decimal | int | None, decimals: int | None = None, *, signed: bool = False) -> str:
    """With grouping. `decimals` fixes the places; without it those that matter are shown, at most six."""
    if value is None:
        return NOTHING
    exact = _exact(value)
    # Python's own formatting: Babel's takes four times as long, and a list has a hundred numbers.
    text = f"{exact:,.{MOST_DECIMALS if decimals is None else decimals}f}"
    if decimals is None:
        text = text.rstrip("0").rstrip(".")
    text = text.translate(_marks(active_locale()))
    return f"+{text}" if signed and exact > 0 else text


def country(code: str) -> str:
    """The country's name; its code where it has none."""
    return str(active_locale().territories.get(code, code))


def percent(value: Decimal | int | None, decimals: int | None = None, *, signed: bool = False) -> str:
    """`value` in percent as terms write it: 4.4 reads "4.4%" or "4,4 %"."""
    if value is None:
        return NOTHING
    gap = NO_BREAK_SPACE if active_locale().language == "de" else ""
    return f"{number(value, decimals, signed=signed)}{gap}%"


def quantity(value: Decimal | int | None, unit: str, *, signed: bool = False) -> str:
    """By unit: an ISO currency is money, "%" percent, anything else a number."""
    if unit == "%":
        return percent(value, signed=signed)
    if len(unit) == 3 and unit.isalpha() and unit.isupper():
        return money(value, unit, signed=signed)
    return number(value, signed=signed)


def _pattern(patterns: dict[str, str]) -> str:
    return patterns.get(active_locale().language, patterns["en"])


def _day(value: object) -> date:
    if isinstance(value, datetime):
        return timezone.localtime(value).date() if timezone.is_aware(value) else value.date()
    if isinstance(value, date):
        return value
    raise TypeError(f"A day must be a date or a datetime, not {type(value).__name__}: {value!r}")


def date_short(value: date | datetime | None) -> str:
    """31.12.2026 in German, 31 Dec 2026 in English."""
    return NOTHING if value is None else _date_short(_day(value), active_locale())


@lru_cache(maxsize=2_000)
def _date_short(day: date, locale: Locale) -> str:
    """Kept, because a list says the same few days many times."""
    return format_date(day, _pattern(_DATE), locale=locale)


def date_long(value: date | datetime | None) -> str:
    """31. Dezember 2026 in German, 31 December 2026 in English."""
    return NOTHING if value is None else format_date(_day(value), _pattern(_DATE_LONG), locale=active_locale())


def datetime_short(value: datetime | None) -> str:
    """The exact minute, in the portal's time zone."""
    return NOTHING if value is None else _moment(value, _DATE_TIME)


def time_short(value: datetime) -> str:
    """The minute of its day, where the day is said already."""
    return _moment(value, _TIME)


def _moment(value: datetime, patterns: dict[str, str]) -> str:
    if not isinstance(value, datetime):
        raise TypeError(f"A time must be a datetime, not {type(value).__name__}: {value!r}")
    local = timezone.localtime(value) if timezone.is_aware(value) else value
    return format_datetime(local, _pattern(patterns), locale=active_locale())


def relative(value: date | datetime, *, now: datetime) -> str:
    """Like "2 hours ago" or "in 3 days"; today, yesterday and tomorrow have their words."""
    if isinstance(value, datetime):
        distance = value - now
        if abs(distance) < timedelta(minutes=1):
            return _("just now")
    else:
        distance = _day(value) - _day(now)
        words = {0: _("today"), 1: _("tomorrow"), -1: _("yesterday")}
        if distance.days in words:
            return words[distance.days]
    size = abs(distance)
    unit: _Unit = next((name for name, limit in _UNITS if size < limit), "year")
    # The unit is chosen here: left alone, Babel says "1 year ago" after ten months.
    return format_timedelta(distance, unit, threshold=1e9, add_direction=True, locale=active_locale())


def lasting(since: date | datetime, *, now: datetime) -> str:
    """How long something has been so: "for 3 days", "seit 3 Tagen"."""
    minutes = (
        int((now - since).total_seconds() // 60) if isinstance(since, datetime) else (_day(now) - since).days * 1440
    )
    days = minutes // 1440
    if minutes < 60:
        return _("for less than an hour") if isinstance(since, datetime) else _("since today")
    if days < 1:
        return ngettext("for %(number)d hour", "for %(number)d hours", minutes // 60) % {"number": minutes // 60}
    if days < 14:
        return ngettext("for %(number)d day", "for %(number)d days", days) % {"number": days}
    if days < 60:
        return ngettext("for %(number)d week", "for %(number)d weeks", days // 7) % {"number": days // 7}
    if days < 730:
        return ngettext("for %(number)d month", "for %(number)d months", days // 30) % {"number": days // 30}
    return ngettext("for %(number)d year", "for %(number)d years", days // 365) % {"number": days // 365}
