"""Periods and days as people speak of them, in the active language: "Q4 2026", "in December", "31. Dezember"."""

from __future__ import annotations

from datetime import date
from functools import lru_cache

from babel.dates import format_date
from django.utils.translation import get_language, ngettext
from django.utils.translation import gettext as _

from common import formats
from common.periods import Period, PeriodKind

_DAY = {"de": "d. MMMM", "en": "d MMMM"}


def period_name(period: Period) -> str:
    """Q4 2026, December 2026, first half of 2026, 2026."""
    return _period_name(period, get_language())


@lru_cache(maxsize=1_000)
def _period_name(period: Period, _language: str | None) -> str:
    """Kept, because mails and lists say the same few periods many times."""
    match period.kind:
        case PeriodKind.QUARTER:
            return _("Q%(number)s %(year)s") % _numbers(period)
        case PeriodKind.HALF_YEAR:
            if period.start.month == 1:
                return _("First half of %(year)s") % _numbers(period)
            return _("Second half of %(year)s") % _numbers(period)
        case PeriodKind.MONTH:
            return format_date(period.start, "LLLL yyyy", locale=formats.active_locale())
        case PeriodKind.YEAR:
            return str(period.start.year)


def in_period(period: Period) -> str:
    """The opening of a sentence: "In Q4", "In December", "In the first half of 2026", "In 2026"."""
    match period.kind:
        case PeriodKind.QUARTER:
            return _("In Q%(number)s") % _numbers(period)
        case PeriodKind.HALF_YEAR:
            if period.start.month == 1:
                return _("In the first half of %(year)s") % _numbers(period)
            return _("In the second half of %(year)s") % _numbers(period)
        case PeriodKind.MONTH:
            return _("In %(month)s") % {"month": format_date(period.start, "LLLL", locale=formats.active_locale())}
        case PeriodKind.YEAR:
            return _("In %(year)s") % _numbers(period)


def same_time_in(period: Period) -> str:
    """What a running period is compared with: "at the same time in Q3"."""
    match period.kind:
        case PeriodKind.QUARTER:
            return _("at the same time in Q%(number)s") % _numbers(period)
        case PeriodKind.HALF_YEAR:
            if period.start.month == 1:
                return _("at the same time in the first half of %(year)s") % _numbers(period)
            return _("at the same time in the second half of %(year)s") % _numbers(period)
        case PeriodKind.MONTH:
            month = format_date(period.start, "LLLL", locale=formats.active_locale())
            return _("at the same time in %(month)s") % {"month": month}
        case PeriodKind.YEAR:
            return _("at the same time in %(year)s") % _numbers(period)


def days_left(period: Period, today: date) -> str:
    """How long sales still count for the period."""
    days = (period.end - today).days
    if days == 1:
        return _("last day today")
    return ngettext("%(days)s day left", "%(days)s days left", days) % {"days": formats.number(days)}


def _numbers(period: Period) -> dict[str, str]:
    number = (period.start.month - 1) // period.kind.months + 1
    return {"number": str(number), "year": str(period.start.year)}


def day_of_year(day: date) -> str:
    """31 December, 31. Dezember."""
    locale = formats.active_locale()
    return format_date(day, _DAY.get(locale.language, _DAY["en"]), locale=locale)
