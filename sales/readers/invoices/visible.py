"""Whether the pages of a hybrid invoice say what its data say. Data prove nothing about what a person was shown."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator
from decimal import Decimal
from enum import StrEnum

from common.sentences import _n
from sales.readers.invoices.record import Invoice, Remark

_GAP = r"\s*"
_SEPARATOR = r"[.,'’\s]?"
_DASHES = {ord(sign): "-" for sign in "‐‑‒–—−"}


class Visible(StrEnum):
    """What comparing data and pages gave. NO_TEXT: there is none to compare with, as in a scan."""

    AGREES = "agrees"
    DIFFERS = "differs"
    NO_TEXT = "no_text"


def compare(invoice: Invoice, text: str) -> tuple[Visible, tuple[Remark, ...]]:
    """Looks for the number and the gross total, however spaces and separators of thousands are written."""
    if not any(map(str.isalnum, text)):
        return Visible.NO_TEXT, (Remark("no_visible_text", _n("The pages have no text to compare the data with.")),)
    remarks = tuple(_missing(invoice, _even(text)))
    return Visible.DIFFERS if remarks else Visible.AGREES, remarks


def _missing(invoice: Invoice, text: str) -> Iterator[Remark]:
    if invoice.number is None or not _says(text, _even(invoice.number)):
        shown = (("number", invoice.number or "–"),)
        yield Remark("number_not_visible", _n("The invoice number {number} of the data is not on the pages."), shown)
    gross = invoice.totals.gross
    if gross is None or not re.search(_amount_pattern(gross), text):
        amount = (("amount", "–" if gross is None else f"{gross:f}"),)
        yield Remark("total_not_visible", _n("The gross total {amount} of the data is not on the pages."), amount)


def _even(text: str) -> str:
    return unicodedata.normalize("NFKC", text).translate(_DASHES).casefold()


def _says(text: str, number: str) -> bool:
    signs = [re.escape(sign) for sign in number if not sign.isspace()]
    # A 1 is not said by 1,50.
    pattern = rf"(?<!\w)(?<!\d[.,]){_GAP.join(signs)}(?!\w)(?![.,]\d)"
    return bool(signs) and re.search(pattern, text) is not None


def _amount_pattern(amount: Decimal) -> str:
    """1234.5 as 1234,50 or 1.234,50 or 1,234.50 or 1 234,50; without its cents where there are none."""
    whole, _point, cents = f"{abs(amount).normalize():f}".partition(".")
    cents = cents.ljust(2, "0")
    groups = _SEPARATOR.join(f"{int(whole):,}".split(","))
    fraction = rf"(?:\s?[.,]\s?{cents}0*)"
    return rf"(?<!\d)(?<!\d[.,'’]){groups}{fraction}{'?' if not int(cents) else ''}(?!\d)(?![.,'’]\d)"
