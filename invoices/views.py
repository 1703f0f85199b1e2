"""A partner's invoices: uploading, what became of them, and one of them with all that was found."""

from __future__ import annotations

from typing import Any

from csp.decorators import csp_update
from django.contrib import messages
from django.db.models import QuerySet
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from common import formats
from common.errors import DomainError
from common.hints import hint
from common.requests import UNPROCESSABLE, PersonRequest
from common.seen_forms import SeenForm
from common.ui import Crumb
from invoices import partner_steps, receiving, selectors
from invoices.describing import checks_shown, facts_shown, lines_shown
from invoices.files import SANDBOX, download_of, page_of, withheld
from invoices.forms import TextForm, UploadForm
from invoices.models import Invoice
from invoices.receiving import UPLOADING_ROLES, NotTaken
from invoices.tables import PartnerInvoiceFilter, PartnerInvoiceTable
from invoices.tasks import process
from invoices.typing_forms import HeaderForm, corrections_of, line_forms, page_of_lines
from invoices.wording import TONES, Step, events, refusal_in_words, result_of, state_for_partner, title_of
from partners.entering import PartnerListPage, in_partner
from partners.models import Partner
from sales.selectors import distributors_of


class InvoicesPage(PartnerListPage):
    """The place to drop invoices first, then what was uploaded just now, then the list."""

    table_class = PartnerInvoiceTable
    filterset_class = PartnerInvoiceFilter
    template_name = "invoices/list.html"
    export_name = "invoices"

    def rows(self) -> QuerySet[Invoice]:
        return selectors.invoices_of(actor=self.request.actor).filter(partner=self.partner)

    def context(self, rows: QuerySet[Any]) -> dict[str, Any]:
        return _list_context(self.request, self.partner)


def _list_context(request: PersonRequest, partner: Partner, form: UploadForm | None = None) -> dict[str, Any]:
    vendors = receiving.vendors_taking(partner)
    may = bool(vendors) and receiving.may_upload(request.actor, partner)
    recent = selectors.just_uploaded(partner=partner, actor=request.actor, now=timezone.now())
    return {
        "form": (form or UploadForm(vendors=vendors)) if may else None,
        "upload_url": reverse("invoices:upload", args=[partner.number]),
        "rows_url": reverse("invoices:rows", args=[partner.number]),
        "recent": [_row(each) for each in recent],
    }


invoices = in_partner()(InvoicesPage.as_view())


@in_partner(*UPLOADING_ROLES)
def upload(request: PersonRequest, partner: Partner) -> HttpResponse:
    """Take files in, each on its own; the page sends them one by one where it can and gets a row for each."""
    if request.method != "POST":
        return redirect("invoices:partner", partner.number)
    form = UploadForm(request.POST, request.FILES, vendors=receiving.vendors_taking(partner))
    if form.is_valid():
        received, refused = _receive(request, partner, form)
        if request.headers.get("X-One-By-One"):
            rows = {"rows": [_row(each) for each in received], "refused": refused}
            return render(request, "invoices/rows.html", rows)
        if not refused:
            text = ngettext("%(count)s file is being read.", "%(count)s files are being read.", len(received))
            messages.success(request, text % {"count": formats.number(len(received))})
            return redirect("invoices:partner", partner.number)
        for file_name, why in refused:
            form.add_error("file", f"{file_name}: {why}")
    elif request.headers.get("X-One-By-One"):
        reasons = [("", str(error)) for errors in form.errors.values() for error in errors]
        return render(request, "invoices/rows.html", {"rows": [], "refused": reasons})
    page = InvoicesPage()
    page.setup(request, partner=partner)
    table = PartnerInvoiceTable(page.rows())
    table.configure(request, page.per_page)
    context = {"table": table, "filter": None, **_list_context(request, partner, form)}
    return render(request, "invoices/list.html", context, status=UNPROCESSABLE)


