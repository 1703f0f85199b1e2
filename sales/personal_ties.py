"""What the proof of sales keeps of a person's address, and forgets when their personal data is removed."""

from __future__ import annotations

from datetime import datetime

from django.db.models.functions import Lower

from common.erasing import Addresses, Tie, neutral_address, ties
from common.models import User
from sales.models import Invitation


def _forget(user: User, addresses: Addresses, now: datetime) -> None:
    """That a vendor has invited somebody stays; whom is not said any more."""
    invited = Invitation.objects.annotate(lowered=Lower("address")).filter(lowered__in=addresses)
    # One address for two of the person's would make two invitations of the same days one too many.
    for number, invitation in enumerate(invited.order_by("pk")):
        Invitation.objects.filter(pk=invitation.pk).update(address=f"{number}-{neutral_address(user)}")


def register() -> None:
    ties.register(Tie("customers-invited", _forget))
