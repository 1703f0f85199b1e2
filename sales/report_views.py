"""Sell-out reports: lists, one report and its file, for the vendor's staff and for the distributor's users."""

from __future__ import annotations

from typing import Any, TypeVar

from django.db.models import QuerySet
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils.http import content_disposition_header
from django.utils.translation import gettext as _

from common import formats
from common.access import VENDOR
from common.requests import PersonRequest
from common.tables import Table
from common.ui import Crumb, Fact
from programs.entering import DistributorListPage, VendorListPage, in_distributor, in_vendor
from programs.models import Distributor, Vendor
from sales import selectors
from sales.importing import UPLOADING_ROLES
from sales.matching import MATCHING_ROLES
from sales.models import SaleLine, SellOutReport, Upload, WaitingRow
from sales.previews import facts_of, in_words
from sales.readers.layout import Layout
from sales.report_tables import (
    DistributorReportFilter,
    DistributorReportTable,
    DistributorUploadTable,
    UploadTable,
    VendorReportFilter,
    VendorReportTable,
    VendorUploadTable,
)
from sales.tables import BookedTable, OwnWaitingTable, WaitingTable

AnyTable = TypeVar("AnyTable", bound=Table)

# --- lists -----------------------------------------------------------------------------------------------------------


class VendorReportsPage(VendorListPage):
    table_class = VendorReportTable
    filterset_class = VendorReportFilter
    template_name = "sales/reports.html"
    export_name = "reports"

    def rows(self) -> QuerySet[SellOutReport]:
        return selectors.reports_of(actor=self.request.actor).filter(vendor=self.vendor)

    def context(self, rows: QuerySet[Any]) -> dict[str, Any]:
        if not self.request.actor.has(VENDOR, self.vendor.pk, *UPLOADING_ROLES):
            return {}
        return {
            "upload_url": reverse("sales:vendor-upload", args=[self.vendor.slug]),
            "uploads": _on_their_way(
                self.request,
                VendorUploadTable,
                selectors.uploads_to_vendor(vendor=self.vendor, actor=self.request.actor),
            ),
        }


class DistributorReportsPage(DistributorListPage):
    table_class = DistributorReportTable
    filterset_class = DistributorReportFilter
    template_name = "sales/reports.html"
    export_name = "reports"

    def rows(self) -> QuerySet[SellOutReport]:
        reports = selectors.reports_of(actor=self.request.actor)
        return reports.filter(distributor=self.distributor)

    def context(self, rows: QuerySet[Any]) -> dict[str, Any]:
        return {
            "upload_url": reverse("sales:distributor-upload", args=[self.distributor.slug]),
            "uploads": _on_their_way(
                self.request,
                DistributorUploadTable,
                selectors.uploads_by_distributor(distributor=self.distributor, actor=self.request.actor),
            ),
        }


def _on_their_way(request: PersonRequest, table: type[UploadTable], uploads: QuerySet[Upload]) -> UploadTable:
    """Files that are not imported yet."""
    return _configured(request, table(uploads.filter(state__in=selectors.NOT_IMPORTED), prefix="uploads-"))


vendor_reports = in_vendor()(VendorReportsPage.as_view())
distributor_reports = in_distributor(DistributorReportsPage.as_view())


# --- one report ------------------------------------------------------------------------------------------------------


@in_vendor()
def vendor_report(request: PersonRequest, vendor: Vendor, pk: int) -> HttpResponse:
    """What became of a report: figures, and its rows that are booked or not."""
    actor = request.actor
    report = get_object_or_404(selectors.reports_of(actor=actor), vendor=vendor, pk=pk)
    lines = SaleLine.objects.visible_to(actor).filter(report=report, reverses__isnull=True)
    # The customer's page is for those who match.
    waiting = WaitingTable if actor.has(VENDOR, vendor.pk, *MATCHING_ROLES) else OwnWaitingTable
    context = {
        **_about(request, "vendor", vendor.slug, report),
        "waiting": _configured(request, waiting(_unbooked(request, report), prefix="waiting-")),
        "booked": _configured(
            request, BookedTable(lines.select_related("vendor", "partner", "reversed_by"), prefix="booked-")
        ),
        "may_upload": actor.has(VENDOR, vendor.pk, *UPLOADING_ROLES),
    }
    context["facts"].append(Fact(_("Handed in by"), _sender(report)))
    return render(request, "sales/report.html", context)


