"""Files that want to do harm end in one sentence, at once."""

from __future__ import annotations

import http.server
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from sales.readers.invoices.reading import is_invoice_root, read_xml
from sales.readers.invoices.record import Invoice, Refused
from sales.readers.invoices.xml import Limits, parse
from tests.sales.invoices.reading_samples import SYNTAXES, exchanged, in_each_syntax, refusal
from tests.sales.invoices.samples import cii, line, sample, ubl

_BODY = ubl(sample()).decode().partition("\n")[2]
_ENTITIES = "".join(
    f'<!ENTITY {name} "{f"&{before};" * 10 if before else "ha" * 20}">'
    for before, name in zip(["", *"abcdefgh"], "abcdefghi", strict=True)
)
BOMB = f"<!DOCTYPE Invoice [{_ENTITIES}]>"
_ENCODINGS = ("utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "utf-32-le", "utf-32-be", "iso-8859-1", "utf-7")


def _encoded(document: str, encoding: str) -> bytes:
    declared = {"utf-8-sig": "utf-8"}.get(encoding, encoding).removesuffix("-le").removesuffix("-be").upper()
    return f'<?xml version="1.0" encoding="{declared}"?>{document}'.encode(encoding)


@pytest.mark.parametrize("encoding", _ENCODINGS)
def test_an_invoice_is_read_in_every_encoding(encoding: str) -> None:
    document = _BODY.replace("Fachhändler", "Haendler") if encoding == "utf-7" else _BODY
    assert read_xml(_encoded(document, encoding)).number == "RE-2026/0815"


@pytest.mark.parametrize("encoding", _ENCODINGS)
@pytest.mark.parametrize(
    "doctype",
    [
        "<!DOCTYPE Invoice>",
        '<!DOCTYPE Invoice SYSTEM "http://127.0.0.1/invoice.dtd">',
        '<!DOCTYPE Invoice PUBLIC "-//x//y" "file:///etc/passwd">',
        '<!DOCTYPE Invoice [<!ENTITY secret SYSTEM "file:///etc/passwd">]>',
        '<!DOCTYPE Invoice [<!ENTITY % more SYSTEM "http://127.0.0.1/more.dtd"> %more;]>',
        '<!DOCTYPE Invoice [<!ATTLIST Invoice extra CDATA "given">]>',
        BOMB,
    ],
)
def test_a_document_type_is_refused_in_every_encoding(doctype: str, encoding: str) -> None:
    document = doctype + _BODY.replace("RE-2026/0815", "&secret;" if "secret" in doctype else "1")
    assert refusal(_encoded(document, encoding)).code == "document_type"


@pytest.mark.parametrize("place", ["RE-2026/0815", "urn:cen.eu:en16931:2017"])
def test_entities_that_multiply_are_stopped_before_they_do(place: str) -> None:
    begun = time.process_time()
    assert refusal((BOMB + _BODY.replace(place, "&i;")).encode()).code == "document_type"
    attribute = _BODY.replace('currencyID="EUR"', 'currencyID="&i;"', 1)
    assert refusal((BOMB + attribute).encode()).code == "document_type"
    assert time.process_time() - begun < 1


@pytest.fixture
def requests() -> Iterator[list[str]]:
    """Addresses that were asked for at a server of this test; the first entry is its address."""
    asked: list[str] = []

    class Handler(http.server.BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            asked.append(self.path)
            self.send_response(404)
            self.end_headers()

        def log_message(self, *_: object) -> None:
            pass

    with http.server.HTTPServer(("127.0.0.1", 0), Handler) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        asked.append(f"http://127.0.0.1:{server.server_port}")
        yield asked
        server.shutdown()


def test_nothing_is_fetched_from_anywhere(requests: list[str]) -> None:
    address = requests[0]
    for doctype in (
        f'<!DOCTYPE Invoice SYSTEM "{address}/a.dtd">',
        f'<!DOCTYPE Invoice [<!ENTITY x SYSTEM "{address}/b">]>',
        f'<!DOCTYPE Invoice [<!ENTITY % x SYSTEM "{address}/c"> %x;]>',
    ):
        refusal((doctype + _BODY.replace("RE-2026/0815", "&x;")).encode())
    hints = _BODY.replace(
        "<cbc:ID>",
        f'<xi:include xmlns:xi="http://www.w3.org/2001/XInclude" href="{address}/d" parse="text"/><cbc:ID>',
        1,
    ).replace(
        "<Invoice ",
        f'<Invoice xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance" xsi:schemaLocation="x {address}/e.xsd" ',
        1,
    )
    styled = f'<?xml-stylesheet href="{address}/f.xsl"?>{hints}'
    assert read_xml(styled.encode()).number == "RE-2026/0815"
    assert requests == [address]


def test_a_file_of_this_machine_is_never_part_of_a_record(tmp_path: Path) -> None:
    secret = tmp_path / "secret"
    secret.write_text("TOP-SECRET")
    include = f'<xi:include xmlns:xi="http://www.w3.org/2001/XInclude" href="file://{secret}" parse="text"/>'
    invoice = read_xml(_BODY.replace("Basisstation", include).encode())
    assert "TOP-SECRET" not in repr(invoice)
    assert invoice.warnings


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (b"", "not_xml"),
        (b"%PDF-1.7", "not_xml"),
        (b"\0" * 1000, "not_xml"),
        (b"PK\x03\x04", "not_xml"),
        (b"<" * 100_000, "not_xml"),
        (b"<a>" * 100_000, "too_much"),
        (b"<a>" * 300 + b"</a>" * 300, "too_much"),
        (b"<a>" + b"<b/>" * 300_000 + b"</a>", "too_much"),
        (b"<a " + b" ".join(b'b%d=""' % number for number in range(600_000)) + b"/>", "too_much"),
        (b"<a>" + b"x" * 11_000_000 + b"</a>", "too_much"),
        (b"<a>" + b"x" * 20_000_000, "too_large"),
        (_BODY.encode()[:-20], "not_xml"),
        (_BODY.encode() + b"<more/>", "not_xml"),
        (b'<?xml version="1.0" encoding="UTF-8"?>' + _BODY.encode("latin-1"), "not_xml"),
        (_BODY.encode("utf-16-le"), "not_xml"),
        (_BODY.replace("€", "EUR").encode("cp500"), "not_xml"),
    ],
)
def test_what_is_no_document_or_too_much_is_refused_in_time(content: bytes, code: str) -> None:
    begun = time.process_time()
    assert refusal(content).code == code
    assert time.process_time() - begun < 5


