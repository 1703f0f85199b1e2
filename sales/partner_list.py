"""What sales add to a vendor's list of partners: who still buys, how much, and when last."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from enum import StrEnum
from typing import Any

import django_tables2 as tables
from django.db.models import Case, CharField, Value, When
from django.db.models.expressions import Combinable
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from common.formats import date_short
from common.money import ZERO
from common.periods import Period, PeriodKind
from common.tables import DateColumn, MoneyColumn
from common.templatetags.ui import badge_html
from common.ui import Tone
from partners import composing
from partners.composing import Asked, Division, Figures
from partners.models import Partner
from sales.revenue import bought, last_sale_by_partner, last_sale_of_partner, net_by_partner, net_of_partner, same_time

QUARTERS_ASLEEP = 2
"""Whole quarters without a purchase, beside the running one, after which a partner sleeps."""


class Activity(StrEnum):
    """Whether a partner still buys: each is in exactly one of these.

    Active: bought in the running quarter or in one of the two before it. Sleeping: bought earlier, but nothing in the
    running quarter and the two whole quarters before it. Never: has not bought anything yet. Bought means a line with
    a quantity above zero that has not been taken back, by the day it counts on; returns alone keep nobody awake.
    """

    ACTIVE = "active"
    SLEEPING = "sleeping"
    NEVER = "never"


LABELS: Mapping[str, Promise] = {
    Activity.ACTIVE: gettext_lazy("Active"),
    Activity.SLEEPING: gettext_lazy("Sleeping"),
    Activity.NEVER: gettext_lazy("Never bought"),
}
TONES: Mapping[str, Tone] = {Activity.ACTIVE: "success", Activity.SLEEPING: "warning", Activity.NEVER: "neutral"}


def register() -> None:
    composing.divisions.register(
        Division("activity", gettext_lazy("Activity"), LABELS, _activity_in_sql, _activity_in_words)
    )
    composing.figures.register(Figures("activity", _activity_columns, _activities, order=10))
    composing.figures.register(Figures("revenue", _revenue_columns, _revenues, _revenue_in_sql, order=20))
    composing.figures.register(Figures("last_sale", _last_sale_columns, _last_sales, _last_sale_in_sql, order=40))


# --- who still buys --------------------------------------------------------------------------------------------------


def awake_since(today: date) -> date:
    """The first day on which a purchase still counts as active."""
    return Period.containing(PeriodKind.QUARTER, today).previous(QUARTERS_ASLEEP).start


def _activity_in_words(today: date) -> str:
    since = date_short(awake_since(today))
    return _("Active: bought something since %(day)s. Sleeping: bought before, but nothing since then.") % {
        "day": since
    }


def _activity_in_sql(asked: Asked) -> Combinable:
    return Case(
        When(bought(vendor=asked.vendor, since=awake_since(asked.today)), then=Value(Activity.ACTIVE.value)),
        When(bought(vendor=asked.vendor), then=Value(Activity.SLEEPING.value)),
        default=Value(Activity.NEVER.value),
        output_field=CharField(),
    )


class ActivityColumn(tables.Column):
    """The activity as a badge; in exports its word."""

    def render(self, value: str) -> str:
        return badge_html(str(LABELS[value]), TONES[value])

    def value(self, value: str) -> str:
        return str(LABELS[value])


def _activity_columns() -> Mapping[str, tables.Column]:
    return {"activity": ActivityColumn(verbose_name=gettext_lazy("Activity"))}


def _activities(asked: Asked, partners: Sequence[int]) -> composing.Values:
    rows = Partner.objects.filter(pk__in=partners).order_by()
    return {"activity": dict(rows.values_list("pk").annotate(activity=_activity_in_sql(asked)))}


# --- how much --------------------------------------------------------------------------------------------------------


def _revenue_columns() -> Mapping[str, tables.Column]:
    return {
        "revenue": MoneyColumn(verbose_name=gettext_lazy("Revenue this quarter")),
        "revenue_before": MoneyColumn(verbose_name=gettext_lazy("Last quarter by the same day")),
        "revenue_change": MoneyColumn(signed=True, verbose_name=gettext_lazy("Change")),
    }


def _revenues(asked: Asked, partners: Sequence[int]) -> composing.Values:
    quarter, _until, start, end = same_time(asked.today)
    of_partners: dict[str, Any] = {"vendor": asked.vendor, "currency": asked.currency, "partners": partners}
    now = net_by_partner(**of_partners, start=quarter.start, end=quarter.end)
    before = net_by_partner(**of_partners, start=start, end=end)
    change = {pk: now.get(pk, ZERO) - before.get(pk, ZERO) for pk in now.keys() | before.keys()}
    return {"revenue": now, "revenue_before": before, "revenue_change": change}


def _revenue_in_sql(asked: Asked) -> Mapping[str, Combinable]:
    quarter, _until, start, end = same_time(asked.today)
    now = net_of_partner(vendor=asked.vendor, currency=asked.currency, start=quarter.start, end=quarter.end)
    before = net_of_partner(vendor=asked.vendor, currency=asked.currency, start=start, end=end)
    return {"revenue": now, "revenue_before": before, "revenue_change": now - before}


# --- when last -------------------------------------------------------------------------------------------------------


def _last_sale_columns() -> Mapping[str, tables.Column]:
    return {"last_sale": DateColumn(verbose_name=gettext_lazy("Last sale"))}


def _last_sales(asked: Asked, partners: Sequence[int]) -> composing.Values:
    return {"last_sale": last_sale_by_partner(vendor=asked.vendor, partners=partners)}


def _last_sale_in_sql(asked: Asked) -> Mapping[str, Combinable]:
    return {"last_sale": last_sale_of_partner(vendor=asked.vendor)}
