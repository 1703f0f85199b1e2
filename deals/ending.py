"""How a deal ends: won with a proof, lost with a reason, or withdrawn."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal

from django.db import transaction
from django.db.models import Case, Exists, IntegerField, OuterRef, QuerySet, Value, When
from django.utils.timezone import localdate
from django.utils.translation import gettext as _

from deals.models import RUNNING, Deal, DealProduct, DealProof, DealStep
from deals.moving import Act, MovedOn, NotAllowed, NotPossible, meanwhile, move
from deals.protecting import end_extensions
from deals.rights import may_register
from deals.rules import rules_of
from invoices.models import Invoice
from partners.models import Partner
from sales.models import SaleLine
from sales.readers.invoices.record import CREDIT_NOTE_TYPES

State, Step = Deal.State, DealStep.Step
BEFORE = timedelta(days=30)
"""A sale may have been made so long before the deal was sent and still belong to it."""
SUGGESTED = 50


@dataclass(frozen=True)
class Order:
    """What the customer ordered, and what shows it. `value`: net."""

    on: date
    value: Decimal
    lines: Collection[int] = ()
    invoices: Collection[int] = ()


def lines_for(deal: Deal) -> QuerySet[SaleLine]:
    """The partner's sales that may prove the deal: those of its products first, then by day. Each proves one deal."""
    assert deal.submitted_at is not None
    lines = SaleLine.objects.filter(
        vendor_id=deal.vendor_id, partner_id=deal.partner_id, quantity__gt=0, reverses__isnull=True,
        reversed_by__isnull=True, counts_on__gte=localdate(deal.submitted_at) - BEFORE,
    ).exclude(Exists(DealProof.objects.filter(line=OuterRef("pk"))))  # fmt: skip
    fits = Case(
        When(Exists(DealProduct.objects.filter(deal=deal.pk, product=OuterRef("product"))), then=Value(0)),
        default=Value(1),
        output_field=IntegerField(),
    )
    return lines.select_related("product").alias(fits=fits).order_by("fits", "-counts_on", "-id")


def invoices_for(deal: Deal) -> QuerySet[Invoice]:
    """The partner's invoices for the vendor that prove no deal yet, the latest first; no credit notes."""
    own = Invoice.objects.filter(vendor_id=deal.vendor_id, partner_id=deal.partner_id)
    own = own.exclude(type_code__in=CREDIT_NOTE_TYPES)
    used = DealProof.objects.filter(invoice=OuterRef("pk"))
    return own.exclude(state__in=[Invoice.State.REFUSED, Invoice.State.WITHDRAWN]).exclude(Exists(used)).order_by("-id")


@transaction.atomic
def win(*, deal: Deal, order: Order, text: str, act: Act) -> Deal:
    """The customer has ordered. Follow-up business of the customer stays covered for a while.

    Raises NotAllowed, NotPossible, MovedOn.
    """
    _check_partner(act, deal)
    assert deal.submitted_at is not None
    if not localdate(deal.submitted_at) - BEFORE <= order.on <= act.today:
        raise NotPossible(
            _("Please give the day of the order: not in the future, and not long before you sent the deal.")
        )
    if order.value <= 0:
        raise NotPossible(_("Please give the value of the order."))
    if not order.lines and not order.invoices:
        raise NotPossible(_("Please choose at least one sale or invoice that shows the order."))
    covered = order.on + timedelta(days=rules_of(deal.enrolment.program).follow_up_days)
    done_before = _locked(deal, act)
    won = move(
        deal, act, Step.WON, states=(State.PROTECTED,), text=text, state=State.WON, update_due_on=None,
        ended_on=order.on, won_value=order.value, protected_until=max(covered, act.today),
    )  # fmt: skip
    end_extensions(won)
    _prove(won, order.lines, order.invoices, act, done_before=done_before)
    return won


@transaction.atomic
def prove(*, deal: Deal, lines: Collection[int], invoices: Collection[int], act: Act) -> Deal:
    """More that shows a won deal. Raises NotAllowed, NotPossible, MovedOn."""
    _check_partner(act, deal)
    if not lines and not invoices:
        raise NotPossible(_("Please choose at least one sale or invoice that shows the order."))
    done_before = _locked(deal, act)
    proven = move(deal, act, Step.PROVEN, states=(State.WON,))
    _prove(proven, lines, invoices, act, done_before=done_before)
    return proven


def _prove(deal: Deal, lines: Collection[int], invoices: Collection[int], act: Act, *, done_before: bool) -> None:
    """Only the partner's own, and no sale twice; what this deal has already is left.

    In the transaction that has locked the partner: what another deal has taken a moment ago is seen. A second click
    (`done_before`) that says something else is none.
    """
    there = list(deal.proofs.all())
    new_lines = set(lines) - {proof.line_id for proof in there}
    new_invoices = set(invoices) - {proof.invoice_id for proof in there}
    if done_before and (new_lines or new_invoices):
        raise MovedOn(meanwhile(deal.steps.select_related("author").last()))
    if lines_for(deal).filter(pk__in=new_lines).count() != len(new_lines):
        raise NotPossible(_("One of these sales proves another deal already, or was taken back."))
    if invoices_for(deal).filter(pk__in=new_invoices).count() != len(new_invoices):
        raise NotPossible(_("One of these invoices cannot be chosen any more."))
    said = [*({"line_id": pk} for pk in sorted(new_lines)), *({"invoice_id": pk} for pk in sorted(new_invoices))]
    DealProof.objects.bulk_create([DealProof(deal=deal, added_by_id=act.person, at=act.now, **each) for each in said])


def _locked(deal: Deal, act: Act) -> bool:
    """Lock the partner, before the deal as everywhere; whether the deal is another than the one that was read."""
    Partner.objects.select_for_update(no_key=True).get(pk=deal.partner_id)
    return not Deal.objects.filter(pk=deal.pk, version=act.seen).exists()


@transaction.atomic
def lose(*, deal: Deal, lost_to: Deal.LostTo, text: str, act: Act) -> Deal:
    """The customer has decided otherwise. Raises NotAllowed, MovedOn."""
    _check_partner(act, deal)
    lost = move(
        deal, act, Step.LOST, states=(State.PROTECTED,), text=text, state=State.LOST, update_due_on=None,
        ended_on=act.today, lost_to=lost_to,
    )  # fmt: skip
    end_extensions(lost)
    return lost


@transaction.atomic
def withdraw(*, deal: Deal, text: str, act: Act) -> Deal:
    """The partner goes on without it; it need not say why. Raises NotAllowed, MovedOn."""
    _check_partner(act, deal)
    gone = move(
        deal, act, Step.WITHDRAWN, states=RUNNING, text=text, state=State.WITHDRAWN, due_on=None,
        update_due_on=None, ended_on=act.today,
    )  # fmt: skip
    end_extensions(gone)
    return gone


def _check_partner(act: Act, deal: Deal) -> None:
    if not may_register(act.actor, deal.partner_id):
        raise NotAllowed(_("Only owners and sales of the company do this."))
