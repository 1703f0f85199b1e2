"""Customers in distributors' reports that nobody knows yet: who they are, or that they are no partner."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.db.models import QuerySet
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST

from common import formats
from common.errors import DomainError
from common.requests import UNPROCESSABLE, PersonRequest
from common.ui import Crumb
from partners.models import Partner
from partners.selectors import partners_of
from programs.entering import VendorListPage, in_vendor
from programs.models import Vendor
from sales import inviting, known_numbers, matching, selectors, suggesting
from sales.forms import InviteForm
from sales.matching import MATCHING_ROLES
from sales.matching_tables import CustomerFilter, CustomerTable
from sales.models import CustomerNumber, WaitingRow
from sales.tables import WaitingTable

State = WaitingRow.State


class CustomersPage(VendorListPage):
    table_class = CustomerTable
    filterset_class = CustomerFilter
    template_name = "sales/customers.html"
    export_name = "waiting-customers"
    per_page = 50

    def rows(self) -> QuerySet[WaitingRow, Any]:
        state = State.DISMISSED if self.request.GET.get("state") == State.DISMISSED else State.WAITING
        return selectors.waiting_customers(vendor=self.vendor, actor=self.request.actor, state=state)

    def context(self, rows: QuerySet[Any]) -> dict[str, Any]:
        return {
            "bookable": selectors.bookable_rows(vendor=self.vendor),
            "book_url": reverse("sales:book-waiting", args=[self.vendor.slug]),
        }


customers = in_vendor(*MATCHING_ROLES)(CustomersPage.as_view())


@in_vendor(*MATCHING_ROLES)
def customer(request: PersonRequest, vendor: Vendor, row: int) -> HttpResponse:
    """One customer of a distributor: what it bought, and the partners it may be."""
    return _customer_page(request, vendor, waiting_row(request, vendor, row))


def _customer_page(
    request: PersonRequest, vendor: Vendor, found: WaitingRow, form: InviteForm | None = None
) -> HttpResponse:
    """With the form for an invitation as somebody has filled it in, if it could not be sent."""
    rows = WaitingRow.objects.filter(
        vendor=vendor, distributor=found.distributor, customer_number=found.customer_number
    ).exclude(state__in=[State.BOOKED, State.SUPERSEDED])
    table = WaitingTable(selectors.with_reason(rows.select_related("vendor")), exclude=("customer",))
    table.configure(request)
    known = CustomerNumber.objects.filter(
        vendor=vendor, distributor=found.distributor, number=found.customer_number, partner__isnull=False
    )
    search = request.GET.get("q", "").strip()
    suggested = suggesting.suggest_partners(
        vendor=vendor, actor=request.actor, customer=suggesting.customer_of(found), search=search
    )
    context = {
        "row": found,
        "name": found.customer_name or found.customer_number,
        "crumbs": [
            Crumb(_("Unknown customers"), reverse("sales:customers", args=[vendor.slug])),
            Crumb(found.customer_name or found.customer_number),
        ],
        "table": table,
        "dismissed": rows.filter(state=State.DISMISSED).exists(),
        "known": known.select_related("partner").first(),
        "search": search,
        "candidates": [suggesting.choice(each.candidate, each.reasons) for each in suggested],
        "match_url": reverse("sales:match-customer", args=[vendor.slug, found.pk]),
        "dismiss_url": reverse("sales:dismiss-customer", args=[vendor.slug, found.pk]),
        "recall_url": reverse("sales:recall-customer", args=[vendor.slug, found.pk]),
        "invite_url": reverse("sales:invite-customer", args=[vendor.slug, found.pk]),
        "invite_form": form or InviteForm(),
        "invitations": known_numbers.invitations_of(
            vendor=vendor, actor=request.actor, distributor_id=found.distributor_id, number=found.customer_number
        ),
    }
    return render(request, "sales/customer.html", context, status=UNPROCESSABLE if form is not None else 200)


def waiting_row(request: PersonRequest, vendor: Vendor, pk: int) -> WaitingRow:
    rows = WaitingRow.objects.visible_to(request.actor).filter(vendor=vendor)
    return get_object_or_404(rows.select_related("vendor", "distributor"), pk=pk)


@in_vendor(*MATCHING_ROLES)
@require_POST
def match_customer(request: PersonRequest, vendor: Vendor, row: int) -> HttpResponse:
    found = waiting_row(request, vendor, row)
    partner = partner_named(request, vendor, request.POST.get("partner", ""))
    try:
        result = matching.match_customer(
            actor=request.actor,
            vendor=vendor,
            distributor=found.distributor,
            number=found.customer_number,
            partner=partner,
            now=timezone.now(),
        )
    except DomainError as error:
        messages.error(request, str(error))
        return redirect("sales:customer", vendor.slug, found.pk)
    text = ngettext(
        "%(number)s is %(partner)s. %(count)s row was booked.",
        "%(number)s is %(partner)s. %(count)s rows were booked.",
        result.booked,
    )
    values = {"number": found.customer_number, "partner": partner.name, "count": formats.number(result.booked)}
    messages.success(request, text % values)
    tell_waiting(request, result.waiting)
    return redirect("sales:customers", vendor.slug)


def partner_named(request: PersonRequest, vendor: Vendor, number: str) -> Partner:
    """The vendor's partner with this number; 404 for any other."""
    if "\0" in number:  # which PostgreSQL does not take in a text
        raise Http404
    return get_object_or_404(partners_of(vendor=vendor, actor=request.actor), number=number)


