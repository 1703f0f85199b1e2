"""Sale lines over the HTTP API."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

from ninja import Query, Router, Schema

from common.api import ApiRequest, ById, Page, Slug, amount, answers, needs, page_of, quantity
from common.tokens import Scope
from sales.models import SaleLine

router = Router(tags=["sales"])


class SaleOut(Schema):
    """A proven sale. `net` is the whole line without VAT, null where the proof states no value."""

    id: int
    partner: str
    vendor: str
    distributor: str
    article: str
    product: str
    document: str
    line: str
    document_date: date
    counts_on: date
    quantity: str
    net: str | None
    currency: str
    evidence: str
    project: str
    reverses: int | None
    booked_at: datetime


class SaleFilter(Schema):
    """`since` is the first day, `until` the day after the last one: the day on which a sale counts."""

    partner: Slug | None = None
    vendor: Slug | None = None
    since: date | None = None
    until: date | None = None


def sale_out(line: SaleLine) -> SaleOut:
    return SaleOut(
        id=line.pk,
        partner=line.partner.number,
        vendor=line.vendor.slug,
        distributor=line.distributor.slug,
        article=line.product.article,
        product=line.product.name,
        document=line.document_number,
        line=line.document_line,
        document_date=line.document_date,
        counts_on=line.counts_on,
        quantity=quantity(line.quantity),
        net=amount(line.net),
        currency=line.currency,
        evidence=line.evidence,
        project=line.project_ref,
        reverses=line.reverses_id,
        booked_at=line.booked_at,
    )


@router.get("/sales", response=answers(Page[SaleOut]), **needs(Scope.SALES))
def list_sales(request: ApiRequest, filters: Query[SaleFilter], params: Query[ById]) -> dict[str, Any]:
    """Proven sales in the order in which they were booked."""
    rows = SaleLine.objects.visible_to(request.actor)
    if filters.partner:
        rows = rows.filter(partner__number=filters.partner)
    if filters.vendor:
        rows = rows.filter(vendor__slug=filters.vendor)
    if filters.since:
        rows = rows.filter(counts_on__gte=filters.since)
    if filters.until:
        rows = rows.filter(counts_on__lt=filters.until)
    return page_of(rows.select_related("partner", "vendor", "distributor", "product"), params, sale_out)
