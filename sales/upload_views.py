"""The way of a report's file: received, checked by a person, imported, or refused with what is wrong in it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import PurePosixPath
from typing import Any, Literal

from django.contrib import messages
from django.http import Http404, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.http import content_disposition_header
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST
from django_htmx.http import HttpResponseClientRedirect, HttpResponseClientRefresh

from common import formats
from common.errors import DomainError
from common.hints import hint
from common.requests import PersonRequest
from common.ui import Crumb
from programs.entering import in_distributor, in_vendor
from programs.models import Distributor, Vendor
from sales import layouts, selectors, uploads
from sales.forms import DistributorUploadForm, UploadForm, VendorUploadForm
from sales.importing import UPLOADING_ROLES, ImportResult, ReportRefused
from sales.layout_forms import LayoutForm
from sales.models import SellOutReport, Upload
from sales.previews import in_words, left_out_in_words, preview_of, unread_in_words
from sales.readers.layout import Layout
from sales.readers.problems import Unreadable
from sales.readers.questions import Guess
from sales.readers.reading import annotate
from sales.tasks import run_upload
from sales.wording import complaint

State = Upload.State


@dataclass(frozen=True)
class Place:
    """The area in which the pages of an upload stand: a vendor's or a distributor's."""

    kind: Literal["vendor", "distributor"]
    owner: Vendor | Distributor

    def url(self, name: str, *args: int) -> str:
        return reverse(f"sales:{self.kind}-{name}", args=[self.owner.slug, *args])

    @property
    def own(self) -> dict[str, Any]:
        """What rows of this area have in common."""
        return {self.kind: self.owner}

    def form(self, *args: Any, **kwargs: Any) -> UploadForm:
        if isinstance(self.owner, Vendor):
            return VendorUploadForm(self.owner, *args, **kwargs)
        return DistributorUploadForm(self.owner, *args, **kwargs)

    def page(self, upload: Upload, name: str = "upload-page", replaces: SellOutReport | None = None) -> str:
        """Address of a page of the upload; `replaces` goes along until it is started."""
        return self.url(name, upload.pk) + (f"?replaces={replaces.pk}" if replaces else "")


PlaceView = Callable[..., HttpResponseBase]


def in_both(view: PlaceView) -> tuple[PlaceView, PlaceView]:
    """The view in a vendor's and in a distributor's area."""

    @in_vendor(*UPLOADING_ROLES)
    def of_vendor(request: PersonRequest, vendor: Vendor, **kwargs: Any) -> HttpResponseBase:
        return view(request, Place("vendor", vendor), **kwargs)

    @in_distributor
    def of_distributor(request: PersonRequest, distributor: Distributor, **kwargs: Any) -> HttpResponseBase:
        return view(request, Place("distributor", distributor), **kwargs)

    return of_vendor, of_distributor


def _fetch(request: PersonRequest, place: Place, pk: int) -> Upload:
    return get_object_or_404(selectors.uploads_of(actor=request.actor).filter(**place.own), pk=pk)


def _replaced(request: PersonRequest, place: Place, data: Mapping[str, Any]) -> SellOutReport | None:
    """The report that a file is said to replace."""
    said = data.get("replaces")
    if not said:
        return None
    if not str(said).isdecimal() or len(str(said)) > len("9223372036854775807") - 1:
        raise Http404
    return get_object_or_404(selectors.reports_of(actor=request.actor).filter(**place.own), pk=said)


# --- the file is sent ------------------------------------------------------------------------------------------------


def _upload(request: PersonRequest, place: Place) -> HttpResponse:
    """Take a file in; one that is no table is refused at the field, with advice."""
    replaces = _replaced(request, place, request.GET)
    known = {"vendor": replaces.vendor, "distributor": replaces.distributor} if replaces else None
    form = place.form(request.POST or None, request.FILES or None, initial=known)
    if form.is_valid():
        file = form.cleaned_data["file"]
        parties = {"vendor": form.cleaned_data.get("vendor"), "distributor": form.cleaned_data.get("distributor")}
        try:
            upload = uploads.receive(
                actor=request.actor,
                file_name=file.name,
                content=file.read(),
                user=request.user,
                now=timezone.now(),
                **{**parties, **place.own},
            )
        except ReportRefused as refusal:
            for problem in refusal.problems:
                form.add_error("file", str(complaint(problem)))
        except DomainError as error:
            form.add_error(None, str(error))
        else:
            return redirect(place.page(upload, replaces=replaces))
    context = {"form": form, "replaces": replaces, "list_url": place.url("reports"), "crumbs": _crumbs(place)}
    return render(request, "sales/upload.html", context)


# --- its page --------------------------------------------------------------------------------------------------------


def _page(request: PersonRequest, place: Place, pk: int) -> HttpResponse:
    """Where the file is on its way; a page that waits asks here until it is there."""
    upload = _fetch(request, place, pk)
    if upload.state == State.QUEUED:
        return _queued(request, place, upload)
    if request.htmx:
        return _ended(request, place, upload)
    if upload.state == State.DRAFT:
        return _check(request, place, upload)
    if upload.state == State.IMPORTED:
        return redirect(place.url("report", upload.report_id or 0))
    if upload.state == State.DISCARDED:
        messages.info(request, _("“%(file)s” was discarded.") % {"file": upload.file_name})
        return redirect(place.url("reports"))
    problems = uploads.problems_of(upload)
    context = {
        **_context(place, upload),
        "complaints": [complaint(problem) for problem in problems],
        "with_rows": any(problem.row is not None for problem in problems),
        "again_url": place.url("upload"),
    }
    template = "sales/upload_refused.html" if upload.state == State.REFUSED else "sales/upload_failed.html"
    return render(request, template, context)


def _queued(request: PersonRequest, place: Place, upload: Upload) -> HttpResponse:
    context = {**_context(place, upload), "progress": uploads.progress_of(upload)}
    return render(request, "sales/upload_progress.html", context)


def _ended(request: PersonRequest, place: Place, upload: Upload) -> HttpResponse:
    """Lead a page that waited to where the file has got."""
    if upload.state == State.IMPORTED and upload.report is not None:
        _tell(request, upload.report)
        return HttpResponseClientRedirect(place.url("report", upload.report.pk))
    return HttpResponseClientRefresh()


def _context(place: Place, upload: Upload) -> dict[str, Any]:
    return {
        "upload": upload,
        "page_url": place.page(upload),
        "layout_url": place.page(upload, "upload-layout"),
        "start_url": place.page(upload, "upload-start"),
        "replace_url": place.page(upload, "upload-replace"),
        "errors_url": place.page(upload, "upload-errors"),
        "discard_url": place.page(upload, "upload-discard"),
        "list_url": place.url("reports"),
        "crumbs": _crumbs(place, upload),
    }


def _crumbs(place: Place, upload: Upload | None = None) -> list[Crumb]:
    first = Crumb(_("Reports"), place.url("reports"))
    return [first, Crumb(upload.file_name if upload else _("Upload a report"))]


# --- it is checked ---------------------------------------------------------------------------------------------------


def _check(
    request: PersonRequest,
    place: Place,
    upload: Upload,
    found: Guess | None = None,
    form: LayoutForm | None = None,
) -> HttpResponse:
    """How the file will be read, what it leaves open, and its first rows before and after."""
    found = found or uploads.look(upload)
    known = layouts.remembered(vendor=upload.vendor, distributor=upload.distributor)
    context = {
        **_context(place, upload),
        "found": found,
        "form": form or LayoutForm(found),
        "summary": in_words(found.layout, found.rows),
        "remembered": known if known and known.layout == found.layout.to_document() else None,
        "preview": preview_of(found),
        "left_out": left_out_in_words(found.left_out),
        "unread": unread_in_words(found),
        "replaces": _replaced(request, place, request.GET or request.POST),
    }
    return render(request, "sales/upload_check_form.html" if request.htmx else "sales/upload_check.html", context)


def _layout(request: PersonRequest, place: Place, pk: int) -> HttpResponse:
    """Look at how the file is read, and put it right."""
    upload = _fetch(request, place, pk)
    if upload.state not in (State.DRAFT, State.REFUSED):
        return redirect(place.page(upload))
    if request.method != "POST":
        return _check(request, place, upload)
    found, form = _corrected(request, upload)
    if form is not None:
        return _check(request, place, upload, found, form)
    if request.htmx:
        return _check(request, place, upload, found)
    return redirect(place.page(upload, replaces=_replaced(request, place, request.POST)))


def _corrected(request: PersonRequest, upload: Upload) -> tuple[Guess, LayoutForm | None]:
    """What the person has put right is written down; the form is given back where something is wrong in it."""
    before = uploads.look(upload)
    form = LayoutForm(before, request.POST)
    if not form.is_valid():
        return before, form
    try:
        found = uploads.look(upload, form.layout)
        uploads.correct(upload=upload, layout=found.kept, rows=found.rows)
    except Unreadable as error:
        for problem in error.problems:
            form.add_error(form.blamed, complaint(problem).sentence)
    except DomainError as error:
        form.add_error(None, str(error))
    else:
        upload.layout, upload.rows = found.kept.to_document(), found.rows
        return found, None
    return before, form


# --- it is imported --------------------------------------------------------------------------------------------------


@require_POST
def _start(request: PersonRequest, place: Place, pk: int) -> HttpResponse:
    """Import the file as it was shown; what was changed since is shown first."""
    upload = _fetch(request, place, pk)
    replaces = _replaced(request, place, request.POST)
    if upload.state in (State.DRAFT, State.REFUSED):
        shown = upload.layout
        found, form = _corrected(request, upload)
        if form is not None:
            return _check(request, place, upload, found, form)
        if upload.layout != shown:
            messages.info(request, _("You have changed how the file is read. Please look at its rows once more."))
            return redirect(place.page(upload, replaces=replaces))
    return _import(request, place, upload, replaces)


@require_POST
def _replace(request: PersonRequest, place: Place, pk: int) -> HttpResponse:
    """Import a refused file in the place of the report it puts right."""
    upload = _fetch(request, place, pk)
    return _import(request, place, upload, upload.replaces)


def _import(request: PersonRequest, place: Place, upload: Upload, replaces: SellOutReport | None) -> HttpResponse:
    """Small files while the person waits, large ones by a worker."""
    now = timezone.now()
    try:
        uploads.start(actor=request.actor, upload=upload, user=request.user, now=now, replaces=replaces)
    except DomainError as error:
        messages.warning(request, str(error))
        return redirect(place.page(upload))
    if not uploads.runs_at_once(upload):
        hint(run_upload, upload.pk)
    elif result := uploads.run(upload_id=upload.pk, now=now, today=request.today):
        _tell(request, result.report, result)
        return redirect(place.url("report", result.report.pk))
    return redirect(place.page(upload))


def _tell(request: PersonRequest, report: SellOutReport, result: ImportResult | None = None) -> None:
    if result is not None and result.known:
        messages.info(request, _("This file was imported before. Nothing was added."))
        return
    text = ngettext(
        "The report is in: %(count)s row, %(matched)s of it booked.",
        "The report is in: %(count)s rows, %(matched)s of them booked.",
        report.rows,
    )
    figures = {"count": formats.number(report.rows), "matched": formats.number(report.matched)}
    messages.success(request, text % figures)


@require_POST
def _discard(request: PersonRequest, place: Place, pk: int) -> HttpResponse:
    """Throw a file away that was not imported."""
    upload = _fetch(request, place, pk)
    try:
        uploads.discard(upload=upload)
    except DomainError as error:
        messages.warning(request, str(error))
    return redirect(place.page(upload))


# --- it is refused ---------------------------------------------------------------------------------------------------


def _errors(request: PersonRequest, place: Place, pk: int) -> HttpResponse:
    """The same table with one more column that says what is wrong."""
    upload = _fetch(request, place, pk)
    if upload.state != State.REFUSED:
        raise Http404
    sentences: dict[int, list[str]] = {}
    for problem in uploads.problems_of(upload):
        if problem.row is not None:
            one = complaint(problem)
            sentences.setdefault(problem.row, []).append(
                f"{one.column}: {one.sentence}" if one.column else one.sentence
            )
    beside = {row: " ".join(texts) for row, texts in sentences.items()}
    layout = Layout.from_document(upload.layout)
    try:
        content, extension = annotate(bytes(upload.content), layout, beside, _("What is wrong"), layouts.limits())
    except Unreadable as error:
        messages.warning(request, str(complaint(error.problems[0])))
        return redirect(place.page(upload))
    name = _("%(name)s-errors") % {"name": PurePosixPath(upload.file_name).stem}
    return HttpResponse(
        content,
        content_type="application/octet-stream",
        headers={
            "Content-Disposition": content_disposition_header(True, f"{name}.{extension}") or "attachment",
            "X-Content-Type-Options": "nosniff",
        },
    )


vendor_upload, distributor_upload = in_both(_upload)
vendor_upload_page, distributor_upload_page = in_both(_page)
vendor_upload_layout, distributor_upload_layout = in_both(_layout)
vendor_upload_start, distributor_upload_start = in_both(_start)
vendor_upload_replace, distributor_upload_replace = in_both(_replace)
vendor_upload_discard, distributor_upload_discard = in_both(_discard)
vendor_upload_errors, distributor_upload_errors = in_both(_errors)
