"""Two of a vendor's people decide about one tier at the same time, by connections that commit for real."""

from __future__ import annotations

import threading
from datetime import timedelta
from functools import partial
from typing import Any

import pytest
from django.db import transaction

from common.access import Actor
from programs.models import Tier
from tests.sales.sending import at_once
from tests.tiers.ladder import tier_on
from tests.world import NOW, TODAY, World, build_world
from tiers import deciding
from tiers.models import TierDecision, TierMove

ROUNDS = 10


@pytest.fixture
def committed(own_database: str) -> World:
    with transaction.atomic():
        return build_world()


def proposal(world: World) -> TierMove:
    gold = Tier.objects.get(program=world.program, code="gold")
    return TierMove.objects.create(enrolment=world.enrolment, direction="rise", to_tier=gold, opened_on=TODAY)


def test_of_accepting_and_declining_at_once_one_is_done_and_the_other_told(committed: World) -> None:
    first, second = Actor.of(committed.channel_manager), Actor.of(committed.vendor_admin)
    for number in range(ROUNDS):
        move = proposal(committed)
        accepting, declining = (TierMove.objects.get(pk=move.pk) for _ in range(2))
        found = at_once(
            partial(deciding.accept, move=accepting, actor=first, today=TODAY),
            partial(deciding.decline, move=declining, reason="No", actor=second, today=TODAY),
        )
        assert sorted(type(each).__name__ for each in found) == ["MovedOn", "TierMove"], number
        move.refresh_from_db()
        assert (tier_on(committed.enrolment, TODAY) == "gold") is (move.state == "done")
        TierMove.objects.all().delete()
        silver = Tier.objects.get(program=committed.program, code="silver")
        committed.enrolment.tiers.filter(valid__contains=TODAY).update(tier=silver)


def by_hand_at_once(world: World) -> list[Any]:
    """Both have seen the same and set another tier."""
    seen = deciding.situation(enrolment=world.enrolment, today=TODAY)
    tiers = {tier.code: tier for tier in world.program.tiers.all()}

    def decide(code: str, actor: Actor) -> TierDecision:
        return deciding.decide(
            enrolment=world.enrolment, tier=tiers[code], until=TODAY + timedelta(days=9), reason=code, actor=actor,
            today=TODAY, now=NOW, seen=seen,
        )  # fmt: skip

    first, second = Actor.of(world.channel_manager), Actor.of(world.vendor_admin)
    return at_once(lambda: decide("gold", first), lambda: decide("registered", second))


def test_of_two_decisions_upon_the_same_view_one_is_made_and_the_other_told(committed: World) -> None:
    for _round in range(ROUNDS):
        found = by_hand_at_once(committed)
        assert sorted(type(each).__name__ for each in found) == ["MovedOn", "TierDecision"]
        assert tier_on(committed.enrolment, TODAY) == TierDecision.objects.get().tier.code


def test_without_the_lock_both_would_believe_what_they_saw(committed: World, monkeypatch: pytest.MonkeyPatch) -> None:
    """The control: both look before either has written."""
    barrier = threading.Barrier(2, timeout=20)
    look = deciding.situation

    def looked_together(**asked: Any) -> deciding.Situation:
        found = look(**asked)
        if threading.current_thread() is not threading.main_thread():
            barrier.wait()
        return found

    monkeypatch.setattr(deciding, "lock", lambda enrolments: None)
    monkeypatch.setattr(deciding, "situation", looked_together)
    names = sorted(type(each).__name__ for each in by_hand_at_once(committed))
    assert "MovedOn" not in names