@in_distributor
def distributor_report(request: PersonRequest, distributor: Distributor, pk: int) -> HttpResponse:
    """That a report was taken, how many of its rows are booked, and which are not. Whose sales they became is not
    shown."""
    reports = selectors.reports_of(actor=request.actor)
    report = get_object_or_404(reports, distributor=distributor, pk=pk)
    context = {
        **_about(request, "distributor", distributor.slug, report),
        "waiting": _configured(request, OwnWaitingTable(_unbooked(request, report), prefix="waiting-")),
        "may_upload": True,
    }
    return render(request, "sales/report.html", context)


def _unbooked(request: PersonRequest, report: SellOutReport) -> QuerySet[Any]:
    rows = WaitingRow.objects.visible_to(request.actor).filter(report=report).exclude(state=WaitingRow.State.BOOKED)
    return selectors.with_reason(rows.select_related("vendor"))


def _configured(request: PersonRequest, table: AnyTable) -> AnyTable:
    table.configure(request)
    return table


def _about(request: PersonRequest, kind: str, slug: str, report: SellOutReport) -> dict[str, Any]:
    """What both areas show of a report."""

    def url(name: str, *args: int) -> str:
        return reverse(f"sales:{kind}-{name}", args=[slug, *args])

    later: SellOutReport | None = getattr(report, "replaced_by", None)
    layout = Layout.from_document(report.layout) if report.layout else None
    return {
        "report": report,
        "booked_rows": report.booked_now,  # type: ignore[attr-defined]
        "replaced_rows": report.superseded_now + report.taken_back_now,  # type: ignore[attr-defined]
        "later": later,
        "later_url": url("report", later.pk) if later else "",
        "earlier_url": url("report", report.replaces_id) if report.replaces_id else "",
        "facts": _facts(report),
        "layout": in_words(layout, report.rows) if layout else "",
        "layout_facts": facts_of(layout) if layout else [],
        "crumbs": [Crumb(_("Reports"), url("reports")), Crumb(report.file_name)],
        "file_url": url("report-file", report.pk),
        "replace_url": f"{url('upload')}?replaces={report.pk}",
    }


def _facts(report: SellOutReport) -> list[Fact]:
    return [
        Fact(_("Received"), formats.datetime_short(report.uploaded_at)),
        # The beginning of the fingerprint, by which sender and receiver can tell that they talk of the same file.
        Fact(_("SHA-256"), f"{report.sha256[:16]}…"),
    ]


def _sender(report: SellOutReport) -> str:
    return report.uploaded_by.name if report.uploaded_by is not None else _("command line")


@in_vendor()
def vendor_report_file(request: PersonRequest, vendor: Vendor, pk: int) -> HttpResponse:
    """The report as it came."""
    return _file(SellOutReport.objects.visible_to(request.actor).filter(vendor=vendor), pk)


@in_distributor
def distributor_report_file(request: PersonRequest, distributor: Distributor, pk: int) -> HttpResponse:
    """The report as it came."""
    return _file(SellOutReport.objects.visible_to(request.actor).filter(distributor=distributor), pk)


def _file(reports: QuerySet[SellOutReport], pk: int) -> HttpResponse:
    report = get_object_or_404(reports, pk=pk)
    # Never shown in the browser: what a stranger wrote into the file must not run here.
    return HttpResponse(
        bytes(report.content),
        content_type="application/octet-stream",
        headers={
            "Content-Disposition": content_disposition_header(True, report.file_name) or "attachment",
            "X-Content-Type-Options": "nosniff",
        },
    )
