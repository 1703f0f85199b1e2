"""Payments to many partners at once: approved accounts, people who approve, and everything paid that is owed."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from django.contrib.auth.hashers import make_password
from django.db.models import QuerySet
from django.utils import timezone
from schwifty import IBAN

from common.access import Actor
from common.models import User
from partners.models import BankAccount, BankAccountUse, Partner
from programs.models import Vendor, VendorStaff
from rebates.models import Payment, PaymentSettings
from rebates.payments import deciding, exporting, proposing


def pay_all(vendor: Vendor, finance: Sequence[User]) -> list[Payment]:
    """Propose, approve and export everything that can be paid."""
    now, today = timezone.now(), timezone.localdate()
    asking, first, second = finance
    day = proposing.usual_day(PaymentSettings.objects.get(vendor=vendor), today)
    proposal = proposing.propose(
        vendor=vendor, day=day, last_of_year=False, actor=Actor.of(asking), today=today, now=now
    )
    for run in proposal.runs.all():
        for person in (first, second):
            deciding.approve(run_id=run.pk, actor=Actor.of(person), sha256=run.sha256, device="", now=now)
        exporting.take(run_id=run.pk, number=1, actor=Actor.of(first), now=now)
    return list(Payment.objects.filter(run__proposal=proposal))


def approved_accounts(vendor: Vendor, partners: QuerySet[Partner], owner: User, keeper: User, at: datetime) -> None:
    accounts = BankAccount.objects.bulk_create(
        BankAccount(
            partner=partner, iban=iban(place), holder=partner.name, proof_name="letter.pdf", proof=b"%PDF-1.4",
            proof_sha256="0" * 64, recorded_by=owner, recorded_at=at, usable_from=at,
        )
        for place, partner in enumerate(partners, start=2)
    )  # fmt: skip
    BankAccountUse.objects.bulk_create(
        BankAccountUse(
            account=account, vendor=vendor, state=BankAccountUse.State.APPROVED, asked_at=at, decided_by=keeper,
            decided_at=at,
        )
        for account in accounts
    )  # fmt: skip


def iban(number: int) -> str:
    return str(IBAN.generate("DE", bank_code="37040044", account_code=str(number)))


def finance_person(vendor: Vendor, place: int) -> User:
    user = User.objects.create(email=f"finance{place}@volume.example", password=make_password(None))
    VendorStaff.objects.create(vendor=vendor, user=user, role=VendorStaff.Role.FINANCE)
    return user
