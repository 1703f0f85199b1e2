"""Suspending and ending: what was earned stays owed, what is sold afterwards earns nothing, the other side is told."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.db.utils import ProgrammingError
from django.test import Client

from common.access import Actor
from common.models import OutboxMail, User
from common.periods import Period
from partners import participation, services
from partners.models import EnrolmentStatus, ParticipationStep
from partners.participation import Change, InThePast, MovedOn, NotAllowed, NotPossible, Step
from rebates import closing
from rebates.live import live_figures
from rebates.models import Posting
from tests.rendering import words
from tests.sales.sending import at_once
from tests.world import NOW, TODAY, World, sell

SignedIn = Callable[[User], Client]
END = "/vendor/lenovo/partners/2B3C4D5F/programs/topseller/end/"
LEAVE = "/partner/2B3C4D5F/programs/topseller/leave/"


def change(world: World, step: Step, on: date = TODAY, *, by: User | None = None, **given: Any) -> ParticipationStep:
    last = participation.last_step(world.enrolment)
    wanted = Change(step, on, **{"reason": "As agreed.", "seen": last.pk if last else None, **given})
    return participation.change(
        enrolment=world.enrolment, wanted=wanted, actor=Actor.of(by or world.channel_manager), now=NOW
    )


def leave(world: World, on: date = TODAY, *, by: User | None = None) -> ParticipationStep:
    return participation.leave(
        enrolment=world.enrolment, wanted=Change(Step.ENDED, on), actor=Actor.of(by or world.reseller_owner), now=NOW,
        today=TODAY,
    )  # fmt: skip


def statuses(world: World) -> list[tuple[str, date | None]]:
    rows = EnrolmentStatus.objects.filter(enrolment=world.enrolment).order_by("valid")
    return [(row.status, row.valid_from) for row in rows]


def mails(kind: str) -> list[str]:
    return sorted(OutboxMail.objects.filter(kind=f"participation-{kind}").values_list("address", flat=True))


def earned(world: World, today: date = TODAY) -> Decimal:
    (figure,) = live_figures(enrolments=[world.enrolment], today=today)
    return figure.settlement.amount


def test_a_suspended_partner_earns_nothing_until_it_is_resumed(world: World) -> None:
    change(world, Step.SUSPENDED, date(2026, 11, 1))
    before = earned(world)
    sell(world.reseller, world.topseller, date(2026, 11, 5), "5", "5000.00", distributor=world.distributor,
         document="R-50")  # fmt: skip
    assert earned(world) == before == Decimal("110.00")
    change(world, Step.RESUMED, date(2026, 11, 10))
    sell(world.reseller, world.topseller, date(2026, 11, 12), "1", "1000.00", distributor=world.distributor,
         document="R-51")  # fmt: skip
    assert earned(world) == Decimal("115.00")
    assert [name for name, _day in statuses(world)] == ["active", "suspended", "active"]
    assert mails("suspended") == mails("resumed") == [world.reseller_owner.email]


def test_what_was_earned_until_the_end_is_settled_by_the_ordinary_closing(world: World) -> None:
    change(world, Step.ENDED, date(2026, 11, 1))
    sell(world.reseller, world.topseller, date(2026, 11, 5), "30", "30000.00", distributor=world.distributor,
         document="R-50")  # fmt: skip
    for period in ("2026Q3", "2026Q4"):
        opened = closing.open_closing(
            program=world.program, period=Period.parse(period), today=date(2028, 1, 20), now=NOW
        )
        closing.run(closing_id=opened.pk, now=NOW, chunk=10)
    owed = Posting.objects.filter(entry__partner=world.reseller, account="owed").order_by("pk")
    assert [-each.amount for each in owed] == [Decimal("120.00"), Decimal("110.00")]
    assert mails("ended") == [world.reseller_owner.email]


def test_an_owner_leaves_today_or_later_and_the_vendor_is_told(world: World) -> None:
    with pytest.raises(InThePast):
        leave(world, TODAY - timedelta(days=1))
    step = leave(world, date(2026, 12, 31))
    assert step.by_partner
    assert statuses(world)[-1] == ("ended", date(2026, 12, 31))
    assert mails("left") == [world.channel_manager.email]
    assert mails("ended") == []


@pytest.mark.parametrize("role", ["reseller_finance", "reseller_sales", "rival_owner", "channel_manager"])
def test_only_an_owner_leaves(world: World, role: str) -> None:
    with pytest.raises(NotAllowed):
        leave(world, by=getattr(world, role))


@pytest.mark.parametrize("role", ["vendor_finance", "rival_channel_manager", "reseller_owner", "platform_admin"])
def test_only_channel_managers_and_admins_of_the_vendor_suspend(world: World, role: str) -> None:
    with pytest.raises(NotAllowed):
        change(world, Step.SUSPENDED, by=getattr(world, role))
    assert len(statuses(world)) == 1


def test_nothing_happens_before_the_enrolment_or_from_a_wrong_status(world: World) -> None:
    with pytest.raises(services.BeforeEnrolment):
        change(world, Step.ENDED, date(2025, 12, 31))
    with pytest.raises(NotPossible):
        change(world, Step.RESUMED)
    change(world, Step.ENDED)
    with pytest.raises(NotPossible):
        change(world, Step.SUSPENDED)


def test_a_double_click_counts_once_and_whoever_has_not_read_the_last_step_is_told(world: World) -> None:
    first = change(world, Step.SUSPENDED)
    assert change(world, Step.SUSPENDED, seen=None) == first
    with pytest.raises(MovedOn, match="Channel Manager"):
        change(world, Step.ENDED, seen=None, by=world.vendor_admin)
    assert len(mails("suspended")) == 1


def test_an_end_is_not_undone_by_what_was_planned_before(world: World) -> None:
    change(world, Step.SUSPENDED, date(2026, 12, 1))
    change(world, Step.RESUMED, date(2026, 12, 20))
    change(world, Step.ENDED, TODAY)
    later = EnrolmentStatus.objects.filter(enrolment=world.enrolment, valid__endswith__isnull=True).get()
    assert later.status == "ended"
    assert {name for name, day in statuses(world) if day and day >= TODAY} == {"ended"}


def test_steps_are_facts(world: World) -> None:
    change(world, Step.SUSPENDED)
    with pytest.raises(ProgrammingError):
        ParticipationStep.objects.update(reason="otherwise")


def test_of_two_managers_at_once_one_decides(committed: World) -> None:
    found = at_once(
        lambda: change(committed, Step.SUSPENDED, seen=None),
        lambda: change(committed, Step.ENDED, seen=None, by=committed.vendor_admin),
    )
    assert sorted(type(each).__name__ for each in found) == ["MovedOn", "ParticipationStep"]
    assert ParticipationStep.objects.count() == 1


# --- pages -----------------------------------------------------------------------------------------------------------


def test_the_page_shows_open_money_before_it_ends(world: World, signed_in: SignedIn) -> None:
    page = signed_in(world.channel_manager).get(END)
    shown = [(fact.label, fact.value) for fact in page.context["money"]]
    assert shown == [
        ("Rebate of the running periods so far", "€110.00"),
        ("Earned in ended periods, not settled yet", "€120.00"),
        ("Settled and owed, all programs of Lenovo", "€0.00"),
    ]
    text = words(page.content.decode())
    assert "What was earned until that day stays owed" in text


def test_a_manager_ends_on_the_page_and_sees_it_in_the_history(world: World, signed_in: SignedIn) -> None:
    client = signed_in(world.channel_manager)
    answer = client.post(END, {"on": "2026-11-16", "reason": "No sales for years.", "seen": ""})
    assert answer.status_code == 302
    text = words(client.get("/vendor/lenovo/partners/2B3C4D5F/").content.decode())
    assert "Participation in Top-Seller Loyalty ended on 16" in text
    assert "No sales for years." in text
    assert client.post(END, {"on": "2026-11-16", "reason": "", "seen": ""}).status_code == 422


def test_an_owner_leaves_on_the_page_and_others_see_no_link(world: World, signed_in: SignedIn) -> None:
    owner = signed_in(world.reseller_owner)
    assert LEAVE in owner.get("/partner/2B3C4D5F/programs/").content.decode()
    assert LEAVE not in signed_in(world.reseller_sales).get("/partner/2B3C4D5F/programs/").content.decode()
    assert owner.post(LEAVE, {"on": "2026-11-15", "reason": "", "seen": ""}).status_code == 422
    assert owner.post(LEAVE, {"on": "2026-11-16", "reason": "", "seen": ""}).status_code == 302
    assert statuses(world)[-1][0] == "ended"
    assert LEAVE not in owner.get("/partner/2B3C4D5F/programs/").content.decode()
