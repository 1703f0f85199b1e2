"""A payment run from the balances to the bank's answer, and each step that is refused."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal

import pytest
from django.db import DatabaseError, transaction

from common.access import Actor
from common.models import OutboxMail
from common.periods import Period
from partners.models import BankAccount
from rebates import accounts, checking
from rebates.models import (
    AnswerLine,
    LedgerEntry,
    LeftOut,
    PaymentApproval,
    PaymentHold,
    PaymentRun,
    Posting,
    RefusedStep,
)
from rebates.payments import deciding, holding, proposing
from rebates.payments.errors import Changed, MovedOn, TextMissing
from rebates.payments.steps import OnHold
from rebates.rights import NotAllowed
from tests import people
from tests.rebates.payments.paying import (
    DAY,
    Finance,
    another_partner,
    approve,
    approved,
    close,
    export,
    exported,
    has_account,
    iban_of,
    owed_120,
    pays,
    propose,
    proposed,
    say,
)
from tests.world import NOW, TODAY, World

State = PaymentRun.State
Why = LeftOut.Why
Outcome, Said = AnswerLine.Outcome, AnswerLine.Said


def balance(world: World) -> dict[str, Decimal]:
    """By account what stands there between the vendor and the reseller; debit is positive."""
    sums: dict[str, Decimal] = {}
    entries = LedgerEntry.objects.filter(vendor=world.vendor, partner=world.reseller)
    for posting in Posting.objects.filter(entry__in=entries):
        sums[posting.account] = sums.get(posting.account, Decimal(0)) + posting.amount
    return {account: amount for account, amount in sums.items() if amount}


def why_not(world: World, finance: Finance) -> str:
    proposal = propose(world, finance)
    assert not proposal.runs.exists()
    return proposal.left_out.get(partner=world.reseller).why


def sound(world: World) -> bool:
    return not checking.look(vendor_id=world.vendor.pk)


# --- the whole way ---------------------------------------------------------------------------------------------------


def test_what_is_owed_is_proposed_approved_by_two_given_to_the_bank_and_paid(world: World, finance: Finance) -> None:
    owed_120(world, finance)
    run = proposed(world, finance)
    assert (run.number, run.state, run.count, run.total) == (1, State.PROPOSED, 1, Decimal("120.00"))
    assert balance(world) == {"expense": 120, "in_payment": -120}
    approve(run, finance.first)
    run = approve(run, finance.second)
    assert run.state == State.APPROVED
    file = export(run, finance.proposer)
    assert b"120.00" in bytes(file.content)
    payment = run.payments.get()
    assert say(payment, Said.PAID, finance.first) == Outcome.BOOKED
    run.refresh_from_db()
    assert run.state == State.SETTLED
    assert balance(world) == {"expense": 120, "paid": -120}
    assert sound(world)


def test_a_second_proposal_finds_nothing_of_what_is_on_its_way(world: World, finance: Finance) -> None:
    owed_120(world, finance)
    proposed(world, finance)
    again = propose(world, finance)
    assert not again.runs.exists()
    assert not again.left_out.exists()


def test_what_is_earned_while_a_payment_is_under_way_waits_for_its_answer(world: World, finance: Finance) -> None:
    owed_120(world, finance)
    proposed(world, finance)
    close(world, Period.parse("2026Q4"), today=date(2027, 1, 20))
    assert why_not(world, finance) == Why.IN_PAYMENT


def test_what_came_back_is_owed_again_and_the_account_is_not_paid_to_any_more(world: World, finance: Finance) -> None:
    owed_120(world, finance)
    run = exported(world, finance)
    assert say(run.payments.get(), Said.RETURNED, finance.first, code="AC04") == Outcome.BOOKED
    assert balance(world) == {"expense": 120, "owed": -120}
    assert why_not(world, finance) == Why.CAME_BACK
    mail = OutboxMail.objects.get(kind="payment_came_back", recipient__email="reseller_owner@example.com")
    # Somebody waits for these; what goes to every partner that was paid comes after them.
    kinds = OutboxMail.objects.filter(in_bulk=False).values_list("kind", flat=True)
    assert {"payment_came_back", "payment_run_waits"} <= set(kinds)
    assert "120.00" in mail.text
    assert sound(world)


def test_another_account_is_paid_to_after_a_payment_came_back(world: World, finance: Finance) -> None:
    account = owed_120(world, finance)
    run = exported(world, finance)
    say(run.payments.get(), Said.RETURNED, finance.first, code="AC04")
    BankAccount.objects.filter(pk=account.pk).update(replaced_at=NOW, replaced_by=account.recorded_by)
    has_account(world.reseller, world.vendor, finance.bookkeeper, iban=iban_of(77))
    assert propose(world, finance).runs.get().payments.get().iban == iban_of(77)


def test_the_same_account_is_paid_to_again_where_it_was_not_the_reason(world: World, finance: Finance) -> None:
    owed_120(world, finance)
    run = exported(world, finance)
    say(run.payments.get(), Said.RETURNED, finance.first, code="AM04", stays=True)
    assert propose(world, finance).runs.get().total == Decimal("120.00")


def test_what_was_paid_and_comes_back_later_is_owed_again(world: World, finance: Finance) -> None:
    owed_120(world, finance)
    run = exported(world, finance)
    say(run.payments.get(), Said.PAID, finance.first)
    assert say(run.payments.get(), Said.RETURNED, finance.first, code="AC04") == Outcome.BOOKED
    assert balance(world) == {"expense": 120, "paid": -120, "returned": 120, "owed": -120}
    [account] = accounts.balances(vendor=world.vendor, actor=Actor.system())
    assert (account.owed, account.paid) == (120, 0)
    assert sound(world)


def test_a_word_said_twice_is_known_and_one_against_it_waits_for_a_person(world: World, finance: Finance) -> None:
    owed_120(world, finance)
    payment = exported(world, finance).payments.get()
    say(payment, Said.RETURNED, finance.first, code="AC04")
    assert say(payment, Said.RETURNED, finance.second) == Outcome.KNOWN
    assert say(payment, Said.PAID, finance.second) == Outcome.CONTRADICTS
    assert balance(world) == {"expense": 120, "owed": -120}
    assert AnswerLine.objects.filter(outcome=Outcome.BOOKED).count() == 1


# --- who is left out -------------------------------------------------------------------------------------------------


def test_a_balance_below_the_smallest_payment_stays_owed(world: World, finance: Finance) -> None:
    owed_120(world, finance)
    pays(world.vendor, minimum=Decimal("120.01"))
    assert why_not(world, finance) == Why.MINIMUM
    assert balance(world) == {"expense": 120, "owed": -120}


def test_the_years_last_run_pays_small_balances_too(world: World, finance: Finance) -> None:
    owed_120(world, finance)
    pays(world.vendor, minimum=Decimal("120.01"))
    proposal = proposing.propose(
        vendor=world.vendor, day=DAY, last_of_year=True, actor=finance.asking, today=TODAY, now=NOW
    )
    assert proposal.runs.get().total == Decimal("120.00")


def test_who_has_left_is_paid_to_the_last_cent(world: World, finance: Finance) -> None:
    owed_120(world, finance)
    pays(world.vendor, minimum=Decimal("120.01"))
    world.enrolment.statuses.update(status="ended")
    assert proposed(world, finance).total == Decimal("120.00")


def test_without_an_account_nothing_is_paid(world: World, finance: Finance) -> None:
    pays(world.vendor)
    close(world)
    assert why_not(world, finance) == Why.NO_ACCOUNT


@pytest.mark.parametrize(("decided", "why"), [("refused", Why.REFUSED), ("waiting", Why.WAITING)])
def test_an_account_that_the_vendor_refused_or_has_not_looked_at_is_not_paid_to(
    world: World, finance: Finance, decided: str, why: LeftOut.Why
) -> None:
    pays(world.vendor)
    account = has_account(world.reseller, world.vendor, None)
    if decided == "refused":
        account.uses.update(state=decided, decided_by=finance.bookkeeper, decided_at=NOW, comment="Another name")
    close(world)
    assert why_not(world, finance) == why


def test_an_account_that_changed_lately_is_not_paid_to(world: World, finance: Finance) -> None:
    account = owed_120(world, finance)
    BankAccount.objects.filter(pk=account.pk).update(replaced_at=NOW, replaced_by=account.recorded_by)
    changed = has_account(
        world.reseller, world.vendor, finance.bookkeeper, iban=iban_of(5), at=NOW + timedelta(days=28)
    )
    assert changed.usable_from > NOW
    assert why_not(world, finance) == Why.COOLING


def test_an_amount_above_the_largest_payment_waits(world: World, finance: Finance) -> None:
    owed_120(world, finance)
    pays(world.vendor, most=Decimal("119.99"))
    assert why_not(world, finance) == Why.TOO_MUCH


def test_a_partner_on_hold_is_not_paid(world: World, finance: Finance) -> None:
    owed_120(world, finance)
    place(world, finance)
    assert why_not(world, finance) == Why.HOLD


def test_partners_outside_sepa_are_paid_by_a_list_of_their_own(world: World, finance: Finance) -> None:
    abroad = another_partner(world, "Bosporus Bilişim", "4D5F6G7H", "30")
    has_account(abroad, world.vendor, finance.bookkeeper, iban=iban_of(1, "TR"))
    owed_120(world, finance)
    runs = propose(world, finance).runs.order_by("way")
    assert [(run.way, run.total) for run in runs] == [("list", Decimal("300.00")), ("sepa", Decimal("120.00"))]
    csv = bytes(runs[0].files.get().content).decode("utf-8-sig")
    assert "300,00" in csv
    assert csv.count(iban_of(1, "TR")) == 1


# --- who may ---------------------------------------------------------------------------------------------------------


def test_one_approval_is_not_enough(world: World, finance: Finance) -> None:
    owed_120(world, finance)
    run = approve(proposed(world, finance), finance.first)
    assert run.state == State.PROPOSED
    with pytest.raises(MovedOn):
        export(run, finance.first)
    with pytest.raises(DatabaseError, match="not approved by two"), transaction.atomic():
        PaymentRun.objects.filter(pk=run.pk).update(state=State.APPROVED, approved_at=NOW)


def test_nobody_approves_twice_or_what_they_proposed(world: World, finance: Finance) -> None:
    owed_120(world, finance)
    run = proposed(world, finance)
    with pytest.raises(deciding.OwnRun):
        approve(run, finance.proposer)
    approve(run, finance.first)
    with pytest.raises(deciding.ApprovedAlready):
        approve(run, finance.first)
    assert list(RefusedStep.objects.order_by("id").values_list("person", "step")) == [
        (finance.proposer.pk, "approve"),
        (finance.first.pk, "approve"),
    ]
    with pytest.raises(DatabaseError, match="cannot be approved so"), transaction.atomic():
        PaymentApproval.objects.create(run=run, person=finance.proposer, sha256=run.sha256, at=NOW)


def test_whoever_approved_an_account_does_not_approve_the_run_that_pays_to_it(world: World, finance: Finance) -> None:
    owed_120(world, finance)
    run = proposed(world, finance)
    with pytest.raises(deciding.OwnPart, match="bank account"):
        approve(run, finance.bookkeeper)


def test_the_second_account_of_the_same_person_counts_as_the_first(world: World, finance: Finance) -> None:
    owed_120(world, finance)
    finance.second.second_of = finance.first
    finance.second.save()
    run = proposed(world, finance)
    approve(run, finance.first)
    with pytest.raises(deciding.SamePerson):
        approve(run, finance.second)
    third = people.staff_of(world.vendor, "proposers_other_login", "finance", second_of=finance.proposer)
    with pytest.raises(deciding.OwnRun):
        approve(run, third)


@pytest.mark.parametrize(
    ("device", "email", "warned"),
    [
        ("laptop", "second@example.com", True),
        ("phone", "second@example.com", False),
        ("", "second@example.com", False),
        ("laptop", "second@elsewhere.example", False),
    ],
)
def test_the_same_device_and_mail_domain_are_only_warned_about(
    world: World, finance: Finance, device: str, email: str, warned: bool
) -> None:
    owed_120(world, finance)
    finance.second.email = email
    finance.second.save()
    run = proposed(world, finance)
    approve(run, finance.first, device="laptop")
    assert approve(run, finance.second, device=device).state == State.APPROVED
    assert [bool(each.warning) for each in run.approvals.all()] == [False, warned]


def test_a_platform_admin_a_channel_manager_and_another_vendors_finance_approve_nothing(
    world: World, finance: Finance
) -> None:
    owed_120(world, finance)
    run = proposed(world, finance)
    for person in (world.platform_admin, world.channel_manager, world.rival_vendor_finance, world.reseller_owner):
        with pytest.raises(NotAllowed):
            approve(run, person)
        assert "Only finance" in deciding.hindrance(run=run, actor=Actor.of(person))
    assert deciding.hindrance(run=run, actor=Actor.of(finance.first)) == ""


def test_who_loses_the_role_between_looking_and_clicking_approves_nothing(world: World, finance: Finance) -> None:
    owed_120(world, finance)
    run = proposed(world, finance)
    world.vendor.staff.filter(user=finance.first).delete()
    with pytest.raises(NotAllowed):
        approve(run, finance.first)


def test_an_approval_binds_to_the_file_that_was_seen(world: World, finance: Finance) -> None:
    owed_120(world, finance)
    run = proposed(world, finance)
    with pytest.raises(Changed):
        approve(run, finance.first, sha256="0" * 64)


# --- cancelling ------------------------------------------------------------------------------------------------------


def test_a_cancelled_run_owes_everything_again_and_pays_nothing(world: World, finance: Finance) -> None:
    owed_120(world, finance)
    run = approved(world, finance)
    with pytest.raises(TextMissing):
        deciding.cancel(run_id=run.pk, actor=finance.asking, reason=" ", now=NOW)
    deciding.cancel(run_id=run.pk, actor=finance.asking, reason="Wrong day", now=NOW)
    assert balance(world) == {"expense": 120, "owed": -120}
    with pytest.raises(MovedOn):
        export(run, finance.first)
    again = propose(world, finance).runs.get()
    assert (again.number, again.total) == (2, Decimal("120.00"))
    assert sound(world)


def test_a_run_that_was_given_to_the_bank_is_not_cancelled(world: World, finance: Finance) -> None:
    owed_120(world, finance)
    run = exported(world, finance)
    with pytest.raises(MovedOn):
        deciding.cancel(run_id=run.pk, actor=finance.asking, reason="Too late", now=NOW)


# --- holds -----------------------------------------------------------------------------------------------------------


def place(world: World, finance: Finance) -> PaymentHold:
    return holding.place(
        vendor=world.vendor, partner=world.reseller, why=PaymentHold.Why.FRAUD, text="Two companies, one account",
        actor=finance.asking, now=NOW,
    )  # fmt: skip


def test_a_hold_stops_a_run_that_was_proposed_with_the_partner(world: World, finance: Finance) -> None:
    owed_120(world, finance)
    run = approved(world, finance)
    place(world, finance)
    with pytest.raises(OnHold):
        export(run, finance.first)


def test_a_hold_is_released_by_two(world: World, finance: Finance) -> None:
    hold = place(world, finance)
    with pytest.raises(MovedOn):
        holding.release(hold=hold, actor=Actor.of(finance.first), now=NOW)
    holding.ask_release(hold=hold, actor=Actor.of(finance.first), text="Explained", now=NOW)
    with pytest.raises(holding.OwnRelease):
        holding.release(hold=hold, actor=Actor.of(finance.first), now=NOW)
    holding.release(hold=hold, actor=Actor.of(finance.second), now=NOW)
    assert hold.released_at == NOW
