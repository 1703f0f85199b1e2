"""Panels of a vendor's dashboard, and what rebates add to its pages about partners."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime
from typing import Any

from django.db.models import Count
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from common import formats
from common.access import Actor
from common.money import ZERO
from common.period_names import period_name, same_time_in
from common.periods import Period
from common.registry import Area, Waiting
from partners import composing
from partners.composing import Asked
from partners.models import Partner
from partners.selectors import currency_of, enrolments_of
from programs.models import Vendor
from rebates import closings, explaining, selectors
from rebates.cards import cards_of
from rebates.closing import needs_comment
from rebates.closing_words import state_of
from rebates.late import late_lines
from rebates.live import live_figures
from rebates.models import Closing, ClosingItem, Ledger, ManualAdjustment
from rebates.running import running, running_by_partner
from rebates.telling import TONES, state_in_words
from rebates.views import vendor_url
from sales.revenue import same_time, totals_of_vendor

ROWS_SHOWN = 5
LATE_LOOKED_AT = 500
"""Among so many late lines one that counts is looked for; their list has all of them."""


# --- the dashboard -----------------------------------------------------------------------------------


def quarter(area: Area, actor: Actor, today: date) -> Mapping[str, Any]:
    """Revenue, units and rebates of the running quarter over all partners; the largest rebates so far."""
    vendor = Vendor(pk=area.pk)
    currency = currency_of(vendor)
    now, until, start, end = same_time(today)
    sold = totals_of_vendor(vendor=vendor, start=now.start, end=until)
    earlier = totals_of_vendor(vendor=vendor, start=start, end=end)
    rebates = running(vendor=vendor, today=today, largest=ROWS_SHOWN)
    hint = ngettext("for %(count)s partner", "for %(count)s partners", rebates.earning)
    revenue = sold.net.get(currency, ZERO)
    return {
        "period": period_name(now),
        "than": same_time_in(now.previous()),
        "currency": currency,
        "revenue": revenue,
        "revenue_more": revenue - earlier.net.get(currency, ZERO),
        "units": sold.quantity,
        "units_more": sold.quantity - earlier.quantity,
        "rebates": explaining.in_currencies(rebates.amounts or {currency: ZERO}),
        "rebates_hint": hint % {"count": formats.number(rebates.earning)},
        "largest": [
            {
                "name": each.partner.name,
                "terms": each.terms.name,
                "amount": formats.money(each.amount, each.currency),
                "url": vendor_url(area.slug, each.partner.number, each.terms, each.period),
            }
            for each in rebates.largest
        ],
    }


def closing_states(area: Area, actor: Actor, today: date) -> Mapping[str, Any] | None:
    """Where the latest closings are, and what is closed next."""
    rows = closings.closings_of(vendor=Vendor.objects.get(pk=area.pk), actor=actor, today=today)
    if not rows:
        return None
    shown = []
    for row in rows[:ROWS_SHOWN]:
        text, tone = state_of(row)
        total = formats.money(row.total or ZERO, row.program.currency) if row.closing is not None else ""
        shown.append(
            {
                "name": period_name(row.period),
                "program": row.program.name,
                "state": text,
                "tone": tone,
                "total": total,
                "url": reverse("rebates:closing", args=[area.slug, row.program.slug, str(row.period)]),
            }
        )
    return {
        "rows": shown,
        "all_url": reverse("rebates:closings", args=[area.slug]),
        "accounts_url": reverse("rebates:accounts", args=[area.slug]),
    }


def held_back(area: Area, actor: Actor, today: date) -> Iterable[Waiting]:
    """Closings that partners hold up."""
    parked = ClosingItem.objects.filter(closing__program__vendor_id=area.pk, state=ClosingItem.State.PARKED)
    counts = dict(parked.order_by().values_list("closing_id").annotate(count=Count("pk")))
    if not counts:
        return
    for closing in Closing.objects.filter(pk__in=counts).select_related("program").order_by("ends_on", "pk"):
        text = ngettext(
            "%(count)s partner holds up the closing of %(period)s, %(program)s",
            "%(count)s partners hold up the closing of %(period)s, %(program)s",
            counts[closing.pk],
        )
        values = {
            "count": formats.number(counts[closing.pk]),
            "period": period_name(Period.parse(closing.period)),
            "program": closing.program.name,
        }
        url = reverse("rebates:closing", args=[area.slug, closing.program.slug, closing.period])
        yield Waiting(text % values, url, since=closing.frozen_at, count=counts[closing.pk])


def out_of_bounds(area: Area, actor: Actor, today: date) -> Iterable[Waiting]:
    """Closings whose total waits for a reason."""
    calculated = Closing.objects.filter(program__vendor_id=area.pk, state=Closing.State.CALCULATED, comment="")
    for closing in calculated.select_related("program").order_by("ends_on", "pk"):
        if needs_comment(closing):
            values = {"period": period_name(Period.parse(closing.period)), "program": closing.program.name}
            url = reverse("rebates:closing-comment", args=[area.slug, closing.program.slug, closing.period])
            text = _("The total of the closing of %(period)s, %(program)s, is out of bounds")
            yield Waiting(text % values, url, since=closing.calculated_at)


def halted(area: Area, actor: Actor, today: date) -> Iterable[Waiting]:
    """The ledger, when a check has found a mistake in it."""
    ledger = Ledger.objects.filter(vendor=area.pk, halted_at__isnull=False).first()
    if ledger is not None:
        url = reverse("rebates:ledger", args=[area.slug])
        yield Waiting(_("Rebates are halted: a check has found a mistake"), url, since=ledger.halted_at)


def to_be_decided(area: Area, actor: Actor, today: date) -> Iterable[Waiting]:
    """Manual adjustments that others have proposed: the actor may be the second person."""
    waiting = ManualAdjustment.objects.filter(program__vendor_id=area.pk, state=ManualAdjustment.State.PROPOSED)
    others = waiting.exclude(requested_by=actor.user_id).order_by("requested_at", "pk")
    found = list(others.values_list("pk", "requested_at"))
    if not found:
        return
    text = ngettext(
        "%(count)s manual adjustment waits for a second person",
        "%(count)s manual adjustments wait for a second person",
        len(found),
    )
    url = reverse("rebates:adjustments", args=[area.slug])
    if len(found) == 1:
        url = reverse("rebates:adjustment", args=[area.slug, found[0][0]])
    yield Waiting(text % {"count": formats.number(len(found))}, url, since=found[0][1], count=len(found))


def unsettled(area: Area, actor: Actor, today: date) -> Iterable[Waiting]:
    """Programs with sales that no closing settles any more."""
    since: dict[str, datetime] = {}
    for late in late_lines(vendor=Vendor(pk=area.pk), actor=actor, most=LATE_LOOKED_AT):
        name = late.beyond.program.name
        since[name] = min(since.get(name, late.line.booked_at), late.line.booked_at)
    for name in sorted(since):
        text = _("Late sales that no closing settles by itself, %(program)s") % {"program": name}
        yield Waiting(text, reverse("rebates:late", args=[area.slug]), since=since[name])


# --- pages about partners ----------------------------------------------------------------------------


def rebate_so_far(asked: Asked, partners: Sequence[composing.Row]) -> composing.Values:
    """Running rebates of these partners, in the currency of the list."""
    ids = [each["pk"] for each in partners]
    sums = running_by_partner(vendor=asked.vendor, currency=asked.currency, today=asked.today, partners=ids)
    return {"rebate": sums}


def rebates_of_partner(vendor: Vendor, partner: Partner, actor: Actor, today: date) -> Mapping[str, Any] | None:
    """The partner's running rebates with this vendor, and its latest periods."""
    enrolments = enrolments_of(partner=partner, actor=actor, vendor=vendor)
    running = live_figures(enrolments=enrolments, today=today)
    past = selectors.past_earnings(enrolments=enrolments, today=today)
    if not running and not past:
        return None
    urls = {
        (figure.enrolment.pk, figure.terms.code): vendor_url(
            vendor.slug, partner.number, figure.terms, str(figure.period)
        )
        for figure in running
    }
    return {
        "cards": cards_of(running, today=today, urls=urls),
        "rows": _past_rows(vendor, partner, past),
        "account_url": reverse("rebates:account-of-partner", args=[vendor.slug, partner.number]),
    }


def _past_rows(vendor: Vendor, partner: Partner, past: Sequence[selectors.Earned]) -> list[dict[str, Any]]:
    return [
        {
            "name": period_name(row.period),
            "terms": row.terms.name,
            "amount": formats.money(row.total, row.currency),
            "state": state_in_words(row),
            "tone": TONES[row.state],
            "url": vendor_url(vendor.slug, partner.number, row.terms, str(row.period)),
        }
        for row in past[: ROWS_SHOWN + 3]
    ]
