"""Ways around the rules of deals that look harmless step by step: what was judged, decided or proven."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils.timezone import localdate

from common.access import Actor
from common.models import User
from common.proofs import Proof
from deals import ending, lapsing, writing
from deals.deciding import ConflictsLeft
from deals.ending import Order
from deals.models import Conflict, Deal, DealFile, Opening
from deals.moving import Act, MovedOn, NotAllowed, NotPossible, fetched
from deals.tasks import check_deal
from tests.deals.projects import (
    NOW,
    act,
    approve,
    asked_for_longer,
    checked,
    drafted,
    hospital,
    looked_at,
    of_competitor,
    open_deals,
    protected,
    submitted,
    won,
)
from tests.invoices.populated import uploaded
from tests.rendering import words
from tests.world import TODAY, World

pytestmark = pytest.mark.django_db
State = Deal.State


@pytest.fixture(autouse=True)
def rules(world: World) -> None:
    open_deals(world, most_a_day=50)


# --- what was judged -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("who_changes", ["later", "earlier"])
def test_what_was_judged_is_open_again_when_one_of_the_two_names_another_customer(
    world: World, who_changes: str
) -> None:
    earlier = submitted(world, customer_name="Klinik Elbtal Reha GmbH")
    later = checked(of_competitor(world, customer_name="Klinik Elbtal GmbH"))
    Conflict.objects.update_or_create(
        deal=later,
        other=earlier,
        defaults={"score": 70, "found_at": NOW, "judged": "other", "judged_by": world.channel_manager},
    )
    changed, by = (later, world.rival_owner) if who_changes == "later" else (earlier, world.reseller_sales)
    same_as = earlier if who_changes == "later" else later
    written = hospital(world, customer_name=same_as.customer_name)
    writing.change(deal=changed, written=written, act=act(by, changed))
    with pytest.raises(ConflictsLeft):
        approve(world, fetched(later.pk))


def test_what_was_judged_of_other_products_is_open_again_when_a_protected_deal_gets_the_same(world: World) -> None:
    """Else two partners are protected for one project that was two when somebody looked."""
    theirs = approve(world, of_competitor(world))
    mine = checked(submitted(world, products={world.slow_seller.pk: 3}))
    mine = approve(world, mine, another=looked_at(mine))
    changed = writing.change(
        deal=mine, written=hospital(world, products={world.topseller.pk: 40}), act=act(world.reseller_sales, mine)
    )
    assert (changed.state, changed.checked_at) == (State.PROTECTED, None)
    check_deal(changed.pk)
    conflict = Conflict.objects.get(deal=mine, other=theirs)
    assert conflict.judged == Conflict.Judged.OPEN
    assert ["same products", True] in conflict.reasons


def test_a_tick_for_a_customer_that_was_written_anew_meanwhile_is_none(world: World) -> None:
    """The row of the two deals stays, and what was ticked on it was said of what stood there before."""
    earlier = submitted(world, customer_street="")
    later = checked(of_competitor(world))
    ticked = looked_at(later)
    assert ticked
    writing.change(deal=earlier, written=hospital(world), act=act(world.reseller_sales, earlier))
    with pytest.raises(ConflictsLeft):
        approve(world, later, another=ticked)
    assert Conflict.objects.get().judged == Conflict.Judged.OPEN
    assert approve(world, later, another=looked_at(later)).state == State.PROTECTED


def test_another_quantity_leaves_what_was_judged(world: World) -> None:
    approve(world, of_competitor(world))
    mine = checked(submitted(world))
    mine = approve(world, mine, another=looked_at(mine))
    writing.change(
        deal=mine, written=hospital(world, products={world.topseller.pk: 41}), act=act(world.reseller_sales, mine)
    )
    assert Conflict.objects.get().judged == Conflict.Judged.OTHER


def test_another_day_of_the_order_is_compared_anew(world: World) -> None:
    mine = checked(submitted(world))
    written = hospital(world, expected_on=date(2028, 6, 1))
    assert writing.change(deal=mine, written=written, act=act(world.reseller_sales, mine)).checked_at is None


def test_the_vendor_reads_which_products_of_a_protected_deal_were_replaced(
    world: World, signed_in: Callable[[User], Client]
) -> None:
    deal = protected(world)
    written = hospital(world, products={world.slow_seller.pk: 3})
    writing.change(deal=deal, written=written, act=act(world.reseller_sales, deal))
    url = reverse("deals:vendor-deal", args=[world.vendor.slug, deal.partner.number, deal.number])
    text = words(signed_in(world.channel_manager).get(url).content.decode())
    assert f"Products: 3 × {world.slow_seller.name} instead of 40 × {world.topseller.name}" in text


# --- longer protection that nobody has decided yet -------------------------------------------------------------------


def test_who_waits_for_longer_protection_stays_in_the_way_of_others(world: World) -> None:
    open_deals(world, update_days=365)
    first = protected(world)
    asked_for_longer(world, first, day=TODAY + timedelta(days=89))
    day = TODAY + timedelta(days=91)
    lapsing.look_after(today=day, now=NOW)
    assert fetched(first.pk).state == State.PROTECTED
    later = of_competitor(world)
    with pytest.raises(ConflictsLeft):
        approve(world, later, day=day)


# --- two tabs --------------------------------------------------------------------------------------------------------


def test_two_tabs_of_one_person_do_not_overwrite_each_other(world: World) -> None:
    deal = submitted(world)
    first = hospital(world, title="Telefonie Haus C")
    writing.change(deal=deal, written=first, act=act(world.reseller_sales, deal))
    second = hospital(world, products={world.slow_seller.pk: 3})
    with pytest.raises(MovedOn):
        writing.change(deal=deal, written=second, act=act(world.reseller_sales, deal))
    assert writing.written_of(fetched(deal.pk)) == first


# --- who entered it --------------------------------------------------------------------------------------------------


def test_who_sends_what_a_colleague_at_the_vendor_began_does_not_decide_it(world: World) -> None:
    begun = writing.begin(enrolment=world.enrolment, written=hospital(world), act=act(world.channel_manager))
    sent = writing.submit(deal=begun, act=act(world.vendor_admin, begun))
    for who in (world.channel_manager, world.vendor_admin):
        with pytest.raises(NotAllowed):
            approve(world, sent, by=who)


def test_who_only_edits_what_a_colleague_at_the_vendor_enters_does_not_decide_it(
    world: World, signed_in: Callable[[User], Client]
) -> None:
    begun = writing.begin(enrolment=world.enrolment, written=hospital(world, title=""), act=act(world.channel_manager))
    saved = writing.save(deal=begun, written=hospital(world), act=act(world.vendor_admin, begun))
    sent = writing.submit(deal=saved, act=act(world.channel_manager, saved))
    with pytest.raises(NotAllowed):
        approve(world, sent, by=world.vendor_admin)
    assert signed_in(world.vendor_admin).get("/vendor/lenovo/deals/").context["next_url"] == ""


def test_who_attaches_something_to_what_a_colleague_enters_does_not_decide_it(world: World) -> None:
    begun = writing.begin(enrolment=world.enrolment, written=hospital(world), act=act(world.channel_manager))
    writing.attach(deal=begun, proof=Proof("offer.pdf", b"%PDF-1.7"), act=act(world.vendor_admin, begun))
    sent = writing.submit(deal=begun, act=act(world.channel_manager, begun))
    with pytest.raises(NotAllowed):
        approve(world, sent, by=world.vendor_admin)


def test_who_only_looks_at_what_a_colleague_enters_may_decide_it(world: World) -> None:
    begun = writing.begin(enrolment=world.enrolment, written=hospital(world), act=act(world.channel_manager))
    same = writing.save(deal=begun, written=hospital(world), act=act(world.vendor_admin, begun))
    sent = writing.submit(deal=same, act=act(world.channel_manager, same))
    assert approve(world, sent, by=world.vendor_admin).state == State.PROTECTED


def test_nothing_is_attached_for_the_partner_after_the_vendor_has_sent_it(world: World) -> None:
    begun = writing.begin(enrolment=world.enrolment, written=hospital(world), act=act(world.channel_manager))
    writing.submit(deal=begun, act=act(world.channel_manager, begun))
    proof = Proof("offer.pdf", b"%PDF-1.7")
    with pytest.raises(NotAllowed):
        writing.attach(deal=begun, proof=proof, act=act(world.channel_manager, begun))


# --- openings --------------------------------------------------------------------------------------------------------


def test_who_loads_only_an_attachment_of_a_protected_deal_is_recorded(
    world: World, signed_in: Callable[[User], Client]
) -> None:
    deal = protected(world)
    kept = DealFile.objects.create(
        deal=deal, file_name="offer.pdf", content=b"%PDF-1.7", sha256="0" * 64, added_by=world.reseller_sales, at=NOW
    )
    url = reverse("deals:vendor-deal-file", args=[world.vendor.slug, deal.partner.number, deal.number, kept.pk])
    assert signed_in(world.channel_manager).get(url).status_code == 200
    assert Opening.objects.get().person == world.channel_manager


# --- an order reported twice -----------------------------------------------------------------------------------------


def test_an_order_that_is_reported_otherwise_in_a_second_tab_is_not_taken_for_a_double_click(world: World) -> None:
    deal = protected(world)
    lines = tuple(ending.lines_for(deal).values_list("pk", flat=True)[:1])
    report = act(world.reseller_sales, deal)
    ending.win(deal=deal, order=Order(on=TODAY, value=Decimal("23500.00"), lines=lines), text="", act=report)
    again = ending.win(deal=deal, order=Order(on=TODAY, value=Decimal("23500.00"), lines=lines), text="", act=report)
    assert again.state == State.WON
    with pytest.raises(MovedOn):
        ending.win(deal=deal, order=Order(on=TODAY, value=Decimal("99000.00"), lines=lines), text="", act=report)


def test_a_second_click_that_names_other_proofs_is_told_and_adds_nothing(world: World) -> None:
    deal = protected(world)
    first, second = ending.lines_for(deal).values_list("pk", flat=True)[:2]
    report = act(world.reseller_sales, deal)
    won = ending.win(deal=deal, order=Order(on=TODAY, value=Decimal(1), lines=[first]), text="", act=report)
    with pytest.raises(MovedOn):
        ending.win(deal=deal, order=Order(on=TODAY, value=Decimal(1), lines=[second]), text="", act=report)
    addition = act(world.reseller_sales, won)
    ending.prove(deal=won, lines=[second], invoices=[], act=addition)
    assert ending.prove(deal=won, lines=[second], invoices=[], act=addition).proofs.count() == 2
    invoice = uploaded(world)[0]
    with pytest.raises(MovedOn):
        ending.prove(deal=won, lines=[], invoices=[invoice.pk], act=addition)


def test_the_partner_is_locked_before_the_deal_when_it_is_won(world: World) -> None:
    """As whoever sends another one does; the other way round each would wait for the other."""
    deal = protected(world)
    lines = tuple(ending.lines_for(deal).values_list("pk", flat=True)[:1])
    with CaptureQueriesContext(connection) as made:
        won(world, deal, lines=lines)
    said = [query["sql"] for query in made]
    partner = next(at for at, sql in enumerate(said) if "partners_partner" in sql and "FOR NO KEY UPDATE" in sql)
    assert partner < next(at for at, sql in enumerate(said) if sql.startswith('UPDATE "deals_deal"'))


@pytest.mark.parametrize("page", ["won", "lost", "withdraw", "update", "extend", "proof", "reply"])
def test_a_form_about_what_was_sent_does_nothing_with_a_draft(
    world: World, signed_in: Callable[[User], Client], page: str
) -> None:
    deal = drafted(world)
    answer = signed_in(world.reseller_sales).post(f"/partner/2B3C4D5F/deals/1/{page}/", {"seen": deal.version})
    assert answer["Location"] == "/partner/2B3C4D5F/deals/1/"
    assert fetched(deal.pk).state == State.DRAFT


# --- midnight --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("midnight", [datetime(2027, 3, 27, 23, tzinfo=UTC), datetime(2027, 10, 30, 22, tzinfo=UTC)])
def test_the_daily_limit_begins_anew_at_the_portals_midnight_also_when_clocks_change(
    world: World, midnight: datetime
) -> None:
    """Both nights are that of a Sunday on which the clocks change, in Berlin; days of UTC begin later."""
    open_deals(world, most_a_day=1)

    def send(at: datetime, title: str) -> Deal:
        day = localdate(at)
        begun = Act(Actor.of(world.reseller_sales), at, day, 0)
        draft = writing.begin(enrolment=world.enrolment, written=hospital(world, title=title), act=begun)
        return writing.submit(deal=draft, act=replace(begun, seen=draft.version))

    send(midnight - timedelta(minutes=1), "Late")
    assert send(midnight + timedelta(minutes=1), "Early").state == State.SUBMITTED
    with pytest.raises(NotPossible):
        send(midnight + timedelta(hours=22), "Late again")


def test_reminders_and_the_end_come_on_days_of_their_own_in_a_leap_year(world: World) -> None:
    begin = date(2028, 2, 1)
    deal = approve(world, submitted(world, day=begin), day=begin)
    told = []
    for number in range(40):
        day = begin + timedelta(days=number)
        before = deal.steps.count()
        lapsing.look_after(today=day, now=NOW)
        told += [day] * (deal.steps.count() - before)
    assert told == [date(2028, 2, 22), date(2028, 2, 28), date(2028, 3, 1)]
    assert fetched(deal.pk).state == State.LAPSED
