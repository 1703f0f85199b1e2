"""What ties a person to partner companies, and is given up when their personal data is removed."""

from __future__ import annotations

from datetime import datetime

from django.db.models.functions import Lower
from django.utils.translation import gettext_noop

from common.erasing import Addresses, Tie, neutral_address, tie_of_team, ties
from common.models import User
from partners.models import AccessRequest, BroughtContact, Care, Partner, Registration
from partners.team import TEAM


def _forget(user: User, addresses: Addresses, now: datetime) -> None:
    Registration.objects.filter(user=user).delete()
    AccessRequest.objects.filter(user=user, decided_at__isnull=True).delete()
    Care.objects.filter(manager=user).update(manager=None)
    books = Partner.objects.annotate(lowered=Lower("bookkeeping_email")).filter(lowered__in=addresses)
    books.update(bookkeeping_email="")
    # That a vendor has brought somebody along stays with their invitation; who it was is not said any more.
    brought = BroughtContact.objects.annotate(lowered=Lower("address")).filter(lowered__in=addresses)
    for number, contact in enumerate(brought.order_by("pk")):
        BroughtContact.objects.filter(pk=contact.pk).update(
            address=f"{number}-{neutral_address(user)}", first_name="", last_name=""
        )


def register() -> None:
    last = gettext_noop("This is the last owner of %(name)s. Make somebody else an owner first.")
    ties.register(tie_of_team(TEAM, last_lead=last))
    ties.register(Tie("partner-data", _forget))
