"""A vendor's existing partners as a file: received, checked, imported, or refused with what is wrong in it."""

from __future__ import annotations

from datetime import date
from pathlib import PurePosixPath

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.http import content_disposition_header
from django.utils.translation import get_language, ngettext
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST
from django_htmx.http import HttpResponseClientRefresh

from common import formats
from common.errors import DomainError
from common.hints import hint
from common.requests import UNPROCESSABLE, PersonRequest
from common.ui import Crumb, Fact
from programs.entering import in_vendor
from programs.models import Tier, Vendor
from sales.golive import files
from sales.golive.importing import BRINGING_ROLES, Figures, FileRefused, limits
from sales.golive.sample import sample
from sales.golive_forms import PartnersForm
from sales.models import PartnerImport
from sales.readers.layout import Layout
from sales.readers.problems import Unreadable
from sales.readers.reading import annotate
from sales.selectors import distributors_of
from sales.tasks import run_partner_import
from sales.wording import complaint

State = PartnerImport.State
LISTED = 20
TONES = {
    State.CHECKING: "info", State.DRAFT: "info", State.QUEUED: "info", State.IMPORTED: "success",
    State.REFUSED: "warning", State.DISCARDED: "neutral", State.FAILED: "danger",
}  # fmt: skip


def _url(name: str, vendor: Vendor, *args: int) -> str:
    return reverse(f"golive:{name}", args=[vendor.slug, *args])


def _fetch(request: PersonRequest, vendor: Vendor, pk: int) -> PartnerImport:
    rows = PartnerImport.objects.visible_to(request.actor).filter(vendor=vendor)
    return get_object_or_404(rows.select_related("vendor", "program"), pk=pk)


def _crumbs(vendor: Vendor, *more: Crumb) -> list[Crumb]:
    return [Crumb(_("Partners"), reverse("partners:list", args=[vendor.slug])), *more]


@in_vendor(*BRINGING_ROLES)
def imports(request: PersonRequest, vendor: Vendor) -> HttpResponse:
    """Take a file in; below it the files of before."""
    form = PartnersForm(vendor, request.POST or None, request.FILES or None)
    if form.is_valid():
        file = form.cleaned_data["file"]
        try:
            received = files.receive(
                actor=request.actor,
                vendor=vendor,
                program=form.cleaned_data["program"],
                file_name=file.name,
                content=file.read(),
                user=request.user,
                now=timezone.now(),
                today=request.today,
            )
        except FileRefused as refusal:
            for problem in refusal.problems:
                form.add_error("file", str(complaint(problem)))
        except DomainError as error:
            form.add_error(None, str(error))
        else:
            if received.state in PartnerImport.WAITING:
                hint(run_partner_import, received.pk)
            return redirect(_url("import", vendor, received.pk))
    rows = PartnerImport.objects.visible_to(request.actor).filter(vendor=vendor).exclude(state=State.DISCARDED)
    context = {
        "form": form,
        "files": [
            {"file": each, "tone": TONES[State(each.state)], "url": _url("import", vendor, each.pk)}
            for each in rows.defer("content").select_related("program", "uploaded_by")[:LISTED]
        ],
        "crumbs": _crumbs(vendor, Crumb(_("Bring partners in"))),
        "list_url": reverse("partners:list", args=[vendor.slug]),
        "sample_url": _url("sample", vendor),
        "invitations_url": reverse("partners:invitations", args=[vendor.slug]),
    }
    return render(request, "sales/partner_imports.html", context, status=UNPROCESSABLE if form.errors else 200)


@in_vendor(*BRINGING_ROLES)
def sample_file(request: PersonRequest, vendor: Vendor) -> HttpResponse:
    """The columns in the person's language, with rows to be replaced."""
    tier = Tier.objects.filter(program__vendor=vendor).order_by("program", "rank").first()
    distributor = distributors_of(vendor).order_by("name").first()
    known = {"tier": tier and tier.name, "distributor": distributor and distributor.name}
    text = sample((get_language() or "en")[:2], **{name: said for name, said in known.items() if said})
    # The mark makes spreadsheets read it as UTF-8.
    return _download(b"\xef\xbb\xbf" + text.encode(), f"{_('partners')}.csv")


