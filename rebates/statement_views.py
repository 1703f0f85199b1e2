"""Statements: a company's list with its downloads, and a vendor's with corrections and its letterhead."""

from __future__ import annotations

from functools import cached_property
from typing import Any

from django.contrib import messages
from django.db.models import QuerySet
from django.http import Http404, HttpResponse, StreamingHttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.http import content_disposition_header
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from common import bouncing, formats
from common.access import CHANNEL_MANAGER, OWNER, PARTNER_FINANCE
from common.downloads import NO_GUESSING, download
from common.errors import DomainError
from common.requests import UNPROCESSABLE, PersonRequest
from common.ui import Crumb, Fact
from partners.entering import PartnerListPage, in_partner
from partners.models import Partner
from programs.entering import VendorListPage, in_vendor
from programs.models import Vendor
from rebates.models import Letterhead, Statement
from rebates.rights import MONEY_ROLES, handles_money
from rebates.statement_forms import CorrectionForm, LetterheadForm
from rebates.statement_tables import (
    PartnerStatementTable,
    StatementFilter,
    VendorStatementFilter,
    VendorStatementTable,
    replaced_by,
    state_in_words,
    state_tone,
)
from rebates.statements import making, reading
from rebates.statements.derivations import MOST_LINES
from rebates.statements.letterheads import change_letterhead
from rebates.statements.reading import Damaged

READERS = (OWNER, PARTNER_FINANCE)
"""Of a company."""
STAFF = (*MONEY_ROLES, CHANNEL_MANAGER)
TAKINGS_SHOWN = 20

# --- a company's ------------------------------------------------------------------------------------------------------


class PartnerStatementsPage(PartnerListPage):
    table_class = PartnerStatementTable
    filterset_class = StatementFilter
    template_name = "rebates/statements.html"
    export_name = "statements"

    def rows(self) -> QuerySet[Statement]:
        return reading.statements_of(partner=self.partner, actor=self.request.actor)

    @cached_property
    def years(self) -> list[int]:
        return reading.years_of(self.rows())

    def filter_options(self) -> dict[str, Any]:
        vendors = self.rows().order_by("vendor__name").values_list("vendor__slug", "vendor__name").distinct()
        return {"years": self.years, "vendors": list(vendors)}

    def context(self, rows: QuerySet[Statement]) -> dict[str, Any]:
        number = self.partner.number
        return {
            "years": [(year, reverse("rebates:statements-of-year", args=[number, year])) for year in self.years],
            "bookkeeping_url": reverse("partners:bookkeeping", args=[number]),
            "bookkeeping_email": self.partner.bookkeeping_email,
            "bounce": bouncing.bounce_at(address=self.partner.bookkeeping_email),
            "most_lines": MOST_LINES,
        }


@in_partner(*READERS)
@require_GET
def statement_file(request: PersonRequest, partner: Partner, pk: int) -> HttpResponse:
    """The document as it was made; that somebody took it is recorded."""
    kept = Statement.objects.visible_to(request.actor).select_related("vendor")
    found = get_object_or_404(kept.filter(partner=partner), pk=pk)
    return _file(request, found, reverse("rebates:statements", args=[partner.number]))


def _file(request: PersonRequest, found: Statement, page: str) -> HttpResponse:
    """The document; one that is damaged is told on `page`."""
    try:
        content = reading.take(statement=found, actor=request.actor, now=timezone.now())
    except Damaged as error:
        messages.error(request, str(error))
        return redirect(page)
    return download(content, found.file_name)


@in_partner(*READERS)
@require_GET
def statements_of_year(request: PersonRequest, partner: Partner, year: int) -> HttpResponse | StreamingHttpResponse:
    """All documents of a year as one ZIP."""
    known = reading.statements_of(partner=partner, actor=request.actor)
    if year not in reading.years_of(known):
        raise Http404
    found = known.filter(issued_on__year=year)
    name = _("statements %(number)s %(year)s") % {"number": partner.number, "year": year}
    try:
        content = reading.year_as_zip(found=found, actor=request.actor, now=timezone.now())
    except Damaged as error:
        messages.error(request, str(error))
        return redirect("rebates:statements", partner.number)
    disposition = content_disposition_header(True, f"{name.replace(' ', '-')}.zip") or "attachment"
    headers = {"Content-Disposition": disposition, **NO_GUESSING}
    return StreamingHttpResponse(content, content_type="application/zip", headers=headers)


# --- a vendor's -------------------------------------------------------------------------------------------------------


class VendorStatementsPage(VendorListPage):
    table_class = VendorStatementTable
    filterset_class = VendorStatementFilter
    template_name = "rebates/statements_of_vendor.html"
    export_name = "statements"

    def rows(self) -> QuerySet[Statement]:
        return reading.statements_of(vendor=self.vendor, actor=self.request.actor)

    def filter_options(self) -> dict[str, Any]:
        return {"years": reading.years_of(self.rows())}

    def context(self, rows: QuerySet[Statement]) -> dict[str, Any]:
        slug, may = self.vendor.slug, handles_money(self.request.actor, self.vendor.pk)
        return {
            "letterhead_url": reverse("rebates:letterhead", args=[slug]) if may else "",
            "failures": reading.failures_of(vendor=self.vendor)[:TAKINGS_SHOWN] if may else [],
            "most_lines": MOST_LINES,
        }


