"""What a company's bookkeeping says of itself: where documents are sent, and how the company is taxed."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

from django.db import transaction
from django.utils.translation import gettext as _

from common import bouncing
from common.access import OWNER, PARTNER, PARTNER_FINANCE, Actor
from common.errors import DomainError
from partners.models import Partner, TaxStatus
from partners.services import record_tax_status

KEEPERS = (OWNER, PARTNER_FINANCE)
"""With one of these roles a person says it."""
Status = TaxStatus.Status


class NotAllowed(DomainError):
    """The actor is neither an owner of the company nor of its bookkeeping."""


@dataclass(frozen=True)
class Bookkeeping:
    """`email`: where statements are sent, may be empty. `status`: how the company is taxed from `since` on."""

    email: str
    status: str
    since: date


def tax_status_on(*, partner: Partner, day: date) -> str:
    """How the company is taxed on that day; regular where nothing is recorded."""
    held = TaxStatus.objects.filter(partner=partner, valid__contains=day).first()
    return held.status if held is not None else Status.REGULAR


def tax_statuses_of(*, partner: Partner, actor: Actor) -> list[TaxStatus]:
    """What is recorded, the latest first."""
    return list(TaxStatus.objects.visible_to(actor).filter(partner=partner).order_by("-valid"))


@transaction.atomic
def change_bookkeeping(*, partner: Partner, wanted: Bookkeeping, actor: Actor, now: datetime) -> None:
    """Documents that are made already stay as they are. Whoever saves an address says that mails arrive there.

    Raises NotAllowed.
    """
    if actor.scopes is not None or not actor.has(PARTNER, partner.pk, *KEEPERS):
        raise NotAllowed(_("Only owners of the company and its bookkeeping change this."))
    held = Partner.objects.select_for_update(no_key=True).get(pk=partner.pk)
    if held.bookkeeping_email != wanted.email:
        held.bookkeeping_email = wanted.email
        held.save(update_fields=["bookkeeping_email"])
    bouncing.end(address=wanted.email, now=now)
    if tax_status_on(partner=held, day=wanted.since) != wanted.status:
        record_tax_status(partner=held, status=wanted.status, on=wanted.since)
