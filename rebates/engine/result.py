"""What the engine answers: a settlement with everything needed to explain it, as JSON and back."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from enum import StrEnum
from typing import Annotated, Any

from pydantic import PlainSerializer, PlainValidator, TypeAdapter

from common.periods import Period
from programs.terms import Counts, Measure


class Reason(StrEnum):
    """Why a line, or a part of what it stands for, is left out. The first that fits, in this order."""

    DISTRIBUTOR = "distributor"
    """The distributor was not authorised for the program on that day."""
    CURRENCY = "currency"
    """The sale is in another currency than the program's."""
    PROGRAM = "program"
    """The program did not run on that day."""
    PRODUCT = "product"
    """The article was not in the product group."""
    NOT_ENROLLED = "not_enrolled"
    COUNTRY = "country"
    TIER = "tier"
    AGREEMENT = "agreement"
    """An individual agreement held."""
    NEWCOMER = "newcomer"
    """The terms are for newcomers, and the partner is none in this period."""
    PROJECT = "project"
    """Sold under project conditions."""
    NO_VALUE = "no_value"
    """The proof states no value: no revenue, though the units count."""
    NO_TIER_RATE = "no_tier_rate"
    """No tier, or a tier without rates: the units count, they pay nothing."""
    NO_ARTICLE_RATE = "no_article_rate"
    """The tier's rates do not name the article: the units count, they pay nothing."""


class Stop(StrEnum):
    """Why nothing is paid."""

    NOTHING_COUNTED = "nothing_counted"
    """The attainment is zero or less."""
    BELOW_MINIMUM = "below_minimum"
    BELOW_FIRST_STEP = "below_first_step"


class Kind(StrEnum):
    """How a parameter of a sentence is written in a person's language. Dates leave out the year of the period."""

    MONEY = "money"
    NUMBER = "number"
    PERCENT = "percent"
    DATE = "date"
    TEXT = "text"


@dataclass(frozen=True, slots=True)
class Param:
    """A typed value: numbers as plain text, dates as ISO text. Money is in the settlement's currency."""

    kind: Kind
    value: str


@dataclass(frozen=True, slots=True)
class Line:
    """One sentence: an English template (its message id) and the values for its {placeholders}."""

    code: str
    text: str
    params: Mapping[str, Param] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class LeftOut:
    """Lines left out for one reason."""

    reason: Reason
    lines: int
    units: Decimal
    net: Decimal


@dataclass(frozen=True, slots=True)
class Rated:
    """Units that have a rate of their own (terms with `rates`)."""

    tier: str
    article: str
    units: Decimal


@dataclass(frozen=True, slots=True)
class Totals:
    """The eligible sales: what the settlement is calculated from."""

    lines: int = 0
    units: Decimal = Decimal(0)
    net: Decimal = Decimal(0)
    lines_without_value: int = 0
    rated: tuple[Rated, ...] = ()


@dataclass(frozen=True, slots=True)
class Part:
    """A summand of the result: `quantity` × `rate` = `amount`, not rounded.

    `quantity` is in units or revenue; for a lump sum it is 1. `from_` is the step it belongs to; `tier` and `article`
    are set for rates.
    """

    quantity: Decimal
    rate: Decimal
    amount: Decimal
    from_: Decimal | None = None
    tier: str | None = None
    article: str | None = None


@dataclass(frozen=True, slots=True)
class NextStep:
    """What reaching the next bound would bring: `missing` units or revenue more until `until`, `gain` more money.

    `at_least`: the terms pay on the other measure, which further sales would raise as well.
    """

    at: Decimal
    missing: Decimal
    until: date
    gain: Decimal
    at_least: bool
    sentence: Line


def _period(value: object) -> Period:
    return value if isinstance(value, Period) else Period.parse(str(value))


_PeriodCode = Annotated[Period, PlainValidator(_period), PlainSerializer(str)]


@dataclass(frozen=True, slots=True)
class Settlement:
    """The result of terms for one enrolment and period, and how it came about."""

    period: _PeriodCode
    currency: str
    counts: Counts
    totals: Totals
    attainment: Decimal
    """Eligible units or revenue, before any cap."""
    counted: Decimal
    """The attainment after `cap.basis`: what the steps look at."""
    base: Decimal
    """What the rates were applied to, in the unit of `base_counts`; 0 when nothing is paid."""
    base_counts: Counts
    step: Decimal | None
    """Lower bound of the step that applies; None when none does and for rates."""
    measure: Measure | None
    rate: Decimal | None
    """The rate of the step that applies (the last one reached when graduated)."""
    parts: tuple[Part, ...]
    exact: Decimal
    """The result before it was rounded to `amount`."""
    amount: Decimal
    stop: Stop | None
    left_out: tuple[LeftOut, ...]
    explanation: tuple[Line, ...]
    next_step: NextStep | None
    running: bool
    """Further sales can still be made in the period."""
    barred: Reason | None
    """Why no further sale of this partner would count, as things stand."""

    def to_json(self) -> dict[str, Any]:
        """A dict for a JSON column; numbers are text."""
        document = _ADAPTER.dump_python(self, mode="json")
        assert isinstance(document, dict)
        return document

    @classmethod
    def from_json(cls, document: Mapping[str, Any]) -> Settlement:
        """The settlement `to_json` was made from."""
        return _ADAPTER.validate_python(document)


_ADAPTER = TypeAdapter(Settlement)
