"""The assessment: all enrolments of a program in one pass, every night and after every change that matters.

Triggers note whom a change concerns (`Due`); the tick takes the notes away in the transaction that acts on them. What
is found is kept as standings for lists. What changes somebody's tier is planned (`planning`), then planned again under
the locks of the enrolments concerned, so that a decision made meanwhile is seen.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from django.db import connection, transaction
from django.db.models import Q

from partners.models import Enrolment, EnrolmentStatus, EnrolmentTier
from partners.tier_history import record_tiers
from programs.criteria import Measurement
from programs.models import Program, Tier
from tiers.judging import Judgement, Ladder, Measured, judge, ladder_of, measure, taking_part
from tiers.models import Assessed, TierDecision, TierMove, TierStanding
from tiers.planning import Open, Plan, State, Step, plan

Move = TierMove.State
BATCH = 2_000


@dataclass(frozen=True)
class Assessment:
    """How many were looked at, and how many steps of which kind were taken."""

    looked_at: int = 0
    steps: Mapping[Step, int] = field(default_factory=dict)


@dataclass(frozen=True)
class Held:
    """What holds for one enrolment on a day, read from the database."""

    tier: Tier | None
    since: date | None
    decided: bool
    open: TierMove | None
    declined: Sequence[TierMove]


def assess_due(*, program: Program, today: date) -> Assessment:
    """Assess everybody once a day, and at other times those whom a change concerns."""
    with transaction.atomic():
        _one_at_a_time(program)
        # Taken away before anything is read: what is read from here on has at least the changes these rows stand for.
        with connection.cursor() as cursor:
            cursor.execute("DELETE FROM tiers_due WHERE program_id = %s RETURNING enrolment_id", [program.pk])
            due = {pk for (pk,) in cursor}
        tonight = not Assessed.objects.filter(program=program, day__gte=today).exists()
        if not (tonight or due):
            return Assessment()
        found = _assess(program, today, None if tonight or None in due else due)
        if tonight or None in due:
            Assessed.objects.update_or_create(program=program, defaults={"day": today})
        return found


@transaction.atomic
def assess(*, program: Program, today: date, only: Collection[int] | None = None) -> Assessment:
    """Assess these enrolments (by id), or all of the program."""
    _one_at_a_time(program)
    return _assess(program, today, only)


def _one_at_a_time(program: Program) -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(hashtextextended(%s, 0))", [f"tiers of {program.pk}"])


def _assess(program: Program, today: date, only: Collection[int] | None) -> Assessment:
    ladder = ladder_of(program)
    _close_of_ended(program, today, only)
    partners = taking_part(program, today, only)
    measured = measure(ladder, partners, today)
    holding = held_on(partners, today)
    judged = {pk: judge(ladder, measured, pk, holding[pk].tier) for pk in partners}
    acting = [pk for pk in partners if _plan(ladder, judged[pk], holding[pk], today).step is not Step.NOTHING]
    steps: Counter[Step] = Counter()
    if acting:
        steps = _act(ladder, measured, acting, today)
        after = held_on(acting, today)
        judged |= {pk: judge(ladder, measured, pk, after[pk].tier) for pk in acting}
        holding |= after
    _lapse([move.pk for pk in partners for move in _lapsed(judged[pk], holding[pk])], today)
    _keep(program, judged, holding, today)
    return Assessment(len(partners), steps)


def lock(enrolments: Iterable[int]) -> None:
    """Hold these enrolments, in an order that everybody keeps; decisions on tiers hold theirs as well."""
    list(Enrolment.objects.filter(pk__in=list(enrolments)).order_by("pk").select_for_update().values_list("pk"))


def held_on(enrolments: Collection[int], day: date) -> dict[int, Held]:
    """Tier, decision and moves of each of these enrolments."""
    pks = list(enrolments)
    asked: dict[str, Any] = {"enrolment__in": pks, "valid__contains": day}
    tiers = {row.enrolment_id: row for row in EnrolmentTier.objects.filter(**asked).select_related("tier")}
    decided = set(TierDecision.objects.filter(**asked).order_by().values_list("enrolment_id", flat=True))
    moves: dict[int, dict[str, list[TierMove]]] = defaultdict(lambda: defaultdict(list))
    waiting = Q(state=Move.OPEN) | Q(state=Move.DECLINED, lapsed_on=None)
    for move in TierMove.objects.filter(waiting, enrolment__in=pks).select_related("to_tier"):
        moves[move.enrolment_id][move.state].append(move)
    return {
        pk: Held(
            tier=tiers[pk].tier if pk in tiers else None,
            since=tiers[pk].valid.lower if pk in tiers else None,
            decided=pk in decided,
            open=next(iter(moves[pk][Move.OPEN]), None),
            declined=moves[pk][Move.DECLINED],
        )
        for pk in enrolments
    }


def _plan(ladder: Ladder, judged: Judgement, held: Held, today: date) -> Plan:
    state = State(
        held=held.tier.rank if held.tier is not None else None,
        earned=judged.earned.rank if judged.earned is not None else None,
        floor=ladder.tiers[0].rank if ladder.tiers else 0,
        decided=held.decided,
        open=Open(held.open.to_tier.rank, held.open.due_on) if held.open is not None else None,
        declined=frozenset(move.to_tier.rank for move in held.declined),
    )
    program = ladder.program
    automatic = program.tier_rises == Program.Rises.AUTOMATIC
    return plan(state, today=today, automatic=automatic, grace_days=program.tier_grace_days)


# --- acting on what was planned --------------------------------------------------------------------------------------


def _act(ladder: Ladder, measured: Measured, acting: Collection[int], today: date) -> Counter[Step]:
    lock(acting)
    holding = held_on(acting, today)
    judged = {pk: judge(ladder, measured, pk, holding[pk].tier) for pk in acting}
    plans = {pk: _plan(ladder, judged[pk], holding[pk], today) for pk in acting}
    _close(plans, holding, today)
    _open(ladder, plans, judged, holding, today)
    days: dict[date, dict[int, Tier]] = defaultdict(dict)
    for pk, each in plans.items():
        tier = ladder.of_rank(each.to)
        if each.step in (Step.RISE, Step.FALL) and tier is not None and each.on is not None:
            since = holding[pk].since
            # A tier that was set after the announced day holds from its own day; the fall follows today.
            days[each.on if since is None or since <= each.on else today][pk] = tier
    for day, tiers in sorted(days.items()):
        record_tiers(tiers=tiers, on=day)
    return Counter(each.step for each in plans.values() if each.step is not Step.NOTHING)


def _close(plans: Mapping[int, Plan], holding: Mapping[int, Held], today: date) -> None:
    """Open moves that end here: withdrawn, overruled, carried out."""
    ends: dict[str, list[int]] = defaultdict(list)
    for pk, each in plans.items():
        move = holding[pk].open
        if move is None:
            continue
        if each.withdraws or each.step is Step.WITHDRAW:
            ends[Move.WITHDRAWN].append(move.pk)
        elif each.step is Step.OVERRULE:
            ends[Move.OVERRULED].append(move.pk)
        elif each.step in (Step.RISE, Step.FALL):
            ends[Move.DONE].append(move.pk)
    for state, moves in ends.items():
        TierMove.objects.filter(pk__in=moves, state=Move.OPEN).update(state=state, closed_on=today)


def _open(
    ladder: Ladder,
    plans: Mapping[int, Plan],
    judged: Mapping[int, Judgement],
    holding: Mapping[int, Held],
    today: date,
) -> None:
    """New moves, those that are carried out at once included, and open ones that now lead elsewhere."""
    new, redirected = [], []
    for pk, each in plans.items():
        held, tier = holding[pk], ladder.of_rank(each.to)
        if tier is None:
            continue
        carried_on = held.open is not None and not each.withdraws
        if carried_on and held.open is not None:
            if held.open.to_tier_id != tier.pk:
                # The tier held may have been set by hand meanwhile.
                held.open.from_tier, held.open.to_tier = held.tier, tier
                redirected.append(held.open)
            continue
        if each.step in (Step.PROPOSE, Step.RISE, Step.ANNOUNCE, Step.FALL):
            new.append(_move(pk, each, tier, held, judged[pk], today))
    TierMove.objects.bulk_update(redirected, ["from_tier", "to_tier"], batch_size=BATCH)
    TierMove.objects.bulk_create(new, batch_size=BATCH)


def _move(pk: int, each: Plan, tier: Tier, held: Held, judged: Judgement, today: date) -> TierMove:
    falls = each.step in (Step.ANNOUNCE, Step.FALL)
    done = each.step in (Step.RISE, Step.FALL)
    return TierMove(
        enrolment_id=pk,
        direction=TierMove.Direction.FALL if falls else TierMove.Direction.RISE,
        from_tier=held.tier,
        to_tier=tier,
        state=Move.DONE if done else Move.OPEN,
        missing=[one.key for one in judged.lacking] if falls else [],
        opened_on=today,
        due_on=each.on if falls else None,
        closed_on=today if done else None,
    )


def _close_of_ended(program: Program, today: date, only: Collection[int] | None) -> None:
    """Who no longer takes part has nothing to wait for, nor to be told. A suspended partner's moves wait with it."""
    ended = EnrolmentStatus.objects.filter(
        status=EnrolmentStatus.Status.ENDED, valid__contains=today, enrolment__program=program
    )
    moves = TierMove.objects.filter(state=Move.OPEN, enrolment__in=ended.values("enrolment_id"))
    if only is not None:
        moves = moves.filter(enrolment__in=only)
    moves.update(state=Move.WITHDRAWN, announced=Move.WITHDRAWN, closed_on=today)


