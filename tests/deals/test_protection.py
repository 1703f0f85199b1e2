"""Updates, reminders, lapsing, longer protection, and overdue decisions, with the clock moved day by day."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from common.models import OutboxMail
from deals import lapsing, mails, protecting
from deals.models import Deal, DealStep, Extension
from deals.moving import MovedOn, NotAllowed, NotPossible, fetched
from tests.deals.projects import NOW, act, asked_for_longer, open_deals, protected, submitted
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
    days(81, 89)
    assert fetched(deal.pk).state == State.PROTECTED
    days(90, 92)
    deal = fetched(deal.pk)
    assert (deal.state, deal.lapse) == (State.LAPSED, Lapse.EXPIRED)
    assert deal.steps.filter(step=Step.LAPSED).count() == 1


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
