"""A company's bank account: named by its people, approved by each vendor for its own payments.

A change replaces the account at once, so that nothing more is paid to the old one, and everybody who could know better
is told: whoever took over somebody's mailbox or session is found out before the new account becomes usable.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.conf import settings
from django.db import transaction
from django.db.models import Exists, F, OuterRef, Q
from django.utils.translation import gettext as _
from django.views.decorators.debug import sensitive_variables

from common.access import PARTNER, VENDOR, Actor
from common.errors import DomainError
from common.one_person import same_person
from common.proofs import Proof, ProofKind, kind_of
from partners import bank_mails as mails
from partners import ibans
from partners.models import (
    LONGEST_HOLDER,
    RECORDING_ROLES,
    BankAccount,
    BankAccountUse,
    Enrolment,
    Member,
    Partner,
    RefusedDecision,
)
from programs.deciding import MONEY_ROLES

PROOF_KINDS = (ProofKind.PDF, ProofKind.PNG, ProofKind.JPEG)
State = BankAccountUse.State


class NotAllowed(DomainError):
    """The actor's role does not reach that far."""


class NotAnAccount(DomainError):
    """No valid IBAN, no account holder, or a proof of no kind that is taken."""


class NothingToChange(DomainError):
    """The account is the company's already."""


class ChangedMeanwhile(DomainError):
    """Somebody else named or withdrew an account since the person looked."""


class OwnAccount(DomainError):
    """Who named the account, or works for the company, does not decide about it."""


class MovedOn(DomainError):
    """Somebody else has decided."""


class NoReason(DomainError):
    """Nobody has said why the account is refused."""


@dataclass(frozen=True)
class Named:
    """An account as somebody types it. `holder`: as the bank has it."""

    iban: str
    holder: str
    proof: Proof

    def __repr__(self) -> str:
        # Errors are logged with what they were about.
        return f"Named({ibans.masked(self.iban)})"


@sensitive_variables("named", "iban")
@transaction.atomic
def record(*, partner: Partner, named: Named, replaces: int | None, actor: Actor, now: datetime) -> BankAccount:
    """Name the company's account in place of the one with the id `replaces`, the one that the person has seen.

    Vendors with which the company has ever taken part are asked: what they owe from then is paid, too. Sent twice it is
    named once. Raises NotAllowed, NotAnAccount, NothingToChange, ChangedMeanwhile.
    """
    person = _records(actor, partner)
    iban, holder = _checked(named)
    # One at a time for each company.
    Partner.objects.select_for_update(no_key=True).get(pk=partner.pk)
    before = BankAccount.objects.filter(partner=partner, replaced_at__isnull=True).defer("proof").first()
    if before is not None and (before.iban, before.holder, before.proof_sha256) == (iban, holder, named.proof.sha256):
        if before.recorded_by_id == person:
            return before
        raise NothingToChange(_("This is your company’s account already."))
    if (before.pk if before else None) != replaces:
        raise ChangedMeanwhile(
            _("Somebody else has changed the account meanwhile. Please look at it again before you change it.")
        )
    if before is not None:
        _replace(before, person, now)
    account = BankAccount.objects.create(
        partner=partner, iban=iban, bic=ibans.bank_of(iban).bic, holder=holder, proof_name=named.proof.file_name,
        proof=named.proof.content, proof_sha256=named.proof.sha256, recorded_by_id=person, recorded_at=now,
        usable_from=now + timedelta(days=settings.BANK_ACCOUNT_COOL_DOWN_DAYS),
    )  # fmt: skip
    enrolments = Enrolment.objects.filter(partner=partner)
    for vendor_id in enrolments.order_by("program__vendor").values_list("program__vendor", flat=True).distinct():
        BankAccountUse.objects.create(account=account, vendor_id=vendor_id, asked_at=now)
    mails.tell_recorded(account=account, before=before)
    return account


def _checked(named: Named) -> tuple[str, str]:
    """IBAN and holder as they are stored."""
    try:
        iban = ibans.read(named.iban)
    except ibans.NotAnIban as error:
        raise NotAnAccount(_(str(error))) from None
    holder = " ".join(named.holder.split())
    if not holder or len(holder) > LONGEST_HOLDER:
        raise NotAnAccount(
            _("Please give the account holder, with at most %(count)s characters.") % {"count": LONGEST_HOLDER}
        )
    if kind_of(named.proof.content) not in PROOF_KINDS:
        raise NotAnAccount(_("Please send the proof as PDF, PNG or JPEG."))
    return iban, holder


@transaction.atomic
def withdraw(*, account: BankAccount, actor: Actor, now: datetime) -> None:
    """Nothing is paid to the account any more. Sent twice it is withdrawn once. Raises NotAllowed, ChangedMeanwhile."""
    person = _records(actor, account.partner)
    try:
        _replace(account, person, now)
    except ChangedMeanwhile:
        account.refresh_from_db(fields=["replaced_by"])
        if account.replaced_by_id != person:
            raise
    else:
        mails.tell_withdrawn(account=account)


