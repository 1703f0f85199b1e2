"""A partner's way to the next tier of one program: what holds, what it takes and gives, how revenue goes on."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal

from django.db.models import Sum

from common.access import Actor
from common.money import ZERO, round_cents
from common.periods import months_after
from partners.models import Enrolment, EnrolmentStatus, EnrolmentTier
from programs.criteria import Criterion, Group, Measurement
from programs.models import Tier
from rebates.live import published_terms
from sales.models import SaleLine
from sales.revenue import net_of_partner_by_day
from tiers import forecast
from tiers.assessing import Held, held_on
from tiers.judging import Judgement, Ladder, judge, ladder_of, measure, of_enrolment
from tiers.kinds.revenue import Revenue, RevenueParams
from tiers.models import TierDecision

SHOWN_BEFORE, SHOWN_AHEAD = 6, 12
"""Months of the chart."""


@dataclass(frozen=True)
class RevenueWay:
    """How revenue goes on towards the next tier's target and that of the tier held; each may be missing.

    `before`: at the start of the last months and today; `after`: at the start of the months to come.
    """

    pace: forecast.Pace
    months: int
    ahead: forecast.Outlook | None
    kept: Decimal | None
    lost_on: date | None
    before: Sequence[forecast.Point]
    after: Sequence[forecast.Point]


@dataclass(frozen=True)
class Gain:
    """What the next tier's rates would have brought more for what was sold in the last twelve months."""

    terms: str
    amount: Decimal
    units: Decimal


@dataclass(frozen=True)
class Way:
    enrolment: Enrolment
    status: EnrolmentStatus | None
    held: Held
    decision: TierDecision | None
    ladder: Ladder
    judged: Judgement
    look_up: Callable[[Criterion], Measurement]
    history: Sequence[EnrolmentTier]
    revenue: RevenueWay | None
    gains: Sequence[Gain]

    @property
    def active(self) -> bool:
        return self.status is not None and self.status.status == EnrolmentStatus.Status.ACTIVE

    def asked(self, tier: Tier) -> Group:
        return self.ladder.asked[tier.pk]


def way_of(*, enrolment: Enrolment, actor: Actor, today: date) -> Way:
    """Measured now; the enrolment is one that the actor sees, with its program and vendor."""
    ladder = ladder_of(enrolment.program)
    measured = measure(ladder, {enrolment.pk: enrolment.partner_id}, today)
    held = held_on([enrolment.pk], today)[enrolment.pk]
    judged = judge(ladder, measured, enrolment.pk, held.tier)
    on = {"enrolment": enrolment, "valid__contains": today}
    status = EnrolmentStatus.objects.visible_to(actor).filter(**on).first()
    history = EnrolmentTier.objects.visible_to(actor).filter(enrolment=enrolment).select_related("tier")
    active = status is not None and status.status == EnrolmentStatus.Status.ACTIVE
    return Way(
        enrolment=enrolment,
        status=status,
        held=held,
        decision=TierDecision.objects.visible_to(actor).filter(**on).select_related("tier").first(),
        ladder=ladder,
        judged=judged,
        look_up=of_enrolment(measured, enrolment.pk),
        history=list(history.order_by("-valid")),
        revenue=_revenue(enrolment, ladder, judged, held.tier, today) if active else None,
        gains=_gains(enrolment, held.tier, judged.ahead, today) if active else (),
    )


# --- revenue ---------------------------------------------------------------------------------------------------------


def _revenue(
    enrolment: Enrolment, ladder: Ladder, judged: Judgement, held: Tier | None, today: date
) -> RevenueWay | None:
    wanted, kept = _target(ladder, judged.ahead), _target(ladder, held)
    lead = wanted or kept
    if lead is None:
        return None
    program, months = enrolment.program, lead.months
    days = [_month_start(today, -number) for number in range(SHOWN_BEFORE - 1, -1, -1)]
    needed = [months_after(days[0], -months)]
    needed += [forecast.first_day_needed(today, each.months) for each in (wanted, kept) if each is not None]
    net = net_of_partner_by_day(
        vendor=program.vendor, partner=enrolment.partner, currency=program.currency, start=min(needed), end=today
    )
    pace = forecast.pace_of(net, today)
    points = forecast.ahead(net, today=today, months=months, pace=pace)
    until = points if kept is None or kept.months == months else forecast.ahead(
        net, today=today, months=kept.months, pace=pace
    )  # fmt: skip
    shown = {_month_start(today, number) for number in range(1, SHOWN_AHEAD + 1)}
    return RevenueWay(
        pace=pace,
        months=months,
        ahead=forecast.outlook(points, wanted.amount) if wanted is not None else None,
        kept=kept.amount if kept is not None else None,
        lost_on=forecast.lost_on(until, kept.amount) if kept is not None else None,
        before=[*forecast.behind(net, [day for day in days if day < today], months=months), points[0]],
        after=[point for point in points if point.day in shown],
    )


def _target(ladder: Ladder, tier: Tier | None) -> RevenueParams | None:
    """What a tier asks for in revenue; where it leaves a choice, the least."""
    if tier is None:
        return None
    found = [one.params for one in ladder.asked[tier.pk].criteria() if one.kind.key == Revenue.key]
    return min((one for one in found if isinstance(one, RevenueParams)), key=lambda one: one.amount, default=None)


def _month_start(today: date, months: int) -> date:
    return months_after(today.replace(day=1), months)


# --- what it gives ---------------------------------------------------------------------------------------------------


def _gains(enrolment: Enrolment, held: Tier | None, ahead: Tier | None, today: date) -> list[Gain]:
    """Of terms that pay by tier and article. Terms that leave out the tier held pay nothing there."""
    if ahead is None:
        return []
    published = published_terms(programs=[enrolment.program])
    current = {terms.code: terms for terms in published if terms.starts_on <= today}
    found = []
    for terms in current.values():
        rates = terms.terms.rates or {}
        before = rates.get(held.code, {}) if held is not None else {}
        after = rates.get(ahead.code, {})
        if before == after:
            continue
        units = _units(enrolment, str(terms.terms.evidence), {*before, *after}, today)
        more = (
            count * (Decimal(after.get(article, 0)) - Decimal(before.get(article, 0)))
            for article, count in units.items()
        )
        found.append(Gain(terms.name, round_cents(sum(more, ZERO)), sum(units.values(), Decimal(0))))
    return found


def _units(enrolment: Enrolment, evidence: str, articles: set[str], today: date) -> dict[str, Decimal]:
    lines = SaleLine.objects.filter(
        vendor=enrolment.program.vendor_id,
        partner=enrolment.partner_id,
        evidence=evidence,
        counts_on__gte=months_after(today, -12),
        counts_on__lt=today + timedelta(days=1),
        product__article__in=articles,
    )
    return dict(lines.order_by().values_list("product__article").annotate(units=Sum("quantity")))
