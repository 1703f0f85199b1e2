"""The Single Euro Payments Area: which countries belong to it, and which characters its banks pass on."""

from __future__ import annotations

import re
import unicodedata

from text_unidecode import unidecode

# The countries by which IBANs begin in EPC409-09, "EPC list of SEPA scheme countries", with those that joined until
# 2025 (AL, ME, MD, MK, RS). Overseas and crown territories have IBANs of FR, ES, PT, FI and GB; Gibraltar its own.
SEPA_COUNTRIES = frozenset(
    {
        # European Union
        "AT", "BE", "BG", "CY", "CZ", "DE", "DK", "EE", "ES", "FI", "FR", "GR", "HR", "HU", "IE", "IT", "LT", "LU",
        "LV", "MT", "NL", "PL", "PT", "RO", "SE", "SI", "SK",
        # European Economic Area, and others
        "IS", "LI", "NO",
        "AD", "AL", "CH", "GB", "GI", "MC", "MD", "ME", "MK", "RS", "SM", "VA",
    }
)  # fmt: skip

# EPC217-08 reads ä as a. German banks take ae as well, and it is how Germans write it.
_GERMAN = str.maketrans({"ä": "ae", "ö": "oe", "ü": "ue", "Ä": "Ae", "Ö": "Oe", "Ü": "Ue", "ß": "ss", "ẞ": "SS"})
_NEAREST = str.maketrans(
    {
        "&": "+", "@": "(at)", '"': "'", "`": "'", ";": ",", "_": "-", "~": "-", "\\": "/", "|": "/", "!": ".",
        "[": "(", "{": "(", "<": "(", "]": ")", "}": ")", ">": ")",
    }
)  # fmt: skip
_NOT_PASSED_ON = re.compile(r"[^a-zA-Z0-9/\-?:().,'+ ]")


def is_sepa(country: str) -> bool:
    """Whether an account whose IBAN begins with `country` can be paid by SEPA credit transfer."""
    return country in SEPA_COUNTRIES


def sepa_text(text: str, most: int) -> str:
    """`text` in the characters that every bank passes on, at most `most` of them; empty where nothing is left.

    Letters of other alphabets become Latin ones, signs the nearest one allowed. A text neither begins nor ends with a
    slash and has no two in a row: these mean something to banks.
    """
    latin = unidecode(unicodedata.normalize("NFC", text).translate(_GERMAN)).translate(_NEAREST)
    passed_on = re.sub(" {2,}", " ", _NOT_PASSED_ON.sub(" ", latin))
    return re.sub("/{2,}", "/", passed_on).strip(" /")[:most].rstrip(" /")
