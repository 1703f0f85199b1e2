"""What a document is, told by the namespace and name of its root, never by a prefix or a file's name."""

from __future__ import annotations

import re

from common.sentences import _n
from sales.readers.invoices.record import Refused
from sales.readers.problems import Term

_UBL = "urn:oasis:names:specification:ubl:schema:xsd:"
_UNECE = "urn:un:unece:uncefact:data:"

UBL_INVOICE = f"{{{_UBL}Invoice-2}}Invoice"
UBL_CREDIT_NOTE = f"{{{_UBL}CreditNote-2}}CreditNote"
CII = f"{{{_UNECE}standard:CrossIndustryInvoice:100}}CrossIndustryInvoice"
ZUGFERD_1 = "{urn:ferd:CrossIndustryDocument:invoice:1p0}CrossIndustryDocument"
INVOICES = frozenset({UBL_INVOICE, UBL_CREDIT_NOTE, CII, ZUGFERD_1})

_HEADER_NAMESPACE = "http://www.unece.org/cefact/namespaces/StandardBusinessDocumentHeader"
ENVELOPE = f"{{{_HEADER_NAMESPACE}}}StandardBusinessDocument"
ENVELOPE_HEADER = f"{{{_HEADER_NAMESPACE}}}StandardBusinessDocumentHeader"

_ORDER = Term(_n("an order"))
_OTHERS = (
    (rf"{_UNECE}SCRDMCCBDACIO", _ORDER),  # Order-X: order, order change and order response
    (rf"{_UNECE}SCRDMCCBDACID", Term(_n("a delivery note"))),  # Deliver-X
    (rf"{_UBL}Order(Change|Cancellation|ResponseSimple|Response)?-2", _ORDER),
    (rf"{_UBL}(DespatchAdvice|ReceiptAdvice)-2", Term(_n("a delivery note"))),
    (rf"{_UBL}(Quotation|RequestForQuotation|Catalogue\w*)-2", Term(_n("an offer or a price list"))),
    (rf"{_UBL}(Reminder|Statement|RemittanceAdvice)-2", Term(_n("a reminder or a statement of account"))),
    (rf"{_UBL}(SelfBilledInvoice|SelfBilledCreditNote)-2", Term(_n("a self-billed invoice, which its buyer wrote"))),
    (rf"{_UBL}ApplicationResponse-2", Term(_n("an answer to an invoice"))),
    (r"urn:ferd:", Term(_n("an invoice in a version of ZUGFeRD that was never released"))),
    (rf"{_UNECE}standard:CrossIndustryInvoice:", Term(_n("an invoice in another version of Cross Industry Invoice"))),
    (r"http://www\.ebinterface\.at/", Term(_n("an invoice in the format ebInterface"))),
    (r"http://(www\.fatturapa\.gov\.it|ivaservizi\.agenziaentrate)", Term(_n("an invoice in the format FatturaPA"))),
    (r"http://www\.facturae\.", Term(_n("an invoice in the format Facturae"))),
    (r"http://www\.opentrans\.org/", Term(_n("a document in the format openTRANS"))),
    (r"urn:iso:std:iso:20022:", Term(_n("a payment or a bank statement"))),
)
_NAMESPACE = re.compile(r"\{([^}]*)\}(.*)", re.DOTALL)
_SHOWN = 60


def refuse_unless_invoice(tag: str) -> None:
    """Raises `Refused` that says what a document with this root is."""
    if tag in INVOICES:
        return
    found = _NAMESPACE.fullmatch(tag)
    namespace, name = found.groups() if found else ("", tag)
    for pattern, kind in _OTHERS:
        if re.match(pattern, namespace):
            raise Refused(
                "not_an_invoice",
                _n(
                    "The file is {kind}. Upload the distributor's invoice as XRechnung, ZUGFeRD, Factur-X or another "
                    "invoice in UBL or CII."
                ),
                kind=kind,
            )
    raise Refused(
        "not_an_invoice",
        _n(
            "The file is XML but no invoice: it begins with “{name}”. Upload the distributor's invoice as XRechnung, "
            "ZUGFeRD, Factur-X or another invoice in UBL or CII."
        ),
        name=name[:_SHOWN],
    )
