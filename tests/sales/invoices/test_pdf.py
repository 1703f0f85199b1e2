"""What a PDF carries is found wherever it may be, once, and only when there is no doubt."""

from __future__ import annotations

import io
import zlib
from decimal import Decimal
from pathlib import Path

import pikepdf
import pytest
from facturx import generate_from_binary

from sales.readers.invoices.pdf import carried_data, carried_invoice
from sales.readers.invoices.record import Refused
from tests.sales.invoices.pdfs import NUMBER, attached, cii, hybrid, pdf, stream

DATA = cii()
FILE = {10: stream(DATA), 11: b"<</Type/Filespec/F(factur-x.xml)/EF<</F 10 0 R>>>>"}
CORPUS = Path(__file__).parents[4] / "shared" / "corpus" / "zugferd"


def code(content: bytes) -> str:
    with pytest.raises(Refused) as refusal:
        carried_data(content)
    return refusal.value.code


def encrypted(owner: str, user: str) -> bytes:
    out = io.BytesIO()
    with pikepdf.open(io.BytesIO(hybrid())) as file:
        file.save(out, encryption=pikepdf.Encryption(owner=owner, user=user))
    return out.getvalue()


@pytest.mark.parametrize("name", ["factur-x.xml", "FACTUR-X.XML", "xrechnung.xml", "ZUGFeRD-invoice.xml", "RE 77.xml"])
def test_data_are_found_under_the_names_that_they_have(name: str) -> None:
    assert carried_data(hybrid(name=name)) == DATA


def test_an_invoice_becomes_a_record() -> None:
    invoice = carried_invoice(hybrid())
    assert invoice is not None
    assert (invoice.number, invoice.totals.gross) == (NUMBER, Decimal("1234.56"))


def test_a_pdf_without_data_carries_none() -> None:
    assert carried_invoice(pdf()) is None


def test_attachments_of_other_kinds_are_no_data() -> None:
    assert carried_data(attached([("terms.pdf", pdf()), ("list.xml", b"<list/>"), ("factur-x.txt", DATA)])) is None


@pytest.mark.parametrize(
    "content",
    [
        pytest.param(pdf(FILE, catalog=b"/AF[11 0 R]"), id="of the document"),
        pytest.param(pdf(FILE, catalog=b"/AF 11 0 R"), id="of the document, without an array"),
        pytest.param(pdf(FILE, page=b"/AF[11 0 R]"), id="of a page"),
        pytest.param(pdf(FILE, page=b"/Annots[<</Subtype/FileAttachment/FS 11 0 R>>]"), id="pinned to a page"),
        pytest.param(
            pdf(
                {**FILE, 12: b"<</Kids[13 0 R]>>", 13: b"<</Names[(x)11 0 R]>>"},
                catalog=b"/Names<</EmbeddedFiles 12 0 R>>",
            ),
            id="further down in the tree of names",
        ),
    ],
)
def test_data_are_found_in_all_places(content: bytes) -> None:
    assert carried_data(content) == DATA


def test_the_same_data_found_twice_are_one_invoice() -> None:
    everywhere = pdf(
        {**FILE, 12: stream(DATA, packed=True), 13: b"<</F(xrechnung.xml)/EF<</F 12 0 R/UF 12 0 R>>>>"},
        catalog=b"/AF[11 0 R 13 0 R]/Names<</EmbeddedFiles<</Names[(a)11 0 R(b)13 0 R]>>>>",
    )
    assert carried_data(everywhere) == DATA


@pytest.mark.parametrize("name", ["xrechnung.xml", "original.xml", "../../factur-x.xml"])
def test_two_different_invoices_are_for_a_person(name: str) -> None:
    assert code(attached([("factur-x.xml", DATA), (name, cii("RE-2"))])) == "several_invoices"


def test_a_file_that_is_shown_differently_by_different_readers_is_for_a_person() -> None:
    files = {**FILE, 12: stream(cii("RE-2")), 13: b"<</F(factur-x.xml)/EF<</F 10 0 R/UF 12 0 R>>>>"}
    assert code(pdf(files, catalog=b"/AF[13 0 R]")) == "several_invoices"


@pytest.mark.parametrize("name", ["../../etc/factur-x.xml", "C:\\\\temp\\\\factur-x.xml", "/factur-x.xml"])
def test_folders_of_an_attachment_are_ignored(name: str) -> None:
    assert carried_data(hybrid(name=name)) == DATA


def test_a_password_of_the_owner_does_not_keep_anybody_out() -> None:
    assert carried_data(encrypted(owner="secret", user="")) == DATA


def test_a_password_to_open_it_asks_for_another_file() -> None:
    assert code(encrypted(owner="secret", user="secret")) == "password"


@pytest.mark.parametrize(
    "entries",
    [
        b"/Filter/LZWDecode",
        b"/Filter[/FlateDecode/FlateDecode]",
        b"/Filter[/ASCIIHexDecode/FlateDecode]",
        b"/Filter/DCTDecode",
        b"/Filter/FlateDecode/DecodeParms<</Predictor 12/Columns 5>>",
    ],
)
def test_data_are_packed_simply_or_refused(entries: bytes) -> None:
    assert code(pdf({**FILE, 10: stream(DATA, entries)}, catalog=b"/AF[11 0 R]")) == "unusual_compression"


def test_data_may_say_that_they_are_packed_in_a_list_of_one() -> None:
    packed = stream(DATA, packed=True).replace(b"/Filter/FlateDecode", b"/Filter[/FlateDecode]")
    assert carried_data(pdf({**FILE, 10: packed}, catalog=b"/AF[11 0 R]")) == DATA


@pytest.mark.parametrize(
    "data",
    [
        pytest.param(b"no zlib", id="not packed"),
        pytest.param(zlib.compress(DATA)[:-2], id="cut off in its checksum"),
        pytest.param(zlib.compress(DATA)[:-40], id="cut off"),
        pytest.param(zlib.compress(DATA, 0).replace(b"1234.56", b"9234.56"), id="changed"),
    ],
)
def test_damaged_data_are_refused(data: bytes) -> None:
    assert code(pdf({**FILE, 10: stream(data, b"/Filter/FlateDecode")}, catalog=b"/AF[11 0 R]")) == "data_damaged"


def test_another_program_s_hybrid_is_read() -> None:
    made = generate_from_binary(
        pdf(), DATA, check_xsd=False, check_schematron=False, flavor="factur-x", level="en16931"
    )
    assert carried_data(made) == DATA


@pytest.mark.skipif(not CORPUS.exists(), reason="the corpus is not here")
def test_all_public_examples_carry_an_invoice() -> None:
    files = sorted(CORPUS.glob("*.pdf"))
    assert len(files) == 40
    assert all(carried_invoice(file.read_bytes()) for file in files)
