"""Whom and what a distributor means: remembered once, applied at once to every row that waits for it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, TypeVar

from django.db import connection, transaction
from django.db.models import Case, Exists, OuterRef, QuerySet, Value, When
from django.utils.translation import gettext as _

from common.access import CHANNEL_MANAGER, VENDOR, VENDOR_ADMIN, Actor
from common.errors import DomainError
from partners.models import Enrolment, Partner
from programs.models import Distributor, Product, Vendor
from sales.bookable import BOOKABLE, REMEMBER_VAT_IDS, limits
from sales.books import SOLD_COLUMNS, current_cut, one_report_at_a_time
from sales.models import ArticleNumber, CustomerNumber, Evidence, WaitingRow
from sales.selectors import currencies_of

MATCHING_ROLES = (CHANNEL_MANAGER, VENDOR_ADMIN)

State = WaitingRow.State


class NotAllowed(DomainError):
    """Only the vendor's channel managers and admins say who a customer is."""


class NotACandidate(DomainError):
    """The partner is neither enrolled with this vendor nor applying to it."""


class NothingWaits(DomainError):
    """No row of this customer or article is in the state that the change starts from."""


class AlreadyMatched(DomainError):
    """Somebody else said before that the number is another partner's, or another product's."""


class ForeignProduct(DomainError):
    """The product is another vendor's."""


@dataclass(frozen=True)
class Matched:
    """`booked`: rows that became sale lines now; `waiting`: rows of the customer or article that go on waiting."""

    booked: int
    waiting: int


def may_be_customer(*, vendor: Vendor, partner: Partner) -> bool:
    """Whether the partner is enrolled with the vendor or applying to it."""
    return Enrolment.objects.filter(program__vendor=vendor, partner=partner).exists()


def match_customer(
    *, actor: Actor, vendor: Vendor, distributor: Distributor, number: str, partner: Partner, now: datetime
) -> Matched:
    """Remember that `number` is `partner`, and book what waited for that, rows dismissed earlier included.

    Saying it twice is fine, and so is saying it before the first report. Raises `NotAllowed`, `NotACandidate`,
    `AlreadyMatched`.
    """
    check_may_match(actor, vendor)
    check_candidate(vendor, partner)
    with transaction.atomic():
        one_report_at_a_time(vendor_id=vendor.pk, distributor_id=distributor.pk)
        of_customer = WaitingRow.objects.filter(vendor=vendor, distributor=distributor, customer_number=number)
        held = _of_number(CustomerNumber, vendor, distributor, number).select_related("partner").first()
        if held is not None and held.partner is not None and held.partner != partner:
            raise AlreadyMatched(
                _("This customer number already belongs to %(partner)s.") % {"partner": held.partner.name}
            )
        if held is None or held.partner is None:
            said = {"partner": partner, "source": CustomerNumber.Source.PERSON, **_said(actor, now)}
            _of_number(CustomerNumber, vendor, distributor, number).update_or_create(
                defaults=said,
                create_defaults={"vendor": vendor, "distributor": distributor, "number": number, **said},
            )
        wait_again(of_customer.filter(state=State.DISMISSED))
        booked = book(vendor=vendor, distributor=distributor, now=now, number=number)
        return Matched(booked, of_customer.filter(state=State.WAITING).count())


def match_article(
    *, actor: Actor, vendor: Vendor, distributor: Distributor, number: str, product: Product, now: datetime
) -> Matched:
    """Remember that the distributor's article `number` is `product`, and book what waited for that, rows dismissed
    earlier included.

    Saying it twice is fine. Raises `NotAllowed`, `ForeignProduct`, `AlreadyMatched`.
    """
    check_may_match(actor, vendor)
    check_product(vendor, product)
    with transaction.atomic():
        one_report_at_a_time(vendor_id=vendor.pk, distributor_id=distributor.pk)
        held = _of_number(ArticleNumber, vendor, distributor, number).select_related("product").first()
        if held is not None and held.product is not None and held.product != product:
            raise AlreadyMatched(_("This article number already means %(product)s.") % {"product": held.product})
        if held is None or held.product is None:
            said = {"product": product, "dismissed": False, **_said(actor, now)}
            _of_number(ArticleNumber, vendor, distributor, number).update_or_create(
                defaults=said,
                create_defaults={"vendor": vendor, "distributor": distributor, "number": number, **said},
            )
        of_article = WaitingRow.objects.filter(vendor=vendor, distributor=distributor, article=number)
        of_article.filter(state=State.NO_PRODUCT).update(state=State.WAITING)
        booked = book(vendor=vendor, distributor=distributor, now=now, article=number)
        return Matched(booked, of_article.filter(state=State.WAITING).count())


