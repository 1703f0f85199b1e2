"""People decide about tiers: a proposed rise, a tier of their own choice until a day, and what only they can check.

Each call holds the enrolment's lock, as the assessment does where it acts: who comes second sees what the first did.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime
from hashlib import sha256

from django.db import transaction
from django.utils.translation import gettext as _

from common.access import VENDOR, Actor
from common.dated import since
from common.errors import DomainError
from common.formats import date_short
from partners.models import Enrolment
from partners.tier_history import record_tiers
from programs.deciding import DECIDING_ROLES
from programs.models import Program, Tier
from tiers.assessing import held_on, lock
from tiers.models import BulkMove, ManualCheck, TierDecision, TierMove


class NotAllowed(DomainError):
    """The actor is no person who is channel manager or admin of the vendor."""


class MovedOn(DomainError):
    """Somebody else, or the assessment, was faster; nothing was done."""


class NotPossible(DomainError):
    """The tier is one of another program, or the last day does not lie ahead."""


@dataclass(frozen=True)
class Word:
    """What somebody decides: a tier until before a day, why, who and when."""

    tier: Tier
    until: date
    reason: str
    person: int
    now: datetime


@transaction.atomic
def accept(*, move: TierMove, actor: Actor, today: date) -> TierMove:
    """Carry out a proposed rise today. Raises NotAllowed, MovedOn."""
    _decider(actor, move.enrolment.program)
    lock([move.enrolment_id])
    # First: from here on the tier is the one that the row names, whatever the caller said they had seen.
    _close(move, TierMove.State.DONE, actor, today)
    held = held_on([move.enrolment_id], today)[move.enrolment_id].tier
    if held is not None and held.rank >= move.to_tier.rank:
        raise _moved_on()
    record_tiers(tiers={move.enrolment_id: move.to_tier}, on=today)
    move.refresh_from_db()
    return move


@transaction.atomic
def decline(*, move: TierMove, reason: str, actor: Actor, today: date) -> TierMove:
    """Leave the tier as it is. It is proposed again once it was lost and is earned anew. Raises NotAllowed, MovedOn."""
    _decider(actor, move.enrolment.program)
    lock([move.enrolment_id])
    _close(move, TierMove.State.DECLINED, actor, today, note=reason)
    move.refresh_from_db()
    return move


def _close(move: TierMove, state: str, actor: Actor, today: date, note: str = "") -> None:
    proposed = TierMove.objects.filter(
        pk=move.pk, state=TierMove.State.OPEN, direction=TierMove.Direction.RISE, to_tier=move.to_tier_id
    )
    if not proposed.update(state=state, closed_on=today, closed_by=actor.user_id, note=note):
        raise _moved_on()


def _moved_on() -> MovedOn:
    return MovedOn(_("This proposal has changed meanwhile. Please look at it once more."))


Situation = tuple[int | None, int | None, int | None]
"""What somebody saw before they decided: the ids of the tier held, of the open move and of the running decision."""


def situation(*, enrolment: Enrolment, today: date) -> Situation:
    """How things stand for one enrolment."""
    held = held_on([enrolment.pk], today)[enrolment.pk]
    decision = running_decision(enrolment=enrolment, today=today)
    tier, move = held.tier, held.open
    return (
        tier.pk if tier is not None else None,
        move.pk if move is not None else None,
        decision.pk if decision is not None else None,
    )


def running_decision(*, enrolment: Enrolment, today: date) -> TierDecision | None:
    """The person's word that holds today, if there is one."""
    running = TierDecision.objects.filter(enrolment=enrolment, valid__contains=today)
    return running.select_related("tier", "decided_by").first()


