"""What the engine is told: sums of sales that share their circumstances, single lines, and what else matters.

All of it is judged beforehand as of the day a sale counts on (`counts_on`): tier, status, country, agreement and
product group are those of that day, and only lines proven by the terms' own evidence are here at all.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Protocol

from common.periods import Period
from rebates.engine.result import Reason


class Circumstances(Protocol):
    """What eligibility looks at."""

    @property
    def tier(self) -> str | None: ...
    @property
    def country(self) -> str | None: ...
    @property
    def active(self) -> bool: ...
    @property
    def agreement(self) -> bool: ...
    @property
    def article(self) -> str: ...
    @property
    def in_group(self) -> bool: ...
    @property
    def project(self) -> bool: ...
    @property
    def excluded(self) -> Reason | None: ...


@dataclass(frozen=True, slots=True)
class Aggregate:
    """The sum of one enrolment's sale lines in a period that share everything eligibility looks at.

    `units` is over all lines, `net` (the program's currency) over those with a value. Lines without a value are counted
    in `lines` and again in `lines_without_value`, their units in `units` and again in `units_without_value`.
    """

    tier: str | None
    country: str | None
    active: bool
    """Enrolled and active on that day."""
    agreement: bool
    """An individual agreement held on that day."""
    article: str
    """Empty where no terms have rates, so that nobody asks."""
    in_group: bool
    """The article belonged to the terms' product group on that day; True where the terms name all products."""
    project: bool
    """Sold under project conditions."""
    units: Decimal
    net: Decimal
    lines: int
    lines_without_value: int = 0
    units_without_value: Decimal = Decimal(0)
    excluded: Reason | None = None
    """Why the sale is outside the program, whatever the terms say: DISTRIBUTOR, CURRENCY, PROGRAM or COUNTRY."""


@dataclass(frozen=True, slots=True)
class SaleLine:
    """One sale line, to share a settlement's amount out to it. `net` is None where the proof states no value."""

    id: int
    tier: str | None
    country: str | None
    active: bool
    agreement: bool
    article: str
    in_group: bool
    project: bool
    units: Decimal
    net: Decimal | None
    excluded: Reason | None = None


@dataclass(frozen=True, slots=True)
class Standing:
    """An enrolment as it is today: whether further sales would count."""

    tier: str | None
    country: str | None
    active: bool = True
    agreement: bool = False


@dataclass(frozen=True, slots=True)
class Facts:
    """What holds for the whole settlement.

    `today` None: the period is taken as still running. `first_enrolled_on` None: never enrolled, so no newcomer.
    `standing` None: further sales are taken as eligible.
    """

    period: Period
    currency: str = "EUR"
    today: date | None = None
    first_enrolled_on: date | None = None
    standing: Standing | None = None
