"""What an uploaded file is, told by its bytes and never by its name: a kind that is read, or `Refused` with advice.

Looks at signatures only; whatever needs to be parsed is parsed in a child (`sales.readers.invoices.limited`).
"""

from __future__ import annotations

import re
from enum import StrEnum
from typing import NoReturn

from common.sentences import _n
from sales.readers.invoices.record import Refused

LARGEST = 20_000_000
"""Bytes of an upload at most."""
_HEAD = 1024
"""Bytes in which readers of PDF look for its beginning."""
_ZIP_TAIL = 65_557
"""Bytes in which readers of ZIP look for its end."""

_VIRUS_TEST = b"X5O!P%@AP[4\\PZX54(P^)7CC)7}$EICAR-" + b"STANDARD-ANTIVIRUS-TEST-FILE!"


class FileKind(StrEnum):
    PDF = "pdf"
    XML = "xml"
    PNG = "png"
    JPEG = "jpeg"


_KINDS = {b"%PDF-": FileKind.PDF, b"\x89PNG\r\n\x1a\n": FileKind.PNG, b"\xff\xd8\xff": FileKind.JPEG}
_BLANK = b" \t\r\n"
_MARK = b"\xef\xbb\xbf"
_XML_STARTS = (b"<", b"\xff\xfe<\0", b"\xfe\xff\0<", b"<\0", b"\0<")
_OTHER_XML_STARTS = (b"\x4c\x6f\xa7\x94", b"\0\0\0<", b"<\0\0\0", b"\xff\xfe\0\0", b"\0\0\xfe\xff", b"+ADw-", b"+/v")
"""EBCDIC, UTF-32 and UTF-7: nobody writes invoices so, but filters are led astray by it."""

_PICTURES = (b"GIF8", b"BM", b"II*\0", b"MM\0*", b"RIFF", b"\0\0\0\x0cjP  ", b"\xff\x0a")
_HEIC_BRANDS = (b"heic", b"heix", b"heim", b"heis", b"hevc", b"hevx", b"mif1", b"msf1", b"avif", b"avis")
_OLD_OFFICE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_OUTLOOK = "__substg1.0_".encode("utf-16-le")
_ZIPS = (b"PK\x03\x04", b"PK\x05\x06", b"PK\x07\x08")
_ARCHIVES = (b"\x1f\x8b", b"7z\xbc\xaf\x27\x1c", b"Rar!\x1a\x07", b"BZh", b"\xfd7zXZ\0", b"\x28\xb5\x2f\xfd")
_OFFICE_PARTS = (b"[Content_Types].xml", b"application/vnd.oasis.opendocument", b"_rels/.rels", b"word/", b"xl/")
_MAIL = re.compile(
    rb"(?:from|to|subject|received|return-path|delivered-to|date|mime-version|message-id|dkim-signature|x-[\w-]+)"
    rb"(?:: |:\r?\n)",
    re.IGNORECASE,
)
_HTML = re.compile(rb"<(?:!doctype html|html|head|body|script|svg|iframe)\b|<\?php", re.IGNORECASE)

_PLEASE = {
    "heic": _n(
        "This photo has the format HEIC, which cannot be read here. Please send it as JPEG; on an iPhone, "
        "“Most Compatible” under Settings, Camera, Formats makes it take such photos."
    ),
    "archive": _n("This is an archive, such as a ZIP file. Please unpack it and send each invoice on its own."),
    "office": _n("This is an Office document. Please send the PDF or XML file that you got from your distributor."),
    "html": _n("This is a web page. Please send the invoice as the PDF or XML file that it leads to."),
    "email": _n("This is an e-mail. Please save the invoice that is attached to it and send that file."),
    "picture_kind": _n("Pictures of this kind cannot be read here. Please send the invoice as PDF, PNG or JPEG."),
    "encoding": _n("The text of this file is encoded in an unusual way. Please ask your distributor for another file."),
    "mixed": _n(
        "This file is two kinds of file at once, which no invoice is. Please send the file exactly as your distributor "
        "sent it to you."
    ),
    "unknown_kind": _n("Files of this kind cannot be read here. Please send the invoice as PDF, XML, PNG or JPEG."),
}


def kind_of(content: bytes) -> FileKind:
    """Raises `Refused` for what is not read."""
    _refuse_at_once(content)
    start = content[: 2 * _HEAD].removeprefix(_MARK).lstrip(_BLANK)
    kind = next((kind for signature, kind in _KINDS.items() if start.startswith(signature)), None)
    if kind is None:
        _refuse_others(content, start)
        kind = FileKind.XML
    if _is_mixed(content, kind):
        _refuse("mixed")
    return kind


def _refuse(code: str) -> NoReturn:
    raise Refused(code, _PLEASE[code])


def _refuse_at_once(content: bytes) -> None:
    if not content or content.isspace():
        raise Refused("empty", _n("The file is empty. Please choose it anew."))
    if len(content) > LARGEST:
        raise Refused(
            "too_large",
            _n("The file is larger than {size} MB. Please send the PDF or XML file that your distributor sent you."),
            size=str(LARGEST // 1_000_000),
        )
    if _VIRUS_TEST in content:
        raise Refused("virus", _n("A virus was found in this file. Please ask your distributor for the invoice anew."))


def _refuse_others(content: bytes, start: bytes) -> None:
    """Everything that is no PDF and no picture, except XML in an encoding that XML files have."""
    if start.startswith(_OTHER_XML_STARTS):
        _refuse("encoding")
    if start.startswith(_XML_STARTS):
        if _HTML.search(start.replace(b"\0", b"")[:_HEAD]):
            _refuse("html")
        return
    if _MAIL.match(start):
        _refuse("email")
    _refuse(_code_of(content))


def _code_of(content: bytes) -> str:
    if content[4:8] == b"ftyp" and content[8:12] in _HEIC_BRANDS:
        return "heic"
    if content.startswith(_ZIPS):
        return "office" if any(part in content[: 4 * _HEAD] for part in _OFFICE_PARTS) else "archive"
    if content.startswith(_OLD_OFFICE):
        return "email" if _OUTLOOK in content else "office"
    if content.startswith(b"{\\rtf"):
        return "office"
    if content.startswith(_ARCHIVES) or content[257:262] == b"ustar":
        return "archive"
    if b"%PDF-" in content[:_HEAD]:
        return "mixed"
    if content.startswith(_PICTURES):
        return "picture_kind"
    return "html" if _HTML.search(content[:_HEAD]) else "unknown_kind"


def _is_mixed(content: bytes, kind: FileKind) -> bool:
    """Whether another program would take the same bytes for another kind of file."""
    if kind is FileKind.XML:
        return b"%PDF-" in content[:_HEAD]
    if kind is not FileKind.PDF and b"%PDF-" in content[:_HEAD]:
        return True
    end = content[-_ZIP_TAIL:].rpartition(b"%%EOF")[2] if kind is FileKind.PDF else content[-_HEAD:]
    return bool(_HTML.search(content[:_HEAD]) or _HTML.search(end)) or _is_zip(content)


def _is_zip(content: bytes) -> bool:
    """Whether the bytes end with the directory of a ZIP archive, which archives are read from."""
    tail = content[-_ZIP_TAIL:]
    end = tail.rfind(b"PK\x05\x06")
    if end < 0 or len(tail) < end + 22:
        return False
    size = int.from_bytes(tail[end + 12 : end + 16], "little")
    directory = len(content) - len(tail) + end - size
    return size == 0 or content[max(directory, 0) :].startswith(b"PK\x01\x02")