@transaction.atomic
def decide(
    *,
    enrolment: Enrolment,
    tier: Tier,
    until: date,
    reason: str,
    actor: Actor,
    today: date,
    now: datetime,
    seen: Situation | None = None,
) -> TierDecision:
    """The enrolment has this tier from today, and the assessment leaves it alone on the days before `until`.

    `seen`: what was decided upon; none: whatever holds. Raises NotAllowed, NotPossible, MovedOn.
    """
    person = _decider(actor, enrolment.program)
    lock([enrolment.pk])
    if seen is not None and seen != situation(enrolment=enrolment, today=today):
        raise MovedOn(_("The tier has changed meanwhile. Please look at it once more."))
    word = Word(tier, until, reason, person, now)
    (decision,) = _decide([enrolment.pk], enrolment.program, word, today)
    return decision


def _decide(
    enrolments: Collection[int], program: Program, word: Word, today: date, bulk: BulkMove | None = None
) -> list[TierDecision]:
    if word.tier.program_id != program.pk:
        raise NotPossible(_("%(tier)s is no tier of %(program)s.") % {"tier": word.tier, "program": program})
    if word.until <= today:
        raise NotPossible(_("Please choose a day after %(day)s.") % {"day": date_short(today)})
    lock(enrolments)
    before = held_on(enrolments, today)
    _end(enrolments, today)
    open_moves = TierMove.objects.filter(enrolment__in=enrolments, state=TierMove.State.OPEN)
    open_moves.update(state=TierMove.State.OVERRULED, closed_on=today, closed_by=word.person)
    record_tiers(tiers=dict.fromkeys(enrolments, word.tier), on=today, reason=word.reason[:200])
    return TierDecision.objects.bulk_create(
        TierDecision(
            enrolment_id=pk, tier=word.tier, before=before[pk].tier, bulk=bulk, valid=since(today, word.until),
            reason=word.reason, decided_by_id=word.person, decided_at=word.now,
        )
        for pk in enrolments
    )  # fmt: skip


def _end(enrolments: Collection[int], today: date) -> None:
    """Decisions that hold today hold until yesterday; one of today is replaced, its events keep that it was."""
    running = TierDecision.objects.filter(enrolment__in=enrolments, valid__endswith__gt=today)
    running.filter(valid__startswith__gte=today).delete()
    ended = list(running)
    for decision in ended:
        decision.valid = since(decision.valid.lower, today)
    TierDecision.objects.bulk_update(ended, ["valid"], batch_size=1000)


@transaction.atomic
def end_decision(*, decision: TierDecision, actor: Actor, today: date) -> None:
    """From today the assessment judges again; the tier stays until it says otherwise. Raises NotAllowed, MovedOn."""
    _decider(actor, decision.enrolment.program)
    lock([decision.enrolment_id])
    if not TierDecision.objects.filter(pk=decision.pk, valid__endswith__gt=today).exists():
        raise MovedOn(_("This decision has ended already."))
    _end([decision.enrolment_id], today)


# --- checks ----------------------------------------------------------------------------------------------------------


@transaction.atomic
def check(
    *, enrolment: Enrolment, code: str, evidence: str, until: date | None, actor: Actor, today: date, now: datetime
) -> ManualCheck:
    """Somebody has seen that a criterion is met, from today to before `until`; none: open.

    Raises NotAllowed, NotPossible.
    """
    person = _decider(actor, enrolment.program)
    if until is not None and until <= today:
        raise NotPossible(_("Please choose a day after %(day)s.") % {"day": date_short(today)})
    lock([enrolment.pk])
    # Sent twice, it is one check.
    check, _new = ManualCheck.objects.get_or_create(
        enrolment=enrolment, code=code, evidence=evidence, valid=since(today, until), checked_by_id=person,
        defaults={"checked_at": now},
    )  # fmt: skip
    return check


@transaction.atomic
def end_checks(*, enrolment: Enrolment, code: str, actor: Actor, today: date) -> None:
    """What was checked no longer holds from today. Raises NotAllowed."""
    _decider(actor, enrolment.program)
    checks = ManualCheck.objects.select_for_update().filter(enrolment=enrolment, code=code)
    for each in checks.filter(valid__contains=today):
        if each.valid.lower == today:
            each.delete()
        else:
            each.valid = since(each.valid.lower, today)
            each.save(update_fields=["valid"])


