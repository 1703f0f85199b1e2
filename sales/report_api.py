"""Sell-out reports over the HTTP API: what came, and how systems hand theirs in."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any

from django.conf import settings
from django.shortcuts import get_object_or_404
from django.utils import timezone
from django.utils.translation import gettext as _
from ninja import File, Form, Header, Query, Router, Schema, Status
from ninja.files import UploadedFile

from common.access import DISTRIBUTOR, VENDOR
from common.api import LARGEST_ID, ApiRequest, ById, FieldProblem, Page, Refused, Slug, answers, needs, page_of
from common.hints import hint
from common.idempotency import Key, answer_once, digest_of
from common.tokens import Scope
from programs.models import Distributor, Vendor
from sales import uploads
from sales.importing import UPLOADING_ROLES, ReportRefused
from sales.models import SellOutReport, Upload
from sales.readers.notations import Dates, Numbers
from sales.readers.problems import Problem
from sales.readers.questions import Guess
from sales.selectors import vendors_of
from sales.tasks import run_upload
from sales.wording import complaint

router = Router(tags=["sales"])

LONGEST_SHEET = 100
"""Of a sheet's name, which Excel keeps to 31 characters and others do not."""


class ReportOut(Schema):
    """What became of a report's rows: booked, waiting for a person, known before, unchanged since the replaced report.

    `replaces`: the report this one put right; `taken_back`: how many of its rows no longer count.
    """

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
    unchanged: int
    replaces: int | None
    taken_back: int
    sheet: str


class HandedIn(ReportOut):
    """`unread_sheets`: those of the workbook that look like sales and were not read; `sheet` is the one that was."""

    unread_sheets: list[str]


class ReportFilter(Schema):
    vendor: Slug | None = None
    distributor: Slug | None = None


class ReportIn(Schema):
    """`replaces`: id of the report that this file puts right. `numbers`, `dates`: how it writes them, where it does not
    tell itself. `sheet`: which one of a workbook is the report, unless it is the one that was read before."""

    vendor: Slug
    distributor: Slug
    replaces: Annotated[int, Query(ge=1, le=LARGEST_ID)] | None = None
    numbers: Numbers | None = None
    dates: Dates | None = None
    sheet: Annotated[str, Query(max_length=LONGEST_SHEET)] = ""


class UploadOut(Schema):
    """A file on its way in. `state`: queued, imported, refused or failed; `report` once it is imported."""

    id: int
    state: str
    rows: int
    rows_read: int | None
    report: int | None
    errors: list[FieldProblem]
    sheet: str


class Taken(UploadOut):
    """`unread_sheets` as in the answer to a small file."""

    unread_sheets: list[str]


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
        unchanged=report.unchanged,
        replaces=report.replaces_id,
        taken_back=report.taken_back,
        sheet=report.layout.get("sheet", ""),
    )


def upload_out(upload: Upload) -> UploadOut:
    queued = upload.state == Upload.State.QUEUED
    return UploadOut(
        id=upload.pk,
        state=upload.state,
        rows=upload.rows,
        rows_read=uploads.progress_of(upload).rows if queued else None,
        report=upload.report_id,
        errors=_field_problems(uploads.problems_of(upload)),
        sheet=upload.layout.get("sheet", ""),
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


@router.get("/uploads/{int:pk}", response=answers(UploadOut), **needs(Scope.REPORTS))
def get_upload(request: ApiRequest, pk: int) -> UploadOut:
    """How far a file is that was answered with 202."""
    return upload_out(get_object_or_404(Upload.objects.visible_to(request.actor).defer("content"), pk=pk))


@router.post(
    "/reports",
    response=answers(HandedIn, status=201, also={200: HandedIn, 202: Taken}),
    **needs(Scope.REPORTS_WRITE),
)
def upload_report(
    request: ApiRequest,
    about: Form[ReportIn],
    file: File[UploadedFile],
    idempotency_key: Annotated[Key | None, Header()] = None,
) -> Status[Any]:
    """Upload a report of a distributor to a vendor (CSV or XLSX): booked as a whole, or not at all, with every error.

    The same file twice adds nothing and is answered with 200 and the first report. A large file is answered with 202
    and imported after that: ask `/uploads/{id}` what became of it. A workbook of several sheets is read from the one
    that was read before, and refused where that is missing, unless `sheet` names another. With the header
    `Idempotency-Key` a request that is sent again gets the first answer again; another request with that key gets 409.
    """
    vendor, distributor = _addressees(request, about)
    if (file.size or 0) > settings.SELLOUT_MAX_BYTES:
        size = settings.SELLOUT_MAX_BYTES // 1_000_000
        raise Refused(413, _("The file is larger than %(size)s MB.") % {"size": size})
    content = file.read()
    return answer_once(
        user=request.auth.user,
        key=idempotency_key,
        digest=digest_of(about.model_dump_json(), file.name or "", content),
        now=timezone.now(),
        answer=lambda: _hand_in(request, about, vendor, distributor, file.name or "", content),
    )


def _hand_in(
    request: ApiRequest, about: ReportIn, vendor: Vendor, distributor: Distributor, file_name: str, content: bytes
) -> Status[Any]:
    replaces = None
    if about.replaces is not None:
        of_distributor = SellOutReport.objects.visible_to(request.actor).filter(vendor=vendor, distributor=distributor)
        replaces = get_object_or_404(of_distributor.defer("content"), pk=about.replaces)
    try:
        upload, found = uploads.hand_in(
            actor=request.actor,
            vendor=vendor,
            distributor=distributor,
            file_name=file_name,
            content=content,
            user=request.auth.user,
            now=timezone.now(),
            numbers=about.numbers,
            dates=about.dates,
            sheet=about.sheet,
            replaces=replaces,
        )
    except ReportRefused as refusal:
        raise Refused(422, str(refusal), _field_problems(refusal.problems)) from refusal
    if not uploads.runs_at_once(upload):
        hint(run_upload, upload.pk)
        return Status(202, _taken(upload, found))
    result = uploads.run(upload_id=upload.pk, now=timezone.now(), today=request.today)
    if result is not None:
        answer = HandedIn(**report_out(result.report).model_dump(), unread_sheets=found.unread)
        return Status(200 if result.known else 201, answer)
    upload.refresh_from_db(fields=["state", "report", "problems"])
    if upload.state == Upload.State.REFUSED:
        raise Refused(422, str(ReportRefused([], read=upload.rows)), _field_problems(uploads.problems_of(upload)))
    return Status(202, _taken(upload, found))


def _taken(upload: Upload, found: Guess) -> Taken:
    return Taken(**upload_out(upload).model_dump(), unread_sheets=found.unread)


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


def _field_problems(problems: list[Problem]) -> list[FieldProblem]:
    found = []
    for each in problems:
        words = complaint(each)
        found.append(FieldProblem(row=each.row, column=words.column, value=words.value, message=words.sentence))
    return found
