"""One partner's tier as its vendor sees it: measured now, with what is open, decided, and worth in money."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal

from django.db.models import QuerySet
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from common import formats
from common.access import Actor
from common.money import ZERO
from common.periods import months_after
from common.ui import Event, Fact
from partners.models import Enrolment
from programs.models import Program, Tier
from programs.texts import sentence_of
from sales.revenue import net_by_partner
from tiers.assessing import Held, held_on
from tiers.deciding import running_decision
from tiers.judging import judge_one, ladder_of
from tiers.kinds.manual import Manual
from tiers.models import TierDecision, TierMove
from tiers.vendor_checklist import Checklist, checklists_of
from tiers.vendor_money import rebate_changes
from tiers.vendor_timeline import timeline_of

MONTHS = 12


@dataclass(frozen=True)
class Stands:
    held: Held
    move: TierMove | None
    decision: TierDecision | None
    checklists: Sequence[Checklist]
    facts: Sequence[Fact]
    events: Sequence[Event]
    earned: Tier | None
    days_left: int | None = None

    @property
    def last_day(self) -> date | None:
        """Of the decision."""
        return self.decision.valid.upper - timedelta(days=1) if self.decision is not None else None


def stands(*, enrolment: Enrolment, today: date) -> Stands:
    """Everything the page about one partner's tier says."""
    held = held_on([enrolment.pk], today)[enrolment.pk]
    ladder, judged = judge_one(enrolment, held.tier, today)
    move = held.open
    leads_to = move.to_tier if move is not None and move.due_on is None else None
    return Stands(
        held=held,
        move=move,
        decision=running_decision(enrolment=enrolment, today=today),
        checklists=checklists_of(ladder, judged, held.tier, leads_to),
        facts=_facts(enrolment, held, judged.ahead, today),
        events=timeline_of(enrolment),
        earned=judged.earned or (ladder.tiers[0] if ladder.tiers else None),
        days_left=max((move.due_on - today).days, 0) if move is not None and move.due_on is not None else None,
    )


def _facts(enrolment: Enrolment, held: Held, ahead: Tier | None, today: date) -> list[Fact]:
    """What the partner sells, and what the tiers beside its own are worth."""
    program = enrolment.program
    net = net_by_partner(
        vendor=program.vendor, currency=program.currency, start=months_after(today, -MONTHS), end=today,
        partners=[enrolment.partner_id],
    )  # fmt: skip
    revenue = formats.money(net.get(enrolment.partner_id, ZERO), program.currency)
    facts = [Fact(_("Revenue in 12 months"), revenue, numeric=True)]
    others = [held.open.to_tier] if held.open is not None else []
    if ahead is not None and ahead not in others:
        others.append(ahead)
    for other in others:
        change = rebate_change(enrolment=enrolment, before=held.tier, after=other, today=today)
        label = _("Rebate as %(tier)s") % {"tier": other.name}
        hint = _("of the running periods, with the sales so far")
        facts.append(Fact(label, formats.money(change, program.currency, signed=True), hint=hint, numeric=True))
    return facts


def rebate_change(*, enrolment: Enrolment, before: Tier | None, after: Tier, today: date) -> Decimal:
    """See `rebate_changes`."""
    changes = rebate_changes(program=enrolment.program, changes={enrolment.pk: (before, after)}, today=today)
    return changes.get(enrolment.pk, ZERO)


def consequences(*, enrolment: Enrolment, tier: Tier, until: date, today: date) -> list[str]:
    """What a decision would do, in sentences."""
    program = enrolment.program
    held = held_on([enrolment.pk], today)[enrolment.pk]
    _ladder, judged = judge_one(enrolment, tier, today)
    before = held.tier.name if held.tier is not None else _("no tier")
    values = {"before": before, "tier": tier.name, "day": formats.date_long(until - timedelta(days=1))}
    if held.tier == tier:
        found = [_("%(tier)s stays, until %(day)s whatever the requirements say.") % values]
    else:
        found = [_("From today %(tier)s instead of %(before)s, until %(day)s whatever the requirements say.") % values]
    decision = running_decision(enrolment=enrolment, today=today)
    if decision is not None:
        found.append(_("The decision of %(name)s ends.") % {"name": decision.decided_by.name})
    if held.open is not None:
        rises = held.open.due_on is None
        text = _("The proposed rise to %(tier)s ends.") if rises else _("The announced fall to %(tier)s ends.")
        found.append(text % {"tier": held.open.to_tier.name})
    found.append(_afterwards(program, tier, judged.earned, _ladder.tiers[0]))
    change = rebate_change(enrolment=enrolment, before=held.tier, after=tier, today=today)
    if change:
        text = _("Rebates of the running periods, with the sales so far and the tier for all of them: %(amount)s")
        found.append(text % {"amount": formats.money(change, program.currency, signed=True)})
    return found


def _afterwards(program: Program, tier: Tier, earned: Tier | None, lowest: Tier) -> str:
    """What follows the last day if everything stays as it is measured today."""
    earned = earned or lowest
    values = {"earned": earned.name, "days": program.tier_grace_days}
    if earned.rank == tier.rank:
        return _("After that it stays, as things are: the requirements are met.")
    if earned.rank > tier.rank:
        if program.tier_rises == Program.Rises.AUTOMATIC:
            return _("After that the partner rises to %(earned)s, as things are.") % values
        return _("After that a rise to %(earned)s is proposed, as things are.") % values
    text = ngettext(
        "After that, as things are, a fall to %(earned)s is announced, which follows %(days)s day later.",
        "After that, as things are, a fall to %(earned)s is announced, which follows %(days)s days later.",
        program.tier_grace_days,
    )
    return text % values


def same(decision: TierDecision, actor: Actor, *, tier: Tier, until: date, reason: str) -> bool:
    """Whether the actor has decided just this before: they have pressed the button twice."""
    known = (decision.decided_by_id, decision.tier_id, decision.valid.upper, decision.reason)
    return known == (actor.user_id, tier.pk, until, reason)


def decisions_of(enrolment: Enrolment, actor: Actor) -> QuerySet[TierDecision]:
    return TierDecision.objects.visible_to(actor).filter(enrolment=enrolment).select_related("enrolment__program")


def checks_of(program: Program) -> dict[str, str]:
    """What people check for the program's tiers: the wording by its code."""
    criteria = ladder_of(program).criteria().values()
    return {
        getattr(each.params, "code", ""): sentence_of(each, program)
        for each in criteria
        if isinstance(each.kind, Manual)
    }
