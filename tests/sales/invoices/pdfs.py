"""PDFs written by hand, so that a test can put anything into them; and an invoice's data to go along."""

from __future__ import annotations

import zlib
from collections.abc import Iterable, Mapping
from decimal import Decimal

NUMBER = "RE-2026-0815"
GROSS = Decimal("1234.56")
_CII = "urn:un:unece:uncefact:data:standard:"


def cii(number: str = NUMBER, gross: Decimal | str = GROSS, before: str = "", note: str = "") -> bytes:
    """An invoice of one line. `before`: what stands before its root, such as a document type."""
    net = Decimal(gross)
    return f"""<?xml version="1.0" encoding="UTF-8"?>{before}
<rsm:CrossIndustryInvoice xmlns:rsm="{_CII}CrossIndustryInvoice:100"
 xmlns:ram="{_CII}ReusableAggregateBusinessInformationEntity:100"
 xmlns:udt="urn:un:unece:uncefact:data:standard:UnqualifiedDataType:100">
<rsm:ExchangedDocumentContext><ram:GuidelineSpecifiedDocumentContextParameter>
<ram:ID>urn:cen.eu:en16931:2017</ram:ID>
</ram:GuidelineSpecifiedDocumentContextParameter></rsm:ExchangedDocumentContext>
<rsm:ExchangedDocument><ram:ID>{number}</ram:ID><ram:TypeCode>380</ram:TypeCode>
<ram:IssueDateTime><udt:DateTimeString format="102">20260102</udt:DateTimeString></ram:IssueDateTime>
<ram:IncludedNote><ram:Content>{note}</ram:Content></ram:IncludedNote></rsm:ExchangedDocument>
<rsm:SupplyChainTradeTransaction>
<ram:IncludedSupplyChainTradeLineItem>
<ram:AssociatedDocumentLineDocument><ram:LineID>1</ram:LineID></ram:AssociatedDocumentLineDocument>
<ram:SpecifiedTradeProduct><ram:SellerAssignedID>D785</ram:SellerAssignedID><ram:Name>Phone</ram:Name>
</ram:SpecifiedTradeProduct>
<ram:SpecifiedLineTradeAgreement><ram:NetPriceProductTradePrice><ram:ChargeAmount>{net}</ram:ChargeAmount>
</ram:NetPriceProductTradePrice></ram:SpecifiedLineTradeAgreement>
<ram:SpecifiedLineTradeDelivery><ram:BilledQuantity unitCode="H87">1</ram:BilledQuantity>
</ram:SpecifiedLineTradeDelivery>
<ram:SpecifiedLineTradeSettlement><ram:ApplicableTradeTax><ram:TypeCode>VAT</ram:TypeCode>
<ram:CategoryCode>Z</ram:CategoryCode><ram:RateApplicablePercent>0</ram:RateApplicablePercent></ram:ApplicableTradeTax>
<ram:SpecifiedTradeSettlementLineMonetarySummation><ram:LineTotalAmount>{net}</ram:LineTotalAmount>
</ram:SpecifiedTradeSettlementLineMonetarySummation></ram:SpecifiedLineTradeSettlement>
</ram:IncludedSupplyChainTradeLineItem>
<ram:ApplicableHeaderTradeAgreement>
<ram:SellerTradeParty><ram:Name>Distributor</ram:Name></ram:SellerTradeParty>
<ram:BuyerTradeParty><ram:Name>Partner</ram:Name></ram:BuyerTradeParty>
</ram:ApplicableHeaderTradeAgreement>
<ram:ApplicableHeaderTradeDelivery/>
<ram:ApplicableHeaderTradeSettlement><ram:InvoiceCurrencyCode>EUR</ram:InvoiceCurrencyCode>
<ram:SpecifiedTradeSettlementHeaderMonetarySummation>
<ram:LineTotalAmount>{net}</ram:LineTotalAmount><ram:TaxBasisTotalAmount>{net}</ram:TaxBasisTotalAmount>
<ram:TaxTotalAmount currencyID="EUR">0.00</ram:TaxTotalAmount><ram:GrandTotalAmount>{net}</ram:GrandTotalAmount>
<ram:DuePayableAmount>{net}</ram:DuePayableAmount>
</ram:SpecifiedTradeSettlementHeaderMonetarySummation></ram:ApplicableHeaderTradeSettlement>
</rsm:SupplyChainTradeTransaction>
</rsm:CrossIndustryInvoice>""".encode()


