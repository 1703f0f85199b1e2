"""Lists of the closing pages: a vendor's closings, what one of them settles, and sales that none settles."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any

import django_filters
import django_tables2 as tables
from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _

from common.filters import FilterSet
from common.tables import DateColumn, LinkColumn, MomentColumn, MoneyColumn, NumberColumn, Table
from common.ui import Tone
from partners.models import Enrolment
from partners.tables import programs_of_area
from programs.models import Program
from rebates.tables import state_column, total
from sales.models import SaleLine


@dataclass(frozen=True)
class ClosingLine:
    """A closing in the list of closings."""

    name: str
    program: str
    ends: date
    state_text: str
    state_tone: Tone
    partners: int | None
    parked: int | None
    total: Decimal | None
    currency: str
    url: str


class ClosingTable(Table):
    name = LinkColumn(order_by="ends", url=lambda record: record.url, sub="program", verbose_name=_("Period"))
    state = state_column()
    partners = NumberColumn(verbose_name=_("Partners"))
    parked = NumberColumn(verbose_name=_("Held back"))
    total = MoneyColumn(currency_from="currency", verbose_name=_("Total"))


class ClosingFilter(FilterSet):
    program = django_filters.ModelChoiceFilter(
        queryset=programs_of_area, method="of_program", label=_("Program"), empty_label=_("all")
    )

    class Meta:
        model = Program
        fields: list[str] = []

    def of_program(self, queryset: QuerySet[Program], name: str, value: Program) -> QuerySet[Program]:
        return queryset.filter(pk=value.pk)


@dataclass(frozen=True)
class AmountLine:
    """What a closing settles for one partner, in its list."""

    name: str
    place: str
    terms_name: str
    period: str
    attainment: Decimal
    amount: Decimal
    adjustment: bool
    change: Decimal | None
    url: str


class AmountTable(Table):
    name = LinkColumn(url=lambda record: record.url, sub="place", footer=_("Total"), verbose_name=_("Partner"))
    terms_name = tables.Column(verbose_name=_("Rebate"))
    period = tables.Column(verbose_name=_("Period"))
    attainment = NumberColumn(verbose_name=_("Attainment"))
    amount = MoneyColumn(footer=total("amount"), verbose_name=_("Amount"))
    change = MoneyColumn(signed=True, verbose_name=_("Against last period"))

    class Meta:
        order_by = "-amount"


class AmountFilter(FilterSet):
    OWN, ADJUSTED = "own", "adjustment"

    search_fields = ("partner__name", "partner__number", "partner__city")
    terms = django_filters.ChoiceFilter(choices=[], method="later", label=_("Rebate"), empty_label=_("all"))
    kind = django_filters.ChoiceFilter(
        choices=[(OWN, _("of this period")), (ADJUSTED, _("adjustments of earlier periods"))],
        method="later",
        label=_("Kind"),
        empty_label=_("all"),
    )

    class Meta:
        model = Enrolment
        fields: list[str] = []

    def __init__(self, *args: Any, terms: Sequence[tuple[str, str]], adjusted: bool, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.filters["terms"].extra["choices"] = terms
        if len(terms) < 2:
            del self.filters["terms"]
        if not adjusted:
            del self.filters["kind"]

    def later(self, queryset: QuerySet[Enrolment], name: str, value: str) -> QuerySet[Enrolment]:
        """Amounts are filtered by the page, which has them; here are the partners."""
        return queryset


@dataclass(frozen=True)
class LateRow:
    """A sale nobody settles, and the rebate it would count for."""

    document: str
    distributor: str
    partner: str
    program: str
    rebate: str
    period: str
    ends: date
    day: date
    product: str
    quantity: Decimal
    net: Decimal | None
    currency: str
    booked_at: datetime
    reason: str
    url: str
    rebate_url: str


class LateTable(Table):
    document = LinkColumn(url=lambda record: record.url, sub="distributor", verbose_name=_("Document"))
    partner = tables.Column(linkify=lambda record: record.rebate_url, verbose_name=_("Partner"))
    program = tables.Column(verbose_name=_("Program"))
    rebate = tables.Column(verbose_name=_("Rebate"))
    period = tables.Column(order_by="ends", verbose_name=_("Period"))
    reason = tables.Column(verbose_name=_("Why it is not settled"))
    day = DateColumn(verbose_name=_("Counts on"))
    product = tables.Column(verbose_name=_("Product"))
    quantity = NumberColumn(verbose_name=_("Quantity"))
    net = MoneyColumn(currency_from="currency", verbose_name=_("Net"))
    booked_at = MomentColumn(verbose_name=_("Booked"))


class LateFilter(FilterSet):
    search_fields = ("document_number", "partner__name", "partner__number", "product__article", "product__name")
    program = django_filters.ChoiceFilter(choices=[], method="later", label=_("Program"), empty_label=_("all"))
    period = django_filters.ChoiceFilter(choices=[], method="later", label=_("Period"), empty_label=_("all"))

    class Meta:
        model = SaleLine
        fields: list[str] = []

    def __init__(
        self, *args: Any, programs: Sequence[tuple[str, str]], periods: Sequence[tuple[str, str]], **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        self.filters["program"].extra["choices"] = programs
        self.filters["period"].extra["choices"] = periods

    def later(self, queryset: QuerySet[SaleLine], name: str, value: str) -> QuerySet[SaleLine]:
        """The page knows which program and period a line is late for."""
        return queryset
