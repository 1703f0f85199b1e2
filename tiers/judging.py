"""How far partners are with the tiers of a program on a day: measured at once for all, judged one by one."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal

from partners.models import Enrolment, EnrolmentStatus
from programs.criteria import Criterion, Group, Measurement, parse
from programs.models import Program, Tier


@dataclass(frozen=True)
class Ladder:
    """A program's tiers from the lowest to the highest, each with what it asks for."""

    program: Program
    tiers: Sequence[Tier]
    asked: Mapping[int, Group]
    """By the tier's id."""

    def criteria(self) -> dict[str, Criterion]:
        """Everything that is to be measured, each once, by its key."""
        return {one.key: one for group in self.asked.values() for one in group.criteria()}

    def above(self, tier: Tier | None) -> Tier | None:
        """The next tier up; from none it is the lowest."""
        return next((one for one in self.tiers if tier is None or one.rank > tier.rank), None)

    def of_rank(self, rank: int | None) -> Tier | None:
        return next((one for one in self.tiers if one.rank == rank), None)


@dataclass(frozen=True)
class Judgement:
    """What one enrolment has earned. `missing`: what the next tier still takes; none where there is no next tier."""

    earned: Tier | None
    ahead: Tier | None
    missing: Sequence[Criterion] = ()
    nearness: Decimal | None = None
    lacking: Sequence[Criterion] = ()
    """What the tier held asks for and is not met."""
    safe_until: date | None = None
    measured: Mapping[str, Measurement] = field(default_factory=dict)


Measured = Mapping[str, Mapping[int, Measurement]]
"""By the criterion's key, by the enrolment's id; who is missing has nothing."""


def ladder_of(program: Program, tiers: Sequence[Tier] | None = None) -> Ladder:
    """The tiers as they are configured, or as they would be."""
    found = sorted(program.tiers.all() if tiers is None else tiers, key=lambda tier: tier.rank)
    return Ladder(program, found, {tier.pk: parse(tier.requirements) for tier in found})


def taking_part(program: Program, on: date, only: Collection[int] | None = None) -> dict[int, int]:
    """Enrolments that are active on the day: the partner's id by the enrolment's."""
    active = EnrolmentStatus.objects.filter(
        enrolment__program=program, status=EnrolmentStatus.Status.ACTIVE, valid__contains=on
    )
    if only is not None:
        active = active.filter(enrolment__in=only)
    return dict(active.order_by().values_list("enrolment_id", "enrolment__partner_id"))


def measure(ladder: Ladder, partners: Mapping[int, int], on: date) -> Measured:
    """Every criterion once for all; the number of queries depends on the criteria alone."""
    return {key: one.kind.measure(one.params, ladder.program, partners, on) for key, one in ladder.criteria().items()}


def of_enrolment(measured: Measured, enrolment_id: int) -> Callable[[Criterion], Measurement]:
    """How to look up one enrolment's measurements."""

    def look_up(criterion: Criterion) -> Measurement:
        return measured[criterion.key].get(enrolment_id) or criterion.nothing()

    return look_up


def judge(ladder: Ladder, measured: Measured, enrolment_id: int, held: Tier | None) -> Judgement:
    """What the enrolment has earned, and how far it is with the tier above the one it holds."""
    look_up = of_enrolment(measured, enrolment_id)

    def met(tier: Tier) -> bool:
        asked = ladder.asked[tier.pk]
        # A tier that asks for nothing is given by people; only the lowest one is everybody's.
        return asked.met(look_up) if asked.of else tier in (ladder.tiers[0], held)

    earned = next((tier for tier in reversed(ladder.tiers) if met(tier)), None)
    ahead = ladder.above(held)
    lacking: Sequence[Criterion] = ()
    safe_until = None
    if held is not None and held.pk in ladder.asked:
        lacking = ladder.asked[held.pk].missing(look_up)
        safe_until = None if lacking else ladder.asked[held.pk].until(look_up)
    missing = ladder.asked[ahead.pk].missing(look_up) if ahead is not None else ()
    return Judgement(
        earned=earned,
        ahead=ahead,
        missing=missing,
        nearness=_nearness(ladder.asked[ahead.pk], look_up) if ahead is not None else None,
        lacking=lacking,
        safe_until=safe_until,
        measured={key: found for key, by_id in measured.items() if (found := by_id.get(enrolment_id)) is not None},
    )


def judge_one(enrolment: Enrolment, held: Tier | None, on: date) -> tuple[Ladder, Judgement]:
    """The same of one enrolment, measured now."""
    ladder = ladder_of(enrolment.program)
    measured = measure(ladder, {enrolment.pk: enrolment.partner_id}, on)
    return ladder, judge(ladder, measured, enrolment.pk, held)


def _nearness(group: Group, look_up: Callable[[Criterion], Measurement]) -> Decimal:
    """Mean share of the criteria that is reached, in thousandths: what a list is sorted by, nothing that is paid."""
    criteria = list(group.criteria())
    if not criteria:
        return Decimal(1)
    shares = []
    for each in criteria:
        found = look_up(each)
        share = found.have / found.need if found.need else Decimal(1)
        shares.append(max(Decimal(0), min(Decimal(1), share)))
    return (sum(shares, Decimal(0)) / len(shares)).quantize(Decimal("0.001"))
