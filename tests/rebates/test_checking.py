"""The hourly check of the ledger: each rule finds what breaks it, halts the money work, and a person lets it go on."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal

import pytest

from common.access import Actor
from common.periods import Period
from common.proofs import Proof
from rebates import adjusting, checking, closing, settling
from rebates.checking import CHECKS, Found
from rebates.ledger import MoneyHalted
from rebates.models import Breach, Closing, Ledger, LedgerEntry, ManualAdjustment, Posting
from rebates.rights import NotAllowed
from tests.owner import without_triggers
from tests.rebates.payments.paying import has_account, make_finance, pays, proposed
from tests.world import NOW, TODAY, World

Rule = Breach.Rule
Q3, Q4 = Period.parse("2026Q3"), Period.parse("2026Q4")
LATER = date(2027, 1, 20)
HOUR = timedelta(hours=1)
REPAIRED = "Restored from the backup."
ENTRY, POSTING, SETTLEMENT = "rebates_ledgerentry", "rebates_posting", "rebates_settlement"


@pytest.fixture
def settled(world: World) -> World:
    """120.00 for the third quarter, 50.00 by hand, and a proposal of 20.00 that waits."""
    opened = closing.open_closing(program=world.program, period=Q3, today=TODAY, now=NOW)
    assert closing.run(closing_id=opened.pk, now=NOW, chunk=10).state == Closing.State.SEALED
    booked = propose(world, "50.00")
    adjusting.book(adjustment_id=booked.pk, actor=Actor.of(world.vendor_admin), now=NOW)
    propose(world, "20.00")
    return world


def propose(world: World, amount: str) -> ManualAdjustment:
    proposal = adjusting.Proposal(
        program=world.program,
        partner=world.reseller,
        amount=Decimal(amount),
        reason="Promised at the fair",
        proof=Proof("letter.pdf", b"%PDF-1.7"),
    )
    return adjusting.propose(proposal=proposal, actor=Actor.of(world.vendor_finance), now=NOW)


# --- what breaks each rule -------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Break:
    """Statements of the owner that break one rule and nothing else, those that mend it, and what is found.

    `where` may name {number} of the partner, {booked} and {proposed} adjustment, {settlement}'s key.
    """

    rule: Rule
    table: str
    breaks: str
    mends: str
    where: str
    difference: str | None


_OF_KIND = (
    "UPDATE rebates_posting SET amount = amount {} sign(amount) WHERE entry_id = (SELECT id FROM {} WHERE kind = '{}')"
)
_EXPENSE = (
    "UPDATE rebates_posting SET amount = amount {} 1 "
    "WHERE account = 'expense' AND entry_id = (SELECT id FROM rebates_ledgerentry WHERE kind = 'rebate')"
)
_DECIDED = "UPDATE rebates_manualadjustment SET state = {}, decided_by_id = {}, decided_at = {} WHERE amount = 20"
BREAKS = {
    "one side is changed": Break(
        Rule.BALANCED, POSTING, _EXPENSE.format("+"), _EXPENSE.format("-"), "{settlement}", "1.00"
    ),
    "both sides of a settlement's entry are changed": Break(
        Rule.BOOKED, POSTING, _OF_KIND.format("+", ENTRY, "rebate"), _OF_KIND.format("-", ENTRY, "rebate"),
        "topseller 2026Q3 topseller-loyalty {number} 2026Q3", "-1.00",
    ),
    "the result of a settlement is changed": Break(
        Rule.SUMMED, SETTLEMENT, "UPDATE rebates_settlement SET result = result + 1",
        "UPDATE rebates_settlement SET result = result - 1", "topseller 2026Q3 topseller-loyalty {number} EUR", "1.00",
    ),
    "the total of a closing is changed": Break(
        Rule.SEALED, "rebates_closing", "UPDATE rebates_closing SET total = total + 1",
        "UPDATE rebates_closing SET total = total - 1", "topseller 2026Q3", "1.00",
    ),
    "a partner of a sealed closing is not done": Break(
        Rule.FINISHED, "rebates_closingitem", "UPDATE rebates_closingitem SET state = 'pending'",
        "UPDATE rebates_closingitem SET state = 'done'", "topseller 2026Q3", None,
    ),
    "both sides of an adjustment's entry are changed": Break(
        Rule.ADJUSTED, POSTING, _OF_KIND.format("+", ENTRY, "manual"), _OF_KIND.format("-", ENTRY, "manual"),
        "{booked} {number}", "-1.00",
    ),
    "an adjustment is approved and not booked": Break(
        Rule.ADJUSTED, "rebates_manualadjustment", _DECIDED.format("'booked'", "{admin}", "now()"),
        _DECIDED.format("'proposed'", "NULL", "NULL"), "{proposed} {number}", "20.00",
    ),
    "more is set off than was carried": Break(
        Rule.CARRIED, POSTING,
        "UPDATE rebates_posting SET account = 'carried' WHERE account = 'expense' AND amount = 50",
        "UPDATE rebates_posting SET account = 'expense' WHERE account = 'carried'", "{number} EUR", "-170.00",
    ),
}  # fmt: skip


def run_as_owner(world: World, table: str, statement: str) -> None:
    with without_triggers(table) as cursor:
        cursor.execute(statement.replace("{admin}", str(world.vendor_admin.pk)))
        assert cursor.rowcount


def expected(world: World, broken: Break) -> Found:
    names = {
        "number": world.reseller.number,
        "booked": ManualAdjustment.objects.get(amount=50).pk,
        "proposed": ManualAdjustment.objects.get(amount=20).pk,
        "settlement": LedgerEntry.objects.get(kind="rebate").key,
    }
    difference = None if broken.difference is None else Decimal(broken.difference)
    return Found(broken.rule, broken.where.format(**names), difference)


_BYTE = "UPDATE rebates_paymentfile SET content = set_byte(content, 9, 255 - get_byte(content, 9))"
PAYMENT_BREAKS = {
    "a payment is said to be paid and is not booked": Break(
        Rule.PAID, "rebates_payment", "UPDATE rebates_payment SET state = 'paid', answered_at = now()",
        "UPDATE rebates_payment SET state = 'open', answered_at = NULL", "lenovo-R1-{number}", "170.00",
    ),
    "a payment is booked to another account": Break(
        Rule.PAID, POSTING, "UPDATE rebates_posting SET account = 'paid' WHERE account = 'in_payment'",
        "UPDATE rebates_posting SET account = 'in_payment' WHERE account = 'paid'", "lenovo-R1-{number}", "170.00",
    ),
    "the total of a run is changed": Break(
        Rule.RUN, "rebates_paymentrun", "UPDATE rebates_paymentrun SET total = total + 1",
        "UPDATE rebates_paymentrun SET total = total - 1", "run 1", "1.00",
    ),
    "one byte of the bank's file is changed": Break(
        Rule.RUN, "rebates_paymentfile", _BYTE, _BYTE, "run 1", "0.00",
    ),
}  # fmt: skip


def test_every_rule_is_broken_by_one_of_the_cases() -> None:
    assert {each.rule for each in (BREAKS | PAYMENT_BREAKS).values()} == set(CHECKS) == set(Rule)


@pytest.mark.parametrize("case", PAYMENT_BREAKS)
def test_a_payment_that_is_not_as_it_was_approved_or_booked_is_found(settled: World, case: str) -> None:
    broken = PAYMENT_BREAKS[case]
    finance = make_finance(settled.vendor)
    pays(settled.vendor)
    has_account(settled.reseller, settled.vendor, finance.bookkeeper)
    proposed(settled, finance)
    assert checking.look(vendor_id=settled.vendor.pk) == []
    run_as_owner(settled, broken.table, broken.breaks)
    assert checking.look(vendor_id=settled.vendor.pk) == [expected(settled, broken)]
    run_as_owner(settled, broken.table, broken.mends)
    assert checking.look(vendor_id=settled.vendor.pk) == []


def test_a_sound_ledger_has_no_breach_and_is_not_halted(settled: World) -> None:
    assert checking.check(vendor_id=settled.vendor.pk, now=NOW) == []
    assert Ledger.objects.get(vendor=settled.vendor).halted_at is None
    assert not Breach.objects.exists()


@pytest.mark.parametrize("case", BREAKS)
def test_what_is_broken_is_found_named_and_halts_until_it_is_mended_and_released(settled: World, case: str) -> None:
    broken, admin = BREAKS[case], Actor.of(settled.vendor_admin)
    found = expected(settled, broken)
    run_as_owner(settled, broken.table, broken.breaks)

    assert checking.look(vendor_id=settled.vendor.pk) == [found]
    (breach,) = checking.check(vendor_id=settled.vendor.pk, now=NOW)
    assert (breach.rule, breach.where, breach.difference, breach.gone_at) == (
        found.rule, found.where, found.difference, None,
    )  # fmt: skip
    assert Ledger.objects.get(vendor=settled.vendor).halted_at == NOW
    assert checking.check(vendor_id=settled.vendor.pk, now=NOW + HOUR) == []  # known already
    assert Breach.objects.get(gone_at=None) == breach
    with pytest.raises(checking.StillBroken):
        checking.release(vendor=settled.vendor, actor=admin, comment=REPAIRED, now=NOW + HOUR)
    assert_halted(settled)

    run_as_owner(settled, broken.table, broken.mends)
    assert checking.check(vendor_id=settled.vendor.pk, now=NOW + 2 * HOUR) == []
    breach.refresh_from_db()
    assert breach.gone_at == NOW + 2 * HOUR
    assert_halted(settled)  # it takes a person

    checking.release(vendor=settled.vendor, actor=admin, comment=REPAIRED, now=NOW + 3 * HOUR)
    ledger = Ledger.objects.get(vendor=settled.vendor)
    assert (ledger.halted_at, ledger.released_by, ledger.released_comment) == (None, settled.vendor_admin, REPAIRED)
    adjusting.book(adjustment_id=propose(settled, "5.00").pk, actor=admin, now=NOW)
    assert closing.freeze(closing_id=next_closing(settled).pk, now=NOW)


def next_closing(world: World) -> Closing:
    return closing.open_closing(program=world.program, period=Q4, today=LATER, now=NOW)


def assert_halted(world: World) -> None:
    waiting = propose(world, "5.00")
    with pytest.raises(MoneyHalted):
        adjusting.book(adjustment_id=waiting.pk, actor=Actor.of(world.vendor_admin), now=NOW)
    waiting.refresh_from_db()
    assert waiting.state == ManualAdjustment.State.PROPOSED
    opened = next_closing(world)
    with pytest.raises(MoneyHalted):
        closing.freeze(closing_id=opened.pk, now=NOW)
    opened.refresh_from_db()
    assert opened.state == Closing.State.OPEN


def test_a_settlement_that_is_not_booked_at_all_is_found(settled: World) -> None:
    with without_triggers(ENTRY, POSTING) as cursor:
        cursor.execute(
            "DELETE FROM rebates_posting WHERE entry_id = (SELECT id FROM rebates_ledgerentry WHERE kind = 'rebate')"
        )
        cursor.execute("DELETE FROM rebates_ledgerentry WHERE kind = 'rebate'")
    (found,) = checking.look(vendor_id=settled.vendor.pk)
    assert (found.rule, found.difference) == (Rule.BOOKED, Decimal("120.00"))


def test_an_entry_without_its_sides_is_found(settled: World) -> None:
    with without_triggers(ENTRY, POSTING) as cursor:
        cursor.execute(
            "DELETE FROM rebates_posting WHERE entry_id = (SELECT id FROM rebates_ledgerentry WHERE kind = 'manual')"
        )
    assert {found.rule for found in checking.look(vendor_id=settled.vendor.pk)} == {Rule.BALANCED, Rule.ADJUSTED}


def test_of_many_breaches_of_a_rule_the_first_are_kept(settled: World, monkeypatch: pytest.MonkeyPatch) -> None:
    """The limit stands in the statement, which is made once."""
    statement = checking._EVERY_RULE.replace(f"LIMIT {checking.MOST}", "LIMIT 1")
    monkeypatch.setattr(checking, "_EVERY_RULE", statement)
    with without_triggers(POSTING) as cursor:
        cursor.execute("UPDATE rebates_posting SET amount = amount + 1 WHERE account = 'expense'")
    assert [found.rule for found in checking.look(vendor_id=settled.vendor.pk)] == [Rule.BALANCED]


# --- what is halted --------------------------------------------------------------------------------------------------


@contextmanager
def halted(world: World) -> Iterator[None]:
    Ledger.objects.update_or_create(vendor=world.vendor, defaults={"halted_at": NOW})
    with pytest.raises(MoneyHalted):
        yield
    Ledger.objects.update(halted_at=None)


def test_every_step_of_a_closing_stops_where_the_ledger_is_halted_and_goes_on_afterwards(settled: World) -> None:
    opened = next_closing(settled)
    steps: tuple[Callable[[], object], ...] = (
        lambda: closing.freeze(closing_id=opened.pk, now=NOW),
        lambda: settling.work_chunk(closing_id=opened.pk, now=NOW, limit=10),
        lambda: closing.seal(closing_id=opened.pk, now=NOW),
    )
    for step in steps:
        before = list(Posting.objects.values_list("pk", flat=True))
        with halted(settled):
            step()
        assert list(Posting.objects.values_list("pk", flat=True)) == before
        assert step()
        closing.finish_calculation(closing_id=opened.pk, now=NOW)
    opened.refresh_from_db()
    assert opened.state == Closing.State.SEALED


def test_another_vendor_goes_on(settled: World) -> None:
    run_as_owner(settled, POSTING, _EXPENSE.format("+"))
    checking.check(vendor_id=settled.vendor.pk, now=NOW)
    assert checking.check(vendor_id=settled.rival_vendor.pk, now=NOW) == []
    other = closing.open_closing(program=settled.rival_program, period=Q3, today=TODAY, now=NOW)
    assert closing.run(closing_id=other.pk, now=NOW, chunk=10).state == Closing.State.SEALED


def test_a_breach_that_comes_back_is_a_new_one(settled: World) -> None:
    for hours in range(2):
        run_as_owner(settled, POSTING, _EXPENSE.format("+"))
        assert len(checking.check(vendor_id=settled.vendor.pk, now=NOW + hours * HOUR)) == 1
        run_as_owner(settled, POSTING, _EXPENSE.format("-"))
        checking.check(vendor_id=settled.vendor.pk, now=NOW + hours * HOUR)
    assert Breach.objects.exclude(gone_at=None).count() == 2


# --- who lets it go on, and when it is checked -----------------------------------------------------------------------


def test_only_finance_and_admins_of_the_vendor_release_and_say_why(settled: World) -> None:
    Ledger.objects.update_or_create(vendor=settled.vendor, defaults={"halted_at": NOW})
    for stranger in (
        settled.channel_manager, settled.rival_vendor_finance, settled.rival_vendor_admin, settled.platform_admin,
        settled.reseller_owner, settled.reporter,
    ):  # fmt: skip
        with pytest.raises(NotAllowed):
            checking.release(vendor=settled.vendor, actor=Actor.of(stranger), comment=REPAIRED, now=NOW)
    with pytest.raises(NotAllowed):
        checking.release(vendor=settled.vendor, actor=Actor.system(), comment=REPAIRED, now=NOW)
    finance = Actor.of(settled.vendor_finance)
    with pytest.raises(checking.CommentMissing):
        checking.release(vendor=settled.vendor, actor=finance, comment=" ", now=NOW)
    assert Ledger.objects.get(vendor=settled.vendor).halted_at == NOW
    checking.release(vendor=settled.vendor, actor=finance, comment=REPAIRED, now=NOW)
    assert Ledger.objects.get(vendor=settled.vendor).halted_at is None


def test_what_is_not_halted_is_not_released(settled: World) -> None:
    """Two people at once: the second one changes nothing of what the first one said."""
    Ledger.objects.update_or_create(vendor=settled.vendor, defaults={"halted_at": NOW})
    checking.release(vendor=settled.vendor, actor=Actor.of(settled.vendor_admin), comment="First.", now=NOW)
    checking.release(vendor=settled.vendor, actor=Actor.of(settled.vendor_finance), comment="Second.", now=NOW)
    assert Ledger.objects.get(vendor=settled.vendor).released_comment == "First."


def test_each_ledger_is_checked_once_an_hour(settled: World) -> None:
    both = [settled.vendor.pk, settled.rival_vendor.pk]
    assert checking.due(now=NOW) == both
    checking.check(vendor_id=both[0], now=NOW)
    assert checking.due(now=NOW) == both[1:]
    assert checking.due(now=NOW + HOUR - timedelta(seconds=1)) == both[1:]
    assert checking.due(now=NOW + HOUR) == both
