"""From what a file says to the rows that are worked with: header, lines, products, pieces."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from typing import Any

from django.db import transaction

from common.companies import vat_key
from invoices.facts import distributor_named, products_meant
from invoices.keys import number_key, seller_key
from invoices.models import Invoice, InvoiceLine, PackFactor
from sales.readers.columns import plain
from sales.readers.invoices.record import Invoice as Record
from sales.readers.invoices.record import Line
from sales.readers.units import PIECES

PIECE_CODES = frozenset({"", "H87", "C62", "EA", "XPP", "PCE", "NAR", "XPC"})
"""Codes of UN/ECE Recommendations 20 and 21 that mean one piece; no unit means pieces too."""
MOST_PIECES = 10_000_000
"""Of a line; more are none that anybody sells, and what they cost or give would not fit."""
MOST = Decimal(10**11)
"""Amounts and quantities from here on are not kept."""


def header_of(record: Record) -> dict[str, Any]:
    """The fields of `Invoice` that a record fills, cut to what they hold."""
    preceding = record.preceding[0] if len(record.preceding) == 1 else None
    return {
        "number": _short(record.number, 60),
        "type_code": _short(record.type_code, 4),
        "issue_date": record.issue_date,
        "currency": _short(record.currency, 3),
        "seller_name": _short(record.seller.name, 200),
        "seller_vat_id": _short(record.seller.vat_id, 40),
        "seller_gln": _short(record.seller.gln, 20),
        "buyer_name": _short(record.buyer.name, 200),
        "buyer_vat_id": _short(record.buyer.vat_id, 40),
        "net": record.totals.net,
        "gross": record.totals.gross,
        "preceding_number": _short(preceding.number, 60) if preceding else "",
        "preceding_date": preceding.issue_date if preceding else None,
    }


def fits(record: Record) -> bool:
    """Whether its amounts and quantities are small enough to be kept; no true ones are not."""
    said = [record.totals.net, record.totals.gross]
    said += [value for line in record.lines for value in (line.quantity, line.net)]
    return all(value is None or abs(value) < MOST for value in said)


def lines_of(invoice: Invoice, record: Record) -> list[InvoiceLine]:
    """The rows for the record's lines, unsaved; products and pieces are found later (`find_products`)."""
    return [_line(invoice, position, line) for position, line in enumerate(record.lines, start=1)]


def _line(invoice: Invoice, position: int, line: Line) -> InvoiceLine:
    return InvoiceLine(
        invoice=invoice,
        position=position,
        line_id=_short(line.id, 60),
        kind=line.kind,
        name=_short(line.name, 250),
        article=_short(line.seller_article, 60),
        gtin=_short(line.standard_id, 40),
        quantity=line.quantity,
        unit=_short(line.unit, 20),
        net=line.net,
        serials=[serial[:80] for serial in line.serials],
    )


def _short(text: str | None, length: int) -> str:
    return (text or "")[:length]


def find_seller(invoice: Invoice) -> None:
    """Set distributor and keys from what the invoice says of its seller and number; the caller saves."""
    if "distributor" not in invoice.typed:
        invoice.distributor = distributor_named(vat_id=invoice.seller_vat_id, gln=invoice.seller_gln)
    invoice.number_key = number_key(invoice.number)
    invoice.seller_key = seller_key(
        vat_id=vat_key(invoice.seller_vat_id), gln=invoice.seller_gln, distributor_id=invoice.distributor_id
    )


@transaction.atomic
def find_products(invoice: Invoice) -> None:
    """Set product and pieces of each line that sells something, as far as they are known by now."""
    lines = [line for line in invoice.lines.all() if line.kind == "DETAIL"]
    meant = products_meant(invoice, lines)
    factors = _factors(invoice, [product for product in meant if product is not None])
    for line, product in zip(lines, meant, strict=True):
        if "product" not in line.typed:
            line.product_id = product
        line.pieces = pieces_of(line, factors)
    InvoiceLine.objects.bulk_update(lines, ["product", "pieces"])


def pieces_of(line: InvoiceLine, factors: dict[tuple[int, str], int]) -> Decimal | None:
    """The line's quantity in pieces; None where its unit is none and nobody has said how many pieces it has, or where
    there are more of them than can be."""
    if line.quantity is None or line.product_id is None:
        return None
    factor = factors.get((line.product_id, line.unit.upper()))
    if factor is None and line.unit.upper() not in PIECE_CODES and plain(line.unit) not in PIECES:
        return None
    pieces = line.quantity * (factor or 1)
    return pieces if abs(pieces) <= MOST_PIECES else None


def _factors(invoice: Invoice, products: Sequence[int]) -> dict[tuple[int, str], int]:
    """Pieces by product and unit, as the distributor's invoices count them."""
    known = PackFactor.objects.filter(distributor=invoice.distributor_id, product__in=products)
    return {(each.product_id, each.unit.upper()): each.pieces for each in known}
