"""What kind of file some bytes are, by their beginning: a table that can be read, or another with advice what to do."""

from __future__ import annotations

from common.sentences import _n
from sales.readers.layout import Kind
from sales.readers.problems import Unreadable

_OLD_EXCEL = _n("This is an old Excel workbook. Save it as XLSX or CSV and send that file.")
_PROTECTED = _n("This workbook is protected by a password. Save it without one and send that file.")
_IMAGE = _n("This is a picture. Send the report as a CSV file or an Excel workbook.")
_ARCHIVE = _n("This is an archive. Unpack it and send the report in it.")
_STARTS = (
    (b"%PDF", _n("This is a PDF. Send the report as a CSV file or an Excel workbook.")),
    (b"\x89PNG", _IMAGE),
    (b"\xff\xd8\xff", _IMAGE),
    (b"GIF8", _IMAGE),
    (b"II*\x00", _IMAGE),
    (b"MM\x00*", _IMAGE),
    (b"\x1f\x8b", _ARCHIVE),
    (b"7z\xbc\xaf", _ARCHIVE),
    (b"Rar!", _ARCHIVE),
    (b"{\\rtf", _n("This is a text document. Send the report as a CSV file or an Excel workbook.")),
    (b"UNA:", _n("This is an EDIFACT message. Send the report as a CSV file or an Excel workbook.")),
    (b"UNB+", _n("This is an EDIFACT message. Send the report as a CSV file or an Excel workbook.")),
)
_ZIP = b"PK\x03\x04"
_EMPTY_ZIP = b"PK\x05\x06"
_OLE = b"\xd0\xcf\x11\xe0"
_ENCRYPTED = "EncryptedPackage".encode("utf-16-le")
_MARKUP = ("<html", "<!doctype", "<table", "<?xml", "<head", "<body", "<meta", "<style")

# What a ZIP is, by a file in it.
_OFFICE = (
    ("xl/workbook.bin", _n("This is a binary Excel workbook. Save it as XLSX or CSV and send that file.")),
    ("content.xml", _n("This is an OpenDocument file. Save it as XLSX or CSV and send that file.")),
    ("word/document.xml", _n("This is a text document. Send the report as a CSV file or an Excel workbook.")),
)


def kind_of(content: bytes) -> Kind:
    """A CSV unless its first bytes say something else; a ZIP may be a workbook. Raises `Unreadable` with advice."""
    if content.startswith(_ZIP):
        return Kind.XLSX
    if content.startswith(_EMPTY_ZIP):
        raise Unreadable.because(_ARCHIVE)
    if content.startswith(_OLE):
        raise Unreadable.because(_PROTECTED if _ENCRYPTED in content else _OLD_EXCEL)
    for start, advice in _STARTS:
        if content.startswith(start):
            raise Unreadable.because(advice)
    return Kind.CSV


def check_text(beginning: str) -> None:
    """Refuse web pages and XML that call themselves tables, as many systems' "Excel export" does."""
    if beginning.lstrip("\ufeff \t\r\n").lower().startswith(_MARKUP):
        raise Unreadable.because(
            _n("This is a web page that is called a workbook. Open it, save it as XLSX or CSV and send that file.")
        )


def check_archive(names: list[str]) -> None:
    """Refuse ZIPs that are no XLSX."""
    if any(name.lower().endswith("xl/workbook.xml") for name in names):
        return
    for name, advice in _OFFICE:
        if name in names:
            raise Unreadable.because(advice)
    raise Unreadable.because(_ARCHIVE)
