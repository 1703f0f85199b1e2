"""By what a row is recognised when it comes a second time: normalised document and line numbers. Knows no Django."""

from __future__ import annotations

import unicodedata


def document_key(number: str) -> str:
    """The document number without spaces, case and punctuation: "re 2026/08-15" and "RE2026-0815" are one document.

    Empty when the number has neither letters nor digits.
    """
    return "".join(sign for sign in unicodedata.normalize("NFKC", number).upper() if sign.isalnum())


def line_key(line: str) -> str:
    """The line's number, without leading zeros where it is a plain number: "0010" and "10" are one line."""
    text = " ".join(line.split()).upper()
    return (text.lstrip("0") or "0") if text.isascii() and text.isdigit() else text


def occurrence_key(article: str, occurrence: int) -> str:
    """Stands for the line number in reports without one: the article, and the how-manieth of it in the document."""
    return f"{article}#{occurrence}"


def undocumented_key(day: str, customer: str) -> str:
    """Stands for the document's number in rows without one: ISO day and customer. No document has such a key."""
    return f"{day.replace('-', '')}@{customer.upper()}"[:80]
