"""Deals as both sides see them."""

from __future__ import annotations

from datetime import date

from django.db.models import Exists, OuterRef, Q, QuerySet

from common.access import Actor
from deals.customers import compared
from deals.models import RUNNING, Deal, DealRules, DealStep, Opening
from partners.models import Enrolment, EnrolmentStatus, Partner

OPENINGS_SHOWN = 20


def deals_of(*, actor: Actor) -> QuerySet[Deal]:
    """What the actor sees, with all that a list shows of it."""
    return Deal.objects.visible_to(actor).select_related(
        "partner", "vendor", "enrolment__program", "written_by", "decided_by"
    )


def deals_of_partner(*, partner: Partner, actor: Actor) -> QuerySet[Deal]:
    """As the partner sees its own: without what the vendor has begun to enter, also for the vendor looking in."""
    begun = Q(state=Deal.State.DRAFT, entered_by_vendor=True)
    return deals_of(actor=actor).filter(partner=partner).exclude(begun)


def history_of(deal: Deal, *, for_partner: bool) -> list[DealStep]:
    """Everything that happened, the first first. How the vendor's own clock ran is not the partner's business."""
    steps = deal.steps.select_related("author")
    return list(steps.exclude(step__in=DealStep.INTERNAL) if for_partner else steps)


def latest_openings(deal: Deal) -> list[Opening]:
    """As many as both sides' pages show."""
    return list(deal.openings.select_related("person")[:OPENINGS_SHOWN])


def open_enrolments(*, enrolments: QuerySet[Enrolment], today: date) -> QuerySet[Enrolment]:
    """Those of `enrolments` in which deals can be registered on the day."""
    active = EnrolmentStatus.objects.filter(
        enrolment=OuterRef("pk"), status=EnrolmentStatus.Status.ACTIVE, valid__contains=today
    )
    rules = DealRules.objects.filter(program=OuterRef("program"), open=True)
    return enrolments.filter(Exists(active), Exists(rules)).select_related("program__vendor", "partner")


def own_of_same_customer(deal: Deal) -> list[Deal]:
    """The partner's own running deals with the vendor for this customer: it may have registered it already."""
    own = Deal.objects.filter(partner=deal.partner_id, vendor=deal.vendor_id, state__in=RUNNING).exclude(pk=deal.pk)
    return [other for other in own.select_related("partner") if compared(deal, other).same]
