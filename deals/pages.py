"""What deals add to the partner's shared pages: the menu entry, and what waits."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date, timedelta
from typing import Any

from django.db.models import Count, Exists, Max, Min, OuterRef, Q, QuerySet
from django.urls import reverse
from django.utils.translation import gettext_lazy, ngettext

from common import formats, registry
from common.access import PARTNER, Actor
from common.registry import Area, AttentionSource, MenuEntry, Waiting
from deals.models import NEEDS_UPDATE, Deal, Extension
from deals.rights import WRITING_ROLES
from partners.waiting import Partners, WaitingSource, Waits, partner_waits
from programs.models import Vendor

State = Deal.State
UPDATE_SOON, END_SOON = timedelta(days=7), timedelta(days=14)
"""So long before an update is due, or before protection ends, it waits for the partner."""


def register() -> None:
    registry.menu.register(MenuEntry("deals", PARTNER, gettext_lazy("Deals"), "briefcase", _list, order=28))
    registry.attention.register(AttentionSource("deals", PARTNER, waiting, roles=WRITING_ROLES, order=9))
    partner_waits.register(WaitingSource("deals", waiting_by, roles=WRITING_ROLES, order=9))


def _list(area: Area) -> str:
    return reverse("deals:partner-board", args=[area.slug])


def waiting(area: Area, actor: Actor, today: date) -> Iterable[Waiting]:
    """Questions of vendors, updates that are due soon, and protection that ends without anybody asking for more."""
    return _waiting({area.pk: area.slug}, Deal.objects.visible_to(actor), today).get(area.pk, ())


def waiting_by(partners: Partners, vendor: Vendor, today: date) -> Waits:
    return _waiting(partners, Deal.objects.filter(vendor=vendor), today)


def _waiting(partners: Partners, deals: QuerySet[Deal], today: date) -> Waits:
    asked_longer = Exists(Extension.objects.filter(deal=OuterRef("pk"), state=Extension.State.OPEN))
    occasions = {
        "asked": Q(state=State.ASKED_BACK),
        "update": Q(NEEDS_UPDATE, state=State.PROTECTED, update_due_on__lte=today + UPDATE_SOON),
        "ends": Q(state=State.PROTECTED, protected_until__lte=today + END_SOON, longer=False),
    }
    counted: dict[str, Any] = {}
    for name, which in occasions.items():
        counted[f"{name}_count"] = Count("pk", filter=which)
        counted[f"{name}_one"] = Max("number", filter=which)
    counted["asked_since"] = Min("since", filter=occasions["asked"])
    counted["update_due"] = Min("update_due_on", filter=occasions["update"])
    counted["ends_due"] = Min("protected_until", filter=occasions["ends"])
    running = deals.filter(partner__in=partners, state__in=[State.ASKED_BACK, State.PROTECTED]).order_by()
    rows = running.annotate(longer=asked_longer).values("partner_id").annotate(**counted)
    return {row["partner_id"]: _items(partners[row["partner_id"]], row) for row in rows}


def _items(slug: str, row: Mapping[str, Any]) -> list[Waiting]:
    asked, update, ends = row["asked_count"], row["update_count"], row["ends_count"]
    said = (
        ("asked", "reply-deal", State.ASKED_BACK, ngettext(
            "A question about a deal waits for your answer", "%(count)s questions about deals wait for your answer",
            asked,
        )),
        ("update", "update-deal", State.PROTECTED, ngettext(
            "A protected deal needs an update", "%(count)s protected deals need an update", update
        )),
        ("ends", "extend-deal", State.PROTECTED, ngettext(
            "The protection of a deal ends soon", "The protection of %(count)s deals ends soon", ends
        )),
    )  # fmt: skip
    items = []
    for name, page, state, text in said:
        count = row[f"{name}_count"]
        if count:
            one = reverse(f"deals:{page}", args=[slug, row[f"{name}_one"]])
            many = f"{reverse('deals:partner-deals', args=[slug])}?state={state.value}&sort={_ORDER[name]}"
            due: date | None = row.get(f"{name}_due")
            # The first day without protection is too late.
            due = due - timedelta(days=1) if name == "ends" and due is not None else due
            items.append(
                Waiting(
                    text % {"count": formats.number(count)}, one if count == 1 else many,
                    since=row.get(f"{name}_since"), due=due, count=count,
                )
            )  # fmt: skip
    return items


_ORDER = {"asked": "since", "update": "update_due_on", "ends": "protection"}
