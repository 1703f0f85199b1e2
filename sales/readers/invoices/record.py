"""What an invoice says, whatever format it came in. Amounts and quantities as `Decimal`, nothing is corrected."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from enum import StrEnum

CREDIT_NOTE_TYPES = frozenset({"81", "83", "261", "381", "396", "532"})
"""Codes of UNTDID 1001 whose amounts take back, although they are written without a sign."""

ZERO = Decimal(0)


class LineKind(StrEnum):
    """Only a DETAIL is sold; a GROUP sums up the lines below it, INFORMATION is a text."""

    DETAIL = "DETAIL"
    GROUP = "GROUP"
    INFORMATION = "INFORMATION"


@dataclass(frozen=True, slots=True)
class Party:
    """Seller or buyer. `ids`: every other number the document gives it (GLN, customer number, legal register)."""

    name: str | None = None
    vat_id: str | None = None
    gln: str | None = None
    ids: tuple[str, ...] = ()
    postcode: str | None = None
    country: str | None = None


@dataclass(frozen=True, slots=True)
class Totals:
    """BT-106, BT-109, BT-112, BT-115 in the currency of the document, and what leads from one to the next.

    `allowances` and `charges` of the document as a whole (BT-107, BT-108): their stated sum or, without one, the sum of
    the single ones. `vat` is BT-110, `prepaid` BT-113, `rounding` BT-114, `third_party` what the seller collects for
    others besides (BT-DEX-002 of XRechnung's extension).
    """

    lines_net: Decimal | None = None
    net: Decimal | None = None
    gross: Decimal | None = None
    due: Decimal | None = None
    allowances: Decimal = ZERO
    charges: Decimal = ZERO
    vat: Decimal | None = None
    prepaid: Decimal | None = None
    rounding: Decimal | None = None
    third_party: Decimal = ZERO


@dataclass(frozen=True, slots=True)
class Preceding:
    """An earlier invoice that this one, or one line of it, refers to (BT-25, BT-26); `line`: which line of it."""

    number: str
    issue_date: date | None = None
    line: str | None = None


@dataclass(frozen=True, slots=True)
class Line:
    """A line in the order of the document, with the signs the document writes.

    `price`: BT-146 for `price_base_quantity` pieces; what was really paid for one is `net` by `quantity`. `allowances`
    and `charges` are the sums of the line's own (BT-136, BT-141), which `net` contains already. `parent`: id of the
    line this one belongs to.
    """

    id: str | None
    kind: LineKind
    quantity: Decimal | None
    unit: str | None
    net: Decimal | None
    price: Decimal | None = None
    price_base_quantity: Decimal | None = None
    name: str | None = None
    seller_article: str | None = None
    buyer_article: str | None = None
    standard_id: str | None = None
    serials: tuple[str, ...] = ()
    parent: str | None = None
    allowances: Decimal = ZERO
    charges: Decimal = ZERO
    preceding: tuple[Preceding, ...] = ()


@dataclass(frozen=True, slots=True)
class Remark:
    """Something a person should look at: `code` for programs, `text` an English template (`common.sentences`)."""

    code: str
    text: str
    params: tuple[tuple[str, str], ...] = ()


@dataclass(frozen=True, slots=True)
class Invoice:
    """One invoice or credit note. `syntax`: "ubl", "cii" or "zugferd1"; `profile`: what it says it follows (BT-24).

    An invoice without `warnings` agrees with itself; whatever was missing, unreadable or does not add up left one.
    """

    number: str | None
    type_code: str | None
    issue_date: date | None
    currency: str | None
    seller: Party
    buyer: Party
    totals: Totals
    lines: tuple[Line, ...]
    warnings: tuple[Remark, ...] = ()
    preceding: tuple[Preceding, ...] = ()
    profile: str | None = None
    syntax: str = ""

    @property
    def takes_back(self) -> bool:
        return self.type_code in CREDIT_NOTE_TYPES


class Refused(Exception):
    """The file is no invoice that can be read. `code` for programs, `text` an English template with `params`."""

    def __init__(self, code: str, text: str, /, **params: str) -> None:
        self.code = code
        self.text = text
        self.params = params
        super().__init__(text.format_map(params))