def test_limits_are_the_last_that_pass() -> None:
    limits = Limits(size=30, elements=3)
    parse(b"<a><b/><c/></a>".ljust(30), limits)
    for content in (b"<a><b/><c/><d/></a>", b"<a><b><c><d/></c></b></a>", b"<a/>".ljust(31)):
        with pytest.raises(Refused):
            parse(content, limits)


def test_a_field_that_is_too_long_and_too_many_lines_are_refused() -> None:
    assert refusal(exchanged(ubl(sample()), "RE-2026/0815", "9" * 501)).code == "field_too_long"
    assert refusal(exchanged(cii(sample()), "Basisstation", "x" * 20_001)).code == "field_too_long"
    one = "<cac:InvoiceLine><cbc:ID>1</cbc:ID></cac:InvoiceLine>"
    assert refusal(_BODY.replace("</Invoice>", one * 5_001 + "</Invoice>").encode()).code == "too_many_lines"


@pytest.mark.parametrize(
    "filling",
    [
        "<cac:AllowanceCharge><cbc:ChargeIndicator>false</cbc:ChargeIndicator><cbc:Amount>0</cbc:Amount></cac:AllowanceCharge>",
        "<cac:BillingReference><cac:InvoiceDocumentReference><cbc:ID>1</cbc:ID></cac:InvoiceDocumentReference></cac:BillingReference>",
        "<cbc:ID>2</cbc:ID>",
        "<cac:AccountingSupplierParty/>",
        "<cac:InvoiceLine><cbc:ID>1</cbc:ID></cac:InvoiceLine>",
    ],
)
def test_an_invoice_full_of_one_thing_is_read_or_refused_in_time(filling: str) -> None:
    begun = time.process_time()
    count = 190_000 // filling.replace("</", "").count("<") if "Line" not in filling else 4_990
    content = _BODY.replace("<cac:AccountingSupplierParty>", filling * count + "<cac:AccountingSupplierParty>", 1)
    invoice = read_xml(content.encode())
    assert len(invoice.warnings) <= 201
    assert time.process_time() - begun < 5


def test_lines_that_hang_on_each_other_endlessly_are_read_in_time() -> None:
    lines = tuple(replace(line(str(number), "1", "1.00"), parent=str(number - 1)) for number in range(1, 5_000))
    begun = time.process_time()
    assert "parent_unknown" in {remark.code for remark in read_xml(cii(replace(sample(), lines=lines))).warnings}
    assert time.process_time() - begun < 5


def test_texts_full_of_labels_are_read_in_time() -> None:
    notes = f"<cbc:Note>{'SN:' * 6_600}</cbc:Note>" * 900
    begun = time.process_time()
    read_xml(_BODY.replace("<cac:Item>", f"{notes}<cac:Item>", 1).encode())
    assert time.process_time() - begun < 5


def test_a_value_in_pieces_is_one_value() -> None:
    pieces = "RE-<!-- no -->2026<?php no?><![CDATA[/08]]>&#49;5"
    for write in SYNTAXES.values():
        invoice = read_xml(exchanged(write(sample()), "RE-2026/0815", pieces))
        assert (invoice.number, invoice.warnings) == ("RE-2026/0815", ())


def test_a_value_with_elements_inside_is_no_value() -> None:
    for write in SYNTAXES.values():
        invoice = read_xml(exchanged(write(sample()), ">899.00<", ">8<x xmlns=''>9</x>9.00<"))
        assert invoice.lines[0].net is None
        assert "unreadable" in {remark.code for remark in invoice.warnings}


@in_each_syntax
def test_a_root_is_recognised_by_its_first_tag_alone(write: Callable[[Invoice], bytes]) -> None:
    content = write(sample())
    assert is_invoice_root(content)
    assert is_invoice_root(content[: len(content) // 2])


def test_what_only_looks_like_an_invoice_is_none() -> None:
    assert is_invoice_root((BOMB.replace("&", "").replace("Invoice", "x") + _BODY).encode())
    for other in (b"", b"<", b"%PDF", b"<html/>", b"<Invoice/>", BOMB.encode()):
        assert not is_invoice_root(other)
