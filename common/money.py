"""Exact amounts: reading numbers from text, the one place that rounds, and sharing an amount out to the cent."""

from __future__ import annotations

import decimal
import re
from collections.abc import Sequence
from decimal import ROUND_HALF_UP, Decimal

from common.errors import DomainError
from common.sentences import _n, fill

CENT = Decimal("0.01")
ZERO = Decimal("0.00")

INTEGER_DIGITS = 15
DECIMAL_PLACES = 40

_EXACT_DIGITS = 200
"""Enough for products and sums of numbers that `exact_decimal` lets in: nothing is ever rounded on the way."""

EXACT = decimal.Context(
    prec=_EXACT_DIGITS,
    traps=[decimal.InvalidOperation, decimal.DivisionByZero, decimal.Overflow, decimal.Inexact],
)
"""Context for calculations with money: an operation that would have to round raises `decimal.Inexact` instead."""

_ROUNDING = decimal.Context(prec=_EXACT_DIGITS, rounding=ROUND_HALF_UP, traps=[decimal.InvalidOperation])
_NUMBER = re.compile(r"[+-]?(?:[0-9]+(?:\.[0-9]*)?|\.[0-9]+)(?:[eE][+-]?[0-9]{1,3})?")
_LONGEST = 100


class NotANumber(DomainError, ValueError):
    """The text is no decimal number this software calculates with. `text` is the template, `value` what was read."""

    def __init__(self, text: str, value: str) -> None:
        super().__init__(fill(text, {"value": value}))
        self.text = text
        self.value = value


def exact_decimal(value: object) -> Decimal:
    """The number written in `value`: text with a decimal point, an int or a Decimal; never a float.

    Raises `NotANumber` for anything else: NaN, infinity, decimal commas, thousands separators, more than 15 digits
    before or 40 after the decimal point (an exponent is fine inside these bounds).
    """
    if isinstance(value, bool) or not isinstance(value, (str, int, Decimal)):
        raise NotANumber(_n("“{value}” must be written as text, not as a float or another type"), _short(value))
    text = str(value).strip() if len(str(value)) <= _LONGEST else ""
    if not _NUMBER.fullmatch(text):
        raise NotANumber(_n("“{value}” is not a number (digits with a decimal point, like 1234.56)"), _short(value))
    number = Decimal(text)
    if number and number.adjusted() >= INTEGER_DIGITS:
        raise NotANumber(_n("“{value}” is too large"), _short(value))
    if _exponent(number) > 0:
        number = number.quantize(Decimal(1), context=_ROUNDING)
    elif -_exponent(number) > DECIMAL_PLACES:
        number = number.normalize(_ROUNDING)
    if -_exponent(number) > DECIMAL_PLACES:
        raise NotANumber(_n("“{value}” has too many decimal places"), _short(value))
    return number or number.copy_abs()


def round_cents(value: Decimal) -> Decimal:
    """`value` to the cent, half away from zero (0.005 -> 0.01, -0.005 -> -0.01), never -0.00.

    The only place where an amount of money is rounded; a settlement calls it once, at its end.
    """
    rounded = value.quantize(CENT, context=_ROUNDING)
    return rounded or ZERO


def allocate(total: Decimal, weights: Sequence[Decimal]) -> list[Decimal]:
    """Shares of `total` (whole cents) in proportion to `weights`, in their order; they add up to `total` exactly.

    Largest remainder: each share is first rounded down (towards minus infinity), the cents left over go to the largest
    remainders, ties to the earlier one. Weights may be negative, a weight of zero gets 0.00, a total of 0.00 gives 0.00
    to all. Raises ValueError when `total` is not whole cents, or not zero while the weights add up to zero.
    """
    cents = _as_integers([total], 2)[0]
    if cents == 0:
        return [ZERO] * len(weights)
    parts = _as_integers(weights, max((-_exponent(weight) for weight in weights), default=0))
    whole = sum(parts)
    if whole == 0:
        raise ValueError("nothing to share by: the weights add up to zero")
    if whole < 0:
        parts, whole = [-part for part in parts], -whole
    shares, remainders = [], []
    for part in parts:
        share, remainder = divmod(cents * part, whole)
        shares.append(share)
        remainders.append(remainder)
    by_remainder = sorted(range(len(parts)), key=lambda index: -remainders[index])
    for index in by_remainder[: cents - sum(shares)]:
        shares[index] += 1
    return [Decimal(share).scaleb(-2, context=_ROUNDING) + ZERO for share in shares]


def plain(number: Decimal) -> str:
    """`number` as text without exponent, its decimals as they are: 1E+3 -> "1000", 5.00 -> "5.00"."""
    return format(number, "f")


def shortest(number: Decimal) -> str:
    """`number` as text without exponent and without trailing zeros: `Decimal("24.000")` -> "24"."""
    text = plain(number)
    return (text.rstrip("0").rstrip(".") if "." in text else text) if number else "0"


def _exponent(number: Decimal) -> int:
    exponent = number.as_tuple().exponent
    if not isinstance(exponent, int):
        raise ValueError(f"{number} is not a finite number")  # noqa: TRY004
    return exponent


def _as_integers(numbers: Sequence[Decimal], places: int) -> list[int]:
    integers = []
    for number in numbers:
        scaled = number.scaleb(places, context=_ROUNDING)
        if scaled != scaled.to_integral_value():
            raise ValueError(f"{number} has more than {places} decimal places")
        integers.append(int(scaled))
    return integers


def _short(value: object) -> str:
    text = str(value)
    return text if len(text) <= 40 else text[:40] + "…"
