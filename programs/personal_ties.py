"""What ties a person to vendors and distributors, and is given up when their personal data is removed."""

from __future__ import annotations

from datetime import datetime

from django.db.models.functions import Lower
from django.utils.translation import gettext_noop

from common.erasing import Addresses, Tie, tie_of_team, ties
from common.models import User
from programs.models import Absence, DistributorStaff, Program
from programs.team import TEAM


def _leave_distributors(user: User, addresses: Addresses, now: datetime) -> None:
    DistributorStaff.objects.filter(user=user).delete()


def _forget_contact(user: User, addresses: Addresses, now: datetime) -> None:
    """A public page must not send people to somebody who is gone."""
    named = Program.objects.annotate(lowered=Lower("contact_email")).filter(lowered__in=addresses)
    named.update(contact_name="", contact_email="")


def _forget_absences(user: User, addresses: Addresses, now: datetime) -> None:
    Absence.objects.filter(person=user).delete()
    Absence.objects.filter(deputy=user).update(deputy=None)


def register() -> None:
    last = gettext_noop("This is the last vendor admin of %(name)s. Give somebody else this role first.")
    ties.register(tie_of_team(TEAM, last_lead=last))
    ties.register(Tie("distributors", _leave_distributors))
    ties.register(Tie("program-contacts", _forget_contact))
    ties.register(Tie("absences", _forget_absences))
