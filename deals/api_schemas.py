"""What the HTTP API says about deals, and what it takes."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime
from typing import Annotated, Any

from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.utils.translation import gettext as _
from ninja import Schema
from pydantic import AfterValidator, Field, StringConstraints

from common.api import Slug, amount
from common.fields import one_line, says_something
from deals.models import Deal, DealStep
from deals.wording import ALREADY_PROTECTED, title_of
from deals.writing import MOST_PRODUCTS

State = Deal.State
LARGEST_NUMBER = 2**31 - 1


def _known_as_email(text: str) -> str:
    try:
        if text:
            validate_email(text)
    except ValidationError as error:
        raise ValueError(error.messages[0]) from error
    return text


def _text(longest: int, shortest: int = 0) -> StringConstraints:
    """PostgreSQL's text has no zero byte."""
    return StringConstraints(strip_whitespace=True, min_length=shortest, max_length=longest, pattern=r"^[^\x00]*$")


def _nothing_unseen(text: str) -> str:
    return text if says_something(text) else ""


def _seen(text: str) -> str:
    if not says_something(text):
        raise ValueError(_("This is missing."))
    return text


# As the fields of the pages take them.
ONE_LINE = AfterValidator(one_line)
Short = Annotated[str, _text(20), ONE_LINE]
Line = Annotated[str, _text(200), ONE_LINE]
Prose = Annotated[str, _text(5_000), AfterValidator(_nothing_unseen)]
Needed = Annotated[str, _text(5_000, 1), AfterValidator(_seen)]
Money = Annotated[str, StringConstraints(pattern=r"^[0-9]{1,12}(\.[0-9]{1,2})?$")]


class CustomerIO(Schema):
    """Who will use the products. `domain`: of its website; with the VAT id it tells the customer from others."""

    name: Line = ""
    street: Line = ""
    postcode: Annotated[str, _text(12), ONE_LINE] = ""
    city: Annotated[str, _text(120), ONE_LINE] = ""
    country: Annotated[str, StringConstraints(pattern=r"^[A-Z]{2}$")] = "DE"
    domain: Line = ""
    vat_id: Short = ""


class ContactIO(Schema):
    """With whom the partner speaks there."""

    name: Annotated[str, _text(120), ONE_LINE] = ""
    email: Annotated[str, _text(254), AfterValidator(_known_as_email)] = ""
    phone: Annotated[str, _text(40), ONE_LINE] = ""


class ProductIO(Schema):
    """`article`: the vendor's number of the product."""

    article: Annotated[str, _text(60, 1)]
    quantity: int = Field(ge=1, le=1_000_000)


class WrittenIn(Schema):
    """What a deal says. A draft may leave anything empty; to be sent it needs the customer's name, postcode and city,
    the contact's name, a product, the expected value and day, and what was done so far."""

    customer: CustomerIO = Field(default_factory=CustomerIO)
    contact: ContactIO = Field(default_factory=ContactIO)
    title: Annotated[str, _text(120), ONE_LINE] = ""
    products: list[ProductIO] = Field(default_factory=list, max_length=MOST_PRODUCTS)
    expected_value: Money | None = None
    expected_on: date | None = None
    need: Prose = ""
    done: Prose = ""


class DealIn(WrittenIn):
    """`program`: in which the partner takes part. `send`: hand it in at once."""

    program: Slug
    send: bool = False


class Seen(Schema):
    """`version`: of the deal as it was read. If it has changed meanwhile, nothing is done (409)."""

    version: int = Field(ge=1, le=LARGEST_NUMBER)


class WrittenAnew(WrittenIn, Seen):
    """All that the deal says from now on."""


class Told(Seen):
    text: Needed


class MaybeTold(Seen):
    text: Prose = ""


class DealOut(Schema):
    """`state`: draft, submitted, asked_back and protected go on; refused, duplicate, won, lost, withdrawn and lapsed
    are final. `told`: what the vendor said last. `protected_until`: the first day without protection; of a won one,
    the first on which follow-up business is not covered. `update_due_on`: the last day for an update; the last
    one of protection where none is needed any more."""

    reference: str
    vendor: str
    partner: str
    program: str
    state: str
    version: int
    title: str
    customer: str
    city: str
    expected_value: str | None
    currency: str
    expected_on: date | None
    submitted_at: datetime | None
    decided_at: datetime | None
    told: str
    protected_until: date | None
    update_due_on: date | None
    ended_on: date | None
    won_value: str | None


class DealDetail(DealOut):
    written: WrittenIn


class DealFilter(Schema):
    """Deals in this state, or of all."""

    state: State | None = None


def row(deal: Deal, told: str) -> dict[str, Any]:
    same = ("state", "version", "currency", "expected_on", "submitted_at", "decided_at", "protected_until",
            "update_due_on", "ended_on", "reference")  # fmt: skip
    return {name: getattr(deal, name) for name in same} | {
        "vendor": deal.vendor.slug, "partner": deal.partner.number, "program": deal.enrolment.program.slug,
        "title": title_of(deal), "customer": deal.customer_name, "city": deal.customer_city, "told": told,
        "expected_value": amount(deal.expected_value), "won_value": amount(deal.won_value),
    }  # fmt: skip


def told_about(deals: Sequence[Deal]) -> dict[int, str]:
    """What the vendor said last about each."""
    steps = DealStep.objects.filter(deal__in=deals, step__in=DealStep.OF_VENDOR).order_by("pk")
    said = dict(steps.values_list("deal_id", "text"))
    return said | {deal.pk: str(ALREADY_PROTECTED) for deal in deals if deal.state == State.DUPLICATE}


def deal_out(deal: Deal) -> DealDetail:
    products = deal.products.select_related("product")
    written = WrittenIn.model_construct(
        customer=_part(CustomerIO, deal, "customer_"), contact=_part(ContactIO, deal, "contact_"), title=deal.title,
        products=[ProductIO(article=each.product.article, quantity=each.quantity) for each in products],
        expected_value=amount(deal.expected_value), expected_on=deal.expected_on, need=deal.need, done=deal.done,
    )  # fmt: skip
    return DealDetail(**row(deal, told_about([deal]).get(deal.pk, "")), written=written)


def _part(model: type[Schema], deal: Deal, start: str) -> Any:
    return model.model_construct(**{name: getattr(deal, start + name) for name in model.model_fields})
