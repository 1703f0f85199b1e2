"""Under which numbers distributors know a partner: its branches, on its own page and on the vendor's."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

from django.urls import reverse

from common.access import VENDOR, Actor
from partners import composing
from partners.composing import CompanyPanel, PartnerPanel
from partners.models import Partner
from partners.selectors import is_merged
from programs.models import Vendor
from sales.matching import MATCHING_ROLES
from sales.models import CustomerNumber

TEMPLATE = "sales/panels/numbers_of_partner.html"


def register() -> None:
    composing.company_panels.register(CompanyPanel("numbers", TEMPLATE, of_company))
    composing.panels.register(PartnerPanel("numbers", TEMPLATE, of_partner, column="side", order=40))


def of_company(partner: Partner) -> Mapping[str, Any] | None:
    numbers = CustomerNumber.objects.filter(partner=partner).select_related("vendor", "distributor")
    rows = [(each.number, f"{each.distributor.name} · {each.vendor.name}") for each in numbers.order_by("number", "pk")]
    return {"rows": rows} if rows else None


def of_partner(vendor: Vendor, partner: Partner, actor: Actor, today: date) -> Mapping[str, Any] | None:
    numbers = CustomerNumber.objects.visible_to(actor).filter(partner=partner, vendor=vendor)
    rows = [(each.number, each.distributor.name) for each in numbers.select_related("distributor").order_by("number")]
    may = actor.has(VENDOR, vendor.pk, *MATCHING_ROLES) and not is_merged(partner=partner, vendor=vendor)
    url = reverse("sales:merge", args=[vendor.slug, partner.number]) if may else ""
    return {"rows": rows, "merge_url": url} if rows or may else None
