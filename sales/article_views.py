"""Articles in distributors' reports that nobody knows yet: which product of the vendor they mean."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlencode

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
from common.access import VENDOR, VENDOR_ADMIN
from common.errors import DomainError
from common.requests import PersonRequest
from common.ui import Crumb, Fact
from programs.entering import VendorListPage, in_vendor
from programs.models import Product, Vendor
from sales import matching, selectors, suggesting
from sales.customer_views import tell_waiting, waiting_row
from sales.matching import MATCHING_ROLES
from sales.matching_tables import ArticleFilter, ArticleTable
from sales.models import ArticleNumber, WaitingRow
from sales.tables import WaitingTable

State = WaitingRow.State


class ArticlesPage(VendorListPage):
    table_class = ArticleTable
    filterset_class = ArticleFilter
    template_name = "sales/articles.html"
    export_name = "waiting-articles"
    per_page = 50

    def rows(self) -> QuerySet[WaitingRow, Any]:
        state = State.NO_PRODUCT if self.request.GET.get("state") == State.NO_PRODUCT else State.WAITING
        return selectors.waiting_articles(vendor=self.vendor, actor=self.request.actor, state=state)


articles = in_vendor(*MATCHING_ROLES)(ArticlesPage.as_view())


@in_vendor(*MATCHING_ROLES)
def article(request: PersonRequest, vendor: Vendor, row: int) -> HttpResponse:
    """One article of a distributor: where it was sold, and the products it may be."""
    found = waiting_row(request, vendor, row)
    rows = WaitingRow.objects.filter(
        vendor=vendor,
        distributor=found.distributor,
        article=found.article,
        state__in=[State.WAITING, State.NO_PRODUCT],
    )
    table = WaitingTable(selectors.with_reason(rows.select_related("vendor")), exclude=("article",))
    table.configure(request)
    said_of_it = ArticleNumber.objects.filter(vendor=vendor, distributor=found.distributor, number=found.article)
    number = said_of_it.select_related("product", "said_by").first()
    search = request.GET.get("q", "").strip()
    suggested = suggesting.suggest_products(vendor=vendor, row=found, search=search)
    said = {
        _("Name"): found.article_name,
        _("Article number of the distributor"): found.distributor_article,
        _("GTIN"): found.gtin,
    }
    context = {
        "row": found,
        "crumbs": [
            Crumb(_("Unknown articles"), reverse("sales:articles", args=[vendor.slug])),
            Crumb(found.article),
        ],
        "facts": [Fact(label, value) for label, value in said.items() if value],
        "table": table,
        "known": number if number is not None and number.product is not None else None,
        "dismissed": number if number is not None and number.dismissed else None,
        "search": search,
        "candidates": [suggesting.choice(each.candidate, each.reasons) for each in suggested],
        "match_url": reverse("sales:match-article", args=[vendor.slug, found.pk]),
        "dismiss_url": reverse("sales:dismiss-article", args=[vendor.slug, found.pk]),
        "recall_url": reverse("sales:recall-article", args=[vendor.slug, found.pk]),
        "add_url": _add_url(request, vendor, found),
    }
    return render(request, "sales/article.html", context)


def _add_url(request: PersonRequest, vendor: Vendor, row: WaitingRow) -> str:
    """Where the article becomes a product, with what the report says filled in; nothing for who may not."""
    if not request.actor.has(VENDOR, vendor.pk, VENDOR_ADMIN):
        return ""
    said = {"vendor": vendor.pk, "article": row.article, "name": row.article_name, "gtin": row.gtin}
    filled = urlencode({name: value for name, value in said.items() if value})
    return f"{reverse('admin:programs_product_add')}?{filled}"


def product_named(request: PersonRequest, vendor: Vendor, article_number: str) -> Product:
    """The vendor's product with this article number; 404 for any other."""
    if "\0" in article_number:  # which PostgreSQL does not take in a text
        raise Http404
    return get_object_or_404(Product.objects.visible_to(request.actor).filter(vendor=vendor), article=article_number)


@in_vendor(*MATCHING_ROLES)
@require_POST
def match_article(request: PersonRequest, vendor: Vendor, row: int) -> HttpResponse:
    found = waiting_row(request, vendor, row)
    product = product_named(request, vendor, request.POST.get("product", ""))
    try:
        result = matching.match_article(
            actor=request.actor,
            vendor=vendor,
            distributor=found.distributor,
            number=found.article,
            product=product,
            now=timezone.now(),
        )
    except DomainError as error:
        messages.error(request, str(error))
        return redirect("sales:article", vendor.slug, found.pk)
    text = ngettext(
        "%(number)s means %(product)s. %(count)s row was booked.",
        "%(number)s means %(product)s. %(count)s rows were booked.",
        result.booked,
    )
    values = {"number": found.article, "product": product, "count": formats.number(result.booked)}
    messages.success(request, text % values)
    tell_waiting(request, result.waiting)
    return redirect("sales:articles", vendor.slug)


@in_vendor(*MATCHING_ROLES)
@require_POST
def dismiss_article(request: PersonRequest, vendor: Vendor, row: int) -> HttpResponse:
    found = waiting_row(request, vendor, row)
    try:
        matching.dismiss_article(
            actor=request.actor,
            vendor=vendor,
            distributor=found.distributor,
            number=found.article,
            now=timezone.now(),
        )
    except DomainError as error:
        messages.error(request, str(error))
        return redirect("sales:article", vendor.slug, found.pk)
    messages.success(
        request, _("%(number)s no longer waits. You can bring it back any time.") % {"number": found.article}
    )
    return redirect("sales:articles", vendor.slug)


@in_vendor(*MATCHING_ROLES)
@require_POST
def recall_article(request: PersonRequest, vendor: Vendor, row: int) -> HttpResponse:
    found = waiting_row(request, vendor, row)
    try:
        matching.recall_article(
            actor=request.actor,
            vendor=vendor,
            distributor=found.distributor,
            number=found.article,
            now=timezone.now(),
        )
    except DomainError as error:
        messages.error(request, str(error))
    return redirect("sales:article", vendor.slug, found.pk)
