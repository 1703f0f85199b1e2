"""Panels of a partner's dashboard about its tiers."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.urls import reverse
from django.utils.translation import gettext as _

from common.access import Actor
from common.registry import Area
from partners.models import Partner
from partners.selectors import Membership, enrolments_of, memberships_on
from programs.criteria import parse
from programs.models import Tier
from programs.texts import requirement


@dataclass(frozen=True)
class TierCard:
    program: str
    url: str
    tier: str
    since: date | None
    state: str
    """Set where the enrolment is not active."""
    next_tier: str
    missing: Sequence[str]
    """What the next tier asks for beyond the one held."""


def tiers(area: Area, actor: Actor, today: date) -> Mapping[str, Any] | None:
    """The tier in every program, and what the next one asks for."""
    enrolments = enrolments_of(partner=Partner.objects.get(pk=area.pk), actor=actor)
    if not enrolments:
        return None
    return {"cards": [_tier_card(each) for each in memberships_on(enrolments=enrolments, day=today)]}


def _tier_card(membership: Membership) -> TierCard:
    above = membership.next_tier if membership.active else None
    status = membership.status
    inactive = "" if membership.active else status.get_status_display() if status is not None else _("not active")
    return TierCard(
        program=membership.enrolment.program.name,
        url=reverse("tiers:way", args=[membership.enrolment.partner.number, membership.enrolment.program.slug]),
        tier=membership.tier.name if membership.tier is not None else "",
        since=membership.held.valid_from if membership.held is not None else None,
        state=inactive,
        next_tier=above.name if above is not None else "",
        missing=_beyond(membership.tier, above) if above is not None else [],
    )


def _beyond(held: Tier | None, above: Tier) -> list[str]:
    known = _requirements(held) if held is not None else []
    return [text for text in _requirements(above) if text not in known]


def _requirements(tier: Tier) -> list[str]:
    return [requirement(entry, tier.program) for entry in parse(tier.requirements).of]
