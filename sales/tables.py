"""Lists of the sales pages: rows of reports, sales."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cached_property
from typing import Any

import django_filters
import django_tables2 as tables
from django.db.models import Exists, OuterRef, QuerySet
from django.urls import reverse
from django.utils.html import format_html, format_html_join
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from common import formats
from common.filters import DayRangeFilter, FilterSet
from common.period_names import period_name
from common.periods import Period, PeriodKind
from common.requests import PersonRequest
from common.tables import DateColumn, LinkColumn, MoneyColumn, NumberColumn, Table
from common.templatetags.ui import badge_html
from common.ui import Tone
from partners.models import Enrolment
from programs.models import Distributor, Vendor
from sales.models import Evidence, SaleLine, SellOutReport, WaitingRow
from sales.selectors import Totals

QUARTERS_OFFERED = 9


# --- rows of reports -------------------------------------------------------------------------------------------------


class RowTable(Table):
    """Rows of a report as it says them; sale lines and waiting rows alike."""

    report_row = NumberColumn(verbose_name=gettext_lazy("Row"), initial_sort_descending=False)
    document_number = tables.Column(verbose_name=gettext_lazy("Document"))
    document_date = DateColumn(verbose_name=gettext_lazy("Document date"))
    article = tables.Column(verbose_name=gettext_lazy("Article"))
    quantity = NumberColumn(verbose_name=gettext_lazy("Quantity"))
    net = MoneyColumn(currency_from="currency", verbose_name=gettext_lazy("Net"))

    class Meta:
        order_by = "report_row"


class BookedTable(RowTable):
    """A report's own sale lines, with `reversed_by`."""

    partner = LinkColumn(
        order_by="partner__name",
        url=lambda line: reverse("sales:vendor-sale", args=[line.vendor.slug, line.pk]),
        verbose_name=gettext_lazy("Partner"),
    )
    counts = tables.Column(accessor="pk", orderable=False, verbose_name=gettext_lazy("State"))

    class Meta(RowTable.Meta):
        sequence = ("partner", "...")

    def render_counts(self, record: SaleLine) -> str:
        # A one-to-one relation that is not there is no attribute.
        if hasattr(record, "reversed_by"):
            return badge_html(_("taken back"))
        return badge_html(_("counts"), "success")


class ReasonColumn(tables.Column):
    """Why a row is not booked; the row comes from `selectors.with_reason`."""

    def render(self, record: Any) -> str:
        tone: Tone = "warning" if record.state == WaitingRow.State.WAITING else "neutral"
        return format_html_join(" ", "{}", ((badge_html(reason, tone),) for reason in self._reasons(record)))

    def value(self, record: Any) -> str:
        return ", ".join(self._reasons(record))

    @staticmethod
    def _reasons(record: Any) -> list[str]:
        if record.state != WaitingRow.State.WAITING:
            return [str(record.get_state_display())]
        reasons = {
            _("unknown customer"): not record.customer_known,
            _("unknown article"): not record.article_known,
            _("currency of no program"): not record.currency_known,
        }
        found = [reason for reason, given in reasons.items() if given]
        if record.settled_at is None:
            found += [str(WaitingRow.Doubt(doubt).label) for doubt in record.doubts]
        return found or [_("can be booked")]


class WaitingTable(RowTable):
    customer = LinkColumn(
        accessor="customer_number",
        url=lambda row: reverse("sales:customer", args=[row.vendor.slug, row.pk]),
        sub="customer_name",
        verbose_name=gettext_lazy("Customer"),
    )
    reason = ReasonColumn(empty_values=(), orderable=False, verbose_name=gettext_lazy("Why it is not booked"))

    class Meta(RowTable.Meta):
        sequence = ("customer", "...")


class OwnWaitingTable(RowTable):
    """The same for those who do not match customers: the distributor, and the vendor's other people."""

    customer_number = tables.Column(verbose_name=gettext_lazy("Customer number"))
    customer_name = tables.Column(verbose_name=gettext_lazy("Customer"))
    reason = ReasonColumn(empty_values=(), orderable=False, verbose_name=gettext_lazy("Why it is not booked"))

    class Meta(RowTable.Meta):
        sequence = ("customer_number", "customer_name", "...")


def distributors_of_area(request: PersonRequest | None) -> QuerySet[Distributor]:
    if request is None:
        return Distributor.objects.none()
    reports = SellOutReport.objects.filter(vendor_id=request.area.pk, distributor=OuterRef("pk"))
    return Distributor.objects.filter(Exists(reports))


# --- sales -----------------------------------------------------------------------------------------------------------


