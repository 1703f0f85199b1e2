"""Who may do what with deals."""

from __future__ import annotations

from enum import StrEnum

from django.db.models import QuerySet

from common.access import OWNER, PARTNER, SALES, VENDOR, Actor
from common.one_person import logins_of
from deals.models import Deal, DealEntry
from partners.models import Member
from programs.deciding import DECIDING_ROLES

WRITING_ROLES = (OWNER, SALES)
"""Everybody with one of these at the partner works on all of its deals, whoever registered them."""


def may_write(actor: Actor, deal: Deal) -> bool:
    """Whether the actor writes for the deal's side: the partner, or the vendor while it enters a deal for one."""
    if deal.entered_by_vendor and deal.state == Deal.State.DRAFT:
        return may_enter(actor, deal.vendor_id)
    return may_register(actor, deal.partner_id)


def may_register(actor: Actor, partner_id: int) -> bool:
    return actor.has(PARTNER, partner_id, *WRITING_ROLES)


def may_enter(actor: Actor, vendor_id: int) -> bool:
    """Whether the actor may enter a deal for a partner of the vendor."""
    return actor.has(VENDOR, vendor_id, *DECIDING_ROLES)


class Hindrance(StrEnum):
    """What keeps somebody from deciding about a deal."""

    ROLE = "role"
    ENTERED = "entered"
    COMPANY = "company"


def hindrance(actor: Actor, deal: Deal) -> Hindrance | None:
    """Deciders of the vendor decide, but never about a deal that they wrote at, or of a company they work for."""
    if actor.user_id is None or not actor.has(VENDOR, deal.vendor_id, *DECIDING_ROLES):
        return Hindrance.ROLE
    return tie(actor.user_id, deal)


def tie(person: int, deal: Deal) -> Hindrance | None:
    """What keeps a person from deciding about this deal, whatever their role."""
    logins = logins_of(person)
    if deal.entered_by_vendor and deal.entries.filter(person__in=logins).exists():
        return Hindrance.ENTERED
    return Hindrance.COMPANY if _jobs(logins).filter(partner=deal.partner_id).exists() else None


def without_ties(person: int, deals: QuerySet[Deal]) -> QuerySet[Deal]:
    """Those of the deals to which the person has no tie."""
    logins = logins_of(person)
    entered = DealEntry.objects.filter(person__in=logins)
    return deals.exclude(pk__in=entered.values("deal")).exclude(partner__in=_jobs(logins).values("partner"))


def _jobs(logins: set[int]) -> QuerySet[Member]:
    return Member.objects.filter(user__in=logins, left_on__isnull=True)


def may_decide(actor: Actor, deal: Deal) -> bool:
    return hindrance(actor, deal) is None
