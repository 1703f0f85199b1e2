"""A record written as UBL 2.1: an Invoice, or a CreditNote where its type takes back."""

from __future__ import annotations

from decimal import Decimal

from sales.readers.invoices.record import Invoice, Line, Party, Preceding
from tests.sales.invoices.writing import document, leaf, node

_UBL = "urn:oasis:names:specification:ubl:schema:xsd:"


def ubl(invoice: Invoice) -> bytes:
    kind = "CreditNote" if invoice.takes_back else "Invoice"
    namespaces = {
        "": f"{_UBL}{kind}-2",
        "cac": f"{_UBL}CommonAggregateComponents-2",
        "cbc": f"{_UBL}CommonBasicComponents-2",
    }
    totals, currency = invoice.totals, invoice.currency
    return document(
        kind,
        namespaces,
        leaf("cbc:CustomizationID", invoice.profile),
        leaf("cbc:ID", invoice.number),
        leaf("cbc:IssueDate", invoice.issue_date),
        leaf(f"cbc:{kind}TypeCode", invoice.type_code),
        leaf("cbc:DocumentCurrencyCode", currency),
        *(_preceding(earlier) for earlier in invoice.preceding),
        node("cac:AccountingSupplierParty", _party(invoice.seller)),
        node("cac:AccountingCustomerParty", _party(invoice.buyer)),
        node("cac:PrepaidPayment", leaf("cbc:PaidAmount", totals.third_party or None, currencyID=currency)),
        _allowance(totals.allowances, currency, adds=False),
        _allowance(totals.charges, currency, adds=True),
        node("cac:TaxTotal", leaf("cbc:TaxAmount", totals.vat, currencyID=currency)),
        node(
            "cac:LegalMonetaryTotal",
            leaf("cbc:LineExtensionAmount", totals.lines_net, currencyID=currency),
            leaf("cbc:TaxExclusiveAmount", totals.net, currencyID=currency),
            leaf("cbc:TaxInclusiveAmount", totals.gross, currencyID=currency),
            leaf("cbc:AllowanceTotalAmount", totals.allowances or None, currencyID=currency),
            leaf("cbc:ChargeTotalAmount", totals.charges or None, currencyID=currency),
            leaf("cbc:PrepaidAmount", totals.prepaid, currencyID=currency),
            leaf("cbc:PayableRoundingAmount", totals.rounding, currencyID=currency),
            leaf("cbc:PayableAmount", totals.due, currencyID=currency),
        ),
        *(_line(line, invoice, kind, "") for line in invoice.lines if line.parent is None),
    )


def _party(party: Party) -> str:
    return node(
        "cac:Party",
        *(
            node("cac:PartyIdentification", leaf("cbc:ID", number, schemeID="0088" if number == party.gln else None))
            for number in party.ids
        ),
        node(
            "cac:PostalAddress",
            leaf("cbc:PostalZone", party.postcode),
            node("cac:Country", leaf("cbc:IdentificationCode", party.country)),
        ),
        _tax_number(party.vat_id),
        node("cac:PartyLegalEntity", leaf("cbc:RegistrationName", party.name)),
    )


def _tax_number(vat_id: str | None) -> str:
    if vat_id is None:
        return ""
    return node("cac:PartyTaxScheme", leaf("cbc:CompanyID", vat_id), node("cac:TaxScheme", leaf("cbc:ID", "VAT")))


def _preceding(earlier: Preceding) -> str:
    return node(
        "cac:BillingReference",
        node("cac:InvoiceDocumentReference", leaf("cbc:ID", earlier.number), leaf("cbc:IssueDate", earlier.issue_date)),
        node("cac:BillingReferenceLine", leaf("cbc:ID", earlier.line)),
    )


def _allowance(amount: Decimal, currency: str | None, *, adds: bool) -> str:
    if not amount:
        return ""
    indicator = leaf("cbc:ChargeIndicator", "true" if adds else "false")
    return node("cac:AllowanceCharge", indicator, leaf("cbc:Amount", amount, currencyID=currency))


def _line(line: Line, invoice: Invoice, kind: str, level: str) -> str:
    currency = invoice.currency
    quantity = "cbc:CreditedQuantity" if kind == "CreditNote" else "cbc:InvoicedQuantity"
    return node(
        f"cac:{level}{kind}Line",
        leaf("cbc:ID", line.id),
        leaf(quantity, line.quantity, unitCode=line.unit),
        leaf("cbc:LineExtensionAmount", line.net, currencyID=currency),
        *(_preceding(earlier) for earlier in line.preceding),
        _allowance(line.allowances, currency, adds=False),
        _allowance(line.charges, currency, adds=True),
        node(
            "cac:Item",
            leaf("cbc:Name", line.name),
            node("cac:BuyersItemIdentification", leaf("cbc:ID", line.buyer_article)),
            node("cac:SellersItemIdentification", leaf("cbc:ID", line.seller_article)),
            node("cac:StandardItemIdentification", leaf("cbc:ID", line.standard_id, schemeID="0160")),
            *(node("cac:ItemInstance", leaf("cbc:SerialID", serial)) for serial in line.serials),
        ),
        node(
            "cac:Price",
            leaf("cbc:PriceAmount", line.price, currencyID=currency),
            leaf("cbc:BaseQuantity", line.price_base_quantity, unitCode=line.unit),
        ),
        *(_line(part, invoice, kind, "Sub") for part in invoice.lines if part.parent and part.parent == line.id),
    )
