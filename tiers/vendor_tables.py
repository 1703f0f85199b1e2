"""Lists of tiers at a vendor: its partners by what is about to change."""

from __future__ import annotations

from typing import Any

import django_filters
import django_tables2 as tables
from django import forms
from django.db.models import QuerySet
from django.utils.html import format_html, format_html_join
from django.utils.safestring import mark_safe
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from common import formats
from common.filters import Facet, FilterSet
from common.tables import LinkColumn, MoneyColumn, StateColumn, Table
from partners.tables import programs_of_area, tiers_of_area
from programs.models import Tier
from tiers.models import TierStanding
from tiers.vendor_lists import LABELS, holding


class LinesColumn(tables.Column):
    """Several short texts: the first one, and below it the others when they are asked for; in exports in one line."""

    def render(self, value: list[str]) -> str:
        first, others = "".join(value[:1]), value[1:]
        if not others:
            return first or formats.NOTHING
        more = ngettext("and %(count)s more", "and %(count)s more", len(others)) % {"count": len(others)}
        lines = format_html_join(mark_safe("<br>"), "{}", ((line,) for line in others))
        return format_html('<div>{}<details class="more"><summary>{}</summary>{}</details></div>', first, more, lines)

    def value(self, value: list[str]) -> str:
        return "; ".join(value)


class StandingTable(Table):
    """Ordered by the database: `order_by` are fields of `TierStanding` and what the page annotates."""

    name = LinkColumn(
        accessor="partner__name",
        order_by="enrolment__partner__name",
        url=lambda record: record.url,
        sub="partner__number",
        verbose_name=_("Partner"),
    )
    number = tables.Column(accessor="partner__number", visible=False, verbose_name=_("Partner number"))
    program = tables.Column(accessor="program__name", order_by="program__name", verbose_name=_("Program"))
    tier = tables.Column(order_by="held__rank", verbose_name=_("Tier"))
    state = StateColumn(
        order_by=("urgency", "day", "-nearness"),
        words=lambda row: row.state,
        tone=lambda row: row.tone,
        verbose_name=_("What is ahead"),
    )
    missing = LinesColumn(orderable=False, verbose_name=_("What is missing"))
    revenue = MoneyColumn(order_by="revenue", verbose_name=_("Revenue in 12 months"))
    change = MoneyColumn(signed=True, orderable=False, verbose_name=_("Rebate with the other tier"))

    class Meta:
        order_by = "state"


class StandingFilter(FilterSet):
    search_fields = ("enrolment__partner__name", "enrolment__partner__number", "enrolment__partner__city")
    program = django_filters.ModelChoiceFilter(queryset=programs_of_area, label=_("Program"), empty_label=_("all"))
    tier = django_filters.ModelChoiceFilter(
        queryset=tiers_of_area, method="in_tier", label=_("Tier"), empty_label=_("all")
    )
    group = django_filters.ChoiceFilter(
        choices=list(LABELS.items()), label=_("What is ahead"), widget=forms.HiddenInput
    )

    class Meta:
        model = TierStanding
        fields: list[str] = []

    def __init__(self, *args: Any, several: bool, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if not several:
            del self.filters["program"]

    def facets(self) -> list[Facet]:
        return self.facets_of("group")

    def in_tier(self, queryset: QuerySet[TierStanding], name: str, value: Tier) -> QuerySet[TierStanding]:
        return queryset.filter(holding(value, self.request.today))
