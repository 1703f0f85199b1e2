"""The VAT that a bonus contains: rates by day, and which amounts contain any.

A bonus behind a distributor reduces what the partner has paid for its purchases (§ 17 (1) sentences 3 and 6 UStG), at
the rate that held for these. Where purchases were taxed at different rates, § 17 (4) UStG asks for a document that says
how the amount is spread over them: hence a row for each rate.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from enum import StrEnum

from common.money import ZERO, round_cents

GERMANY = "DE"
RATES: tuple[tuple[date, Decimal], ...] = (
    (date(2007, 1, 1), Decimal(19)),
    (date(2020, 7, 1), Decimal(16)),
    (date(2021, 1, 1), Decimal(19)),
)
"""The general German rate in percent by the first day on which it holds: § 12 (1) UStG, for the second half of 2020
§ 28 (1) UStG (Zweites Corona-Steuerhilfegesetz). Another rate is one more row."""


class Without(StrEnum):
    """Why an amount contains no VAT that is shown."""

    SMALL_BUSINESS = "small_business"
    """§ 19 UStG: the partner deducts no input tax, so there is none to correct."""
    ABROAD = "abroad"
    """The partner was not registered in Germany on that day."""
    UNKNOWN = "unknown"
    """Nobody has written down where the partner was registered on that day."""


@dataclass(frozen=True, slots=True)
class Taxed:
    """How a partner stood on the day that counts for an amount. `country`: two letters, empty where unknown."""

    day: date
    country: str
    small_business: bool


@dataclass(frozen=True, slots=True)
class Row:
    """Amounts that are treated alike: gross, and what of it is VAT. `rate` in percent, None with a reason why not."""

    gross: Decimal
    rate: Decimal | None = None
    without: Without | None = None
    country: str = ""

    @property
    def tax(self) -> Decimal:
        """The VAT contained, to the cent; net and tax add up to gross."""
        return ZERO if self.rate is None else contained(self.gross, self.rate)

    @property
    def net(self) -> Decimal:
        return self.gross - self.tax


def rate_on(day: date) -> Decimal:
    """The general German rate of that day, in percent. Raises ValueError for days before the first one known."""
    known = [rate for start, rate in RATES if start <= day]
    if not known:
        raise ValueError(f"no VAT rate is known for {day}")
    return known[-1]


def contained(gross: Decimal, rate: Decimal) -> Decimal:
    """The VAT in `gross` at `rate` percent, to the cent."""
    return round_cents(gross * rate / (100 + rate))


def rows(amounts: Iterable[tuple[Decimal, Taxed]]) -> list[Row]:
    """These amounts, those treated alike in one row: rates first, the highest above."""
    sums: dict[tuple[Decimal | None, Without | None, str], Decimal] = {}
    for amount, taxed in amounts:
        key = _treatment(taxed)
        sums[key] = sums.get(key, ZERO) + amount
    found = [Row(gross, rate, without, country) for (rate, without, country), gross in sums.items()]
    return sorted(found, key=lambda row: (row.rate is None, -(row.rate or ZERO), row.without or "", row.country))


def _treatment(taxed: Taxed) -> tuple[Decimal | None, Without | None, str]:
    if not taxed.country:
        return None, Without.UNKNOWN, ""
    if taxed.country != GERMANY:
        return None, Without.ABROAD, taxed.country
    if taxed.small_business:
        return None, Without.SMALL_BUSINESS, taxed.country
    return rate_on(taxed.day), None, taxed.country
