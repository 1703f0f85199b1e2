"""What each element of an invoice is read as, written down apart from the reader, and how to change it.

`MEANINGS` says where a record's field stands, in paths without prefixes. Lines are "LINE", whatever they are called and
however deep they lie; the parts of CII and ZUGFeRD 1.0 that differ in name only are "H-" (document) and "L-" (line).
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal
from typing import Any

from lxml import etree

from sales.readers.invoices.record import Invoice

_TOTALS = "LegalMonetaryTotal"
_SUM = "H-Settlement/SUM"
_LINE_SUM = "LINE/L-Settlement/SUM"

MEANINGS: dict[str, dict[str, str]] = {
    "text": {
        # UBL
        "ID": "number",
        "InvoiceTypeCode": "type_code",
        "CreditNoteTypeCode": "type_code",
        "CustomizationID": "profile",
        "AccountingSupplierParty/Party/PartyLegalEntity/RegistrationName": "seller.name",
        "AccountingCustomerParty/Party/PartyLegalEntity/RegistrationName": "buyer.name",
        "AccountingSupplierParty/Party/PartyTaxScheme/CompanyID": "seller.vat_id",
        "AccountingCustomerParty/Party/PartyTaxScheme/CompanyID": "buyer.vat_id",
        "AccountingSupplierParty/Party/PostalAddress/PostalZone": "seller.postcode",
        "AccountingCustomerParty/Party/PostalAddress/PostalZone": "buyer.postcode",
        "LINE/ID": "lines.id",
        "LINE/Item/Name": "lines.name",
        "LINE/Item/SellersItemIdentification/ID": "lines.seller_article",
        "LINE/Item/BuyersItemIdentification/ID": "lines.buyer_article",
        "LINE/Item/StandardItemIdentification/ID": "lines.standard_id",
        "LINE/QUANTITY@unitCode": "lines.unit",
        "LINE/Item/ItemInstance/SerialID": "lines.serials",
        "BillingReference/InvoiceDocumentReference/ID": "preceding",
        "LINE/BillingReference/InvoiceDocumentReference/ID": "lines.preceding",
        # CII
        "DOCUMENT/ID": "number",
        "DOCUMENT/TypeCode": "type_code",
        "CONTEXT/GuidelineSpecifiedDocumentContextParameter/ID": "profile",
        "H-Agreement/SellerTradeParty/Name": "seller.name",
        "H-Agreement/BuyerTradeParty/Name": "buyer.name",
        "H-Agreement/SellerTradeParty/SpecifiedTaxRegistration/ID": "seller.vat_id",
        "H-Agreement/BuyerTradeParty/SpecifiedTaxRegistration/ID": "buyer.vat_id",
        "H-Agreement/SellerTradeParty/PostalTradeAddress/PostcodeCode": "seller.postcode",
        "H-Agreement/BuyerTradeParty/PostalTradeAddress/PostcodeCode": "buyer.postcode",
        "LINE/AssociatedDocumentLineDocument/LineID": "lines.id",
        "LINE/SpecifiedTradeProduct/Name": "lines.name",
        "LINE/SpecifiedTradeProduct/SellerAssignedID": "lines.seller_article",
        "LINE/SpecifiedTradeProduct/BuyerAssignedID": "lines.buyer_article",
        "LINE/SpecifiedTradeProduct/GlobalID": "lines.standard_id",
        "LINE/L-Delivery/BilledQuantity@unitCode": "lines.unit",
        "LINE/SpecifiedTradeProduct/IndividualTradeProductInstance/SupplierAssignedSerialID": "lines.serials",
        "H-Settlement/InvoiceReferencedDocument/IssuerAssignedID": "preceding",
        "LINE/L-Settlement/InvoiceReferencedDocument/IssuerAssignedID": "lines.preceding",
        "H-Agreement/AdditionalReferencedDocument/ID": "preceding",
        "LINE/L-Agreement/AdditionalReferencedDocument/ID": "lines.preceding",
    },
    "number": {
        f"{_TOTALS}/LineExtensionAmount": "totals.lines_net",
        f"{_TOTALS}/TaxExclusiveAmount": "totals.net",
        f"{_TOTALS}/TaxInclusiveAmount": "totals.gross",
        f"{_TOTALS}/AllowanceTotalAmount": "totals.allowances",
        f"{_TOTALS}/ChargeTotalAmount": "totals.charges",
        f"{_TOTALS}/PrepaidAmount": "totals.prepaid",
        f"{_TOTALS}/PayableRoundingAmount": "totals.rounding",
        f"{_TOTALS}/PayableAmount": "totals.due",
        "TaxTotal/TaxAmount": "totals.vat",
        "TaxTotal/TaxSubtotal/TaxableAmount": "",
        "TaxTotal/TaxSubtotal/TaxAmount": "",
        "AllowanceCharge/Amount": "",
        "LINE/AllowanceCharge/Amount": "",
        "LINE/QUANTITY": "lines.quantity",
        "LINE/LineExtensionAmount": "lines.net",
        "LINE/Price/PriceAmount": "lines.price",
        "LINE/Price/BaseQuantity": "lines.price_base_quantity",
        f"{_SUM}/LineTotalAmount": "totals.lines_net",
        f"{_SUM}/TaxBasisTotalAmount": "totals.net",
        f"{_SUM}/GrandTotalAmount": "totals.gross",
        f"{_SUM}/AllowanceTotalAmount": "totals.allowances",
        f"{_SUM}/ChargeTotalAmount": "totals.charges",
        f"{_SUM}/TotalPrepaidAmount": "totals.prepaid",
        f"{_SUM}/RoundingAmount": "totals.rounding",
        f"{_SUM}/DuePayableAmount": "totals.due",
        f"{_SUM}/TaxTotalAmount": "totals.vat",
        "H-Settlement/ApplicableTradeTax/BasisAmount": "",
        "H-Settlement/ApplicableTradeTax/CalculatedAmount": "",
        "H-Settlement/SpecifiedTradeAllowanceCharge/ActualAmount": "",
        "LINE/L-Settlement/SpecifiedTradeAllowanceCharge/ActualAmount": "",
        "LINE/L-Delivery/BilledQuantity": "lines.quantity",
        f"{_LINE_SUM}/LineTotalAmount": "lines.net",
        "LINE/L-Agreement/NetPriceProductTradePrice/ChargeAmount": "lines.price",
        "LINE/L-Agreement/NetPriceProductTradePrice/BasisQuantity": "lines.price_base_quantity",
    },
    "day": {
        "IssueDate": "issue_date",
        "DOCUMENT/IssueDateTime/DateTimeString": "issue_date",
        "BillingReference/InvoiceDocumentReference/IssueDate": "preceding",
        "H-Settlement/InvoiceReferencedDocument/FormattedIssueDateTime/DateTimeString": "preceding",
        "H-Agreement/AdditionalReferencedDocument/IssueDateTime": "preceding",
    },
    "currency": {
        f"{_TOTALS}/LineExtensionAmount@currencyID": "totals.lines_net",
        f"{_TOTALS}/TaxExclusiveAmount@currencyID": "totals.net",
        f"{_TOTALS}/TaxInclusiveAmount@currencyID": "totals.gross",
        f"{_TOTALS}/PayableAmount@currencyID": "totals.due",
        "TaxTotal/TaxAmount@currencyID": "totals.vat",
        "LINE/LineExtensionAmount@currencyID": "lines.net",
        "LINE/Price/PriceAmount@currencyID": "lines.price",
        f"{_SUM}/TaxTotalAmount@currencyID": "totals.vat",
    },
}
_KNOWN = {path: (kind, field) for kind, paths in MEANINGS.items() for path, field in paths.items()}

_SHORTER = [
    (re.compile(pattern), short)
    for pattern, short in (
        (r"^(Specified)?SupplyChainTradeTransaction/", ""),
        (r"^(?:(?:Sub)?(?:Invoice|CreditNote)Line/)+|^IncludedSupplyChainTradeLineItem/", "LINE/"),
        (r"^LINE/(InvoicedQuantity|CreditedQuantity)", "LINE/QUANTITY"),
        (r"^LINE/(SpecifiedLineTrade|SpecifiedSupplyChainTrade)", "LINE/L-"),
        (r"^(ApplicableHeaderTrade|ApplicableSupplyChainTrade)", "H-"),
        (r"SpecifiedTradeSettlement(Header|Line)?MonetarySummation", "SUM"),
        (r"^(ExchangedDocument|HeaderExchangedDocument)/", "DOCUMENT/"),
        (r"^(ExchangedDocumentContext|SpecifiedExchangedDocumentContext)/", "CONTEXT/"),
    )
]
_LINES = frozenset(
    {"InvoiceLine", "CreditNoteLine", "SubInvoiceLine", "SubCreditNoteLine", "IncludedSupplyChainTradeLineItem"}
)


@dataclass
class Place:
    """An element or attribute that a field is read from; `line`: which line of the record, if one."""

    element: etree._Element
    attribute: str | None
    kind: str
    field: str
    line: int | None

    @property
    def text(self) -> str:
        return (self.element.text if self.attribute is None else self.element.get(self.attribute)) or ""

    @text.setter
    def text(self, text: str) -> None:
        if self.attribute is None:
            self.element.text = text
        else:
            self.element.set(self.attribute, text)


def places(root: etree._Element, currency: str | None) -> Iterator[Place]:
    line = -1
    for element in root.iter():
        line += _name(element) in _LINES
        above = [_name(one) for one in element.iterancestors()]
        path = "/".join([*reversed(above[:-1]), _name(element)]) if above else ""
        for pattern, short in _SHORTER:
            path = pattern.sub(short, path)
        for attribute in (None, "unitCode", "currencyID"):
            full = path if attribute is None else f"{path}@{attribute}"
            if full in _KNOWN and (attribute is None or element.get(attribute)) and _is_meant(element, full, currency):
                kind, field = _KNOWN[full]
                yield Place(element, attribute, kind, field, line if full.startswith("LINE/") else None)


def _name(element: etree._Element) -> str:
    return etree.QName(element).localname


def _is_meant(element: etree._Element, path: str, currency: str | None) -> bool:
    """Not a number of the tax office instead of one for VAT, nor VAT in a second currency."""
    if "SpecifiedTaxRegistration" in path:
        return element.get("schemeID") == "VA"
    if "PartyTaxScheme" in path:
        (scheme,) = element.itersiblings("{*}TaxScheme")
        return "".join(map(str, scheme.itertext())).strip() == "VAT"
    if "TaxTotal" in path:
        return element.get("currencyID") in {currency, None}
    return True


def other(place: Place) -> str:
    """Another value of the same kind."""
    text = place.text.strip()
    if place.kind == "number":
        return format(Decimal(text) + Decimal("1.37"), "f")
    if place.kind == "day":
        return "20110304" if text.isdigit() else "2011-03-04"
    return "XTS" if place.kind == "currency" else f"{text}-7"


def value_of(place: Place, text: str) -> Any:
    """What the record says where `text` stands; None where an amount is in another currency."""
    if place.kind == "currency":
        return None
    if place.kind == "number":
        return Decimal(text)
    return date(2011, 3, 4) if place.kind == "day" else " ".join(text.split())


def get(invoice: Invoice, place: Place) -> Any:
    *above, name = place.field.split(".")
    if above == ["lines"]:
        return getattr(invoice.lines[place.line or 0], name)
    return getattr(getattr(invoice, above[0]) if above else invoice, name)


def without(invoice: Invoice, place: Place) -> Invoice:
    """`invoice` with this field blank: what must not change when only this field does."""
    *above, name = place.field.split(".")
    blank: dict[str, Any] = {name: None}
    if above == ["lines"]:
        lines = [replace(line, **blank) if at == place.line else line for at, line in enumerate(invoice.lines)]
        if name == "id":  # lines below it name it, and are found by it
            lines = [replace(line, parent=None, kind=lines[0].kind) for line in lines]
        return replace(invoice, lines=tuple(lines), warnings=())
    if above:
        return replace(invoice, **{above[0]: replace(getattr(invoice, above[0]), **blank)}, warnings=())
    return replace(invoice, **blank, warnings=())
