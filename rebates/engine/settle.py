"""`settle`: terms and sums of sales in, a settlement with its explanation and the next step out."""

from __future__ import annotations

import dataclasses
import decimal
from collections.abc import Iterable, Iterator
from decimal import Decimal

from common.money import EXACT
from programs.terms import Counts, Terms
from rebates.engine.eligibility import gather, rate_of, reason_against_more
from rebates.engine.explain import explain, next_step_sentence
from rebates.engine.facts import Aggregate, Facts
from rebates.engine.rating import Outcome, base_counts, rate
from rebates.engine.result import LeftOut, NextStep, Rated, Reason, Settlement, Totals


def settle(terms: Terms, facts: Facts, aggregates: Iterable[Aggregate]) -> Settlement:
    """What `terms` pay one enrolment for `facts.period`.

    `aggregates` are the sales that count in the period and are proven by the terms' evidence, eligible or not, in any
    order and however finely split. The cost grows with their number, not with the lines behind them. Raises ValueError
    when the period is not one of the terms' kind.
    """
    totals, left_out = _gathered(terms, facts, aggregates)
    return _settled(terms, facts, totals, left_out, rate(terms, totals))


def settle_unless(terms: Terms, facts: Facts, aggregates: Iterable[Aggregate], *, amount: Decimal) -> Settlement | None:
    """`settle`, or None where this is the amount: explaining takes longer than calculating."""
    totals, left_out = _gathered(terms, facts, aggregates)
    outcome = rate(terms, totals)
    return None if outcome.amount == amount else _settled(terms, facts, totals, left_out, outcome)


def what_if(
    terms: Terms,
    settlement: Settlement,
    *,
    extra_units: Decimal = Decimal(0),
    extra_revenue: Decimal = Decimal(0),
    tier: str | None = None,
    article: str = "",
) -> Settlement:
    """The settlement with this much more sold, by the same calculation; unchanged where no further sale would count.

    `extra_units` and `extra_revenue` are taken as eligible. For terms with rates `tier` and `article` say which rate
    the units have; without one they pay nothing.
    """
    if settlement.barred is not None:
        return settlement
    totals = _with_more(settlement.totals, extra_units, extra_revenue)
    if terms.rates is not None and not isinstance(rate_of(terms, tier, article), Reason):
        totals = _with_more_rated(totals, Rated(tier or "", article, extra_units))
    facts = Facts(settlement.period, settlement.currency)
    return _conclude(
        terms,
        facts,
        totals,
        settlement.left_out,
        rate(terms, totals),
        running=settlement.running,
        barred=None,
    )


def _gathered(terms: Terms, facts: Facts, aggregates: Iterable[Aggregate]) -> tuple[Totals, tuple[LeftOut, ...]]:
    if facts.period.kind is not terms.period:
        raise ValueError(f"{terms.code} settles by {terms.period}, {facts.period} is none")
    return gather(terms, facts, aggregates)


def _settled(terms: Terms, facts: Facts, totals: Totals, left_out: tuple[LeftOut, ...], outcome: Outcome) -> Settlement:
    running = facts.today is None or facts.today < facts.period.end
    barred = reason_against_more(terms, facts)
    return _conclude(terms, facts, totals, left_out, outcome, running=running, barred=barred)


def _conclude(
    terms: Terms,
    facts: Facts,
    totals: Totals,
    left_out: tuple[LeftOut, ...],
    outcome: Outcome,
    *,
    running: bool,
    barred: Reason | None,
) -> Settlement:
    step = outcome.step
    return Settlement(
        period=facts.period,
        currency=facts.currency,
        counts=terms.counts,
        totals=totals,
        attainment=outcome.attainment,
        counted=outcome.counted,
        base=outcome.base,
        base_counts=base_counts(terms),
        step=step.from_ if step else None,
        measure=terms.measure,
        rate=step.rate if step else None,
        parts=outcome.parts,
        exact=outcome.exact,
        amount=outcome.amount,
        stop=outcome.stop,
        left_out=left_out,
        explanation=explain(terms, totals, left_out, outcome),
        next_step=_next_step(terms, facts, totals, outcome) if running and barred is None else None,
        running=running,
        barred=barred,
    )


def _next_step(terms: Terms, facts: Facts, totals: Totals, outcome: Outcome) -> NextStep | None:
    """The nearest bound above the attainment whose reaching pays more than now; None when there is none."""
    for bound in _bounds_above(terms, outcome.attainment):
        with decimal.localcontext(EXACT):
            missing = bound - outcome.attainment
        units, revenue = (missing, Decimal(0)) if terms.counts is Counts.UNITS else (Decimal(0), missing)
        gain = rate(terms, _with_more(totals, units, revenue)).amount - outcome.amount
        if gain > 0:
            at_least = base_counts(terms) is not terms.counts
            until = facts.period.last_day
            sentence = next_step_sentence(terms.counts, missing, until, gain, at_least=at_least)
            return NextStep(bound, missing, until, gain, at_least, sentence)
    return None


def _bounds_above(terms: Terms, attainment: Decimal) -> Iterator[Decimal]:
    """The attainments at which the result may change its rule, lowest first."""
    bounds = {step.from_ for step in terms.steps} | {terms.minimum or Decimal(0)}
    return iter(sorted(bound for bound in bounds if bound > attainment))


def _with_more(totals: Totals, units: Decimal, revenue: Decimal) -> Totals:
    with decimal.localcontext(EXACT):
        return dataclasses.replace(totals, units=totals.units + units, net=totals.net + revenue)


def _with_more_rated(totals: Totals, more: Rated) -> Totals:
    with decimal.localcontext(EXACT):
        sold = {(rated.tier, rated.article): rated.units for rated in totals.rated}
        sold[more.tier, more.article] = sold.get((more.tier, more.article), Decimal(0)) + more.units
    return dataclasses.replace(totals, rated=tuple(Rated(*key, units) for key, units in sorted(sold.items())))
