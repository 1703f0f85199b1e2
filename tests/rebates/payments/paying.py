"""What tests of payments share: a vendor that pays, four people of its finance, partners with approved accounts."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal

from django.db import transaction
from schwifty import IBAN

from common.access import VENDOR_FINANCE, Actor
from common.models import User
from common.periods import Period
from partners.models import BankAccount, BankAccountUse, Partner
from programs.models import Vendor
from rebates import closing
from rebates.models import AnswerLine, Payment, PaymentFile, PaymentProposal, PaymentRun, PaymentSettings
from rebates.payments import answering, deciding, exporting, proposing
from tests import people
from tests.world import NOW, TODAY, World, enrol, make_partner, sell

DAY = date(2026, 11, 30)
"""A Monday two weeks after the world's today, on which banks book."""
Q3 = Period.parse("2026Q3")


@dataclass(frozen=True)
class Finance:
    """Four people of the vendor's finance: one proposes, two approve, and one has looked at bank accounts."""

    proposer: User
    first: User
    second: User
    bookkeeper: User

    @property
    def asking(self) -> Actor:
        return Actor.of(self.proposer)


def make_finance(vendor: Vendor) -> Finance:
    names = ("proposer", "first", "second", "bookkeeper")
    return Finance(*(people.staff_of(vendor, f"finance_{name}", VENDOR_FINANCE) for name in names))


def pays(vendor: Vendor, **values: object) -> PaymentSettings:
    """The vendor's own account, with no smallest payment."""
    defaults = {
        "holder": "Lenovo Deutschland GmbH",
        "iban": "DE02120300000000202051",
        "bic": "BYLADEM1001",
        "minimum": Decimal(0),
        **values,
    }
    return PaymentSettings.objects.update_or_create(vendor=vendor, defaults=defaults)[0]


def iban_of(number: int, country: str = "DE") -> str:
    """A valid number of a German or Turkish bank, another one for each `number`."""
    codes = {"DE": "37040044", "TR": "00006"}
    return str(IBAN.generate(country, bank_code=codes[country], account_code=str(number)))


def has_account(
    partner: Partner, vendor: Vendor, approved_by: User | None, *, iban: str | None = None, at: datetime = NOW
) -> BankAccount:
    """An account of the partner that was named long ago and approved by the vendor, where nobody did waits for it."""
    owner = people.member_of(partner, f"owner_{partner.number.lower()}_{BankAccount.objects.count()}", "owner")
    account = BankAccount.objects.create(
        partner=partner, iban=iban or iban_of(partner.pk), bic="COBADEFFXXX", holder=partner.name,
        proof_name="letter.pdf", proof=b"%PDF-1.4", proof_sha256="0" * 64, recorded_by=owner,
        recorded_at=at - timedelta(days=30), usable_from=at - timedelta(days=27),
    )  # fmt: skip
    states = BankAccountUse.State
    BankAccountUse.objects.create(
        account=account, vendor=vendor, state=states.APPROVED if approved_by else states.WAITING,
        asked_at=at - timedelta(days=30), decided_by=approved_by,
        decided_at=at - timedelta(days=29) if approved_by else None,
    )  # fmt: skip
    return account


def close(world: World, period: Period = Q3, today: date = TODAY, now: datetime = NOW) -> None:
    opened = closing.open_closing(program=world.program, period=period, today=today, now=now)
    closing.run(closing_id=opened.pk, now=now, chunk=10)


def owed_120(world: World, finance: Finance) -> BankAccount:
    """The reseller has earned 120.00 in the third quarter, and has an account for it."""
    pays(world.vendor)
    account = has_account(world.reseller, world.vendor, finance.bookkeeper)
    close(world)
    return account


def another_partner(world: World, name: str, number: str, units: str) -> Partner:
    """Somebody else who bought top-sellers in the third quarter; call before the closing."""
    partner = make_partner(name, number)
    enrol(partner, world.program, tier="silver")
    with transaction.atomic():
        sell(
            partner, world.topseller, date(2026, 8, 10), units, None, distributor=world.distributor,
            document=f"R-{number}",
        )  # fmt: skip
    return partner


def propose(world: World, finance: Finance, *, day: date = DAY, now: datetime = NOW) -> PaymentProposal:
    return proposing.propose(
        vendor=world.vendor, day=day, last_of_year=False, actor=finance.asking, today=TODAY, now=now
    )


def proposed(world: World, finance: Finance) -> PaymentRun:
    return propose(world, finance).runs.get()


def approve(run: PaymentRun, person: User, *, device: str = "", sha256: str | None = None) -> PaymentRun:
    return deciding.approve(run_id=run.pk, actor=Actor.of(person), sha256=sha256 or run.sha256, device=device, now=NOW)


def approved(world: World, finance: Finance) -> PaymentRun:
    run = proposed(world, finance)
    approve(run, finance.first)
    return approve(run, finance.second)


def export(run: PaymentRun, person: User, *, number: int = 1, now: datetime = NOW) -> PaymentFile:
    return exporting.take(run_id=run.pk, number=number, actor=Actor.of(person), now=now)


def exported(world: World, finance: Finance) -> PaymentRun:
    run = approved(world, finance)
    export(run, finance.proposer)
    run.refresh_from_db()
    return run


def say(payment: Payment, said: AnswerLine.Said, person: User, *, code: str = "", stays: bool = False) -> str:
    """What came of it."""
    line = answering.say(
        payment_id=payment.pk, said=said, value_date=TODAY, code=code, text="", account_stays=stays,
        actor=Actor.of(person), now=NOW,
    )  # fmt: skip
    return line.outcome


def further(run: PaymentRun, finance: Finance, *, now: datetime = NOW) -> PaymentFile:
    """A file that is asked for because the one before was lost; nobody has released it."""
    return exporting.ask_for_another(run_id=run.pk, actor=finance.asking, reason="Lost", not_submitted=True, now=now)


def release(file: PaymentFile, finance: Finance, *, now: datetime = NOW) -> PaymentFile:
    return exporting.release_another(
        run_id=file.run_id, number=file.number, actor=Actor.of(finance.first), sha256=file.sha256, now=now
    )
