"""A record written as CII D16B (ZUGFeRD 2, Factur-X, XRechnung) and as ZUGFeRD 1.0."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal

from sales.readers.invoices.record import Invoice, Line, LineKind, Party, Preceding
from tests.sales.invoices.writing import document, leaf, node

_UNECE = "urn:un:unece:uncefact:data:standard:"


@dataclass(frozen=True)
class _Names:
    root: str
    namespaces: dict[str, str]
    context: str
    document: str
    transaction: str
    header: str
    """Beginning of the three parts of the document."""
    line: str
    """Beginning of the three parts of a line."""
    document_sum: str
    line_sum: str
    percent: str
    lines_first: bool
    """Lines before the document's own parts; then articles stand before prices, too."""


_D16B = _Names(
    root="rsm:CrossIndustryInvoice",
    namespaces={
        "rsm": f"{_UNECE}CrossIndustryInvoice:100",
        "ram": f"{_UNECE}ReusableAggregateBusinessInformationEntity:100",
        "udt": f"{_UNECE}UnqualifiedDataType:100",
        "qdt": f"{_UNECE}QualifiedDataType:100",
    },
    context="rsm:ExchangedDocumentContext",
    document="rsm:ExchangedDocument",
    transaction="rsm:SupplyChainTradeTransaction",
    header="ram:ApplicableHeaderTrade",
    line="ram:SpecifiedLineTrade",
    document_sum="ram:SpecifiedTradeSettlementHeaderMonetarySummation",
    line_sum="ram:SpecifiedTradeSettlementLineMonetarySummation",
    percent="ram:RateApplicablePercent",
    lines_first=True,
)
_ZUGFERD_1 = _Names(
    root="rsm:CrossIndustryDocument",
    namespaces={
        "rsm": "urn:ferd:CrossIndustryDocument:invoice:1p0",
        "ram": f"{_UNECE}ReusableAggregateBusinessInformationEntity:12",
        "udt": f"{_UNECE}UnqualifiedDataType:15",
    },
    context="rsm:SpecifiedExchangedDocumentContext",
    document="rsm:HeaderExchangedDocument",
    transaction="rsm:SpecifiedSupplyChainTradeTransaction",
    header="ram:ApplicableSupplyChainTrade",
    line="ram:SpecifiedSupplyChainTrade",
    document_sum="ram:SpecifiedTradeSettlementMonetarySummation",
    line_sum="ram:SpecifiedTradeSettlementMonetarySummation",
    percent="ram:ApplicablePercent",
    lines_first=False,
)


def cii(invoice: Invoice) -> bytes:
    return _written(invoice, _D16B)


def zugferd1(invoice: Invoice) -> bytes:
    return _written(invoice, _ZUGFERD_1)


def _written(invoice: Invoice, names: _Names) -> bytes:
    agreement = node(
        f"{names.header}Agreement",
        _party("ram:SellerTradeParty", invoice.seller),
        _party("ram:BuyerTradeParty", invoice.buyer),
        *_preceding(invoice.preceding, names, of_agreement=True),
    )
    parts = [agreement, f"<{names.header}Delivery/>", _settlement(invoice, names)]
    lines = [_line(line, invoice, names) for line in invoice.lines]
    day = invoice.issue_date and f"{invoice.issue_date:%Y%m%d}"
    return document(
        names.root,
        names.namespaces,
        node(names.context, node("ram:GuidelineSpecifiedDocumentContextParameter", leaf("ram:ID", invoice.profile))),
        node(
            names.document,
            leaf("ram:ID", invoice.number),
            leaf("ram:TypeCode", invoice.type_code),
            node("ram:IssueDateTime", leaf("udt:DateTimeString", day, format="102")),
        ),
        node(names.transaction, *(lines + parts if names.lines_first else parts + lines)),
    )


def _party(tag: str, party: Party) -> str:
    return node(
        tag,
        *(leaf("ram:ID", number) for number in party.ids if number != party.gln),
        leaf("ram:GlobalID", party.gln, schemeID="0088"),
        leaf("ram:Name", party.name),
        node("ram:PostalTradeAddress", leaf("ram:PostcodeCode", party.postcode), leaf("ram:CountryID", party.country)),
        node("ram:SpecifiedTaxRegistration", leaf("ram:ID", party.vat_id, schemeID="VA")),
    )


