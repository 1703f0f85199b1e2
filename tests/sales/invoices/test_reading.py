"""What is read from where, and what is told about what is no invoice."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import date
from decimal import Decimal

import pytest

from sales.readers.invoices.reading import read_xml
from sales.readers.invoices.record import Invoice, LineKind, Preceding
from tests.sales.invoices.reading_samples import SYNTAXES, codes, exchanged, in_each_syntax, refusal
from tests.sales.invoices.samples import cii, line, sample, totalled, ubl, zugferd1

Writer = Callable[[Invoice], bytes]
_HEADER = "http://www.unece.org/cefact/namespaces/StandardBusinessDocumentHeader"


@pytest.mark.parametrize("syntax", SYNTAXES)
def test_a_sample_is_read_as_it_was_written_without_a_remark(syntax: str) -> None:
    assert read_xml(SYNTAXES[syntax](sample())) == replace(sample(), syntax=syntax)


@in_each_syntax
def test_prefixes_say_nothing(write: Writer) -> None:
    content = write(sample())
    for prefix in ("cac", "cbc", "rsm", "ram", "udt"):
        content = content.replace(f"{prefix}:".encode(), f"x{prefix}x:".encode())
        content = content.replace(f"xmlns:{prefix}=".encode(), f"xmlns:x{prefix}x=".encode())
    assert read_xml(content).warnings == ()
    assert read_xml(content).lines == sample().lines


@pytest.mark.parametrize(
    ("root", "told"),
    [
        ('<Order xmlns="urn:oasis:names:specification:ubl:schema:xsd:Order-2"/>', "an order"),
        (
            '<r:SCRDMCCBDACIOMessageStructure xmlns:r="urn:un:unece:uncefact:data:SCRDMCCBDACIOMessageStructure:100"/>',
            "order",
        ),
        (
            '<x:DespatchAdvice xmlns:x="urn:oasis:names:specification:ubl:schema:xsd:DespatchAdvice-2"/>',
            "a delivery note",
        ),
        ('<Invoice xmlns="urn:oasis:names:specification:ubl:schema:xsd:Order-2"/>', "an order"),
        ('<Catalogue xmlns="urn:oasis:names:specification:ubl:schema:xsd:Catalogue-2"/>', "a price list"),
        (
            '<x:SelfBilledInvoice xmlns:x="urn:oasis:names:specification:ubl:schema:xsd:SelfBilledInvoice-2"/>',
            "self-billed",
        ),
        ('<r:CrossIndustryDocument xmlns:r="urn:ferd:CrossIndustryDocument:invoice:rc"/>', "never released"),
        ('<Document xmlns="urn:iso:std:iso:20022:tech:xsd:pain.001.001.09"/>', "a payment"),
        ("<Invoice/>", "begins with “Invoice”"),
        ('<Invoice xmlns="urn:oasis:names:specification:ubl:schema:xsd:CreditNote-2"/>', "begins with “Invoice”"),
        ('<html xmlns="http://www.w3.org/1999/xhtml"/>', "begins with “html”"),
    ],
)
def test_what_is_no_invoice_is_told_what_it_is(root: str, told: str) -> None:
    refused = refusal(root.encode())
    assert refused.code == "not_an_invoice"
    assert told in str(refused)


@in_each_syntax
def test_an_envelope_is_opened(write: Writer) -> None:
    document = write(sample()).partition(b"\n")[2].decode()
    head = f'<s:StandardBusinessDocument xmlns:s="{_HEADER}"><s:StandardBusinessDocumentHeader/>'
    tail = "</s:StandardBusinessDocument>"
    assert read_xml(f"{head}{document}{tail}".encode()).lines == sample().lines
    assert refusal(f"{head}{document}{document}{tail}".encode()).code == "several_invoices"
    assert refusal(f"{head}{tail}".encode()).code == "empty_envelope"
    assert refusal(f"{head}<other/>{tail}".encode()).code == "not_an_invoice"
    assert refusal(f"{head}{document}<!-- --><other/>{tail}".encode()).code == "several_invoices"


@in_each_syntax
def test_a_profile_without_lines_is_read_and_says_so(write: Writer) -> None:
    invoice = read_xml(write(replace(sample(), lines=())))
    assert codes(invoice) == ["no_lines"]
    assert invoice.totals.gross == sample().totals.gross


def _nested() -> Invoice:
    group = replace(line("1", "1", "1000.00"), kind=LineKind.GROUP, price=None)
    parts = tuple(replace(line(f"1.{number}", "5", "100.00", article=f"A{number}"), parent="1") for number in (1, 2))
    return totalled(replace(sample(), lines=(group, *parts, line("2", "1", "7.00"))))


@in_each_syntax
def test_lines_below_lines_count_once(write: Writer) -> None:
    invoice = read_xml(write(_nested()))
    assert [(line.id, line.kind, line.parent) for line in invoice.lines] == [
        ("1", LineKind.GROUP, None),
        ("1.1", LineKind.DETAIL, "1"),
        ("1.2", LineKind.DETAIL, "1"),
        ("2", LineKind.DETAIL, None),
    ]
    assert invoice.lines[1].seller_article == "A1"
    # UBL does not say which of them are sold.
    assert codes(invoice) == (["nested"] if invoice.syntax == "ubl" else [])


@pytest.mark.parametrize("write", [cii, zugferd1])
def test_without_a_stated_kind_a_line_that_others_belong_to_is_a_group(write: Writer) -> None:
    content = write(_nested())
    for kind in LineKind:
        tag = "ram:LineStatusReasonCode"
        content = content.replace(f"<{tag}>{kind}</{tag}>".encode(), b"")
    invoice = read_xml(content)
    assert [line.kind for line in invoice.lines] == [line.kind for line in _nested().lines]
    assert codes(invoice) == ["nested"]


def test_lines_that_are_information_are_not_sold() -> None:
    nested = _nested()
    lines = tuple(
        replace(line, kind=LineKind.DETAIL if line.id == "1" else LineKind.INFORMATION) if line.id != "2" else line
        for line in nested.lines
    )
    assert codes(read_xml(cii(totalled(replace(nested, lines=lines))))) == []


def test_a_note_between_the_lines_of_zugferd_1_is_information() -> None:
    note = (
        "<ram:IncludedSupplyChainTradeLineItem><ram:AssociatedDocumentLineDocument>"
        "<ram:IncludedNote><ram:Content>Lieferung vom 1.8.</ram:Content></ram:IncludedNote>"
        "</ram:AssociatedDocumentLineDocument></ram:IncludedSupplyChainTradeLineItem>"
    )
    tail = "</rsm:SpecifiedSupplyChainTradeTransaction>"
    invoice = read_xml(exchanged(zugferd1(sample()), tail, note + tail))
    assert invoice.lines[-1].kind is LineKind.INFORMATION
    assert codes(invoice) == []


@in_each_syntax
def test_a_credit_note_takes_back_and_names_what(write: Writer) -> None:
    earlier = (Preceding("RE-1", date(2026, 7, 1)), Preceding("RE-2"))
    of_line = (Preceding("RE-2", date(2026, 7, 2), "10"),)
    lines = (replace(sample().lines[0], preceding=of_line), sample().lines[1])
    credit = replace(sample(), type_code="381", preceding=earlier, lines=lines)
    invoice = read_xml(write(credit))
    assert invoice.takes_back
    assert (invoice.preceding, invoice.lines[0].preceding) == (earlier, of_line)
    assert codes(invoice) == []
    assert not read_xml(write(sample())).takes_back


@in_each_syntax
def test_every_amount_of_a_line_is_read(write: Writer) -> None:
    full = replace(
        line("1", "3", "100.00", article="4 711 A", gtin="123", base="2", serials=("AB12", "AB13", "AB14")),
        buyer_article="B 9",
        net=Decimal("146.00"),
        allowances=Decimal("9.00"),
        charges=Decimal("5.00"),
    )
    invoice = read_xml(write(totalled(replace(sample(), lines=(full,)))))
    assert invoice.lines == (full,)
    assert codes(invoice) == []


@in_each_syntax
def test_empty_elements_are_missing_not_empty(write: Writer) -> None:
    invoice = read_xml(exchanged(write(sample()), ">Basisstation<", "> \n <"))
    assert invoice.lines[1].name is None
    assert codes(invoice) == ["missing"]


def test_vat_in_another_currency_beside_the_documents_is_usual() -> None:
    second = '<cac:TaxTotal><cbc:TaxAmount currencyID="CHF">320.00</cbc:TaxAmount></cac:TaxTotal>'
    content = ubl(sample())
    for place in ("<cac:TaxTotal>", "<cac:LegalMonetaryTotal>"):
        invoice = read_xml(exchanged(content, place, second + place))
        assert invoice.totals == sample().totals
        assert codes(invoice) == []
    twice = '<ram:TaxTotalAmount currencyID="CHF">320.00</ram:TaxTotalAmount><ram:TaxTotalAmount'
    invoice = read_xml(exchanged(cii(sample()), "<ram:TaxTotalAmount", twice))
    assert (invoice.totals, codes(invoice)) == (sample().totals, [])


def test_a_base_quantity_beside_the_gross_price_counts_like_one_beside_the_net_price() -> None:
    content = cii(sample())
    base = '<ram:BasisQuantity unitCode="H87">1</ram:BasisQuantity>'
    price = "ram:GrossPriceProductTradePrice"
    gross = f"<{price}><ram:ChargeAmount>1</ram:ChargeAmount>{base}</{price}>"
    net = "<ram:NetPriceProductTradePrice><ram:ChargeAmount>450.00"
    moved = exchanged(exchanged(content, base, ""), net, gross + net)
    assert read_xml(moved).lines == sample().lines
    differing = exchanged(content, net, gross.replace(">1</ram:Basis", ">2</ram:Basis") + net)
    assert read_xml(differing).lines[1].price_base_quantity == 1
    assert codes(read_xml(differing)) == ["repeated"]


def test_an_indicator_may_be_a_text_in_cii() -> None:
    content = exchanged(
        cii(sample()), "<udt:Indicator>false</udt:Indicator>", "<udt:IndicatorString>false</udt:IndicatorString>"
    )
    assert read_xml(content) == replace(sample(), syntax="cii")


def test_days_of_cii_may_be_iso_times_but_no_other_format() -> None:
    written = '<udt:DateTimeString format="102">20260815</udt:DateTimeString>'
    day = date(2026, 8, 15)
    for text, read, remarks in (
        ("<udt:DateTime>2026-08-15T23:30:00+02:00</udt:DateTime>", day, ["doubtful"]),
        ('<udt:DateTimeString format="102">2026-08-15</udt:DateTimeString>', day, ["doubtful"]),
        ("<udt:DateTimeString>20260815</udt:DateTimeString>", day, ["doubtful"]),
        ('<udt:DateTimeString format="203">202608150000</udt:DateTimeString>', None, ["unreadable", "missing"]),
        ('<udt:DateTimeString format="101">260815</udt:DateTimeString>', None, ["unreadable", "missing"]),
        ('<udt:DateTimeString format="102">20260230</udt:DateTimeString>', None, ["unreadable", "missing"]),
        ("<udt:DateTimeString>260815</udt:DateTimeString>", None, ["unreadable", "missing"]),
        ("<other/>", None, ["unreadable", "missing"]),
        (f"{written}<udt:DateTime>2026-08-16T00:00:00</udt:DateTime>", day, ["repeated"]),
    ):
        invoice = read_xml(exchanged(cii(sample()), written, text))
        assert (invoice.issue_date, codes(invoice)) == (read, remarks), text


def test_numbers_of_parties_are_kept_but_for_mail_addresses_and_bank_schemes() -> None:
    more = (
        '<cbc:EndpointID schemeID="EM">a@b.example</cbc:EndpointID>'
        '<cac:PartyIdentification><cbc:ID schemeID="SEPA">DE98ZZZ</cbc:ID></cac:PartyIdentification>'
        '<cac:PartyIdentification><cbc:ID schemeID="0060">123456789</cbc:ID></cac:PartyIdentification>'
        "<cac:PartyTaxScheme><cbc:CompanyID>21/815</cbc:CompanyID>"
        "<cac:TaxScheme><cbc:ID>FC</cbc:ID></cac:TaxScheme></cac:PartyTaxScheme>"
    )
    before = "<cac:PartyIdentification><cbc:ID>K-4711"
    buyer = read_xml(exchanged(ubl(sample()), before, more + before)).buyer
    assert buyer == replace(sample().buyer, ids=("123456789", "K-4711", "21/815"))


def test_the_trading_name_stands_in_for_a_missing_legal_one() -> None:
    content = exchanged(
        ubl(sample()),
        "<cac:PartyLegalEntity><cbc:RegistrationName>Fachhändler KG</cbc:RegistrationName></cac:PartyLegalEntity>",
        "<cac:PartyName><cbc:Name>Händler</cbc:Name></cac:PartyName>",
    )
    assert read_xml(content).buyer.name == "Händler"
    assert codes(read_xml(content)) == ["doubtful"]