@in_vendor(*STAFF)
@require_GET
def vendor_statement(request: PersonRequest, vendor: Vendor, pk: int) -> HttpResponse:
    return _statement_page(request, vendor, _found(request, vendor, pk), CorrectionForm())


@in_vendor(*STAFF)
@require_GET
def vendor_statement_file(request: PersonRequest, vendor: Vendor, pk: int) -> HttpResponse:
    kept = Statement.objects.visible_to(request.actor).select_related("vendor")
    found = get_object_or_404(kept.filter(vendor=vendor), pk=pk)
    return _file(request, found, reverse("rebates:statement-of-vendor", args=[vendor.slug, pk]))


@in_vendor(*MONEY_ROLES)
def correct(request: PersonRequest, vendor: Vendor, pk: int) -> HttpResponse:
    """Why is asked for; where it is missing the page comes again with what was typed."""
    found = _found(request, vendor, pk)
    form = CorrectionForm(request.POST or None)
    if form.is_valid():
        reason = form.cleaned_data["reason"]
        try:
            made = making.correct(statement_id=found.pk, reason=reason, actor=request.actor, now=timezone.now())
        except DomainError as error:
            form.refuse(error)
        else:
            messages.success(request, _("%(number)s replaces the document. The partner is told.") % {"number": made})
            return redirect("rebates:statement-of-vendor", vendor.slug, made.pk)
    return _statement_page(request, vendor, found, form)


def _found(request: PersonRequest, vendor: Vendor, pk: int) -> Statement:
    return get_object_or_404(reading.statements_of(vendor=vendor, actor=request.actor), pk=pk)


def _statement_page(request: PersonRequest, vendor: Vendor, found: Statement, form: CorrectionForm) -> HttpResponse:
    slug = vendor.slug
    may = handles_money(request.actor, vendor.pk) and not replaced_by(found)
    context = {
        "statement": found,
        "state": state_in_words(found),
        "tone": state_tone(found),
        "facts": _facts(found),
        "taken": reading.takings_of(statement=found)[:TAKINGS_SHOWN],
        "form": form if may else None,
        "file_url": reverse("rebates:statement-file-of-vendor", args=[slug, found.pk]),
        "correct_url": reverse("rebates:statement-correct", args=[slug, found.pk]),
        "crumbs": [Crumb(_("Statements"), reverse("rebates:statements-of-vendor", args=[slug])), Crumb(found.number)],
    }
    status = UNPROCESSABLE if form.errors else 200
    return render(request, "rebates/statement_of_vendor.html", context, status=status)


def _page_of(found: Statement, other: Statement) -> str:
    return reverse("rebates:statement-of-vendor", args=[found.vendor.slug, other.pk])


def _facts(found: Statement) -> list[Fact]:
    facts = [
        Fact(_("Partner"), found.partner.name, hint=found.partner.number),
        Fact(_("Amount"), formats.money(found.amount, found.currency), numeric=True),
        Fact(_("Kind"), found.get_document_display()),
        Fact(_("Payment run"), formats.number(found.payment.run.number)),
        Fact(_("Made"), formats.datetime_short(found.made_at)),
        Fact(_("Checksum of the file"), found.sha256),
    ]
    if found.corrects_id:
        earlier = Statement.objects.only("number").get(pk=found.corrects_id)
        facts.insert(0, Fact(_("Replaces"), earlier.number, hint=found.reason, url=_page_of(found, earlier)))
    if replaced_by(found):
        facts.insert(0, Fact(_("Replaced by"), replaced_by(found), url=_page_of(found, found.corrected_by)))
    return facts


@in_vendor(*MONEY_ROLES)
def letterhead(request: PersonRequest, vendor: Vendor) -> HttpResponse:
    """What stands on the vendor's documents."""
    found = Letterhead.objects.filter(vendor=vendor).first() or Letterhead(vendor=vendor)
    form = LetterheadForm(request.POST or None, request.FILES or None, instance=found)
    page = redirect("rebates:statements-of-vendor", vendor.slug)
    if form.is_valid():
        try:
            change_letterhead(
                vendor=vendor, actor=request.actor, values=form.values, logo=form.logo,
                without_logo=form.cleaned_data["without_logo"],
            )  # fmt: skip
        except DomainError as error:
            form.refuse(error)
        else:
            messages.success(request, _("Saved. Documents that are made already stay as they are."))
            return page
    context = {
        "form": form,
        "name": vendor.legal_name or vendor.name,
        "crumbs": [Crumb(_("Statements"), page.url), Crumb(_("Letterhead"))],
        "cancel_url": page.url,
    }
    return render(request, "rebates/letterhead.html", context, status=UNPROCESSABLE if form.errors else 200)


partner_statements = in_partner(*READERS)(PartnerStatementsPage.as_view())
vendor_statements = in_vendor(*STAFF)(VendorStatementsPage.as_view())
