"""Sell-out reports: lists, upload, one report and its file, for the vendor's staff and for the distributor's users."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.db.models import QuerySet
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.http import content_disposition_header
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from common import formats
from common.access import VENDOR
from common.errors import DomainError
from common.requests import PersonRequest
from common.tables import Table
from common.ui import Crumb, Fact
from programs.entering import DistributorListPage, VendorListPage, in_distributor, in_vendor
from programs.models import Distributor, Vendor
from sales import selectors
from sales.forms import DistributorUploadForm, UploadForm, VendorUploadForm
from sales.importing import UPLOADING_ROLES, ImportResult, ReportRefused, import_sellout
from sales.models import SaleLine, SellOutReport, WaitingRow
from sales.tables import (
    BookedTable,
    DistributorReportFilter,
    DistributorReportTable,
    VendorReportFilter,
    VendorReportTable,
    WaitingTable,
)
from sales.wording import complaint

# --- lists -----------------------------------------------------------------------------------------------------------


class VendorReportsPage(VendorListPage):
    table_class = VendorReportTable
    filterset_class = VendorReportFilter
    template_name = "sales/reports.html"
    export_name = "reports"

    def rows(self) -> QuerySet[SellOutReport]:
        return selectors.reports_of(actor=self.request.actor).filter(vendor=self.vendor)

    def context(self, rows: QuerySet[Any]) -> dict[str, Any]:
        may_upload = self.request.actor.has(VENDOR, self.vendor.pk, *UPLOADING_ROLES)
        return {"upload_url": reverse("sales:vendor-upload", args=[self.vendor.slug]) if may_upload else ""}


class DistributorReportsPage(DistributorListPage):
    table_class = DistributorReportTable
    filterset_class = DistributorReportFilter
    template_name = "sales/reports.html"
    export_name = "reports"

    def rows(self) -> QuerySet[SellOutReport]:
        reports = selectors.reports_of(actor=self.request.actor)
        return reports.filter(distributor=self.distributor)

    def context(self, rows: QuerySet[Any]) -> dict[str, Any]:
        return {"upload_url": reverse("sales:distributor-upload", args=[self.distributor.slug])}


vendor_reports = in_vendor()(VendorReportsPage.as_view())
distributor_reports = in_distributor(DistributorReportsPage.as_view())


# --- upload ----------------------------------------------------------------------------------------------------------


@in_vendor(*UPLOADING_ROLES)
def vendor_upload(request: PersonRequest, vendor: Vendor) -> HttpResponse:
    """A vendor's staff take in a report they were sent."""
    form = VendorUploadForm(vendor, request.POST or None, request.FILES or None)
    return _upload(
        request,
        form,
        parties=lambda: {"vendor": vendor, "distributor": form.cleaned_data["distributor"]},
        report_url=lambda report: reverse("sales:vendor-report", args=[vendor.slug, report.pk]),
        list_url=reverse("sales:vendor-reports", args=[vendor.slug]),
    )


@in_distributor
def distributor_upload(request: PersonRequest, distributor: Distributor) -> HttpResponse:
    """A distributor's own people hand in a report."""
    form = DistributorUploadForm(distributor, request.POST or None, request.FILES or None)
    return _upload(
        request,
        form,
        parties=lambda: {"vendor": form.cleaned_data["vendor"], "distributor": distributor},
        report_url=lambda report: reverse("sales:distributor-report", args=[distributor.slug, report.pk]),
        list_url=reverse("sales:distributor-reports", args=[distributor.slug]),
    )


def _upload(
    request: PersonRequest,
    form: UploadForm,
    *,
    parties: Callable[[], dict[str, Any]],
    report_url: Callable[[SellOutReport], str],
    list_url: str,
) -> HttpResponse:
    """Import what was sent; a refused file is answered with the table of what is wrong in it."""
    context: dict[str, Any] = {
        "form": form,
        "list_url": list_url,
        "crumbs": [Crumb(_("Reports"), list_url), Crumb(_("Upload a report"))],
    }
    if form.is_valid():
        file = form.cleaned_data["file"]
        try:
            result = import_sellout(
                file_name=file.name,
                content=file.read(),
                uploaded_by=request.user,
                now=timezone.now(),
                today=request.today,
                numbers=form.cleaned_data["numbers"],
                dates=form.cleaned_data["dates"],
                **parties(),
            )
        except ReportRefused as refusal:
            context |= {
                "refusal": refusal,
                "file_name": file.name,
                "complaints": [complaint(problem) for problem in refusal.problems],
            }
        except DomainError as error:
            form.add_error(None, str(error))
        else:
            _tell(request, result)
            return redirect(report_url(result.report))
    return render(request, "sales/upload.html", context)


def _tell(request: PersonRequest, result: ImportResult) -> None:
    if result.known:
        messages.info(request, _("This file was imported before. Nothing was added."))
        return
    text = ngettext(
        "The report is in: %(count)s row, %(matched)s of it booked.",
        "The report is in: %(count)s rows, %(matched)s of them booked.",
        result.read,
    )
    messages.success(request, text % {"count": formats.number(result.read), "matched": formats.number(result.matched)})


# --- one report ------------------------------------------------------------------------------------------------------


@in_vendor()
def vendor_report(request: PersonRequest, vendor: Vendor, pk: int) -> HttpResponse:
    """What became of a report: figures, and its rows that are booked or wait."""
    actor = request.actor
    report = get_object_or_404(selectors.reports_of(actor=actor), vendor=vendor, pk=pk)
    lines = SaleLine.objects.visible_to(actor).filter(report=report, reverses__isnull=True, reversed_by__isnull=True)
    booked = lines.select_related("vendor", "partner")
    elsewhere = [WaitingRow.State.BOOKED, WaitingRow.State.SUPERSEDED]
    unbooked = WaitingRow.objects.visible_to(actor).filter(report=report).exclude(state__in=elsewhere)
    waiting = selectors.with_reason(unbooked.select_related("vendor"))
    context = {
        "report": report,
        "facts": [*_facts(report), Fact(_("Handed in by"), _sender(report))],
        "crumbs": [Crumb(_("Reports"), reverse("sales:vendor-reports", args=[vendor.slug])), Crumb(report.file_name)],
        "file_url": reverse("sales:vendor-report-file", args=[vendor.slug, report.pk]),
        "waiting": _configured(request, WaitingTable(waiting, prefix="waiting-")),
        "booked": _configured(request, BookedTable(booked, prefix="booked-")),
    }
    return render(request, "sales/report.html", context)


@in_distributor
def distributor_report(request: PersonRequest, distributor: Distributor, pk: int) -> HttpResponse:
    """That a report was taken, and how many of its rows are booked. Whose sales they became is not shown."""
    reports = selectors.reports_of(actor=request.actor)
    report = get_object_or_404(reports, distributor=distributor, pk=pk)
    list_url = reverse("sales:distributor-reports", args=[distributor.slug])
    context = {
        "report": report,
        "facts": _facts(report),
        "crumbs": [Crumb(_("Reports"), list_url), Crumb(report.file_name)],
        "file_url": reverse("sales:distributor-report-file", args=[distributor.slug, report.pk]),
    }
    return render(request, "sales/report.html", context)


def _configured(request: PersonRequest, table: Table) -> Table:
    table.configure(request)
    return table


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
