"""Text as it reads: signs that nobody sees, and letters that look like others, make no other customer."""

from __future__ import annotations

import re
import unicodedata

# Formats (zero width, direction, soft hyphens), variation selectors, blanks that count as letters, and no signs at all.
_BLANKS = frozenset("\u034f\u115f\u1160\u2800\u3164\uffa0\ufffe\uffff")
_SELECTORS = re.compile(r"[\ufe00-\ufe0f\U000e0100-\U000e01ef]")
_LATIN = re.compile(r"[A-Za-z]")
_ALIKE = str.maketrans(
    # Cyrillic, Armenian
    "АВЕЅІЈКМНОРСТУХӀасеѕіјкорхуԁһӏԛԝօ"
    # Greek
    "ΑΒΕΖΗΙΚΜΝΟΡΤΥΧαικνορυχ"
    # Latin of other alphabets
    "ıɑɡ",
    "ABESIJKMHOPCTYXIacesijkopxydhlqwoABEZHIKMNOPTYXaikvopuxiag",
)


def as_read(text: str) -> str:
    """`text` without what cannot be seen, in plain digits; beside Latin letters, those that look like one are it."""
    if text.isascii():
        return text
    seen = "".join(_as_read(sign) for sign in _SELECTORS.sub("", text))
    return seen.translate(_ALIKE) if _LATIN.search(seen) else seen


def _as_read(sign: str) -> str:
    if sign in _BLANKS or unicodedata.category(sign) == "Cf":
        return ""
    digit = unicodedata.decimal(sign, None)
    return sign if digit is None else str(digit)
