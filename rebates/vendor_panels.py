"""Panels of a vendor's dashboard, and what rebates add to its pages about partners."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from common import formats
from common.access import Actor
from common.money import ZERO
from common.periods import Period, PeriodKind
from common.registry import Area, Waiting
from common.ui import Chart, Series
from partners.models import Partner
from partners.selectors import currency_of, enrolments_of
from programs.models import Vendor
from rebates import closings, explaining, selectors
from rebates.cards import cards_of
from rebates.closing_views import state_of
from rebates.live import live_figures
from rebates.models import Closing, ClosingItem
from rebates.revenue import last_sale_by_partner, net_by_partner, net_by_quarter
from rebates.telling import TONES, state_in_words
from rebates.views import vendor_url
from sales.models import SellOutReport
from sales.selectors import counted_once, sales_of, totals

ROWS_SHOWN = 5
QUARTERS_SHOWN = 8
REPORTS_SHOWN = 4
MOST_OF_REVENUE = Decimal(80)


def same_time(today: date) -> tuple[Period, date, date, date]:
    """The running quarter, the first day after today, and [start, end) of the last quarter up to the same day."""
    now = Period.containing(PeriodKind.QUARTER, today)
    before = now.previous()
    until = today + timedelta(days=1)
    return now, until, before.start, min(before.end, before.start + (until - now.start))


# --- the dashboard -----------------------------------------------------------------------------------


def quarter(area: Area, actor: Actor, today: date) -> Mapping[str, Any]:
    """Revenue, units and rebates of the running quarter over all partners; the largest rebates so far."""
    vendor = Vendor.objects.get(pk=area.pk)
    currency = currency_of(vendor)
    now, until, start, end = same_time(today)
    sold = totals(counted_once(sales_of(vendor=vendor, start=now.start, end=until)))
    earlier = totals(counted_once(sales_of(vendor=vendor, start=start, end=end)))
    running = selectors.figures_of_vendor(vendor_id=vendor.pk, today=today)
    earning = {figure.enrolment.partner_id for figure in running if figure.settlement.amount > 0}
    largest = sorted((each for each in running if each.settlement.amount > 0), key=lambda each: -each.settlement.amount)
    hint = ngettext("for %(count)s partner", "for %(count)s partners", len(earning))
    revenue = sold.net.get(currency, ZERO)
    return {
        "period": explaining.period_name(now),
        "than": explaining.same_time_in(now.previous()),
        "currency": currency,
        "revenue": revenue,
        "revenue_more": revenue - earlier.net.get(currency, ZERO),
        "units": sold.quantity,
        "units_more": sold.quantity - earlier.quantity,
        "rebates": explaining.in_currencies(selectors.sum_by_currency(running) or {currency: ZERO}),
        "rebates_hint": hint % {"count": formats.number(len(earning))},
        "concentration": _concentration(net_by_partner(vendor=vendor, currency=currency, start=now.start, end=until)),
        "largest": [
            {
                "name": each.enrolment.partner.name,
                "terms": each.terms.name,
                "amount": formats.money(each.settlement.amount, each.settlement.currency),
                "url": vendor_url(vendor.slug, each.enrolment.partner.number, each.terms, str(each.period)),
            }
            for each in largest[:ROWS_SHOWN]
        ],
    }


def _concentration(net: Mapping[int, Decimal]) -> str:
    """How few partners make most of the revenue, in one sentence."""
    amounts = sorted((amount for amount in net.values() if amount > 0), reverse=True)
    if not amounts:
        return ""
    wanted, reached, few = sum(amounts, ZERO) * MOST_OF_REVENUE / 100, ZERO, 0
    while reached < wanted:
        reached += amounts[few]
        few += 1
    text = ngettext(
        "%(few)s of %(all)s buying partner makes %(share)s of it",
        "%(few)s of %(all)s buying partners make %(share)s of it",
        few,
    )
    return text % {
        "few": formats.number(few),
        "all": formats.number(len(amounts)),
        "share": formats.percent(MOST_OF_REVENUE),
    }


def rising(area: Area, actor: Actor, today: date) -> Mapping[str, Any] | None:
    """Who has grown most against the last quarter at the same time."""
    vendor = Vendor.objects.get(pk=area.pk)
    currency = currency_of(vendor)
    now, until, start, end = same_time(today)
    sold = net_by_partner(vendor=vendor, currency=currency, start=now.start, end=until)
    earlier = net_by_partner(vendor=vendor, currency=currency, start=start, end=end)
    more = {pk: net - earlier.get(pk, ZERO) for pk, net in sold.items()}
    first = sorted((pk for pk, amount in more.items() if amount > 0), key=lambda pk: -more[pk])[:ROWS_SHOWN]
    if not first:
        return None
    partners = Partner.objects.visible_to(actor).in_bulk(first)
    return {
        "currency": currency,
        "than": explaining.same_time_in(now.previous()),
        "rows": [
            {
                "name": partners[pk].name,
                "revenue": formats.money(sold[pk], currency),
                "more": more[pk],
                "url": reverse("partners:detail", args=[area.slug, partners[pk].number]),
            }
            for pk in first
            if pk in partners
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
                "name": explaining.period_name(row.period),
                "program": row.program.name,
                "state": text,
                "tone": tone,
                "total": total,
                "url": reverse("rebates:closing", args=[area.slug, row.program.slug, str(row.period)]),
            }
        )
    return {"rows": shown, "all_url": reverse("rebates:closings", args=[area.slug])}


def last_reports(area: Area, actor: Actor, today: date) -> Mapping[str, Any]:
    """What distributors reported last, and what became of it."""
    reports = SellOutReport.objects.visible_to(actor).filter(vendor_id=area.pk).select_related("distributor")
    return {
        "rows": [
            {
                "name": report.distributor.name,
                "file": report.file_name,
                "at": report.uploaded_at,
                "rows": _rows_in_words(report),
                "url": reverse("sales:vendor-report", args=[area.slug, report.pk]),
            }
            for report in reports.defer("content")[:REPORTS_SHOWN]
        ],
        "all_url": reverse("sales:vendor-reports", args=[area.slug]),
    }


def _rows_in_words(report: SellOutReport) -> str:
    text = ngettext("%(rows)s row", "%(rows)s rows", report.rows) % {"rows": formats.number(report.rows)}
    if not report.unmatched:
        return text
    waiting = ngettext("%(waiting)s waits", "%(waiting)s wait", report.unmatched)
    return _("%(rows)s, %(waiting)s") % {
        "rows": text,
        "waiting": waiting % {"waiting": formats.number(report.unmatched)},
    }


def held_back(area: Area, actor: Actor, today: date) -> Iterable[Waiting]:
    """Closings that partners hold up."""
    parked = ClosingItem.objects.filter(closing__program__vendor_id=area.pk, state=ClosingItem.State.PARKED)
    counts: dict[int, int] = {}
    for pk in parked.values_list("closing_id", flat=True):
        counts[pk] = counts.get(pk, 0) + 1
    for closing in Closing.objects.filter(pk__in=counts).select_related("program").order_by("ends_on", "pk"):
        text = ngettext(
            "%(count)s partner holds up the closing of %(period)s, %(program)s",
            "%(count)s partners hold up the closing of %(period)s, %(program)s",
            counts[closing.pk],
        )
        values = {
            "count": formats.number(counts[closing.pk]),
            "period": explaining.period_name(Period.parse(closing.period)),
            "program": closing.program.name,
        }
        url = reverse("rebates:closing", args=[area.slug, closing.program.slug, closing.period])
        yield Waiting(text % values, url, since=closing.frozen_at, count=counts[closing.pk])


# --- pages about partners ----------------------------------------------------------------------------


def revenue_this_quarter(vendor: Vendor, today: date) -> Mapping[int, Decimal]:
    now = Period.containing(PeriodKind.QUARTER, today)
    return net_by_partner(vendor=vendor, currency=currency_of(vendor), start=now.start, end=now.end)


def revenue_last_quarter(vendor: Vendor, today: date) -> Mapping[int, Decimal]:
    before = Period.containing(PeriodKind.QUARTER, today).previous()
    return net_by_partner(vendor=vendor, currency=currency_of(vendor), start=before.start, end=before.end)


def rebate_so_far(vendor: Vendor, today: date) -> Mapping[int, Decimal]:
    """Running rebates by partner, in the currency of the list."""
    currency = currency_of(vendor)
    sums: dict[int, Decimal] = {}
    for figure in selectors.figures_of_vendor(vendor_id=vendor.pk, today=today):
        if figure.settlement.currency == currency:
            partner = figure.enrolment.partner_id
            sums[partner] = sums.get(partner, ZERO) + figure.settlement.amount
    return sums


def last_sale(vendor: Vendor, today: date) -> Mapping[int, date]:
    return last_sale_by_partner(vendor=vendor)


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
    }


def revenue_of_partner(vendor: Vendor, partner: Partner, actor: Actor, today: date) -> Mapping[str, Any] | None:
    """The partner's revenue with this vendor over two years, as a chart; none where nothing was sold."""
    currency = currency_of(vendor)
    quarters = net_by_quarter(vendor=vendor, partner=partner, currency=currency, today=today, quarters=QUARTERS_SHOWN)
    if not any(net for _quarter, net in quarters):
        return None
    first_sale = next(number for number, (_quarter, net) in enumerate(quarters) if net)
    shown = quarters[min(first_sale, QUARTERS_SHOWN - 2) :]
    year = sum((net for _quarter, net in quarters[-4:]), ZERO)
    return {
        "chart": Chart(
            id="revenue-of-partner",
            title=_("Revenue by quarter"),
            axis=_("Quarter"),
            labels=[explaining.period_name(quarter) for quarter, _net in shown],
            series=[Series(_("Revenue"), [net for _quarter, net in shown])],
            kind="bar",
            unit=currency,
            summary=_("%(revenue)s in the last four quarters, the running one included.")
            % {"revenue": formats.money(year, currency)},
        )
    }


def _past_rows(vendor: Vendor, partner: Partner, past: Sequence[selectors.Earned]) -> list[dict[str, Any]]:
    return [
        {
            "name": explaining.period_name(row.period),
            "terms": row.terms.name,
            "amount": formats.money(row.total, row.currency),
            "state": state_in_words(row),
            "tone": TONES[row.state],
            "url": vendor_url(vendor.slug, partner.number, row.terms, str(row.period)),
        }
        for row in past[: ROWS_SHOWN + 3]
    ]
