"""What sales add to a vendor's list of partners: who still buys, how much, and when last."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date

import django_tables2 as tables
from django.db.models import F, Q
from django.db.models.expressions import Combinable
from django.db.models.functions import Coalesce
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext_lazy

from common.formats import date_short
from common.tables import DateColumn, MoneyColumn
from common.templatetags.ui import badge_html
from common.ui import Tone
from partners import composing
from partners.composing import Asked, Division, Figures
from sales.models import Standing
from sales.standing import awake_since, listed_by_activity

Activity = Standing.Activity
# Active: bought in the running quarter or in one of the two before it. Sleeping: bought earlier, but nothing in the
# running quarter and the two whole quarters before it. Never: has not bought anything yet. Bought means a line with a
# quantity above zero that has not been taken back, by the day it counts on; returns alone keep nobody awake.
LABELS: Mapping[str, Promise] = {
    Activity.ACTIVE: gettext_lazy("Active"),
    Activity.SLEEPING: gettext_lazy("Sleeping"),
    Activity.NEVER: gettext_lazy("Never bought"),
}
TONES: Mapping[str, Tone] = {Activity.ACTIVE: "success", Activity.SLEEPING: "warning", Activity.NEVER: "neutral"}
LONG_AGO = date.min


def register() -> None:
    composing.divisions.register(
        Division("activity", gettext_lazy("Activity"), LABELS, _activity_in_sql, _listed, _activity_in_words)
    )
    composing.figures.register(Figures("sales", _columns, _values, _in_sql, _joined, order=10))


def _listed(asked: Asked) -> Mapping[str, int]:
    """Once for a list, before its standings are read: this brings them up to date."""
    if "listed" not in asked.known:
        asked.known["listed"] = listed_by_activity(vendor=asked.vendor, currency=asked.currency, today=asked.today)
    return asked.known["listed"]


def _activity_in_words(today: date) -> str:
    since = date_short(awake_since(today))
    return _("Active: bought something since %(day)s. Sleeping: bought before, but nothing since then.") % {
        "day": since
    }


def _joined(asked: Asked) -> Q:
    """How a row of `Partner` stands, as a join: looked up one by one, ten thousand take four times as long."""
    _listed(asked)
    return Q(standings__vendor=asked.vendor, standings__day=asked.today, standings__currency=asked.currency)


def _activity_in_sql(asked: Asked) -> Combinable:
    return F("standings__activity")


def _in_sql(asked: Asked) -> Mapping[str, Combinable]:
    return {
        "revenue": F("standings__revenue"),
        "revenue_before": F("standings__revenue_before"),
        "revenue_change": F("standings__revenue") - F("standings__revenue_before"),
        # Never null, which would sort first.
        "last_sale": Coalesce(F("standings__last_sale"), LONG_AGO),
    }


class ActivityColumn(tables.Column):
    """The activity as a badge; in exports its word."""

    def render(self, value: str) -> str:
        return badge_html(str(LABELS[value]), TONES[value])

    def value(self, value: str) -> str:
        return str(LABELS[value])


def _columns() -> Mapping[str, tables.Column]:
    return {
        "activity": ActivityColumn(verbose_name=gettext_lazy("Activity")),
        "revenue": MoneyColumn(verbose_name=gettext_lazy("Revenue this quarter")),
        "revenue_before": MoneyColumn(verbose_name=gettext_lazy("Last quarter by the same day")),
        "revenue_change": MoneyColumn(signed=True, verbose_name=pgettext_lazy("against an earlier period", "Change")),
        "last_sale": DateColumn(verbose_name=gettext_lazy("Last sale")),
    }


def _values(asked: Asked, partners: Sequence[composing.Row]) -> composing.Values:
    """All of it came with the rows."""
    # Who never had a line has no figures, not zeros.
    known = [each for each in partners if each["last_sale"] > LONG_AGO or each["revenue"] or each["revenue_before"]]
    return {
        "activity": {each["pk"]: each["activity"] for each in partners},
        **{key: {each["pk"]: each[key] for each in known} for key in ("revenue", "revenue_before", "revenue_change")},
        "last_sale": {each["pk"]: each["last_sale"] for each in known if each["last_sale"] > LONG_AGO},
    }
