"""Lists of what waits for a person, and of what distributors mean by their numbers."""

from __future__ import annotations

from typing import Any

import django_filters
import django_tables2 as tables
from django.db.models import QuerySet
from django.urls import reverse
from django.utils.html import format_html, format_html_join
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from common import formats
from common.filters import FilterSet
from common.tables import DateColumn, LinkColumn, MomentColumn, MoneyColumn, NumberColumn, Table
from common.templatetags.ui import badge_html
from sales.models import ArticleNumber, CustomerNumber, WaitingRow
from sales.tables import distributors_of_area

State, Doubt = WaitingRow.State, WaitingRow.Doubt
DECIDE_FORM = "doubts"
"""The form of the page to which the boxes and buttons in the list belong."""


class OfDistributor(FilterSet):
    distributor = django_filters.ModelChoiceFilter(
        queryset=distributors_of_area, label=gettext_lazy("Distributor"), empty_label=gettext_lazy("all")
    )

    class Meta:
        model = WaitingRow
        fields: list[str] = []

    def as_it_is(self, queryset: QuerySet[WaitingRow], name: str, value: str) -> QuerySet[WaitingRow]:
        """For what the page itself reads, before the rows are grouped."""
        return queryset


# --- unknown customers and articles ----------------------------------------------------------------------------------


