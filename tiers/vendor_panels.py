"""What tiers add to a vendor's other pages: what waits for its people, and a card on the page of a partner."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date, timedelta
from typing import Any

from django.db.models import Count, Min, Q
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from common import formats
from common.access import Actor
from common.registry import Area, Waiting
from partners.models import Partner
from partners.selectors import enrolments_of, memberships_on
from programs.models import Vendor
from programs.office_days import office_day_after
from tiers.models import TierMove
from tiers.vendor_lists import Group

DAYS_TO_DECIDE = 2
"""Business days of the vendor's office."""
SOON = timedelta(days=14)


def moves(area: Area, actor: Actor, today: date) -> Iterable[Waiting]:
    """Rises that wait for a decision, as one item with the oldest clock; tiers that are lost within days, as another
    with the first of them as its clock."""
    rises, falls = Q(direction=TierMove.Direction.RISE), Q(direction=TierMove.Direction.FALL, due_on__lte=today + SOON)
    found = TierMove.objects.visible_to(actor).filter(enrolment__program__vendor=area.pk, state=TierMove.State.OPEN)
    counted = found.order_by().aggregate(
        rises=Count("pk", filter=rises),
        rises_since=Min("opened_on", filter=rises),
        falls=Count("pk", filter=falls),
        falls_since=Min("opened_on", filter=falls),
        falls_due=Min("due_on", filter=falls),
    )
    if number := counted["rises"]:
        due = office_day_after(Vendor.objects.get(pk=area.pk), counted["rises_since"], DAYS_TO_DECIDE)
        text = ngettext("%(count)s proposed rise to decide", "%(count)s proposed rises to decide", number)
        values = {"count": formats.number(number)}
        yield Waiting(text % values, _list(area, Group.RISE), since=counted["rises_since"], due=due, count=number)
    if number := counted["falls"]:
        text = ngettext(
            "%(count)s partner loses its tier within %(days)s days",
            "%(count)s partners lose their tiers within %(days)s days",
            number,
        )
        values = {"count": formats.number(number), "days": str(SOON.days)}
        since, due = counted["falls_since"], counted["falls_due"]
        yield Waiting(text % values, _list(area, Group.RISK), since=since, due=due, count=number)


def _list(area: Area, group: Group) -> str:
    return f"{reverse('tiers:vendor', args=[area.slug])}?group={group.value}"


def tiers_of_partner(vendor: Vendor, partner: Partner, actor: Actor, today: date) -> Mapping[str, Any] | None:
    """The partner's tiers with this vendor, what is open about them, and the way to their pages."""
    enrolments = enrolments_of(partner=partner, actor=actor, vendor=vendor)
    moves = TierMove.objects.filter(enrolment__in=enrolments, state=TierMove.State.OPEN).select_related("to_tier")
    opened = {move.enrolment_id: move for move in moves}
    rows = [
        {
            "program": each.enrolment.program.name,
            "tier": each.tier.name if each.tier is not None else _("no tier"),
            "ahead": _ahead(opened[each.enrolment.pk]) if each.enrolment.pk in opened else "",
            "tone": "danger" if each.enrolment.pk in opened and opened[each.enrolment.pk].due_on else "info",
            "url": reverse("tiers:partner", args=[vendor.slug, partner.number, each.enrolment.program.slug]),
        }
        for each in memberships_on(enrolments=enrolments, day=today)
    ]
    return {"rows": rows} if rows else None


def _ahead(move: TierMove) -> str:
    if move.due_on is None:
        return _("%(tier)s proposed") % {"tier": move.to_tier.name}
    values = {"tier": move.to_tier.name, "day": formats.date_short(move.due_on)}
    return _("%(tier)s from %(day)s") % values
