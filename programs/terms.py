"""Rebate terms: the versioned document that says what a vendor pays for proven sales.

Pure: read from YAML, JSON or a plain document, checked as a whole, immutable. What each field means to the cent is
explained in docs/rebate-rules.md; `rebates.engine` calculates with it. Numbers are read as text, never through a float.
"""

from __future__ import annotations

import itertools
import json
from decimal import Decimal
from enum import StrEnum
from functools import cached_property
from typing import Annotated, Any, ClassVar, Self

from pydantic import BeforeValidator, Field, model_validator
from pydantic import ValidationError as PydanticError

from common.money import plain, shortest
from common.periods import PeriodKind
from common.sentences import _n
from programs import plain_yaml
from programs.document_errors import InvalidDocument, Problem, problems_of, refuse
from programs.document_fields import Country, Flag, Name, Number, Part, Percent, PeriodCount, no_repeats, some

__all__ = [
    "ALL_PRODUCTS",
    "Cap",
    "Counts",
    "DocumentKind",
    "Eligible",
    "Evidence",
    "Measure",
    "Mode",
    "Problem",
    "ProjectLines",
    "Step",
    "Terms",
    "TermsError",
]

ALL_PRODUCTS = "all"


class TermsError(InvalidDocument, ValueError):
    """The document is no valid rebate terms."""


class Evidence(StrEnum):
    """What proves a sale. Terms count only lines with their own evidence."""

    SELL_OUT = "sell_out"
    INVOICE = "invoice"


class Counts(StrEnum):
    """The attainment: what decides which step applies."""

    UNITS = "units"
    REVENUE = "revenue"


class Mode(StrEnum):
    """Whether the step reached applies to everything or each step to its own part."""

    WHOLE_VOLUME = "whole_volume"
    GRADUATED = "graduated"


class Measure(StrEnum):
    """What a step pays."""

    PER_UNIT = "per_unit"
    PERCENT = "percent"
    LUMP_SUM = "lump_sum"


class ProjectLines(StrEnum):
    INCLUDE = "include"
    EXCLUDE = "exclude"


class DocumentKind(StrEnum):
    """§ 17 UStG reduction of consideration (VAT included), or § 14 (2) UStG self-billed invoice (VAT added)."""

    BONUS_STATEMENT = "bonus_statement"
    SELF_BILLED_INVOICE = "self_billed_invoice"


class Eligible(Part):
    """Who takes part, judged per line on the day it counts. Without any condition: everybody enrolled."""

    tiers: Annotated[tuple[Name, ...] | None, BeforeValidator(some)] = None
    countries: Annotated[tuple[Country, ...] | None, BeforeValidator(some)] = None
    without_individual_agreement: Flag = False
    newcomers_for: PeriodCount | None = None
    """Only the period of first enrolment and the ones after it, this many in all."""

    @model_validator(mode="after")
    def _lists_name_each_once(self) -> Self:
        no_repeats(self.tiers or ())
        no_repeats(self.countries or ())
        return self


class Step(Part):
    """From this attainment on (inclusive) this is paid; the step ends where the next begins."""

    from_: Number = Field(alias="from")
    per_unit: Number | None = None
    percent: Percent | None = None
    lump_sum: Number | None = None

    @model_validator(mode="after")
    def _pays_one_thing(self) -> Self:
        given = [measure for measure in Measure if getattr(self, measure) is not None]
        if len(given) != 1:
            raise refuse(_n("give exactly one of per_unit, percent and lump_sum"))
        return self

    @cached_property
    def measure(self) -> Measure:
        return next(measure for measure in Measure if getattr(self, measure) is not None)

    @property
    def rate(self) -> Decimal:
        """Money per unit, percent (10 means 10 %) or a sum of money, as `measure` says."""
        value = getattr(self, self.measure)
        assert isinstance(value, Decimal)
        return value


class Cap(Part):
    """An upper limit: of what counts (`basis`, in the unit of `counts`) or of the result (`amount`)."""

    basis: Number | None = None
    amount: Number | None = None

    @model_validator(mode="after")
    def _limits_one_thing(self) -> Self:
        if (self.basis is None) == (self.amount is None):
            raise refuse(_n("give either basis or amount"))
        return self


Rates = dict[Name, Annotated[dict[Name, Number], BeforeValidator(some)]]


