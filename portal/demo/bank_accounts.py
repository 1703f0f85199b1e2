"""Bank accounts of the demo's partners, most of them approved, and one in each state that money does not reach.

Numbers are made up: their check digits are right, their banks keep no such accounts.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import datetime, timedelta

from django.conf import settings

from common.access import OWNER
from common.proofs import Proof
from partners.ibans import bank_of
from partners.models import LONGEST_HOLDER, BankAccount, BankAccountUse, Enrolment, Member, Partner
from portal.demo import papers
from portal.demo.chance import chance
from portal.demo.companies import COMPANIES, Company
from portal.demo.people import ACCOUNTS
from programs.models import VendorStaff

WAITING, COOLING, REFUSED, NONE = "ostlicht", "brackmoor", "kranfeld", "haselgrund"
"""The companies whose accounts are not ready."""
SOMEBODY_ELSE = "Blaufeld Holding GmbH"
WHY_REFUSED = "Der Kontoinhaber ist eine andere Firma. Bitte geben Sie ein Konto Ihrer Firma an."
BANKS = {"DE": "37040044", "AT": "20111", "CH": "00230"}
DIGITS = {"DE": 10, "AT": 11, "CH": 12}
State = BankAccountUse.State


def iban_of(company: Company) -> str:
    """The same in every demo. In countries whose numbers have more check digits the account is in Germany."""
    country = company.country if company.country in BANKS else "DE"
    # So low that no bank has given it to anybody.
    return iban_from(country, chance("account", company.slug).randrange(1_000, 100_000))


def iban_from(country: str, account: int) -> str:
    """With check digits that are right."""
    inner = f"{BANKS[country]}{account:0{DIGITS[country]}}"
    as_number = "".join(str(int(sign, 36)) for sign in f"{inner}{country}00")
    return f"{country}{98 - int(as_number) % 97:02}{inner}"


def write(*, partners: Mapping[str, Partner], joined_at: datetime, now: datetime) -> None:
    """Name the accounts as the owners would have when they joined, and decide as finance would have."""
    named = [company for company in COMPANIES if company.slug != NONE]
    owners = dict(Member.objects.filter(role=OWNER).values_list("partner_id", "user_id"))
    accounts = BankAccount.objects.bulk_create(
        _account(company, partners[company.slug], owners, joined_at, now) for company in named
    )
    checkers = VendorStaff.objects.filter(user__email__startswith=f"{ACCOUNTS}@")
    finance = dict(checkers.values_list("vendor_id", "user_id"))
    BankAccountUse.objects.bulk_create(
        use for company, account in zip(named, accounts, strict=True) for use in _uses(company.slug, account, finance)
    )


def _account(
    company: Company, partner: Partner, owners: Mapping[int, int], joined_at: datetime, now: datetime
) -> BankAccount:
    iban = iban_of(company)
    holder = SOMEBODY_ELSE if company.slug == REFUSED else partner.name[:LONGEST_HOLDER].strip()
    recorded_at = now - timedelta(hours=5) if company.slug in (WAITING, COOLING) else joined_at
    bank = bank_of(iban)
    text = papers.letter("Kontobestätigung", f"Kontoinhaber: {holder}", f"IBAN: {iban}", f"BIC: {bank.bic}", bank.name)
    proof = Proof("kontobestaetigung.pdf", text)
    return BankAccount(
        partner=partner,
        iban=iban,
        bic=bank.bic,
        holder=holder,
        proof_name=proof.file_name,
        proof=proof.content,
        proof_sha256=proof.sha256,
        recorded_by_id=owners[partner.pk],
        recorded_at=recorded_at,
        usable_from=recorded_at + timedelta(days=settings.BANK_ACCOUNT_COOL_DOWN_DAYS),
    )


def _uses(slug: str, account: BankAccount, finance: Mapping[int, int]) -> Iterator[BankAccountUse]:
    enrolled = Enrolment.objects.filter(partner=account.partner_id).values_list("program__vendor", flat=True)
    for vendor_id in enrolled.order_by("program__vendor").distinct():
        use = BankAccountUse(account=account, vendor_id=vendor_id, asked_at=account.recorded_at)
        if slug != WAITING:
            use.state = State.REFUSED if slug == REFUSED else State.APPROVED
            use.comment = WHY_REFUSED if slug == REFUSED else ""
            use.decided_by_id, use.decided_at = finance[vendor_id], account.recorded_at + timedelta(hours=3)
        yield use
