"""Further files for the same money: only one of a run's files goes to the bank, and none that would be wrong by now."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal

import pytest
from django.urls import reverse
from django.utils import translation

from common.access import Actor
from rebates.models import AnswerLine, PaymentHold
from rebates.payments import answering, exporting, holding
from rebates.payments.errors import MovedOn
from rebates.payments.steps import OnHold, TooLate, Unclear
from tests.people import signed_in
from tests.rebates.bank import Said as Word
from tests.rebates.bank import pain002
from tests.rebates.payments.paying import Finance, export, exported, further, owed_120, pays, release, say
from tests.rebates.payments.test_odd_answers import answer
from tests.world import NOW, World

pytestmark = pytest.mark.django_db
Said = AnswerLine.Said
LATER, WEEKS_LATER = NOW + timedelta(hours=1), NOW + timedelta(days=30)


def on_hold(world: World, finance: Finance) -> PaymentHold:
    return holding.place(
        vendor=world.vendor, partner=world.reseller, why=PaymentHold.Why.FRAUD, text="One account",
        actor=finance.asking, now=LATER,
    )  # fmt: skip


def test_once_a_further_file_is_asked_for_the_one_before_is_not_taken_any_more(world: World, finance: Finance) -> None:
    owed_120(world, finance)
    run = exported(world, finance)
    file = further(run, finance)
    with pytest.raises(MovedOn):
        export(run, finance.second)
    release(file, finance)
    assert export(run, finance.second, number=2) == file


def test_no_further_file_is_released_or_given_out_while_a_partner_in_it_is_on_hold(
    world: World, finance: Finance
) -> None:
    owed_120(world, finance)
    run = exported(world, finance)
    file = further(run, finance)
    hold = on_hold(world, finance)
    with pytest.raises(OnHold):
        release(file, finance)
    holding.ask_release(hold=hold, actor=finance.asking, text="Explained", now=LATER)
    holding.release(hold=hold, actor=Actor.of(finance.first), now=LATER)
    release(file, finance)
    on_hold(world, finance)
    with pytest.raises(OnHold):
        export(run, finance.second, number=2)


def test_no_further_file_is_released_or_given_out_while_an_answer_about_an_earlier_payment_is_unclear(
    world: World, finance: Finance
) -> None:
    owed_120(world, finance)
    earlier = exported(world, finance)
    payment = earlier.payments.get()
    say(payment, Said.RETURNED, finance.first, code="AM04", stays=True)
    run = exported(world, finance)
    file = further(run, finance)
    paid = pain002(about=earlier.files.get().message_id, payments=[Word(payment.end_to_end_id, "ACSC")])
    assert answer(world, finance, paid) == [AnswerLine.Outcome.CONTRADICTS]
    with pytest.raises(Unclear):
        release(file, finance)
    line = AnswerLine.objects.get(outcome=AnswerLine.Outcome.CONTRADICTS)
    answering.look_at(line=line, actor=Actor.of(finance.first), note="Typed in wrongly.", now=LATER)
    release(file, finance)
    assert export(run, finance.second, number=2) == file


def test_a_further_file_is_not_given_out_once_a_payment_in_it_is_owed_again(world: World, finance: Finance) -> None:
    owed_120(world, finance)
    run = exported(world, finance)
    release(further(run, finance), finance)
    say(run.payments.get(), Said.RETURNED, finance.first, code="AM04", stays=True)
    with pytest.raises(exporting.Answered):
        export(run, finance.second, number=2)


def test_a_further_file_whose_day_is_over_is_not_given_out(world: World, finance: Finance) -> None:
    owed_120(world, finance)
    run = exported(world, finance)
    release(further(run, finance), finance)
    with pytest.raises(TooLate):
        export(run, finance.second, number=2, now=WEEKS_LATER)


def test_a_further_file_that_was_given_to_the_bank_is_taken_again_for_the_archive(
    world: World, finance: Finance
) -> None:
    owed_120(world, finance)
    run = exported(world, finance)
    release(further(run, finance), finance)
    export(run, finance.second, number=2)
    say(run.payments.get(), Said.PAID, finance.first)
    assert export(run, finance.second, number=2).taken.count() == 2


def test_a_further_file_that_nobody_released_in_time_makes_room_for_another_one(world: World, finance: Finance) -> None:
    owed_120(world, finance)
    run = exported(world, finance)
    stale = further(run, finance)
    with pytest.raises(TooLate):
        release(stale, finance, now=WEEKS_LATER)
    file = further(run, finance, now=WEEKS_LATER)
    assert file.number == 3
    with pytest.raises(MovedOn):
        release(stale, finance)
    release(file, finance, now=WEEKS_LATER)
    assert export(run, finance.second, number=3, now=WEEKS_LATER) == file


def test_the_page_offers_no_file_that_a_later_one_replaces(world: World, finance: Finance) -> None:
    owed_120(world, finance)
    run = exported(world, finance)
    taking = f'action="{reverse("rebates:payment-file", args=[world.vendor.slug, run.number, 1])}"'
    url = reverse("rebates:payment-run", args=[world.vendor.slug, run.number])
    assert taking in signed_in(finance.second).get(url).content.decode()
    further(run, finance)
    assert taking not in signed_in(finance.second).get(url).content.decode()


def test_why_a_further_file_cannot_be_made_is_said_in_the_persons_language(world: World, finance: Finance) -> None:
    owed_120(world, finance)
    run = exported(world, finance)
    pays(world.vendor, most=Decimal(100))
    with translation.override("de"), pytest.raises(exporting.NoFile, match="ist höher, als eine Zahlung sein darf"):
        further(run, finance)
    assert run.files.count() == 1
