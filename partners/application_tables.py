"""The list of applications to a vendor."""

from __future__ import annotations

import django_filters
import django_tables2 as tables
from django.urls import reverse
from django.utils.translation import gettext_lazy

from common.filters import FilterSet
from common.tables import DueColumn, LinkColumn, MomentColumn, StateColumn, Table
from partners.application_wording import TONES, state_for_vendor
from partners.models import Application
from partners.tables import programs_of_area


class ApplicationTable(Table):
    partner = LinkColumn(
        order_by="partner__name",
        url=lambda row: reverse("partners:application", args=[row.program.vendor.slug, row.pk]),
        sub="partner__city",
        verbose_name=gettext_lazy("Company"),
    )
    program = tables.Column(order_by="program__name", verbose_name=gettext_lazy("Program"))
    state = StateColumn(
        orderable=False,
        words=state_for_vendor,
        tone=lambda row: TONES[row.state],
        verbose_name=gettext_lazy("State"),
    )
    due_on = DueColumn(verbose_name=gettext_lazy("Decision due"))
    applied_at = MomentColumn(verbose_name=gettext_lazy("Applied"))
    applied_by = tables.Column(
        accessor="applied_by__name", order_by="applied_by__last_name", verbose_name=gettext_lazy("By")
    )

    class Meta:
        order_by = "-applied_at"


class ApplicationFilter(FilterSet):
    search_fields = ("partner__name", "partner__city", "partner__postcode", "partner__vat_id")
    state = django_filters.ChoiceFilter(
        choices=Application.State.choices, label=gettext_lazy("State"), empty_label=gettext_lazy("all")
    )
    program = django_filters.ModelChoiceFilter(
        queryset=programs_of_area, label=gettext_lazy("Program"), empty_label=gettext_lazy("all")
    )

    class Meta:
        model = Application
        fields: list[str] = []
