"""Lists of the rebate pages: a period's lines, a partner's periods, closings and their settlements."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from decimal import Decimal
from typing import Any

import django_filters
import django_tables2 as tables
from django.db.models import QuerySet
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from common.filters import FilterSet
from common.money import ZERO
from common.requests import PersonRequest
from common.tables import DateColumn, LinkColumn, MoneyColumn, NumberColumn, StateColumn, Table
from common.templatetags.ui import badge_html
from partners.models import Enrolment
from programs.models import Program
from rebates.explained import Explained, LineShare
from rebates.explaining import REASONS
from sales.models import SaleLine


def total(name: str) -> Any:
    """A footer: the sum of a column over all rows of the filter."""

    def footer(table: Table) -> Decimal:
        values = (tables.A(name).resolve(row, quiet=True) for row in table.data)
        return sum((value for value in values if value is not None), ZERO)

    return footer


# --- lines of a rebate ----------------------------------------------------------------------------


class CountsColumn(tables.Column):
    """Whether a line counts, or the reason why not, in words."""

    def render(self, record: LineShare) -> str:
        return badge_html(str(self.value(record)), "success" if record.reason is None else "neutral")

    def value(self, record: LineShare) -> str | Promise:
        if record.reason is None:
            return _("counts")
        return REASONS[record.reason]


class LineTable(Table):
    document = LinkColumn(
        accessor="line__document_number",
        url=lambda record: record.url,
        sub="line__distributor",
        footer=_("Total"),
        verbose_name=_("Document"),
    )
    day = DateColumn(accessor="line__counts_on", verbose_name=_("Counts on"))
    product = tables.Column(accessor="line__product", order_by="line__product__article", verbose_name=_("Product"))
    tier = tables.Column(accessor="tier_name", verbose_name=_("Tier that day"))
    quantity = NumberColumn(accessor="line__quantity", footer=total("line__quantity"), verbose_name=_("Quantity"))
    net = MoneyColumn(accessor="line__net", footer=total("line__net"), verbose_name=_("Net"))
    counts = CountsColumn(empty_values=(), order_by="reason_order", verbose_name=_("Counts towards"))
    share = MoneyColumn(accessor="share", footer=total("share"), verbose_name=_("Rebate"))

    class Meta:
        order_by = "-day"


class LineFilter(FilterSet):
    search_fields = ("document_number", "article", "product__article", "product__name", "distributor__name")
    part = django_filters.ChoiceFilter(choices=[], method="in_part", label=_("Lines"), empty_label=_("all"))

    class Meta:
        model = SaleLine
        fields: list[str] = []

    def __init__(
        self,
        *args: Any,
        explained: Explained,
        parts: Iterable[tuple[str, str]],
        changed: Mapping[str, Collection[int]],
        **kwargs: Any,
    ) -> None:
        super().__init__(*args, **kwargs)
        self.explained, self.changed = explained, changed
        self.filters["part"].extra["choices"] = list(parts)

    def in_part(self, queryset: QuerySet[SaleLine], name: str, value: str) -> QuerySet[SaleLine]:
        if value in self.changed:
            return queryset.filter(pk__in=self.changed[value])
        wanted = [
            each.line.pk
            for each in self.explained.lines
            if (each.counts if value == "counted" else each.reason == value)
        ]
        return queryset.filter(pk__in=wanted)


# --- periods of a partner -------------------------------------------------------------------------


def state_column() -> StateColumn:
    """Of records that have `state_text` and `state_tone`."""
    return StateColumn(
        accessor="state_text",
        words=lambda record: record.state_text,
        tone=lambda record: record.state_tone,
        verbose_name=_("State"),
    )


class EarningsTable(Table):
    period = LinkColumn(
        accessor="period_name",
        order_by="period__end",
        url=lambda record: record.url,
        sub="terms__name",
        verbose_name=_("Period"),
    )
    program = tables.Column(accessor="terms__program__name", verbose_name=_("Program"))
    earned = MoneyColumn(currency_from="currency", verbose_name=_("Earned"))
    adjusted = MoneyColumn(currency_from="currency", signed=True, verbose_name=_("Adjusted later"))
    total = MoneyColumn(currency_from="currency", verbose_name=_("Together"))
    state = state_column()


def programs_of_partner(request: PersonRequest | None) -> QuerySet[Program]:
    if request is None:
        return Program.objects.none()
    enrolled = Enrolment.objects.visible_to(request.actor).filter(partner_id=request.area.pk)
    return Program.objects.filter(id__in=enrolled.values("program_id"))


class EarningsFilter(FilterSet):
    program = django_filters.ModelChoiceFilter(queryset=programs_of_partner, label=_("Program"), empty_label=_("all"))
    year = django_filters.ChoiceFilter(choices=[], method="of_year", label=_("Year"), empty_label=_("all"))

    class Meta:
        model = Enrolment
        fields: list[str] = []

    def __init__(self, *args: Any, years: Iterable[int], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.filters["year"].extra["choices"] = [(str(year), str(year)) for year in years]

    def of_year(self, queryset: QuerySet[Enrolment], name: str, value: str) -> QuerySet[Enrolment]:
        """Periods are no rows of the database: the page takes the year from the form."""
        return queryset
