"""The ledger: what the database itself refuses, manual adjustments, and the account both sides read."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.db import DatabaseError, IntegrityError, connection, transaction

from common.access import VENDOR_FINANCE, Actor
from common.models import User
from common.periods import Period
from common.proofs import Proof
from rebates import accounts, adjusting, closing
from rebates.adjusting import Proposal
from rebates.ledger import MoneyHalted
from rebates.models import Closing, Ledger, LedgerEntry, ManualAdjustment, Posting, Settlement
from rebates.rights import NotAllowed
from sales.hindrances import hindrances
from tests.people import staff_of
from tests.world import NOW, TODAY, World

Q3 = Period.parse("2026Q3")


@pytest.fixture
def settled(world: World) -> LedgerEntry:
    """The entry of the third quarter: 120.00."""
    opened = closing.open_closing(program=world.program, period=Q3, today=TODAY, now=NOW)
    assert closing.run(closing_id=opened.pk, now=NOW, chunk=10).state == Closing.State.SEALED
    return LedgerEntry.objects.get()


def closing_of(entry: LedgerEntry) -> Closing:
    assert entry.settlement is not None
    return entry.settlement.closing


def at_commit() -> None:
    """What is checked at the end of a transaction."""
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")


# --- what the database refuses ---------------------------------------------------------------------------------------


@pytest.mark.parametrize("table", ["rebates_ledgerentry", "rebates_posting", "rebates_settlement"])
@pytest.mark.parametrize("statement", ["UPDATE {} SET id = id", "DELETE FROM {}", "TRUNCATE {} CASCADE"])
def test_what_is_booked_is_never_changed_removed_or_emptied(settled: LedgerEntry, table: str, statement: str) -> None:
    at_commit()
    with pytest.raises(DatabaseError), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(statement.format(table))
    assert Posting.objects.count() == 2


@pytest.mark.django_db
def test_a_session_says_that_no_trigger_is_left_out_so_that_none_has_to_find_out() -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT current_setting('pgtrigger.ignore')")
        assert cursor.fetchone() == ("{}",)


def entry(world: World, **values: Any) -> LedgerEntry:
    known = {"vendor": world.vendor, "partner": world.reseller, "currency": "EUR", "booked_at": NOW}
    return LedgerEntry.objects.create(**known | values)


def test_an_entry_whose_sides_do_not_sum_to_zero_is_refused(world: World, settled: LedgerEntry) -> None:
    carried = entry(world, key="carry:x", kind="carry", closing=closing_of(settled))
    Posting.objects.create(entry=carried, account="owed", amount=Decimal("1.00"))
    with pytest.raises(DatabaseError, match="not to zero"):
        at_commit()


def test_an_entry_without_sides_is_refused(world: World, settled: LedgerEntry) -> None:
    at_commit()
    with pytest.raises(DatabaseError, match="has no postings"), transaction.atomic():
        entry(world, key="carry:x", kind="carry", closing=closing_of(settled))


@pytest.mark.parametrize(
    "cause", [{"kind": "rebate"}, {"kind": "manual"}, {"kind": "carry"}, {"kind": "manual", "closing": True}]
)
def test_an_entry_without_its_own_cause_is_refused(
    world: World, settled: LedgerEntry, cause: Mapping[str, Any]
) -> None:
    values = {**cause, **({"closing": closing_of(settled)} if "closing" in cause else {})}
    with pytest.raises(IntegrityError, match="entry_has_its_cause"), transaction.atomic():
        entry(world, key="x", **values)


def test_the_same_cause_is_booked_once(world: World, settled: LedgerEntry) -> None:
    with pytest.raises(IntegrityError), transaction.atomic():
        entry(world, key="another", kind="rebate", settlement=settled.settlement)
    with pytest.raises(IntegrityError), transaction.atomic():
        entry(world, key=settled.key, kind="carry", closing=closing_of(settled))


# --- by hand ---------------------------------------------------------------------------------------------------------


Propose = Callable[..., ManualAdjustment]


@pytest.fixture
def propose(world: World) -> Propose:
    """A proposal of finance's, of 50.00 where nothing else is said."""

    def make(amount: str = "50.00", by: User | None = None, **values: Any) -> ManualAdjustment:
        proposal = Proposal(
            program=world.program,
            partner=world.reseller,
            amount=Decimal(amount),
            reason="Promised at the fair",
            proof=Proof("letter.pdf", b"%PDF-1.7"),
        )
        proposal = replace(proposal, **values)
        return adjusting.propose(proposal=proposal, actor=Actor.of(by or world.vendor_finance), now=NOW)

    return make


