"""Whatever happens in whatever order: a tier on every day and never two, one open move, and decisions that win."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, timedelta
from itertools import pairwise
from typing import Any

import pytest
from django.db import transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from common.access import Actor
from common.errors import DomainError
from partners import services
from partners.models import EnrolmentTier, Member
from programs.models import Program, Tier
from tests.tiers.ladder import GOLD, SILVER, ask, revenue
from tests.trainings.teaching import certified, technician, training
from tests.undone import undone
from tests.world import NOW, START, TODAY, World
from tiers import deciding
from tiers.assessing import assess, assess_due
from tiers.models import BulkMove, TierDecision, TierMove
from trainings.models import Training

DAY = timedelta(days=1)
TECHNICAL = {"kind": "certificate", "trainings": ["technical"]}
TIERS = st.sampled_from(["registered", "silver", "gold"])
STEPS = st.one_of(
    st.tuples(st.just("wait"), st.sampled_from([1, 2, 45, 90, 91, 400])),
    st.tuples(st.sampled_from(["assess", "assess_due"])),
    st.tuples(st.just("sell"), st.sampled_from([-150_000, -60_000, 50_000, 110_000, 210_000]), st.integers(0, 3)),
    st.tuples(st.just("certify"), st.sampled_from([-700, -1, 0, 1])),
    st.tuples(st.sampled_from(["leave", "come_back", "show", "hide"])),
    st.tuples(st.sampled_from(["accept", "decline"])),
    st.tuples(st.just("decide"), TIERS, st.sampled_from([1, 30, 200])),
    st.tuples(st.just("end"), st.just(0)),
    st.tuples(st.just("bulk"), TIERS, TIERS, st.sampled_from([1, 100])),
    st.tuples(st.just("undo")),
    st.tuples(st.just("status"), st.sampled_from(["active", "suspended", "ended"])),
    st.tuples(st.just("rises"), st.sampled_from(["proposed", "automatic"])),
    st.tuples(st.just("grace"), st.sampled_from([0, 1, 90])),
)


@dataclass
class Life:
    """What is done to the reseller, on days that only go on; `undone`: when moves of many were taken back."""

    world: World
    technical: Training
    today: date = TODAY
    documents: int = 0
    undone: set[date] = field(default_factory=set)

    @property
    def actor(self) -> Actor:
        return Actor.of(self.world.channel_manager)

    @property
    def program(self) -> Program:
        return Program.objects.get(pk=self.world.program.pk)

    def tier(self, code: str) -> Tier:
        return Tier.objects.get(program=self.world.program, code=code)

    def take(self, step: tuple[Any, ...]) -> None:
        getattr(self, f"_{step[0]}")(*step[1:])

    def _wait(self, days: int) -> None:
        self.today += timedelta(days=days)
        assess(program=self.program, today=self.today)

    def _assess(self) -> None:
        assess(program=self.program, today=self.today)

    def _assess_due(self) -> None:
        assess_due(program=self.program, today=self.today)

    def _sell(self, amount: int, ago: int) -> None:
        self.documents += 1
        revenue(self.world, str(amount), self.today - ago * DAY, f"Z-{self.documents}")

    def _certify(self, days: int) -> None:
        start, holder = self.today + timedelta(days=days), self.world.reseller_technician
        certified(self.technical, holder, self.world.reseller, start, self.world.channel_manager)

    def _leave(self) -> None:
        Member.objects.filter(user=self.world.reseller_technician, left_on=None).update(left_on=self.today)

    def _come_back(self) -> None:
        if not Member.objects.filter(user=self.world.reseller_technician, left_on=None).exists():
            technician(self.world.reseller_technician, self.world.reseller)

    def _show(self) -> None:
        deciding.check(
            enrolment=self.world.enrolment, code="showroom", evidence="Seen", until=self.today + timedelta(days=100),
            actor=self.actor, today=self.today, now=NOW,
        )  # fmt: skip

    def _hide(self) -> None:
        deciding.end_checks(enrolment=self.world.enrolment, code="showroom", actor=self.actor, today=self.today)

    def _open(self) -> TierMove:
        return TierMove.objects.filter(state="open").first() or TierMove(enrolment=self.world.enrolment, pk=0)

    def _accept(self) -> None:
        if (move := self._open()).pk:
            deciding.accept(move=move, actor=self.actor, today=self.today)

    def _decline(self) -> None:
        if (move := self._open()).pk:
            deciding.decline(move=move, reason="No", actor=self.actor, today=self.today)

    def _decide(self, code: str, days: int) -> None:
        deciding.decide(
            enrolment=self.world.enrolment, tier=self.tier(code), until=self.today + timedelta(days=days),
            reason="As agreed", actor=self.actor, today=self.today, now=NOW,
        )  # fmt: skip

    def _end(self, _none: int) -> None:
        for decision in TierDecision.objects.filter(valid__contains=self.today):
            deciding.end_decision(decision=decision, actor=self.actor, today=self.today)

    def _bulk(self, code: str, to: str, days: int) -> None:
        tiers, until = [self.tier(code)], self.today + timedelta(days=days)
        named = deciding.concerned(program=self.program, tiers=tiers, today=self.today)
        deciding.move_many(
            program=self.program, tiers=tiers, to_tier=self.tier(to), reason="All of them", until=until,
            seen=deciding.named(enrolments=named, to_tier=self.tier(to), until=until), actor=self.actor,
            today=self.today, now=NOW,
        )  # fmt: skip

    def _undo(self) -> None:
        if (bulk := BulkMove.objects.filter(undone_on=None).order_by("-id").first()) is not None:
            deciding.undo_many(bulk=bulk, actor=self.actor, today=self.today)
            self.undone.add(self.today)

    def _status(self, status: str) -> None:
        services.record_status(enrolment=self.world.enrolment, status=status, on=self.today)

    def _rises(self, how: str) -> None:
        Program.objects.filter(pk=self.world.program.pk).update(tier_rises=how)

    def _grace(self, days: int) -> None:
        Program.objects.filter(pk=self.world.program.pk).update(tier_grace_days=days)

    def check(self) -> None:
        history = list(EnrolmentTier.objects.filter(enrolment=self.world.enrolment).order_by("valid").select_related())
        assert history[0].valid.lower == START
        assert history[-1].valid.upper is None
        for one, following in pairwise(history):
            assert one.valid.upper == following.valid.lower, "no gap and no overlap"
            assert one.tier_id != following.tier_id
        moves = TierMove.objects.filter(enrolment=self.world.enrolment)
        assert moves.filter(state="open").count() <= 1
        decisions = list(TierDecision.objects.filter(enrolment=self.world.enrolment))
        for decision in decisions:
            day, last = decision.valid.lower, min(decision.valid.upper - DAY, self.today)
            held = {row.tier_id for row in history if row.valid.lower <= last and not _over(row, day)}
            assert held == {decision.tier_id}, "a decision wins while it holds"
        if any(decision.valid.lower <= self.today < decision.valid.upper for decision in decisions):
            assert not moves.filter(state="open").exists()
        self._nothing_silent(history)

    def _nothing_silent(self, history: list[EnrolmentTier]) -> None:
        """Each change has a move that was carried out, or somebody's word, on its day."""
        done = TierMove.objects.filter(state="done")
        told = {(move.to_tier_id, move.due_on or move.closed_on) for move in done}
        told |= {(move.to_tier_id, move.closed_on) for move in done}
        # A decision that was replaced on its day is gone; its events keep it.
        decided = TierDecision.pgh_event_model.objects.all()  # type: ignore[attr-defined]
        told |= {(event.tier_id, event.valid.lower) for event in decided}
        for row in history[1:]:
            assert (row.tier_id, row.valid.lower) in told or row.valid.lower in self.undone, row


def _over(row: EnrolmentTier, day: date) -> bool:
    return row.valid.upper is not None and bool(row.valid.upper <= day)


@pytest.mark.django_db
@settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(steps=st.lists(STEPS, min_size=5, max_size=20))
def test_the_history_of_tiers_has_no_gap_no_overlap_and_no_silent_change(
    world: World, steps: list[tuple[Any, ...]]
) -> None:
    with undone():
        ask(world.program, silver=[*SILVER, TECHNICAL], gold=[*GOLD, TECHNICAL])
        life = Life(world, training(world.program, world.vendor_admin))
        for step in steps:
            # What is refused has changed nothing.
            try:
                with transaction.atomic():
                    life.take(step)
            except DomainError:
                pass
            life.check()
