"""What sales add to a vendor's dashboard and to its pages about partners: revenue, and the last reports."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

from django.db.models import F
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from common import formats
from common.access import Actor
from common.money import ZERO
from common.period_names import period_name, same_time_in
from common.registry import Area
from common.ui import Chart, Series
from partners.models import Partner
from partners.selectors import currency_of
from programs.models import Vendor
from sales.revenue import net_by_quarter, same_time
from sales.selectors import reports_of
from sales.standing import MOST_OF_REVENUE, concentration, standings

ROWS_SHOWN = 5
QUARTERS_SHOWN = 8
REPORTS_SHOWN = 4

# --- the dashboard ---------------------------------------------------------------------------------------------------


def rising(area: Area, actor: Actor, today: date) -> Mapping[str, Any] | None:
    """Who has grown most against the last quarter at the same time, and how few make most of the revenue."""
    vendor = Vendor.objects.get(pk=area.pk)
    currency = currency_of(vendor)
    now, _until, _start, _end = same_time(today)
    buying = standings(vendor=vendor, currency=currency, today=today).filter(revenue__gt=0)
    rising = buying.annotate(more=F("revenue") - F("revenue_before")).filter(more__gt=0).order_by("-more", "partner_id")
    first = list(rising[:ROWS_SHOWN])
    if not first:
        return None
    partners = Partner.objects.visible_to(actor).in_bulk([each.partner_id for each in first])
    return {
        "currency": currency,
        "than": same_time_in(now.previous()),
        "concentration": _concentration(*concentration(vendor=vendor, currency=currency, today=today)),
        "rows": [
            {
                "name": partners[each.partner_id].name,
                "revenue": formats.money(each.revenue, currency),
                "more": each.more,
                "url": reverse("partners:detail", args=[area.slug, partners[each.partner_id].number]),
            }
            for each in first
            if each.partner_id in partners
        ],
    }


def _concentration(few: int, buying: int) -> str:
    """How few partners make most of the revenue, in one sentence."""
    text = ngettext(
        "%(few)s of %(all)s buying partners makes %(share)s of the quarter's revenue.",
        "%(few)s of %(all)s buying partners make %(share)s of the quarter's revenue.",
        few,
    )
    return text % {
        "few": formats.number(few),
        "all": formats.number(buying),
        "share": formats.percent(MOST_OF_REVENUE),
    }


def last_reports(area: Area, actor: Actor, today: date) -> Mapping[str, Any]:
    """What distributors reported last, and what became of it."""
    reports = reports_of(actor=actor).filter(vendor_id=area.pk)
    return {
        "rows": [
            {
                "name": report.distributor.name,
                "file": report.file_name,
                "at": report.uploaded_at,
                "rows": _rows_in_words(report.rows, report.waiting_now),  # type: ignore[attr-defined]
                "url": reverse("sales:vendor-report", args=[area.slug, report.pk]),
            }
            for report in reports[:REPORTS_SHOWN]
        ],
        "all_url": reverse("sales:vendor-reports", args=[area.slug]),
    }


def _rows_in_words(rows: int, waiting: int) -> str:
    text = ngettext("%(rows)s row", "%(rows)s rows", rows) % {"rows": formats.number(rows)}
    if not waiting:
        return text
    still = ngettext("%(waiting)s waits", "%(waiting)s wait", waiting) % {"waiting": formats.number(waiting)}
    return _("%(rows)s, %(waiting)s") % {"rows": text, "waiting": still}


# --- pages about partners --------------------------------------------------------------------------------------------


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
            labels=[period_name(quarter) for quarter, _net in shown],
            series=[Series(_("Revenue"), [net for _quarter, net in shown])],
            kind="bar",
            unit=currency,
            summary=_("%(revenue)s in the last four quarters, the running one included.")
            % {"revenue": formats.money(year, currency)},
        )
    }
