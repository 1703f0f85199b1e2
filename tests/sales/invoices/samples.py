"""Invoices to read in tests: a record in, a file out.

    invoice = sample()                                  # two lines, an allowance, VAT; everything adds up
    invoice = totalled(replace(invoice, lines=…))       # totals calculated from the lines
    ubl(invoice), cii(invoice), zugferd1(invoice)       # the same invoice in each syntax, as bytes
    hybrid(invoice)                                     # a PDF that shows number and gross total and carries the XML

Every field of the record is written as it is, also one that makes no sense; None leaves its element out. What only XML
can say wrongly (two currencies, a letter in an amount) is for the test to put into the bytes.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from decimal import Decimal

from sales.readers.invoices.record import ZERO, Invoice, Line, LineKind, Party, Totals
from tests.sales.invoices.cii_samples import cii, zugferd1
from tests.sales.invoices.hybrid_samples import hybrid_pdf
from tests.sales.invoices.ubl_samples import ubl

__all__ = ["cii", "hybrid", "line", "sample", "totalled", "ubl", "zugferd1"]

VAT = Decimal("0.19")
CENT = Decimal("0.01")


def sample() -> Invoice:
    """An invoice of a distributor to a reseller on which nothing is to be remarked."""
    seller = Party(
        name="Musterdistribution GmbH",
        vat_id="DE123456789",
        gln="4012345000009",
        ids=("4012345000009", "LF-77"),
        postcode="37079",
        country="DE",
    )
    buyer = Party(name="Fachhändler KG", vat_id="DE987654321", ids=("K-4711",), postcode="10115", country="DE")
    return totalled(
        Invoice(
            number="RE-2026/0815",
            type_code="380",
            issue_date=date(2026, 8, 15),
            currency="EUR",
            seller=seller,
            buyer=buyer,
            totals=Totals(allowances=Decimal("10.00"), prepaid=Decimal("100.00")),
            lines=(
                line("1", "10", "89.90", article="D785", gtin="4260059580014", name="Tischtelefon D785"),
                line(
                    "2", "2", "450.00", article="M 900", name="Basisstation", base="1", serials=("SN90001", "SN90002")
                ),
            ),
            profile="urn:cen.eu:en16931:2017",
        )
    )


def line(
    number: str,
    quantity: str,
    price: str,
    *,
    article: str | None = None,
    gtin: str | None = None,
    name: str = "Artikel",
    base: str | None = None,
    serials: tuple[str, ...] = (),
) -> Line:
    """A line of pieces whose net is quantity times price."""
    return Line(
        id=number,
        kind=LineKind.DETAIL,
        quantity=Decimal(quantity),
        unit="H87",
        net=(Decimal(quantity) * Decimal(price) / Decimal(base or "1")).quantize(CENT),
        price=Decimal(price),
        price_base_quantity=None if base is None else Decimal(base),
        name=name,
        seller_article=article,
        standard_id=gtin,
        serials=serials,
    )


def totalled(invoice: Invoice) -> Invoice:
    """`invoice` with sums that follow from its lines, its allowances, charges and prepaid amount; 19 % VAT."""
    totals = invoice.totals
    lines_net = sum((line.net or ZERO for line in invoice.lines if line.kind is LineKind.DETAIL), ZERO)
    net = lines_net - totals.allowances + totals.charges
    vat = (net * VAT).quantize(CENT)
    due = net + vat - (totals.prepaid or ZERO) + (totals.rounding or ZERO) + totals.third_party
    return replace(invoice, totals=replace(totals, lines_net=lines_net, net=net, vat=vat, gross=net + vat, due=due))


def hybrid(invoice: Invoice, *, xml: bytes | None = None, name: str = "factur-x.xml") -> bytes:
    """A PDF like those of ZUGFeRD and Factur-X. `xml`: what it carries instead of `invoice` as CII."""
    return hybrid_pdf(invoice, xml=cii(invoice) if xml is None else xml, name=name)
