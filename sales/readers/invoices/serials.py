"""Serial numbers: from fields made for them, from attributes called so, from texts that name them clearly."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable

_SIGN = r"[A-Za-z0-9]"
_TOKEN = re.compile(rf"(?=[A-Za-z0-9._/-]*[0-9]){_SIGN}[A-Za-z0-9._/-]{{2,38}}{_SIGN}(?![A-Za-z0-9:])")
_BETWEEN = re.compile(r"\s*(?:[,;|]|\b(?:und|and|et|y|e)\b|&|\+)\s*", re.IGNORECASE)
_BLANK = re.compile(r"\s+")

_NAMES = frozenset(
    {
        "serialnumber", "serialnumbers", "serialno", "serialnos", "serialnr", "serial", "serials", "sn", "sns", "snr",
        "seriennummer", "seriennummern", "seriennr", "seriennrn", "geraetenummer", "geratenummer",
        "numerodeserie", "numerosdeserie", "ndeserie", "nodeserie", "nserie", "numeroserie",
        "numerodiserie", "numeridiserie", "matricola", "serienummer", "serienummers", "serienr",
        "numerseryjny", "numeryseryjne", "nrseryjny", "sorozatszam", "serijskabroj", "serijskibroj",
        "seriovecislo", "serienumre", "sarjanumero", "serienummeret",
    }
)  # fmt: skip
"""How "serial number" is called, letters only, without accents: English, German, French, Spanish, Italian, Dutch …"""

_LABEL = re.compile(
    r"(?<![A-Za-z0-9])(?:"
    r"serial[ -]?(?:numbers?|nos?\.?|nrs?\.?|#)"
    r"|serien[ -]?(?:nummern?|nrn?\.?)"
    r"|s/n|sn"
    r"|num[eé]ros?[ ]de[ ]s[eé]rie|n[°ºo]\.?[ ]de[ ]s[eé]rie"
    r"|n[uú]meros?[ ]de[ ]serie|numer[oi][ ]di[ ]serie"
    r"|serie[ -]?nummers?|numery?[ ]seryjn[ye]"
    r")[ ]?(?:\(s\)|\(n\))?[ ]?[:#=][ ]?",
    re.IGNORECASE,
)


def collected(numbered: Iterable[str], labelled: Iterable[str], texts: Iterable[str]) -> tuple[str, ...]:
    """The different serial numbers of a line in their order.

    `numbered`: from fields made for them; `labelled`: values of attributes called so; `texts`: notes, descriptions.
    """
    found = list(numbered)
    for value in labelled:
        found += _listed(value) or [value]
    for text in texts:
        for label in _LABEL.finditer(text):
            found += _listed(text, label.end())
    return tuple(dict.fromkeys(found))


def is_label(name: str) -> bool:
    """Whether an attribute of this name holds serial numbers."""
    letters = unicodedata.normalize("NFKD", name.casefold().replace("ä", "ae"))
    return "".join(sign for sign in letters if sign.isalpha() and sign.isascii()) in _NAMES


def _listed(text: str, place: int = 0) -> list[str]:
    """The numbers that stand in `text` from `place` on. They hold a digit, and blanks part only what looks alike."""
    found: list[str] = []
    while token := _TOKEN.match(text, place):
        found.append(token.group())
        place = token.end()
        if between := _BETWEEN.match(text, place):
            place = between.end()
            continue
        blank = _BLANK.match(text, place)
        following = _TOKEN.match(text, blank.end()) if blank else None
        if following is None or blank is None or _looks(following.group()) != _looks(found[0]):
            break
        place = blank.end()
    return found


def _looks(number: str) -> tuple[int, bool]:
    return len(number), number.isdigit()