def _lapsed(judged: Judgement, held: Held) -> list[TierMove]:
    """Declined rises that are no longer earned, or were done otherwise: earning them again is news."""
    earned, tier = (each.rank if each is not None else -1 for each in (judged.earned, held.tier))
    return [move for move in held.declined if not tier < move.to_tier.rank <= earned]


def _lapse(moves: Collection[int], today: date) -> None:
    if moves:
        TierMove.objects.filter(pk__in=moves, state=Move.DECLINED).update(lapsed_on=today)


def _written(found: Measurement) -> dict[str, str]:
    return {"have": str(found.have), "need": str(found.need)} | ({"until": str(found.until)} if found.until else {})


# --- standings -------------------------------------------------------------------------------------------------------

KEPT = ("program", "assessed_on", "held", "earned", "missing", "nearness", "safe_until", "measured")


def _keep(program: Program, judged: Mapping[int, Judgement], holding: Mapping[int, Held], today: date) -> None:
    rows = (
        TierStanding(
            enrolment_id=pk,
            program=program,
            assessed_on=today,
            held=holding[pk].tier,
            earned=each.earned,
            missing=len(each.missing) if each.ahead is not None else None,
            nearness=each.nearness,
            safe_until=each.safe_until,
            measured={key: _written(found) for key, found in each.measured.items()},
        )
        for pk, each in judged.items()
    )
    TierStanding.objects.bulk_create(
        rows, batch_size=BATCH, update_conflicts=True, unique_fields=["enrolment"], update_fields=KEPT
    )
