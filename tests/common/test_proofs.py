"""Files that prove something: taken by their content, whatever they are called."""

from __future__ import annotations

import io
import tracemalloc
from pathlib import Path

import pytest
from django import forms
from django.core.files.uploadedfile import UploadedFile
from hypothesis import given
from hypothesis import strategies as st
from openpyxl import Workbook

from common.proof_forms import ProofField
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


@pytest.mark.parametrize(
    ("file_name", "content", "kept"),
    [
        ("offer.bat", b"@echo off & rem ;\r\nstart calc.exe\r\n", "offer.bat.csv"),
        ("offer.js", b"var a = 1, b = 2;\nalert(a)\n", "offer.js.csv"),
        (
            "plan.svg",
            b'<?xml version="1.0"?><svg xmlns="http://www.w3.org/2000/svg" onload="alert(1)"/>',
            "plan.svg.xml",
        ),
        ("plan.pdf.exe", b"%PDF-1.7", "plan.pdf.exe.pdf"),
        ("Plan.PDF", b"%PDF-1.7", "Plan.PDF"),
        ("foto.jpeg", b"\xff\xd8\xff\xe0", "foto.jpeg"),
        ("x" * 300 + ".pdf", b"%PDF-1.7", "x" * 196 + ".pdf"),
        ("x" * 300, b"%PDF-1.7", "x" * 196 + ".pdf"),
    ],
)
def test_a_file_is_named_after_what_it_is_so_that_nothing_else_opens_it(
    file_name: str, content: bytes, kept: str
) -> None:
    assert proof_of(file_name=file_name, content=content).file_name == kept


def test_a_file_that_is_too_large_is_not_read(tmp_path: Path) -> None:
    """Gigabytes need no place on a disk that skips what was never written."""
    with (tmp_path / "large.pdf").open("wb+") as large:
        large.truncate(50 * LARGEST)
        sent = UploadedFile(large, "large.pdf", size=50 * LARGEST)
        tracemalloc.start()
        with pytest.raises(forms.ValidationError, match="larger than 10 MB"):
            ProofField().clean(sent)
        _now, most = tracemalloc.get_traced_memory()
        tracemalloc.stop()
    assert most < LARGEST


@given(st.binary(max_size=200))
def test_no_bytes_are_too_strange_to_look_at(content: bytes) -> None:
    kind_of(content)


def test_a_file_is_neither_empty_nor_too_large() -> None:
    with pytest.raises(NotAProof, match="empty"):
        proof_of(file_name="a.pdf", content=b"")
    with pytest.raises(NotAProof, match="larger than 10 MB"):
        proof_of(file_name="a.pdf", content=b"%PDF-" + b"0" * LARGEST)
