"""Inviting a distributor's unknown customer to register as a partner."""

from __future__ import annotations

from datetime import date, datetime, timedelta

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from common import outbox
from common.access import Actor
from common.dated import since
from common.errors import DomainError
from common.formats import date_short
from common.models import User
from common.outbox import Addressee
from programs.models import Distributor, Vendor
from sales import mails
from sales.matching import NothingWaits, check_may_match
from sales.models import Invitation, WaitingRow
from sales.selectors import with_unknown_customer

AGAIN_AFTER = timedelta(days=30)


class InvitedAlready(DomainError):
    """The vendor wrote to this address less than `AGAIN_AFTER` ago."""


def invite_customer(
    *,
    actor: Actor,
    vendor: Vendor,
    distributor: Distributor,
    number: str,
    address: str,
    language: str,
    now: datetime,
    today: date,
) -> Invitation:
    """Write to `address` that the vendor would like this customer to register; the mail says nothing about its sales.

    Raises `NotAllowed`, `NothingWaits`, `InvitedAlready`.
    """
    check_may_match(actor, vendor)
    inviting = User.objects.get(pk=actor.user_id or 0)
    rows = WaitingRow.objects.filter(
        vendor=vendor, distributor=distributor, customer_number=number, state=WaitingRow.State.WAITING
    )
    if not with_unknown_customer(rows).exists():
        raise NothingWaits(_("Nothing waits for the customer number %(number)s.") % {"number": number})
    address = address.strip().lower()
    earlier = Invitation.objects.filter(vendor=vendor, address=address, valid__contains=today)
    if (last := earlier.first()) is not None:
        raise _invited(address, last.invited_at)
    try:
        with transaction.atomic():
            made = Invitation.objects.create(
                vendor=vendor,
                distributor=distributor,
                customer_number=number,
                address=address,
                invited_by=inviting,
                invited_at=now,
                valid=since(today, today + AGAIN_AFTER),
            )
            outbox.put(
                kind=mails.INVITATION,
                period=f"vendor {vendor.pk} {today.isoformat()}",
                recipient=Addressee(address, language),
                context=mails.invitation(vendor=vendor, inviting=inviting),
            )
    except IntegrityError as error:
        # Somebody else was faster.
        raise _invited(address, now) from error
    return made


def _invited(address: str, at: datetime) -> InvitedAlready:
    return InvitedAlready(
        _("%(address)s was invited on %(day)s. You can write again %(days)s days later.")
        % {"address": address, "day": date_short(at), "days": AGAIN_AFTER.days}
    )