def dismiss_customer(*, actor: Actor, vendor: Vendor, distributor: Distributor, number: str) -> int:
    """Say that this customer is no partner. Its rows, and those to come, no longer wait; matching it brings them back.

    Returns how many rows were dismissed. Raises `NotAllowed`, `NothingWaits`.
    """
    check_may_match(actor, vendor)
    with transaction.atomic():
        one_report_at_a_time(vendor_id=vendor.pk, distributor_id=distributor.pk)
        known = _of_number(CustomerNumber, vendor, distributor, number).filter(partner__isnull=False)
        of_customer = WaitingRow.objects.filter(
            vendor=vendor,
            distributor=distributor,
            customer_number=number,
            state__in=[State.WAITING, State.NO_PRODUCT],
        )
        dismissed = 0 if known.exists() else of_customer.update(state=State.DISMISSED)
        if not dismissed:
            raise NothingWaits(_("Nothing waits for the customer number %(number)s.") % {"number": number})
        return dismissed


def recall_customer(*, actor: Actor, vendor: Vendor, distributor: Distributor, number: str) -> int:
    """Take back that a customer was dismissed; returns how many rows wait again.

    Raises `NotAllowed`, `NothingWaits`.
    """
    check_may_match(actor, vendor)
    with transaction.atomic():
        one_report_at_a_time(vendor_id=vendor.pk, distributor_id=distributor.pk)
        recalled = wait_again(
            WaitingRow.objects.filter(
                vendor=vendor, distributor=distributor, customer_number=number, state=State.DISMISSED
            )
        )
        if not recalled:
            raise NothingWaits(_("Nothing of the customer number %(number)s was dismissed.") % {"number": number})
        return recalled


def wait_again(rows: QuerySet[WaitingRow]) -> int:
    """Take back that the customers of these rows were dismissed; where their article was dismissed too, it stays so."""
    dismissed = ArticleNumber.objects.filter(
        vendor=OuterRef("vendor"), distributor=OuterRef("distributor"), number=OuterRef("article"), dismissed=True
    )
    return rows.update(state=Case(When(Exists(dismissed), then=Value(State.NO_PRODUCT)), default=Value(State.WAITING)))


def dismiss_article(*, actor: Actor, vendor: Vendor, distributor: Distributor, number: str, now: datetime) -> int:
    """Say that this article is no product of the vendor's. Its rows, and those to come, no longer wait; matching it, or
    `recall_article`, brings them back.

    Returns how many rows were dismissed. Raises `NotAllowed`, `NothingWaits`.
    """
    check_may_match(actor, vendor)
    with transaction.atomic():
        one_report_at_a_time(vendor_id=vendor.pk, distributor_id=distributor.pk)
        numbers = _of_number(ArticleNumber, vendor, distributor, number)
        of_article = WaitingRow.objects.filter(
            vendor=vendor, distributor=distributor, article=number, state=State.WAITING
        )
        dismissed = 0 if numbers.filter(product__isnull=False).exists() else of_article.update(state=State.NO_PRODUCT)
        if not dismissed:
            raise NothingWaits(_("Nothing waits for the article number %(number)s.") % {"number": number})
        said = {"dismissed": True, **_said(actor, now)}
        numbers.update_or_create(
            defaults=said, create_defaults={"vendor": vendor, "distributor": distributor, "number": number, **said}
        )
        return dismissed


def recall_article(*, actor: Actor, vendor: Vendor, distributor: Distributor, number: str, now: datetime) -> int:
    """Take back that an article was dismissed; returns how many rows wait again.

    Raises `NotAllowed`, `NothingWaits`.
    """
    check_may_match(actor, vendor)
    with transaction.atomic():
        one_report_at_a_time(vendor_id=vendor.pk, distributor_id=distributor.pk)
        held = _of_number(ArticleNumber, vendor, distributor, number).filter(dismissed=True)
        if not held.update(dismissed=False, **_said(actor, now)):
            raise NothingWaits(_("The article number %(number)s was not dismissed.") % {"number": number})
        return WaitingRow.objects.filter(
            vendor=vendor, distributor=distributor, article=number, state=State.NO_PRODUCT
        ).update(state=State.WAITING)


