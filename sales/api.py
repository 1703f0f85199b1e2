"""Sale lines and sell-out reports over the HTTP API."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from django.conf import settings
from django.shortcuts import get_object_or_404
from django.utils import timezone
from django.utils.translation import gettext as _
from ninja import File, Form, Query, Router, Schema, Status
from ninja.files import UploadedFile

from common.access import DISTRIBUTOR, VENDOR
from common.api import (
    ApiRequest,
    ById,
    FieldProblem,
    Page,
    Refused,
    Slug,
    amount,
    answers,
    needs,
    page_of,
    quantity,
)
from common.tokens import Scope
from programs.models import Distributor, Vendor
from sales.importing import UPLOADING_ROLES, ReportRefused, import_sellout
from sales.models import SaleLine, SellOutReport
from sales.selectors import vendors_of
from sales.wording import complaint

router = Router(tags=["sales"])


class SaleOut(Schema):
    """A proven sale. `net` is the whole line without VAT, null where the proof states no value."""

    id: int
    partner: str
    vendor: str
    distributor: str
    article: str
    product: str
    document: str
    line: str
    document_date: date
    counts_on: date
    quantity: str
    net: str | None
    currency: str
    evidence: str
    project: str
    reverses: int | None
    booked_at: datetime


class SaleFilter(Schema):
    """`since` is the first day, `until` the day after the last one: the day on which a sale counts."""

    partner: Slug | None = None
    vendor: Slug | None = None
    since: date | None = None
    until: date | None = None


def sale_out(line: SaleLine) -> SaleOut:
    return SaleOut(
        id=line.pk,
        partner=line.partner.number,
        vendor=line.vendor.slug,
        distributor=line.distributor.slug,
        article=line.product.article,
        product=line.product.name,
        document=line.document_number,
        line=line.document_line,
        document_date=line.document_date,
        counts_on=line.counts_on,
        quantity=quantity(line.quantity),
        net=amount(line.net),
        currency=line.currency,
        evidence=line.evidence,
        project=line.project_ref,
        reverses=line.reverses_id,
        booked_at=line.booked_at,
    )


@router.get("/sales", response=answers(Page[SaleOut]), **needs(Scope.SALES))
def list_sales(request: ApiRequest, filters: Query[SaleFilter], params: Query[ById]) -> dict[str, Any]:
    """Proven sales in the order in which they were booked."""
    rows = SaleLine.objects.visible_to(request.actor)
    if filters.partner:
        rows = rows.filter(partner__number=filters.partner)
    if filters.vendor:
        rows = rows.filter(vendor__slug=filters.vendor)
    if filters.since:
        rows = rows.filter(counts_on__gte=filters.since)
    if filters.until:
        rows = rows.filter(counts_on__lt=filters.until)
    return page_of(rows.select_related("partner", "vendor", "distributor", "product"), params, sale_out)


class ReportOut(Schema):
    """What became of the rows of a report: booked, waiting for a partner or an article, known before."""

    id: int
    vendor: str
    distributor: str
    file_name: str
    sha256: str
    uploaded_at: datetime
    rows: int
    booked: int
    waiting: int
    known: int


class ReportFilter(Schema):
    vendor: Slug | None = None
    distributor: Slug | None = None


class ReportIn(Schema):
    vendor: Slug
    distributor: Slug


def report_out(report: SellOutReport) -> ReportOut:
    return ReportOut(
        id=report.pk,
        vendor=report.vendor.slug,
        distributor=report.distributor.slug,
        file_name=report.file_name,
        sha256=report.sha256,
        uploaded_at=report.uploaded_at,
        rows=report.rows,
        booked=report.matched,
        waiting=report.unmatched,
        known=report.duplicates,
    )


@router.get("/reports", response=answers(Page[ReportOut]), **needs(Scope.REPORTS))
def list_reports(request: ApiRequest, filters: Query[ReportFilter], params: Query[ById]) -> dict[str, Any]:
    """Sell-out reports in the order in which they came."""
    rows = SellOutReport.objects.visible_to(request.actor)
    if filters.vendor:
        rows = rows.filter(vendor__slug=filters.vendor)
    if filters.distributor:
        rows = rows.filter(distributor__slug=filters.distributor)
    return page_of(rows.defer("content").select_related("vendor", "distributor"), params, report_out)


@router.get("/reports/{int:pk}", response=answers(ReportOut), **needs(Scope.REPORTS))
def get_report(request: ApiRequest, pk: int) -> ReportOut:
    """One sell-out report."""
    rows = SellOutReport.objects.visible_to(request.actor).defer("content").select_related("vendor", "distributor")
    return report_out(get_object_or_404(rows, pk=pk))


@router.post("/reports", response=answers(ReportOut, status=201, also={200: ReportOut}), **needs(Scope.REPORTS_WRITE))
def upload_report(request: ApiRequest, about: Form[ReportIn], file: File[UploadedFile]) -> Status[ReportOut]:
    """Upload a report of a distributor to a vendor (CSV). All of it is booked, or nothing and every error is named.

    The same file twice adds nothing and is answered with 200 and the first report.
    """
    vendor, distributor = _addressees(request, about)
    if (file.size or 0) > settings.SELLOUT_MAX_BYTES:
        size = settings.SELLOUT_MAX_BYTES // 1_000_000
        raise Refused(413, _("The file is larger than %(size)s MB.") % {"size": size})
    try:
        result = import_sellout(
            vendor=vendor,
            distributor=distributor,
            file_name=file.name or "",
            content=file.read(),
            uploaded_by=request.auth.user,
            now=timezone.now(),
            today=request.today,
        )
    except ReportRefused as refusal:
        raise Refused(422, str(refusal), _problems(refusal)) from refusal
    return Status(200 if result.known else 201, report_out(result.report))


def _addressees(request: ApiRequest, about: ReportIn) -> tuple[Vendor, Distributor]:
    """Channel managers and admins upload to their own vendor, distributors' people to those they sell for."""
    actor = request.actor
    distributor = get_object_or_404(Distributor.objects.visible_to(actor), slug=about.distributor)
    if actor.has(DISTRIBUTOR, distributor.pk):
        return get_object_or_404(vendors_of(distributor), slug=about.vendor), distributor
    vendor = get_object_or_404(Vendor.objects.visible_to(actor), slug=about.vendor)
    if not actor.has(VENDOR, vendor.pk, *UPLOADING_ROLES):
        raise Refused(403, _("Your role may not upload reports."))
    return vendor, distributor


def _problems(refusal: ReportRefused) -> list[FieldProblem]:
    found = []
    for each in refusal.problems:
        words = complaint(each)
        found.append(FieldProblem(row=each.row, column=words.column, value=words.value, message=words.sentence))
    return found
