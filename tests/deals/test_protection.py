"""Updates, reminders, lapsing, longer protection, and overdue decisions, with the clock moved day by day."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from django.db import IntegrityError, transaction

from common.access import PARTNER, Actor
from common.models import OutboxMail
from common.registry import Area
from deals import describing, lapsing, mails, protecting
from deals.models import Deal, DealStep, Extension
from deals.moving import MovedOn, NotAllowed, NotPossible, fetched
from deals.pages import waiting
from deals.vendor_page import next_step
from tests.deals.projects import NOW, act, approve, asked_for_longer, open_deals, protected, submitted
from tests.world import TODAY, World

pytestmark = pytest.mark.django_db
State, Step, Lapse = Deal.State, DealStep.Step, Deal.Lapse


@pytest.fixture(autouse=True)
def rules(world: World) -> None:
    open_deals(world)


def look(day: date, times: int = 1) -> None:
    for _time in range(times):
        lapsing.look_after(today=day, now=NOW + (day - TODAY))


def days(first: int, last: int) -> None:
    for number in range(first, last + 1):
        look(TODAY + timedelta(days=number), times=2)


def steps(deal: Deal) -> list[tuple[str, int]]:
    return [
        (step.step, (step.at.date() - TODAY).days) for step in deal.steps.exclude(step__in=["submitted", "approved"])
    ]


def test_two_reminders_then_it_lapses_each_once(world: World) -> None:
    deal = protected(world)
    days(1, 40)
    assert steps(deal) == [(Step.REMINDED, 21), (Step.REMINDED, 27), (Step.LAPSED, 29)]
    deal.refresh_from_db()
    assert (deal.state, deal.lapse, deal.ended_on) == (State.LAPSED, Lapse.NO_UPDATE, TODAY + timedelta(days=29))
    assert OutboxMail.objects.filter(kind=mails.REMINDER).count() == 2
    assert OutboxMail.objects.filter(kind=mails.LAPSED).count() == 1


def test_an_update_begins_the_four_weeks_anew(world: World) -> None:
    deal = protected(world)
    days(1, 27)
    day = TODAY + timedelta(days=28)
    deal = fetched(deal.pk)
    protecting.update(deal=deal, text="Offer sent.", act=act(world.reseller_owner, deal, day=day))
    days(28, 48)
    assert steps(deal) == [(Step.REMINDED, 21), (Step.REMINDED, 27), (Step.UPDATED, 28)]
    days(49, 49)
    assert steps(deal)[-1] == (Step.REMINDED, 49)


def test_nothing_lapses_without_two_reminders_however_long_nobody_looked(world: World) -> None:
    deal = protected(world)
    days(60, 63)
    assert steps(deal) == [(Step.REMINDED, 60), (Step.REMINDED, 61), (Step.LAPSED, 62)]


def test_protection_ends_on_its_day_also_with_updates(world: World) -> None:
    deal = protected(world)
    for number in (20, 40, 60, 80):
        deal = fetched(deal.pk)
        protecting.update(
            deal=deal, text="On.", act=act(world.reseller_sales, deal, day=TODAY + timedelta(days=number))
        )
    assert steps(deal)[-1] == (Step.UPDATED, 80)
    days(81, 89)
    assert fetched(deal.pk).state == State.PROTECTED
    days(90, 92)
    deal = fetched(deal.pk)
    assert (deal.state, deal.lapse) == (State.LAPSED, Lapse.EXPIRED)
    assert deal.steps.filter(step=Step.LAPSED).count() == 1


def near_its_end(world: World) -> Deal:
    """Every update was written, the last one ten days before the protection ends."""
    deal = protected(world)
    for number in (20, 40, 60, 80):
        deal = fetched(deal.pk)
        day = TODAY + timedelta(days=number)
        deal = protecting.update(deal=deal, text="On.", act=act(world.reseller_sales, deal, day=day))
    return deal


def test_no_update_is_due_after_the_last_day_of_protection(world: World) -> None:
    deal = near_its_end(world)
    assert deal.update_due_on == deal.last_day == TODAY + timedelta(days=89)
    short = approve(world, submitted(world, title="Short"), until=TODAY + timedelta(days=10))
    assert short.update_due_on == TODAY + timedelta(days=9)


def test_before_the_protection_ends_it_is_reminded_of_that_and_no_update_is_asked_for(world: World) -> None:
    deal = near_its_end(world)
    OutboxMail.objects.all().delete()
    days(81, 90)
    assert steps(deal)[4:] == [(Step.REMINDED, 82), (Step.REMINDED, 88), (Step.LAPSED, 90)]
    assert fetched(deal.pk).lapse == Lapse.EXPIRED
    for mail in OutboxMail.objects.filter(kind=mails.REMINDER):
        assert "ask for longer protection" in mail.text
        assert "Without an update" not in mail.text


def test_who_writes_in_the_last_days_is_told_of_the_end_once(world: World) -> None:
    deal = near_its_end(world)
    days(81, 83)
    deal = fetched(deal.pk)
    protecting.update(deal=deal, text="On.", act=act(world.reseller_sales, deal, day=TODAY + timedelta(days=84)))
    late = protected(world, title="Late")
    Deal.objects.filter(pk=late.pk).update(update_due_on=TODAY + timedelta(days=84))
    late = fetched(late.pk)
    protecting.update(deal=late, text="On.", act=act(world.reseller_sales, late, day=TODAY + timedelta(days=84)))
    days(84, 89)
    assert steps(deal)[-2:] == [(Step.UPDATED, 84), (Step.REMINDED, 88)]
    assert steps(late) == [(Step.UPDATED, 84), (Step.REMINDED, 88)]


def test_a_page_asks_for_an_update_only_where_one_is_due_before_the_end(world: World) -> None:
    deal = protected(world)
    assert "next update by" in describing.situation(deal, TODAY)
    assert "next update is due" in next_step(deal, TODAY)
    deal = near_its_end(world)
    day = TODAY + timedelta(days=80)
    assert "ask for longer protection" in describing.situation(deal, day)
    assert "no other update is due" in next_step(deal, day)
    extension = asked_for_longer(world, deal, day=day)
    said = describing.situation(fetched(deal.pk), day, extension)
    assert "until then it does not end" in said
    assert "next update" not in said


def test_what_waits_near_the_end_is_named_once(world: World) -> None:
    near_its_end(world)
    area = Area(PARTNER, world.reseller.pk, world.reseller.number, world.reseller.name, "")
    waits = [str(each.label) for each in waiting(area, Actor.of(world.reseller_sales), TODAY + timedelta(days=85))]
    assert waits == ["The protection of a deal ends soon"]


def test_while_the_vendor_thinks_about_longer_protection_no_update_is_missed(world: World) -> None:
    deal = near_its_end(world)
    extension = asked_for_longer(world, deal, day=TODAY + timedelta(days=85))
    days(86, 100)
    deal = fetched(deal.pk)
    assert deal.state == State.PROTECTED
    assert Step.REMINDED not in dict(steps(deal)), "nobody is reminded to ask for what they have asked for"
    day = TODAY + timedelta(days=100)
    made = protecting.decide_extension(
        extension=extension, granted=True, text="", act=act(world.channel_manager, deal, day=day)
    )
    assert made.update_due_on == day + timedelta(days=28)


def test_the_database_takes_no_update_after_the_end(world: World) -> None:
    deal = protected(world)
    with pytest.raises(IntegrityError), transaction.atomic():
        Deal.objects.filter(pk=deal.pk).update(update_due_on=deal.protected_until)


def test_who_asks_in_time_for_longer_protection_keeps_it_until_it_is_decided(world: World) -> None:
    deal = protected(world)
    extension = asked_for_longer(world, deal, day=TODAY + timedelta(days=20))
    days(90, 91)
    deal = fetched(deal.pk)
    assert deal.state == State.PROTECTED
    day = TODAY + timedelta(days=92)
    made = protecting.decide_extension(
        extension=extension, granted=True, text="", act=act(world.channel_manager, deal, day=day)
    )
    assert made.protected_until == day + timedelta(days=60)


def test_longer_protection_is_added_to_what_is_left(world: World) -> None:
    deal = protected(world)
    extension = asked_for_longer(world, deal)
    deal = fetched(deal.pk)
    made = protecting.decide_extension(extension=extension, granted=True, text="", act=act(world.channel_manager, deal))
    assert made.protected_until == TODAY + timedelta(days=90 + 60)
    assert OutboxMail.objects.filter(kind=mails.DECIDED, subject__contains="longer").count() == 1


def test_a_refused_extension_says_why_and_leaves_the_day(world: World) -> None:
    deal = protected(world)
    extension = asked_for_longer(world, deal)
    deal = fetched(deal.pk)
    with pytest.raises(NotPossible):
        protecting.decide_extension(extension=extension, granted=False, text=" ", act=act(world.channel_manager, deal))
    made = protecting.decide_extension(
        extension=extension, granted=False, text="Sold out.", act=act(world.channel_manager, deal)
    )
    assert made.protected_until == TODAY + timedelta(days=90)
    extension.refresh_from_db()
    assert (extension.state, extension.answer) == (Extension.State.REFUSED, "Sold out.")


def test_only_one_request_is_open_at_a_time(world: World) -> None:
    deal = protected(world)
    asked_for_longer(world, deal)
    deal = fetched(deal.pk)
    with pytest.raises(NotPossible):
        protecting.ask_extension(deal=deal, text="Please.", act=act(world.reseller_owner, deal))


def test_an_extension_is_decided_once(world: World) -> None:
    deal = protected(world)
    extension = asked_for_longer(world, deal)
    deal = fetched(deal.pk)
    protecting.decide_extension(extension=extension, granted=True, text="", act=act(world.channel_manager, deal))
    with pytest.raises(MovedOn):
        protecting.decide_extension(extension=extension, granted=False, text="No.", act=act(world.vendor_admin, deal))


@pytest.mark.parametrize("who", ["reseller_technician", "rival_owner", "channel_manager"])
def test_only_the_partners_sales_write_updates(world: World, who: str) -> None:
    deal = protected(world)
    with pytest.raises(NotAllowed):
        protecting.update(deal=deal, text="Hm.", act=act(getattr(world, who), deal))


def test_an_overdue_decision_is_told_to_the_admins_once(world: World) -> None:
    deal = submitted(world)
    days(1, 2)
    assert not OutboxMail.objects.filter(kind=mails.OVERDUE).exists()
    days(3, 6)
    assert OutboxMail.objects.get(kind=mails.OVERDUE).recipient == world.vendor_admin
    assert steps(deal) == [(Step.ESCALATED, 3)]
