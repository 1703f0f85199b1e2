"""Payments after a restore: the bank may know of runs more than the backup does, and pays nothing again."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal
from io import BytesIO
from typing import Any

import pytest
import time_machine
from django.urls import reverse

from common import releasing
from common.access import Actor
from common.models import Pause
from common.pausing import Paused
from rebates.models import AnswerLine, PaymentRun
from rebates.payments import exporting
from rebates.payments.answering import take_answer
from rebates.payments.steps import TooLate
from tests.people import signed_in
from tests.rebates.bank import pain002
from tests.rebates.payments.paying import (
    DAY,
    Finance,
    approve,
    approved,
    export,
    exported,
    owed_120,
    pays,
    propose,
    proposed,
    say,
)
from tests.world import NOW, World

State = PaymentRun.State
LATER = NOW + timedelta(days=30)
"""The payment date is over."""


def restored() -> None:
    Pause.objects.create(paused_at=LATER, backup_at=NOW + timedelta(hours=1), backup_digest="0f" * 32)


def released(world: World) -> None:
    releasing.release(actor=Actor.of(world.platform_admin), comment="Asked the bank.", now=LATER)


def told() -> list[str]:
    moment = releasing.backup_moment()
    assert moment is not None
    return [str(each.label) for each in releasing.to_look_at(backup_at=moment)]


@pytest.mark.parametrize(
    ("bring", "words"),
    [
        (proposed, "was proposed: did the bank get"),
        (approved, "was approved: did the bank get"),
        (exported, "is at the bank"),
    ],
)
def test_whoever_releases_is_told_of_every_run_of_which_the_bank_may_know_more(
    world: World, finance: Finance, bring: object, words: str
) -> None:
    owed_120(world, finance)
    assert callable(bring)
    bring(world, finance)
    restored()
    [line] = [text for text in told() if "Payment run 1 of Lenovo" in text]
    assert words in line


def test_whoever_releases_is_told_that_there_may_be_runs_of_which_nothing_is_known(
    world: World, finance: Finance
) -> None:
    pays(world.rival_vendor)
    owed_120(world, finance)
    run = exported(world, finance)
    say(run.payments.get(), AnswerLine.Said.PAID, finance.first)
    restored()
    found = [text.partition(" paid anything since ")[0] for text in told() if "is missing here" in text]
    assert found == [f"Has {each.name}" for each in (world.rival_vendor, world.vendor)]


def test_while_it_is_paused_nothing_is_proposed_approved_or_given_to_the_bank(world: World, finance: Finance) -> None:
    owed_120(world, finance)
    waiting = proposed(world, finance)
    restored()
    with pytest.raises(Paused):
        propose(world, finance)
    with pytest.raises(Paused):
        approve(waiting, finance.first)
    with pytest.raises(Paused):
        export(waiting, finance.first)


def test_a_run_whose_file_the_bank_has_is_taken_here_again_though_its_day_is_over_and_nothing_is_paid_twice(
    world: World, finance: Finance
) -> None:
    owed_120(world, finance)
    run = approved(world, finance)
    content = bytes(run.files.get().content)
    restored()
    released(world)
    assert bytes(export(run, finance.first, now=LATER).content) == content
    assert say(run.payments.get(), AnswerLine.Said.PAID, finance.first) == AnswerLine.Outcome.BOOKED
    assert not propose(world, finance).runs.exists()
    assert PaymentRun.objects.get().total == Decimal("120.00")


def test_an_answer_that_came_before_its_run_was_taken_here_again_is_booked_when_it_is_taken_again(
    world: World, finance: Finance
) -> None:
    owed_120(world, finance)
    run = approved(world, finance)
    restored()
    released(world)
    paid = pain002(about=run.files.get().message_id, status="ACSC")
    taking: dict[str, Any] = {"vendor": world.vendor, "file_name": "a.xml", "actor": Actor.of(finance.first)}
    assert take_answer(content=paid, now=LATER, **taking).new
    assert not take_answer(content=paid, now=LATER, **taking).new
    export(run, finance.first, now=LATER + timedelta(minutes=1))
    again = [take_answer(content=paid, now=LATER + timedelta(minutes=2), **taking).new for _time in range(2)]
    assert again == [True, False]
    lines = AnswerLine.objects.order_by("pk").values_list("outcome", "note")
    assert list(lines) == [("contradicts", "Taken again."), ("booked", "")]
    assert run.payments.get().state == "paid"


def test_who_takes_an_answer_again_reads_what_became_of_it_this_time(world: World, finance: Finance) -> None:
    owed_120(world, finance)
    run = approved(world, finance)
    restored()
    released(world)
    paid = pain002(about=run.files.get().message_id, status="ACSC")
    take_answer(vendor=world.vendor, file_name="a.xml", content=paid, actor=Actor.of(finance.first), now=LATER)
    export(run, finance.first, now=LATER + timedelta(minutes=1))
    page = reverse("rebates:payment-answers", args=[world.vendor.slug])
    with time_machine.travel(LATER + timedelta(minutes=2)):
        said = signed_in(finance.first).post(page, {"file": BytesIO(paid)}, follow=True).text
    assert "1 payment answered." in said
    assert "needs a person" not in said


def test_so_is_a_further_file(world: World, finance: Finance) -> None:
    owed_120(world, finance)
    run = exported(world, finance)
    first, second = Actor.of(finance.first), Actor.of(finance.second)
    file = exporting.ask_for_another(run_id=run.pk, actor=first, reason="Lost", not_submitted=True, now=NOW)
    exporting.release_another(run_id=run.pk, number=2, actor=second, sha256=file.sha256, now=NOW)
    with pytest.raises(TooLate):
        export(run, finance.first, number=2, now=LATER)
    restored()
    released(world)
    assert bytes(export(run, finance.first, number=2, now=LATER).content) == bytes(file.content)


def test_a_run_that_was_proposed_after_the_restore_is_too_late_when_its_day_is_over(
    world: World, finance: Finance
) -> None:
    owed_120(world, finance)
    restored()
    released(world)
    run = propose(world, finance, now=NOW + timedelta(hours=2)).runs.get()
    assert run.pay_on == DAY
    for person in (finance.first, finance.second):
        approve(run, person)
    with pytest.raises(TooLate):
        export(run, finance.first, now=LATER)
