"""Doubtful rows of reports: what is odd about them, and whether they are right."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.db.models import QuerySet
from django.http import HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST

from common import formats
from common.errors import DomainError
from common.filters import FilterSet
from common.requests import PersonRequest
from programs.entering import VendorListPage, in_vendor
from programs.models import Vendor
from sales import selectors, settling
from sales.matching import MATCHING_ROLES
from sales.matching_tables import DECIDE_FORM, DoubtFilter, DoubtTable
from sales.models import WaitingRow

State = WaitingRow.State
MOST_AT_ONCE = 1000


class DoubtsPage(VendorListPage):
    table_class = DoubtTable
    filterset_class = DoubtFilter
    template_name = "sales/doubts.html"
    export_name = "doubtful-rows"

    @property
    def rejected(self) -> bool:
        return self.request.GET.get("state") == State.REJECTED

    def rows(self) -> QuerySet[WaitingRow]:
        state = State.REJECTED if self.rejected else State.WAITING
        rows = selectors.doubtful_rows(vendor=self.vendor, actor=self.request.actor, state=state)
        return rows.select_related("vendor", "distributor", "report").defer("report__content")

    def records(self, rows: QuerySet[Any], filterset: FilterSet | None) -> QuerySet[Any]:
        return selectors.with_list_price(rows)

    def context(self, rows: QuerySet[Any]) -> dict[str, Any]:
        return {"rejected": self.rejected, "decide_form": DECIDE_FORM}


doubts = in_vendor(*MATCHING_ROLES)(DoubtsPage.as_view())


def _chosen(request: PersonRequest) -> list[int]:
    """The row whose own button was pressed, else those that are ticked."""
    asked = [request.POST["only"]] if "only" in request.POST else request.POST.getlist("rows")
    return [int(pk) for pk in asked[:MOST_AT_ONCE] if pk.isdecimal() and pk.isascii() and len(pk) < 19]


@in_vendor(*MATCHING_ROLES)
@require_POST
def accept_rows(request: PersonRequest, vendor: Vendor) -> HttpResponse:
    if not (rows := _chosen(request)):
        return _nothing_chosen(request, vendor)
    try:
        result = settling.accept_rows(actor=request.actor, vendor=vendor, rows=rows, now=timezone.now())
    except DomainError as error:
        messages.error(request, str(error))
        return redirect("sales:doubts", vendor.slug)
    text = ngettext(
        "%(count)s row was accepted, %(booked)s of it booked.",
        "%(count)s rows were accepted, %(booked)s of them booked.",
        result.rows,
    )
    messages.success(request, text % {"count": formats.number(result.rows), "booked": formats.number(result.booked)})
    return redirect("sales:doubts", vendor.slug)


@in_vendor(*MATCHING_ROLES)
@require_POST
def reject_rows(request: PersonRequest, vendor: Vendor) -> HttpResponse:
    if not (rows := _chosen(request)):
        return _nothing_chosen(request, vendor)
    try:
        count = settling.reject_rows(actor=request.actor, vendor=vendor, rows=rows, now=timezone.now())
    except DomainError as error:
        messages.error(request, str(error))
        return redirect("sales:doubts", vendor.slug)
    text = ngettext(
        "%(count)s row was rejected. You can take it back any time.",
        "%(count)s rows were rejected. You can take them back any time.",
        count,
    )
    messages.success(request, text % {"count": formats.number(count)})
    return redirect("sales:doubts", vendor.slug)


@in_vendor(*MATCHING_ROLES)
@require_POST
def recall_rows(request: PersonRequest, vendor: Vendor) -> HttpResponse:
    if not (rows := _chosen(request)):
        return _nothing_chosen(request, vendor)
    try:
        count = settling.take_back_rejection(actor=request.actor, vendor=vendor, rows=rows)
    except DomainError as error:
        messages.error(request, str(error))
        return redirect("sales:doubts", vendor.slug)
    text = ngettext("%(count)s row waits again.", "%(count)s rows wait again.", count)
    messages.success(request, text % {"count": formats.number(count)})
    return redirect("sales:doubts", vendor.slug)


def _nothing_chosen(request: PersonRequest, vendor: Vendor) -> HttpResponse:
    messages.info(request, _("Please choose at least one row."))
    return redirect("sales:doubts", vendor.slug)
