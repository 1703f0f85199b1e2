"""What changed requirements would do, before they are saved: who would rise, who would fall."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy, ngettext

from common.ui import Tone
from partners.models import Enrolment, Partner
from programs.models import Program, Tier
from tiers.assessing import held_on
from tiers.judging import Ladder, Measured, judge, ladder_of, measure, taking_part


class Effect(StrEnum):
    """Against what the requirements of today lead to; who is not named stays as they are."""

    RISES = "rises"
    FALLS = "falls"
    KEEPS = "keeps"
    WAITS = "waits"


LABELS: Mapping[str, Promise] = {
    Effect.RISES: gettext_lazy("would rise"),
    Effect.FALLS: gettext_lazy("would fall"),
    Effect.KEEPS: gettext_lazy("would no longer fall"),
    Effect.WAITS: gettext_lazy("would no longer rise"),
}
TONES: Mapping[str, Tone] = {
    Effect.RISES: "success", Effect.FALLS: "danger", Effect.KEEPS: "info", Effect.WAITS: "warning",
}  # fmt: skip


def counted(effect: Effect, number: int) -> str:
    """What stands beside the number of those concerned."""
    texts = {
        Effect.RISES: ngettext("partner would rise", "partners would rise", number),
        Effect.FALLS: ngettext("partner would fall", "partners would fall", number),
        Effect.KEEPS: ngettext("partner would no longer fall", "partners would no longer fall", number),
        Effect.WAITS: ngettext("partner would no longer rise", "partners would no longer rise", number),
    }
    return texts[effect]


@dataclass(frozen=True)
class Affected:
    partner: Partner
    held: Tier | None
    now: Tier | None
    then: Tier | None
    """What is earned by the requirements as they are, and as they would be."""
    effect: Effect


@dataclass(frozen=True)
class Preview:
    """`decided`: how many have their tier by hand and are left alone until that ends."""

    affected: Sequence[Affected]
    looked_at: int
    decided: int

    @property
    def counts(self) -> Mapping[Effect, int]:
        return Counter(each.effect for each in self.affected)


def preview_of(*, program: Program, tiers: Sequence[Tier], today: date) -> Preview:
    """Everybody who takes part, judged by the program's tiers as they are and by `tiers`, as they would be."""
    now, then = ladder_of(program), ladder_of(program, tiers)
    partners = taking_part(program, today)
    measured = {**measure(now, partners, today), **_more(now, then, partners, today)}
    holding = held_on(partners, today)
    found: dict[int, tuple[Tier | None, Tier | None, Tier | None, Effect]] = {}
    for pk, held in holding.items():
        if held.decided:
            continue
        before, after = (judge(each, measured, pk, held.tier).earned for each in (now, then))
        effect = _effect(now, held.tier, before, after)
        if effect is not None:
            found[pk] = (held.tier, before, after, effect)
    named = Enrolment.objects.filter(pk__in=found).select_related("partner").order_by("partner__name", "pk")
    affected = [Affected(each.partner, *found[each.pk]) for each in named]
    return Preview(affected, len(partners), sum(held.decided for held in holding.values()))


def _more(now: Ladder, then: Ladder, partners: Mapping[int, int], today: date) -> Measured:
    """What only the changed requirements ask for; the rest is measured already."""
    known = now.criteria()
    return {
        key: one.kind.measure(one.params, then.program, partners, today)
        for key, one in then.criteria().items()
        if key not in known
    }


def _effect(ladder: Ladder, held: Tier | None, before: Tier | None, after: Tier | None) -> Effect | None:
    """The lowest tier is everybody's who has one: below it nobody falls."""
    floor = ladder.tiers[0].rank if ladder.tiers and held is not None else -1
    at = held.rank if held is not None else -1
    was, will = (tier.rank if tier is not None else floor for tier in (before, after))
    if will > at:
        return Effect.RISES if will != was else None
    if will < at:
        return Effect.FALLS if will != was else None
    if was == at:
        return None
    return Effect.KEEPS if was < at else Effect.WAITS
