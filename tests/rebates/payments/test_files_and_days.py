"""Files for the bank, one and further ones; runs proposed by schedule; days that are promised."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import pytest

from common import releasing
from common.access import Actor
from common.models import OutboxMail
from common.periods import Period
from rebates.models import (
    AnswerLine,
    Closing,
    PaymentProposal,
    PaymentRun,
)
from rebates.payments import exporting, proposing, standing
from rebates.payments.errors import MovedOn, NotPayable, TextMissing
from rebates.payments.steps import TooLate
from tests.owner import without_triggers
from tests.rebates.payments.paying import (
    DAY,
    Finance,
    another_partner,
    approved,
    close,
    export,
    exported,
    has_account,
    owed_120,
    pays,
    propose,
    say,
)
from tests.world import NOW, TODAY, World

Said = AnswerLine.Said


# --- files -----------------------------------------------------------------------------------------------------------


def test_everybody_takes_the_same_bytes_and_each_taking_is_recorded(world: World, finance: Finance) -> None:
    owed_120(world, finance)
    run = approved(world, finance)
    first, again = export(run, finance.first), export(run, finance.second)
    assert bytes(first.content) == bytes(again.content)
    assert list(first.taken.values_list("person", flat=True)) == [finance.first.pk, finance.second.pk]


def test_a_run_whose_day_is_over_is_not_given_to_the_bank(world: World, finance: Finance) -> None:
    owed_120(world, finance)
    run = approved(world, finance)
    with pytest.raises(TooLate):
        export(run, finance.first, now=NOW + timedelta(days=30))


@pytest.mark.parametrize(
    ("table", "statement"),
    [
        ("rebates_paymentrun", "UPDATE rebates_paymentrun SET total = total + 0.01"),
        ("rebates_payment", "UPDATE rebates_payment SET amount = amount + 0.01"),
        (
            "rebates_posting",
            "UPDATE rebates_posting SET amount = amount - 0.01 WHERE account = 'in_payment'",
        ),
    ],
)
def test_a_run_that_is_not_what_was_booked_is_not_given_to_the_bank(
    world: World, finance: Finance, table: str, statement: str
) -> None:
    owed_120(world, finance)
    run = approved(world, finance)
    with without_triggers(table) as cursor:
        cursor.execute(statement)
        assert cursor.rowcount == 1
    with pytest.raises(exporting.SumsDisagree, match=r"120\.01"):
        export(run, finance.first)
    run.refresh_from_db()
    assert run.state == PaymentRun.State.APPROVED
    assert run.refused_steps.get().step == "export"


def test_a_further_file_takes_two_people_a_reason_and_a_statement(world: World, finance: Finance) -> None:
    owed_120(world, finance)
    run = exported(world, finance)
    ask: dict[str, Any] = {"run_id": run.pk, "actor": Actor.of(finance.first), "now": NOW}
    with pytest.raises(TextMissing):
        exporting.ask_for_another(reason="Lost", not_submitted=False, **ask)
    file = exporting.ask_for_another(reason="Lost", not_submitted=True, **ask)
    assert exporting.ask_for_another(reason="Lost", not_submitted=True, **ask) == file
    with pytest.raises(MovedOn):
        export(run, finance.first, number=2)
    release: dict[str, Any] = {"run_id": run.pk, "number": 2, "sha256": file.sha256, "now": NOW}
    with pytest.raises(exporting.OwnFile):
        exporting.release_another(actor=Actor.of(finance.first), **release)
    exporting.release_another(actor=Actor.of(finance.second), **release)
    taken = export(run, finance.first, number=2)
    first = run.files.get(number=1)
    assert taken.message_id != first.message_id
    with pytest.raises(MovedOn, match="must not get both"):
        export(run, finance.first)
    payment = run.payments.get()
    assert payment.end_to_end_id.encode() in bytes(taken.content)
    assert payment.end_to_end_id.encode() in bytes(first.content)


def test_no_further_file_is_made_once_the_bank_has_answered(world: World, finance: Finance) -> None:
    other = another_partner(world, "Spreewald IT", "3C4D5F6G", "30")
    has_account(other, world.vendor, finance.bookkeeper)
    owed_120(world, finance)
    run = exported(world, finance)
    say(run.payments.get(partner=other), Said.PAID, finance.first)
    with pytest.raises(exporting.Answered):
        exporting.ask_for_another(run_id=run.pk, actor=finance.asking, reason="Lost", not_submitted=True, now=NOW)


def test_after_a_restore_is_asked_for_runs_that_the_backup_cannot_know(world: World, finance: Finance) -> None:
    asked = "Has Lenovo paid anything since"
    assert not any(asked in str(each.label) for each in releasing.to_look_at(backup_at=NOW))
    pays(world.vendor)
    assert sum(asked in str(each.label) for each in releasing.to_look_at(backup_at=NOW)) == 1


# --- schedule and promise --------------------------------------------------------------------------------------------


def test_a_closing_promises_a_day_on_which_banks_book(world: World, finance: Finance) -> None:
    pays(world.vendor, days_after_closing=12)  # 28 November 2026 is a Saturday
    has_account(world.reseller, world.vendor, finance.bookkeeper)
    close(world)
    assert Closing.objects.get().promised_on == date(2026, 11, 30)
    [promise] = standing.promises(partner=world.reseller, vendor=world.vendor, today=TODAY, now=NOW)
    assert (promise.amount, promise.day, promise.why) == (Decimal("120.00"), date(2026, 11, 30), None)


def test_a_run_is_proposed_by_itself_before_the_promised_day_and_only_once(world: World, finance: Finance) -> None:
    owed_120(world, finance)
    assert proposing.ensure_due_runs(today=date(2026, 11, 20), now=NOW) == []
    [proposal] = proposing.ensure_due_runs(today=date(2026, 11, 23), now=NOW)
    assert proposing.ensure_due_runs(today=date(2026, 11, 23), now=NOW) == []
    assert (proposal.scheduled, proposal.requested_by) == (True, None)
    run = proposal.runs.get()
    assert run.pay_on == DAY
    assert OutboxMail.objects.filter(kind="payment_run_waits").count() == 6  # finance, and the vendor's admin


def test_after_an_outage_the_run_is_proposed_for_the_next_bank_day(world: World, finance: Finance) -> None:
    owed_120(world, finance)
    [proposal] = proposing.ensure_due_runs(today=date(2026, 12, 4), now=NOW)
    assert proposal.day == DAY
    assert proposal.runs.get().pay_on == date(2026, 12, 7)


def test_what_is_closed_after_the_days_run_was_proposed_is_promised_for_a_day_that_has_none(
    world: World, finance: Finance
) -> None:
    pays(world.vendor, days_after_closing=3, lead_days=5)
    other = another_partner(world, "Spreewald IT", "3C4D5F6G", "30")
    has_account(other, world.vendor, finance.bookkeeper)
    close(world, Period.parse("2026Q2"))
    [first] = proposing.ensure_due_runs(today=TODAY, now=NOW)
    close(world)
    assert Closing.objects.get(period="2026Q3").promised_on == date(2026, 11, 20)
    [second] = proposing.ensure_due_runs(today=TODAY, now=NOW)
    assert (first.day, second.day) == (date(2026, 11, 19), date(2026, 11, 20))
    assert second.runs.get().total == Decimal("300.00")


def test_a_day_without_bookings_is_refused(world: World, finance: Finance) -> None:
    owed_120(world, finance)
    for day in (date(2026, 11, 29), date(2026, 12, 25), TODAY, date(2027, 6, 1)):
        with pytest.raises(NotPayable):
            propose(world, finance, day=day)
    assert not PaymentProposal.objects.exists()


def test_a_vendor_that_has_not_said_from_which_account_it_pays_proposes_nothing(world: World, finance: Finance) -> None:
    close(world)
    with pytest.raises(NotPayable):
        propose(world, finance)
    assert Closing.objects.get().promised_on is None
