"""UBL 2.1 invoices and credit notes into records: EN 16931, Peppol, XRechnung with its lines below lines."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal

from lxml import etree

from sales.readers.invoices import fields as of
from sales.readers.invoices import values
from sales.readers.invoices.fields import Fields, Names
from sales.readers.invoices.limits import check_lines
from sales.readers.invoices.record import ZERO, Invoice, Line, LineKind, Party, Preceding, Totals
from sales.readers.invoices.roots import UBL_CREDIT_NOTE
from sales.readers.problems import Term

_NAMES = Names(
    cbc="urn:oasis:names:specification:ubl:schema:xsd:CommonBasicComponents-2",
    cac="urn:oasis:names:specification:ubl:schema:xsd:CommonAggregateComponents-2",
)
_GLN_SCHEMES = frozenset({"0088", "GLN"})
_NO_NUMBERS = frozenset({"EM", "SEPA"})
"""Schemes of identifiers that say nothing about who a party is: mail addresses, and a creditor's at the bank."""
_PRECEDING = (
    "cac:InvoiceDocumentReference",
    "cac:SelfBilledInvoiceDocumentReference",
    "cac:CreditNoteDocumentReference",
    "cac:SelfBilledCreditNoteDocumentReference",
)
_SERIAL = _NAMES["cbc:SerialID"][0]


