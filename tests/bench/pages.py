"""Pages at volume against an empty page of the same area, and against Django's list of the same table.

All requests go through the whole stack in this process, page and empty page in turn, in a hundred and more rounds.
"""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import dataclass

from django.conf import settings
from django.db.models import Count
from django.test import Client

from common.access import CHANNEL_MANAGER, OWNER, VENDOR_ADMIN, VENDOR_FINANCE
from partners.models import Partner
from programs.models import Vendor
from sales.models import SaleLine
from tests import people
from tests.bench.results import Result, at_most, give, p95, told

ROUNDS = 120
LIMIT = 3
FEW = 10
"""Requests of Django's list of sale lines, which counts them all each time."""


@dataclass(frozen=True)
class Visit:
    """A page as somebody opens it, and the empty page of the same area."""

    client: Client
    url: str
    empty: str


def measure() -> None:
    settings.ALLOWED_HOSTS = ["testserver"]
    settings.ROOT_URLCONF = "tests.bench.urls"
    vendor = Vendor.objects.get(slug="volume")
    staff = people.signed_in(people.staff_of(vendor, "bench", VENDOR_ADMIN, CHANNEL_MANAGER, VENDOR_FINANCE))
    admin = people.signed_in(people.platform_admin("bench_platform_admin"))
    resellers, largest = [reseller(partner) for partner in spread(ROUNDS)], reseller(busiest())
    sales_of_admin = timed(admin, "/bench/admin/sales/saleline/", FEW)
    partners_of_admin = timed(admin, "/bench/admin/partners/partner/", ROUNDS)

    def of_vendor(path: str) -> list[Visit]:
        return [Visit(staff, f"/vendor/volume/{path}", "/bench/vendor/volume/")] * ROUNDS

    def of_partners(found: Sequence[tuple[Client, str]], path: str) -> list[Visit]:
        return [Visit(client, f"/partner/{number}/{path}", f"/bench/partner/{number}/") for client, number in found]

    give(
        *compare("dashboard of a reseller", of_partners(resellers, "")),
        *compare("its cards that are fetched afterwards, left", of_partners(resellers, "panels/main/"), limit=None),
        *compare("its cards that are fetched afterwards, right", of_partners(resellers, "panels/side/"), limit=None),
        *compare("what waits, fetched afterwards", of_partners(resellers, "panels/waiting/"), limit=None),
        *compare("dashboard of the largest reseller", of_partners([largest] * ROUNDS, ""), limit=None),
        *compare("dashboard of a vendor", of_vendor("")),
        *compare("what waits there, fetched afterwards", of_vendor("panels/waiting/"), limit=None),
        *compare("its cards that are fetched afterwards, left", of_vendor("panels/main/"), limit=None),
        *compare("its cards that are fetched afterwards, right", of_vendor("panels/side/"), limit=None),
        *compare("list of sales", of_partners(resellers, "sales/"), sales_of_admin),
        *compare("list of sales of the largest reseller", of_partners([largest] * ROUNDS, "sales/"), sales_of_admin),
        *compare("list of partners", of_vendor("partners/"), partners_of_admin),
        *compare("list of partners by revenue", of_vendor("partners/?sort=-revenue"), partners_of_admin),
    )


def spread(count: int) -> list[Partner]:
    """Partners from the one with most sales to those with hardly any, as many of each."""
    by_sales = list(Partner.objects.order_by("id"))
    step = max(1, len(by_sales) // count)
    return by_sales[step // 2 :: step][:count]


def busiest() -> Partner:
    (pk,) = (
        SaleLine.objects.order_by()
        .values_list("partner")
        .annotate(n=Count("id"))
        .order_by("-n")[:1]
        .values_list("partner", flat=True)
    )
    return Partner.objects.get(pk=pk)


def reseller(partner: Partner) -> tuple[Client, str]:
    owner = people.member_of(partner, f"bench_{partner.number.lower()}", OWNER)
    return people.signed_in(owner), partner.number


def seconds(client: Client, url: str) -> float:
    begun = time.perf_counter()
    response = client.get(url)
    taken = time.perf_counter() - begun
    assert response.status_code == 200, f"{url}: {response.status_code}"
    return taken


def timed(client: Client, url: str, count: int) -> float:
    seconds(client, url)
    return p95([seconds(client, url) for _round in range(count)])


def compare(what: str, visits: Sequence[Visit], admin: float | None = None, limit: int | None = LIMIT) -> list[Result]:
    """p95 of the pages against p95 of the empty ones in between, and against Django's list."""
    for visit in visits:
        # A test client loads the middleware with its first request; a server does so once, for whoever comes.
        seconds(visit.client, visit.empty)
    seconds(visits[0].client, visits[0].url)
    pairs = [(seconds(visit.client, visit.url), seconds(visit.client, visit.empty)) for visit in visits]
    page, empty = p95([pair[0] for pair in pairs]), p95([pair[1] for pair in pairs])
    text = f"{what}: p95 against an empty page"
    found = [at_most(text, page / empty, limit) if limit else told(text, f"{page / empty:.2f}×")]
    if admin is not None:
        found.append(told(f"{what}: p95 against Django's list of the same table", f"{page / admin:.2f}×"))
    return found
