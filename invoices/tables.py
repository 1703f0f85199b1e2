"""Lists of invoices, as the partner and as the vendor sees them."""

from __future__ import annotations

import django_filters
import django_tables2 as tables
from django.db.models import Exists, OuterRef, QuerySet
from django.urls import reverse
from django.utils.translation import gettext_lazy

from common.filters import DayRangeFilter, FilterSet
from common.requests import PersonRequest
from common.tables import DateColumn, LinkColumn, MomentColumn, MoneyColumn, NumberColumn, StateColumn, Table
from common.ui import Tone
from invoices.models import Invoice
from invoices.wording import TONES, state_for_partner, state_for_vendor, title_of
from partners.models import Partner
from programs.models import Distributor
from sales.tables import vendors_of_partner


def _tone(invoice: Invoice) -> Tone:
    return TONES[invoice.state]


class InvoiceTable(Table):
    """Columns that are not visible are for exports. `pieces` comes from `selectors.invoices_of`."""

    file_name = tables.Column(visible=False, verbose_name=gettext_lazy("File"))
    number = tables.Column(visible=False, verbose_name=gettext_lazy("Number"))
    issue_date = DateColumn(verbose_name=gettext_lazy("Date"))
    distributor = tables.Column(
        accessor="seller_name", empty_values=(), verbose_name=gettext_lazy("Seller"), order_by=("seller_name", "pk")
    )
    pieces = NumberColumn(orderable=False, verbose_name=gettext_lazy("Devices"))
    value = MoneyColumn(currency_from="currency", verbose_name=gettext_lazy("Rebate"))
    uploaded_at = MomentColumn(verbose_name=gettext_lazy("Uploaded"))
    reason = tables.Column(accessor="get_reason_display", visible=False, verbose_name=gettext_lazy("Reason"))

    def render_title(self, record: Invoice, column: LinkColumn) -> str:
        return column.render(title_of(record), record)

    def value_title(self, record: Invoice) -> str:
        return title_of(record)

    def render_distributor(self, record: Invoice) -> str:
        return self.value_distributor(record) or "–"

    def value_distributor(self, record: Invoice) -> str:
        """What the invoice says; where nobody typed it, the distributor that somebody chose."""
        return record.seller_name or (record.distributor.name if record.distributor else "")


class PartnerInvoiceTable(InvoiceTable):
    title = LinkColumn(
        url=lambda invoice: reverse("invoices:invoice", args=[invoice.partner.number, invoice.pk]),
        empty_values=(),
        orderable=False,
        verbose_name=gettext_lazy("Invoice"),
    )
    vendor = tables.Column(order_by="vendor__name", verbose_name=gettext_lazy("Vendor"))
    state = StateColumn(words=state_for_partner, tone=_tone, orderable=False, verbose_name=gettext_lazy("State"))

    class Meta:
        sequence = ("title", "state", "...", "uploaded_at", "vendor")
        order_by = "-uploaded_at"


class VendorInvoiceTable(InvoiceTable):
    title = LinkColumn(
        url=lambda invoice: reverse("invoices:vendor-invoice", args=[invoice.vendor.slug, invoice.pk]),
        empty_values=(),
        orderable=False,
        verbose_name=gettext_lazy("Invoice"),
    )
    partner = tables.Column(order_by="partner__name", verbose_name=gettext_lazy("Partner"))
    state = StateColumn(words=state_for_vendor, tone=_tone, orderable=False, verbose_name=gettext_lazy("State"))

    class Meta:
        sequence = ("title", "partner", "state", "...", "uploaded_at")
        order_by = "-uploaded_at"


def distributors_of_invoices(request: PersonRequest | None) -> QuerySet[Distributor]:
    if request is None:
        return Distributor.objects.none()
    invoices = Invoice.objects.visible_to(request.actor).filter(distributor=OuterRef("pk"))
    area = "vendor_id" if request.area.scope == "vendor" else "partner_id"
    return Distributor.objects.filter(Exists(invoices.filter(**{area: request.area.pk})))


def partners_with_invoices(request: PersonRequest | None) -> QuerySet[Partner]:
    if request is None:
        return Partner.objects.none()
    return Partner.objects.filter(Exists(Invoice.objects.filter(vendor_id=request.area.pk, partner=OuterRef("pk"))))


class InvoiceFilter(FilterSet):
    search_fields: tuple[str, ...] = ("number", "file_name", "seller_name")
    state = django_filters.ChoiceFilter(
        choices=Invoice.State.choices, label=gettext_lazy("State"), empty_label=gettext_lazy("all")
    )
    distributor = django_filters.ModelChoiceFilter(
        queryset=distributors_of_invoices, label=gettext_lazy("Distributor"), empty_label=gettext_lazy("all")
    )
    issue_date = DayRangeFilter(label=gettext_lazy("Date"))

    class Meta:
        model = Invoice
        fields: list[str] = []


class PartnerInvoiceFilter(InvoiceFilter):
    vendor = django_filters.ModelChoiceFilter(
        queryset=vendors_of_partner, label=gettext_lazy("Vendor"), empty_label=gettext_lazy("all")
    )


class VendorInvoiceFilter(InvoiceFilter):
    search_fields = ("partner__name", "partner__number", *InvoiceFilter.search_fields)
    partner = django_filters.ModelChoiceFilter(
        queryset=partners_with_invoices, label=gettext_lazy("Partner"), empty_label=gettext_lazy("all")
    )
    reason = django_filters.ChoiceFilter(
        choices=Invoice.Reason.choices, label=gettext_lazy("Reason"), empty_label=gettext_lazy("all")
    )
    automatic = django_filters.ChoiceFilter(
        choices=[("True", gettext_lazy("without a person")), ("False", gettext_lazy("by a person"))],
        label=gettext_lazy("Decided"),
        empty_label=gettext_lazy("all"),
    )
