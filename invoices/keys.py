"""When two uploads are the same invoice, and two claims the same device. Knows no Django."""

from __future__ import annotations

from sales.keys import document_key

# Letters of other alphabets that look like these, and digits that are taken for letters: a number that differs from a
# known one in nothing else is the same number, misread or made to look different.
_LOOKS_LIKE = str.maketrans(
    {
        **dict(zip("АВЕЅЗКМНОРСТУХІЈѴ", "ABES3KMHOPCTYXIJV", strict=True)),
        **dict(zip("ΑΒΕΖΗΙΚΜΝΟΡΤΥΧ", "ABEZHIKMNOPTYX", strict=True)),
    }
)
_TAKEN_FOR = str.maketrans({"O": "0", "I": "1", "L": "1"})


def number_key(number: str) -> str:
    """The invoice's number as it is compared: without spaces, case and punctuation, look-alike letters folded."""
    return document_key(number).translate(_LOOKS_LIKE).translate(_TAKEN_FOR)[:80]


def seller_key(*, vat_id: str, gln: str, distributor_id: int | None = None) -> str:
    """Who wrote the invoice: the distributor, where it is known, else its VAT id, else its GLN. Empty: nobody knows."""
    if distributor_id is not None:
        return f"distributor {distributor_id}"
    if key := document_key(vat_id):
        return f"vat {key}"[:60]
    return f"gln {document_key(gln)}"[:60] if document_key(gln) else ""


def serial_key(serial: str) -> str:
    """A serial number as it is compared. Letters are not folded: makers use O beside 0."""
    return document_key(serial)[:80]
