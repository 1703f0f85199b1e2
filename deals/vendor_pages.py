"""What deals add to a vendor's shared pages: the menu, what waits, and a card on the page of a partner."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date
from typing import Any

from django.urls import reverse
from django.utils.translation import gettext_lazy, ngettext

from common import formats, registry
from common.access import VENDOR, VENDOR_ADMIN, Actor
from common.registry import Area, AttentionSource, MenuEntry, Waiting
from deals import vendor_selectors
from deals.models import Deal
from deals.vendor_page import about_partner
from deals.vendor_tables import DECISION, LONGER, OVERDUE, vendor_url
from deals.wording import TONES, state_for_vendor, title_of
from partners import composing
from partners.composing import PartnerPanel
from partners.models import Partner
from programs.deciding import DECIDING_ROLES
from programs.models import Vendor

ROWS_SHOWN = 5


def register() -> None:
    registry.menu.register(MenuEntry("vendor-deals", VENDOR, gettext_lazy("Deals"), "shield-lock", _list, order=25))
    registry.attention.register(AttentionSource("vendor-deals", VENDOR, waiting, roles=DECIDING_ROLES, order=8))
    registry.attention.register(AttentionSource("overdue-deals", VENDOR, overdue, roles=(VENDOR_ADMIN,), order=7))
    composing.panels.register(PartnerPanel("deals", "deals/vendor/panel.html", deals_of_partner, order=40))


def _list(area: Area) -> str:
    return reverse("deals:vendor-deals", args=[area.slug])


def waiting(area: Area, actor: Actor, today: date) -> Iterable[Waiting]:
    """Deals to decide and longer protection that is asked for, each as one item with the oldest clock."""
    waits = vendor_selectors.waits_at(vendor=Vendor(pk=area.pk), actor=actor, today=today)
    if number := waits.decisions:
        text = ngettext("%(count)s deal to decide", "%(count)s deals to decide", number)
        values = {"count": formats.number(number)}
        url = f"{_list(area)}?waits={DECISION}"
        yield Waiting(text % values, url, since=waits.since, due=waits.due, count=number)
    if number := waits.longer:
        text = ngettext("%(count)s request for longer protection", "%(count)s requests for longer protection", number)
        values = {"count": formats.number(number)}
        url = f"{_list(area)}?waits={LONGER}"
        yield Waiting(text % values, url, since=waits.longer_since, due=waits.longer_due, count=number)


def overdue(area: Area, actor: Actor, today: date) -> Iterable[Waiting]:
    """Decisions that should have been made, for the admins."""
    waits = vendor_selectors.waits_at(vendor=Vendor(pk=area.pk), actor=actor, today=today)
    if number := waits.overdue + waits.longer_overdue:
        since = min(filter(None, [waits.since, waits.longer_since]))
        due = min(filter(None, [waits.due, waits.longer_due]))
        text = ngettext(
            "The decision about %(count)s deal is overdue", "Decisions about %(count)s deals are overdue", number
        )
        url = f"{_list(area)}?waits={OVERDUE}"
        yield Waiting(text % {"count": formats.number(number)}, url, since=since, due=due, count=number)


def deals_of_partner(vendor: Vendor, partner: Partner, actor: Actor, today: date) -> Mapping[str, Any] | None:
    """The partner's latest deals, how they ended so far, and tries; None where it has registered none."""
    found = vendor_selectors.deals_at(vendor=vendor, actor=actor).filter(partner=partner)
    rows = list(found.exclude(state=Deal.State.DRAFT).order_by("-since", "-pk")[:ROWS_SHOWN])
    if not rows:
        return None
    return {
        **about_partner(partner, vendor, actor=actor, today=today),
        "all_url": f"{reverse('deals:vendor-deals', args=[vendor.slug])}?partner={partner.pk}",
        "rows": [
            {
                "title": title_of(each),
                "state": state_for_vendor(each),
                "tone": TONES[each.state],
                "url": vendor_url(each),
            }
            for each in rows
        ],
    }