class Terms(Part):
    """Valid rebate terms. `from_yaml`, `from_json`, `from_document` raise `TermsError` with all problems found."""

    ALL_PRODUCTS: ClassVar[str] = ALL_PRODUCTS

    code: Name
    period: PeriodKind
    evidence: Evidence = Evidence.SELL_OUT
    counts: Counts
    products: Name = ALL_PRODUCTS
    eligible: Eligible = Eligible()
    mode: Mode = Mode.WHOLE_VOLUME
    steps: Annotated[tuple[Step, ...], BeforeValidator(some)] = ()
    rates: Annotated[Rates | None, BeforeValidator(some)] = None
    minimum: Number | None = None
    cap: Cap | None = None
    project_lines: ProjectLines = ProjectLines.INCLUDE
    document: DocumentKind = DocumentKind.BONUS_STATEMENT
    stack: Flag = False

    @model_validator(mode="after")
    def _parts_fit_together(self) -> Self:
        if self.rates is None:
            _check_steps(self)
        else:
            _check_rates(self)
        return self

    @property
    def measure(self) -> Measure | None:
        """What the steps pay; None for rates."""
        return self.steps[0].measure if self.steps else None

    @classmethod
    def model_validate(cls, obj: Any, **options: Any) -> Self:
        """Terms from a document as `to_document` makes it. Raises `TermsError`."""
        try:
            return super().model_validate(obj, **options)
        except PydanticError as error:
            raise TermsError(problems_of(error)) from None

    @classmethod
    def from_document(cls, document: object) -> Self:
        """Terms from the dict stored as JSON. Numbers in it are text (or whole numbers), floats are refused."""
        return cls.model_validate(document)

    @classmethod
    def from_json(cls, text: str) -> Self:
        """Terms from JSON text; numbers are taken as they are written."""
        try:
            document = json.loads(
                text, parse_float=str, parse_int=str, parse_constant=str, object_pairs_hook=_each_name_once
            )
        except TermsError:
            raise
        except (ValueError, RecursionError) as error:
            raise TermsError([Problem("", _n("this is not valid JSON ({problem})"), {"problem": str(error)})]) from None
        return cls.model_validate(document)

    @classmethod
    def from_yaml(cls, text: str) -> Self:
        """Terms from YAML text; numbers are taken as they are written."""
        try:
            document = plain_yaml.load(text)
        except plain_yaml.NotPlainYaml as error:
            raise TermsError([Problem("", error.text, error.values)]) from error
        return cls.model_validate(document)

    def to_document(self) -> dict[str, Any]:
        """Every field, defaults too, numbers as text: stored as JSON it means the same whatever later defaults say."""
        document = _as_text(_fields(self))
        assert isinstance(document, dict)
        return document

    def to_yaml(self) -> str:
        """The same as YAML, for people."""
        return plain_yaml.dump(_fields(self))


def _check_steps(terms: Terms) -> None:
    if not terms.steps:
        raise refuse(_n("is required (or rates)"), at="steps")
    if "mode" not in terms.model_fields_set:
        raise refuse(_n("is required"), at="mode")
    in_order = tuple(sorted(terms.steps, key=lambda step: step.from_))
    for lower, upper in itertools.pairwise(in_order):
        if lower.from_ == upper.from_:
            raise refuse(_n("two steps begin at {value}"), at="steps", value=shortest(upper.from_))
    object.__setattr__(terms, "steps", in_order)
    if len({step.measure for step in in_order}) > 1:
        raise refuse(_n("all steps must pay the same: per_unit, percent or lump_sum"), at="steps")
    fitting = {Measure.PER_UNIT: Counts.UNITS, Measure.PERCENT: Counts.REVENUE}
    measure = in_order[0].measure
    if terms.mode is Mode.GRADUATED and fitting.get(measure, terms.counts) is not terms.counts:
        raise refuse(_n("graduated steps pay percent with revenue, per_unit with units, or lump_sum"), at="steps")


def _check_rates(terms: Terms) -> None:
    if terms.steps:
        raise refuse(_n("give either steps or rates"), at="rates")
    if terms.counts is not Counts.UNITS:
        raise refuse(_n("rates count units"), at="counts")
    if terms.mode is not Mode.WHOLE_VOLUME:
        raise refuse(_n("rates have no graduated mode"), at="mode")
    if terms.minimum is not None:
        raise refuse(_n("rates have no minimum"), at="minimum")
    if terms.cap is not None:
        raise refuse(_n("rates have no cap"), at="cap")


def _each_name_once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for name, value in pairs:
        if name in found:
            raise TermsError([Problem("", _n("“{name}” is given twice"), {"name": name})])
        found[name] = value
    return found


def _fields(terms: Terms) -> dict[str, Any]:
    fields = terms.model_dump(by_alias=True)
    if terms.rates is None:
        fields["steps"] = [{key: value for key, value in step.items() if value is not None} for step in fields["steps"]]
        del fields["rates"]
    else:
        del fields["steps"]
    if terms.cap is not None:
        fields["cap"] = {key: value for key, value in fields["cap"].items() if value is not None}
    return {name: _for_yaml(value) for name, value in fields.items()}


def _for_yaml(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _for_yaml(item) for key, item in value.items()}
    if isinstance(value, (list, tuple)):
        return [_for_yaml(item) for item in value]
    return str(value) if isinstance(value, StrEnum) else value


def _as_text(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _as_text(item) for key, item in value.items()}
    if isinstance(value, list):
        return [_as_text(item) for item in value]
    return plain(value) if isinstance(value, Decimal) else value
