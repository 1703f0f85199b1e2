"""Payments that two people or processes touch at once, bytes that changed, a restored copy, a disk that is full.

Each race is held up where it would go wrong: both processes have a connection of their own and wait for the vendor's
ledger. With the lock taken away they do meet, which the controls show.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from datetime import date
from functools import partial
from threading import Barrier, BrokenBarrierError
from typing import Any
from urllib.parse import urlsplit

import pytest
from django.db import DatabaseError, connection, transaction
from django.db.models import Sum
from pytest_django import DjangoDbBlocker

from common.errors import DomainError
from portal.testing import clone_database, django_on
from programs.models import Vendor
from rebates import checking, ledger
from rebates.models import (
    BankAnswer,
    FileTaken,
    LedgerEntry,
    Payment,
    PaymentFile,
    PaymentProposal,
    PaymentRun,
    Posting,
    RefusedStep,
)
from rebates.payments import answering, deciding, exporting, proposing, steps
from rebates.payments.errors import Changed, MovedOn
from tests.faults import paying, quarters
from tests.faults.test_claims import apart, wait_for_locks
from tests.faults.test_cuts import SECONDS
from tests.faults.world import NOW, digest, money, payments
from tests.owner import without_triggers

ROUNDS = 12
Work = Callable[[], Any]
State = PaymentRun.State


@pytest.fixture
def vendor(own_database: str) -> Vendor:
    """It owes 1760.00 to five partners with accounts."""
    quarters.first_sales()
    quarters.close(date(2026, 5, 15))
    paying.accounts()
    return Vendor.objects.get()


def tried(work: Work) -> Work:
    """What it returned, or the refusal."""

    def go() -> Any:
        try:
            return work()
        except DomainError as refusal:
            return refusal

    return apart(go)


def in_this_order(*works: Work) -> list[Any]:
    """All of them wait for the ledger, in this order, and are let in together."""
    with ThreadPoolExecutor(len(works)) as pool:
        with transaction.atomic():
            ledger.lock(vendor_id=Vendor.objects.get().pk)
            going = []
            for number, work in enumerate(works, start=1):
                going.append(pool.submit(tried(work)))
                wait_for_locks(number)
        return [each.result(SECONDS) for each in going]


def at_once(*works: Work) -> list[Any]:
    start = Barrier(len(works))

    def go(work: Work) -> Any:
        start.wait(SECONDS)
        return work()

    with ThreadPoolExecutor(len(works)) as pool:
        going = [pool.submit(tried(partial(go, work))) for work in works]
        return [each.result(SECONDS) for each in going]


@contextmanager
def meeting(
    monkeypatch: pytest.MonkeyPatch, module: Any, name: str, *, afterwards: bool = False
) -> Iterator[list[bool]]:
    """Whether two come to this function, or out of it, at the same time; who comes alone goes on after a while."""
    both, together = Barrier(2), list[bool]()
    function = getattr(module, name)

    def wait() -> None:
        try:
            both.wait(1)
            together.append(True)
        except BrokenBarrierError:
            together.append(False)

    def met(*arguments: Any, **named: Any) -> Any:
        if not afterwards:
            wait()
        found = function(*arguments, **named)
        if afterwards:
            wait()
        return found

    with monkeypatch.context() as patched:
        patched.setattr(module, name, met)
        yield together


def owed() -> dict[str, int]:
    """By account what stands in the ledger, in whole euro; debit is positive."""
    sums = Posting.objects.order_by().values_list("account").annotate(total=Sum("amount"))
    return {account: int(total) for account, total in sums if total}


def kinds(found: list[Any]) -> list[str]:
    return [type(each).__name__ for each in found]


def approved() -> PaymentRun:
    paying.propose()
    run = PaymentRun.objects.latest("number")
    for name in ("first", "second"):
        approving(run, name)()
    run.refresh_from_db()
    return run


def approving(run: PaymentRun, name: str) -> Work:
    actor = paying.person(name)
    return lambda: deciding.approve(run_id=run.pk, actor=actor, sha256=run.sha256, device="", now=NOW)


def cancelling(run: PaymentRun) -> Work:
    actor = paying.person("proposer")
    return lambda: deciding.cancel(run_id=run.pk, actor=actor, reason="Wrong day", now=NOW)


def taking(run: PaymentRun, name: str) -> Work:
    actor = paying.person(name)
    return lambda: exporting.take(run_id=run.pk, number=1, actor=actor, now=NOW)


# --- at once ---------------------------------------------------------------------------------------------------------


def test_of_two_who_propose_at_once_only_one_pays(vendor: Vendor, monkeypatch: pytest.MonkeyPatch) -> None:
    """Whoever comes second finds every balance under way."""
    with meeting(monkeypatch, proposing, "candidates", afterwards=True) as together:
        found = at_once(paying.propose, paying.propose)
    assert (found, together) == ([None, None], [False, False])
    assert list(PaymentRun.objects.values_list("number", "count", "total")) == [(1, 5, 1760)]
    assert owed() == {"expense": 2750, "owed": -990, "in_payment": -1760}
    assert PaymentProposal.objects.count() == 2


def test_without_the_lock_both_would_see_the_balances_and_the_database_refuses_one(
    vendor: Vendor, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(proposing, "hold", lambda *, vendor_id: None)
    with meeting(monkeypatch, proposing, "candidates", afterwards=True) as together, pytest.raises(DatabaseError):
        at_once(paying.propose, paying.propose)
    assert together == [True, True]
    assert owed()["in_payment"] == -1760


def test_two_schedulers_propose_a_promised_day_once(vendor: Vendor, monkeypatch: pytest.MonkeyPatch) -> None:
    with meeting(monkeypatch, proposing, "_propose_scheduled") as together:
        at_once(paying.propose_by_schedule, paying.propose_by_schedule)
    assert together == [True, True], "both have found the day due"
    assert PaymentProposal.objects.count() == 1
    assert PaymentRun.objects.get().total == 1760


@pytest.mark.parametrize("first", ["approve", "cancel"])
def test_a_run_approved_and_cancelled_at_once_is_cancelled(vendor: Vendor, first: str) -> None:
    """Cancelling an approved run is allowed; approving a cancelled one is not."""
    paying.propose()
    run = PaymentRun.objects.get()
    approving(run, "first")()
    works = [approving(run, "second"), cancelling(run)]
    found = in_this_order(*(works if first == "approve" else reversed(works)))
    assert kinds(found) == ["PaymentRun", "PaymentRun" if first == "approve" else "MovedOn"]
    run.refresh_from_db()
    assert (run.state, run.approvals.count()) == (State.CANCELLED, 2 if first == "approve" else 1)
    assert owed() == {"expense": 2750, "owed": -2750}


@pytest.mark.parametrize("first", ["export", "cancel"])
def test_a_run_exported_and_cancelled_at_once_is_either(vendor: Vendor, first: str) -> None:
    run = approved()
    works = [taking(run, "first"), cancelling(run)]
    found = in_this_order(*(works if first == "export" else reversed(works)))
    assert kinds(found) == (["PaymentFile", "MovedOn"] if first == "export" else ["PaymentRun", "MovedOn"])
    run.refresh_from_db()
    assert run.state == (State.EXPORTED if first == "export" else State.CANCELLED)
    assert FileTaken.objects.count() == (1 if first == "export" else 0)


def test_however_often_a_run_is_approved_exported_and_cancelled_at_once_it_is_sound(vendor: Vendor) -> None:
    """Where it got as far as the bank, the bank sends everything back, and it begins anew."""
    for _ in range(ROUNDS):
        paying.propose()
        run = PaymentRun.objects.latest("number")
        approving(run, "first")()
        found = at_once(approving(run, "second"), cancelling(run), taking(run, "bookkeeper"))
        assert {type(each) for each in found} <= {PaymentRun, MovedOn, PaymentFile}
        assert checking.look(vendor_id=vendor.pk) == []
        run.refresh_from_db()
        given = run.state == State.EXPORTED
        assert FileTaken.objects.filter(file__run=run).exists() is given
        assert owed().get("in_payment", 0) == (-1760 if given else 0)
        if given:
            all_come_back(run)
        else:
            assert run.state == State.CANCELLED
        assert owed() == {"expense": 2750, "owed": -2750}


def all_come_back(run: PaymentRun) -> None:
    for payment in run.payments.all():
        answering.say(
            payment_id=payment.pk, said=paying.Said.RETURNED, value_date=paying.TODAY, code="AM04", text="",
            account_stays=True, actor=paying.person("first"), now=NOW,
        )  # fmt: skip


def test_without_the_lock_they_would_decide_at_the_same_moment(vendor: Vendor, monkeypatch: pytest.MonkeyPatch) -> None:
    """With it nobody is past the look at the run's state while another one is."""
    for locked in (True, False):
        paying.propose()
        run = PaymentRun.objects.latest("number")
        approving(run, "first")()
        if not locked:
            monkeypatch.setattr(steps, "hold", lambda *, vendor_id: None)
        with meeting(monkeypatch, deciding, "move") as together:
            at_once(approving(run, "second"), cancelling(run))
        assert (together == [True, True]) is not locked
        run.refresh_from_db()
        if run.state != State.CANCELLED:
            cancelling(run)()
        assert checking.look(vendor_id=vendor.pk) == []


