"""How one rebate stands, as the week's mail says it, in the active language: the dashboard's card, as lines of text."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal

from django.conf import settings
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from common import formats
from common.money import ZERO
from common.period_names import day_of_year
from programs.terms import Counts
from rebates import explaining
from rebates.cards import RebateCard, cards_of
from rebates.engine import Settlement
from rebates.live import Figure

FULL = 100


@dataclass(frozen=True)
class StatusCard:
    """What the mail says of one rebate. `percent`: how much of the way to the next step is done; None: no way."""

    title: str
    period: str
    lines: Sequence[tuple[str, str]]
    percent: int | None
    next_step: str
    days_left: str
    change: str
    url: str


@dataclass(frozen=True)
class Before:
    """What the last mail said of a rebate, and when."""

    at: datetime
    amount: Decimal
    attainment: Decimal


def key_of(figure: Figure) -> str:
    """Names a rebate and its period among those of one enrolment."""
    return f"{figure.terms.code} {figure.period}"


def noted(figure: Figure) -> Mapping[str, str]:
    """What the next mail has to know of this one."""
    settlement = figure.settlement
    return {"amount": str(settlement.amount), "attainment": str(settlement.attainment)}


def before_of(figure: Figure, told_at: datetime | None, figures: Mapping[str, Mapping[str, str]]) -> Before | None:
    """What the last mail said of this rebate; None: nothing, in this period."""
    said = figures.get(key_of(figure))
    if told_at is None or said is None:
        return None
    return Before(told_at, Decimal(said["amount"]), Decimal(said["attainment"]))


def status_cards(found: Sequence[tuple[Figure, Before | None]], *, today: date) -> list[StatusCard]:
    """One per figure, in a constant number of queries."""
    figures = [figure for figure, _before in found]
    urls = {(figure.enrolment.pk, figure.terms.code): _url(figure) for figure in figures}
    cards = cards_of(figures, today=today, urls=urls)
    return [
        StatusCard(
            title=card.title,
            period=card.period,
            lines=_lines(figure, card),
            percent=_percent(figure.settlement),
            next_step=card.next_step,
            days_left=card.days_left,
            change=change(figure.settlement, before),
            url=card.url,
        )
        for card, (figure, before) in zip(cards, found, strict=True)
    ]


def _url(figure: Figure) -> str:
    terms, period = figure.terms, str(figure.period)
    args = [figure.enrolment.partner.number, terms.program.slug, terms.code, period]
    return settings.PORTAL_URL + reverse("rebates:explained", args=args)


def _lines(figure: Figure, card: RebateCard) -> list[tuple[str, str]]:
    totals, currency = figure.settlement.totals, figure.settlement.currency
    if card.rates is not None:
        reached = (_("Tier"), card.rates.now or formats.NOTHING)
    else:
        reached = (_("Step reached"), _step(figure))
    return [
        (_("Rebate so far"), card.amount),
        (_("Units"), formats.number(totals.units)),
        (_("Revenue"), formats.money(totals.net, currency)),
        reached,
    ]


def _step(figure: Figure) -> str:
    settlement = figure.settlement
    reached = explaining.step_reached(figure.terms.terms, settlement)
    if reached == formats.NOTHING or settlement.rate is None or settlement.measure is None:
        return reached
    return f"{reached}: {explaining.reward(settlement.rate, settlement.measure, settlement.currency)}"


def _percent(settlement: Settlement) -> int | None:
    """How far the next bound is reached; all of it after the last one."""
    if settlement.measure is None or settlement.barred is not None:
        return None
    if settlement.next_step is None:
        return FULL if settlement.amount > 0 else None
    share = settlement.attainment * FULL / settlement.next_step.at
    return min(max(int(share), 0), FULL)


def change(settlement: Settlement, before: Before | None) -> str:
    """What has changed since the last mail; empty where it said nothing of this period."""
    if before is None:
        return ""
    amount, sold = settlement.amount - before.amount, settlement.attainment - before.attainment
    day = day_of_year(timezone.localdate(before.at))
    if amount == ZERO and sold == ZERO:
        return _("Nothing has changed since %(day)s.") % {"day": day}
    values = {
        "day": day,
        "sold": _signed(sold, settlement.counts, settlement.currency),
        "amount": formats.money(amount, settlement.currency, signed=True),
    }
    return _("Since %(day)s: %(sold)s, rebate %(amount)s") % values


def _signed(value: Decimal, counts: Counts, currency: str) -> str:
    if counts is Counts.REVENUE:
        return formats.money(value, currency, signed=True)
    count = int(abs(value)) if value == value.to_integral_value() else 2
    text = ngettext("%(number)s unit", "%(number)s units", count)
    return text % {"number": formats.number(value, signed=True)}


def total_of(figures: Sequence[Figure]) -> str:
    """What all rebates of one enrolment make together; they are in its program's currency."""
    currency = figures[0].settlement.currency
    return formats.money(sum((figure.settlement.amount for figure in figures), ZERO), currency)