def tell_waiting(request: PersonRequest, waiting: int) -> None:
    if waiting:
        text = ngettext(
            "%(count)s row still waits for something else.",
            "%(count)s rows still wait for something else.",
            waiting,
        )
        messages.warning(request, text % {"count": formats.number(waiting)})


@in_vendor(*MATCHING_ROLES)
@require_POST
def dismiss_customer(request: PersonRequest, vendor: Vendor, row: int) -> HttpResponse:
    found = waiting_row(request, vendor, row)
    try:
        matching.dismiss_customer(
            actor=request.actor,
            vendor=vendor,
            distributor=found.distributor,
            number=found.customer_number,
        )
    except DomainError as error:
        messages.error(request, str(error))
        return redirect("sales:customer", vendor.slug, found.pk)
    messages.success(
        request, _("%(number)s no longer waits. You can bring it back any time.") % {"number": found.customer_number}
    )
    return redirect("sales:customers", vendor.slug)


@in_vendor(*MATCHING_ROLES)
@require_POST
def recall_customer(request: PersonRequest, vendor: Vendor, row: int) -> HttpResponse:
    found = waiting_row(request, vendor, row)
    try:
        matching.recall_customer(
            actor=request.actor,
            vendor=vendor,
            distributor=found.distributor,
            number=found.customer_number,
        )
    except DomainError as error:
        messages.error(request, str(error))
    return redirect("sales:customer", vendor.slug, found.pk)


@in_vendor(*MATCHING_ROLES)
@require_POST
def invite_customer(request: PersonRequest, vendor: Vendor, row: int) -> HttpResponse:
    found = waiting_row(request, vendor, row)
    form = InviteForm(request.POST)
    if not form.is_valid():
        return _customer_page(request, vendor, found, form)
    try:
        made = inviting.invite_customer(
            actor=request.actor,
            vendor=vendor,
            distributor=found.distributor,
            number=found.customer_number,
            address=form.cleaned_data["address"],
            language=form.cleaned_data["language"],
            now=timezone.now(),
            today=request.today,
        )
    except DomainError as error:
        form.add_error("address", str(error))
        return _customer_page(request, vendor, found, form)
    messages.success(request, _("The invitation goes to %(address)s.") % {"address": made.address})
    return redirect("sales:customer", vendor.slug, found.pk)


@in_vendor(*MATCHING_ROLES)
@require_POST
def book_waiting(request: PersonRequest, vendor: Vendor) -> HttpResponse:
    try:
        booked = matching.book_waiting(actor=request.actor, vendor=vendor, now=timezone.now())
    except DomainError as error:
        messages.error(request, str(error))
    else:
        text = ngettext("%(count)s row was booked.", "%(count)s rows were booked.", booked)
        messages.success(request, text % {"count": formats.number(booked)})
    return redirect("sales:customers", vendor.slug)