def _receive(request: PersonRequest, partner: Partner, form: UploadForm) -> tuple[list[Invoice], list[tuple[str, str]]]:
    """What was kept, and by file name why something was not."""
    received, refused = [], []
    for file in form.cleaned_data["file"]:
        try:
            if file.size > receiving.LARGEST:
                size = {"size": receiving.LARGEST // 1_000_000}
                raise NotTaken(_("The file is larger than %(size)s MB.") % size)
            taken = receiving.receive(
                actor=request.actor,
                partner=partner,
                vendor=form.cleaned_data["vendor"],
                file_name=file.name or "",
                content=file.read(),
                now=timezone.now(),
            )
        except DomainError as error:
            refused.append((file.name or "", str(error)))
        else:
            if not taken.known:
                hint(process, taken.invoice.pk)
            received.append(taken.invoice.pk)
    rows = selectors.invoices_of(actor=request.actor).filter(pk__in=received)
    return list(rows.order_by("-uploaded_at", "-pk")), refused


@in_partner(part_of_page=True)
def rows(request: PersonRequest, partner: Partner) -> HttpResponse:
    """What was just uploaded, as it stands; a page on which one is still being worked on asks again and again."""
    recent = selectors.just_uploaded(partner=partner, actor=request.actor, now=timezone.now())
    return render(request, "invoices/rows.html", {"rows": [_row(each) for each in recent], "in_place": True})


def _row(invoice: Any) -> dict[str, Any]:
    return {
        "invoice": invoice,
        "title": title_of(invoice),
        "state": state_for_partner(invoice),
        "tone": TONES[invoice.state],
        "result": refusal_in_words(invoice, getattr(invoice, "refusals", ())) or result_of(invoice, invoice.pieces),
        "working": invoice.state in Invoice.WORKED_ON,
        "url": reverse("invoices:invoice", args=[invoice.partner.number, invoice.pk]),
    }


# --- one invoice -----------------------------------------------------------------------------------------------------


@in_partner()
def invoice(request: PersonRequest, partner: Partner, pk: int) -> HttpResponse:
    """What was found in it, how every check came out, what it brings, and what can be done."""
    return _page(request, _invoice(request, partner, pk))


@in_partner(*UPLOADING_ROLES)
def answer(request: PersonRequest, partner: Partner, pk: int) -> HttpResponse:
    """Answer what the vendor asked."""
    return _write(request, partner, pk, partner_steps.answer, _("%(vendor)s can read it now."))


@in_partner(*UPLOADING_ROLES)
def object_to(request: PersonRequest, partner: Partner, pk: int) -> HttpResponse:
    """Ask the vendor to look at a refused invoice again."""
    return _write(request, partner, pk, partner_steps.object_to, _("%(vendor)s looks at it again."))


def _write(request: PersonRequest, partner: Partner, pk: int, step: Any, done: str) -> HttpResponse:
    found = _invoice(request, partner, pk)
    if request.method != "POST":
        return redirect("invoices:invoice", partner.number, pk)
    form = TextForm(request.POST)
    if form.is_valid():
        given = form.cleaned_data
        try:
            step(invoice=found, actor=request.actor, seen=given["seen"], text=given["text"], now=timezone.now())
        except DomainError as error:
            form.refuse(error)
        else:
            messages.success(request, done % {"vendor": found.vendor.name})
            return redirect("invoices:invoice", partner.number, pk)
    return _page(request, _invoice(request, partner, pk), form)


@in_partner(*UPLOADING_ROLES)
def withdraw(request: PersonRequest, partner: Partner, pk: int) -> HttpResponse:
    """Claim nothing with it any more."""
    found, form = _invoice(request, partner, pk), SeenForm(request.POST)
    if request.method == "POST" and form.is_valid():
        try:
            partner_steps.withdraw(
                invoice=found, actor=request.actor, seen=form.cleaned_data["seen"], now=timezone.now()
            )
        except DomainError as error:
            messages.error(request, str(error))
        else:
            messages.success(request, _("The invoice is withdrawn: nothing is claimed with it."))
    return redirect("invoices:invoice", partner.number, pk)


@csp_update(SANDBOX)
@in_partner()
def file(request: PersonRequest, partner: Partner, pk: int) -> HttpResponse:
    """The file as it came."""
    return download_of(_invoice(request, partner, pk))


@csp_update(SANDBOX)
@in_partner(part_of_page=True)
def page_picture(request: PersonRequest, partner: Partner, pk: int, page: int) -> HttpResponse:
    """A page of it as a picture."""
    return page_of(_invoice(request, partner, pk), page)


def _invoice(request: PersonRequest, partner: Partner, pk: int) -> Any:
    own = selectors.invoices_of(actor=request.actor).filter(partner=partner)
    return get_object_or_404(own.defer(None), pk=pk)


def _page(request: PersonRequest, found: Any, form: TextForm | None = None) -> HttpResponse:
    number = found.partner.number
    lines, history = selectors.lines_of(found), selectors.history_of(found)
    may_act = receiving.may_upload(request.actor, found.partner)
    context = {
        **_row(found),
        "crumbs": [Crumb(_("Invoices"), reverse("invoices:partner", args=[number])), Crumb(title_of(found))],
        "facts": facts_shown(found),
        "checks": checks_shown(found),
        "lines": lines_shown(found, lines, selectors.shares_of(found, lines, actor=request.actor), number),
        "events": events(history),
        "result": refusal_in_words(found, history) or result_of(found, found.pieces),
        "question": next((each.text for each in reversed(history) if each.step == Step.ASKED), ""),
        "pages": [reverse("invoices:page", args=[number, found.pk, each]) for each in range(1, found.pages + 1)],
        "file_url": reverse("invoices:file", args=[number, found.pk]),
        "withheld": withheld(found),
        **_steps(found, may_act, form),
    }
    return render(request, "invoices/invoice.html", context, status=UNPROCESSABLE if form else 200)


def _steps(found: Invoice, may_act: bool, form: TextForm | None) -> dict[str, Any]:
    """What the person can do with it."""
    seen = {"seen": found.version}
    if not may_act:
        return {}
    steps: dict[str, Any] = {"may_withdraw": found.is_open}
    if found.state == Invoice.State.ASKED:
        steps["answer_form"] = form or TextForm(initial=seen, label=_("Your answer"))
    if partner_steps.may_object(found):
        steps["object_form"] = form or TextForm(initial=seen, label=_("Why should it count?"))
    if found.record is None and found.state in partner_steps.TYPABLE:
        steps["typing_url"] = reverse("invoices:fill-in", args=[found.partner.number, found.pk])
    return steps


@in_partner(*UPLOADING_ROLES)
def fill_in(request: PersonRequest, partner: Partner, pk: int) -> HttpResponse:
    """Type what a file without data does not say; its pages stand beside."""
    found = _invoice(request, partner, pk)
    if found.record is not None or found.state not in partner_steps.TYPABLE:
        return redirect("invoices:invoice", partner.number, pk)
    distributors = distributors_of(found.vendor)
    header = HeaderForm(request.POST or None, invoice=found, distributors=distributors)
    page = page_of_lines(selectors.lines_of(found), request.GET.get("lines"))
    lines = line_forms(request.POST or None, page)
    if request.method == "POST" and header.is_valid() and lines.is_valid():
        try:
            partner_steps.fill_in(
                invoice=found,
                said=corrections_of(header, lines),
                actor=request.actor,
                seen=header.cleaned_data["seen"],
                now=timezone.now(),
            )
        except DomainError as error:
            header.refuse(error)
        else:
            messages.success(request, _("%(vendor)s compares it with the pages.") % {"vendor": found.vendor.name})
            if (then := request.POST.get("then", "")).isdecimal():
                return redirect(f"{request.path}?lines={then}")
            return redirect("invoices:invoice", partner.number, pk)
    crumbs = [
        Crumb(_("Invoices"), reverse("invoices:partner", args=[partner.number])),
        Crumb(title_of(found), reverse("invoices:invoice", args=[partner.number, pk])),
        Crumb(_("Type what it says")),
    ]
    context = {
        "invoice": found,
        "crumbs": crumbs,
        "header": header,
        "lines": lines,
        "lines_page": page,
        "cancel_url": reverse("invoices:invoice", args=[partner.number, pk]),
        "pages": [reverse("invoices:page", args=[partner.number, pk, each]) for each in range(1, found.pages + 1)],
    }
    failed = header.errors or any(lines.errors)
    return render(request, "invoices/fill_in.html", context, status=UNPROCESSABLE if failed else 200)
