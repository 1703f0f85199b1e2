"""The chain from counted sales to the amount, as sentences that can be translated."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date
from decimal import Decimal

from common.money import plain, shortest
from common.sentences import _n
from programs.terms import Counts, Measure, Mode, Terms
from rebates.engine.rating import Outcome, base_counts
from rebates.engine.result import Kind, LeftOut, Line, Param, Part, Reason, Stop, Totals

LEFT_OUT = {
    Reason.DISTRIBUTOR: _n("Left out, distributor not authorised on that day – lines: {lines}"),
    Reason.CURRENCY: _n("Left out, in another currency – lines: {lines}"),
    Reason.PROGRAM: _n("Left out, the program did not run on that day – lines: {lines}"),
    Reason.PRODUCT: _n("Left out, product not in the group – lines: {lines}"),
    Reason.NOT_ENROLLED: _n("Left out, not enrolled or not active on that day – lines: {lines}"),
    Reason.COUNTRY: _n("Left out, country takes no part – lines: {lines}"),
    Reason.TIER: _n("Left out, tier on that day takes no part – lines: {lines}"),
    Reason.AGREEMENT: _n("Left out, individual agreement on that day – lines: {lines}"),
    Reason.NEWCOMER: _n("Left out, only for newcomers – lines: {lines}"),
    Reason.PROJECT: _n("Left out, sold under project conditions – lines: {lines}"),
    Reason.NO_VALUE: _n("No value stated, so no revenue – lines: {lines}"),
    Reason.NO_TIER_RATE: _n("No rate for the tier, so nothing is paid – lines: {lines}"),
    Reason.NO_ARTICLE_RATE: _n("No rate for the article, so nothing is paid – lines: {lines}"),
}

_ATTAINMENT = {
    Counts.UNITS: _n("Units sold: {attainment}"),
    Counts.REVENUE: _n("Revenue: {attainment}"),
}
_WHOLE = {
    Measure.PER_UNIT: _n("Units × rate: {quantity} × {rate} = {result}"),
    Measure.PERCENT: _n("Revenue × rate: {quantity} × {rate} = {result}"),
    Measure.LUMP_SUM: _n("Lump sum of this step: {result}"),
}
_GRADUATED = {
    Measure.PER_UNIT: _n("Part from {from}: {quantity} × {rate} = {result}"),
    Measure.PERCENT: _n("Part from {from}: {quantity} × {rate} = {result}"),
    Measure.LUMP_SUM: _n("Step from {from}: lump sum {result}"),
}
_RATED = _n("{article}, tier {tier}: {quantity} × {rate} = {result}")
_MORE = {
    (Counts.UNITS, False): _n("{missing} more units by {until}: +{gain}"),
    (Counts.UNITS, True): _n("{missing} more units by {until}: at least +{gain}"),
    (Counts.REVENUE, False): _n("{missing} more revenue by {until}: +{gain}"),
    (Counts.REVENUE, True): _n("{missing} more revenue by {until}: at least +{gain}"),
}
_ONE_MORE = {
    False: _n("{missing} more unit by {until}: +{gain}"),
    True: _n("{missing} more unit by {until}: at least +{gain}"),
}


def money(amount: Decimal) -> Param:
    return Param(Kind.MONEY, plain(amount))


def number(value: Decimal | int) -> Param:
    return Param(Kind.NUMBER, shortest(Decimal(value)))


def explain(terms: Terms, totals: Totals, left_out: Sequence[LeftOut], outcome: Outcome) -> tuple[Line, ...]:
    """Counted sales, what was left out and why, attainment, minimum and cap, step, rate, amount, rounding."""
    return (
        *_counted(terms, totals, left_out),
        Line(
            "attainment",
            _ATTAINMENT[terms.counts],
            {"attainment": _in(terms.counts, outcome.attainment)},
        ),
        *_conditions(terms, outcome),
        *(() if outcome.stop else _calculation(terms, outcome)),
        Line("amount", _n("Rebate: {amount}"), {"amount": money(outcome.amount)}),
    )


def next_step_sentence(counts: Counts, missing: Decimal, until: date, gain: Decimal, *, at_least: bool) -> Line:
    """3 more units by 31 December: +75.00 €"""
    one = counts is Counts.UNITS and missing == 1
    return Line(
        "next_step",
        _ONE_MORE[at_least] if one else _MORE[counts, at_least],
        {
            "missing": _in(counts, missing),
            "until": Param(Kind.DATE, until.isoformat()),
            "gain": money(gain),
        },
    )


def _in(counts: Counts, value: Decimal) -> Param:
    return number(value) if counts is Counts.UNITS else money(value)


def _counted(terms: Terms, totals: Totals, left_out: Sequence[LeftOut]) -> Iterator[Line]:
    lines = totals.lines
    if terms.counts is Counts.REVENUE and base_counts(terms) is Counts.REVENUE:
        lines -= totals.lines_without_value
    yield Line("counted", _n("Sale lines that count: {lines}"), {"lines": number(lines)})
    for group in left_out:
        yield Line(
            f"left_out.{group.reason}",
            LEFT_OUT[group.reason],
            {"lines": number(group.lines)},
        )


def _conditions(terms: Terms, outcome: Outcome) -> Iterator[Line]:
    if outcome.stop is Stop.NOTHING_COUNTED:
        yield Line("stop.nothing_counted", _n("Nothing above zero counts, so nothing is paid"))
        return
    if terms.minimum is not None:
        text = _n("Minimum of {minimum} reached")
        if outcome.stop is Stop.BELOW_MINIMUM:
            text = _n("Below the minimum of {minimum}, so nothing is paid")
        yield Line("minimum", text, {"minimum": _in(terms.counts, terms.minimum)})
        if outcome.stop is Stop.BELOW_MINIMUM:
            return
    if outcome.counted != outcome.attainment:
        yield Line(
            "cap.basis",
            _n("Counted up to the cap of {cap}"),
            {"cap": _in(terms.counts, outcome.counted)},
        )
    if outcome.stop is Stop.BELOW_FIRST_STEP:
        first = _in(terms.counts, terms.steps[0].from_)
        yield Line(
            "stop.below_first_step",
            _n("Below the first step at {from}, so nothing is paid"),
            {"from": first},
        )
    elif outcome.step is not None:
        yield Line(
            "step",
            _n("Step reached: from {from}"),
            {"from": _in(terms.counts, outcome.step.from_)},
        )


def _calculation(terms: Terms, outcome: Outcome) -> Iterator[Line]:
    for part in outcome.parts:
        yield _part_line(terms, part)
    if len(outcome.parts) > 1:
        yield Line("sum", _n("Sum: {result}"), {"result": money(outcome.before_cap)})
    if outcome.exact != outcome.before_cap:
        yield Line("cap.amount", _n("Limited to {cap}"), {"cap": money(outcome.exact)})
    if outcome.exact != outcome.amount:
        yield Line(
            "rounding",
            _n("Rounded to the cent: {amount}"),
            {"amount": money(outcome.amount)},
        )


def _part_line(terms: Terms, part: Part) -> Line:
    measure = terms.measure
    rate = Param(Kind.PERCENT, shortest(part.rate)) if measure is Measure.PERCENT else money(part.rate)
    quantity = _in(base_counts(terms), part.quantity)
    params = {"quantity": quantity, "rate": rate, "result": money(part.amount)}
    if measure is None:
        named = {
            "article": Param(Kind.TEXT, part.article or ""),
            "tier": Param(Kind.TEXT, part.tier or ""),
        }
        return Line("rate", _RATED, named | params)
    if measure is Measure.LUMP_SUM:
        del params["quantity"], params["rate"]
    if terms.mode is Mode.GRADUATED and part.from_ is not None:
        return Line(
            "rate",
            _GRADUATED[measure],
            {"from": _in(terms.counts, part.from_)} | params,
        )
    return Line("rate", _WHOLE[measure], params)
