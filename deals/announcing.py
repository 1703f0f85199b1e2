"""Who is told about a step of a deal. In the commit of the step; sending is the outbox's."""

from __future__ import annotations

from django.db.models import QuerySet
from django.utils.timezone import localdate

from common import outbox
from common.models import User
from deals import mails
from deals.models import Deal, DealStep
from deals.rights import WRITING_ROLES, tie
from partners.models import Member
from programs.deciding import admins, deciders

Step = DealStep.Step


def tell(*, deal: Deal, step: DealStep) -> None:
    """Make the mails of a step; most steps are only read in the portal."""
    kind = mails.KINDS.get(step.step)
    if kind is None:
        return
    to_vendor = kind in mails.TO_VENDOR
    _put(deal, step, kind, people_at_vendor(deal, step) if to_vendor else people_of_partner(deal))
    if step.step == Step.SUBMITTED and deal.entered_by_vendor:
        _put(deal, step, mails.ENTERED, people_of_partner(deal))


def _put(deal: Deal, step: DealStep, kind: str, people: list[User]) -> None:
    context = mails.told(deal=deal, step=step, to_partner=kind not in mails.TO_VENDOR)
    for person in people:
        outbox.put(kind=kind, period=f"deal step {step.pk}", recipient=person, context=context)


def people_at_vendor(deal: Deal, step: DealStep) -> list[User]:
    """Who decides, or their deputies; the admins of what is overdue, and of what none of the others may decide.

    Where nobody may, all are told that it waits: they can let somebody else in.
    """
    day = localdate(step.at)
    usual, above = deciders(deal.vendor_id, on=day), admins(deal.vendor_id, on=day)
    groups = (above, usual) if step.step == Step.ESCALATED else (usual, above)
    free = ([person for person in group if tie(person.pk, deal) is None] for group in groups)
    return next(filter(None, free), []) or usual


def people_of_partner(deal: Deal) -> list[User]:
    """Who registered it; where that was the vendor, or the person no longer does so, the owners."""
    members = Member.objects.filter(partner=deal.partner_id, left_on__isnull=True, user__is_active=True)
    writer = members.filter(user=deal.written_by_id, role__in=WRITING_ROLES)
    return _people(writer) or _people(members.filter(role=Member.Role.OWNER))


def _people(rows: QuerySet[Member]) -> list[User]:
    return list(User.objects.filter(pk__in=rows.values_list("user_id", flat=True)).order_by("pk"))