@in_vendor(*BRINGING_ROLES)
def partner_import(request: PersonRequest, vendor: Vendor, pk: int) -> HttpResponse:
    """Where the file is on its way; a page that waits asks here until it is there."""
    file = _fetch(request, vendor, pk)
    if request.htmx and file.state not in PartnerImport.WAITING:
        return HttpResponseClientRefresh()
    if file.state == State.DISCARDED:
        messages.info(request, _("“%(file)s” was discarded.") % {"file": file.file_name})
        return redirect(_url("imports", vendor))
    problems = files.problems_of(file)
    context = {
        "file": file,
        "progress": files.progress_of(file) if file.state in PartnerImport.WAITING else None,
        "crumbs": _crumbs(vendor, Crumb(_("Bring partners in"), _url("imports", vendor)), Crumb(file.file_name)),
        "facts": _facts(file),
        "preview": [
            {**each, "since": date.fromisoformat(each["since"]) if each["since"] else None} for each in file.preview
        ],
        "hidden": max(0, _changing(file) - len(file.preview)),
        "complaints": [complaint(problem) for problem in problems],
        "with_rows": any(problem.row is not None for problem in problems),
        "page_url": _url("import", vendor, pk),
        "start_url": _url("start", vendor, pk),
        "discard_url": _url("discard", vendor, pk),
        "errors_url": _url("errors", vendor, pk),
        "again_url": _url("imports", vendor),
        "list_url": reverse("partners:list", args=[vendor.slug]),
        "invitations_url": reverse("partners:invitations", args=[vendor.slug]),
    }
    return render(request, "sales/partner_import.html", context)


def _changing(file: PartnerImport) -> int:
    figures = Figures.from_document(file.figures)
    return figures.companies - figures.unchanged


def _facts(file: PartnerImport) -> list[Fact]:
    """What the file does, in numbers."""
    figures = Figures.from_document(file.figures)
    said = [
        (_("Companies in the file"), figures.companies, ""),
        (_("New to you"), figures.new, ""),
        (_("Your partners already"), figures.known, _("They keep the data they have.")),
        (_("Nothing to do"), figures.unchanged, ""),
        (_("Begin to take part"), figures.enrolments, ""),
        (_("Get a tier"), figures.tiers, ""),
        (_("Contacts to invite"), figures.contacts, ""),
        (_("Customer numbers"), figures.customer_numbers, ""),
    ]
    facts = [Fact(label, formats.number(number), hint=hint if number else "") for label, number, hint in said]
    if unused := file.figures.get("unused"):
        facts.append(Fact(_("Columns that are not read"), ", ".join(unused)))
    return facts


@in_vendor(*BRINGING_ROLES)
@require_POST
def start(request: PersonRequest, vendor: Vendor, pk: int) -> HttpResponse:
    """Small files while the person waits, large ones by a worker."""
    file = _fetch(request, vendor, pk)
    now = timezone.now()
    try:
        files.start(actor=request.actor, file=file, now=now)
    except DomainError as error:
        messages.warning(request, str(error))
        return redirect(_url("import", vendor, pk))
    if not files.runs_at_once(file):
        hint(run_partner_import, pk)
    elif files.run(file_id=pk, now=now, today=request.today):
        file.refresh_from_db()
        companies = file.figures["companies"]
        text = ngettext("%(count)s company is in.", "%(count)s companies are in.", companies)
        messages.success(request, text % {"count": formats.number(companies)})
    return redirect(_url("import", vendor, pk))


@in_vendor(*BRINGING_ROLES)
@require_POST
def discard(request: PersonRequest, vendor: Vendor, pk: int) -> HttpResponse:
    """Throw a file away that was not imported."""
    try:
        files.discard(file=_fetch(request, vendor, pk))
    except DomainError as error:
        messages.warning(request, str(error))
    return redirect(_url("import", vendor, pk))


@in_vendor(*BRINGING_ROLES)
def errors(request: PersonRequest, vendor: Vendor, pk: int) -> HttpResponse:
    """The same table with one more column that says what is wrong."""
    file = _fetch(request, vendor, pk)
    if file.state != State.REFUSED or not file.layout:
        raise Http404
    sentences: dict[int, list[str]] = {}
    for problem in files.problems_of(file):
        if problem.row is not None:
            one = complaint(problem)
            text = f"{one.column}: {one.sentence}" if one.column else one.sentence
            sentences.setdefault(problem.row, []).append(text)
    beside = {row: " ".join(texts) for row, texts in sentences.items()}
    layout = Layout.from_document(file.layout)
    try:
        content, extension = annotate(bytes(file.content), layout, beside, _("What is wrong"), limits())
    except Unreadable as error:
        messages.warning(request, str(complaint(error.problems[0])))
        return redirect(_url("import", vendor, pk))
    name = _("%(name)s-errors") % {"name": PurePosixPath(file.file_name).stem}
    return _download(content, f"{name}.{extension}")


def _download(content: bytes, name: str) -> HttpResponse:
    return HttpResponse(
        content,
        content_type="application/octet-stream",
        headers={
            "Content-Disposition": content_disposition_header(True, name) or "attachment",
            "X-Content-Type-Options": "nosniff",
        },
    )
