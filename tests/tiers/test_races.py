"""Assessments and people at the same moment, by connections that commit for real: neither is lost."""

from __future__ import annotations

import threading
from datetime import timedelta
from functools import partial
from typing import Any

import pytest
from django.db import connection, transaction

from common.access import Actor
from common.models import User
from partners.models import Enrolment, EnrolmentTier
from programs.models import Program, Tier
from tests.people import staff_of
from tests.sales.sending import at_once
from tests.tiers.ladder import SILVER, ask, moves, tier_on
from tests.world import NOW, START, TODAY, World, enrol, make_partner
from tiers import assessing, deciding
from tiers.assessing import assess
from tiers.deciding import MovedOn
from tiers.models import TierDecision, TierMove

ROUNDS = 50
UNTIL = TODAY + timedelta(days=30)


@pytest.fixture
def falling(committed: World) -> World:
    """The reseller is Silver and has earned nothing, and a fall takes place at once."""
    ask(committed.program, silver=SILVER)
    Program.objects.filter(pk=committed.program.pk).update(tier_grace_days=0)
    return committed


def fresh(world: World, number: int) -> Enrolment:
    """Another partner in Silver, which it does not earn: a round leaves nothing to the next one."""
    with transaction.atomic():
        return enrol(make_partner(f"Round {number}", f"ROUND{number:03}"), world.program, tier="silver")


def decide(world: World, enrolment: Enrolment, code: str = "gold") -> TierDecision:
    tier = Tier.objects.get(program=world.program, code=code)
    return deciding.decide(
        enrolment=enrolment, tier=tier, until=UNTIL, reason="As agreed", actor=Actor.of(world.channel_manager),
        today=TODAY, now=NOW,
    )  # fmt: skip


class Turns:
    """`first` plans or reads, then waits until the other one stands at its lock; so both orders are had for sure."""

    def __init__(self, first: str) -> None:
        self.first, self.ready = first, threading.Event()

    def before_the_lock(self, who: str) -> None:
        if who == self.first:
            self.ready.set()
        else:
            self.ready.wait(20)


def together(world: World, enrolment: Enrolment, first: str, monkeypatch: pytest.MonkeyPatch) -> list[Any]:
    """An assessment and a decision that reach their locks one after the other, each having begun before."""
    turns, lock = Turns(first), assessing.lock

    def assessing_lock(enrolments: Any) -> None:
        turns.before_the_lock("assessment")
        lock(enrolments)

    def deciding_lock(enrolments: Any) -> None:
        turns.before_the_lock("decision")
        lock(enrolments)

    monkeypatch.setattr(assessing, "lock", assessing_lock)
    monkeypatch.setattr(deciding, "lock", deciding_lock)
    found = at_once(
        lambda: assess(program=Program.objects.get(pk=world.program.pk), today=TODAY, only=[enrolment.pk]),
        lambda: decide(world, enrolment),
    )
    monkeypatch.setattr(assessing, "lock", lock)
    monkeypatch.setattr(deciding, "lock", lock)
    return found


