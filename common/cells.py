"""Text in cells that leave the portal and come back: no spreadsheet takes it for a formula. Knows no Django."""

from __future__ import annotations

import re

FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r", "\n", "\uff1d", "\uff0b", "\uff0d", "\uff20")
"""With their full-width forms, which spreadsheets in East Asian languages take for the same."""
_CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\ufffe\uffff]")
# Digits with signs between them and a minus in front: nothing a spreadsheet could calculate or call.
_NEGATIVE = re.compile(r"-[ \xa0]?[0-9][0-9.,'’ \xa0\u202f]*€?")


def harmless(text: str) -> str:
    """`text` for a cell: an apostrophe in front where a spreadsheet would read a formula, no sign XML has not.

    A plain negative number stays one.
    """
    text = _CONTROL.sub("", text)
    return f"'{text}" if text.startswith(FORMULA_STARTS) and not _NEGATIVE.fullmatch(text) else text


def as_written(text: str) -> str:
    """What `harmless` was given: the apostrophe in front of a formula's sign taken off again."""
    return text[1:] if text[:1] == "'" and text[1:].startswith(FORMULA_STARTS) else text
