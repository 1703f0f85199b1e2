"""Saving what a program's tiers ask for, and how they rise and fall."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from common.access import VENDOR, VENDOR_ADMIN, Actor
from programs import criteria
from programs.models import Program, Tier
from tiers.deciding import MovedOn, NotAllowed

Documents = Mapping[str, Any]
"""Requirement documents by the tier's code."""


@transaction.atomic
def save_requirements(*, program: Program, changed: Documents, before: Documents, actor: Actor) -> None:
    """The tiers ask for this from now on; the assessment looks at everybody within minutes.

    `before`: what they asked for when the change was begun. Raises NotAllowed, MovedOn, CriteriaError.
    """
    _admin(actor, program)
    tiers = {tier.code: tier for tier in Tier.objects.select_for_update().filter(program=program).order_by("pk")}
    if any(code not in tiers or tiers[code].requirements != before.get(code) for code in changed):
        raise MovedOn(_("Somebody has changed these requirements meanwhile. Please begin anew."))
    for code, document in changed.items():
        criteria.parse(document)
        tiers[code].requirements = document
        tiers[code].save(update_fields=["requirements"])


@transaction.atomic
def save_rules(*, program: Program, tier_rises: str, tier_grace_days: int, actor: Actor) -> None:
    """How partners rise, and how long a fall is announced before. Falls announced already keep their day.

    Raises NotAllowed.
    """
    _admin(actor, program)
    program.tier_rises, program.tier_grace_days = tier_rises, tier_grace_days
    program.save(update_fields=["tier_rises", "tier_grace_days"])


def _admin(actor: Actor, program: Program) -> None:
    if actor.user_id is None or actor.scopes is not None or not actor.has(VENDOR, program.vendor_id, VENDOR_ADMIN):
        raise NotAllowed(_("Only admins of the vendor may do this."))
