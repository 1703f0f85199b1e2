"""Cross Industry Invoice into records: ZUGFeRD 2, Factur-X and XRechnung (D16B), and ZUGFeRD 1.0, its forerunner.

Both have the same parts under different names; `_Dialect` holds the difference.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from lxml import etree

from sales.readers.invoices import fields as of
from sales.readers.invoices import values
from sales.readers.invoices.fields import Fields, Names
from sales.readers.invoices.limits import check_lines
from sales.readers.invoices.record import CREDIT_NOTE_TYPES, ZERO, Invoice, Line, LineKind, Party, Preceding, Totals
from sales.readers.invoices.roots import CII
from sales.readers.problems import Term

_UNECE = "urn:un:unece:uncefact:data:standard:"


@dataclass(frozen=True)
class _Dialect:
    """Names of the parts; those of the document begin with h_, those of a line with l_."""

    syntax: str
    names: Names
    context: str
    document: str
    transaction: str
    h_agreement: str
    h_settlement: str
    h_sum: str
    l_agreement: str
    l_delivery: str
    l_settlement: str
    l_sum: str


_D16B = _Dialect(
    syntax="cii",
    names=Names(
        rsm=f"{_UNECE}CrossIndustryInvoice:100",
        ram=f"{_UNECE}ReusableAggregateBusinessInformationEntity:100",
        udt=f"{_UNECE}UnqualifiedDataType:100",
        qdt=f"{_UNECE}QualifiedDataType:100",
    ),
    context="rsm:ExchangedDocumentContext",
    document="rsm:ExchangedDocument",
    transaction="rsm:SupplyChainTradeTransaction",
    h_agreement="ram:ApplicableHeaderTradeAgreement",
    h_settlement="ram:ApplicableHeaderTradeSettlement",
    h_sum="ram:SpecifiedTradeSettlementHeaderMonetarySummation",
    l_agreement="ram:SpecifiedLineTradeAgreement",
    l_delivery="ram:SpecifiedLineTradeDelivery",
    l_settlement="ram:SpecifiedLineTradeSettlement",
    l_sum="ram:SpecifiedTradeSettlementLineMonetarySummation",
)
_ZUGFERD_1 = _Dialect(
    syntax="zugferd1",
    names=Names(
        rsm="urn:ferd:CrossIndustryDocument:invoice:1p0",
        ram=f"{_UNECE}ReusableAggregateBusinessInformationEntity:12",
        udt=f"{_UNECE}UnqualifiedDataType:15",
        qdt=f"{_UNECE}QualifiedDataType:12",
    ),
    context="rsm:SpecifiedExchangedDocumentContext",
    document="rsm:HeaderExchangedDocument",
    transaction="rsm:SpecifiedSupplyChainTradeTransaction",
    h_agreement="ram:ApplicableSupplyChainTradeAgreement",
    h_settlement="ram:ApplicableSupplyChainTradeSettlement",
    h_sum="ram:SpecifiedTradeSettlementMonetarySummation",
    l_agreement="ram:SpecifiedSupplyChainTradeAgreement",
    l_delivery="ram:SpecifiedSupplyChainTradeDelivery",
    l_settlement="ram:SpecifiedSupplyChainTradeSettlement",
    l_sum="ram:SpecifiedTradeSettlementMonetarySummation",
)
_GLN_SCHEMES = frozenset({"0088", "GLN"})
_INVOICE_REFERENCES = frozenset({"IV", "OI"})
"""UNTDID 1153: an invoice, the previous invoice."""
_INVOICE_TYPES = frozenset({"380", "384", *CREDIT_NOTE_TYPES})
_VAT_SCHEMES = frozenset({"VA", "VAT"})


class CiiReader:
    """Reads one document of a dialect."""

    def __init__(self, root: etree._Element, dialect: _Dialect) -> None:
        self._root = root
        self._dialect = dialect
        self._fields = Fields(dialect.names)
        self._settlement = f"{dialect.transaction}/{dialect.h_settlement}"
        self._agreement = f"{dialect.transaction}/{dialect.h_agreement}"
        self._currency = self._fields.currency(root, f"{self._settlement}/ram:InvoiceCurrencyCode")

    def read(self) -> tuple[Invoice, Fields]:
        fields, root, dialect = self._fields, self._root, self._dialect
        document = dialect.document
        seller, buyer = f"{self._agreement}/ram:SellerTradeParty", f"{self._agreement}/ram:BuyerTradeParty"
        invoice = Invoice(
            number=fields.id(root, f"{document}/ram:ID", of.NUMBER),
            type_code=fields.id(root, f"{document}/ram:TypeCode", of.TYPE_CODE),
            issue_date=self._day(root, f"{document}/ram:IssueDateTime", of.ISSUE_DATE),
            currency=self._currency,
            seller=self._party(seller, of.SELLER, of.SELLER_VAT, of.SELLER_ID, of.SELLER_ADDRESS),
            buyer=self._party(buyer, of.BUYER, of.BUYER_VAT, of.BUYER_ID, of.BUYER_ADDRESS),
            totals=self._totals(),
            lines=tuple(self._lines()),
            preceding=self._preceding(root, self._settlement, self._agreement),
            profile=fields.id(
                root, f"{dialect.context}/ram:GuidelineSpecifiedDocumentContextParameter/ram:ID", of.PROFILE
            ),
            syntax=dialect.syntax,
        )
        if self._says(f"{document}/ram:CopyIndicator"):
            fields.is_copy()
        if self._says(f"{dialect.context}/ram:TestIndicator"):
            fields.is_test()
        return invoice, fields

    def _says(self, path: str) -> bool:
        return any(values.indicator(self._indicated(element)) for element in self._fields.every(self._root, path))

    def _indicated(self, element: etree._Element) -> str:
        return "".join(str(part) for part in element.itertext())

    def _day(self, parent: etree._Element, path: str, what: Term) -> date | None:
        """The schema takes a text of a stated format, of which only 102 is a day, or an ISO time."""
        fields = self._fields
        holders = fields.every(parent, path)
        texts = [
            element
            for step in ("udt:DateTimeString", "qdt:DateTimeString", "udt:DateString")
            for holder in holders
            for element in fields.every(holder, step)
        ]
        times = [
            element
            for step in ("udt:DateTime", "udt:Date")
            for holder in holders
            for element in fields.every(holder, step)
        ]
        plain = [holder for holder in holders if not len(holder)]  # ZUGFeRD 1.0 for the dates of references
        if sum(map(bool, (texts, times, plain))) > 1:
            fields.repeated(what)
        if texts:
            return self._formatted_day(texts, what)
        if times or plain:
            day = fields.day(times or plain, what, values.iso_day)
            if day and times:
                fields.doubtful(what, times[0].text or "")  # allowed by the schema, not by EN 16931
            return day
        for holder in holders:
            fields.unreadable(what, "".join(str(part) for part in holder.itertext()))
        return None

    def _formatted_day(self, texts: list[etree._Element], what: Term) -> date | None:
        fields, written = self._fields, texts[0].text or ""
        if texts[0].get("format") == "102":
            day = fields.day(texts, what, lambda text: values.compact_day(text) or values.iso_day(text))
            if day and not values.compact_day(written):
                fields.doubtful(what, written)
            return day
        if not texts[0].get("format") and (day := fields.day(texts, what, values.compact_day)):
            fields.doubtful(what, written)
            return day
        if texts[0].get("format"):
            fields.unreadable(what, written)
        return None

    def _party(self, path: str, name: Term, vat: Term, number: Term, address: Term) -> Party:
        fields = self._fields
        party = fields.part(self._root, path, name)
        if party is None:
            return Party()
        registrations = fields.every(party, "ram:SpecifiedTaxRegistration/ram:ID")
        taxed = [element for element in registrations if element.get("schemeID") in _VAT_SCHEMES]
        identifiers = [
            element
            for where in ("ram:GlobalID", "ram:ID", "ram:SpecifiedLegalOrganization/ram:ID")
            for element in fields.every(party, where)
        ]
        endpoints = fields.every(party, "ram:URIUniversalCommunication/ram:URIID")
        identifiers += [element for element in endpoints if element.get("schemeID") not in {"EM", None}]
        glns = [element for element in identifiers if element.get("schemeID") in _GLN_SCHEMES]
        others = [element for element in registrations if element not in taxed]
        return Party(
            name=fields.text(party, "ram:Name", name),
            vat_id=fields.first(taxed, vat),
            gln=next(iter(fields.texts(glns, number)), None),
            ids=fields.texts([*identifiers, *others], number),
            postcode=fields.id(party, "ram:PostalTradeAddress/ram:PostcodeCode", address),
            country=fields.id(party, "ram:PostalTradeAddress/ram:CountryID", address),
        )

    def _totals(self) -> Totals:
        fields, root = self._fields, self._root
        path = f"{self._settlement}/{self._dialect.h_sum}/ram:"
        for part in (self._dialect.transaction, self._settlement, path.removesuffix("/ram:")):
            fields.part(root, part, of.TOTALS)

        def total(name: str, what: Term) -> Decimal | None:
            return fields.amount(root, path + name, what, self._currency)

        allowances, charges = self._allowances(root, self._settlement)
        services = fields.every(root, f"{self._settlement}/ram:SpecifiedLogisticsServiceCharge")
        charges += fields.sum(services, "ram:AppliedAmount", of.CHARGES, self._currency)
        net = total("TaxBasisTotalAmount", of.NET)
        vat = total("TaxTotalAmount", of.VAT)
        rates = fields.every(root, f"{self._settlement}/ram:ApplicableTradeTax")
        fields.breakdown(rates, "ram:BasisAmount", net or ZERO, of.NET, self._currency)
        fields.breakdown(rates, "ram:CalculatedAmount", vat or ZERO, of.VAT, self._currency)
        return Totals(
            lines_net=total("LineTotalAmount", of.LINES_NET),
            net=net,
            gross=total("GrandTotalAmount", of.GROSS),
            due=total("DuePayableAmount", of.DUE),
            allowances=fields.stated_sum(total("AllowanceTotalAmount", of.ALLOWANCES), allowances, of.ALLOWANCES),
            charges=fields.stated_sum(total("ChargeTotalAmount", of.CHARGES), charges, of.CHARGES),
            vat=vat,
            prepaid=total("TotalPrepaidAmount", of.PREPAID),
            rounding=total("RoundingAmount", of.ROUNDING),
        )

    def _allowances(self, parent: etree._Element, path: str) -> tuple[Decimal, Decimal]:
        """Allowances and charges of the document or of a line; whether one adds is written in one of two ways."""
        fields = self._fields
        entries = [
            (
                entry,
                fields.every(entry, "ram:ChargeIndicator/udt:Indicator")
                or fields.every(entry, "ram:ChargeIndicator/udt:IndicatorString"),
            )
            for entry in fields.every(parent, f"{path}/ram:SpecifiedTradeAllowanceCharge")
        ]
        return fields.allowances(entries, "ram:ActualAmount", self._currency)

    def _preceding(self, parent: etree._Element, settlement: str, agreement: str) -> tuple[Preceding, ...]:
        """Earlier invoices of the document or a line; in ZUGFeRD 1.0 they are further documents of a kind."""
        fields, found = self._fields, []
        references = fields.every(parent, f"{settlement}/ram:InvoiceReferencedDocument")
        if self._dialect is _ZUGFERD_1:
            others = fields.every(parent, f"{agreement}/ram:AdditionalReferencedDocument")
            references += [other for other in others if self._is_invoice(other)]
        for reference in references:
            number = fields.id(reference, "ram:IssuerAssignedID", of.PRECEDING) or fields.id(
                reference, "ram:ID", of.PRECEDING
            )
            day = self._day(reference, "ram:FormattedIssueDateTime", of.PRECEDING_DATE) or self._day(
                reference, "ram:IssueDateTime", of.PRECEDING_DATE
            )
            if number:
                found.append(Preceding(number, day, fields.id(reference, "ram:LineID", of.PRECEDING)))
        return tuple(dict.fromkeys(found))

    def _is_invoice(self, reference: etree._Element) -> bool:
        kinds = self._fields.texts(self._fields.every(reference, "ram:ReferenceTypeCode"), of.PRECEDING)
        types = self._fields.texts(self._fields.every(reference, "ram:TypeCode"), of.PRECEDING)
        return bool(_INVOICE_REFERENCES & {*kinds} or _INVOICE_TYPES & {*types})

    def _lines(self) -> Iterator[Line]:
        fields = self._fields
        elements = fields.every(self._root, f"{self._dialect.transaction}/ram:IncludedSupplyChainTradeLineItem")
        check_lines(len(elements))
        about = "ram:AssociatedDocumentLineDocument/ram:"
        identified = [
            (
                element,
                fields.id(element, f"{about}LineID", of.LINE_ID),
                fields.id(element, f"{about}ParentLineID", of.PARENT),
            )
            for element in elements
        ]
        above = {parent for _element, _number, parent in identified if parent}
        kind = "ram:AssociatedDocumentLineDocument/ram:LineStatusReasonCode"
        if any(
            (parent or number in above) and not fields.every(element, kind) for element, number, parent in identified
        ):
            fields.unsaid_kinds()
        for place, (element, number, parent) in enumerate(identified, start=1):
            fields.line = number or str(place)
            yield self._read_line(element, number, parent, is_parent=number in above)
        fields.line = None

    def _read_line(self, line: etree._Element, number: str | None, parent: str | None, *, is_parent: bool) -> Line:
        fields, dialect = self._fields, self._dialect
        price = f"{dialect.l_agreement}/ram:NetPriceProductTradePrice"
        product = "ram:SpecifiedTradeProduct"
        quantity = f"{dialect.l_delivery}/ram:BilledQuantity"
        allowances, charges = self._allowances(line, dialect.l_settlement)
        return Line(
            id=number,
            kind=self._kind(line, is_parent=is_parent),
            quantity=fields.number(line, quantity, of.QUANTITY),
            unit=fields.unit(line, quantity),
            net=fields.amount(
                line, f"{dialect.l_settlement}/{dialect.l_sum}/ram:LineTotalAmount", of.LINE_NET, self._currency
            ),
            price=fields.amount(line, f"{price}/ram:ChargeAmount", of.PRICE, self._currency),
            price_base_quantity=self._price_base(line, quantity),
            name=fields.text(line, f"{product}/ram:Name", of.NAME),
            seller_article=fields.id(line, f"{product}/ram:SellerAssignedID", of.ARTICLE),
            buyer_article=fields.id(line, f"{product}/ram:BuyerAssignedID", of.BUYER_ARTICLE),
            standard_id=fields.id(line, f"{product}/ram:GlobalID", of.STANDARD_ID),
            serials=self._serials(line),
            parent=parent,
            allowances=allowances,
            charges=charges,
            preceding=self._preceding(line, dialect.l_settlement, dialect.l_agreement),
        )

    def _price_base(self, line: etree._Element, quantity: str) -> Decimal | None:
        """BT-149 stands with the net price or the gross one. If they differ, that of the net one counts."""
        fields, agreement = self._fields, self._dialect.l_agreement
        net, gross = (
            f"{agreement}/ram:{price}ProductTradePrice/ram:BasisQuantity" for price in ("NetPrice", "GrossPrice")
        )
        of_net, of_gross = (fields.number(line, path, of.PRICE_BASE) for path in (net, gross))
        if of_net is not None and of_gross is not None and of_net != of_gross:
            fields.repeated(of.PRICE_BASE)
        unit = fields.unit(line, quantity)
        base_unit = fields.unit(line, net) or fields.unit(line, gross)
        if base_unit and unit and base_unit != unit:
            fields.doubtful(of.PRICE_BASE, base_unit)
        return of_net if fields.every(line, net) else of_gross

    def _kind(self, line: etree._Element, *, is_parent: bool) -> LineKind:
        fields, about = self._fields, "ram:AssociatedDocumentLineDocument/ram:"
        stated = fields.id(line, f"{about}LineStatusReasonCode", of.LINE_KIND)
        if stated in set(LineKind):
            return LineKind(stated)
        if stated:
            fields.unreadable(of.LINE_KIND, stated)
        if is_parent:
            return LineKind.GROUP
        # A line of ZUGFeRD 1.0 can be a note between others: it names no article and costs nothing.
        parts = (
            self._dialect.l_settlement,
            self._dialect.l_delivery,
            self._dialect.l_agreement,
            "ram:SpecifiedTradeProduct",
        )
        sold = any(fields.every(line, part) for part in parts)
        return LineKind.DETAIL if sold else LineKind.INFORMATION

    def _serials(self, line: etree._Element) -> tuple[str, ...]:
        """Of the article, of one it contains, of one that is delivered: wherever the schema has them."""
        fields = self._fields
        tags = fields.names["ram:SupplierAssignedSerialID"] + fields.names["ram:SerialID"]
        numbered = list(line.iter(*tags))
        product = "ram:SpecifiedTradeProduct"
        attributes = [
            (fields.every(item, "ram:Description"), fields.every(item, "ram:Value"))
            for item in fields.every(line, f"{product}/ram:ApplicableProductCharacteristic")
        ]
        notes = fields.every(line, "ram:AssociatedDocumentLineDocument/ram:IncludedNote/ram:Content")
        described = [*notes, *fields.every(line, f"{product}/ram:Description")]
        return fields.serials(numbered, attributes, described)


def read(root: etree._Element) -> tuple[Invoice, Fields]:
    """The record without remarks, and the fields that hold them."""
    return CiiReader(root, _D16B if root.tag == CII else _ZUGFERD_1).read()
