"""Lists of sell-out reports, and of files that are to become some."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import django_filters
import django_tables2 as tables
from django.db.models import Exists, OuterRef, QuerySet
from django.urls import reverse
from django.utils.html import format_html
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from common.filters import DayRangeFilter, FilterSet
from common.requests import PersonRequest
from common.tables import LinkColumn, MomentColumn, NumberColumn, StateColumn, Table
from common.ui import Tone
from programs.models import Vendor
from sales.models import SellOutReport, Upload
from sales.tables import distributors_of_area

# --- reports ---------------------------------------------------------------------------------------------------------


class ReportTable(Table):
    uploaded_at = MomentColumn(verbose_name=gettext_lazy("Received"))
    rows_read = NumberColumn(accessor="rows", order_by="rows", verbose_name=gettext_lazy("Rows"))
    booked_now = NumberColumn(verbose_name=gettext_lazy("Booked"))
    waiting_now = NumberColumn(verbose_name=gettext_lazy("Waiting"))
    duplicates = NumberColumn(verbose_name=gettext_lazy("Known before"))

    class Meta:
        order_by = "-uploaded_at"

    def render_file_name(self, value: str, record: SellOutReport) -> str:
        """With the report that it replaces, or that replaced it."""
        # A one-to-one relation that is not there is no attribute.
        if hasattr(record, "replaced_by"):
            below = _("replaced by “%(file)s”") % {"file": record.replaced_by.file_name}
        elif record.replaces:
            below = _("replaces “%(file)s”") % {"file": record.replaces.file_name}
        else:
            return value
        return format_html('{}<span class="cell-sub">{}</span>', value, below)

    def value_file_name(self, value: str) -> str:
        """For exports, which would else hold what the page shows, tags and all."""
        return value


class VendorReportTable(ReportTable):
    file_name = LinkColumn(
        url=lambda report: reverse("sales:vendor-report", args=[report.vendor.slug, report.pk]),
        verbose_name=gettext_lazy("Report"),
    )
    distributor = tables.Column(order_by="distributor__name", verbose_name=gettext_lazy("Distributor"))

    class Meta(ReportTable.Meta):
        sequence = ("file_name", "distributor", "...")


class DistributorReportTable(ReportTable):
    file_name = LinkColumn(
        url=lambda report: reverse("sales:distributor-report", args=[report.distributor.slug, report.pk]),
        verbose_name=gettext_lazy("Report"),
    )
    vendor = tables.Column(order_by="vendor__name", verbose_name=gettext_lazy("Vendor"))

    class Meta(ReportTable.Meta):
        sequence = ("file_name", "vendor", "...")


def vendors_of_area(request: PersonRequest | None) -> QuerySet[Vendor]:
    if request is None:
        return Vendor.objects.none()
    reports = SellOutReport.objects.filter(distributor_id=request.area.pk, vendor=OuterRef("pk"))
    return Vendor.objects.filter(Exists(reports))


class ReportFilter(FilterSet):
    search_fields: tuple[str, ...] = ("file_name",)
    state = django_filters.ChoiceFilter(
        choices=[("waiting", gettext_lazy("with rows that wait"))],
        method="in_state",
        label=gettext_lazy("State"),
        empty_label=gettext_lazy("all"),
    )
    uploaded_at = DayRangeFilter(label=gettext_lazy("Received"))

    class Meta:
        model = SellOutReport
        fields: list[str] = []

    def in_state(self, queryset: QuerySet[Any], name: str, value: str) -> QuerySet[Any]:
        return queryset.filter(waiting_now__gt=0)


class VendorReportFilter(ReportFilter):
    distributor = django_filters.ModelChoiceFilter(
        queryset=distributors_of_area, label=gettext_lazy("Distributor"), empty_label=gettext_lazy("all")
    )


class DistributorReportFilter(ReportFilter):
    vendor = django_filters.ModelChoiceFilter(
        queryset=vendors_of_area, label=gettext_lazy("Vendor"), empty_label=gettext_lazy("all")
    )


# --- files on their way in -------------------------------------------------------------------------------------------


UPLOAD_TONES: Mapping[str, Tone] = {
    Upload.State.DRAFT: "info",
    Upload.State.QUEUED: "neutral",
    Upload.State.REFUSED: "warning",
    Upload.State.FAILED: "danger",
}


class UploadTable(Table):
    """Files that are not imported yet."""

    state = StateColumn(
        words=Upload.get_state_display,
        tone=lambda row: UPLOAD_TONES[row.state],
        verbose_name=gettext_lazy("State"),
    )
    uploaded_at = MomentColumn(verbose_name=gettext_lazy("Received"))
    uploaded_by = tables.Column(
        accessor="uploaded_by__name", order_by="uploaded_by__name", verbose_name=gettext_lazy("By")
    )
    rows_found = NumberColumn(accessor="rows", order_by="rows", verbose_name=gettext_lazy("Rows"))

    class Meta:
        order_by = "-uploaded_at"


class VendorUploadTable(UploadTable):
    file_name = LinkColumn(
        url=lambda upload: reverse("sales:vendor-upload-page", args=[upload.vendor.slug, upload.pk]),
        verbose_name=gettext_lazy("File"),
    )
    distributor = tables.Column(order_by="distributor__name", verbose_name=gettext_lazy("Distributor"))

    class Meta(UploadTable.Meta):
        sequence = ("file_name", "distributor", "...")


class DistributorUploadTable(UploadTable):
    file_name = LinkColumn(
        url=lambda upload: reverse("sales:distributor-upload-page", args=[upload.distributor.slug, upload.pk]),
        verbose_name=gettext_lazy("File"),
    )
    vendor = tables.Column(order_by="vendor__name", verbose_name=gettext_lazy("Vendor"))

    class Meta(UploadTable.Meta):
        sequence = ("file_name", "vendor", "...")
