"""The list of a vendor's manual adjustments."""

from __future__ import annotations

import django_filters
import django_tables2 as tables
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from common.filters import FilterSet
from common.tables import LinkColumn, MomentColumn, MoneyColumn, StateColumn, Table
from common.ui import Tone
from partners.tables import programs_of_area
from rebates.models import ManualAdjustment

State = ManualAdjustment.State
TONES: dict[str, Tone] = {
    State.PROPOSED: "warning",
    State.BOOKED: "success",
    State.REFUSED: "danger",
    State.WITHDRAWN: "neutral",
}


class AdjustmentTable(Table):
    """What waits stands first, as the rows are ordered."""

    partner = LinkColumn(
        order_by="partner__name",
        url=lambda record: reverse("rebates:adjustment", args=[record.program.vendor.slug, record.pk]),
        sub="reason",
        verbose_name=_("Partner"),
    )
    reason = tables.Column(visible=False, verbose_name=_("Reason"))
    program = tables.Column(order_by="program__name", verbose_name=_("Program"))
    amount = MoneyColumn(currency_from="currency", signed=True, verbose_name=_("Amount"))
    currency = tables.Column(visible=False, verbose_name=_("Currency"))
    state = StateColumn(
        words=lambda record: record.get_state_display(),
        tone=lambda record: TONES[record.state],
        verbose_name=_("State"),
    )
    requested_by = tables.Column(accessor="requested_by__name", orderable=False, verbose_name=_("Proposed by"))
    requested_at = MomentColumn(verbose_name=_("Proposed"))
    decided_by = tables.Column(accessor="decided_by__name", visible=False, verbose_name=_("Decided by"))
    decided_at = MomentColumn(visible=False, verbose_name=_("Decided"))


class AdjustmentFilter(FilterSet):
    search_fields = ("partner__name", "partner__number", "reason")
    state = django_filters.ChoiceFilter(choices=State.choices, label=_("State"), empty_label=_("all"))
    program = django_filters.ModelChoiceFilter(queryset=programs_of_area, label=_("Program"), empty_label=_("all"))

    class Meta:
        model = ManualAdjustment
        fields: list[str] = []
