"""Invoices to upload by hand, as the shown partner got them from a distributor within the last days."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, timedelta
from decimal import Decimal

from portal.demo.companies import COMPANIES, SHOWN
from portal.demo.papers import Line, Paper, pdf, xml

SELLER, SELLER_VAT_ID = "Allnet", "DE999000017"
PRICES = {"D335": Decimal("103.20"), "D785": Decimal("175.20")}


def sample_invoices(*, today: date) -> Mapping[str, bytes]:
    """By file name: a PDF with data, data alone, a PDF without data, and a credit note to the first one.

    Numbers and devices are those of the day, so that each day's can be uploaded once.
    """
    devices = tuple(f"S785{today:%y%m%d}{place}" for place in range(3))
    first = _paper(f"AN-{today:%y%m%d}-1", today, ("D785", 3), serials=devices)
    return {
        "invoice.pdf": pdf(first, with_data=True),
        "invoice.xml": xml(_paper(f"AN-{today:%y%m%d}-2", today, ("D335", 2))),
        "scan.pdf": pdf(_paper(f"AN-{today:%y%m%d}-3", today, ("D785", 1), ("D335", 4)), with_data=False),
        "credit-note.xml": xml(_paper(f"AN-{today:%y%m%d}-4", today, ("D785", 1), takes_back=first.number)),
    }


def _paper(
    number: str, today: date, *lines: tuple[str, int], takes_back: str = "", serials: tuple[str, ...] = ()
) -> Paper:
    buyer = next(company for company in COMPANIES if company.slug == SHOWN)
    return Paper(
        number=number,
        day=today - timedelta(days=2),
        seller=SELLER,
        seller_vat_id=SELLER_VAT_ID,
        buyer=buyer.name,
        buyer_vat_id=buyer.vat_id,
        buyer_postcode=buyer.postcode,
        lines=[
            Line(article, f"Snom {article} IP-Tischtelefon", quantity, PRICES[article], serials)
            for article, quantity in lines
        ],
        takes_back=takes_back,
    )
