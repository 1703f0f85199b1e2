"""From the sums of eligible sales to the amount. Exact throughout, rounded once at the end."""

from __future__ import annotations

import decimal
import itertools
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

from common.money import EXACT, ZERO, round_cents
from programs.terms import Counts, Measure, Mode, Step, Terms
from rebates.engine.result import Part, Stop, Totals

_BASE_COUNTS = {Measure.PERCENT: Counts.REVENUE, Measure.PER_UNIT: Counts.UNITS}


@dataclass(frozen=True, slots=True)
class Outcome:
    """The figures of a settlement; the fields mean what they mean there."""

    attainment: Decimal
    counted: Decimal
    step: Step | None = None
    base: Decimal = Decimal(0)
    parts: tuple[Part, ...] = ()
    before_cap: Decimal = Decimal(0)
    """The sum of the parts, before `cap.amount`."""
    exact: Decimal = Decimal(0)
    amount: Decimal = ZERO
    stop: Stop | None = None


def rate(terms: Terms, totals: Totals) -> Outcome:
    """What `terms` pay on `totals`."""
    with decimal.localcontext(EXACT):
        attainment = _measured(terms.counts, totals)
        counted = _capped(terms, attainment)
        stop = _stop(terms, attainment, counted)
        if stop is not None:
            return Outcome(attainment, counted, stop=stop)
        if terms.rates is not None:
            parts = _rated_parts(terms, totals)
            exact = _sum(parts)
            return Outcome(
                attainment,
                counted,
                None,
                totals.units,
                parts,
                exact,
                exact,
                round_cents(exact),
            )
        step = reached(terms.steps, counted)[-1]
        base = counted if base_counts(terms) is terms.counts else _measured(base_counts(terms), totals)
        parts = _graduated_parts(terms, counted) if terms.mode is Mode.GRADUATED else (_part(step, base),)
        before_cap = exact = _sum(parts)
        if terms.cap is not None and terms.cap.amount is not None:
            exact = min(exact, terms.cap.amount)
        return Outcome(
            attainment,
            counted,
            step,
            base,
            parts,
            before_cap,
            exact,
            round_cents(exact),
        )


def base_counts(terms: Terms) -> Counts:
    """What the rates apply to: percent to revenue, a sum per unit to units; lump sums go by the attainment."""
    measure = terms.measure
    return Counts.UNITS if measure is None else _BASE_COUNTS.get(measure, terms.counts)


def reached(steps: Sequence[Step], attainment: Decimal) -> list[Step]:
    """The steps whose lower bound is reached, lowest first."""
    return [step for step in steps if step.from_ <= attainment]


def _measured(counts: Counts, totals: Totals) -> Decimal:
    return totals.units if counts is Counts.UNITS else totals.net


def _capped(terms: Terms, attainment: Decimal) -> Decimal:
    if terms.cap is None or terms.cap.basis is None:
        return attainment
    return min(attainment, terms.cap.basis)


def _stop(terms: Terms, attainment: Decimal, counted: Decimal) -> Stop | None:
    if attainment <= 0 or counted <= 0:
        return Stop.NOTHING_COUNTED
    if terms.minimum is not None and attainment < terms.minimum:
        return Stop.BELOW_MINIMUM
    if terms.rates is None and not reached(terms.steps, counted):
        return Stop.BELOW_FIRST_STEP
    return None


def _part(step: Step, quantity: Decimal) -> Part:
    if step.measure is Measure.LUMP_SUM:
        return Part(Decimal(1), step.rate, step.rate, step.from_)
    factor = step.rate.scaleb(-2) if step.measure is Measure.PERCENT else step.rate
    return Part(quantity, step.rate, quantity * factor, step.from_)


def _graduated_parts(terms: Terms, counted: Decimal) -> tuple[Part, ...]:
    """Each step reached with its own part: from its bound to the next one, or to the attainment."""
    steps = reached(terms.steps, counted)
    ends = [upper.from_ for _, upper in itertools.pairwise(steps)] + [counted]
    return tuple(_part(step, end - step.from_) for step, end in zip(steps, ends, strict=True))


def _rated_parts(terms: Terms, totals: Totals) -> tuple[Part, ...]:
    assert terms.rates is not None
    parts = []
    for sold in totals.rated:
        per_unit = terms.rates[sold.tier][sold.article]
        parts.append(
            Part(
                sold.units,
                per_unit,
                sold.units * per_unit,
                None,
                sold.tier,
                sold.article,
            )
        )
    return tuple(parts)


def _sum(parts: Sequence[Part]) -> Decimal:
    return sum((part.amount for part in parts), Decimal(0))