def book_waiting(*, actor: Actor, vendor: Vendor, now: datetime) -> int:
    """Book the waiting rows whose customer and article are both known by now; returns how many. Raises `NotAllowed`.

    Customers whose VAT id is that of a partner by now, which may have enrolled since, are remembered for it.
    """
    check_may_match(actor, vendor)
    waiting = WaitingRow.objects.filter(vendor=vendor, state=State.WAITING)
    booked = 0
    for distributor in Distributor.objects.filter(id__in=waiting.values("distributor_id")).order_by("id"):
        with transaction.atomic():
            one_report_at_a_time(vendor_id=vendor.pk, distributor_id=distributor.pk)
            _remember_vat_ids(vendor, distributor, now)
            booked += book(vendor=vendor, distributor=distributor, now=now)
    return booked


def check_may_match(actor: Actor, vendor: Vendor) -> None:
    """Raises `NotAllowed`."""
    if not (actor.is_system or actor.has(VENDOR, vendor.pk, *MATCHING_ROLES)):
        raise NotAllowed(_("Only channel managers and vendor admins decide who a customer is."))


def check_candidate(vendor: Vendor, partner: Partner) -> None:
    """Raises `NotACandidate`."""
    if not may_be_customer(vendor=vendor, partner=partner):
        raise NotACandidate(_("%(partner)s takes part in no program of yours.") % {"partner": partner.name})


def check_product(vendor: Vendor, product: Product) -> None:
    """Raises `ForeignProduct`."""
    if product.vendor_id != vendor.pk:
        raise ForeignProduct(_("%(product)s is no product of yours.") % {"product": product})


def _said(actor: Actor, now: datetime) -> dict[str, Any]:
    return {"said_by_id": actor.user_id, "since": now}


Number = TypeVar("Number", CustomerNumber, ArticleNumber)


def _of_number(model: type[Number], vendor: Vendor, distributor: Distributor, number: str) -> QuerySet[Number]:
    return model.objects.filter(vendor=vendor, distributor=distributor, number=number)


def _remember_vat_ids(vendor: Vendor, distributor: Distributor, now: datetime) -> None:
    with connection.cursor() as cursor:
        values = limits(vendor=vendor, currencies=(), distributor_id=distributor.pk)
        cursor.execute(REMEMBER_VAT_IDS, {**values, "now": now})


# The lines' ids are drawn first, so that rows and lines find each other by id and not by their keys. A key that was
# booked and taken back before goes on with its next generation, looked up for all before the first line is written.
_BOOK = f"""
{BOOKABLE}, numbered AS MATERIALIZED (
    SELECT ordered.*, nextval(pg_get_serial_sequence('sales_saleline', 'id')) AS line_id
    FROM (SELECT * FROM bookable ORDER BY id) AS ordered
), taken_back AS MATERIALIZED (
    SELECT waiting.id, 1 + max(known.generation) AS generation
    FROM numbered JOIN sales_waitingrow AS waiting USING (id)
    JOIN sales_saleline AS known ON known.vendor_id = waiting.vendor_id
        AND known.distributor_id = waiting.distributor_id AND known.evidence = '{Evidence.SELL_OUT.value}'
        AND known.document_key = waiting.document_key AND known.document_line = waiting.document_line
    WHERE known.reverses_id IS NULL GROUP BY waiting.id
), booked AS (
    INSERT INTO sales_saleline (id, {", ".join(SOLD_COLUMNS)}, partner_id, product_id, evidence, cut, generation,
        booked_at)
    SELECT numbered.line_id, {", ".join(f"waiting.{name}" for name in SOLD_COLUMNS)}, numbered.partner_id,
        numbered.product_id, '{Evidence.SELL_OUT.value}', %(cut)s, coalesce(taken_back.generation, 0), %(now)s
    FROM numbered JOIN sales_waitingrow AS waiting USING (id) LEFT JOIN taken_back USING (id) ORDER BY waiting.id
)
UPDATE sales_waitingrow AS waiting SET state = '{State.BOOKED.value}', sale_line_id = numbered.line_id
FROM numbered WHERE waiting.id = numbered.id
"""  # noqa: S608


def book(
    *,
    vendor: Vendor,
    distributor: Distributor,
    now: datetime,
    number: str | None = None,
    article: str | None = None,
    rows: Sequence[int] | None = None,
) -> int:
    """Turn rows that can be booked into sale lines: all, or those of one customer, of one article, or with these ids.

    The caller holds `one_report_at_a_time`.
    """
    values = limits(
        vendor=vendor,
        currencies=currencies_of(vendor),
        distributor_id=distributor.pk,
        number=number,
        article=article,
        rows=rows,
    )
    with connection.cursor() as cursor:
        cursor.execute(_BOOK, {**values, "cut": current_cut(vendor_id=vendor.pk), "now": now})
        return int(cursor.rowcount)