def test_two_who_export_at_once_get_the_same_bytes_and_export_once(vendor: Vendor) -> None:
    run = approved()
    first, second = in_this_order(taking(run, "first"), taking(run, "second"))
    assert bytes(first.content) == bytes(second.content)
    assert FileTaken.objects.count() == 2
    assert PaymentRun.objects.get().state == State.EXPORTED


def test_an_answer_taken_twice_at_once_does_something_once(vendor: Vendor) -> None:
    taking(approved(), "first")()
    found = in_this_order(paying.take_answer, paying.take_answer)
    assert [each.new for each in found] == [True, False]
    assert BankAnswer.objects.count() == 1
    assert LedgerEntry.objects.filter(kind__in=("paid", "rejected")).count() == 2
    assert owed() == {"expense": 2750, "owed": -1100, "in_payment": -1595, "paid": -55}


# --- what is not as it was -------------------------------------------------------------------------------------------


def test_a_file_of_which_one_byte_changed_after_the_approvals_is_not_given_to_the_bank(vendor: Vendor) -> None:
    run = approved()
    with without_triggers("rebates_paymentfile") as cursor:
        cursor.execute("UPDATE rebates_paymentfile SET content = set_byte(content, 500, get_byte(content, 500) # 1)")
    refusal = tried(taking(run, "first"))()
    assert isinstance(refusal, Changed)
    run.refresh_from_db()
    assert run.state == State.APPROVED
    assert not FileTaken.objects.exists()
    [step] = RefusedStep.objects.all()
    assert (step.step, step.person.email) == ("export", "finance_first@example.com")
    assert [each.rule for each in checking.look(vendor_id=vendor.pk)] == ["run"]


