"""The assessment: up is proposed, down is announced, nothing changes silently."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta

import pytest

from common.access import Actor
from common.dated import since
from partners.models import Enrolment, EnrolmentStatus, EnrolmentTier
from programs.models import Program, Tier
from tests.tiers.ladder import GOLD, SILVER, ask, moves, revenue, run, tier_on
from tests.world import NOW, TODAY, World, enrol, make_partner
from tiers import deciding
from tiers.assessing import assess_due
from tiers.models import BulkMove, Due, TierMove, TierStanding
from tiers.planning import Step

LATER = TODAY + timedelta(days=90)


@pytest.fixture
def ladder(world: World) -> World:
    """The reseller is Silver since January; what it sold in the third quarter is far from enough for it."""
    ask(world.program, silver=SILVER, gold=GOLD)
    return world


def actor(world: World) -> Actor:
    return Actor.of(world.channel_manager)


def showroom(world: World, until: date | None = None) -> None:
    deciding.check(
        enrolment=world.enrolment, code="showroom", evidence="Seen it", until=until, actor=actor(world), today=TODAY,
        now=NOW,
    )  # fmt: skip


# --- down ------------------------------------------------------------------------------------------------------------


def test_a_tier_that_is_no_longer_met_is_announced_and_kept_for_ninety_days(ladder: World) -> None:
    run(ladder, TODAY)
    move = TierMove.objects.get()
    assert (move.direction, move.state, move.opened_on, move.due_on) == ("fall", "open", TODAY, LATER)
    assert (move.from_tier.code, move.to_tier.code) == ("silver", "registered")  # type: ignore[union-attr]
    run(ladder, LATER - timedelta(days=1))
    assert tier_on(ladder.enrolment, LATER) == "silver"
    run(ladder, LATER)
    assert tier_on(ladder.enrolment, LATER - timedelta(days=1)) == "silver"
    assert tier_on(ladder.enrolment, LATER) == "registered"
    assert moves(ladder.enrolment) == [("fall", "registered", "done")]


def test_a_night_that_was_missed_changes_the_tier_on_the_announced_day_all_the_same(ladder: World) -> None:
    run(ladder, TODAY)
    run(ladder, LATER + timedelta(days=5))
    assert tier_on(ladder.enrolment, LATER - timedelta(days=1)) == "silver"
    assert tier_on(ladder.enrolment, LATER) == "registered"


def test_recovered_in_time_the_notice_is_withdrawn(ladder: World) -> None:
    run(ladder, TODAY)
    revenue(ladder, "100000.00", TODAY, "R-9001")
    run(ladder, TODAY)
    assert moves(ladder.enrolment) == [("fall", "registered", "open")], "today's sales count from tomorrow"
    run(ladder, TODAY + timedelta(days=1))
    assert moves(ladder.enrolment) == [("fall", "registered", "withdrawn")]
    run(ladder, LATER)
    assert tier_on(ladder.enrolment, LATER) == "silver"


def test_what_is_lost_again_gets_the_whole_grace_period_again(ladder: World) -> None:
    run(ladder, TODAY)
    sale = revenue(ladder, "100000.00", TODAY, "R-9001")
    run(ladder, TODAY + timedelta(days=1))
    revenue(ladder, "-100000.00", TODAY, "R-9002")
    assert sale.pk
    run(ladder, TODAY + timedelta(days=2))
    last = TierMove.objects.latest("id")
    assert (last.state, last.due_on) == ("open", TODAY + timedelta(days=92))


def test_without_a_grace_period_the_tier_changes_on_the_day(ladder: World) -> None:
    Program.objects.filter(pk=ladder.program.pk).update(tier_grace_days=0)
    run(ladder, TODAY)
    assert tier_on(ladder.enrolment, TODAY) == "registered"
    assert tier_on(ladder.enrolment, TODAY - timedelta(days=1)) == "silver"


def test_nobody_falls_below_the_lowest_tier(ladder: World) -> None:
    check = {"kind": "manual", "code": "contract", "de": "Vertrag", "en": "A contract"}
    ask(ladder.program, registered=[check], silver=[check], gold=[check])
    run(ladder, TODAY)
    run(ladder, LATER)
    assert tier_on(ladder.enrolment, LATER) == "registered"
    run(ladder, LATER + timedelta(days=1))
    assert moves(ladder.enrolment) == [("fall", "registered", "done")]


# --- up --------------------------------------------------------------------------------------------------------------


def rich(ladder: World, day: date = TODAY - timedelta(days=1)) -> None:
    revenue(ladder, "200000.00", day, "R-9001")
    showroom(ladder)


def test_a_rise_is_proposed_and_carried_out_by_a_channel_manager(ladder: World) -> None:
    rich(ladder)
    run(ladder, TODAY)
    assert moves(ladder.enrolment) == [("rise", "gold", "open")]
    assert tier_on(ladder.enrolment, TODAY) == "silver"
    deciding.accept(move=TierMove.objects.get(), actor=actor(ladder), today=TODAY)
    assert tier_on(ladder.enrolment, TODAY) == "gold"
    assert tier_on(ladder.enrolment, TODAY - timedelta(days=1)) == "silver"
    run(ladder, TODAY)
    assert moves(ladder.enrolment) == [("rise", "gold", "done")]


def test_where_the_program_says_so_partners_rise_at_once(ladder: World) -> None:
    Program.objects.filter(pk=ladder.program.pk).update(tier_rises=Program.Rises.AUTOMATIC)
    rich(ladder)
    assert run(ladder, TODAY).steps == {Step.RISE: 1}
    assert tier_on(ladder.enrolment, TODAY) == "gold"
    assert moves(ladder.enrolment) == [("rise", "gold", "done")]


def test_a_declined_rise_is_not_proposed_again_until_it_was_lost_and_earned_anew(ladder: World) -> None:
    rich(ladder)
    run(ladder, TODAY)
    deciding.decline(move=TierMove.objects.get(), reason="Not yet", actor=actor(ladder), today=TODAY)
    run(ladder, TODAY)
    assert moves(ladder.enrolment) == [("rise", "gold", "declined")]
    revenue(ladder, "-50000.00", TODAY, "R-9002")
    run(ladder, TODAY + timedelta(days=1))
    revenue(ladder, "60000.00", TODAY, "R-9003")
    run(ladder, TODAY + timedelta(days=1))
    assert moves(ladder.enrolment) == [("rise", "gold", "declined"), ("rise", "gold", "open")]


def test_a_proposal_that_is_no_longer_earned_is_withdrawn_and_cannot_be_accepted(ladder: World) -> None:
    rich(ladder)
    run(ladder, TODAY)
    proposal = TierMove.objects.get()
    revenue(ladder, "-50000.00", TODAY - timedelta(days=1), "R-9002")
    run(ladder, TODAY)
    assert moves(ladder.enrolment) == [("rise", "gold", "withdrawn")]
    with pytest.raises(deciding.MovedOn):
        deciding.accept(move=proposal, actor=actor(ladder), today=TODAY)
    assert tier_on(ladder.enrolment, TODAY) == "silver"


def test_a_correction_of_revenue_after_a_rise_is_announced_like_any_loss(ladder: World) -> None:
    Program.objects.filter(pk=ladder.program.pk).update(tier_rises=Program.Rises.AUTOMATIC)
    rich(ladder)
    run(ladder, TODAY)
    revenue(ladder, "-200000.00", TODAY - timedelta(days=1), "R-9002")
    run(ladder, TODAY)
    assert tier_on(ladder.enrolment, TODAY) == "gold"
    assert moves(ladder.enrolment)[-1] == ("fall", "registered", "open")


def test_who_holds_no_tier_gets_what_it_has_earned(ladder: World) -> None:
    EnrolmentTier.objects.filter(enrolment=ladder.enrolment).delete()
    Program.objects.filter(pk=ladder.program.pk).update(tier_rises=Program.Rises.AUTOMATIC)
    run(ladder, TODAY)
    assert tier_on(ladder.enrolment, TODAY) == "registered"


# --- decisions -------------------------------------------------------------------------------------------------------


def decide(world: World, code: str, until: date) -> None:
    deciding.decide(
        enrolment=world.enrolment, tier=Tier.objects.get(program=world.program, code=code), until=until,
        reason="As agreed", actor=actor(world), today=TODAY, now=NOW,
    )  # fmt: skip


def test_a_decision_wins_over_the_assessment_until_its_last_day(ladder: World) -> None:
    run(ladder, TODAY)
    decide(ladder, "gold", TODAY + timedelta(days=200))
    assert tier_on(ladder.enrolment, TODAY) == "gold"
    assert moves(ladder.enrolment) == [("fall", "registered", "overruled")]
    for days in (0, 90, 199):
        run(ladder, TODAY + timedelta(days=days))
    assert tier_on(ladder.enrolment, TODAY + timedelta(days=199)) == "gold"
    assert len(moves(ladder.enrolment)) == 1
    run(ladder, TODAY + timedelta(days=200))
    assert TierMove.objects.latest("id").due_on == TODAY + timedelta(days=290)


def test_a_decision_replaces_the_one_before(ladder: World) -> None:
    decide(ladder, "gold", TODAY + timedelta(days=200))
    decide(ladder, "registered", TODAY + timedelta(days=10))
    assert tier_on(ladder.enrolment, TODAY) == "registered"


def test_only_channel_managers_and_admins_of_the_vendor_decide(ladder: World) -> None:
    run(ladder, TODAY)
    move = TierMove.objects.get()
    for person in (ladder.vendor_finance, ladder.rival_channel_manager, ladder.reseller_owner, ladder.platform_admin):
        with pytest.raises(deciding.NotAllowed):
            deciding.accept(move=move, actor=Actor.of(person), today=TODAY)
        with pytest.raises(deciding.NotAllowed):
            deciding.decide(
                enrolment=ladder.enrolment, tier=move.to_tier, until=LATER, reason="x", actor=Actor.of(person),
                today=TODAY, now=NOW,
            )  # fmt: skip


# --- many at once ----------------------------------------------------------------------------------------------------


def jubilee(world: World, named: Sequence[Enrolment] | None = None) -> BulkMove:
    """All Silver partners become Gold; `named`: whom the preview showed, where that are others."""
    tiers = {tier.code: tier for tier in world.program.tiers.all()}
    if named is None:
        named = deciding.concerned(program=world.program, tiers=[tiers["silver"]], today=TODAY)
    return deciding.move_many(
        program=world.program, tiers=[tiers["silver"]], to_tier=tiers["gold"], until=LATER, reason="Jubilee",
        seen=deciding.named(enrolments=named, to_tier=tiers["gold"], until=LATER), actor=actor(world), today=TODAY,
        now=NOW,
    )  # fmt: skip


def test_all_of_a_tier_are_moved_at_once_and_moved_back(ladder: World) -> None:
    bulk = jubilee(ladder)
    assert tier_on(ladder.enrolment, TODAY) == "gold"
    run(ladder, TODAY)
    assert tier_on(ladder.enrolment, TODAY) == "gold"
    assert deciding.undo_many(bulk=bulk, actor=actor(ladder), today=TODAY) == 1
    assert tier_on(ladder.enrolment, TODAY) == "silver"
    with pytest.raises(deciding.MovedOn):
        deciding.undo_many(bulk=bulk, actor=actor(ladder), today=TODAY)


def test_a_preview_that_is_out_of_date_moves_nobody(ladder: World) -> None:
    """As many as were named, but others."""
    named = deciding.concerned(program=ladder.program, tiers=ladder.program.tiers.filter(code="silver"), today=TODAY)
    EnrolmentTier.objects.filter(enrolment=ladder.enrolment).update(tier=ladder.program.tiers.get(code="registered"))
    other = enrol(make_partner("Neuland IT GmbH", "7K8M9N2P"), ladder.program, tier="silver")
    with pytest.raises(deciding.MovedOn):
        jubilee(ladder, named)
    assert tier_on(other, TODAY) == "silver"
    assert jubilee(ladder).decisions.get().enrolment == other


# --- when ------------------------------------------------------------------------------------------------------------


def test_everybody_is_assessed_once_a_day_and_after_that_only_whom_a_change_concerns(ladder: World) -> None:
    program = Program.objects.get(pk=ladder.program.pk)
    assert assess_due(program=program, today=TODAY).looked_at == 1
    assess_due(program=program, today=TODAY)  # its own changes are looked at once more
    assert assess_due(program=program, today=TODAY).looked_at == 0
    revenue(ladder, "1.00", TODAY, "R-9001")
    assert set(Due.objects.filter(program=program).values_list("program", "enrolment")) == {
        (program.pk, ladder.enrolment.pk)
    }
    assert assess_due(program=program, today=TODAY).looked_at == 1
    assert not Due.objects.filter(program=program).exists()
    assert assess_due(program=program, today=TODAY + timedelta(days=1)).looked_at == 1


def test_who_is_suspended_waits_and_who_has_left_has_nothing_to_wait_for(ladder: World) -> None:
    run(ladder, TODAY)
    EnrolmentStatus.objects.filter(enrolment=ladder.enrolment).update(status=EnrolmentStatus.Status.SUSPENDED)
    run(ladder, LATER)
    assert moves(ladder.enrolment) == [("fall", "registered", "open")]
    EnrolmentStatus.objects.filter(enrolment=ladder.enrolment).update(status=EnrolmentStatus.Status.ENDED)
    run(ladder, LATER)
    assert moves(ladder.enrolment) == [("fall", "registered", "withdrawn")]


def test_standings_say_how_near_the_next_tier_is(ladder: World) -> None:
    revenue(ladder, "5000.00", TODAY - timedelta(days=1), "R-9001")
    run(ladder, TODAY)
    standing = TierStanding.objects.get()
    assert (standing.held.code, standing.earned.code) == ("silver", "registered")  # type: ignore[union-attr]
    assert standing.missing == 2
    assert standing.nearness is not None
    assert 0 < standing.nearness < 1


def test_a_tier_that_asks_for_nothing_is_given_by_people(world: World) -> None:
    run(world, TODAY)
    assert moves(world.enrolment) == []
    tier = Tier.objects.get(program=world.program, code="gold")
    EnrolmentTier.objects.filter(enrolment=world.enrolment).update(tier=tier, valid=since(TODAY))
    run(world, TODAY)
    assert moves(world.enrolment) == []