def stream(data: bytes, entries: bytes = b"", *, packed: bool = False) -> bytes:
    """An object that is a stream."""
    if packed:
        data, entries = zlib.compress(data), entries + b"/Filter/FlateDecode"
    return b"<<%s/Length %d>>stream\n%s\nendstream" % (entries, len(data), data)


def shown(*lines: str) -> bytes:
    """The content of a page that shows these lines."""
    texts = b"".join(b"(%s) Tj T* " % line.encode("cp1252") for line in lines)
    return b"BT /F1 11 Tf 14 TL 50 780 Td " + texts + b"ET"


USUAL_PAGE = shown(f"Rechnung {NUMBER}", "1 Phone", "Gesamtbetrag 1.234,56 EUR")


def pdf(
    objects: Mapping[int, bytes] | None = None, *, catalog: bytes = b"", page: bytes = b"", content: bytes = USUAL_PAGE
) -> bytes:
    """One page. 1 is the catalogue, 2 the tree of pages, 3 the page, 4 its content, 5 its font.

    `objects` come to them or take their places. `catalog` and `page`: further entries of these.
    """
    all_objects = {
        1: b"<</Type/Catalog/Pages 2 0 R%s>>" % catalog,
        2: b"<</Type/Pages/Kids[3 0 R]/Count 1>>",
        3: b"<</Type/Page/Parent 2 0 R%s/Contents 4 0 R/Resources<</Font<</F1 5 0 R>>>>%s>>"
        % (b"" if b"/MediaBox" in page else b"/MediaBox[0 0 595 842]", page),
        4: stream(content),
        5: b"<</Type/Font/Subtype/Type1/BaseFont/Helvetica/Encoding/WinAnsiEncoding>>",
        **(objects or {}),
    }
    return _written(all_objects)


def _written(objects: Mapping[int, bytes], trailer: bytes = b"") -> bytes:
    out = bytearray(b"%PDF-1.7\n%\xe2\xe3\xcf\xd3\n")
    places = {}
    for number, body in sorted(objects.items()):
        places[number] = len(out)
        out += b"%d 0 obj\n%s\nendobj\n" % (number, body)
    start = len(out)
    size = max(objects) + 1
    out += b"xref\n0 %d\n0000000000 65535 f \n" % size
    out += b"".join(
        b"%010d 00000 n \n" % places[number] if number in places else b"0000000000 65535 f \n"
        for number in range(1, size)
    )
    out += b"trailer\n<</Size %d/Root 1 0 R%s>>\nstartxref\n%d\n%%%%EOF\n" % (size, trailer, start)
    return bytes(out)


def attached(
    files: Iterable[tuple[str, bytes]],
    objects: Mapping[int, bytes] | None = None,
    *,
    content: bytes = USUAL_PAGE,
    catalog: bytes = b"",
) -> bytes:
    """A PDF with these attachments in its tree of names. The first file is object 100, its specification 101."""
    more = {}
    names = []
    for index, (name, data) in enumerate(files):
        number = 100 + 2 * index
        more[number] = stream(data, b"/Type/EmbeddedFile", packed=True)
        more[number + 1] = b"<</Type/Filespec/F(%s)/UF(%s)/EF<</F %d 0 R>>>>" % (name.encode(), name.encode(), number)
        names.append(b"(%s)%d 0 R" % (name.encode(), number + 1))
    tree = b"/Names<</EmbeddedFiles<</Names[%s]>>>>" % b"".join(names)
    return pdf({**more, **(objects or {})}, catalog=tree + catalog, content=content)


def hybrid(data: bytes | None = None, name: str = "factur-x.xml", content: bytes = USUAL_PAGE) -> bytes:
    """What a distributor sends: pages for people, and their data."""
    return attached([(name, cii() if data is None else data)], content=content)