def test_a_copy_from_between_export_and_answer_pays_nothing_again(
    vendor: Vendor, own_database: str, django_db_blocker: DjangoDbBlocker
) -> None:
    """Restored, it knows that the money is under way; and what the bank says then is booked there as it was here."""
    taking(approved(), "first")()
    here = urlsplit(own_database).path[1:]
    connection.close()
    with clone_database(here, f"{here}_restored") as restored:
        paying.take_answer()
        answered = digest()
        with django_on(restored, django_db_blocker):
            paying.propose()
            paying.propose_by_schedule()
            assert PaymentRun.objects.count() == 1
            paying.take_answer()
            assert digest() == answered
            paying.type_in()
            assert PaymentRun.objects.get().state == State.SETTLED
            paying.propose()
            # P002's account is closed, P004's payment came back, P006 has no account.
            assert PaymentRun.objects.count() == 1
            assert owed() == {"expense": 2750, "owed": -1540, "paid": -1210}
            assert checking.look(vendor_id=vendor.pk) == []


@contextmanager
def full(table: str) -> Iterator[None]:
    """The server answers every row for this table as it does when its disk is full: no space left, class 53100."""
    with connection.cursor() as cursor:
        cursor.execute(
            "CREATE OR REPLACE FUNCTION full_disk() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RAISE EXCEPTION "
            "'could not extend file: No space left on device' USING ERRCODE = 'disk_full'; END $$"
        )
        cursor.execute(f"CREATE TRIGGER full_disk BEFORE INSERT ON {table} FOR EACH ROW EXECUTE FUNCTION full_disk()")
        yield
        cursor.execute(f"DROP TRIGGER full_disk ON {table}")


STORED = ("rebates_paymentrun", "rebates_payment", "rebates_paymentfile", "rebates_ledgerentry", "rebates_posting",
          "common_outboxmail")  # fmt: skip


def test_a_disk_that_is_full_at_any_row_of_a_proposal_leaves_nothing_of_it(vendor: Vendor) -> None:
    before = digest()
    for table in STORED:
        with full(table), pytest.raises(DatabaseError, match="No space left"):
            paying.propose()
        assert (digest(), PaymentProposal.objects.count()) == (before, 0), table
    paying.propose()
    assert PaymentRun.objects.get().total == 1760


def test_a_disk_that_is_full_at_any_row_of_an_answer_leaves_nothing_of_it(vendor: Vendor) -> None:
    taking(approved(), "first")()
    before = (money(), payments())
    for table in ("rebates_bankanswer", "rebates_answerline", "rebates_ledgerentry", "rebates_posting"):
        with full(table), pytest.raises(DatabaseError, match="No space left"):
            paying.take_answer()
        assert (money(), payments()) == before, table
    assert paying.take_answer().new
    assert set(Payment.objects.values_list("state", flat=True)) == {"paid", "returned", "open"}
    assert answering.parked(vendor=vendor, actor=paying.person("first")).count() == 1
