"""Files that prove something: taken by their content, whatever they are called."""

from __future__ import annotations

import io

import pytest
from hypothesis import given
from hypothesis import strategies as st
from openpyxl import Workbook

from common.proofs import LARGEST, NotAProof, ProofKind, kind_of, proof_of

INVOICE = '<?xml version="1.0"?>\n<Invoice xmlns="urn:oasis:names:specification:ubl:schema:xsd:Invoice-2"/>'
TABLE = "Beleg;Artikel;Menge\nR-1005;Müller & Söhne;2\n"


@pytest.mark.parametrize(
    ("content", "kind"),
    [
        (b"%PDF-1.7\n%\xe2\xe3\xcf\xd3\n", ProofKind.PDF),
        (b"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR", ProofKind.PNG),
        (b"\xff\xd8\xff\xe0\x00\x10JFIF\x00", ProofKind.JPEG),
        (INVOICE.encode(), ProofKind.XML),
        (b"\xef\xbb\xbf" + INVOICE.encode(), ProofKind.XML),
        (INVOICE.encode("utf-16"), ProofKind.XML),
        (TABLE.encode(), ProofKind.CSV),
        (TABLE.encode("cp1252"), ProofKind.CSV),
        (TABLE.encode("utf-16"), ProofKind.CSV),
        (TABLE.replace(";", "\t").encode(), ProofKind.CSV),
    ],
)
def test_a_file_is_what_its_content_says(content: bytes, kind: ProofKind) -> None:
    assert kind_of(content) is kind
    assert proof_of(file_name="a.exe", content=content).content == content


def workbook() -> bytes:
    out = io.BytesIO()
    Workbook().save(out)
    return out.getvalue()


@pytest.mark.parametrize(
    "content",
    [
        b"<html><script>alert(1)</script></html>",
        b'<?xml version="1.0"?><!DOCTYPE html><html xmlns="http://www.w3.org/1999/xhtml"/>',
        b'<svg xmlns="http://www.w3.org/2000/svg"/>',
        b"GIF89a\x01\x00\x01\x00",
        b"MZ\x90\x00\x03\x00",
        b"Just a sentence, without a table.",
        b"\x81\x8d\x8f,\n",
        workbook(),
    ],
)
def test_anything_else_is_refused(content: bytes) -> None:
    assert kind_of(content) is None
    with pytest.raises(NotAProof, match="PDF, PNG, JPEG, XML, CSV"):
        proof_of(file_name="invoice.pdf", content=content)


@given(st.binary(max_size=200))
def test_no_bytes_are_too_strange_to_look_at(content: bytes) -> None:
    kind_of(content)


def test_a_file_is_neither_empty_nor_too_large() -> None:
    with pytest.raises(NotAProof, match="empty"):
        proof_of(file_name="a.pdf", content=b"")
    with pytest.raises(NotAProof, match="larger than 10 MB"):
        proof_of(file_name="a.pdf", content=b"%PDF-" + b"0" * LARGEST)
