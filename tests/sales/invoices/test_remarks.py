"""What does not agree with itself never passes without a remark."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from decimal import Decimal
from typing import Any

import pytest

from common.sentences import fill
from sales.readers.invoices.reading import read_xml
from sales.readers.invoices.record import Invoice, LineKind, Party, Totals
from tests.sales.invoices.reading_samples import codes, exchanged, in_each_syntax
from tests.sales.invoices.samples import cii, line, sample, totalled, ubl, zugferd1

Writer = Callable[[Invoice], bytes]


def _without(field: str) -> dict[str, Any]:
    return {field: None}


def _sentences(invoice: Invoice) -> list[str]:
    return [fill(remark.text, dict(remark.params)) for remark in invoice.warnings]


@in_each_syntax
@pytest.mark.parametrize("bad", ["1E3", "1.234,56", "ABC", "１２", "", "1 000"])
@pytest.mark.parametrize(
    "good", [">1799.00<", ">1789.00<", ">2128.91<", ">2028.91<", ">899.00<", ">89.90<", ">339.91<"]
)
def test_an_amount_that_cannot_be_read_is_none_and_a_remark(write: Writer, good: str, bad: str) -> None:
    invoice = read_xml(exchanged(write(sample()), good, f">{bad}<"))
    assert "unreadable" in codes(invoice)
    assert bad in " ".join(_sentences(invoice))


@in_each_syntax
def test_a_quantity_that_cannot_be_read_is_told_with_its_line(write: Writer) -> None:
    invoice = read_xml(exchanged(write(sample()), ">10</", ">ten</"))
    assert invoice.lines[0].quantity is None
    assert _sentences(invoice)[0] == "Line 1: unreadable quantity “ten”. Compare it with the invoice."


@in_each_syntax
@pytest.mark.parametrize("field", ["number", "type_code", "issue_date", "currency"])
def test_what_every_invoice_has_is_missed(write: Writer, field: str) -> None:
    assert "missing" in codes(read_xml(write(replace(sample(), **_without(field)))))


@in_each_syntax
def test_names_totals_and_units_are_missed(write: Writer) -> None:
    assert codes(read_xml(write(replace(sample(), seller=Party())))) == ["missing"]
    assert codes(read_xml(write(replace(sample(), buyer=Party())))) == ["missing"]
    due = write is not zugferd1  # which need not say what is due
    assert codes(read_xml(write(replace(sample(), totals=Totals())))) == ["missing"] * (3 + due)
    for field in ("id", "quantity", "unit", "net", "name"):
        lines = (replace(sample().lines[0], **_without(field)), sample().lines[1])
        assert set(codes(read_xml(write(replace(sample(), lines=lines))))) == {"missing"}, field


@in_each_syntax
@pytest.mark.parametrize(
    "field", ["lines_net", "net", "gross", "due", "allowances", "charges", "vat", "prepaid", "rounding"]
)
def test_a_total_that_does_not_follow_is_told(write: Writer, field: str) -> None:
    totals = sample().totals
    changes: dict[str, Any] = {field: (getattr(totals, field) or Decimal(0)) + Decimal("0.03")}
    wrong = replace(totals, **changes)
    assert set(codes(read_xml(write(replace(sample(), totals=wrong))))) <= {"total_differs", "lines_differ"}
    assert codes(read_xml(write(replace(sample(), totals=wrong))))


@in_each_syntax
def test_line_arithmetic_is_checked_with_base_quantity_allowances_and_charges(write: Writer) -> None:
    lines = (replace(sample().lines[0], price=Decimal("89.91")), sample().lines[1])
    invoice = read_xml(write(replace(sample(), lines=lines)))
    assert _sentences(invoice) == ["Line 1: the net amount is 899.00, but quantity and price give 899.10."]
    for base in ("0", "-1"):
        lines = (replace(sample().lines[0], price_base_quantity=Decimal(base)), sample().lines[1])
        assert codes(read_xml(write(replace(sample(), lines=lines)))) == ["unreadable"]


@in_each_syntax
def test_lines_that_do_not_add_up_are_told(write: Writer) -> None:
    more = (*sample().lines, line("3", "1", "0.03"))
    assert codes(read_xml(write(replace(sample(), lines=more)))) == ["lines_differ"]


@in_each_syntax
def test_a_line_number_that_is_there_twice_is_told(write: Writer) -> None:
    lines = (sample().lines[0], replace(sample().lines[1], id="1"))
    assert codes(read_xml(write(replace(sample(), lines=lines)))) == ["line_repeated"]


@in_each_syntax
def test_a_group_that_is_not_the_sum_of_its_parts_is_told(write: Writer) -> None:
    group = replace(line("1", "1", "999.00"), kind=LineKind.GROUP)
    parts = (replace(line("1.1", "5", "200.00"), parent="1"), line("2", "1", "7.00"))
    invoice = read_xml(write(totalled(replace(sample(), lines=(group, *parts)))))
    assert [code for code in codes(invoice) if code != "nested"] == ["group_differs"]


def test_what_is_sold_below_what_is_sold_is_told() -> None:
    lines = (line("1", "1", "10.00"), replace(line("1.1", "1", "10.00"), parent="1"))
    assert codes(read_xml(cii(totalled(replace(sample(), lines=lines))))) == ["sold_twice"]


@pytest.mark.parametrize("parents", [("9",), ("1",), ("2", "1")])
def test_parents_that_are_missing_or_circular_are_told(parents: tuple[str, ...]) -> None:
    lines = [replace(line(str(number), "1", "1.00"), parent=parent) for number, parent in enumerate(parents, start=1)]
    assert "parent_unknown" in codes(read_xml(cii(totalled(replace(sample(), lines=tuple(lines))))))


@in_each_syntax
def test_serial_numbers_are_counted_against_the_quantity(write: Writer) -> None:
    lines = (sample().lines[0], replace(sample().lines[1], serials=("SN1",)))
    invoice = read_xml(write(replace(sample(), lines=lines)))
    assert _sentences(invoice) == ["Line 2: 1 serial numbers for a quantity of 2."]
    lines = (replace(line("1", "1", "5.00"), serials=("SN1",)), replace(line("2", "1", "5.00"), serials=("SN1",)))
    assert codes(read_xml(write(totalled(replace(sample(), lines=lines))))) == ["serial_repeated"]


@in_each_syntax
@pytest.mark.parametrize(
    ("code", "remarks"),
    [
        ("326", []),
        ("384", ["corrected"]),
        ("386", ["unusual_type"]),
        ("325", ["unusual_type"]),
        ("0380", ["unusual_type"]),
    ],
)
def test_types_that_mean_something_else_are_told(write: Writer, code: str, remarks: list[str]) -> None:
    assert codes(read_xml(write(replace(sample(), type_code=code)))) == remarks


def test_form_and_type_of_ubl_must_agree() -> None:
    credit = ubl(replace(sample(), type_code="381"))
    assert codes(read_xml(exchanged(credit, ">381<", ">380<"))) == ["unfit_type"]
    assert codes(read_xml(exchanged(ubl(sample()), ">380<", ">381<"))) == ["unfit_type"]


@in_each_syntax
def test_a_negative_total_is_told(write: Writer) -> None:
    back = totalled(replace(sample(), lines=(line("1", "-2", "50.00"),), totals=Totals()))
    assert codes(read_xml(write(back))) == ["negative_total"]


def test_tests_and_copies_say_so() -> None:
    mark = "<rsm:ExchangedDocumentContext><ram:TestIndicator><udt:Indicator>{}</udt:Indicator></ram:TestIndicator>"
    for said, remarks in (("true", ["test"]), ("1", ["test"]), ("false", [])):
        content = exchanged(cii(sample()), "<rsm:ExchangedDocumentContext>", mark.format(said))
        assert codes(read_xml(content)) == remarks
    copied = "<ram:CopyIndicator><udt:Indicator>true</udt:Indicator></ram:CopyIndicator></rsm:ExchangedDocument>"
    assert codes(read_xml(exchanged(cii(sample()), "</rsm:ExchangedDocument>", copied))) == ["copy"]
    copied = "<cbc:CopyIndicator>true</cbc:CopyIndicator><cbc:IssueDate>"
    assert codes(read_xml(exchanged(ubl(sample()), "<cbc:IssueDate>", copied))) == ["copy"]


@pytest.mark.parametrize(
    "element",
    [
        "<cbc:ID>RE-2026/0815</cbc:ID>",
        "<cbc:IssueDate>2026-08-15</cbc:IssueDate>",
        '<cbc:LineExtensionAmount currencyID="EUR">899.00</cbc:LineExtensionAmount>',
        '<cbc:InvoicedQuantity unitCode="H87">10</cbc:InvoicedQuantity>',
        '<cbc:PriceAmount currencyID="EUR">89.90</cbc:PriceAmount>',
        '<cbc:PayableAmount currencyID="EUR">2028.91</cbc:PayableAmount>',
        "<cbc:CompanyID>DE123456789</cbc:CompanyID>",
        "<cac:SellersItemIdentification><cbc:ID>D785</cbc:ID></cac:SellersItemIdentification>",
    ],
)
def test_a_value_that_is_there_twice_is_told_when_the_two_differ(element: str) -> None:
    assert codes(read_xml(exchanged(ubl(sample()), element, element * 2))) == []
    value = element.replace("EUR", "").replace("H87", "")
    other = next(sign for sign in reversed(value) if sign.isdigit())
    head, _sign, tail = element.rpartition(other)
    second = f"{head}{(int(other) + 1) % 10}{tail}"
    assert "repeated" in codes(read_xml(exchanged(ubl(sample()), element, element + second)))


def test_a_second_part_that_should_be_there_once_is_told() -> None:
    for part in ("LegalMonetaryTotal", "AccountingSupplierParty"):
        content = ubl(sample())
        begin, end = content.index(f"<cac:{part}>".encode()), content.index(f"</cac:{part}>".encode())
        whole = content[begin:end] + f"</cac:{part}>".encode()
        assert codes(read_xml(content.replace(whole, whole * 2)))
    content = cii(sample())
    begin = content.index(b"<rsm:SupplyChainTradeTransaction>")
    whole = content[begin : content.index(b"</rsm:CrossIndustryInvoice>")]
    assert codes(read_xml(content.replace(whole, whole * 2)))


def test_an_amount_in_another_currency_is_not_read() -> None:
    content = exchanged(ubl(sample()), '"EUR">899.00', '"USD">899.00')
    invoice = read_xml(content)
    assert invoice.lines[0].net is None
    assert "other_currency" in codes(invoice)


@in_each_syntax
@pytest.mark.parametrize("code", ["eur", "EURO", "€", ""])
def test_a_currency_that_is_no_code_is_not_read(write: Writer, code: str) -> None:
    content = write(replace(sample(), currency="EUR")).replace(b">EUR<", f">{code}<".encode())
    invoice = read_xml(content)
    assert invoice.currency is None
    assert "unreadable" in codes(invoice)


@in_each_syntax
def test_an_allowance_that_does_not_say_whether_it_adds_is_told(write: Writer) -> None:
    for said in ("maybe", ""):
        assert "unreadable" in codes(read_xml(exchanged(write(sample()), ">false<", f">{said}<")))


@in_each_syntax
def test_letters_that_only_look_latin_are_told(write: Writer) -> None:
    assert codes(read_xml(write(replace(sample(), number="RЕ-2026/0815")))) == ["doubtful"]
    lines = (sample().lines[0], replace(sample().lines[1], serials=("SN90001", "SΝ90002")))
    assert codes(read_xml(write(replace(sample(), lines=lines)))) == ["doubtful"]


def test_units_of_quantity_and_price_that_differ_are_told() -> None:
    content = exchanged(ubl(sample()), 'BaseQuantity unitCode="H87"', 'BaseQuantity unitCode="XPK"')
    assert codes(read_xml(content)) == ["doubtful"]


def test_vat_breakdowns_must_add_up_to_the_totals() -> None:
    rate = (
        '<cac:TaxSubtotal><cbc:TaxableAmount currencyID="EUR">{}</cbc:TaxableAmount>'
        '<cbc:TaxAmount currencyID="EUR">{}</cbc:TaxAmount></cac:TaxSubtotal></cac:TaxTotal>'
    )
    for net, vat, remarks in (
        ("1789.00", "339.91", []),
        ("1789.05", "339.91", ["sum_differs"]),
        ("1789.00", "339.95", ["sum_differs"]),
    ):
        assert codes(read_xml(exchanged(ubl(sample()), "</cac:TaxTotal>", rate.format(net, vat)))) == remarks


def test_remarks_end_when_there_are_too_many() -> None:
    lines = tuple(replace(line(str(number), "1", "1.00"), unit=None) for number in range(500))
    invoice = read_xml(cii(totalled(replace(sample(), lines=lines))))
    assert len(invoice.warnings) == 201
    assert _sentences(invoice)[-1] == "300 further remarks are left out."
