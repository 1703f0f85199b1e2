"""What distributors mean by their numbers: the lists, one number with its history, and putting a wrong match right."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.db.models import Model, QuerySet
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods

from common import formats
from common.errors import DomainError
from common.period_names import period_name
from common.requests import PersonRequest
from common.ui import Crumb, Event, Fact
from partners.models import Partner
from partners.selectors import currency_of
from programs.entering import VendorListPage, in_vendor
from programs.models import Product, Vendor
from sales import known_numbers, suggesting, undoing
from sales.article_views import product_named
from sales.customer_views import partner_named
from sales.matching import MATCHING_ROLES
from sales.matching_tables import (
    ArticleNumberFilter,
    ArticleNumberTable,
    CustomerNumberFilter,
    CustomerNumberTable,
)
from sales.models import ArticleNumber, CustomerNumber
from sales.undoing import ChangedMeanwhile, Effect, Part


class NumbersPage(VendorListPage):
    per_page = 50

    def table_options(self) -> dict[str, Any]:
        return {"currency": currency_of(self.vendor)}


class CustomerNumbersPage(NumbersPage):
    table_class = CustomerNumberTable
    filterset_class = CustomerNumberFilter
    template_name = "sales/customer_numbers.html"
    export_name = "customer-numbers"

    def rows(self) -> QuerySet[CustomerNumber]:
        return known_numbers.customer_numbers(vendor=self.vendor, actor=self.request.actor)


class ArticleNumbersPage(NumbersPage):
    table_class = ArticleNumberTable
    filterset_class = ArticleNumberFilter
    template_name = "sales/article_numbers.html"
    export_name = "article-numbers"

    def rows(self) -> QuerySet[ArticleNumber]:
        return known_numbers.article_numbers(vendor=self.vendor, actor=self.request.actor)


customer_numbers = in_vendor(*MATCHING_ROLES)(CustomerNumbersPage.as_view())
article_numbers = in_vendor(*MATCHING_ROLES)(ArticleNumbersPage.as_view())


# --- one number ------------------------------------------------------------------------------------------------------


@in_vendor(*MATCHING_ROLES)
def customer_number(request: PersonRequest, vendor: Vendor, pk: int) -> HttpResponse:
    """A customer number: whose it is, since when and by whom, whose it was before."""
    number = _customer_number(request, vendor, pk)
    search = _searched(request)
    found = suggesting.search_partners(vendor=vendor, actor=request.actor, search=search) if search else []
    change = reverse("sales:change-customer-number", args=[vendor.slug, number.pk])
    effect = _effect(number)
    context = {
        "number": number,
        "meaning": number.partner,
        "crumbs": [_customers_crumb(vendor), Crumb(number.number)],
        "facts": [*_number_facts(number), Fact(_("Known by"), number.get_source_display())],
        "sold": _sums(effect.all),
        "events": _events(number),
        "search": search,
        "candidates": [suggesting.choice(each) for each in found if each != number.partner],
        "change_url": change,
    }
    return render(request, "sales/number.html", context)


@in_vendor(*MATCHING_ROLES)
def article_number(request: PersonRequest, vendor: Vendor, pk: int) -> HttpResponse:
    """A distributor's article number: what it means, since when and by whom, what it meant before."""
    number = _article_number(request, vendor, pk)
    search = _searched(request)
    found = suggesting.search_products(vendor=vendor, search=search) if search else []
    effect = _effect(number)
    context = {
        "number": number,
        "meaning": number.product,
        "crumbs": [_articles_crumb(vendor), Crumb(number.number)],
        "facts": _number_facts(number),
        "sold": _sums(effect.all),
        "events": _events(number),
        "search": search,
        "candidates": [suggesting.choice(each) for each in found if each != number.product],
        "change_url": reverse("sales:change-article-number", args=[vendor.slug, number.pk]),
        "of_product": True,
    }
    return render(request, "sales/number.html", context)


def _customer_number(request: PersonRequest, vendor: Vendor, pk: int) -> CustomerNumber:
    numbers = CustomerNumber.objects.visible_to(request.actor).filter(vendor=vendor)
    return get_object_or_404(numbers.select_related("vendor", "distributor", "partner", "said_by"), pk=pk)


def _article_number(request: PersonRequest, vendor: Vendor, pk: int) -> ArticleNumber:
    numbers = ArticleNumber.objects.visible_to(request.actor).filter(vendor=vendor)
    return get_object_or_404(numbers.select_related("vendor", "distributor", "product", "said_by"), pk=pk)


def _customers_crumb(vendor: Vendor) -> Crumb:
    return Crumb(_("Customer numbers"), reverse("sales:customer-numbers", args=[vendor.slug]))


def _articles_crumb(vendor: Vendor) -> Crumb:
    return Crumb(_("Article numbers"), reverse("sales:article-numbers", args=[vendor.slug]))


def _searched(request: PersonRequest) -> str:
    return request.GET.get("q", "").strip()


def _effect(number: CustomerNumber | ArticleNumber) -> Effect:
    lines = (
        undoing.live_lines_of_customer(number)
        if isinstance(number, CustomerNumber)
        else undoing.live_lines_of_article(number)
    )
    return undoing.effect_of(lines, vendor_id=number.vendor_id)


