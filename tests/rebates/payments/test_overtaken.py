"""Runs that something overtakes between their proposal and the bank, and answers that contradict what was booked."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from common.access import Actor
from common.models import User
from partners.models import BankAccount
from rebates.models import AnswerLine, LeftOut, PaymentRun
from rebates.payments import answering, deciding
from rebates.payments.steps import AccountGone, Unclear
from tests.rebates.bank import Reason, pain002
from tests.rebates.bank import Said as Word
from tests.rebates.payments.paying import (
    Finance,
    approve,
    approved,
    export,
    exported,
    owed_120,
    propose,
    proposed,
    say,
)
from tests.rebates.payments.test_odd_answers import answer
from tests.rebates.payments.test_restored import released, restored
from tests.world import NOW, World

Outcome, Said, Why = AnswerLine.Outcome, AnswerLine.Said, LeftOut.Why


def withdrawn(account: BankAccount) -> None:
    BankAccount.objects.filter(pk=account.pk).update(replaced_at=NOW, replaced_by=account.recorded_by)


@pytest.mark.parametrize("step", [approve, export])
def test_a_run_to_an_account_that_was_replaced_or_withdrawn_goes_no_further(
    world: World, finance: Finance, step: Callable[[PaymentRun, User], object]
) -> None:
    account = owed_120(world, finance)
    run = proposed(world, finance) if step == approve else approved(world, finance)
    withdrawn(account)
    with pytest.raises(AccountGone, match=world.reseller.name):
        step(run, finance.first)
    deciding.cancel(run_id=run.pk, actor=finance.asking, reason="Another account", now=NOW)
    assert propose(world, finance).left_out.get().why == Why.NO_ACCOUNT


def test_what_the_bank_may_have_after_a_restore_is_taken_whatever_became_of_the_account(
    world: World, finance: Finance
) -> None:
    account = owed_120(world, finance)
    run = approved(world, finance)
    restored()
    released(world)
    withdrawn(account)
    export(run, finance.first)
    assert say(run.payments.get(), Said.PAID, finance.first) == Outcome.BOOKED


def told_otherwise(world: World, finance: Finance) -> AnswerLine:
    """The bank has turned a payment down, and says of the same payment that it was paid."""
    run = exported(world, finance)
    payment = run.payments.get().end_to_end_id
    words = [Word(payment, "RJCT", Reason("AM04")), Word(payment, "ACSC")]
    content = pain002(about=run.files.get().message_id, payments=words)
    assert answer(world, finance, content) == [Outcome.BOOKED, Outcome.CONTRADICTS]
    return AnswerLine.objects.get(outcome=Outcome.CONTRADICTS)


def test_what_was_turned_down_and_paid_all_the_same_is_not_paid_again_before_somebody_has_looked(
    world: World, finance: Finance
) -> None:
    owed_120(world, finance)
    line = told_otherwise(world, finance)
    assert propose(world, finance).left_out.get().why == Why.UNCLEAR
    answering.look_at(line=line, actor=Actor.of(finance.first), note="The bank's mistake: not paid.", now=NOW)
    assert propose(world, finance).runs.exists()


def test_a_run_waits_while_an_answer_about_an_earlier_payment_is_unclear(world: World, finance: Finance) -> None:
    owed_120(world, finance)
    first = exported(world, finance)
    payment = first.payments.get()
    say(payment, Said.RETURNED, finance.first, code="AM04", stays=True)
    again = approved(world, finance)
    paid = pain002(about=first.files.get().message_id, payments=[Word(payment.end_to_end_id, "ACSC")])
    assert answer(world, finance, paid) == [Outcome.CONTRADICTS]
    with pytest.raises(Unclear):
        export(again, finance.first)
    line = AnswerLine.objects.get(outcome=Outcome.CONTRADICTS)
    answering.look_at(line=line, actor=Actor.of(finance.first), note="Typed in wrongly.", now=NOW)
    export(again, finance.first)