def test_an_assessment_and_a_decision_at_the_same_moment_are_both_kept(
    falling: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The decision holds. The assessment's fall stands before it in the moves, or was not needed any more."""
    seen = set()
    for number in range(ROUNDS):
        enrolment = fresh(falling, number)
        first = ("assessment", "decision")[number % 2]
        found = together(falling, enrolment, first, monkeypatch)
        assert not any(isinstance(each, Exception) for each in found), found
        assert tier_on(enrolment, TODAY) == "gold"
        decision = TierDecision.objects.select_related("before").get(enrolment=enrolment)
        assert decision.before is not None
        fell = moves(enrolment)
        assert (decision.before.code, fell) in [("registered", [("fall", "registered", "done")]), ("silver", [])]
        assert EnrolmentTier.objects.filter(enrolment=enrolment, valid__contains=TODAY).count() == 1
        seen.add(decision.before.code)
    assert seen == {"registered", "silver"}, "both orders took place"


def test_without_the_lock_the_decision_is_lost(falling: World, monkeypatch: pytest.MonkeyPatch) -> None:
    """The control: the assessment has planned before the decision, and acts after it."""
    planned, decided = threading.Event(), threading.Event()
    held_on = assessing.held_on
    calls: list[int] = []

    def slow(enrolments: Any, day: Any) -> Any:
        found = held_on(enrolments, day)
        calls.append(1)
        if len(calls) == 2:  # what the assessment acts on
            planned.set()
            decided.wait(20)
        return found

    def late() -> None:
        planned.wait(20)
        decide(falling, enrolment)
        decided.set()

    enrolment = fresh(falling, 0)
    monkeypatch.setattr(assessing, "lock", lambda enrolments: None)
    monkeypatch.setattr(assessing, "held_on", slow)
    program = Program.objects.get(pk=falling.program.pk)
    at_once(lambda: assess(program=program, today=TODAY, only=[enrolment.pk]), late)
    assert TierDecision.objects.filter(enrolment=enrolment, tier__code="gold").exists()
    assert tier_on(enrolment, TODAY) == "registered", "the decision says gold"


# --- two people ------------------------------------------------------------------------------------------------------


@pytest.fixture
def other(committed: World) -> User:
    return staff_of(committed.vendor, "other_manager", "channel_manager")


def proposal(world: World, number: int) -> TierMove:
    enrolment = fresh(world, number)
    gold = Tier.objects.get(program=world.program, code="gold")
    silver = Tier.objects.get(program=world.program, code="silver")
    return TierMove.objects.create(
        enrolment=enrolment, direction="rise", from_tier=silver, to_tier=gold, opened_on=START
    )


def answered(world: World, other: User, move: TierMove) -> list[Any]:
    first, second = (TierMove.objects.get(pk=move.pk) for _ in range(2))
    return at_once(
        lambda: deciding.accept(move=first, actor=Actor.of(world.channel_manager), today=TODAY),
        lambda: deciding.decline(move=second, reason="Not yet", actor=Actor.of(other), today=TODAY),
    )


def test_of_two_managers_who_answer_one_proposal_one_is_told_that_it_was_answered(
    committed: World, other: User
) -> None:
    for number in range(10):
        move = proposal(committed, number)
        found = answered(committed, other, move)
        assert sorted(type(each).__name__ for each in found) == ["MovedOn", "TierMove"]
        move.refresh_from_db()
        assert tier_on(move.enrolment, TODAY) == ("gold" if move.state == "done" else "silver")
        assert move.closed_by in (committed.channel_manager, other)


def test_two_managers_who_accept_one_proposal_carry_it_out_once(committed: World, other: User) -> None:
    move = proposal(committed, 0)
    people = (committed.channel_manager, other)
    rows = [TierMove.objects.get(pk=move.pk) for _person in people]
    found = at_once(
        lambda: deciding.accept(move=rows[0], actor=Actor.of(people[0]), today=TODAY),
        lambda: deciding.accept(move=rows[1], actor=Actor.of(people[1]), today=TODAY),
    )
    assert sorted(type(each).__name__ for each in found) == ["MovedOn", "TierMove"]
    assert EnrolmentTier.objects.filter(enrolment=move.enrolment).count() == 2


def test_two_decisions_at_once_leave_one_that_holds(committed: World) -> None:
    for number in range(10):
        enrolment = fresh(committed, number)
        found = at_once(
            partial(decide, committed, enrolment, "gold"),
            partial(decide, committed, enrolment, "registered"),
        )
        assert not any(isinstance(each, Exception) for each in found), found
        assert tier_on(enrolment, TODAY) == TierDecision.objects.get(enrolment=enrolment).tier.code


def test_a_decision_made_while_a_move_of_many_is_undone_is_kept(
    committed: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    gold = Tier.objects.get(program=committed.program, code="gold")
    manager = Actor.of(committed.channel_manager)
    with transaction.atomic():
        bulk = deciding.move_many(
            program=committed.program, tiers=list(committed.program.tiers.filter(code="silver")), to_tier=gold,
            until=UNTIL, reason="Jubilee", actor=manager, today=TODAY, now=NOW,
            seen=deciding.named(enrolments=[committed.enrolment], to_tier=gold, until=UNTIL),
        )  # fmt: skip
    decided, lock = threading.Event(), assessing.lock

    def slow(enrolments: Any) -> None:
        enrolments = list(enrolments)
        if not decided.is_set():
            decided.set()
            other = threading.Thread(target=in_between)
            other.start()
            other.join()
        lock(enrolments)

    def in_between() -> None:
        decide(committed, committed.enrolment, "gold")
        connection.close()

    monkeypatch.setattr(deciding, "lock", slow)
    deciding.undo_many(bulk=bulk, actor=manager, today=TODAY)
    assert tier_on(committed.enrolment, TODAY) == "gold"
    assert TierDecision.objects.get(enrolment=committed.enrolment).bulk is None


def test_a_late_click_cannot_lower_a_tier(committed: World) -> None:
    move = proposal(committed, 0)
    EnrolmentTier.objects.filter(enrolment=move.enrolment).update(tier=move.to_tier)
    with pytest.raises(MovedOn):
        deciding.accept(move=move, actor=Actor.of(committed.channel_manager), today=TODAY)
