"""Revenue of a vendor's partners, for lists and figures. A sale counts once, whatever proves it."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import date, timedelta
from decimal import Decimal

from django.db.models import Exists, OuterRef, QuerySet, Subquery, Sum
from django.db.models.expressions import Combinable
from django.db.models.functions import Coalesce, TruncQuarter

from common.money import ZERO
from common.periods import Period, PeriodKind
from partners.models import Partner
from programs.models import Vendor
from sales.models import SaleLine
from sales.selectors import counted_once, sales_of


def net_by_partner(
    *, vendor: Vendor, currency: str, start: date, end: date, partners: Collection[int] | None = None
) -> Mapping[int, Decimal]:
    """Net of what counts in [start, end) by id of the partner; who bought nothing is missing.

    `partners`: only these; None: all of the vendor's.
    """
    lines = _counting(vendor, currency, start, end)
    if partners is not None:
        lines = lines.filter(partner__in=partners)
    return dict(lines.order_by().values_list("partner_id").annotate(net=Sum("net", default=ZERO)))


def net_of_partner(*, vendor: Vendor, currency: str, start: date, end: date) -> Combinable:
    """The same of a row of `Partner`, as SQL; zero where nothing was bought."""
    lines = _counting(vendor, currency, start, end).filter(partner=OuterRef("pk")).order_by()
    return Coalesce(Subquery(lines.values("partner").annotate(sum=Sum("net")).values("sum")), ZERO)


def last_sale_by_partner(*, vendor: Vendor, partners: Collection[int]) -> Mapping[int, date]:
    """The day of the last sale of each of these partners; who never bought is missing."""
    last = Partner.objects.filter(pk__in=partners).order_by().values_list("pk").annotate(last=_last_sale(vendor))
    return {pk: day for pk, day in last if day is not None}


def last_sale_of_partner(*, vendor: Vendor) -> Combinable:
    """The same of a row of `Partner`, as SQL; long ago for who never bought: no null, which would sort first."""
    return Coalesce(_last_sale(vendor), date.min)


def bought(*, vendor: Vendor, since: date | None = None) -> Exists:
    """Whether a row of `Partner` has a sale that counts on `since` or later, as SQL; None: whenever."""
    lines = _sold(vendor).filter(partner=OuterRef("pk"))
    return Exists(lines if since is None else lines.filter(counts_on__gte=since))


def _counting(vendor: Vendor, currency: str, start: date, end: date) -> QuerySet[SaleLine]:
    return counted_once(sales_of(vendor=vendor, start=start, end=end)).filter(currency=currency)


def _sold(vendor: Vendor) -> QuerySet[SaleLine]:
    """What was bought, whatever proves it: no returns, and nothing that was taken back."""
    taken_back = SaleLine.objects.filter(reverses=OuterRef("pk"))
    return SaleLine.objects.filter(~Exists(taken_back), vendor=vendor, quantity__gt=0, reverses__isnull=True)


def _last_sale(vendor: Vendor) -> Subquery:
    # By the order of the index sale_by_partner_day, so that the first row found is the answer.
    days = _sold(vendor).filter(partner=OuterRef("pk")).order_by("-counts_on", "-id").values("counts_on")
    return Subquery(days[:1])


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
