"""Who may do what with trainings: the vendor's people, and those of a company for themselves or their colleagues."""

from __future__ import annotations

from datetime import date

from django.db.models import QuerySet
from django.utils.translation import gettext as _

from common.access import OWNER, PARTNER, SALES, VENDOR, Actor
from common.errors import DomainError
from common.models import User
from partners.models import Partner
from programs.deciding import DECIDING_ROLES
from trainings.selectors import team_of

TEAM_ROLES = (OWNER, SALES)
"""Who books for colleagues; everybody else for themselves."""


class NotAllowed(DomainError):
    """The actor's role does not reach that far."""


def may_run(actor: Actor, vendor_id: int) -> bool:
    return actor.has(VENDOR, vendor_id, *DECIDING_ROLES)


def may_act_for(actor: Actor, partner: Partner, user: User) -> bool:
    own = actor.user_id == user.pk and actor.has(PARTNER, partner.pk)
    return own or actor.has(PARTNER, partner.pk, *TEAM_ROLES)


def people_for(*, actor: Actor, partner: Partner, on: date) -> QuerySet[User]:
    """For whom the actor may book and hand in, by name."""
    team = team_of(partner=partner, on=on)
    return team if actor.has(PARTNER, partner.pk, *TEAM_ROLES) else team.filter(pk=actor.user_id or 0)


def check_runs(actor: Actor, vendor_id: int) -> int:
    """The person who runs the vendor's trainings. Raises NotAllowed."""
    if not may_run(actor, vendor_id):
        raise NotAllowed(_("Only channel managers and admins of the vendor may do this."))
    return person(actor)


def check_acts_for(actor: Actor, partner: Partner, user: User) -> int:
    """The person who books or hands in for somebody. Raises NotAllowed."""
    if not may_act_for(actor, partner, user):
        raise NotAllowed(_("Owners and sales do this for the whole team, everybody else for themselves."))
    return person(actor)


def person(actor: Actor) -> int:
    if actor.user_id is None:
        raise NotAllowed(_("Only a person can do this."))
    return actor.user_id
