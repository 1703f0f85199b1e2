"""What factur-x reads from the same bytes, term by term of EN 16931: two readers that know nothing of each other."""

from __future__ import annotations

import logging
from collections.abc import Callable
from decimal import Decimal
from typing import Any

import facturx
import pytest

from sales.readers.invoices.reading import read_xml
from sales.readers.invoices.record import Invoice, Line
from sales.readers.invoices.values import tidy
from tests.sales.invoices.public_files import PublicFile, needs_public_files, public_files
from tests.sales.invoices.samples import cii, sample, ubl

logging.getLogger("factur-x").setLevel(logging.CRITICAL)


@pytest.mark.parametrize("write", [ubl, cii])
def test_a_second_reader_reads_the_same_from_samples(write: Callable[[Invoice], bytes]) -> None:
    _compare(write(sample()))


@needs_public_files
@pytest.mark.parametrize("file", public_files(), ids=str)
def test_a_second_reader_reads_the_same_from_public_invoices(file: PublicFile) -> None:
    _compare(file.xml())


def _compare(content: bytes) -> None:
    invoice = read_xml(content)
    theirs = facturx.parse_ubl_cii_xml(content, check_xsd=False)
    # Lines below lines of UBL are unknown to it.
    lines = [line for line in invoice.lines if line.parent is None or invoice.syntax != "ubl"]
    assert _document(theirs) == _own_document(invoice)
    for their, own in zip(theirs.get("BG-25", []), lines, strict=True):
        if "BT-149" not in their and invoice.syntax == "cii":
            their["BT-149"] = own.price_base_quantity  # it does not look for it beside the gross price
        assert _line(their) == _own_line(own)


def _document(terms: dict[str, Any]) -> list[Any]:
    seller, buyer = terms.get("BG-4", {}), terms.get("BG-7", {})
    texts = [terms.get("BT-1"), terms.get("BT-3"), terms.get("BT-5")]
    parties = [seller.get("name"), seller.get("vat_identifier"), buyer.get("name"), buyer.get("vat_identifier")]
    numbers = [_number(terms.get(term)) for term in ("BT-106", "BT-109", "BT-110", "BT-112", "BT-113", "BT-115")]
    return [terms.get("BT-2"), *map(_text, texts + parties), *numbers]


def _own_document(invoice: Invoice) -> list[Any]:
    totals, seller, buyer = invoice.totals, invoice.seller, invoice.buyer
    return [
        invoice.issue_date,
        *(invoice.number, invoice.type_code, invoice.currency),
        *(seller.name, seller.vat_id, buyer.name, buyer.vat_id),
        *(totals.lines_net, totals.net, totals.vat, totals.gross, totals.prepaid, totals.due),
    ]


def _line(terms: dict[str, Any]) -> list[Any]:
    texts = [_text(terms.get(term)) for term in ("BT-126", "BT-130", "BT-153", "BT-155", "BT-156", "BT-157")]
    return texts + [_number(terms.get(term)) for term in ("BT-129", "BT-131", "BT-146", "BT-149")]


def _own_line(line: Line) -> list[Any]:
    texts = [line.id, line.unit, line.name, line.seller_article, line.buyer_article, line.standard_id]
    return [*texts, line.quantity, line.net, line.price, line.price_base_quantity]


def _text(value: str | None) -> str | None:
    return None if value is None else tidy(value) or None


def _number(value: object) -> Decimal | None:
    return None if value is None else Decimal(str(value))
