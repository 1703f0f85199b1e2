"""What a file is, is told by its bytes, and whoever sent another one reads what to send instead."""

from __future__ import annotations

import io
import zipfile

import pytest
from PIL import Image

from sales.readers.invoices.opening import LARGEST, FileKind, kind_of
from sales.readers.invoices.record import Refused
from tests.sales.invoices.pdfs import cii, hybrid, pdf

XML = cii().decode()
EICAR = b"".join([b"X5O!P%@AP[4\\PZX54(P^)7CC)7}$", b"EICAR-STANDARD-", b"ANTIVIRUS-TEST-FILE!$H+H*"])


def picture(kind: str) -> bytes:
    out = io.BytesIO()
    Image.new("RGB", (20, 10), "white").save(out, kind)
    return out.getvalue()


def archive(*names: str) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as file:
        for name in names:
            file.writestr(name, "content")
    return out.getvalue()


def code(content: bytes) -> str:
    with pytest.raises(Refused) as refusal:
        kind_of(content)
    assert str(refusal.value).endswith(".")
    return refusal.value.code


@pytest.mark.parametrize(
    ("content", "kind"),
    [
        (pdf(), FileKind.PDF),
        (hybrid(), FileKind.PDF),
        (b"\xef\xbb\xbf\r\n" + pdf(), FileKind.PDF),
        (picture("PNG"), FileKind.PNG),
        (picture("JPEG"), FileKind.JPEG),
        (XML.encode(), FileKind.XML),
        (XML.encode("utf-8-sig"), FileKind.XML),
        (XML.encode("utf-16"), FileKind.XML),
        (XML.encode("utf-16-le"), FileKind.XML),
        (XML.encode("utf-16-be"), FileKind.XML),
        (b"\n\n <Invoice/>", FileKind.XML),
    ],
)
def test_what_is_read(content: bytes, kind: FileKind) -> None:
    assert kind_of(content) is kind


@pytest.mark.parametrize(
    ("content", "expected"),
    [
        (b"", "empty"),
        (b" \r\n\t" * 500, "empty"),
        (pdf() + bytes(LARGEST), "too_large"),
        (EICAR, "virus"),
        (pdf() + EICAR, "virus"),
        (b"\0\0\0\x24ftypheic\0\0\0\0mif1heic", "heic"),
        (b"\0\0\0\x1cftypmif1\0\0\0\0mif1heic", "heic"),
        (b"\0\0\0\x1cftypisom\0\0\0\0isommp42", "unknown_kind"),
        (archive("invoice.pdf"), "archive"),
        (archive("[Content_Types].xml", "xl/workbook.xml"), "office"),
        (archive("mimetype").replace(b"content", b"application/vnd.oasis.opendocument.text"), "office"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(5_000), "office"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + "__substg1.0_".encode("utf-16-le"), "email"),
        (b"{\\rtf1 hello}", "office"),
        (b"\x1f\x8b\x08\0" + bytes(20), "archive"),
        (b"7z\xbc\xaf\x27\x1c\0\4", "archive"),
        (b"<!DOCTYPE html><html><body>Rechnung", "html"),
        (b"\xef\xbb\xbf<html>", "html"),
        ("<html><head>".encode("utf-16"), "html"),
        (b"Received: from mail.example by portal\r\nSubject: Rechnung\r\n", "email"),
        (b"From: a@example.com\nTo: b@example.com\n\nhello", "email"),
        (picture("GIF"), "picture_kind"),
        (picture("TIFF"), "picture_kind"),
        (picture("WEBP"), "picture_kind"),
        (picture("BMP"), "picture_kind"),
        (XML.encode("cp037"), "encoding"),
        (XML.encode("utf-32-le"), "encoding"),
        (XML.encode("utf-32"), "encoding"),
        (b"+ADw-Invoice+AD4-", "encoding"),
        (b"MZ\x90\0" + bytes(200), "unknown_kind"),
        (b"Rechnung;Summe\n1;2\n", "unknown_kind"),
        (bytes(1_000), "unknown_kind"),
    ],
)
def test_what_is_refused_with_advice(content: bytes, expected: str) -> None:
    assert code(content) == expected


@pytest.mark.parametrize(
    "content",
    [
        pytest.param(b"MZ\x90\0" + bytes(100) + pdf(), id="a PDF behind a program"),
        pytest.param(XML.encode()[:60] + b"<!-- " + pdf() + b" -->", id="a PDF in a comment"),
        pytest.param(picture("JPEG")[:20] + pdf(), id="a PDF in a picture"),
        pytest.param(pdf() + archive("run.js"), id="an archive behind a PDF"),
        pytest.param(pdf() + archive("run.js") + b"\n%%EOF\n", id="an archive inside of a PDF"),
        pytest.param(picture("PNG") + archive("run.js"), id="an archive behind a picture"),
        pytest.param(pdf() + b"<html><script>alert(1)</script>", id="a page behind a PDF"),
        pytest.param(pdf().replace(b"%\xe2\xe3\xcf\xd3", b"%<script>alert(1)</script>"), id="a page before a PDF"),
        pytest.param(picture("JPEG") + b"<?php system($_GET[0]);", id="a program behind a picture"),
    ],
)
def test_two_kinds_at_once_are_refused(content: bytes) -> None:
    assert code(content) == "mixed"
