"""Lists of deals, as the vendor sees them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any

import django_filters
import django_tables2 as tables
from django.db.models import Exists, OuterRef, Q, QuerySet
from django.urls import reverse
from django.utils.html import format_html
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from common import formats
from common.filters import DayRangeFilter, FilterSet
from common.requests import PersonRequest
from common.tables import DateColumn, LinkColumn, MomentColumn, MoneyColumn, NumberColumn, StateColumn, Table
from common.templatetags.ui import badge_html
from deals.figures import OfGroup
from deals.finding import searched
from deals.models import Deal
from deals.wording import TONES, state_for_vendor, title_of
from partners.models import Partner
from partners.tables import programs_of_area

State = Deal.State
DECISION, LONGER, OVERDUE = "decision", "longer", "overdue"


def vendor_url(deal: Deal) -> str:
    return reverse("deals:vendor-deal", args=[deal.vendor.slug, deal.partner.number, deal.number])


class ClockColumn(DateColumn):
    """Until when the vendor should decide, about the deal or about longer protection; nothing where nothing waits."""

    def render(self, value: date, table: Any) -> str:  # type: ignore[override]
        if value < table.request.today:
            return badge_html(_("overdue since %(day)s") % {"day": formats.date_short(value)}, "danger")
        return formats.date_short(value)


class VendorDealTable(Table):
    """Columns that are not visible are for exports, which say nothing about the customer's people."""

    title = LinkColumn(
        url=vendor_url, sub="customer_name", empty_values=(), orderable=False, verbose_name=gettext_lazy("Project")
    )
    reference = tables.Column(visible=False, orderable=False, verbose_name=gettext_lazy("Number"))
    customer_name = tables.Column(visible=False, verbose_name=gettext_lazy("End customer"))
    customer_city = tables.Column(visible=False, verbose_name=gettext_lazy("City"))
    partner = tables.Column(order_by="partner__name", verbose_name=gettext_lazy("Partner"))
    program = tables.Column(
        visible=False,
        accessor="enrolment__program",
        order_by="enrolment__program__name",
        verbose_name=gettext_lazy("Program"),
    )
    state = StateColumn(
        words=state_for_vendor, tone=lambda deal: TONES[deal.state], orderable=False, verbose_name=gettext_lazy("State")
    )
    clock = ClockColumn(verbose_name=gettext_lazy("Decision due"))
    expected_value = MoneyColumn(currency_from="currency", verbose_name=gettext_lazy("Expected value"))
    expected_on = DateColumn(visible=False, verbose_name=gettext_lazy("Order expected"))
    submitted_at = MomentColumn(verbose_name=gettext_lazy("Registered"))
    decided_at = MomentColumn(visible=False, verbose_name=gettext_lazy("Decided"))
    decided_by = tables.Column(visible=False, accessor="decided_by__name", verbose_name=gettext_lazy("Decided by"))
    protected_until = DateColumn(verbose_name=gettext_lazy("Protected until"))
    update_due_on = DateColumn(visible=False, verbose_name=gettext_lazy("Update due"))
    ended_on = DateColumn(visible=False, verbose_name=gettext_lazy("Ended on"))
    won_value = MoneyColumn(visible=False, currency_from="currency", verbose_name=gettext_lazy("Value of the order"))
    lost_to = tables.Column(
        visible=False, accessor="get_lost_to_display", orderable=False, verbose_name=gettext_lazy("Lost because of")
    )

    class Meta:
        sequence = ("title", "partner", "state", "clock", "...", "program")

    def render_title(self, record: Deal, column: LinkColumn) -> str:
        return column.render(title_of(record), record)

    def value_title(self, record: Deal) -> str:
        return title_of(record)

    def render_clock(self, value: date, record: Any, column: ClockColumn) -> str:
        text = column.render(value, self)
        if not record.longer_due:
            return text
        return format_html('<span>{}<span class="cell-sub">{}</span></span>', text, _("for longer protection"))

    def value_clock(self, value: date) -> date:
        return value

    def render_protected_until(self, record: Deal) -> str:
        """Of a lost or lapsed one the day it was promised until would say that it is still protected."""
        stands = record.state in (State.PROTECTED, State.WON)
        return formats.date_short(record.last_day) if stands else formats.NOTHING

    def value_protected_until(self, record: Deal) -> date | None:
        return record.last_day


