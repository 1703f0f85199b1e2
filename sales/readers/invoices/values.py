"""Values as invoices write them. Each function gives None for what it cannot read: a guess is worse than a question."""

from __future__ import annotations

import re
import unicodedata
from datetime import date
from decimal import Decimal
from typing import TypeVar

Value = TypeVar("Value")

FIRST_YEAR, LAST_YEAR = 1990, 2100
"""Days outside of these years are taken for unreadable. Whether one lies in the future says who knows today."""

_XML_SPACE = " \t\r\n"
_NUMBER = re.compile(r"[+-]?(?:[0-9]{1,15}(?:\.[0-9]{0,20})?|\.[0-9]{1,20})")
_COMPACT_DAY = re.compile("([0-9]{4})([0-9]{2})([0-9]{2})")
_ISO_DAY = re.compile(
    "([0-9]{4})-([0-9]{2})-([0-9]{2})"
    r"(?:T[0-9]{2}:[0-9]{2}(?::[0-9]{2}(?:\.[0-9]{1,9})?)?)?(?:Z|[+-][0-9]{2}:[0-9]{2})?"
)
_CURRENCY = re.compile("[A-Z]{3}")
_INVISIBLE = frozenset({"Cc", "Cf", "Cs"})


def tidy(text: str) -> str:
    """Composed (NFC), without control and format characters, white space as single blanks."""
    if not text.isascii():
        text = unicodedata.normalize("NFC", text)
    if not text.isprintable():
        text = "".join(sign for sign in text if sign.isspace() or unicodedata.category(sign) not in _INVISIBLE)
    return " ".join(text.split())


def has_look_alikes(text: str) -> bool:
    """Whether `text` holds letters or digits of another script, some of which look like Latin ones: А is not A."""
    return not text.isascii() and any(
        sign.isalnum() and not unicodedata.name(sign, "").startswith("LATIN ") for sign in text if not sign.isascii()
    )


def number(text: str) -> Decimal | None:
    """A decimal number as XML Schema writes it: ASCII digits and a point, no grouping, no exponent."""
    text = text.strip(_XML_SPACE)
    if not _NUMBER.fullmatch(text):
        return None
    value = Decimal(text)
    return value or value.copy_abs()


def iso_day(text: str) -> date | None:
    """`2026-12-31`, also with a time or a zone behind it: the day that is written, whatever it is elsewhere."""
    return _day(_ISO_DAY, text)


def compact_day(text: str) -> date | None:
    """`20261231`, format 102 of UN/CEFACT."""
    return _day(_COMPACT_DAY, text)


def currency(text: str) -> str | None:
    text = text.strip(_XML_SPACE)
    return text if _CURRENCY.fullmatch(text) else None


def indicator(text: str) -> bool | None:
    return {"true": True, "1": True, "false": False, "0": False}.get(text.strip(_XML_SPACE).lower())


def _day(pattern: re.Pattern[str], text: str) -> date | None:
    found = pattern.fullmatch(text.strip(_XML_SPACE))
    if found is None:
        return None
    year, month, day = (int(part) for part in found.groups())
    try:
        return date(year, month, day) if FIRST_YEAR <= year <= LAST_YEAR else None
    except ValueError:
        return None