def _settlement(invoice: Invoice, names: _Names) -> str:
    totals, currency = invoice.totals, invoice.currency
    return node(
        f"{names.header}Settlement",
        leaf("ram:InvoiceCurrencyCode", currency),
        _tax(names, totals.vat, totals.net),
        _allowance(totals.allowances, adds=False),
        _allowance(totals.charges, adds=True),
        node(
            names.document_sum,
            leaf("ram:LineTotalAmount", totals.lines_net),
            leaf("ram:ChargeTotalAmount", totals.charges or None),
            leaf("ram:AllowanceTotalAmount", totals.allowances or None),
            leaf("ram:TaxBasisTotalAmount", totals.net),
            leaf("ram:TaxTotalAmount", totals.vat, currencyID=currency),
            leaf("ram:RoundingAmount", totals.rounding),
            leaf("ram:GrandTotalAmount", totals.gross),
            leaf("ram:TotalPrepaidAmount", totals.prepaid),
            leaf("ram:DuePayableAmount", totals.due),
        ),
        *_preceding(invoice.preceding, names, of_agreement=False),
    )


def _tax(names: _Names, amount: Decimal | None = None, basis: Decimal | None = None) -> str:
    return node(
        "ram:ApplicableTradeTax",
        leaf("ram:CalculatedAmount", amount),
        leaf("ram:TypeCode", "VAT"),
        leaf("ram:BasisAmount", basis),
        leaf("ram:CategoryCode", "S"),
        leaf(names.percent, "19"),
    )


def _preceding(references: tuple[Preceding, ...], names: _Names, *, of_agreement: bool) -> list[str]:
    """Part of the settlement, in ZUGFeRD 1.0 of the agreement, among other documents."""
    if of_agreement is (names is _D16B):
        return []
    return [_of_d16b(earlier) if names is _D16B else _of_zugferd_1(earlier) for earlier in references]


def _of_d16b(earlier: Preceding) -> str:
    day = earlier.issue_date
    dated = leaf("qdt:DateTimeString", day and f"{day:%Y%m%d}", format="102")
    return node(
        "ram:InvoiceReferencedDocument",
        leaf("ram:IssuerAssignedID", earlier.number),
        leaf("ram:LineID", earlier.line),
        node("ram:FormattedIssueDateTime", dated),
    )


def _of_zugferd_1(earlier: Preceding) -> str:
    day = earlier.issue_date
    return node(
        "ram:AdditionalReferencedDocument",
        leaf("ram:IssueDateTime", day and f"{day:%Y-%m-%d}T00:00:00"),
        leaf("ram:LineID", earlier.line),
        leaf("ram:ID", earlier.number),
        leaf("ram:ReferenceTypeCode", "OI"),
    )


def _allowance(amount: Decimal, *, adds: bool) -> str:
    if not amount:
        return ""
    indicator = node("ram:ChargeIndicator", leaf("udt:Indicator", "true" if adds else "false"))
    return node("ram:SpecifiedTradeAllowanceCharge", indicator, leaf("ram:ActualAmount", amount))


def _line(line: Line, invoice: Invoice, names: _Names) -> str:
    nested = any(other.parent for other in invoice.lines)
    parts = [
        node(
            f"{names.line}Agreement",
            *([_price(line)] if names is _D16B else []),
            *_preceding(line.preceding, names, of_agreement=True),
            *([] if names is _D16B else [_price(line)]),
        ),
        node(f"{names.line}Delivery", leaf("ram:BilledQuantity", line.quantity, unitCode=line.unit)),
        node(
            f"{names.line}Settlement",
            _tax(names),
            _allowance(line.allowances, adds=False),
            _allowance(line.charges, adds=True),
            node(names.line_sum, leaf("ram:LineTotalAmount", line.net)),
            *_preceding(line.preceding, names, of_agreement=False),
        ),
    ]
    return node(
        "ram:IncludedSupplyChainTradeLineItem",
        node(
            "ram:AssociatedDocumentLineDocument",
            leaf("ram:LineID", line.id),
            leaf("ram:ParentLineID", line.parent),
            leaf("ram:LineStatusReasonCode", line.kind.value if nested or line.kind is not LineKind.DETAIL else None),
        ),
        *([_product(line), *parts] if names.lines_first else [*parts, _product(line)]),
    )


def _price(line: Line) -> str:
    return node(
        "ram:NetPriceProductTradePrice",
        leaf("ram:ChargeAmount", line.price),
        leaf("ram:BasisQuantity", line.price_base_quantity, unitCode=line.unit),
    )


def _product(line: Line) -> str:
    instances = [
        node("ram:IndividualTradeProductInstance", leaf("ram:SupplierAssignedSerialID", serial))
        for serial in line.serials
    ]
    return node(
        "ram:SpecifiedTradeProduct",
        leaf("ram:GlobalID", line.standard_id, schemeID="0160"),
        leaf("ram:SellerAssignedID", line.seller_article),
        leaf("ram:BuyerAssignedID", line.buyer_article),
        leaf("ram:Name", line.name),
        *instances,
    )
