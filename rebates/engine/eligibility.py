"""Which sales take part, judged as of the day each counts on, and the sums of those that do."""

from __future__ import annotations

import decimal
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal

from common.money import EXACT
from common.periods import Period
from programs.terms import Counts, Measure, ProjectLines, Terms
from rebates.engine.facts import Aggregate, Circumstances, Facts, Standing
from rebates.engine.result import LeftOut, Rated, Reason, Totals


def reason_against(terms: Terms, sale: Circumstances, *, newcomer: bool = True) -> Reason | None:
    """The first reason why `sale` takes no part, None when it does."""
    if sale.excluded is not None:
        return sale.excluded
    if not sale.in_group:
        return Reason.PRODUCT
    return _reason_against_partner(terms, sale, newcomer=newcomer) or (
        Reason.PROJECT if sale.project and terms.project_lines is ProjectLines.EXCLUDE else None
    )


def reason_against_more(terms: Terms, facts: Facts) -> Reason | None:
    """Why no further sale in the period would take part, as far as that is known."""
    newcomer = is_newcomer(terms, facts)
    if facts.standing is not None:
        return _reason_against_partner(terms, facts.standing, newcomer=newcomer)
    return None if newcomer else Reason.NEWCOMER


def is_newcomer(terms: Terms, facts: Facts) -> bool:
    """Whether the period is one of the first `newcomers_for` since enrolment; True when the terms do not ask."""
    count = terms.eligible.newcomers_for
    if count is None:
        return True
    if facts.first_enrolled_on is None:
        return False
    first = Period.containing(facts.period.kind, facts.first_enrolled_on)
    return first.start <= facts.period.start < first.next(count).start


def rate_of(terms: Terms, tier: str | None, article: str) -> Decimal | Reason:
    """The rate per unit for terms with `rates`, or why there is none."""
    rates = (terms.rates or {}).get(tier) if tier is not None else None
    if rates is None:
        return Reason.NO_TIER_RATE
    return rates.get(article, Reason.NO_ARTICLE_RATE)


def reason_for_nothing(terms: Terms, facts: Facts, sale: Circumstances) -> Reason | None:
    """Why `sale` brings nothing: it takes no part, or there is no rate for it."""
    if reason := reason_against(terms, sale, newcomer=is_newcomer(terms, facts)):
        return reason
    rate = None if terms.rates is None else rate_of(terms, sale.tier, sale.article)
    return rate if isinstance(rate, Reason) else None


def needs_value(terms: Terms) -> bool:
    """Whether revenue plays a part, so that lines without a value are worth a word."""
    return terms.counts is Counts.REVENUE or terms.measure is Measure.PERCENT


def _reason_against_partner(terms: Terms, standing: Standing | Circumstances, *, newcomer: bool) -> Reason | None:
    eligible = terms.eligible
    if not standing.active:
        return Reason.NOT_ENROLLED
    if eligible.countries is not None and standing.country not in eligible.countries:
        return Reason.COUNTRY
    if eligible.tiers is not None and standing.tier not in eligible.tiers:
        return Reason.TIER
    if eligible.without_individual_agreement and standing.agreement:
        return Reason.AGREEMENT
    return None if newcomer else Reason.NEWCOMER


@dataclass(slots=True)
class _Sum:
    lines: int = 0
    units: Decimal = Decimal(0)
    net: Decimal = Decimal(0)

    def add(self, lines: int, units: Decimal, net: Decimal) -> None:
        self.lines += lines
        self.units += units
        self.net += net


def gather(terms: Terms, facts: Facts, aggregates: Iterable[Aggregate]) -> tuple[Totals, tuple[LeftOut, ...]]:
    """The sums of eligible sales, and what was left out by reason. The order of `aggregates` does not matter."""
    newcomer = is_newcomer(terms, facts)
    eligible, without_value = _Sum(), 0
    left_out: dict[Reason, _Sum] = defaultdict(_Sum)
    rated: dict[tuple[str, str], Decimal] = defaultdict(Decimal)
    with decimal.localcontext(EXACT):
        for sale in aggregates:
            reason = reason_against(terms, sale, newcomer=newcomer)
            if reason is not None:
                left_out[reason].add(sale.lines, sale.units, sale.net)
                continue
            eligible.add(sale.lines, sale.units, sale.net)
            without_value += sale.lines_without_value
            if sale.lines_without_value and needs_value(terms):
                left_out[Reason.NO_VALUE].add(sale.lines_without_value, sale.units_without_value, Decimal(0))
            if terms.rates is not None:
                rate = rate_of(terms, sale.tier, sale.article)
                if isinstance(rate, Reason):
                    left_out[rate].add(sale.lines, sale.units, sale.net)
                elif sale.tier is not None:
                    rated[sale.tier, sale.article] += sale.units
    totals = Totals(
        lines=eligible.lines,
        units=eligible.units,
        net=eligible.net,
        lines_without_value=without_value,
        rated=tuple(Rated(tier, article, units) for (tier, article), units in sorted(rated.items())),
    )
    in_order = ((reason, left_out[reason]) for reason in Reason if reason in left_out)
    return totals, tuple(LeftOut(reason, sums.lines, sums.units, sums.net) for reason, sums in in_order)