class SourceColumn(tables.Column):
    """What proves a sale; of a line that was taken back, and of the one that does it, that it is so."""

    def render(self, value: str, record: Mapping[str, Any]) -> str:
        word, note = str(Evidence(value).label), self._note(record)
        return format_html("{} {}", word, badge_html(note, "neutral")) if note else word

    def value(self, value: str, record: Mapping[str, Any]) -> str:
        return ", ".join(part for part in (str(Evidence(value).label), self._note(record)) if part)

    @staticmethod
    def _note(record: Mapping[str, Any]) -> str:
        if record["reverses"] is not None:
            return _("takes a line back")
        return _("taken back") if record["reversed_by"] is not None else ""


class SaleTable(Table):
    """A partner's sales: `values` of what is `SHOWN`. The foot has the sums over all rows of the filter, by currency.

    Columns that are not visible are for exports, which name what the page says in a second line.
    """

    SHOWN = (
        "pk",
        "counts_on",
        "product__name",
        "product__article",
        "quantity",
        "net",
        "currency",
        "vendor__name",
        "distributor__name",
        "document_number",
        "document_line",
        "evidence",
        "reverses",
        "reversed_by",
        "partner__number",
    )

    counts_on = DateColumn(verbose_name=gettext_lazy("Date"))
    product = LinkColumn(
        accessor="product__name",
        order_by="product__article",
        url=lambda line: reverse("sales:partner-sale", args=[line["partner__number"], line["pk"]]),
        sub="product__article",
        verbose_name=gettext_lazy("Product"),
        footer=lambda table: table.sums_in_words,
    )
    article = tables.Column(accessor="product__article", visible=False, verbose_name=gettext_lazy("Article"))
    quantity = NumberColumn(verbose_name=gettext_lazy("Quantity"), footer=lambda table: table.totals.quantity)
    net = MoneyColumn(
        currency_from="currency", verbose_name=gettext_lazy("Net"), footer=lambda table: table.net_in_words
    )
    currency = tables.Column(visible=False, verbose_name=gettext_lazy("Currency"))
    vendor = tables.Column(accessor="vendor__name", verbose_name=gettext_lazy("Vendor"))
    distributor = tables.Column(accessor="distributor__name", verbose_name=gettext_lazy("Distributor"))
    document_number = tables.Column(visible=False, verbose_name=gettext_lazy("Document"))
    document_line = tables.Column(visible=False, verbose_name=gettext_lazy("Line"))
    evidence = SourceColumn(verbose_name=gettext_lazy("Source"))

    class Meta:
        order_by = "-counts_on"

    def __init__(self, *args: Any, totals: Totals, **kwargs: Any) -> None:
        self.totals = totals
        super().__init__(*args, **kwargs)
        if len(self.totals.net) == 1:
            (self.currency,) = self.totals.net
            self.columns["net"].column.currency_from = ""

    @cached_property
    def sums_in_words(self) -> str:
        if self.totals.without_value:
            return _("Total (%(count)s without a value)") % {"count": formats.number(self.totals.without_value)}
        return _("Total")

    @cached_property
    def net_in_words(self) -> Any:
        if len(self.totals.net) == 1:
            return next(iter(self.totals.net.values()))
        return " + ".join(formats.money(amount, currency) for currency, amount in self.totals.net.items())


def vendors_of_partner(request: PersonRequest | None) -> QuerySet[Vendor]:
    if request is None:
        return Vendor.objects.none()
    enrolments = Enrolment.objects.visible_to(request.actor).filter(partner_id=request.area.pk)
    return Vendor.objects.filter(Exists(enrolments.filter(program__vendor=OuterRef("pk"))))


def distributors_of_partner(request: PersonRequest | None) -> QuerySet[Distributor]:
    if request is None:
        return Distributor.objects.none()
    lines = SaleLine.objects.visible_to(request.actor).filter(partner_id=request.area.pk)
    return Distributor.objects.filter(Exists(lines.filter(distributor=OuterRef("pk"))))


class SaleFilter(FilterSet):
    search_fields = ("product__article", "product__name", "document_number")
    vendor = django_filters.ModelChoiceFilter(
        queryset=vendors_of_partner, label=gettext_lazy("Vendor"), empty_label=gettext_lazy("all")
    )
    distributor = django_filters.ModelChoiceFilter(
        queryset=distributors_of_partner, label=gettext_lazy("Distributor"), empty_label=gettext_lazy("all")
    )
    quarter = django_filters.ChoiceFilter(
        choices=[], method="in_quarter", label=gettext_lazy("Quarter"), empty_label=gettext_lazy("all")
    )
    counts_on = DayRangeFilter(label=gettext_lazy("Date"))

    class Meta:
        model = SaleLine
        fields: list[str] = []

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        running = Period.containing(PeriodKind.QUARTER, self.request.today)
        offered = [running.previous(number) for number in range(QUARTERS_OFFERED)]
        self.filters["quarter"].extra["choices"] = [(str(one), period_name(one)) for one in offered]

    def in_quarter(self, queryset: QuerySet[SaleLine], name: str, value: str) -> QuerySet[SaleLine]:
        quarter = Period.parse(value)
        return queryset.filter(counts_on__gte=quarter.start, counts_on__lt=quarter.end)
