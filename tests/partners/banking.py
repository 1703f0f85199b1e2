"""Bank accounts for tests: named as a company's people do, decided about as a vendor's do."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from common.access import Actor
from common.models import User
from common.proofs import Proof
from partners import bank_accounts, bank_selectors
from partners.bank_accounts import Named
from partners.models import BankAccount, BankAccountUse, Partner
from programs.models import Vendor
from tests.world import NOW

IBAN = "DE89370400440532013000"
MASKED = "DE89 •••• •••• 3000"
ANOTHER = "DE02120300000000202051"
LETTER = Proof("letter.pdf", b"%PDF-1.7 a letter of the bank")
USABLE = NOW + timedelta(days=3)


def named(iban: str = IBAN, holder: str = "Elbtal Systemhaus GmbH", proof: Proof = LETTER) -> Named:
    return Named(iban, holder, proof)


def record(partner: Partner, by: User, *, now: datetime = NOW, replaces: int | None = -1, **given: Any) -> BankAccount:
    """The partner's account from `now` on. Unless `replaces` says something else, `by` has seen the one before it."""
    if replaces == -1:
        found = BankAccount.objects.filter(partner=partner, replaced_at__isnull=True).first()
        replaces = found.pk if found is not None else None
    return bank_accounts.record(partner=partner, named=named(**given), replaces=replaces, actor=Actor.of(by), now=now)


def use_of(account: BankAccount, vendor: Vendor) -> BankAccountUse:
    return BankAccountUse.objects.get(account=account, vendor=vendor)


def approve(account: BankAccount, vendor: Vendor, by: User, now: datetime = NOW) -> BankAccountUse:
    return bank_accounts.approve(use=use_of(account, vendor), actor=Actor.of(by), now=now)


def refuse(account: BankAccount, vendor: Vendor, by: User, comment: str = "Another name.") -> BankAccountUse:
    return bank_accounts.refuse(use=use_of(account, vendor), comment=comment, actor=Actor.of(by), now=NOW)


def withdraw(account: BankAccount, by: User, now: datetime = NOW) -> None:
    bank_accounts.withdraw(account=account, actor=Actor.of(by), now=now)


def state_of(partner: Partner, vendor: Vendor, now: datetime = USABLE) -> str:
    """Whether the vendor can pay the partner, as a payment run asks."""
    return bank_selectors.payable(vendor_id=vendor.pk, partner_ids=[partner.pk], now=now)[partner.pk].state
