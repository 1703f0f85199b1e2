"""What the bank says and cannot be taken at its word: of files that were replaced, of other runs, or against itself."""

from __future__ import annotations

import pytest

from common.access import Actor
from rebates.models import AnswerLine, PaymentRun
from rebates.payments import answering, deciding
from tests.rebates.bank import Reason, pain002
from tests.rebates.bank import Said as Word
from tests.rebates.payments.paying import (
    Finance,
    another_partner,
    export,
    exported,
    further,
    has_account,
    owed_120,
    proposed,
    release,
)
from tests.world import NOW, World

pytestmark = pytest.mark.django_db
Outcome = AnswerLine.Outcome


def answer(world: World, finance: Finance, content: bytes) -> list[str]:
    """What came of the words of the bank's file, in the order in which they were said."""
    taken = answering.take_answer(
        vendor=world.vendor, file_name="answer.xml", content=content, actor=Actor.of(finance.first), now=NOW
    )
    return list(taken.answer.lines.order_by("pk").values_list("outcome", flat=True))


def states(run: PaymentRun) -> set[str]:
    return set(run.payments.values_list("state", flat=True))


@pytest.mark.parametrize("status", ["RJCT", "ACSC"])
@pytest.mark.parametrize("whole", [True, False], ids=["of the file", "of each payment"])
def test_a_word_about_a_file_that_another_one_replaced_waits_for_a_person(
    world: World, finance: Finance, status: str, whole: bool
) -> None:
    owed_120(world, finance)
    run = exported(world, finance)
    release(further(run, finance), finance)
    export(run, finance.second, number=2)
    first, second = (run.files.get(number=number).message_id for number in (1, 2))
    payments = [] if whole else [Word(run.payments.get().end_to_end_id, status)]
    about_first = pain002(about=first, status=status if whole else "", payments=payments)
    assert answer(world, finance, about_first) == [Outcome.CONTRADICTS]
    assert states(run) == {"open"}
    about_second = pain002(about=second, status="ACSC")
    assert answer(world, finance, about_second) == [Outcome.BOOKED]
    assert states(run) == {"paid"}


def test_a_file_that_was_replaced_and_paid_all_the_same_waits_for_a_person(world: World, finance: Finance) -> None:
    owed_120(world, finance)
    run = exported(world, finance)
    release(further(run, finance), finance)
    first, second = (run.files.get(number=number).message_id for number in (1, 2))
    assert answer(world, finance, pain002(about=second, status="ACSC")) == [Outcome.BOOKED]
    assert answer(world, finance, pain002(about=first, status="ACSC")) == [Outcome.CONTRADICTS]


def test_a_word_in_an_answer_about_another_run_waits_for_a_person(world: World, finance: Finance) -> None:
    owed_120(world, finance)
    earlier = proposed(world, finance)
    deciding.cancel(run_id=earlier.pk, actor=finance.asking, reason="Wrong day", now=NOW)
    run = exported(world, finance)
    content = pain002(about=earlier.files.get().message_id, payments=[Word(run.payments.get().end_to_end_id, "RJCT")])
    assert answer(world, finance, content) == [Outcome.CONTRADICTS]
    assert states(run) == {"open"}


def test_one_payment_named_twice_in_an_answer_is_booked_once(world: World, finance: Finance) -> None:
    owed_120(world, finance)
    run = exported(world, finance)
    payment = run.payments.get().end_to_end_id
    content = pain002(
        about=run.files.get().message_id,
        payments=[Word(payment, "ACSC"), Word(payment, "ACSC"), Word(payment, "RJCT"), Word(payment, "PDNG")],
    )
    assert answer(world, finance, content) == [Outcome.BOOKED, Outcome.KNOWN, Outcome.CONTRADICTS, Outcome.NOTED]
    assert states(run) == {"paid"}


def test_that_the_bank_has_it_already_is_heard_wherever_it_is_said(world: World, finance: Finance) -> None:
    owed_120(world, finance)
    run = exported(world, finance)
    name, payment = run.files.get().message_id, run.payments.get().end_to_end_id
    own = Word(payment, "RJCT", Reason("NARR", "see above"))
    of_the_file = pain002(about=name, status="RJCT", reason=Reason("DUPL"), payments=[own])
    second_reason = pain002(about=name, payments=[own]).replace(
        b"</TxInfAndSts>", b"<StsRsnInf><Rsn><Cd>AM05</Cd></Rsn></StsRsnInf></TxInfAndSts>"
    )
    of_all = pain002(about=name, status="RJCT", reason=Reason("DUPL"))
    for content in (of_the_file, second_reason, of_all):
        assert answer(world, finance, content) == [Outcome.TWICE]
    assert states(run) == {"open"}


@pytest.mark.parametrize(("message", "one"), [("RJCT", "ACSC"), ("CANC", "ACSC"), ("RJCT", "PDNG")])
def test_an_answer_that_rejects_the_file_and_not_a_payment_in_it_takes_nothing_for_rejected(
    world: World, finance: Finance, message: str, one: str
) -> None:
    other = another_partner(world, "Spreewald IT", "3C4D5F6G", "30")
    has_account(other, world.vendor, finance.bookkeeper)
    owed_120(world, finance)
    run = exported(world, finance)
    payment = run.payments.get(partner=other).end_to_end_id
    answer(world, finance, pain002(about=run.files.get().message_id, status=message, payments=[Word(payment, one)]))
    assert "returned" not in states(run)
