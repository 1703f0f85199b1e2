"""Revenue of a vendor's partners, for lists and figures. A sale counts once, whatever proves it."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, timedelta
from decimal import Decimal

from django.db.models import Max, Sum
from django.db.models.functions import TruncQuarter

from common.money import ZERO
from common.periods import Period, PeriodKind
from partners.models import Partner
from programs.models import Vendor
from sales.models import SaleLine
from sales.selectors import counted_once, sales_of


def net_by_partner(*, vendor: Vendor, currency: str, start: date, end: date) -> Mapping[int, Decimal]:
    """Net of what counts in [start, end) by id of the partner; who bought nothing is missing."""
    lines = counted_once(sales_of(vendor=vendor, start=start, end=end)).filter(currency=currency)
    return dict(lines.order_by().values_list("partner_id").annotate(net=Sum("net", default=ZERO)))


def last_sale_by_partner(*, vendor: Vendor) -> Mapping[int, date]:
    """The day of the last sale of each partner; what was given back is none."""
    sold = SaleLine.objects.filter(vendor=vendor, quantity__gt=0).order_by()
    return dict(sold.values_list("partner_id").annotate(last=Max("counts_on")))


def net_by_quarter(
    *, vendor: Vendor, partner: Partner, currency: str, today: date, quarters: int
) -> list[tuple[Period, Decimal]]:
    """Net of a partner's last quarters with one vendor, the running one last."""
    now = Period.containing(PeriodKind.QUARTER, today)
    asked = [now.previous(number) for number in range(quarters - 1, -1, -1)]
    lines = counted_once(sales_of(vendor=vendor, partner=partner, start=asked[0].start, end=now.end))
    by_quarter = lines.filter(currency=currency).annotate(quarter=TruncQuarter("counts_on")).order_by()
    net = dict(by_quarter.values_list("quarter").annotate(net=Sum("net", default=ZERO)))
    return [(quarter, net.get(quarter.start, ZERO)) for quarter in asked]


def same_time(today: date) -> tuple[Period, date, date, date]:
    """The running quarter, the first day after today, and [start, end) of the last quarter up to the same day."""
    now = Period.containing(PeriodKind.QUARTER, today)
    before = now.previous()
    until = today + timedelta(days=1)
    return now, until, before.start, min(before.end, before.start + (until - now.start))
