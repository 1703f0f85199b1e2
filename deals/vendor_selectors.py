"""What waits at a vendor, and how one of its partners has registered so far."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from django.db.models import Count, F, FilteredRelation, Min, Q, QuerySet
from django.db.models.functions import Coalesce

from common.access import Actor
from deals.models import Deal, Extension, Probe
from deals.rights import without_ties
from deals.selectors import deals_of
from partners.models import Enrolment, Partner
from programs.models import Vendor

State = Deal.State
LOOKED_BACK = timedelta(days=90)
"""Over so many days it is looked whether a partner tries out customers, and how fast the vendor decides."""
PROBES_SHOWN = 10


def deals_at(*, vendor: Vendor, actor: Actor) -> QuerySet[Deal]:
    """The vendor's deals, what is due first on top; what a partner has not sent is its own."""
    found = deals_of(actor=actor).filter(vendor=vendor).exclude(state=State.DRAFT, entered_by_vendor=False)
    asked = FilteredRelation("extensions", condition=Q(extensions__state=Extension.State.OPEN))
    found = found.annotate(asked=asked, longer_due=F("asked__due_on"), clock=Coalesce("due_on", "asked__due_on"))
    return found.order_by(F("clock").asc(nulls_last=True), "-since", "-pk")


@dataclass(frozen=True)
class Waits:
    """What waits for the vendor, and how much of it should have been decided before today."""

    decisions: int
    since: date | None
    due: date | None
    overdue: int
    longer: int
    longer_overdue: int
    longer_since: date | None
    longer_due: date | None


def waits_at(*, vendor: Vendor, actor: Actor, today: date) -> Waits:
    deals = Deal.objects.visible_to(actor).filter(vendor=vendor, state=State.SUBMITTED).order_by()
    asked = Extension.objects.visible_to(actor).filter(deal__vendor=vendor, state=Extension.State.OPEN).order_by()
    counted = deals.aggregate(
        decisions=Count("pk"), since=Min("since"), due=Min("due_on"),
        overdue=Count("pk", filter=Q(due_on__lt=today)),
    )  # fmt: skip
    longer = asked.aggregate(
        longer=Count("pk"), longer_since=Min("asked_at"), longer_due=Min("due_on"),
        longer_overdue=Count("pk", filter=Q(due_on__lt=today)),
    )  # fmt: skip
    return Waits(**counted, **longer)


def next_to_decide(*, vendor: Vendor, actor: Actor, after: Deal | None = None) -> Deal | None:
    """The oldest deal that waits for this person; after one that is left for later, the next in the row."""
    if actor.user_id is None:
        return None
    submitted = Deal.objects.visible_to(actor).filter(vendor=vendor, state=State.SUBMITTED)
    waiting = without_ties(actor.user_id, submitted).select_related("partner", "vendor").order_by("due_on", "place")
    if after is not None and after.due_on is not None:
        later = waiting.filter(Q(due_on__gt=after.due_on) | Q(due_on=after.due_on, place__gt=after.place))
        return later.first() or waiting.exclude(pk=after.pk).first()
    return waiting.exclude(pk=after.pk).first() if after is not None else waiting.first()


@dataclass(frozen=True)
class Probing:
    """How many of a partner's registrations met somebody else's project, and how often it was stopped for a day."""

    registered: int
    met: int
    stopped: int
    latest: Sequence[Probe]


def probing_of(*, partner: Partner, vendor: Vendor, actor: Actor, today: date) -> Probing:
    start = today - LOOKED_BACK
    of_partner = Enrolment.objects.filter(partner=partner, program__vendor=vendor)
    probes = Probe.objects.visible_to(actor).filter(enrolment__in=of_partner.values("pk"), at__date__gte=start)
    counted = probes.order_by().aggregate(
        met=Count("pk", filter=Q(kind=Probe.Kind.MET)), stopped=Count("pk", filter=Q(kind=Probe.Kind.LIMIT))
    )
    own = Deal.objects.visible_to(actor).filter(partner=partner, vendor=vendor, entered_by_vendor=False)
    sent = own.filter(submitted_at__date__gte=start)
    latest = probes.select_related("deal__partner", "person")[:PROBES_SHOWN]
    return Probing(registered=sent.count(), latest=list(latest), **counted)