def _number_facts(number: CustomerNumber | ArticleNumber) -> list[Fact]:
    facts = [
        Fact(_("Distributor"), number.distributor.name),
        Fact(_("Since"), formats.datetime_short(number.since)),
    ]
    if number.said_by is not None:
        facts.append(Fact(_("Said by"), number.said_by.name))
    return facts


def _events(number: CustomerNumber | ArticleNumber) -> list[Event]:
    """Newest first."""
    return [
        Event(
            event.pgh_created_at,
            _named(meant) if meant is not None else _meaning_nothing(event),
            actor=person.name if person is not None else "",
            text=_("same VAT id") if getattr(event, "source", "") == CustomerNumber.Source.VAT_ID else "",
            icon="person-check" if isinstance(number, CustomerNumber) else "check2",
        )
        for event, meant, person in known_numbers.history_of(number)
    ]


def _meaning_nothing(event: Any) -> str:
    if getattr(event, "dismissed", False):
        return _("no product of yours, its rows do not wait")
    return _("nobody's, its rows wait")


def _named(meant: Model) -> str:
    return str(meant)


def _sums(part: Part) -> str:
    """12 lines, 1,200.00 €"""
    lines = ngettext("%(count)s line", "%(count)s lines", part.lines) % {"count": formats.number(part.lines)}
    return ", ".join([lines, *(formats.money(net, currency) for currency, net in part.net.items())])


# --- putting a match right -------------------------------------------------------------------------------------------


@in_vendor(*MATCHING_ROLES)
@require_http_methods(["GET", "HEAD", "POST"])
def change_customer_number(request: PersonRequest, vendor: Vendor, pk: int) -> HttpResponse:
    """What will happen when the number is given to `to` (a partner's number; empty: nobody), then doing it."""
    number = _customer_number(request, vendor, pk)
    asked = (request.POST if request.method == "POST" else request.GET).get("to", "")
    to = partner_named(request, vendor, asked) if asked else None
    here = redirect("sales:customer-number", vendor.slug, number.pk)
    if number.partner is None or to == number.partner:
        messages.info(request, _("There is nothing to change."))
        return here
    if request.method != "POST":
        crumbs = [_customers_crumb(vendor), Crumb(number.number, here.url)]
        return _confirm(request, number, number.partner, to, crumbs)
    try:
        if request.POST.get("was") != number.partner.number:
            raise ChangedMeanwhile(_("Please look at the number again before you change it."))
        moved = undoing.move_customer(actor=request.actor, number=number, was=number.partner, to=to, now=timezone.now())
    except DomainError as error:
        messages.error(request, str(error))
        return here
    _tell(request, moved, to)
    return here


@in_vendor(*MATCHING_ROLES)
@require_http_methods(["GET", "HEAD", "POST"])
def change_article_number(request: PersonRequest, vendor: Vendor, pk: int) -> HttpResponse:
    """What will happen when the number means `to` (an article number of ours; empty: nothing), then doing it."""
    number = _article_number(request, vendor, pk)
    asked = (request.POST if request.method == "POST" else request.GET).get("to", "")
    to = product_named(request, vendor, asked) if asked else None
    here = redirect("sales:article-number", vendor.slug, number.pk)
    if number.product is None or to == number.product:
        messages.info(request, _("There is nothing to change."))
        return here
    if request.method != "POST":
        crumbs = [_articles_crumb(vendor), Crumb(number.number, here.url)]
        return _confirm(request, number, number.product, to, crumbs)
    try:
        if request.POST.get("was") != number.product.article:
            raise ChangedMeanwhile(_("Please look at the number again before you change it."))
        moved = undoing.move_article(actor=request.actor, number=number, was=number.product, to=to, now=timezone.now())
    except DomainError as error:
        messages.error(request, str(error))
        return here
    _tell(request, moved, to)
    return here


def _confirm(
    request: PersonRequest,
    number: CustomerNumber | ArticleNumber,
    was: Partner | Product,
    to: Partner | Product | None,
    crumbs: list[Crumb],
) -> HttpResponse:
    effect = _effect(number)
    context = {
        "number": number,
        "of_customer": isinstance(number, CustomerNumber),
        "crumbs": [*crumbs, Crumb(_("Change"))],
        "back_url": crumbs[-1].url,
        "was": _named(was),
        "to": _named(to) if to is not None else "",
        "was_key": suggesting.key_of(was),
        "to_key": suggesting.key_of(to) if to is not None else "",
        "lines": effect.all.lines,
        "sold": _sums(effect.all),
        "settled": [Fact(period_name(part.period), _sums(part)) for part in effect.settled if part.period is not None],
    }
    return render(request, "sales/number_change.html", context)


def _tell(request: PersonRequest, moved: int, to: Model | None) -> None:
    values = {"count": formats.number(moved), "to": to}
    if not moved:
        text = _("The number is changed. Nothing was booked under it.")
    elif to is None:
        text = ngettext("%(count)s line was taken back and waits.", "%(count)s lines were taken back and wait.", moved)
    else:
        text = ngettext(
            "%(count)s line was taken back and booked for %(to)s.",
            "%(count)s lines were taken back and booked for %(to)s.",
            moved,
        )
    messages.success(request, text % values)
