"""What holds a closing up until a person has looked: amounts and totals out of bounds; and the check of the ledger."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from decimal import Decimal

import pytest
from django.db import connection
from django.test import Client

from common.access import Actor
from common.models import OutboxMail, User
from common.periods import Period
from rebates import accounts, bounds, checking, closing, tasks
from rebates.late import late_lines
from rebates.ledger import MoneyHalted
from rebates.models import Breach, Closing, ClosingBounds, ClosingItem, Ledger, Settlement
from rebates.rights import NotAllowed
from tests.rendering import read, words
from tests.world import NOW, TODAY, World, enrol, make_partner, sell

SignedIn = Callable[[User], Client]
PAGE = "/vendor/lenovo/closings/topseller/2026Q3/"
BOUNDS = "/vendor/lenovo/closings/topseller/bounds/"
LEDGER = "/vendor/lenovo/ledger/"
Q2, Q3, Q4 = Period.parse("2026Q2"), Period.parse("2026Q3"), Period.parse("2026Q4")
LATER = date(2027, 1, 20)


@pytest.fixture
def manager(world: World, signed_in: SignedIn) -> Client:
    return signed_in(world.channel_manager)


@pytest.fixture
def finance(world: World, signed_in: SignedIn) -> Client:
    return signed_in(world.vendor_finance)


@pytest.fixture(autouse=True)
def no_worker(monkeypatch: pytest.MonkeyPatch) -> None:
    """The broker of the tests has no worker: each test carries its closing on by itself."""
    monkeypatch.setattr(tasks.run_closing, "delay", lambda _pk: None)


def go_on(pk: int) -> Closing:
    return closing.run(closing_id=pk, now=NOW, chunk=10)


def close(world: World, period: Period, today: date = TODAY) -> Closing:
    opened = closing.open_closing(program=world.program, period=period, today=today, now=NOW)
    return go_on(opened.pk)


def bought(world: World, day: date, quantity: str, document: str) -> None:
    sell(world.reseller, world.topseller, day, quantity, None, distributor=world.distributor, document=document)


def bound(world: World, **values: str) -> None:
    ClosingBounds.objects.create(program=world.program, **{name: Decimal(value) for name, value in values.items()})


def actor(user: User) -> Actor:
    return Actor.of(user)


# --- one partner -----------------------------------------------------------------------------------------------------


def test_an_amount_above_the_bound_for_one_partner_is_held_back_and_the_others_are_settled(world: World) -> None:
    other = make_partner("Spreewald IT", "3C4D5F6G")
    enrol(other, world.program, tier="silver")
    sell(other, world.topseller, date(2026, 9, 2), "10", None, distributor=world.distributor, document="S-2")
    bound(world, partner="100.00")
    held = close(world, Q3)
    assert held.state == Closing.State.FROZEN
    parked = held.items.get(state="parked")
    assert (parked.enrolment, parked.cause, parked.found, parked.bound) == (
        world.enrolment,
        "bound",
        Decimal("120.00"),
        Decimal("100.00"),
    )
    assert list(Settlement.objects.values_list("enrolment__partner__name", flat=True)) == ["Spreewald IT"]


def test_an_amount_far_above_what_the_partner_got_before_is_held_back(world: World) -> None:
    bound(world, partner_from="100.00", partner_times="1.5")
    bought(world, date(2026, 5, 5), "14", "S-1")
    assert close(world, Q2).state == Closing.State.SEALED
    held = close(world, Q3)
    parked = held.items.get(state="parked")
    assert (parked.cause, parked.found, parked.bound) == ("jump", Decimal("120.00"), Decimal("105.00"))


def test_a_partner_without_earlier_closings_is_compared_with_nothing(world: World) -> None:
    bound(world, partner_from="100.00", partner_times="1.5")
    assert close(world, Q3).state == Closing.State.SEALED


def test_finance_accepts_an_amount_with_a_reason_and_the_closing_ends(world: World, finance: Client) -> None:
    bound(world, partner="100.00")
    held = close(world, Q3)
    item = held.items.get()
    assert "Would get €120.00; the bound for one partner is €100.00." in read(finance, PAGE)
    path = f"{PAGE}held/{item.pk}/"
    assert "Would get €120.00" in read(finance, path)
    refused = finance.post(path, {"comment": " ", "amount": "120.00"})
    assert refused.status_code == 422
    answer = finance.post(path, {"comment": "A project of 24 units.", "amount": "120.00"}, follow=True)
    assert "Elbtal Systemhaus GmbH is settled." in words(answer.content.decode())
    assert go_on(held.pk).state == Closing.State.SEALED
    assert f"{world.vendor_finance.name}: A project of 24 units. €120.00" in read(finance, PAGE)
    assert finance.get(path).status_code == 302


def test_what_was_accepted_holds_for_that_amount_only(world: World) -> None:
    bound(world, partner="100.00")
    held = close(world, Q3)
    item = held.items.get()

    def accept(amount: str) -> bool:
        return closing.accept(item_id=item.pk, actor=actor(world.vendor_finance), text="Right.", amount=Decimal(amount))

    assert [accept("119.00"), accept("120.00"), accept("120.00")] == [False, True, False]
    ClosingItem.objects.filter(pk=item.pk).update(accepted=Decimal("119.00"))
    assert go_on(held.pk).items.get().state == ClosingItem.State.PARKED


def test_nobody_but_finance_and_admins_decides(world: World, manager: Client) -> None:
    bound(world, partner="100.00")
    held = close(world, Q3)
    item = held.items.get()
    assert "Accept the amount" not in read(manager, PAGE)
    assert manager.post(f"{PAGE}held/{item.pk}/", {"comment": "Right.", "amount": "120.00"}).status_code == 403
    with pytest.raises(NotAllowed):
        closing.accept(item_id=item.pk, actor=actor(world.channel_manager), text="Right.", amount=Decimal("120.00"))
    with pytest.raises(NotAllowed):
        closing.comment(closing_id=held.pk, actor=actor(world.channel_manager), text="Right.", now=NOW)
    with pytest.raises(NotAllowed):
        bounds.change_bounds(program=world.program, actor=actor(world.channel_manager), values={})


# --- the total -------------------------------------------------------------------------------------------------------


def test_a_total_above_its_bound_waits_for_a_reason(world: World, finance: Client) -> None:
    bound(world, total="100.00")
    held = close(world, Q3)
    assert held.state == Closing.State.CALCULATED
    assert go_on(held.pk).state == Closing.State.CALCULATED
    assert "The total of €120.00 is above the bound of €100.00." in read(finance, PAGE)
    path = f"{PAGE}comment/"
    assert finance.post(path, {"comment": ""}).status_code == 422
    answer = finance.post(path, {"comment": "First quarter with the new terms."}, follow=True)
    assert "The period is closed." in words(answer.content.decode())
    held.refresh_from_db()
    assert (held.state, held.total, held.commented_by) == ("sealed", Decimal("120.00"), world.vendor_finance)
    assert finance.get(path).status_code == 302


def test_a_total_far_above_the_last_one_waits_for_a_reason(world: World, manager: Client) -> None:
    bound(world, total_from="100.00", total_times="1.5")
    bought(world, date(2026, 5, 5), "14", "S-1")
    close(world, Q2)
    assert close(world, Q3).state == Closing.State.CALCULATED
    text = read(manager, PAGE)
    assert "The total of €120.00 is far above the €70.00 of the last closing; up to €105.00 is usual." in text
    assert "Finance or a vendor admin can give the reason." in text


def test_the_bounds_are_set_on_a_page_and_what_is_wrong_is_said_at_the_field(finance: Client, world: World) -> None:
    values = {"total": "", "total_times": "2.5", "total_from": "500.00", "partner_times": "4", "partner_from": "100.00"}
    assert finance.post(BOUNDS, {**values, "partner": "-1"}).status_code == 422
    assert not ClosingBounds.objects.exists()
    assert finance.post(BOUNDS, {**values, "partner": "7500.00"}).status_code == 302
    found = bounds.bounds_of(world.program)
    assert (found.total, found.total_times, found.partner) == (None, Decimal("2.5"), Decimal("7500.00"))


# --- by hand ---------------------------------------------------------------------------------------------------------


def test_finance_closes_a_period_before_its_grace_days_are_over(world: World, finance: Client, manager: Client) -> None:
    assert "Close now" in read(finance, PAGE)
    assert "Close now" not in read(manager, PAGE)
    assert manager.post(f"{PAGE}start/").status_code == 403
    assert finance.post(f"{PAGE}start/").status_code == 302
    started = Closing.objects.get()
    assert started.requested_by == world.vendor_finance
    assert go_on(started.pk).state == Closing.State.SEALED
    running = finance.post(PAGE.replace("Q3", "Q4") + "start/", follow=True)
    assert "runs until" in words(running.content.decode())
    assert finance.post(PAGE.replace("2026Q3", "2026-07") + "start/").status_code == 404


def test_the_line_of_states_follows_the_closing_and_stops_when_nothing_moves(world: World, finance: Client) -> None:
    opened = closing.open_closing(program=world.program, period=Q3, today=TODAY, now=NOW)
    closing.freeze(closing_id=opened.pk, now=NOW)
    moving = finance.get(f"{PAGE}progress/")
    assert "HX-Refresh" not in moving
    assert "every 3s" in moving.content.decode()
    assert "0 of 1 partners" in words(moving.content.decode())
    go_on(opened.pk)
    done = finance.get(f"{PAGE}progress/")
    assert done["HX-Refresh"] == "true"
    assert "every 3s" not in done.content.decode()


# --- the check -------------------------------------------------------------------------------------------------------


def break_ledger(statement: str) -> None:
    """As somebody does who owns the tables."""
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        cursor.execute("ALTER TABLE rebates_posting DISABLE TRIGGER USER")
        cursor.execute(statement)
        cursor.execute("ALTER TABLE rebates_posting ENABLE TRIGGER USER")
        cursor.execute("SET CONSTRAINTS ALL DEFERRED")


def test_a_sound_ledger_is_checked_every_hour_and_nothing_is_found(world: World, manager: Client) -> None:
    close(world, Q3)
    assert world.vendor.pk in checking.due(now=NOW)
    assert checking.check(vendor_id=world.vendor.pk, now=NOW) == []
    assert world.vendor.pk not in checking.due(now=NOW)
    assert "Rebates are halted" not in read(manager, LEDGER)
    assert "Check now" not in read(manager, LEDGER)


def test_a_breach_halts_the_money_work_until_it_is_mended_and_finance_says_so(world: World, finance: Client) -> None:
    close(world, Q3)
    break_ledger("UPDATE rebates_posting SET amount = amount - 1 WHERE account = 'owed'")
    found = checking.check(vendor_id=world.vendor.pk, now=NOW)
    assert {breach.rule for breach in found} == {"balanced", "booked"}
    opened = closing.open_closing(program=world.program, period=Q4, today=LATER, now=NOW)
    with pytest.raises(MoneyHalted):
        go_on(opened.pk)
    text = read(finance, LEDGER)
    assert "Rebates are halted since" in text
    assert "2026Q3" in text
    assert "A check of the ledger has found a mistake." in read(finance, PAGE)
    still = finance.post(f"{LEDGER}release/", {"comment": "Looked at."})
    assert still.status_code == 422
    assert "The check still finds mistakes." in words(still.content.decode())

    break_ledger("UPDATE rebates_posting SET amount = amount + 1 WHERE account = 'owed'")
    assert "everything agrees" in words(finance.post(f"{LEDGER}check/", follow=True).content.decode())
    with pytest.raises(MoneyHalted):  # a person says what happened first
        go_on(opened.pk)
    assert finance.post(f"{LEDGER}release/", {"comment": ""}).status_code == 422
    assert finance.post(f"{LEDGER}release/", {"comment": "A backup was restored."}).status_code == 302
    told = OutboxMail.objects.filter(kind="ledger_halted")
    assert set(told.values_list("recipient", flat=True)) == {world.vendor_finance.pk, world.vendor_admin.pk}
    ledger = Ledger.objects.get()
    assert (ledger.halted_at, ledger.released_by) == (None, world.vendor_finance)
    assert not Breach.objects.filter(gone_at=None).exists()
    assert go_on(opened.pk).state == Closing.State.SEALED


def test_the_check_and_the_release_are_for_finance_and_admins(world: World, manager: Client) -> None:
    assert manager.post(f"{LEDGER}check/").status_code == 403
    assert manager.post(f"{LEDGER}release/", {"comment": "Right."}).status_code == 403
    with pytest.raises(NotAllowed):
        checking.release(vendor=world.vendor, actor=actor(world.channel_manager), comment="Right.", now=NOW)


# --- calculated again ------------------------------------------------------------------------------------------------


def test_who_is_calculated_again_gets_what_was_corrected_meanwhile(world: World) -> None:
    sell(
        world.reseller,
        world.topseller,
        date(2026, 9, 9),
        "99999999999",
        None,
        distributor=world.distributor,
        document="W-1",
    )
    held = close(world, Q3)
    assert held.items.get().cause == "fault"
    sell(
        world.reseller, world.topseller, date(2026, 9, 9), "-99999999999", None, distributor=world.distributor,
        document="W-1", line="2",
    )  # fmt: skip
    assert go_on(held.pk).items.get().state == ClosingItem.State.PARKED
    assert closing.retry_parked(closing_id=held.pk, actor=actor(world.vendor_finance)) == 1
    assert go_on(held.pk).state == Closing.State.SEALED
    settled = Settlement.objects.get()
    assert settled.amount == Decimal("120.00")
    assert settled.lines_until > (held.cut or 0)
    bought(world, date(2026, 9, 30), "1", "L-1")
    assert close(world, Q4, LATER).state == Closing.State.SEALED
    late = Settlement.objects.get(period="2026Q3", closing__period="2026Q4")
    assert (late.result, late.amount) == (Decimal("250.00"), Decimal("130.00"))
    assert checking.look(vendor_id=world.vendor.pk) == []


def test_a_line_that_was_counted_when_calculated_again_is_not_listed_as_late(world: World) -> None:
    world.program.recomputed_periods = 0
    world.program.save()
    close(world, Q2)
    sell(
        world.reseller, world.topseller, date(2026, 9, 9), "99999999999", None, distributor=world.distributor,
        document="W-1",
    )  # fmt: skip
    held = close(world, Q3)
    bought(world, date(2026, 9, 9), "-99999999999", "W-2")
    bought(world, date(2026, 9, 10), "1", "W-3")
    closing.retry_parked(closing_id=held.pk, actor=actor(world.vendor_finance))
    assert go_on(held.pk).state == Closing.State.SEALED
    bought(world, date(2026, 9, 11), "1", "L-1")
    listed = late_lines(vendor=world.vendor, actor=Actor.system())
    assert {row.line.document_number for row in listed} == {"L-1"}


def test_who_is_calculated_again_has_to_be_accepted_again(world: World) -> None:
    bound(world, partner="100.00")
    held = close(world, Q3)
    item = held.items.get()
    finance = actor(world.vendor_finance)
    assert closing.accept(item_id=item.pk, actor=finance, text="Right.", amount=Decimal("120.00"))
    ClosingItem.objects.filter(pk=item.pk).update(state="parked", cause="fault", reason="x")
    assert closing.retry_parked(closing_id=held.pk, actor=finance) == 1
    assert go_on(held.pk).items.get().cause == "bound"


def test_a_reason_for_the_total_is_kept_while_the_ledger_is_halted(world: World, finance: Client) -> None:
    bound(world, total="100.00")
    held = close(world, Q3)
    Ledger.objects.update_or_create(vendor=world.vendor, defaults={"halted_at": NOW})
    answer = finance.post(f"{PAGE}comment/", {"comment": "New terms."}, follow=True)
    text = words(answer.content.decode())
    assert "Rebates are halted" in text
    assert "The period is closed." not in text
    held.refresh_from_db()
    assert (held.state, held.comment) == ("calculated", "New terms.")


def test_what_is_not_sealed_stands_on_nobodys_account(world: World) -> None:
    bound(world, total="100.00")
    close(world, Q3)
    assert accounts.balances(vendor=world.vendor, actor=actor(world.vendor_finance)) == []
    assert accounts.owed(vendor_id=world.vendor.pk, partner_id=world.reseller.pk) == {}


def test_two_breaches_of_one_name_halt_the_ledger(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    twice = [
        checking.Found(Breach.Rule.BOOKED, "2026Q3 x", Decimal(1)),
        checking.Found(Breach.Rule.BOOKED, "2026Q3 x", None),
    ]
    monkeypatch.setattr(checking, "look", lambda **_: twice)
    assert len(checking.check(vendor_id=world.vendor.pk, now=NOW)) == 1
    assert Ledger.objects.get().halted_at == NOW


def test_an_entry_for_another_partner_is_found(world: World) -> None:
    close(world, Q3)
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        cursor.execute("ALTER TABLE rebates_ledgerentry DISABLE TRIGGER USER")
        cursor.execute("UPDATE rebates_ledgerentry SET partner_id = %s", [world.rival.pk])
        cursor.execute("ALTER TABLE rebates_ledgerentry ENABLE TRIGGER USER")
        cursor.execute("SET CONSTRAINTS ALL DEFERRED")
    assert {each.rule for each in checking.look(vendor_id=world.vendor.pk)} == {"booked"}
