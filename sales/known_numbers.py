"""Customer and article numbers of distributors that are matched, with what was sold under them."""

from __future__ import annotations

from typing import Any

from django.db.models import Model, OuterRef, QuerySet, Subquery, Sum
from django.db.models.functions import Coalesce

from common.access import Actor
from common.models import User
from common.money import ZERO
from partners.models import Partner
from partners.selectors import currency_of
from programs.models import Product, Vendor
from sales.models import ArticleNumber, CustomerNumber, Evidence, Invitation, SaleLine

EVENTS_SHOWN = 50


def customer_numbers(*, vendor: Vendor, actor: Actor) -> QuerySet[CustomerNumber]:
    """Numbers with a partner. `revenue`: net of all sales reported under the number, in the programs' currency."""
    sold = _sold(vendor).filter(
        partner=OuterRef("partner"), distributor=OuterRef("distributor"), customer_number=OuterRef("number")
    )
    numbers = CustomerNumber.objects.visible_to(actor).filter(vendor=vendor, partner__isnull=False)
    return numbers.select_related("vendor", "distributor", "partner", "said_by").annotate(
        revenue=_sum(sold.values("partner"))
    )


def article_numbers(*, vendor: Vendor, actor: Actor) -> QuerySet[ArticleNumber]:
    """Numbers with a product. `revenue` as in `customer_numbers`."""
    sold = _sold(vendor).filter(
        product=OuterRef("product"), distributor=OuterRef("distributor"), article=OuterRef("number")
    )
    numbers = ArticleNumber.objects.visible_to(actor).filter(vendor=vendor, product__isnull=False)
    return numbers.select_related("vendor", "distributor", "product", "said_by").annotate(
        revenue=_sum(sold.values("product"))
    )


def _sum(sold: QuerySet[SaleLine, Any]) -> Coalesce:
    """Zero where nothing is sold: null would sort first."""
    return Coalesce(Subquery(sold.annotate(total=Sum("net", default=ZERO)).values("total")), ZERO)


def _sold(vendor: Vendor) -> QuerySet[SaleLine]:
    # What was taken back adds up to nothing with its reversal.
    lines = SaleLine.objects.filter(vendor=vendor, evidence=Evidence.SELL_OUT, currency=currency_of(vendor))
    return lines.order_by()


def invitations_of(*, vendor: Vendor, actor: Actor, distributor_id: int, number: str) -> QuerySet[Invitation]:
    """When and by whom a customer was invited, newest first."""
    invitations = Invitation.objects.visible_to(actor).filter(
        vendor=vendor, distributor_id=distributor_id, customer_number=number
    )
    return invitations.select_related("invited_by")


def history_of(number: CustomerNumber | ArticleNumber) -> list[tuple[Any, Model | None, User | None]]:
    """The number's recorded versions, newest first, each with the partner or product it meant and who said so."""
    events = list(number.events.order_by("-pgh_id")[:EVENTS_SHOWN])  # type: ignore[union-attr]
    people = User.objects.in_bulk({event.said_by_id for event in events if event.said_by_id})
    model, name = (Partner, "partner_id") if isinstance(number, CustomerNumber) else (Product, "product_id")
    ids = {getattr(event, name) for event in events} - {None}
    meant: dict[int, Model] = {each.pk: each for each in model._default_manager.filter(pk__in=ids)}
    return [(event, meant.get(getattr(event, name)), people.get(event.said_by_id)) for event in events]
