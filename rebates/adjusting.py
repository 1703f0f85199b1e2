"""Manual adjustments: one person of the vendor's finance proposes, another one books or refuses.

The row is proposed → booked | refused | withdrawn, once; booking and the ledger's entry are one commit. That nobody
decides about their own proposal is a constraint of the database too.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from django.db import transaction
from django.db.models import Case, QuerySet, When
from django.db.models.functions import Coalesce
from django.utils.translation import gettext as _

from common import outbox
from common.access import Actor
from common.errors import DomainError
from common.models import User
from common.one_person import logins_of
from common.proofs import Proof
from partners.models import Enrolment, Partner
from programs.models import Program, Vendor, VendorStaff
from rebates import mails
from rebates.ledger import book_adjustment, hold
from rebates.models import ManualAdjustment
from rebates.rights import MONEY_ROLES, NotAllowed, check_handles_money, person_of

MOST = Decimal("1000000.00")
State = ManualAdjustment.State


class NotAnAdjustment(DomainError):
    """No amount, one that is too large, or no reason."""


class NotEnrolled(DomainError):
    """The partner never took part in the program."""


class OwnProposal(DomainError):
    """Who proposed an adjustment does not decide about it."""


class MovedOn(DomainError):
    """Somebody else decided, or the proposal was withdrawn."""


@dataclass(frozen=True)
class Proposal:
    """What is asked for. `amount` is in the program's currency, positive in the partner's favour."""

    program: Program
    partner: Partner
    amount: Decimal
    reason: str
    proof: Proof


def adjustments_of(*, vendor: Vendor, actor: Actor) -> QuerySet[ManualAdjustment]:
    """The vendor's manual adjustments that the actor may see, without their proofs; what waits first."""
    known = ManualAdjustment.objects.visible_to(actor).filter(program__vendor=vendor).defer("proof")
    waits_first = Case(When(state=State.PROPOSED, then=0), default=1)
    found = known.select_related("program__vendor", "partner", "requested_by", "decided_by")
    return found.order_by(waits_first, "-requested_at", "-id")


def deciders_of(adjustment: ManualAdjustment) -> list[User]:
    """Who can decide about it: the vendor's finance and its admins, but by none of their logins who proposed it."""
    staff = VendorStaff.objects.filter(vendor=adjustment.program.vendor_id, role__in=MONEY_ROLES)
    people = User.objects.filter(pk__in=staff.values("user_id"), is_active=True)
    proposer = adjustment.requested_by
    others = people.annotate(first=Coalesce("second_of", "pk")).exclude(first=proposer.second_of_id or proposer.pk)
    return list(others.order_by("last_name", "first_name", "pk"))


@transaction.atomic
def propose(*, proposal: Proposal, actor: Actor, now: datetime) -> ManualAdjustment:
    """Ask a second person to book an amount; a double click finds its own proposal.

    Raises NotAllowed, NotAnAdjustment, NotEnrolled.
    """
    program, partner = proposal.program, proposal.partner
    user_id = _allow(actor, program)
    amount, reason = proposal.amount, proposal.reason.strip()
    if amount == 0 or abs(amount) > MOST or amount != amount.quantize(Decimal("0.01")):
        raise NotAnAdjustment(_("The amount is zero, too large, or has parts of a cent."))
    if not reason:
        raise NotAnAdjustment(_("Please give the reason; the partner reads it on its account."))
    # Held, so that the same proposal is not made twice at once.
    if not Enrolment.objects.select_for_update(no_key=True).filter(program=program, partner=partner):
        raise NotEnrolled(
            _("%(partner)s does not take part in %(program)s.") % {"partner": partner, "program": program}
        )
    asked = {
        "program": program,
        "partner": partner,
        "amount": amount,
        "currency": program.currency,
        "reason": reason,
        "proof_name": proposal.proof.file_name,
        "proof_sha256": proposal.proof.sha256,
        "requested_by_id": user_id,
    }
    waiting = ManualAdjustment.objects.filter(**asked, state=State.PROPOSED).defer("proof")
    return waiting.first() or ManualAdjustment.objects.create(**asked, proof=proposal.proof.content, requested_at=now)


@transaction.atomic
def book(*, adjustment_id: int, actor: Actor, now: datetime) -> ManualAdjustment:
    """Owe the amount to the partner and tell it. Raises NotAllowed, OwnProposal, MovedOn, MoneyHalted."""
    adjustment = _by_another(adjustment_id, actor)
    hold(vendor_id=adjustment.program.vendor_id)
    _decide(adjustment, State.BOOKED, actor, "", now)
    book_adjustment(adjustment=adjustment, now=now)
    context = mails.adjusted(adjustment=adjustment)
    for person in mails.told(partners=[adjustment.partner_id]).get(adjustment.partner_id, []):
        outbox.put(kind=mails.ADJUSTED, period=f"adjustment {adjustment.pk}", recipient=person, context=context)
    return adjustment


def refuse(*, adjustment_id: int, actor: Actor, comment: str, now: datetime) -> ManualAdjustment:
    """Say why the amount is not booked. Raises NotAllowed, OwnProposal, MovedOn, NotAnAdjustment."""
    adjustment = _by_another(adjustment_id, actor)
    if not comment.strip():
        raise NotAnAdjustment(_("Please say why you refuse."))
    _decide(adjustment, State.REFUSED, actor, comment.strip(), now)
    return adjustment


def withdraw(*, adjustment_id: int, actor: Actor, now: datetime) -> ManualAdjustment:
    """Take one's own proposal back. Raises NotAllowed, MovedOn."""
    adjustment = _found(adjustment_id, actor)
    if adjustment.requested_by_id != actor.user_id:
        raise NotAllowed(_("Only who proposed the adjustment takes it back."))
    _decide(adjustment, State.WITHDRAWN, actor, "", now)
    return adjustment


def _allow(actor: Actor, program: Program) -> int:
    """The id of the person."""
    check_handles_money(actor, program.vendor_id, _("Only finance and vendor admins adjust amounts by hand."))
    assert actor.user_id is not None  # only people have roles
    return actor.user_id


def _found(adjustment_id: int, actor: Actor) -> ManualAdjustment:
    known = ManualAdjustment.objects.defer("proof").select_related("program", "partner")
    adjustment = known.get(pk=adjustment_id)
    _allow(actor, adjustment.program)
    return adjustment


def _by_another(adjustment_id: int, actor: Actor) -> ManualAdjustment:
    adjustment = _found(adjustment_id, actor)
    if adjustment.requested_by_id in logins_of(person_of(actor)):
        raise OwnProposal(_("You proposed this adjustment: somebody else has to decide about it."))
    return adjustment


def _decide(adjustment: ManualAdjustment, state: State, actor: Actor, comment: str, now: datetime) -> None:
    waiting = ManualAdjustment.objects.filter(pk=adjustment.pk, state=State.PROPOSED)
    decided = waiting.update(state=state, decided_by=actor.user_id, decided_at=now, comment=comment)
    if not decided:
        raise MovedOn(_("Somebody has already decided about this adjustment."))
    adjustment.refresh_from_db(fields=["state", "decided_by", "decided_at", "comment"])