class NamedColumn(LinkColumn):
    """The name of a customer or article, which a report need not give."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(empty_values=(), **kwargs)

    def render(self, value: Any, record: Any) -> str:
        return super().render(value or _("without a name"), record)

    def value(self, value: Any) -> Any:
        return value or _("without a name")


class CustomerTable(Table):
    """Entries of `selectors.waiting_customers`."""

    name = NamedColumn(
        url=lambda entry: reverse("sales:customer", args=[entry["vendor__slug"], entry["row"]]),
        sub="customer_number",
        verbose_name=gettext_lazy("Customer"),
    )
    customer_number = tables.Column(visible=False, verbose_name=gettext_lazy("Customer number"))
    place = tables.Column(verbose_name=gettext_lazy("Place"))
    distributor = tables.Column(accessor="distributor__name", verbose_name=gettext_lazy("Distributor"))
    rows_waiting = NumberColumn(accessor="rows", order_by="rows", verbose_name=gettext_lazy("Rows"))
    net = MoneyColumn(currency_from="currencies__0", verbose_name=gettext_lazy("Net"))
    first = DateColumn(verbose_name=gettext_lazy("First sale"))
    last = DateColumn(verbose_name=gettext_lazy("Last sale"))
    invited_at = MomentColumn(verbose_name=gettext_lazy("Invited"))


class CustomerFilter(OfDistributor):
    search_fields = ("customer_number", "customer_name", "customer_city")
    state = django_filters.ChoiceFilter(
        choices=[(State.DISMISSED.value, gettext_lazy("dismissed"))],
        method="as_it_is",
        label=gettext_lazy("State"),
        empty_label=gettext_lazy("waiting"),
    )


class ArticleTable(Table):
    """Entries of `selectors.waiting_articles`."""

    article = LinkColumn(
        url=lambda entry: reverse("sales:article", args=[entry["vendor__slug"], entry["row"]]),
        sub="name",
        verbose_name=gettext_lazy("Article"),
    )
    name = tables.Column(visible=False, verbose_name=gettext_lazy("Name"))
    gtin = tables.Column(verbose_name=gettext_lazy("GTIN"))
    distributor = tables.Column(accessor="distributor__name", verbose_name=gettext_lazy("Distributor"))
    rows_waiting = NumberColumn(accessor="rows", order_by="rows", verbose_name=gettext_lazy("Rows"))
    quantity = NumberColumn(verbose_name=gettext_lazy("Quantity"))
    net = MoneyColumn(currency_from="currencies__0", verbose_name=gettext_lazy("Net"))
    last = DateColumn(verbose_name=gettext_lazy("Last sale"))


class ArticleFilter(OfDistributor):
    search_fields = ("article", "article_name", "gtin", "distributor_article")
    state = django_filters.ChoiceFilter(
        choices=[(State.NO_PRODUCT.value, gettext_lazy("dismissed"))],
        method="as_it_is",
        label=gettext_lazy("State"),
        empty_label=gettext_lazy("waiting"),
    )


# --- numbers that are known ------------------------------------------------------------------------------------------


class NumberTable(Table):
    distributor = tables.Column(order_by="distributor__name", verbose_name=gettext_lazy("Distributor"))
    since = MomentColumn(verbose_name=gettext_lazy("Since"))
    said_by = tables.Column(
        accessor="said_by__name", order_by="said_by__last_name", verbose_name=gettext_lazy("Said by")
    )
    revenue = MoneyColumn(verbose_name=gettext_lazy("Revenue"))


class CustomerNumberTable(NumberTable):
    number = LinkColumn(
        url=lambda row: reverse("sales:customer-number", args=[row.vendor.slug, row.pk]),
        verbose_name=gettext_lazy("Customer number"),
    )
    partner = tables.Column(order_by="partner__name", verbose_name=gettext_lazy("Partner"))
    partner_number = tables.Column(
        accessor="partner__number", visible=False, verbose_name=gettext_lazy("Partner number")
    )
    source = tables.Column(verbose_name=gettext_lazy("Known by"))

    class Meta:
        order_by = "-since"
        sequence = ("number", "partner", "partner_number", "distributor", "source", "...")


class CustomerNumberFilter(OfDistributor):
    search_fields = ("number", "partner__name", "partner__number")
    source = django_filters.ChoiceFilter(
        choices=CustomerNumber.Source.choices, label=gettext_lazy("Known by"), empty_label=gettext_lazy("all")
    )

    class Meta:
        model = CustomerNumber
        fields: list[str] = []


class ArticleNumberTable(NumberTable):
    number = LinkColumn(
        url=lambda row: reverse("sales:article-number", args=[row.vendor.slug, row.pk]),
        verbose_name=gettext_lazy("Article number of the distributor"),
    )
    product = tables.Column(order_by="product__article", verbose_name=gettext_lazy("Product"))

    class Meta:
        order_by = "-since"
        sequence = ("number", "product", "distributor", "...")


class ArticleNumberFilter(OfDistributor):
    search_fields = ("number", "product__article", "product__name")

    class Meta:
        model = ArticleNumber
        fields: list[str] = []


# --- doubtful rows ---------------------------------------------------------------------------------------------------


def doubts_in_words(row: Any) -> list[str]:
    """Why the row is doubtful, with the figures that make it so. `row`: of `selectors.with_list_price`."""
    return [_SENTENCES[doubt](row) for doubt in row.doubts]


def _old(row: Any) -> str:
    months = row.vendor.report_months
    text = ngettext("dated more than %(months)s month ago", "dated more than %(months)s months ago", months)
    return text % {"months": formats.number(months)}


def _quantity(row: Any) -> str:
    return _("more than %(limit)s pieces") % {"limit": formats.number(row.vendor.largest_quantity)}


def _price(row: Any) -> str:
    if row.net is None or not row.quantity:
        return str(Doubt.PRICE.label)
    each = formats.money(round(abs(row.net / row.quantity), 2), row.currency)
    if row.list_price is None:
        return _("%(price)s each") % {"price": each}
    values = {"price": each, "list": formats.money(row.list_price, row.currency)}
    return _("%(price)s each, list price %(list)s") % values


_SENTENCES = {
    Doubt.FUTURE: lambda row: _("dated in the future"),
    Doubt.OLD: _old,
    Doubt.QUANTITY: _quantity,
    Doubt.PRICE: _price,
}


class DoubtColumn(tables.Column):
    def render(self, record: Any) -> str:
        return format_html_join(" ", "{}", ((badge_html(text, "warning"),) for text in doubts_in_words(record)))

    def value(self, record: Any) -> str:
        return ", ".join(doubts_in_words(record))


class DoubtTable(Table):
    """Rows of `selectors.doubtful_rows` with their list prices."""

    chosen = tables.Column(
        accessor="pk", orderable=False, exclude_from_export=True, verbose_name=gettext_lazy("Choose")
    )
    document = tables.Column(accessor="document_number", verbose_name=gettext_lazy("Document"))
    document_line = tables.Column(visible=False, verbose_name=gettext_lazy("Line"))
    document_date = DateColumn(verbose_name=gettext_lazy("Document date"), initial_sort_descending=False)
    customer = NamedColumn(
        accessor="customer_name",
        url=lambda row: reverse("sales:customer", args=[row.vendor.slug, row.pk]),
        sub="customer_number",
        verbose_name=gettext_lazy("Customer"),
    )
    customer_number = tables.Column(visible=False, verbose_name=gettext_lazy("Customer number"))
    distributor = tables.Column(order_by="distributor__name", verbose_name=gettext_lazy("Distributor"))
    article = tables.Column(verbose_name=gettext_lazy("Article"))
    quantity = NumberColumn(verbose_name=gettext_lazy("Quantity"))
    net = MoneyColumn(currency_from="currency", verbose_name=gettext_lazy("Net"))
    doubts = DoubtColumn(orderable=False, verbose_name=gettext_lazy("What is doubtful"))
    received = MomentColumn(accessor="report__uploaded_at", verbose_name=gettext_lazy("Received"))
    decide = tables.Column(
        accessor="pk", orderable=False, exclude_from_export=True, verbose_name=gettext_lazy("Decision")
    )

    class Meta:
        order_by = "received"

    def render_chosen(self, value: int, record: Any) -> str:
        label = _("Choose document %(document)s, line %(line)s") % {
            "document": record.document_number,
            "line": record.document_line,
        }
        return format_html(
            '<input type="checkbox" class="form-check-input" form="{}" name="rows" value="{}" aria-label="{}">',
            DECIDE_FORM,
            value,
            label,
        )

    def render_decide(self, value: int, record: Any) -> str:
        slug = record.vendor.slug
        if record.state == State.REJECTED:
            return self._button(_("Take back"), reverse("sales:recall-rows", args=[slug]), value)
        return format_html(
            '<span class="button-row">{}{}</span>',
            self._button(_("Accept"), reverse("sales:accept-rows", args=[slug]), value),
            self._button(_("Reject"), reverse("sales:reject-rows", args=[slug]), value),
        )

    @staticmethod
    def _button(label: str, url: str, row: int) -> str:
        button = '<button class="btn btn-sm" form="{}" formaction="{}" name="only" value="{}">{}</button>'
        return format_html(button, DECIDE_FORM, url, row, label)


class DoubtFilter(OfDistributor):
    search_fields = ("document_number", "customer_number", "customer_name", "article")
    doubt = django_filters.ChoiceFilter(
        choices=Doubt.choices,
        method="with_doubt",
        label=gettext_lazy("What is doubtful"),
        empty_label=gettext_lazy("all"),
    )
    state = django_filters.ChoiceFilter(
        choices=[(State.REJECTED.value, gettext_lazy("rejected"))],
        method="as_it_is",
        label=gettext_lazy("State"),
        empty_label=gettext_lazy("waiting"),
    )

    def with_doubt(self, queryset: QuerySet[WaitingRow], name: str, value: str) -> QuerySet[WaitingRow]:
        return queryset.filter(doubts__contains=[value])
