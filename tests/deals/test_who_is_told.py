"""Who at the vendor is told that a deal waits: somebody who may decide about it, whoever is away or has entered it."""

from __future__ import annotations

from datetime import timedelta

import pytest

from common.access import CHANNEL_MANAGER
from common.dated import since
from common.models import OutboxMail, User
from deals import lapsing, mails, protecting
from deals.models import Deal, DealStep
from partners.models import Member
from programs.models import Absence, VendorStaff
from tests.deals.projects import NOW, act, asked_for_longer, open_deals, protected, submitted
from tests.people import staff_of
from tests.world import TODAY, World

pytestmark = pytest.mark.django_db
OVERDUE = TODAY + timedelta(days=5)


@pytest.fixture(autouse=True)
def rules(world: World) -> None:
    open_deals(world)


def away(world: World, person: User, deputy: User | None) -> None:
    days = since(TODAY - timedelta(days=2), TODAY + timedelta(days=30))
    Absence.objects.create(vendor=world.vendor, person=person, deputy=deputy, valid=days)


def told(kind: str = mails.WAITS) -> list[User]:
    return [mail.recipient for mail in OutboxMail.objects.filter(kind=kind).order_by("recipient")]


def test_the_only_channel_manager_is_not_asked_about_what_they_entered_but_an_admin(world: World) -> None:
    submitted(world, by=world.channel_manager)
    assert told() == [world.vendor_admin]


def test_a_deputy_who_entered_the_deal_stands_in_for_nobody_about_it(world: World) -> None:
    deputy = staff_of(world.vendor, "deputy", CHANNEL_MANAGER)
    away(world, world.channel_manager, deputy)
    submitted(world, by=deputy)
    assert told() == [world.vendor_admin]


def test_who_works_for_the_partner_is_not_asked(world: World) -> None:
    other = staff_of(world.vendor, "other", CHANNEL_MANAGER)
    Member.objects.create(partner=world.reseller, user=world.channel_manager, role=Member.Role.TECHNICIAN)
    submitted(world)
    assert told() == [other]


def test_where_nobody_may_decide_all_are_told_that_it_waits(world: World) -> None:
    for user in (world.channel_manager, world.vendor_admin):
        Member.objects.create(partner=world.reseller, user=user, role=Member.Role.TECHNICIAN)
    submitted(world)
    lapsing.look_after(today=OVERDUE, now=NOW + timedelta(days=5))
    assert (told(), told(mails.OVERDUE)) == ([world.channel_manager], [world.channel_manager])


def test_deputies_in_a_circle_are_both_told(world: World) -> None:
    other = staff_of(world.vendor, "other", CHANNEL_MANAGER)
    away(world, world.channel_manager, other)
    away(world, other, world.channel_manager)
    submitted(world)
    assert told() == [world.channel_manager, other]


def test_a_deputy_who_does_not_decide_any_more_stands_in_for_nobody(world: World) -> None:
    away(world, world.channel_manager, world.vendor_admin)
    VendorStaff.objects.filter(user=world.vendor_admin).update(role=VendorStaff.Role.FINANCE)
    submitted(world)
    assert told() == [world.channel_manager]


def test_the_deputy_of_an_admin_who_is_away_is_told_what_is_overdue(world: World) -> None:
    away(world, world.vendor_admin, world.channel_manager)
    submitted(world)
    lapsing.look_after(today=OVERDUE, now=NOW + timedelta(days=5))
    assert told(mails.OVERDUE) == [world.channel_manager]


def test_an_overdue_answer_about_longer_protection_is_told_to_the_admins_once(world: World) -> None:
    deal = submitted(world)
    lapsing.look_after(today=OVERDUE, now=NOW)
    assert told(mails.OVERDUE) == [world.vendor_admin]
    deal = protected(world, title="Another")
    Deal.objects.filter(pk=deal.pk).update(escalated_at=NOW)
    asked_for_longer(world, deal)
    for _tick in range(3):
        lapsing.look_after(today=OVERDUE, now=NOW)
    assert told(mails.OVERDUE) == [world.vendor_admin] * 2
    assert deal.steps.filter(step=DealStep.Step.ESCALATED).count() == 1
    mail = OutboxMail.objects.filter(kind=mails.OVERDUE).latest("pk")
    assert "It was due on 18 November 2026, and" in mail.text


def test_an_answer_in_time_escalates_nothing(world: World) -> None:
    deal = protected(world)
    extension = asked_for_longer(world, deal)
    deal.refresh_from_db()
    protecting.decide_extension(extension=extension, granted=True, text="", act=act(world.channel_manager, deal))
    lapsing.look_after(today=OVERDUE, now=NOW)
    assert told(mails.OVERDUE) == []
