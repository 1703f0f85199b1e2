"""One step of an invoice from state to state: compared, set and written into its history in one commit."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import datetime
from typing import Any

from django.db import IntegrityError, transaction
from django.db.models import F
from django.utils.translation import gettext as _

from common.errors import DomainError
from invoices.facts import duplicates_of
from invoices.models import Invoice, InvoiceEvent

State, Step, Reason = Invoice.State, InvoiceEvent.Step, Invoice.Reason


class MovedOn(DomainError):
    """Somebody else has decided, changed or withdrawn the invoice meanwhile; nothing was done."""


class Duplicate(DomainError):
    """Another upload of the same invoice claims it already: `invoice`, None when it cannot be seen any more."""

    def __init__(self, invoice: Invoice | None) -> None:
        self.invoice = invoice
        super().__init__(_("This invoice is here already."))


def move(
    invoice: Invoice,
    step: InvoiceEvent.Step,
    *,
    of: Collection[str],
    to: str,
    now: datetime,
    by_id: int | None = None,
    text: str = "",
    data: Mapping[str, Any] | None = None,
    **values: Any,
) -> None:
    """Set the state from one `of` these to `to`, with `values`, and write the step down. The invoice is refreshed.

    Raises `MovedOn` when it is in another state, or its version is not the one that was read any more, and
    `Duplicate` when it would become one that is here already.
    """
    current = Invoice.objects.filter(pk=invoice.pk, state__in=of, version=invoice.version)
    if to != State.REVIEW:
        values |= {"held_by": None, "held_until": None}
    if to not in Invoice.WORKED_ON:
        values |= {"claimed_until": None}
    if to != invoice.state:
        values["since"] = now
    try:
        with transaction.atomic():
            if not current.update(state=to, version=F("version") + 1, **values):
                raise MovedOn(_("Somebody has worked on this invoice meanwhile. Please look at it again."))
            write(invoice, step, now=now, by_id=by_id, text=text, data=data)
    except IntegrityError as error:
        # Read in the same transaction: what is in the way is committed.
        raise Duplicate(duplicates_of(invoice).first()) from error
    invoice.refresh_from_db()


def write(
    invoice: Invoice,
    step: InvoiceEvent.Step,
    *,
    now: datetime,
    by_id: int | None = None,
    text: str = "",
    data: Mapping[str, Any] | None = None,
) -> None:
    """Add a step to the invoice's history."""
    InvoiceEvent.objects.create(invoice=invoice, step=step, at=now, by_id=by_id, text=text, data=dict(data or {}))


def refuse(
    invoice: Invoice,
    reason: Invoice.Reason,
    *,
    of: Collection[str],
    now: datetime,
    by_id: int | None = None,
    text: str = "",
    data: Mapping[str, Any] | None = None,
    **values: Any,
) -> None:
    """Refuse it. `data`: the sentence of the portal that says why (`text` and `params`). Raises `MovedOn`."""
    move(
        invoice, Step.REFUSED, of=of, to=State.REFUSED, now=now, by_id=by_id, text=text, data=data, reason=reason,
        decided_at=now, decided_by_id=by_id, automatic=by_id is None, **values,
    )  # fmt: skip
