"""A vendor's rules for deals in a program: asked for and changed, with a history."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from common.access import VENDOR, VENDOR_ADMIN, Actor
from common.versions import Version, versions_of
from deals.models import DealRules, TierLimit
from deals.moving import MovedOn, NotAllowed, NotPossible
from programs.models import Program, Tier

CHANGING_ROLES = (VENDOR_ADMIN,)
LATEST = 30
"""Changes shown."""
FIELDS = ("open", "protection_days", "update_days", "extension_days", "follow_up_days", "most_open", "most_a_day")


def rules_of(program: Program) -> DealRules:
    """Also where the program takes no more; the defaults, unsaved and closed, where it has said nothing."""
    return DealRules.objects.filter(program=program).first() or DealRules(program=program, open=False)


def rules_for_new(program: Program) -> DealRules:
    """Raises NotPossible where the program takes no registrations now."""
    rules = rules_of(program)
    if not rules.open:
        raise NotPossible(_("%(program)s takes no registrations now.") % {"program": program})
    return rules


def limits_of(program: Program) -> list[tuple[Tier, int | None]]:
    """Each tier with its limit, the lowest first; None: as everywhere."""
    limits = dict(TierLimit.objects.filter(tier__program=program).values_list("tier_id", "most_open"))
    return [(tier, limits.get(tier.pk)) for tier in Tier.objects.filter(program=program).order_by("rank")]


@transaction.atomic
def change_rules(
    *, program: Program, actor: Actor, values: Mapping[str, Any], by_tier: Mapping[int, int | None], seen: str
) -> DealRules:
    """They hold for what is registered and decided from now on. `seen`: as the page showed them.

    A tier's limit that is None is what holds everywhere; one that is not given stays as it is.

    Raises NotAllowed, MovedOn.
    """
    if not actor.has(VENDOR, program.vendor_id, *CHANGING_ROLES):
        raise NotAllowed(_("Only the vendor's admins change its rules."))
    Program.objects.select_for_update(no_key=True).get(pk=program.pk)
    rules, limits = rules_of(program), limits_of(program)
    if fingerprint(rules, limits) != seen:
        raise MovedOn(_("Somebody else has changed these rules meanwhile. Please look at them once more."))
    for name in FIELDS:
        setattr(rules, name, values[name])
    rules.save()
    for tier, before in limits:
        if (most := by_tier.get(tier.pk, before)) != before:
            TierLimit.objects.update_or_create(tier=tier, defaults={"most_open": most})
    return rules


def fingerprint(rules: DealRules, limits: Sequence[tuple[Tier, int | None]]) -> str:
    """By which it is told that somebody else has changed the rules meanwhile."""
    said = [*(getattr(rules, name) for name in FIELDS), *(f"{tier.pk}={most}" for tier, most in limits)]
    return " ".join(map(str, said))


@dataclass(frozen=True)
class RuleChange:
    """What somebody changed at once: `changes` as (label, before, after); before is None where it was not set."""

    at: datetime
    person: str
    changes: Sequence[tuple[str, Any, Any]]


def history_of(program: Program) -> list[RuleChange]:
    """The latest first."""
    rules = DealRules.objects.filter(program=program).first()
    found = [_change(each, FIELDS) for each in versions_of(rules, latest=LATEST)] if rules is not None else []
    for limit in TierLimit.objects.filter(tier__program=program).select_related("tier"):
        label = _("open registrations in the tier %(tier)s") % {"tier": limit.tier.name}
        found += [_change(each, ["most_open"], label) for each in versions_of(limit, latest=LATEST)]
    return sorted((each for each in found if each.changes), key=lambda each: each.at, reverse=True)[:LATEST]


def _change(version: Version, fields: Sequence[str], label: str = "") -> RuleChange:
    changes = []
    for name in fields:
        before = getattr(version.before, name) if version.before is not None else None
        if before != (after := getattr(version.after, name)):
            changes.append((label or _label(name), before, after))
    return RuleChange(version.at, version.person, changes)


def _label(name: str) -> str:
    return str(getattr(DealRules._meta.get_field(name), "verbose_name", name))
