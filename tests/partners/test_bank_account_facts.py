"""Bank accounts against the database and against each other: what it refuses, and two at the same moment."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.db import IntegrityError, ProgrammingError, transaction

from common.models import OutboxMail
from partners.models import BankAccount, BankAccountUse
from tests.partners import banking
from tests.partners.banking import ANOTHER, IBAN, USABLE, approve, record, refuse, state_of
from tests.sales.sending import at_once
from tests.world import NOW, World

LATER = NOW + timedelta(hours=1)


def test_an_account_never_changes_and_ends_once(world: World) -> None:
    account = record(world.reseller, world.reseller_owner)
    rows = BankAccount.objects.filter(pk=account.pk)
    changes: list[dict[str, Any]] = [
        {"iban": ANOTHER}, {"holder": "Somebody else"}, {"usable_from": NOW}, {"proof": b"%PDF-"},
        {"partner": world.rival},
    ]  # fmt: skip
    for change in changes:
        with pytest.raises(ProgrammingError, match="Cannot update"), transaction.atomic():
            rows.update(**change)
    with pytest.raises(ProgrammingError, match="Cannot delete"), transaction.atomic():
        rows._raw_delete(rows.db)
    banking.withdraw(account, world.reseller_owner)
    with pytest.raises(ProgrammingError, match="Cannot update"), transaction.atomic():
        rows.update(replaced_at=None, replaced_by=None)


def test_what_was_decided_and_about_what_stays(world: World) -> None:
    account = record(world.reseller, world.reseller_owner)
    other = record(world.rival, world.rival_owner)
    uses = BankAccountUse.objects.filter(account=account, vendor=world.vendor)
    with pytest.raises(ProgrammingError, match="Cannot update"), transaction.atomic():
        uses.update(account=other)
    approve(account, world.vendor, world.vendor_finance)
    with pytest.raises(ProgrammingError, match="Cannot update"), transaction.atomic():
        uses.update(comment="?")
    with pytest.raises(ProgrammingError, match="Cannot delete"), transaction.atomic():
        uses.delete()


@pytest.mark.parametrize(
    "broken",
    [{"iban": "DE89 3704 0044 0532 0130 00"}, {"iban": "de89370400440532013000"}, {"bic": "BANK"}, {"holder": ""},
     {"usable_from": NOW - timedelta(days=1)}, {"replaced_at": NOW}],
)  # fmt: skip
def test_no_broken_account_is_stored(world: World, broken: dict[str, Any]) -> None:
    good: dict[str, Any] = {
        "partner": world.reseller, "iban": IBAN, "holder": "Elbtal", "proof": b"%PDF-", "recorded_at": NOW,
        "recorded_by": world.reseller_owner, "usable_from": NOW,
    }  # fmt: skip
    with pytest.raises(IntegrityError, match="violates check constraint"), transaction.atomic():
        BankAccount.objects.create(**{**good, **broken})
    BankAccount.objects.create(**good)
    with pytest.raises(IntegrityError, match="one_bank_account_at_a_time"), transaction.atomic():
        BankAccount.objects.create(**good)


# --- at the same moment ----------------------------------------------------------------------------------------------


def test_of_two_who_change_it_at_once_one_is_told_so(committed: World) -> None:
    first = record(committed.reseller, committed.reseller_owner)
    found = at_once(
        lambda: record(committed.reseller, committed.reseller_owner, iban=ANOTHER, replaces=first.pk, now=LATER),
        lambda: record(committed.reseller, committed.reseller_finance, holder="Elbtal", replaces=first.pk, now=LATER),
    )
    assert sorted(type(each).__name__ for each in found) == ["BankAccount", "ChangedMeanwhile"]
    assert BankAccount.objects.count() == 2


def test_of_two_who_decide_at_once_one_is_told_so(committed: World) -> None:
    account = record(committed.reseller, committed.reseller_owner)
    found = at_once(
        lambda: approve(account, committed.vendor, committed.vendor_finance),
        lambda: refuse(account, committed.vendor, committed.vendor_admin),
    )
    assert sorted(type(each).__name__ for each in found) == ["BankAccountUse", "MovedOn"]
    decided = OutboxMail.objects.filter(kind__in=["bank-account-approved", "bank-account-refused"])
    assert decided.values("kind").distinct().count() == 1


def test_approved_while_it_is_changed_the_new_account_is_not_payable(committed: World) -> None:
    account = record(committed.reseller, committed.reseller_owner)
    found = at_once(
        lambda: approve(account, committed.vendor, committed.vendor_finance),
        lambda: record(committed.reseller, committed.reseller_owner, iban=ANOTHER, replaces=account.pk, now=LATER),
    )
    assert isinstance(found[1], BankAccount)
    assert state_of(committed.reseller, committed.vendor, USABLE + timedelta(days=9)) == "waiting"
