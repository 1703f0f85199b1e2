"""Panels of a partner's dashboard about its tiers."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.urls import reverse
from django.utils.translation import gettext as _

from common import formats
from common.access import Actor
from common.registry import Area
from partners.models import Partner
from partners.selectors import Membership, enrolments_of, memberships_on
from programs.criteria import Criterion, Group, Measurement, parse
from programs.models import Tier
from programs.texts import requirement, sentence_of
from tiers.models import TierStanding
from tiers.vendor_lists import read


@dataclass(frozen=True)
class TierCard:
    program: str
    url: str
    tier: str
    since: date | None
    state: str
    """Set where the enrolment is not active."""
    next_tier: str
    met: str
    """How much of the next tier was met when it was last assessed; empty before that, and where it asks for nothing."""
    missing: Sequence[str]
    """What was missing, with how far it was; before the first assessment what the tier asks for beyond the one held."""


def tiers(area: Area, actor: Actor, today: date) -> Mapping[str, Any] | None:
    """The tier in every program, and what the next one asks for."""
    enrolments = enrolments_of(partner=Partner.objects.get(pk=area.pk), actor=actor)
    if not enrolments:
        return None
    standings = TierStanding.objects.in_bulk([each.pk for each in enrolments])
    memberships = memberships_on(enrolments=enrolments, day=today)
    return {"cards": [_tier_card(each, standings.get(each.enrolment.pk)) for each in memberships]}


def _tier_card(membership: Membership, standing: TierStanding | None) -> TierCard:
    above = membership.next_tier if membership.active else None
    status = membership.status
    inactive = "" if membership.active else status.get_status_display() if status is not None else _("not active")
    met, missing = _ahead(membership, above, standing) if above is not None else ("", [])
    return TierCard(
        program=membership.enrolment.program.name,
        url=reverse("tiers:way", args=[membership.enrolment.partner.number, membership.enrolment.program.slug]),
        tier=membership.tier.name if membership.tier is not None else "",
        since=membership.held.valid_from if membership.held is not None else None,
        state=inactive,
        next_tier=above.name if above is not None else "",
        met=met,
        missing=missing,
    )


def _ahead(membership: Membership, above: Tier, standing: TierStanding | None) -> tuple[str, list[str]]:
    """How much of the next tier is met, and what is missing, as the last assessment found it."""
    asked = parse(above.requirements)
    if standing is None or not asked.of:
        return "", _beyond(membership.tier, above)
    program = above.program

    def look_up(criterion: Criterion) -> Measurement:
        return read(standing.measured.get(criterion.key)) or criterion.nothing()

    met = sum(each.met(look_up) if isinstance(each, Group) else look_up(each).met for each in asked.of)
    values = {"tier": above.name, "met": formats.number(met), "count": formats.number(len(asked.of))}
    missing = [
        f"{sentence_of(each, program)}: {each.kind.progress(each.params, program, look_up(each))}"
        for each in asked.missing(look_up)
    ]
    return _("For %(tier)s %(met)s of %(count)s requirements are met.") % values, missing


def _beyond(held: Tier | None, above: Tier) -> list[str]:
    known = _requirements(held) if held is not None else []
    return [text for text in _requirements(above) if text not in known]


def _requirements(tier: Tier) -> list[str]:
    return [requirement(entry, tier.program) for entry in parse(tier.requirements).of]
