"""Telling partners about their tier: a move or decision is claimed, its mails made and it is marked, in one commit."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime
from typing import Any

from django.db import transaction
from django.db.models import F

from common import outbox
from common.models import User
from partners.models import Member
from programs.models import Program
from tiers import mails
from tiers.judging import Ladder, ladder_of, measure, of_enrolment
from tiers.models import TierDecision, TierMove

CHUNK = 200
State, Direction = TierMove.State, TierMove.Direction
KINDS = {
    (Direction.RISE, State.DONE): mails.RISEN,
    (Direction.FALL, State.OPEN): mails.NOTICE,
    (Direction.FALL, State.WITHDRAWN): mails.RECOVERED,
    (Direction.FALL, State.DONE): mails.FALLEN,
}
"""Nobody is told of a rise that is only proposed, declined or no longer earned: they had not been promised it."""


def announce(*, now: datetime, today: date) -> int:
    """Make the mails of everything that is not announced yet; returns how many."""
    made = 0
    for step in (_moves, _decisions):
        while (found := step(now, today)) is not None:
            made += found
    return made


@transaction.atomic
def _moves(now: datetime, today: date) -> int | None:
    waiting = TierMove.objects.exclude(announced=F("state")).order_by("id")
    claimed = waiting.select_for_update(skip_locked=True, of=("self",))
    related = ("enrolment__partner", "enrolment__program__vendor", "from_tier", "to_tier")
    moves = list(claimed.select_related(*related)[:CHUNK])
    if not moves:
        return None
    people = _people(move.enrolment.partner_id for move in moves)
    missing = _missing(moves, today)
    made = 0
    for move in moves:
        kind = KINDS.get((Direction(move.direction), State(move.state)))
        if kind is None or (kind == mails.RECOVERED and move.announced != State.OPEN):
            continue
        text = missing.get(move.pk, "") if kind == mails.NOTICE else ""
        values = {"tier": move.to_tier.name, "before": move.from_tier and move.from_tier.name, "day": move.due_on}
        for person in people.get(move.enrolment.partner_id, ()):
            program, partner = move.enrolment.program, move.enrolment.partner
            context = mails.told(kind=kind, program=program, values=values, text=text, partner=partner)
            made += outbox.put(kind=kind, period=f"move {move.pk} {move.state}", recipient=person, context=context)
    for move in moves:
        move.announced = move.state
    TierMove.objects.bulk_update(moves, ["announced"])
    return made


def _missing(moves: Sequence[TierMove], today: date) -> Mapping[int, Any]:
    """What is no longer met, by the move's id; measured once for all moves of a program."""
    found: dict[int, Any] = {}
    by_program: dict[Program, list[TierMove]] = defaultdict(list)
    for move in moves:
        if move.direction == Direction.FALL and move.state == State.OPEN:
            by_program[move.enrolment.program].append(move)
    for program, falling in by_program.items():
        ladder = ladder_of(program)
        measured = measure(ladder, {move.enrolment_id: move.enrolment.partner_id for move in falling}, today)
        for move in falling:
            look_up = of_enrolment(measured, move.enrolment_id)
            criteria = [(each, look_up(each)) for each in _lacking(ladder, move)]
            found[move.pk] = mails.Missing(program, criteria)
    return found


def _lacking(ladder: Ladder, move: TierMove) -> Iterable[Any]:
    criteria = ladder.criteria()
    return [criteria[key] for key in move.missing if key in criteria]


@transaction.atomic
def _decisions(now: datetime, today: date) -> int | None:
    claimed = (
        TierDecision.objects.filter(announced_at=None).order_by("id").select_for_update(skip_locked=True, of=("self",))
    )
    decisions = list(claimed.select_related("enrolment__partner", "enrolment__program__vendor", "tier")[:CHUNK])
    if not decisions:
        return None
    people = _people(decision.enrolment.partner_id for decision in decisions)
    made = 0
    for decision in decisions:
        program, partner = decision.enrolment.program, decision.enrolment.partner
        values = {"tier": decision.tier.name, "day": decision.valid.upper}
        context = mails.told(kind=mails.DECIDED, program=program, values=values, text=decision.reason, partner=partner)
        for person in people.get(decision.enrolment.partner_id, ()):
            made += outbox.put(kind=mails.DECIDED, period=f"decision {decision.pk}", recipient=person, context=context)
    TierDecision.objects.filter(pk__in=[each.pk for each in decisions]).update(announced_at=now)
    return made


def _people(partners: Iterable[int]) -> Mapping[int, list[User]]:
    """Who is told, per partner: owners and sales, each person once."""
    members = Member.objects.filter(
        partner__in=set(partners), role__in=mails.TOLD, left_on__isnull=True, user__is_active=True
    )
    people: dict[int, dict[int, User]] = defaultdict(dict)
    for member in members.select_related("user").order_by("user_id"):
        people[member.partner_id][member.user_id] = member.user
    return {partner: list(found.values()) for partner, found in people.items()}