def _replace(account: BankAccount, person: int, now: datetime) -> None:
    """Compare and set."""
    current = BankAccount.objects.filter(pk=account.pk, replaced_at__isnull=True)
    if current.update(replaced_at=now, replaced_by=person) != 1:
        raise ChangedMeanwhile(_("Somebody else has changed or withdrawn the account meanwhile."))
    account.refresh_from_db(fields=["replaced_at", "replaced_by"])


def ask_newcomers(*, now: datetime) -> int:
    """Ask vendors with which companies have begun to take part since they named their account, however that came
    about: approved, brought along or merged. Returns how many were asked.
    """
    current = BankAccount.objects.filter(replaced_at__isnull=True)
    pairs = current.annotate(vendor=F("partner__enrolments__program__vendor")).filter(vendor__isnull=False)
    asked = BankAccountUse.objects.filter(account=OuterRef("pk"), vendor=OuterRef("vendor"))
    lacking = pairs.filter(~Exists(asked)).order_by("pk", "vendor").distinct()
    made = [
        BankAccountUse(account_id=account, vendor_id=vendor, asked_at=now)
        for account, vendor in lacking.values_list("pk", "vendor")
    ]
    BankAccountUse.objects.bulk_create(made, ignore_conflicts=True)
    return len(made)


# --- a vendor's decision ---------------------------------------------------------------------------------------------


def may_decide(*, use: BankAccountUse, actor: Actor) -> bool:
    """Whether the actor handles the vendor's money and has nothing to do with the company."""
    return _handles_money(actor, use) and not _is_own(actor, use.account)


def approve(*, use: BankAccountUse, actor: Actor, now: datetime) -> BankAccountUse:
    """The vendor pays to this account once it is usable. Raises NotAllowed, OwnAccount, ChangedMeanwhile, MovedOn."""
    with _on_record(use, "approve", actor, now):
        return _decide(use, State.APPROVED, actor=actor, now=now)


def refuse(*, use: BankAccountUse, comment: str, actor: Actor, now: datetime) -> BankAccountUse:
    """The vendor pays nothing to it; the company reads `comment`.

    Raises NotAllowed, OwnAccount, ChangedMeanwhile, MovedOn, NoReason.
    """
    if not comment.strip():
        raise NoReason(_("Please say why: the company reads it."))
    with _on_record(use, "refuse", actor, now):
        return _decide(use, State.REFUSED, actor=actor, now=now, comment=comment.strip())


@contextmanager
def _on_record(use: BankAccountUse, step: str, actor: Actor, now: datetime) -> Iterator[None]:
    """One commit for a decision; a refusal is recorded in a commit of its own and raised on."""
    try:
        with transaction.atomic():
            yield
    except DomainError as error:
        if actor.user_id is not None:
            RefusedDecision.objects.create(use=use, person_id=actor.user_id, step=step, why=str(error)[:300], at=now)
        raise


def _decide(use: BankAccountUse, state: State, *, actor: Actor, now: datetime, comment: str = "") -> BankAccountUse:
    """Compare and set; the same person's second click finds the first."""
    if not _handles_money(actor, use):
        raise NotAllowed(_("Only finance and admins of the vendor decide about bank accounts."))
    if _is_own(actor, use.account):
        raise OwnAccount(_("You work for this company: somebody else has to decide about its account."))
    # Whoever changes the account at this moment is waited for: what is decided is the account that was looked at.
    account = BankAccount.objects.select_for_update(no_key=True).defer("proof").get(pk=use.account_id)
    if account.replaced_at is not None:
        raise ChangedMeanwhile(_("The company has changed or withdrawn this account. There is nothing to decide."))
    waiting = BankAccountUse.objects.filter(pk=use.pk, state=State.WAITING)
    moved = waiting.update(state=state, decided_by=actor.user_id, decided_at=now, comment=comment)
    use.refresh_from_db(fields=["state", "decided_by", "decided_at", "comment"])
    if moved == 1:
        mails.tell_decided(use=use)
    elif (use.state, use.decided_by_id) != (state, actor.user_id):
        raise MovedOn(_("Somebody has already decided about this account."))
    return use


def _handles_money(actor: Actor, use: BankAccountUse) -> bool:
    return actor.scopes is None and actor.has(VENDOR, use.vendor_id, *MONEY_ROLES)


def _is_own(actor: Actor, account: BankAccount) -> bool:
    """By whichever login: the person named it, or works for the company."""
    members = Member.objects.filter(partner=account.partner_id, left_on__isnull=True)
    own = Q(pk=account.recorded_by_id) | Q(pk__in=members.values("user"))
    assert actor.user_id is not None  # only people handle money
    return actor.has(PARTNER, account.partner_id) or same_person(actor.user_id).filter(own).exists()


def _records(actor: Actor, partner: Partner) -> int:
    """The id of the person."""
    if actor.scopes is not None or not actor.has(PARTNER, partner.pk, *RECORDING_ROLES):
        raise NotAllowed(_("Only owners and bookkeeping of the company change its bank account."))
    assert actor.user_id is not None  # only people have roles
    return actor.user_id
