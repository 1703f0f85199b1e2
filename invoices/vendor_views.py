"""Invoices at the vendor: the list with its figures, the review with the document beside the facts, the rules."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeAlias

from csp.decorators import csp_update
from django.contrib import messages
from django.core.paginator import Page
from django.db.models import QuerySet
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from common import formats
from common.access import VENDOR
from common.errors import DomainError
from common.requests import UNPROCESSABLE, PersonRequest
from common.seen_forms import SeenForm
from common.ui import Crumb
from invoices import reviewing, selectors
from invoices.describing import by_distributor_chart, checks_shown, facts_shown, lines_shown, reasons_chart
from invoices.files import SANDBOX, download_of, page_of, withheld
from invoices.forms import RefuseForm, RulesForm, TextForm
from invoices.models import Invoice, InvoiceLine
from invoices.rules import CHANGING_ROLES, change_rules, rules_of
from invoices.tables import VendorInvoiceFilter, VendorInvoiceTable
from invoices.typing_forms import HeaderForm, LineFormSet, corrections_of, line_forms, page_of_lines
from invoices.wording import (
    TONES,
    events,
    refusal_in_words,
    result_of,
    said_by_partner,
    state_for_vendor,
    title_of,
)
from programs.deciding import DECIDING_ROLES
from programs.entering import VendorListPage, in_vendor
from programs.models import Product, Vendor
from sales.selectors import distributors_of

LISTED = 50
"""Invoices in a list of those that a person should look at."""
State = Invoice.State


class InvoicesPage(VendorListPage):
    """What waits, in figures; then all of them."""

    table_class = VendorInvoiceTable
    filterset_class = VendorInvoiceFilter
    template_name = "invoices/vendor_list.html"
    export_name = "invoices"

    def rows(self) -> QuerySet[Invoice]:
        return selectors.invoices_of(actor=self.request.actor).filter(vendor=self.vendor)

    def context(self, rows: QuerySet[Any]) -> dict[str, Any]:
        asked: dict[str, Any] = {"vendor": self.vendor, "actor": self.request.actor}
        slug = self.vendor.slug
        changes = self.request.actor.has(VENDOR, self.vendor.pk, *CHANGING_ROLES)
        return {
            "figures": selectors.figures_of(**asked, now=timezone.now()),
            "contradicted": list(selectors.contradicted(**asked)[:LISTED]),
            "next_url": reverse("invoices:next", args=[slug]) if _decides(self.request, self.vendor) else "",
            "statistics_url": reverse("invoices:statistics", args=[slug]),
            "rules_url": reverse("invoices:rules", args=[slug]) if changes else "",
        }


invoices = in_vendor()(InvoicesPage.as_view())


def _decides(request: PersonRequest, vendor: Vendor) -> bool:
    return request.actor.has(VENDOR, vendor.pk, *DECIDING_ROLES)


@in_vendor()
def statistics(request: PersonRequest, vendor: Vendor) -> HttpResponse:
    """How the review of the last 90 days went: share without a person, reasons, per distributor."""
    of_vendor: dict[str, Any] = {"vendor": vendor, "actor": request.actor}
    asked = {**of_vendor, "now": timezone.now()}
    context = {
        "crumbs": [Crumb(_("Invoices"), reverse("invoices:vendor", args=[vendor.slug])), Crumb(_("Statistics"))],
        "figures": selectors.figures_of(**asked),
        "chart": by_distributor_chart(selectors.by_distributor(**asked)),
        "reasons_chart": reasons_chart(selectors.reasons_of(**asked)),
        "unreported": list(selectors.never_reported(**of_vendor, today=request.today)[:LISTED]),
    }
    return render(request, "invoices/statistics.html", context)


@in_vendor(*CHANGING_ROLES)
def rules(request: PersonRequest, vendor: Vendor) -> HttpResponse:
    """By which rules invoices are taken."""
    form = RulesForm(request.POST or None, instance=rules_of(vendor))
    list_url = reverse("invoices:vendor", args=[vendor.slug])
    if form.is_valid():
        change_rules(actor=request.actor, vendor=vendor, values=form.cleaned_data)
        messages.success(request, _("The rules hold for every invoice that is checked from now on."))
        return redirect(list_url)
    context = {"form": form, "crumbs": [Crumb(_("Invoices"), list_url), Crumb(_("Rules"))], "cancel_url": list_url}
    return render(request, "invoices/rules.html", context, status=UNPROCESSABLE if form.errors else 200)


# --- reviewing -------------------------------------------------------------------------------------------------------


@in_vendor(*DECIDING_ROLES)
def take_next(request: PersonRequest, vendor: Vendor) -> HttpResponse:
    """Take the oldest invoice that nobody else looks at."""
    if request.method != "POST":
        return redirect("invoices:vendor", vendor.slug)
    return _next(request, vendor)


def _next(request: PersonRequest, vendor: Vendor, after: int | None = None) -> HttpResponse:
    found = reviewing.hold_next(vendor=vendor, actor=request.actor, now=timezone.now(), after=after)
    if found is None:
        messages.info(request, _("No invoice waits for review."))
        return redirect("invoices:vendor", vendor.slug)
    return redirect("invoices:vendor-invoice", vendor.slug, found.pk)


@in_vendor()
def invoice(request: PersonRequest, vendor: Vendor, pk: int) -> HttpResponse:
    """The document beside what was found; who decides and opens it while it waits holds it."""
    return _page(request, _held(request, vendor, pk))


@in_vendor(*DECIDING_ROLES)
def correct(request: PersonRequest, vendor: Vendor, pk: int) -> HttpResponse:
    """Put right what it says; then the same page shows how the checks come out."""
    found = _invoice(request, vendor, pk)
    if request.method != "POST":
        return redirect("invoices:vendor-invoice", vendor.slug, pk)
    header, lines, page = _typing(found, request, request.POST)
    if header.is_valid() and lines.is_valid():
        try:
            reviewing.correct(
                invoice=found,
                said=corrections_of(header, lines),
                actor=request.actor,
                seen=header.cleaned_data["seen"],
                now=timezone.now(),
            )
        except DomainError as error:
            header.refuse(error)
        else:
            messages.success(request, _("Corrected and checked again."))
            return redirect(_review_url(found, request.POST.get("then")))
    return _page(request, _held(request, vendor, pk), typed=(header, lines, page))


@in_vendor(*DECIDING_ROLES)
def accept(request: PersonRequest, vendor: Vendor, pk: int) -> HttpResponse:
    found, form = _invoice(request, vendor, pk), SeenForm(request.POST)
    if request.method != "POST" or not form.is_valid():
        return redirect("invoices:vendor-invoice", vendor.slug, pk)
    try:
        value = reviewing.accept(
            invoice=found, actor=request.actor, seen=form.cleaned_data["seen"], now=timezone.now(), today=request.today
        )
    except DomainError as error:
        messages.error(request, str(error))
        return redirect("invoices:vendor-invoice", vendor.slug, pk)
    amount = {"title": title_of(found), "amount": formats.money(value, found.currency)}
    messages.success(request, _("%(title)s is accepted: %(amount)s rebate.") % amount)
    return _next(request, vendor, after=pk)


@in_vendor(*DECIDING_ROLES)
def refuse(request: PersonRequest, vendor: Vendor, pk: int) -> HttpResponse:
    form = RefuseForm(request.POST, prefix="refuse")

    def step(found: Invoice, given: dict[str, Any]) -> None:
        reviewing.refuse_it(
            invoice=found, actor=request.actor, seen=given["seen"], reason=given["reason"], text=given["text"],
            now=timezone.now(),
        )  # fmt: skip

    return _decided(request, vendor, pk, form, step, _("%(title)s is refused."), "refuse_form")


@in_vendor(*DECIDING_ROLES)
def ask(request: PersonRequest, vendor: Vendor, pk: int) -> HttpResponse:
    form = TextForm(request.POST, prefix="ask", label=_("What do you need to know?"))

    def step(found: Invoice, given: dict[str, Any]) -> None:
        reviewing.ask(
            invoice=found, actor=request.actor, seen=given["seen"], text=given["text"], now=timezone.now()
        )  # fmt: skip

    return _decided(request, vendor, pk, form, step, _("Your question about %(title)s is sent."), "ask_form")


@in_vendor(*DECIDING_ROLES)
def take_back(request: PersonRequest, vendor: Vendor, pk: int) -> HttpResponse:
    """Take an acceptance back; it waits for review again."""
    form = TextForm(request.POST, prefix="back", label=_("Why?"))

    def step(found: Invoice, given: dict[str, Any]) -> None:
        reviewing.take_back(
            invoice=found, actor=request.actor, seen=given["seen"], text=given["text"], now=timezone.now()
        )  # fmt: skip

    said = _("The acceptance of %(title)s is taken back.")
    return _decided(request, vendor, pk, form, step, said, "back_form", stay=True)


@in_vendor(*DECIDING_ROLES)
def release(request: PersonRequest, vendor: Vendor, pk: int) -> HttpResponse:
    """Give an invoice back undecided."""
    if request.method == "POST":
        reviewing.release(invoice=_invoice(request, vendor, pk), actor=request.actor)
    return redirect("invoices:vendor", vendor.slug)


def _decided(
    request: PersonRequest,
    vendor: Vendor,
    pk: int,
    form: Any,
    step: Callable[[Invoice, dict[str, Any]], None],
    said: str,
    name: str,
    *,
    stay: bool = False,
) -> HttpResponse:
    """Take a step that needs words, then show the next invoice."""
    found = _invoice(request, vendor, pk)
    if request.method != "POST":
        return redirect("invoices:vendor-invoice", vendor.slug, pk)
    if form.is_valid():
        try:
            step(found, form.cleaned_data)
        except DomainError as error:
            form.refuse(error)
        else:
            messages.success(request, said % {"title": title_of(found)})
            if stay:
                return redirect("invoices:vendor-invoice", vendor.slug, pk)
            return _next(request, vendor, after=pk)
    return _page(request, _held(request, vendor, pk), **{name: form})


@csp_update(SANDBOX)
@in_vendor()
def file(request: PersonRequest, vendor: Vendor, pk: int) -> HttpResponse:
    """The file as it came."""
    return download_of(_invoice(request, vendor, pk))


@csp_update(SANDBOX)
@in_vendor()
def page_picture(request: PersonRequest, vendor: Vendor, pk: int, page: int) -> HttpResponse:
    """A page of it as a picture."""
    return page_of(_invoice(request, vendor, pk), page)


def _invoice(request: PersonRequest, vendor: Vendor, pk: int) -> Any:
    rows = selectors.invoices_of(actor=request.actor).filter(vendor=vendor).select_related("held_by", "duplicate_of")
    return get_object_or_404(rows.defer(None), pk=pk)


def _held(request: PersonRequest, vendor: Vendor, pk: int) -> Any:
    """The invoice, held by whoever decides and looks at it, also when a form comes back to be put right."""
    found = _invoice(request, vendor, pk)
    if found.state == State.REVIEW and _decides(request, vendor):
        reviewing.hold(invoice=found, actor=request.actor, now=timezone.now())
    return found


Typing: TypeAlias = "tuple[HeaderForm, LineFormSet, Page[InvoiceLine]]"


def _typing(found: Invoice, request: PersonRequest, data: Any = None) -> Typing:
    """The forms in which it is corrected, with the page of its lines that the address names."""
    page = page_of_lines(selectors.lines_of(found), request.GET.get("lines"))
    header = HeaderForm(data, invoice=found, distributors=distributors_of(found.vendor))
    products = Product.objects.filter(vendor=found.vendor).order_by("article")
    return header, line_forms(data, page, products=products), page


def _review_url(found: Invoice, page: str | None) -> str:
    """The review, with the page of its lines that somebody goes on with."""
    url = reverse("invoices:vendor-invoice", args=[found.vendor.slug, found.pk])
    return f"{url}?lines={page}#correct" if page and page.isdecimal() else url


def _page(
    request: PersonRequest,
    found: Any,
    *,
    typed: Typing | None = None,
    **forms: Any,
) -> HttpResponse:
    slug, seen = found.vendor.slug, {"seen": found.version}
    rows, history = selectors.lines_of(found), selectors.history_of(found)
    held_by = found.held_by if found.held_until and found.held_until > timezone.now() else None
    mine = held_by is not None and held_by.pk == request.actor.user_id
    decides = _decides(request, found.vendor)
    context = {
        "invoice": found,
        "title": title_of(found),
        "state": state_for_vendor(found),
        "tone": TONES[found.state],
        "result": refusal_in_words(found, history) or result_of(found, found.pieces),
        "crumbs": [Crumb(_("Invoices"), reverse("invoices:vendor", args=[slug])), Crumb(title_of(found))],
        "partner_url": reverse("partners:detail", args=[slug, found.partner.number]),
        "facts": facts_shown(found, with_sources=True),
        "checks": checks_shown(found),
        "lines": lines_shown(found, rows, selectors.shares_of(found, rows, actor=request.actor)),
        "events": events(history),
        "pages": [reverse("invoices:vendor-page", args=[slug, found.pk, each]) for each in range(1, found.pages + 1)],
        "file_url": reverse("invoices:vendor-file", args=[slug, found.pk]),
        "withheld": withheld(found),
        "said_by_partner": said_by_partner(found, history),
        "held_by": held_by,
        "mine": mine,
        "reviewing": decides and mine and found.state == State.REVIEW,
        "refuse_form": RefuseForm(prefix="refuse", initial=seen),
        "ask_form": TextForm(prefix="ask", initial=seen, label=_("What do you need to know?")),
        "back_form": TextForm(prefix="back", initial=seen, label=_("Why?")) if decides else None,
        **forms,
    }
    failed = any(form.errors for form in forms.values())
    if typed is not None:
        failed = failed or bool(typed[0].errors) or not typed[1].is_valid()
    if context["reviewing"]:
        context["header"], context["typed_lines"], context["lines_page"] = typed or _typing(found, request)
    return render(request, "invoices/vendor_invoice.html", context, status=UNPROCESSABLE if failed else 200)
