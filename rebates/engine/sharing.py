"""A settlement's amount, shared out to the lines it comes from."""

from __future__ import annotations

import decimal
from collections.abc import Iterable
from decimal import Decimal

from common.money import EXACT, ZERO, allocate
from programs.terms import Counts, Measure, Terms
from rebates.engine.eligibility import rate_of, reason_against
from rebates.engine.facts import SaleLine
from rebates.engine.result import Reason, Settlement


class LinesDoNotMatch(ValueError):
    """The lines are not those the settlement was made from: some are missing, or more have come since."""


def shares(terms: Terms, settlement: Settlement, lines: Iterable[SaleLine]) -> dict[int, Decimal]:
    """Each line's share of the amount by line id; they add up to it exactly, lines left out get 0.00.

    Pro rata by the line's part of what was paid on (revenue, units, with rates its own amount, with lump sums the
    attainment), largest remainder, ties to the lower id. Negative lines have negative shares. `lines` must be all
    lines behind the settlement's aggregates, in any order; otherwise `LinesDoNotMatch` is raised.
    """
    in_order = sorted(lines, key=lambda line: line.id)
    if settlement.amount == 0:
        return {line.id: ZERO for line in in_order}
    with decimal.localcontext(EXACT):
        weights = [_weight(terms, line) for line in in_order]
        total = sum(weights, Decimal(0))
    if total != _expected(terms, settlement):
        raise LinesDoNotMatch(f"the lines add up to {total}, the settlement was made on {_expected(terms, settlement)}")
    return dict(
        zip(
            (line.id for line in in_order),
            allocate(settlement.amount, weights),
            strict=True,
        )
    )


def _weight(terms: Terms, line: SaleLine) -> Decimal:
    if reason_against(terms, line) is not None:
        return Decimal(0)
    if terms.rates is not None:
        rate = rate_of(terms, line.tier, line.article)
        return Decimal(0) if isinstance(rate, Reason) else line.units * rate
    if _by_units(terms):
        return line.units
    return line.net if line.net is not None else Decimal(0)


def _expected(terms: Terms, settlement: Settlement) -> Decimal:
    if terms.rates is not None:
        return settlement.exact
    return settlement.totals.units if _by_units(terms) else settlement.totals.net


def _by_units(terms: Terms) -> bool:
    if terms.measure is Measure.LUMP_SUM:
        return terms.counts is Counts.UNITS
    return terms.measure is Measure.PER_UNIT
