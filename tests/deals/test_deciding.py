"""Conflicts, which the vendor alone knows of, and its decision."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal

import pytest

from common.access import Actor
from common.dated import since
from common.models import OutboxMail
from deals import checking, deciding, ending, mails, writing
from deals.deciding import ConflictsLeft, Protection
from deals.models import Conflict, Deal, DealStep, Probe
from deals.moving import MovedOn, NotAllowed, NotPossible
from partners.models import Member
from programs.deciding import deciders
from programs.models import Absence
from tests.deals.projects import (
    act,
    approve,
    checked,
    hospital,
    looked_at,
    of_competitor,
    open_deals,
    protected,
    submitted,
    won,
)
from tests.world import TODAY, World

pytestmark = pytest.mark.django_db
State, Step = Deal.State, DealStep.Step


@pytest.fixture(autouse=True)
def rules(world: World) -> None:
    open_deals(world)


# --- conflicts -------------------------------------------------------------------------------------------------------


def test_the_same_customer_of_another_partner_is_found_with_reasons(world: World) -> None:
    submitted(world)
    later = checked(of_competitor(world, customer_name="Klinikum Elbtal", customer_street=""))
    conflict = Conflict.objects.get()
    assert (conflict.deal, conflict.other.partner) == (later, world.reseller)
    assert conflict.score >= 90
    assert ["same products", True] in conflict.reasons


def test_whoever_was_first_is_the_other_also_when_the_first_is_compared_last(world: World) -> None:
    first = submitted(world)
    later = of_competitor(world)
    checked(later)
    checked(first)
    assert Conflict.objects.get().deal == later


def test_other_products_and_another_time_make_it_less_likely(world: World) -> None:
    submitted(world)
    later = of_competitor(world, products={world.slow_seller.pk: 1}, expected_on=date(2028, 6, 1))
    checked(later)
    reasons = dict(Conflict.objects.get().reasons)
    assert reasons["other products"] is False
    assert reasons["orders expected at quite another time"] is False


def test_a_partners_own_deals_are_no_conflict(world: World) -> None:
    submitted(world)
    checked(submitted(world, title="Once more"))
    assert not Conflict.objects.exists()


@pytest.mark.parametrize("ended", ["refused", "withdrawn", "lost"])
def test_what_has_ended_stands_in_nobodys_way(world: World, ended: str) -> None:
    deal = submitted(world)
    if ended == "refused":
        deciding.refuse(deal=deal, text="No.", act=act(world.channel_manager, deal))
    elif ended == "withdrawn":
        ending.withdraw(deal=deal, text="", act=act(world.reseller_sales, deal))
    else:
        deal = approve(world, deal)
        ending.lose(deal=deal, lost_to=Deal.LostTo.PRICE, text="", act=act(world.reseller_sales, deal))
    checked(of_competitor(world))
    assert not Conflict.objects.exists()


def test_follow_up_business_of_a_won_deal_is_covered_for_thirty_days(world: World) -> None:
    won(world, protected(world))
    later = of_competitor(world)
    checked(later, TODAY + timedelta(days=29))
    assert Conflict.objects.count() == 1
    checked(later, TODAY + timedelta(days=30))
    assert not Conflict.objects.exists()


def test_comparing_again_changes_nothing_and_keeps_what_was_judged(world: World) -> None:
    submitted(world)
    later = checked(of_competitor(world))
    Conflict.objects.update(judged=Conflict.Judged.OTHER)
    before = list(Conflict.objects.values())
    checked(later)
    assert list(Conflict.objects.values()) == before


def test_finding_a_conflict_is_no_change_of_the_deal(world: World) -> None:
    """Else its partner could tell from a refused click that there is one."""
    submitted(world)
    later = of_competitor(world)
    assert checked(later).version == later.version


def test_meeting_somebody_elses_deal_is_remembered_once(world: World) -> None:
    submitted(world)
    later = of_competitor(world)
    checked(later)
    checked(later)
    assert Probe.objects.get().deal == later


@pytest.mark.parametrize("who", ["rival_owner", "reseller_owner", "reseller_sales"])
def test_no_partner_sees_conflicts(world: World, who: str) -> None:
    submitted(world)
    checked(of_competitor(world))
    actor = Actor.of(getattr(world, who))
    assert not Conflict.objects.visible_to(actor).exists()
    assert not Probe.objects.visible_to(actor).exists()
    assert Conflict.objects.visible_to(Actor.of(world.channel_manager)).exists()


def test_after_an_upgrade_standing_deals_are_found_by_the_new_keys(world: World) -> None:
    first, later = checked(submitted(world)), checked(of_competitor(world))
    Conflict.objects.all().delete()
    Deal.objects.update(keys=["of old"], keys_made_by="of old")
    assert checking.renew_keys(today=TODAY, limit=1) == 1
    assert checking.renew_keys(today=TODAY, limit=10) == 1
    assert checking.renew_keys(today=TODAY, limit=10) == 0
    assert set(checking.unchecked()) == {first, later}
    checked(later)
    assert Conflict.objects.get().other == first


# --- deciding --------------------------------------------------------------------------------------------------------


def test_a_protected_deal_has_ninety_days_and_an_update_after_four_weeks(world: World) -> None:
    deal = submitted(world)
    until = deciding.usual_protection(deal, TODAY)
    assert until == TODAY + timedelta(days=90)
    deal = approve(world, deal, until=until)
    assert (deal.state, deal.protected_until) == (State.PROTECTED, until)
    assert deal.update_due_on == TODAY + timedelta(days=28)
    assert OutboxMail.objects.filter(kind=mails.DECIDED).count() == 1


def test_the_later_one_is_not_protected_before_somebody_has_looked_at_the_first(world: World) -> None:
    submitted(world)
    later = of_competitor(world)
    with pytest.raises(ConflictsLeft) as told:
        approve(world, later)
    later.refresh_from_db()
    assert later.state == State.SUBMITTED
    assert [conflict.other.partner for conflict in told.value.conflicts] == [world.reseller]
    assert Conflict.objects.count() == 1


def test_the_first_one_is_protected_while_the_later_waits(world: World) -> None:
    first = submitted(world)
    checked(of_competitor(world))
    assert approve(world, first).state == State.PROTECTED


def test_a_protected_one_stands_before_an_earlier_one(world: World) -> None:
    first = submitted(world)
    later = checked(of_competitor(world))
    approve(world, later, another=looked_at(later))
    Conflict.objects.update(judged=Conflict.Judged.OPEN)
    with pytest.raises(ConflictsLeft):
        approve(world, first)


def test_a_person_may_say_that_it_is_another_project(world: World) -> None:
    submitted(world)
    later = checked(of_competitor(world))
    assert approve(world, later, another=looked_at(later)).state == State.PROTECTED
    assert Conflict.objects.get().judged_by == world.channel_manager


def test_a_conflict_of_others_cannot_be_judged_along_the_way(world: World) -> None:
    submitted(world)
    later = checked(of_competitor(world))
    stranger = submitted(world, customer_name="Stadtwerke Kiel", customer_city="Kiel", customer_domain="")
    approve(world, stranger, another=looked_at(later))
    assert Conflict.objects.get().judged == Conflict.Judged.OPEN


def test_a_duplicate_says_one_fixed_sentence_and_names_nobody(world: World) -> None:
    first = approve(world, submitted(world))
    later = checked(of_competitor(world))
    deciding.mark_duplicate(deal=later, other=first, act=act(world.channel_manager, later))
    mail = OutboxMail.objects.get(kind=mails.DECIDED, recipient=world.rival_owner)
    assert "This project is already protected." in mail.text
    for word in (world.reseller.name, world.reseller.number, first.title, world.reseller_sales.name):
        assert word == later.title or word not in mail.text + mail.html
    assert later.steps.last().text == ""  # type: ignore[union-attr]


def test_only_a_standing_deal_of_another_partner_makes_a_duplicate(world: World) -> None:
    later = of_competitor(world)
    own = of_competitor(world, title="Own")
    with pytest.raises(NotPossible):
        deciding.mark_duplicate(deal=later, other=own, act=act(world.channel_manager, later))
    refused = submitted(world)
    deciding.refuse(deal=refused, text="No.", act=act(world.channel_manager, refused))
    with pytest.raises(NotPossible):
        deciding.mark_duplicate(deal=later, other=refused, act=act(world.channel_manager, later))


def test_while_the_partner_is_asked_the_clock_stands_and_begins_anew_with_its_answer(world: World) -> None:
    deal = submitted(world)
    asked = deciding.ask_back(deal=deal, text="Which floor?", act=act(world.channel_manager, deal))
    assert (asked.state, asked.due_on) == (State.ASKED_BACK, None)
    day = TODAY + timedelta(days=7)
    replied = writing.reply(deal=asked, text="The third.", act=act(world.reseller_owner, asked, day=day))
    assert (replied.state, replied.due_on) == (State.SUBMITTED, day + timedelta(days=2))


@pytest.mark.parametrize("who", ["vendor_finance", "rival_channel_manager", "reseller_owner", "platform_admin"])
def test_nobody_else_decides(world: World, who: str) -> None:
    deal = submitted(world)
    with pytest.raises(NotAllowed):
        approve(world, deal, by=getattr(world, who))


def test_nobody_decides_about_the_company_they_work_for(world: World) -> None:
    Member.objects.create(partner=world.reseller, user=world.channel_manager, role=Member.Role.TECHNICIAN)
    with pytest.raises(NotAllowed):
        approve(world, submitted(world))


def test_who_entered_a_deal_does_not_decide_it_by_a_second_login_either(world: World) -> None:
    deal = submitted(world, by=world.channel_manager)
    type(world.vendor_admin).objects.filter(pk=world.vendor_admin.pk).update(second_of=world.channel_manager)
    with pytest.raises(NotAllowed):
        approve(world, deal, by=world.vendor_admin)


def test_a_decision_about_an_older_version_is_refused(world: World) -> None:
    deal = submitted(world)
    writing.change(deal=deal, written=hospital(world, expected_value=Decimal(1)), act=act(world.reseller_sales, deal))
    with pytest.raises(MovedOn):
        approve(world, deal)


@pytest.mark.parametrize("days", [0, -1, 731])
def test_protection_ends_after_today_and_within_two_years(world: World, days: int) -> None:
    deal = submitted(world)
    with pytest.raises(NotPossible):
        deciding.approve(
            deal=deal,
            protection=Protection(TODAY + timedelta(days=days)),
            text="",
            act=act(world.channel_manager, deal),
        )


# --- absence ---------------------------------------------------------------------------------------------------------


def test_while_somebody_is_away_the_deputy_is_told(world: World) -> None:
    Absence.objects.create(
        vendor=world.vendor, person=world.channel_manager, deputy=world.vendor_admin,
        valid=since(TODAY, TODAY + timedelta(days=7)),
    )  # fmt: skip
    assert deciders(world.vendor.pk, on=TODAY) == [world.vendor_admin]
    assert deciders(world.vendor.pk, on=TODAY + timedelta(days=7)) == [world.channel_manager]
    submitted(world)
    assert OutboxMail.objects.get().recipient == world.vendor_admin


def test_a_deputy_who_is_away_or_gone_stands_in_for_nobody(world: World) -> None:
    days = since(TODAY, TODAY + timedelta(days=7))
    Absence.objects.create(vendor=world.vendor, person=world.channel_manager, deputy=world.rival_owner, valid=days)
    assert deciders(world.vendor.pk, on=TODAY) == [world.channel_manager]
