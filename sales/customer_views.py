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
from common.filters import FilterSet
from common.requests import PersonRequest
from common.ui import Crumb
from partners.models import Partner
from partners.selectors import partners_of
from programs.entering import VendorListPage, in_vendor
from programs.models import Vendor
from sales import matching, selectors
from sales.matching import MATCHING_ROLES
from sales.models import CustomerNumber, WaitingRow
from sales.tables import ArticleTable, CustomerFilter, CustomerTable, WaitingTable

State = WaitingRow.State
CANDIDATES_SHOWN = 10
# Words of a company's name that say nothing about which company it is.
_COMMON_WORDS = frozenset(
    {"gmbh", "kgaa", "mbh", "ohg", "gbr", "inh", "und", "and", "der", "die", "das", "edv", "computer", "systemhaus"}
    | {"ltd", "limited", "inc"}
)


class CustomersPage(VendorListPage):
    table_class = CustomerTable
    filterset_class = CustomerFilter
    template_name = "sales/customers.html"
    export_name = "waiting-customers"
    per_page = 50

    def rows(self) -> QuerySet[WaitingRow, Any]:
        state = State.DISMISSED if self.request.GET.get("state") == State.DISMISSED else State.WAITING
        return selectors.waiting_customers(vendor=self.vendor, actor=self.request.actor, state=state)

    def records(self, rows: QuerySet[Any], filterset: FilterSet | None) -> list[dict[str, Any]]:
        return [{**entry, "url": reverse("sales:customer", args=[self.vendor.slug, entry["row"]])} for entry in rows]

    def context(self, rows: QuerySet[Any]) -> dict[str, Any]:
        actor = self.request.actor
        articles = ArticleTable(selectors.waiting_articles(vendor=self.vendor, actor=actor), prefix="articles-")
        articles.configure(self.request)
        return {
            "articles": articles,
            "bookable": selectors.bookable_rows(vendor=self.vendor),
            "book_url": reverse("sales:book-waiting", args=[self.vendor.slug]),
        }


customers = in_vendor(*MATCHING_ROLES)(CustomersPage.as_view())


@in_vendor(*MATCHING_ROLES)
def customer(request: PersonRequest, vendor: Vendor, row: int) -> HttpResponse:
    """One customer of a distributor: what it bought, and the partners it may be."""
    found = _row(request, vendor, row)
    rows = WaitingRow.objects.filter(
        vendor=vendor, distributor=found.distributor, customer_number=found.customer_number
    ).exclude(state=State.BOOKED)
    table = WaitingTable(selectors.with_reason(rows.select_related("vendor")), exclude=("customer",))
    table.configure(request)
    known = CustomerNumber.objects.filter(vendor=vendor, distributor=found.distributor, number=found.customer_number)
    search = request.GET.get("q", _telling_word(found.customer_name))
    context = {
        "row": found,
        "name": found.customer_name or found.customer_number,
        "crumbs": [
            Crumb(_("Unknown customers"), reverse("sales:customers", args=[vendor.slug])),
            Crumb(found.customer_name or found.customer_number),
        ],
        "table": table,
        "dismissed": found.state == State.DISMISSED,
        "known": known.select_related("partner").first(),
        "search": search,
        "candidates": [] if found.state == State.BOOKED else _candidates(request, vendor, search),
        "match_url": reverse("sales:match-customer", args=[vendor.slug, found.pk]),
        "dismiss_url": reverse("sales:dismiss-customer", args=[vendor.slug, found.pk]),
        "recall_url": reverse("sales:recall-customer", args=[vendor.slug, found.pk]),
    }
    return render(request, "sales/customer.html", context)


def _row(request: PersonRequest, vendor: Vendor, pk: int) -> WaitingRow:
    rows = WaitingRow.objects.visible_to(request.actor).filter(vendor=vendor)
    return get_object_or_404(rows.select_related("vendor", "distributor"), pk=pk)


def _telling_word(name: str) -> str:
    """The first word of a name that tells companies apart; what the search begins with."""
    words = [word.strip(".,;&()\"'") for word in name.split()]
    return next((word for word in words if len(word) > 2 and word.casefold() not in _COMMON_WORDS), "")


def _candidates(request: PersonRequest, vendor: Vendor, search: str) -> list[Partner]:
    partners = partners_of(vendor=vendor, actor=request.actor)
    found = FilterByWords({"q": search}, queryset=partners).qs
    return list(found.order_by("name")[:CANDIDATES_SHOWN])


class FilterByWords(FilterSet):
    search_fields = ("name", "number", "city", "postcode", "vat_id")

    class Meta:
        model = Partner
        fields: list[str] = []


@in_vendor(*MATCHING_ROLES)
@require_POST
def match_customer(request: PersonRequest, vendor: Vendor, row: int) -> HttpResponse:
    found = _row(request, vendor, row)
    partners = partners_of(vendor=vendor, actor=request.actor)
    number = request.POST.get("partner", "")
    if "\0" in number:  # which PostgreSQL does not take in a text
        raise Http404
    partner = get_object_or_404(partners, number=number)
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
    if result.waiting:
        text = ngettext(
            "%(count)s row still waits for its article.", "%(count)s rows still wait for their article.", result.waiting
        )
        messages.warning(request, text % {"count": formats.number(result.waiting)})
    return redirect("sales:customers", vendor.slug)


@in_vendor(*MATCHING_ROLES)
@require_POST
def dismiss_customer(request: PersonRequest, vendor: Vendor, row: int) -> HttpResponse:
    found = _row(request, vendor, row)
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
    found = _row(request, vendor, row)
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
def book_waiting(request: PersonRequest, vendor: Vendor) -> HttpResponse:
    try:
        booked = matching.book_waiting(actor=request.actor, vendor=vendor, now=timezone.now())
    except DomainError as error:
        messages.error(request, str(error))
    else:
        text = ngettext("%(count)s row was booked.", "%(count)s rows were booked.", booked)
        messages.success(request, text % {"count": formats.number(booked)})
    return redirect("sales:customers", vendor.slug)
