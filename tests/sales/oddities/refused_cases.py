"""Files that are no tables, or none that can be read, with what their sender is told."""

from __future__ import annotations

import io
import zipfile

from tests.sales.oddities.cases import GERMAN, Case, as_csv, as_workbook, saved, table

CSV = as_csv(table())


def _archive(*names: str) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        for name in names:
            archive.writestr(name, "<x/>")
    return out.getvalue()


def refused(name: str, content: bytes, words: str, file_name: str = "report.csv") -> Case:
    return Case(name, content, refused=words, file_name=file_name)


REFUSED_CASES = [
    refused("an old workbook", b"\xd0\xcf\x11\xe0" + bytes(2000), "old Excel workbook", "report.xls"),
    refused("a workbook with a password", b"\xd0\xcf\x11\xe0" + "EncryptedPackage".encode("utf-16-le"), "password"),
    refused(
        "a web page called a workbook", b"\r\n<HTML><table><tr><td>Kunde</td></tr></table>", "web page", "report.xls"
    ),
    refused("a web page in UTF-16", "<html><table></table></html>".encode("utf-16"), "web page", "report.xls"),
    refused("XML called a workbook", b'<?xml version="1.0"?><Workbook/>', "web page", "report.xls"),
    refused("a PDF", b"%PDF-1.7\n...", "PDF", "report.pdf"),
    refused("a photo", b"\xff\xd8\xff\xe0" + bytes(100), "picture", "report.jpg"),
    refused("a screenshot", b"\x89PNG\r\n\x1a\n" + bytes(100), "picture", "report.png"),
    refused("a table of OpenOffice", _archive("mimetype", "content.xml"), "OpenDocument", "report.ods"),
    refused("a binary workbook", _archive("xl/workbook.bin"), "binary Excel workbook", "report.xlsb"),
    refused("a letter", _archive("word/document.xml"), "text document", "report.docx"),
    refused("an archive with the report in it", _archive("report.csv"), "archive", "report.zip"),
    refused("an EDIFACT message", b"UNA:+.? 'UNB+UNOC:3", "EDIFACT", "report.edi"),
    refused("an empty file", b"", "empty"),
    refused("a file of blank lines", b"\n \r\n\t\n", "empty"),
    refused("a header and nothing below", as_csv([GERMAN]), "no rows"),
    refused("an empty workbook", saved(as_workbook(Leer=[])), "empty", "report.xlsx"),
    refused("a workbook cut in half", saved(as_workbook(Umsatz=table()))[:3000], "damaged", "report.xlsx"),
    refused("quotation marks that nobody closes", CSV.replace(b'"Gro', b'"Gro"'), "Quotation marks"),
    refused("binary zeros", CSV.replace(b"Netto", b"Ne\x00to"), "zeros"),
    refused("characters of no known encoding", CSV.replace("ü".encode(), b"\x81\x07"), "neither"),
    refused("a workbook that calls itself UTF-8", b"\xef\xbb\xbf" + CSV.decode().encode("cp1252"), "neither"),
]