def owed(world: World) -> Decimal:
    return accounts.owed(vendor_id=world.vendor.pk, partner_id=world.reseller.pk).get("EUR", Decimal(0))


def test_what_a_second_person_books_is_owed(world: World, propose: Propose) -> None:
    proposed = propose()
    assert owed(world) == 0
    booked = adjusting.book(adjustment_id=proposed.pk, actor=Actor.of(world.vendor_admin), now=NOW)
    assert (booked.state, booked.decided_by) == ("booked", world.vendor_admin)
    assert owed(world) == Decimal("50.00")
    assert LedgerEntry.objects.get().key == f"manual:{proposed.pk}"
    assert not Settlement.objects.exists()


def test_who_proposes_does_not_decide_by_the_service_nor_by_the_database(world: World, propose: Propose) -> None:
    proposed = propose()
    own = Actor.of(world.vendor_finance)
    with pytest.raises(adjusting.OwnProposal):
        adjusting.book(adjustment_id=proposed.pk, actor=own, now=NOW)
    with pytest.raises(adjusting.OwnProposal):
        adjusting.refuse(adjustment_id=proposed.pk, actor=own, comment="No.", now=NOW)
    with pytest.raises(IntegrityError, match="adjustment_needs_two_people"), transaction.atomic():
        ManualAdjustment.objects.update(state="booked", decided_by=world.vendor_finance, decided_at=NOW)


def test_who_proposes_does_not_decide_by_another_login_either(world: World, propose: Propose) -> None:
    proposed = propose()
    again = staff_of(world.vendor, "finance_again", VENDOR_FINANCE, second_of=world.vendor_finance)
    with pytest.raises(adjusting.OwnProposal):
        adjusting.book(adjustment_id=proposed.pk, actor=Actor.of(again), now=NOW)
    assert again not in adjusting.deciders_of(proposed)
    assert owed(world) == 0


def test_an_adjustment_is_decided_once(world: World, propose: Propose) -> None:
    proposed, other = propose(), Actor.of(world.vendor_admin)
    adjusting.book(adjustment_id=proposed.pk, actor=other, now=NOW)
    with pytest.raises(adjusting.MovedOn):
        adjusting.book(adjustment_id=proposed.pk, actor=other, now=NOW)
    with pytest.raises(adjusting.MovedOn):
        adjusting.refuse(adjustment_id=proposed.pk, actor=other, comment="No.", now=NOW)
    with pytest.raises(adjusting.MovedOn):
        adjusting.withdraw(adjustment_id=proposed.pk, actor=Actor.of(world.vendor_finance), now=NOW)
    assert owed(world) == Decimal("50.00")


def test_what_is_refused_or_withdrawn_moves_no_money(world: World, propose: Propose) -> None:
    first, second = propose(), propose("60.00")
    with pytest.raises(adjusting.NotAnAdjustment):
        adjusting.refuse(adjustment_id=first.pk, actor=Actor.of(world.vendor_admin), comment=" ", now=NOW)
    adjusting.refuse(adjustment_id=first.pk, actor=Actor.of(world.vendor_admin), comment="Never promised.", now=NOW)
    with pytest.raises(NotAllowed):
        adjusting.withdraw(adjustment_id=second.pk, actor=Actor.of(world.vendor_admin), now=NOW)
    adjusting.withdraw(adjustment_id=second.pk, actor=Actor.of(world.vendor_finance), now=NOW)
    assert not LedgerEntry.objects.exists()


def test_what_was_proposed_is_not_changed_afterwards(world: World, propose: Propose) -> None:
    propose()
    for change in ({"amount": Decimal("500.00")}, {"partner": world.rival}, {"reason": "Another"}):
        with pytest.raises(DatabaseError), transaction.atomic():
            ManualAdjustment.objects.update(**change)
    with pytest.raises(DatabaseError), transaction.atomic():
        ManualAdjustment.objects.all().delete()