def partners_with_deals(request: PersonRequest | None) -> QuerySet[Partner]:
    if request is None:
        return Partner.objects.none()
    sent = Deal.objects.filter(vendor_id=request.area.pk, partner=OuterRef("pk")).exclude(state=State.DRAFT)
    return Partner.objects.filter(Exists(sent))


class DealFilter(FilterSet):
    search_fields = ("partner__name", "partner__number", "title", "customer_name", "customer_city")
    waits = django_filters.ChoiceFilter(
        choices=[
            (DECISION, gettext_lazy("a decision")),
            (LONGER, gettext_lazy("longer protection")),
            (OVERDUE, gettext_lazy("anything overdue")),
        ],
        method="that_waits",
        label=gettext_lazy("Waits for"),
        empty_label=gettext_lazy("all"),
    )
    state = django_filters.ChoiceFilter(
        choices=State.choices, label=gettext_lazy("State"), empty_label=gettext_lazy("all")
    )
    program = django_filters.ModelChoiceFilter(
        field_name="enrolment__program", queryset=programs_of_area, label=gettext_lazy("Program"),
        empty_label=gettext_lazy("all"),
    )  # fmt: skip
    partner = django_filters.ModelChoiceFilter(
        queryset=partners_with_deals, label=gettext_lazy("Partner"), empty_label=gettext_lazy("all")
    )
    submitted_at = DayRangeFilter(label=gettext_lazy("Registered"))

    class Meta:
        model = Deal
        fields: list[str] = []

    def search(self, queryset: QuerySet[Deal], name: str, value: str) -> QuerySet[Deal]:
        return searched(queryset, value, self.search_fields)

    def that_waits(self, queryset: QuerySet[Deal], name: str, value: str) -> QuerySet[Deal]:
        if value == DECISION:
            return queryset.filter(state=State.SUBMITTED)
        if value == LONGER:
            return queryset.filter(Q(("longer_due__isnull", False)))
        return queryset.filter(Q(("clock__lt", self.request.today)))


class FiguresFilter(FilterSet):
    """Which deals the figures are about."""

    submitted_at = DayRangeFilter(label=gettext_lazy("Registered"))
    program = django_filters.ModelChoiceFilter(
        field_name="enrolment__program", queryset=programs_of_area, label=gettext_lazy("Program"),
        empty_label=gettext_lazy("all"),
    )  # fmt: skip

    class Meta:
        model = Deal
        fields: list[str] = []


class PercentColumn(NumberColumn):
    """A share in percent, whole on the page; in exports the head has the sign."""

    def export_unit(self, table: Table) -> str:
        return "%"

    def render(self, value: Any) -> str:
        return formats.percent(value, 0)

    def value(self, value: Any) -> Any:
        return round(value, 1)


@dataclass(frozen=True)
class FiguresRow:
    """A partner's deals, as the list of figures shows them."""

    group: OfGroup
    url: str


class FiguresTable(Table):
    """How each partner's deals went."""

    name = LinkColumn(
        accessor="group__name", url=lambda row: row.url, sub="group__number", verbose_name=gettext_lazy("Partner")
    )
    number = tables.Column(accessor="group__number", visible=False, verbose_name=gettext_lazy("Number"))
    registered = NumberColumn(accessor="group__record__registered", verbose_name=gettext_lazy("Registered"))
    protected = NumberColumn(accessor="group__record__protected", verbose_name=gettext_lazy("Protected"))
    won = NumberColumn(accessor="group__record__won", verbose_name=gettext_lazy("Won"))
    lost = NumberColumn(accessor="group__record__lost", verbose_name=gettext_lazy("Lost"))
    lapsed = NumberColumn(accessor="group__record__lapsed", verbose_name=gettext_lazy("Lapsed"))
    withdrawn = NumberColumn(accessor="group__record__withdrawn", verbose_name=gettext_lazy("Withdrawn"))
    win_rate = PercentColumn(accessor="group__record__win_rate", verbose_name=gettext_lazy("Won of what ended"))
    lapse_rate = PercentColumn(accessor="group__record__lapse_rate", verbose_name=gettext_lazy("Lapsed of what ended"))
