"""Files that prove a question: told apart by their content, never by their name. Knows no Django."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from enum import StrEnum
from functools import cached_property

LARGEST = 10_000_000
"""Bytes of a proof at most."""


class ProofKind(StrEnum):
    PDF = "PDF"
    PNG = "PNG"
    JPEG = "JPEG"
    XML = "XML"
    CSV = "CSV"


@dataclass(frozen=True)
class Proof:
    """A file as it came."""

    file_name: str
    content: bytes

    @cached_property
    def sha256(self) -> str:
        return hashlib.sha256(self.content).hexdigest()


_SIGNATURES = {b"%PDF-": ProofKind.PDF, b"\x89PNG\r\n\x1a\n": ProofKind.PNG, b"\xff\xd8\xff": ProofKind.JPEG}
_BYTE_ORDER_MARKS = {b"\xef\xbb\xbf": "utf-8-sig", b"\xff\xfe": "utf-16", b"\xfe\xff": "utf-16"}
_SEPARATORS = (";", ",", "\t")
_SPACES = "\t\n\r\f"


def kind_of(content: bytes) -> ProofKind | None:
    """What the bytes are; None: nothing that is taken. A page of HTML is not, whatever it calls itself."""
    for signature, kind in _SIGNATURES.items():
        if content.startswith(signature):
            return kind
    text = _text(content)
    if text is None:
        return None
    start = text.lstrip()[:1000].lower()
    if start.startswith("<"):
        return ProofKind.XML if start.startswith("<?xml") and "<html" not in start else None
    lines = [line for line in text.splitlines() if line.strip()]
    table = len(lines) > 1 and any(separator in lines[0] for separator in _SEPARATORS)
    return ProofKind.CSV if table else None


def _text(content: bytes) -> str | None:
    """The content as text, None where it is none."""
    encodings = [encoding for mark, encoding in _BYTE_ORDER_MARKS.items() if content.startswith(mark)]
    for encoding in encodings or ("utf-8", "cp1252"):
        try:
            text = content.decode(encoding)
        except UnicodeDecodeError:
            continue
        if all(sign >= " " or sign in _SPACES for sign in text):
            return text
    return None
