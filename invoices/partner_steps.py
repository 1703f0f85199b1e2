"""What people of the partner do with an invoice: answer, type what is missing, object, withdraw."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from common.access import PARTNER, Actor
from common.errors import DomainError
from invoices.models import Invoice, InvoiceFile
from invoices.moving import MovedOn, State, Step, move
from invoices.receiving import UPLOADING_ROLES
from invoices.reviewing import Corrections, apply, header_values, recheck

TYPABLE = (State.REVIEW, State.ASKED)


class NotAllowed(DomainError):
    """The actor's role does nothing with the company's invoices."""


class ObjectedBefore(DomainError):
    """An invoice is looked at again once."""


def may_object(invoice: Invoice) -> bool:
    """Once, and not for a file that is no invoice to be read, or that is not kept any more."""
    final = (Invoice.Reason.HARMFUL, Invoice.Reason.NOT_READABLE)
    refused = invoice.state == State.REFUSED and not invoice.objected and invoice.reason not in final
    return refused and InvoiceFile.objects.filter(pk=invoice.pk).exists()


@transaction.atomic
def answer(*, invoice: Invoice, actor: Actor, seen: int, text: str, now: datetime) -> None:
    """Answer what the vendor asked; it waits for the vendor again. Raises `NotAllowed`, `MovedOn`."""
    current = _take(invoice, actor, seen)
    move(current, Step.ANSWERED, of=[State.ASKED], to=State.REVIEW, now=now, by_id=actor.user_id, text=text)


@transaction.atomic
def fill_in(*, invoice: Invoice, said: Corrections, actor: Actor, seen: int, now: datetime) -> None:
    """Type what the file does not say; a person of the vendor compares it with the pages.

    Only where the file has no data of its own: what it says is not changed by the partner. Raises `NotAllowed`,
    `MovedOn`, `Duplicate`.
    """
    current = _take(invoice, actor, seen)
    if current.record is not None or current.state not in TYPABLE:
        raise MovedOn(_("What the invoice's data say cannot be changed."))
    changed = apply(current, said)
    move(
        current, Step.CORRECTED, of=TYPABLE, to=current.state, now=now, by_id=actor.user_id,
        data={"fields": changed}, **header_values(current),
    )  # fmt: skip
    recheck(current)


@transaction.atomic
def object_to(*, invoice: Invoice, actor: Actor, seen: int, text: str, now: datetime) -> None:
    """Ask the vendor to look at a refused invoice again, with a comment; a person decides then.

    What was refused before its lines were kept is read first. Raises `NotAllowed`, `ObjectedBefore`, `MovedOn`,
    `Duplicate`.
    """
    current = _take(invoice, actor, seen)
    if not may_object(current):
        raise ObjectedBefore(_("This invoice has been looked at again already, or cannot be."))
    unread = current.reason == Invoice.Reason.DUPLICATE and not current.lines.exists()
    move(
        current, Step.OBJECTED, of=[State.REFUSED], to=State.RECEIVED if unread else State.REVIEW, now=now,
        by_id=actor.user_id, text=text, reason="", decided_at=None, decided_by=None, automatic=False, objected=True,
        told_at=None, attempts=0,
    )  # fmt: skip


@transaction.atomic
def withdraw(*, invoice: Invoice, actor: Actor, seen: int, now: datetime) -> None:
    """Claim nothing with it any more. Raises `NotAllowed`, `MovedOn` (it was decided meanwhile)."""
    current = _take(invoice, actor, seen)
    move(current, Step.WITHDRAWN, of=Invoice.OPEN, to=State.WITHDRAWN, now=now, by_id=actor.user_id)


def _take(invoice: Invoice, actor: Actor, seen: int) -> Invoice:
    if not actor.has(PARTNER, invoice.partner_id, *UPLOADING_ROLES):
        raise NotAllowed(_("Only owners, sales and bookkeeping of the company work with its invoices."))
    rows = Invoice.objects.select_related("vendor", "partner", "distributor")
    current = rows.select_for_update(of=("self",)).get(pk=invoice.pk)
    if current.version != seen:
        raise MovedOn(_("Somebody has worked on this invoice meanwhile. Please look at it again."))
    return current