class UblReader:
    """Reads one document; `remarks` afterwards say what a person should look at."""

    def __init__(self, root: etree._Element) -> None:
        self._root = root
        self._fields = Fields(_NAMES)
        credit_note = root.tag == UBL_CREDIT_NOTE
        self._type_code = "cbc:CreditNoteTypeCode" if credit_note else "cbc:InvoiceTypeCode"
        self._line = "cac:CreditNoteLine" if credit_note else "cac:InvoiceLine"
        self._sub_line = "cac:SubCreditNoteLine" if credit_note else "cac:SubInvoiceLine"
        self._quantity = "cbc:CreditedQuantity" if credit_note else "cbc:InvoicedQuantity"
        self._currency = self._fields.currency(root, "cbc:DocumentCurrencyCode")

    def read(self) -> tuple[Invoice, Fields]:
        fields, root = self._fields, self._root
        invoice = Invoice(
            number=fields.id(root, "cbc:ID", of.NUMBER),
            type_code=fields.id(root, self._type_code, of.TYPE_CODE),
            issue_date=fields.day(fields.every(root, "cbc:IssueDate"), of.ISSUE_DATE, values.iso_day),
            currency=self._currency,
            seller=self._party(
                "cac:AccountingSupplierParty", of.SELLER, of.SELLER_VAT, of.SELLER_ID, of.SELLER_ADDRESS
            ),
            buyer=self._party("cac:AccountingCustomerParty", of.BUYER, of.BUYER_VAT, of.BUYER_ID, of.BUYER_ADDRESS),
            totals=self._totals(),
            lines=tuple(self._lines(root, self._line, None)),
            preceding=self._preceding(root),
            profile=fields.id(root, "cbc:CustomizationID", of.PROFILE),
            syntax="ubl",
        )
        if any(values.indicator(copy.text or "") for copy in fields.every(root, "cbc:CopyIndicator")):
            fields.is_copy()
        if any(line.kind is LineKind.GROUP for line in invoice.lines):
            fields.unsaid_kinds()
        if (root.tag == UBL_CREDIT_NOTE) != invoice.takes_back and invoice.type_code:
            fields.unfit_type(invoice.type_code)
        return invoice, fields

    def _party(self, path: str, name: Term, vat: Term, number: Term, address: Term) -> Party:
        fields = self._fields
        party = fields.part(self._root, f"{path}/cac:Party", name)
        if party is None:
            return Party()
        identifiers = [
            element
            for where in ("cac:PartyIdentification/cbc:ID", "cac:PartyLegalEntity/cbc:CompanyID", "cbc:EndpointID")
            for element in fields.every(party, where)
            if element.get("schemeID") not in _NO_NUMBERS
        ]
        registered, others = self._tax_numbers(party)
        glns = [element for element in identifiers if element.get("schemeID") in _GLN_SCHEMES]
        return Party(
            name=self._name(party, name),
            vat_id=fields.first(registered, vat),
            gln=next(iter(fields.texts(glns, number)), None),
            ids=fields.texts([*identifiers, *others], number),
            postcode=fields.id(party, "cac:PostalAddress/cbc:PostalZone", address),
            country=fields.id(party, "cac:PostalAddress/cac:Country/cbc:IdentificationCode", address),
        )

    def _name(self, party: etree._Element, what: Term) -> str | None:
        """The legal name (BT-27); without one the trading name, with a remark."""
        fields = self._fields
        legal = fields.text(party, "cac:PartyLegalEntity/cbc:RegistrationName", what)
        if legal is None and (trading := fields.text(party, "cac:PartyName/cbc:Name", what)):
            fields.doubtful(what, trading)
            return trading
        return legal

    def _tax_numbers(self, party: etree._Element) -> tuple[list[etree._Element], list[etree._Element]]:
        """VAT numbers and those of other registers (BT-31, BT-32)."""
        registered: list[etree._Element] = []
        others: list[etree._Element] = []
        for scheme in self._fields.every(party, "cac:PartyTaxScheme"):
            kinds = {(kind.text or "").strip().upper() for kind in self._fields.every(scheme, "cac:TaxScheme/cbc:ID")}
            (registered if "VAT" in kinds else others).extend(self._fields.every(scheme, "cbc:CompanyID"))
        return registered, others

    def _totals(self) -> Totals:
        fields, root = self._fields, self._root
        path = "cac:LegalMonetaryTotal/cbc:"
        fields.part(root, "cac:LegalMonetaryTotal", of.TOTALS)

        def total(name: str, what: Term) -> Decimal | None:
            return fields.amount(root, path + name, what, self._currency)

        allowances, charges = self._allowances(root)
        net = total("TaxExclusiveAmount", of.NET)
        vat = fields.amount_in(fields.every(root, "cac:TaxTotal/cbc:TaxAmount"), of.VAT, self._currency)
        rates = [
            rate
            for tax in fields.every(root, "cac:TaxTotal")
            if any(amount.get("currencyID") == self._currency for amount in fields.every(tax, "cbc:TaxAmount"))
            for rate in fields.every(tax, "cac:TaxSubtotal")
        ]
        fields.breakdown(rates, "cbc:TaxableAmount", net or ZERO, of.NET, self._currency)
        fields.breakdown(rates, "cbc:TaxAmount", vat or ZERO, of.VAT, self._currency)
        return Totals(
            lines_net=total("LineExtensionAmount", of.LINES_NET),
            net=net,
            gross=total("TaxInclusiveAmount", of.GROSS),
            due=total("PayableAmount", of.DUE),
            allowances=fields.stated_sum(total("AllowanceTotalAmount", of.ALLOWANCES), allowances, of.ALLOWANCES),
            charges=fields.stated_sum(total("ChargeTotalAmount", of.CHARGES), charges, of.CHARGES),
            vat=vat,
            prepaid=total("PrepaidAmount", of.PREPAID),
            rounding=total("PayableRoundingAmount", of.ROUNDING),
            third_party=fields.sum(
                fields.every(root, "cac:PrepaidPayment"), "cbc:PaidAmount", of.THIRD_PARTY, self._currency
            ),
        )

    def _allowances(self, parent: etree._Element) -> tuple[Decimal, Decimal]:
        """Allowances and charges of the document or of a line."""
        fields = self._fields
        entries = [
            (entry, fields.every(entry, "cbc:ChargeIndicator")) for entry in fields.every(parent, "cac:AllowanceCharge")
        ]
        return fields.allowances(entries, "cbc:Amount", self._currency)

    def _preceding(self, parent: etree._Element) -> tuple[Preceding, ...]:
        fields, found = self._fields, []
        for reference in fields.every(parent, "cac:BillingReference"):
            line = fields.id(reference, "cac:BillingReferenceLine/cbc:ID", of.PRECEDING)
            for kind in _PRECEDING:
                for document in fields.every(reference, kind):
                    number = fields.id(document, "cbc:ID", of.PRECEDING)
                    day = fields.day(fields.every(document, "cbc:IssueDate"), of.PRECEDING_DATE, values.iso_day)
                    if number:
                        found.append(Preceding(number, day, line))
        return tuple(dict.fromkeys(found))

    def _lines(self, parent: etree._Element, path: str, above: str | None) -> Iterator[Line]:
        elements = self._fields.every(parent, path)
        check_lines(len(elements))
        for place, element in enumerate(elements, start=1):
            number = self._fields.id(element, "cbc:ID", of.LINE_ID)
            self._fields.line = number or str(place)
            parts = list(self._lines(element, self._sub_line, number))
            self._fields.line = number or str(place)
            yield self._read_line(element, number, above, is_group=bool(parts))
            yield from parts
            self._fields.line = None

    def _read_line(self, line: etree._Element, number: str | None, above: str | None, *, is_group: bool) -> Line:
        fields = self._fields
        allowances, charges = self._allowances(line)
        unit = fields.unit(line, self._quantity)
        base_unit = fields.unit(line, "cac:Price/cbc:BaseQuantity")
        if base_unit and unit and base_unit != unit:
            fields.doubtful(of.PRICE_BASE, base_unit)
        return Line(
            id=number,
            kind=LineKind.GROUP if is_group else LineKind.DETAIL,
            quantity=fields.number(line, self._quantity, of.QUANTITY),
            unit=unit,
            net=fields.amount(line, "cbc:LineExtensionAmount", of.LINE_NET, self._currency),
            price=fields.amount(line, "cac:Price/cbc:PriceAmount", of.PRICE, self._currency),
            price_base_quantity=fields.number(line, "cac:Price/cbc:BaseQuantity", of.PRICE_BASE),
            name=fields.text(line, "cac:Item/cbc:Name", of.NAME),
            seller_article=fields.id(line, "cac:Item/cac:SellersItemIdentification/cbc:ID", of.ARTICLE),
            buyer_article=fields.id(line, "cac:Item/cac:BuyersItemIdentification/cbc:ID", of.BUYER_ARTICLE),
            standard_id=fields.id(line, "cac:Item/cac:StandardItemIdentification/cbc:ID", of.STANDARD_ID),
            serials=self._serials(line),
            parent=above,
            allowances=allowances,
            charges=charges,
            preceding=self._preceding(line),
        )

    def _serials(self, line: etree._Element) -> tuple[str, ...]:
        """Wherever the schema has them, without those of the lines below this one."""
        fields = self._fields
        (below,) = fields.names[self._sub_line]
        own = [part for part in line if part.tag != below]
        numbered = [element for part in own for element in part.iter(_SERIAL)]
        attributes = [
            (fields.every(item, "cbc:Name"), fields.every(item, "cbc:Value"))
            for item in fields.every(line, "cac:Item/cac:AdditionalItemProperty")
        ]
        described = [*fields.every(line, "cbc:Note"), *fields.every(line, "cac:Item/cbc:Description")]
        return fields.serials(numbered, attributes, described)


def read(root: etree._Element) -> tuple[Invoice, Fields]:
    """The record without remarks, and the fields that hold them."""
    return UblReader(root).read()