# --- many at once ----------------------------------------------------------------------------------------------------


def concerned(*, program: Program, tiers: Collection[Tier], today: date) -> list[Enrolment]:
    """Who takes part today and holds one of these tiers, by name: whom a move of many would move."""
    holding = Enrolment.objects.filter(
        program=program,
        tiers__valid__contains=today,
        tiers__tier__in=[tier.pk for tier in tiers],
        statuses__valid__contains=today,
        statuses__status="active",
    )
    return list(holding.select_related("partner").order_by("partner__name", "pk"))


def decided(*, enrolments: Collection[Enrolment], today: date) -> dict[int, TierDecision]:
    """The decisions by hand that hold for some of these, by the enrolment's id: a move of many would end them."""
    running = TierDecision.objects.filter(enrolment__in=[each.pk for each in enrolments], valid__contains=today)
    return {each.enrolment_id: each for each in running.select_related("tier")}


def named(*, enrolments: Collection[Enrolment], to_tier: Tier, until: date) -> str:
    """Stands for whom a preview names, and for what would happen to them."""
    return sha256(repr((to_tier.pk, until, *(each.pk for each in enrolments))).encode()).hexdigest()


@transaction.atomic
def move_many(
    *,
    program: Program,
    tiers: Collection[Tier],
    to_tier: Tier,
    until: date,
    reason: str,
    seen: str,
    actor: Actor,
    today: date,
    now: datetime,
) -> BulkMove:
    """Give everybody who holds one of `tiers` another tier, as one decision each until `until`.

    `seen`: what `named` gives of those whom the preview named; if it is not the same any more, nothing happens.
    Raises NotAllowed, NotPossible, MovedOn.
    """
    person = _decider(actor, program)
    lock(each.pk for each in concerned(program=program, tiers=tiers, today=today))
    found = concerned(program=program, tiers=tiers, today=today)
    if named(enrolments=found, to_tier=to_tier, until=until) != seen:
        raise MovedOn(_("Other partners hold these tiers by now. Please look at the list once more."))
    bulk = BulkMove.objects.create(program=program, to_tier=to_tier, reason=reason, moved_on=today, moved_by_id=person)
    _decide([each.pk for each in found], program, Word(to_tier, until, reason, person, now), today, bulk)
    return bulk


@transaction.atomic
def undo_many(*, bulk: BulkMove, actor: Actor, today: date) -> int:
    """Give back the tiers of before to all whose tier nobody has changed since; returns how many.

    Raises NotAllowed, MovedOn.
    """
    _decider(actor, bulk.program)
    undone = BulkMove.objects.filter(pk=bulk.pk, undone_on=None)
    if not undone.update(undone_on=today, undone_by=actor.user_id):
        raise MovedOn(_("This move was undone already."))
    running = bulk.decisions.filter(valid__endswith__gt=today, before__isnull=False).select_related("before")
    lock(running.order_by().values_list("enrolment_id", flat=True))
    # Read under the locks: whoever was decided on meanwhile keeps that.
    decisions = {decision.enrolment_id: decision for decision in running}
    held = held_on(decisions, today)
    decisions = {pk: each for pk, each in decisions.items() if held[pk].tier == bulk.to_tier}
    before: dict[Tier, list[int]] = {}
    for pk, decision in decisions.items():
        if decision.before is not None:
            before.setdefault(decision.before, []).append(pk)
    _end(list(decisions), today)
    for tier, enrolments in before.items():
        record_tiers(tiers=dict.fromkeys(enrolments, tier), on=today, reason=_("move undone"))
    return len(decisions)


def _decider(actor: Actor, program: Program) -> int:
    """The person who decides. Raises NotAllowed."""
    if actor.user_id is None or actor.scopes is not None or not actor.has(VENDOR, program.vendor_id, *DECIDING_ROLES):
        raise NotAllowed(_("Only channel managers and admins of the vendor may do this."))
    return actor.user_id
