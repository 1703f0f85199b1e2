"""A rebate at a glance, for dashboards: amount so far, where one stands, the next step in money, days left."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal

from common import formats
from common.period_names import days_left, period_name
from common.ui import Step
from programs.models import RebateTerms, Tier
from programs.terms import Terms
from rebates import explaining
from rebates.live import Figure
from rebates.selectors import group_names
from rebates.standing import standings_of


@dataclass(frozen=True)
class RateRow:
    """What one unit of an article pays: in the tier held, and in the next one."""

    article: str
    now: str
    next: str


@dataclass(frozen=True)
class RateTable:
    now: str
    """Name of the tier held; empty: none that pays."""
    next: str
    """Name of the next tier that pays; empty: none above."""
    rows: Sequence[RateRow] = field(default_factory=list)


@dataclass(frozen=True)
class RebateCard:
    """What the card shows, written out. `steps` is empty for terms with rates, which have `rates` instead."""

    title: str
    program: str
    period: str
    amount: str
    position: Decimal
    position_text: str
    steps: Sequence[Step]
    end: Decimal | None
    next_step: str
    days_left: str
    url: str
    rates: RateTable | None = None


def cards_of(found: Sequence[Figure], *, today: date, urls: Mapping[tuple[int, str], str]) -> list[RebateCard]:
    """One card per figure. `urls`: address of each explanation by (id of the enrolment, code of the terms)."""
    groups = group_names([figure.terms for figure in found])
    with_rates = [figure for figure in found if figure.settlement.measure is None]
    standings = standings_of(enrolments=[figure.enrolment.pk for figure in with_rates], day=today) if with_rates else {}
    tiers = _tiers(with_rates)
    cards = []
    for figure in found:
        document, settlement = figure.terms.terms, figure.settlement
        standing = standings.get(figure.enrolment.pk)
        held = standing.tier if standing is not None else None
        ladder = tiers.get(figure.terms.program_id, [])
        rates = rate_table(document, ladder, held, settlement.currency) if document.rates is not None else None
        cards.append(
            RebateCard(
                title=figure.terms.name,
                program=figure.terms.program.name,
                period=period_name(figure.period),
                amount=formats.money(settlement.amount, settlement.currency),
                position=settlement.attainment,
                position_text=explaining.measured(settlement.attainment, document.counts, settlement.currency),
                steps=explaining.steps(document, settlement.currency),
                end=explaining.end_of(document),
                next_step=explaining.next_step(
                    document,
                    settlement,
                    group=group_of(figure.terms, groups),
                    tier=held,
                    above=next_with_rates(document, ladder, held),
                ),
                days_left=days_left(figure.period, today),
                url=urls[figure.enrolment.pk, figure.terms.code],
                rates=rates,
            )
        )
    return cards


def group_of(terms: RebateTerms, names: Mapping[tuple[int, str], str]) -> str:
    """Name of the product group the terms count; empty where they count every product."""
    return names.get((terms.program.vendor_id, terms.terms.products), "")


def _tiers(found: Sequence[Figure]) -> dict[int, list[Tier]]:
    """The tiers of the figures' programs by rank, lowest first."""
    programs = {figure.terms.program_id for figure in found}
    tiers: dict[int, list[Tier]] = {program: [] for program in programs}
    if programs:
        for tier in Tier.objects.filter(program__in=programs).order_by("rank"):
            tiers[tier.program_id].append(tier)
    return tiers


def next_with_rates(document: Terms, ladder: Sequence[Tier], held: str | None) -> Tier | None:
    """The lowest tier above the one held that has rates of its own. `ladder`: the tiers by rank, lowest first."""
    rank = next((tier.rank for tier in ladder if tier.code == held), -1)
    return next((tier for tier in ladder if tier.rank > rank and tier.code in (document.rates or {})), None)


def rate_table(document: Terms, ladder: Sequence[Tier], held: str | None, currency: str) -> RateTable:
    """The rates per unit of the tier held and of the next one above that has any."""
    rates = document.rates or {}
    above = next_with_rates(document, ladder, held)
    now = rates.get(held or "", {})
    following = rates.get(above.code, {}) if above else {}
    return RateTable(
        now=next((tier.name for tier in ladder if tier.code == held and held in rates), ""),
        next=above.name if above else "",
        rows=[
            RateRow(article, formats.money(now.get(article), currency), formats.money(following.get(article), currency))
            for article in sorted(now.keys() | following.keys())
        ],
    )
