"""Two people approve a run, or somebody cancels it before it is given to the bank.

Whoever decides holds the vendor's ledger until the commit, so that of approving and cancelling at the same moment one
comes first and the other one finds the run moved on. That a run is approved by two, that neither proposed it and that
both saw the same file are triggers of the database, too.
"""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime

from django.db.models import F, Max, OuterRef, Q, QuerySet, Subquery
from django.db.models.functions import Coalesce
from django.utils.translation import gettext as _

from common.access import Actor
from common.errors import DomainError
from common.models import User
from common.one_person import logins_of
from partners.models import BankAccountUse
from rebates.ledger import book_payments
from rebates.models import LedgerEntry, ManualAdjustment, Payment, PaymentApproval, PaymentRun
from rebates.payments.errors import MovedOn, Refused, TextMissing
from rebates.payments.steps import check_file, check_still_right, lock_run, move, on_record
from rebates.rights import check_handles_money, person_of

State = PaymentRun.State
NEEDED = 2
"""People who approve a run."""


class OwnRun(Refused):
    """Whoever proposed a run does not approve it."""


class OwnPart(Refused):
    """Whoever asked for an adjustment or approved a bank account that is paid does not approve the run."""


class ApprovedAlready(Refused):
    """Each person approves once."""


class SamePerson(Refused):
    """The account belongs to somebody who has approved, or proposed, by another account."""


def approve(*, run_id: int, actor: Actor, sha256: str, device: str, now: datetime) -> PaymentRun:
    """Approve the run with the file that has this checksum; the second approval makes it ready for the bank.

    `device`: what tells the person's browser apart, to warn when both approvals come from one. Raises NotAllowed,
    MoneyHalted and the refusals of this module; they are recorded.
    """
    with on_record(run_id=run_id, actor=actor, step="approve", now=now):
        run = lock_run(run_id, actor, _("Only finance and vendor admins approve payments."))
        if run.state != State.PROPOSED:
            raise MovedOn(_("The run was approved or cancelled meanwhile."))
        check_file(run, sha256)
        check_still_right(run, now)
        _check_person(run, actor)
        PaymentApproval.objects.create(
            run=run, person_id=person_of(actor), sha256=sha256, device=device, at=now,
            warning=_warning(run, actor, device),
        )  # fmt: skip
        if run.approvals.count() >= NEEDED:
            move(run, State.PROPOSED, state=State.APPROVED, approved_at=now)
    return run


def cancel(*, run_id: int, actor: Actor, reason: str, now: datetime) -> PaymentRun:
    """Take a run back that was not given to the bank; what it would have paid is owed again.

    Raises NotAllowed, TextMissing, MovedOn, MoneyHalted; refusals are recorded.
    """
    with on_record(run_id=run_id, actor=actor, step="cancel", now=now):
        run = lock_run(run_id, actor, _("Only finance and vendor admins cancel payments."))
        if not reason.strip():
            raise TextMissing(_("Please say why the run is cancelled."))
        if run.state not in (State.PROPOSED, State.APPROVED):
            raise MovedOn(_("The run was given to the bank or cancelled meanwhile."))
        Payment.objects.filter(run=run, state=Payment.State.OPEN).update(state=Payment.State.CANCELLED)
        book_payments(payments=list(run.payments.all()), kind=LedgerEntry.Kind.CANCELLED, now=now)
        move(
            run, run.state, state=State.CANCELLED, cancelled_at=now, cancelled_by_id=actor.user_id,
            cancelled_because=reason.strip()[:500],
        )  # fmt: skip
    return run


def hindrance(*, run: PaymentRun, actor: Actor) -> str:
    """Why this person cannot approve the run, in a sentence; empty: nothing is in the way."""
    try:
        check_handles_money(actor, run.vendor_id, _("Only finance and vendor admins approve payments."))
        _check_person(run, actor)
    except DomainError as refused:
        return str(refused)
    return ""


# --- four eyes --------------------------------------------------------------------------------------------------------


def _check_person(run: PaymentRun, actor: Actor) -> None:
    person = person_of(actor)
    people = logins_of(person)
    if run.proposal.requested_by_id in people:
        raise OwnRun(_("You proposed this run: two others have to approve it."))
    approved = set(run.approvals.values_list("person", flat=True))
    if person in approved:
        raise ApprovedAlready(_("You have approved this run already: somebody else has to."))
    if approved & people:
        raise SamePerson(_("You have approved this run with your other account already."))
    if text := own_part(run=run, logins=people):
        raise OwnPart(text)


def own_part(*, run: PaymentRun, logins: Collection[int]) -> str:
    """What a person with these logins has done towards what the run pays, in a sentence; empty: nothing."""
    if _accounts_of(run).filter(decided_by__in=logins).exists():
        return _("You approved a bank account that this run pays to: somebody else has to approve the run.")
    if adjustments_in(run).filter(requested_by__in=logins).exists():
        return _("You asked for an adjustment that this run pays: somebody else has to approve the run.")
    return ""


def check_two_people(run: PaymentRun) -> None:
    """Raises SamePerson: what admins have noted about logins since then leaves no two people who may have approved."""
    people = set(run.approvals.values_list(Coalesce("person__second_of", "person"), flat=True))
    involved = User.objects.filter(
        Q(pk=run.proposal.requested_by_id)
        | Q(pk__in=_accounts_of(run).values("decided_by"))
        | Q(pk__in=adjustments_in(run).values("requested_by"))
    )
    if len(people - set(involved.values_list(Coalesce("second_of", "pk"), flat=True))) < NEEDED:
        raise SamePerson(_("The run was not approved by two people who have no other part in it. Please cancel it."))


def _accounts_of(run: PaymentRun) -> QuerySet[BankAccountUse]:
    """What the vendor has decided about the accounts that the run pays to."""
    return BankAccountUse.objects.filter(vendor=run.vendor_id, account__in=run.payments.values("account"))


def adjustments_in(run: PaymentRun) -> QuerySet[ManualAdjustment]:
    """Manual adjustments booked for the run's partners since each was last paid by an earlier run."""
    steps = LedgerEntry.objects.filter(kind=LedgerEntry.Kind.PAYMENT, payment__run__vendor=run.vendor_id)
    own = steps.filter(payment__run=run, partner=OuterRef("partner"), currency=OuterRef("currency"))
    earlier = (
        steps.filter(partner=OuterRef("partner"), currency=OuterRef("currency"), payment__run__number__lt=run.number)
        .filter(payment__state=Payment.State.PAID)
        .order_by()
        .values("partner")
        .annotate(last=Max("pk"))
        .values("last")
    )
    entries = LedgerEntry.objects.filter(kind=LedgerEntry.Kind.MANUAL, vendor=run.vendor_id)
    within = entries.annotate(until=Subquery(own.values("pk")[:1]), since=Coalesce(Subquery(earlier), 0))
    paid = within.filter(pk__lt=F("until"), pk__gt=F("since"))
    return ManualAdjustment.objects.filter(pk__in=paid.values("adjustment"))


def _warning(run: PaymentRun, actor: Actor, device: str) -> str:
    """Odd, but no reason to refuse: another approval came from the same device and the same mail domain."""
    if not device:
        return ""
    same = run.approvals.filter(device=device).exclude(person=actor.user_id).select_related("person").first()
    own = User.objects.get(pk=person_of(actor))
    if same is None or _domain(same.person) != _domain(own):
        return ""
    return _("Approved on the same device as by %(person)s.") % {"person": same.person.name}


def _domain(person: User) -> str:
    return person.email.rpartition("@")[2].lower()
