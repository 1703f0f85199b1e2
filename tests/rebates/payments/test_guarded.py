"""What the database itself forbids about payments, whoever asks for it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import pytest
from django.db import DatabaseError, transaction

from partners.models import BankAccount
from rebates.models import Payment, PaymentApproval, PaymentRun
from tests.people import staff_of
from tests.rebates.payments.paying import (
    Finance,
    another_partner,
    approved,
    exported,
    has_account,
    iban_of,
    owed_120,
    proposed,
)
from tests.world import NOW, World

pytestmark = pytest.mark.django_db


def more(run: PaymentRun, account: BankAccount, **changed: Any) -> Payment:
    """A further payment that slips into the run."""
    values: Mapping[str, Any] = {
        "vendor_id": run.vendor_id, "partner": account.partner, "currency": run.currency, "amount": 50,
        "account": account, "holder": account.holder, "iban": account.iban, "end_to_end_id": "one-more", **changed,
    }  # fmt: skip
    with transaction.atomic():
        return Payment.objects.create(run=run, **values)


@pytest.fixture
def account(world: World, finance: Finance) -> BankAccount:
    """Of a partner that nothing is owed to."""
    owed_120(world, finance)
    return has_account(another_partner(world, "Spreewald IT", "3C4D5F6G", "30"), world.vendor, finance.bookkeeper)


def test_a_payment_is_added_while_its_run_is_made_and_not_after_its_approval(
    world: World, finance: Finance, account: BankAccount
) -> None:
    run = approved(world, finance)
    with pytest.raises(DatabaseError, match="takes no such payment"):
        more(run, account)


def test_a_payment_is_of_its_runs_vendor_and_currency(world: World, finance: Finance, account: BankAccount) -> None:
    run = proposed(world, finance)
    for changed in ({"currency": "CHF"}, {"vendor_id": world.rival_vendor.pk}):
        with pytest.raises(DatabaseError, match="takes no such payment"):
            more(run, account, **changed)
    assert more(run, account).pk


def test_a_payment_goes_to_an_account_of_its_partner_as_it_was_named(
    world: World, finance: Finance, account: BankAccount
) -> None:
    run = proposed(world, finance)
    third = another_partner(world, "Havel Netze", "5E6F7G8H", "30")
    for changed in ({"partner": third}, {"iban": iban_of(99)}, {"holder": "Somebody Else"}):
        with pytest.raises(DatabaseError, match="is not to an account of its partner"):
            more(run, account, **changed)


def test_two_logins_of_one_person_are_no_two_who_approve(world: World, finance: Finance) -> None:
    owed_120(world, finance)
    run = proposed(world, finance)
    again = staff_of(world.vendor, "firsts_other_account", "finance", second_of=finance.first)
    for person in (finance.first, again):
        PaymentApproval.objects.create(run=run, person=person, sha256=run.sha256, at=NOW)
    with pytest.raises(DatabaseError, match="is not approved by two people"), transaction.atomic():
        PaymentRun.objects.filter(pk=run.pk).update(state=PaymentRun.State.APPROVED, approved_at=NOW)


def test_a_payment_that_was_given_to_the_bank_is_not_cancelled(world: World, finance: Finance) -> None:
    """Cancelled it would be free to be paid once more."""
    owed_120(world, finance)
    run = exported(world, finance)
    with pytest.raises(DatabaseError, match="was given to a bank"), transaction.atomic():
        run.payments.update(state=Payment.State.CANCELLED)
