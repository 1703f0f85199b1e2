"""Booking proven sales whose partner and article are known, whatever proved them."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from common.errors import DomainError
from programs.models import Distributor, Vendor
from sales.books import current_cut
from sales.keys import document_key
from sales.models import Evidence, SaleLine


class AlreadyBooked(DomainError):
    """One of the lines (distributor, document, line) is booked already under this evidence; none was booked now."""


@dataclass(frozen=True)
class ProvenSale:
    """A line of a distributor's document. `net`: of the whole line, without VAT; None: no value.

    `counts_on`: the day of the sale that a return names; None: the document's own day. `generation`: how often the line
    was booked and taken back before.
    """

    partner_id: int
    product_id: int
    distributor: Distributor
    document_number: str
    document_line: str
    document_date: date
    article: str
    quantity: Decimal
    net: Decimal | None
    currency: str = "EUR"
    counts_on: date | None = None
    project_ref: str = ""
    generation: int = 0


@transaction.atomic
def book_lines(*, vendor: Vendor, evidence: Evidence, sales: Iterable[ProvenSale], now: datetime) -> list[SaleLine]:
    """Append the sales to the vendor's books, all or none, in this order. Raises `AlreadyBooked`."""
    cut = current_cut(vendor_id=vendor.pk)
    lines = [
        SaleLine(
            vendor=vendor,
            partner_id=sale.partner_id,
            product_id=sale.product_id,
            distributor=sale.distributor,
            document_number=sale.document_number,
            document_key=document_key(sale.document_number),
            document_line=sale.document_line,
            document_date=sale.document_date,
            counts_on=sale.counts_on or sale.document_date,
            quantity=sale.quantity,
            net=sale.net,
            currency=sale.currency,
            article=sale.article,
            project_ref=sale.project_ref,
            evidence=evidence,
            cut=cut,
            generation=sale.generation,
            booked_at=now,
        )
        for sale in sales
    ]
    return _append(lines)


@transaction.atomic
def take_back_lines(*, vendor: Vendor, lines: Iterable[SaleLine], now: datetime) -> list[SaleLine]:
    """Append a reversal of each of these lines: the same day, the opposite quantity and net. Raises `AlreadyBooked`
    when one of them was taken back before."""
    cut = current_cut(vendor_id=vendor.pk)
    reversals = []
    for line in lines:
        values = {field.attname: getattr(line, field.attname) for field in SaleLine._meta.concrete_fields}
        negative = {"quantity": -line.quantity, "net": None if line.net is None else -line.net}
        of_a_person = {"id": None, "report_id": None, "report_row": None, "reverses_id": line.pk}
        reversals.append(SaleLine(**{**values, **negative, **of_a_person, "cut": cut, "booked_at": now}))
    return _append(reversals)


def _append(lines: list[SaleLine]) -> list[SaleLine]:
    try:
        with transaction.atomic():
            return SaleLine.objects.bulk_create(lines, batch_size=2000)
    except IntegrityError as error:
        raise AlreadyBooked(_("One of these document lines is booked already.")) from error