@pytest.mark.parametrize(
    ("amount", "reason"), [("0", "Promised"), ("0.001", "Promised"), ("1000000.01", "Promised"), ("1", " ")]
)
def test_a_proposal_without_a_sum_or_a_reason_is_refused(propose: Propose, amount: str, reason: str) -> None:
    with pytest.raises(adjusting.NotAnAdjustment):
        propose(amount, reason=reason)


def test_only_finance_and_admins_of_the_vendor_adjust_partners_of_the_program(world: World, propose: Propose) -> None:
    for stranger in (world.channel_manager, world.rival_vendor_finance, world.platform_admin, world.reseller_owner):
        with pytest.raises(NotAllowed):
            propose(by=stranger)
    with pytest.raises(adjusting.NotEnrolled):
        propose(partner=world.rival)
    proposed = propose()
    with pytest.raises(NotAllowed):
        adjusting.book(adjustment_id=proposed.pk, actor=Actor.of(world.rival_vendor_finance), now=NOW)


def test_nothing_is_booked_by_hand_while_the_ledger_is_halted(world: World, propose: Propose) -> None:
    proposed = propose()
    Ledger.objects.create(vendor=world.vendor, halted_at=NOW)
    with pytest.raises(MoneyHalted):
        adjusting.book(adjustment_id=proposed.pk, actor=Actor.of(world.vendor_admin), now=NOW)
    proposed.refresh_from_db()
    assert proposed.state == "proposed"


def test_what_falls_below_zero_is_carried_and_set_off_later(
    world: World, settled: LedgerEntry, propose: Propose
) -> None:
    other = Actor.of(world.vendor_admin)

    def stands() -> tuple[str, str]:
        (balance,) = accounts.balances(vendor=world.vendor, actor=other)
        return str(balance.owed), str(balance.carried)

    adjusting.book(adjustment_id=propose("-200.00").pk, actor=other, now=NOW + timedelta(hours=1))
    assert stands() == ("0.00", "80.00")
    adjusting.book(adjustment_id=propose("-10.00").pk, actor=other, now=NOW + timedelta(hours=2))
    assert stands() == ("0.00", "90.00")
    adjusting.book(adjustment_id=propose("30.00").pk, actor=other, now=NOW + timedelta(hours=3))
    assert stands() == ("0.00", "60.00")
    adjusting.book(adjustment_id=propose("100.00").pk, actor=other, now=NOW + timedelta(hours=4))
    assert stands() == ("40.00", "0.00")
    movements = accounts.movements(vendor=world.vendor, partner=world.reseller, actor=other, currency="EUR")
    assert [str(each.balance) for each in movements] == ["120.00", "-80.00", "-90.00", "-60.00", "40.00"]


def test_an_account_is_read_by_its_two_sides_only(world: World, settled: LedgerEntry) -> None:
    def seen(user: User) -> int:
        actor = Actor.of(user)
        found = accounts.movements(vendor=world.vendor, partner=world.reseller, actor=actor, currency="EUR")
        assert len(found) == len(accounts.balances(vendor=world.vendor, actor=actor))
        return len(found)

    assert [seen(user) for user in (world.vendor_finance, world.channel_manager, world.reseller_owner)] == [1, 1, 1]
    assert [seen(user) for user in (world.rival_vendor_finance, world.rival_owner, world.reporter)] == [0, 0, 0]


def test_who_has_something_carried_or_proposed_does_not_go_on_as_another_company(
    world: World, propose: Propose
) -> None:
    def hindered() -> str:
        return next(each for each in hindrances if each.key == "ledger").sentence(world.vendor, world.reseller)

    assert hindered() == ""
    proposed = propose("-50.00")
    assert "Please decide about it first." in hindered()
    adjusting.book(adjustment_id=proposed.pk, actor=Actor.of(world.vendor_admin), now=NOW)
    assert "€50.00 are carried" in hindered()
    adjusting.book(adjustment_id=propose("50.00").pk, actor=Actor.of(world.vendor_admin), now=NOW)
    assert hindered() == ""
