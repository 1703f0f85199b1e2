"""Files that prove what somebody says: told apart by their content, and named after it."""

from __future__ import annotations

import hashlib
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from enum import StrEnum
from functools import cached_property

from django.utils.translation import gettext as _

from common.errors import DomainError

LARGEST = 10_000_000
"""Bytes of a proof at most."""


class ProofKind(StrEnum):
    PDF = "PDF"
    PNG = "PNG"
    JPEG = "JPEG"
    XML = "XML"
    CSV = "CSV"


ENDINGS: Mapping[ProofKind, tuple[str, ...]] = {
    ProofKind.PDF: (".pdf",),
    ProofKind.PNG: (".png",),
    ProofKind.JPEG: (".jpg", ".jpeg"),
    ProofKind.XML: (".xml",),
    ProofKind.CSV: (".csv", ".tsv", ".txt"),
}


@dataclass(frozen=True)
class Proof:
    """A file as it came."""

    file_name: str
    content: bytes

    @cached_property
    def sha256(self) -> str:
        return hashlib.sha256(self.content).hexdigest()


class NotAProof(DomainError):
    """The file is too large, empty, or of no kind that is taken."""


def proof_of(*, file_name: str, content: bytes, kinds: Collection[ProofKind] = tuple(ProofKind)) -> Proof:
    """The file as a proof of one of these kinds. Raises `NotAProof`."""
    check_size(len(content))
    kind = kind_of(content)
    if kind is None or kind not in kinds:
        taken = {"kinds": ", ".join(kinds)}
        raise NotAProof(_("Files of this kind are not taken. Please send one of these: %(kinds)s.") % taken)
    return Proof(_named(file_name, kind), content)


def check_size(size: int) -> None:
    """Raises `NotAProof`."""
    if not size:
        raise NotAProof(_("The file is empty."))
    if size > LARGEST:
        raise NotAProof(_("The file is larger than %(size)s MB.") % {"size": LARGEST // 1_000_000})


def _named(file_name: str, kind: ProofKind) -> str:
    """What a table calls itself decides what opens it: a script may read as one, and would run as “offer.bat”."""
    honest = file_name.lower().endswith(ENDINGS[kind])
    return (file_name if honest else f"{file_name}{ENDINGS[kind][0]}")[-200:]


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
