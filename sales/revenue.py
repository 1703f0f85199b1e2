"""Revenue of a vendor's partners, for lists and figures. A sale counts once, whatever proves it.

What was reported comes from sums that are kept as lines are booked (`sales.models.summary`); invoices, which count only
while no report proves the same sale, are looked at line by line and added.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping
from datetime import date, timedelta
from decimal import Decimal
from typing import Any, TypeVar

from django.db.models import Exists, OuterRef, Q, QuerySet, Subquery, Sum
from django.db.models.expressions import Combinable
from django.db.models.functions import Coalesce, TruncQuarter

from common.access import Actor
from common.money import ZERO
from common.periods import Period, PeriodKind
from partners.models import Partner
from programs.models import Distributor, Vendor
from sales.models import Evidence, PartnerQuarter, SaleLine, VendorDay
from sales.selectors import Totals, counted_once, sales_of, totals

K = TypeVar("K")


def net_by_partner(
    *, vendor: Vendor, currency: str, start: date, end: date, partners: Collection[int] | None = None
) -> Mapping[int, Decimal]:
    """Net of what counts in [start, end) by id of the partner; who bought nothing is missing.

    `partners`: only these; None: all of the vendor's.
    """
    only = {} if partners is None else {"partner__in": partners}
    whole, rest = _split(start, end)
    sums = PartnerQuarter.objects.filter(vendor=vendor, currency=currency, quarter__gte=whole[0], quarter__lt=whole[1])
    # Each part by the index that is made for it, which one filter over all of them would not find.
    parts = [
        _by_partner(sums.filter(**only)),
        _by_partner(_invoices(vendor=vendor, start=start, end=end, currency=currency).filter(**only)),
    ]
    for first, last in rest:
        lines = sales_of(vendor=vendor, start=first, end=last).filter(evidence=Evidence.SELL_OUT, currency=currency)
        parts.append(_by_partner(lines.filter(**only)))
    return _added(parts[0].union(*parts[1:], all=True))


def _by_partner(rows: QuerySet[Any]) -> QuerySet[Any, tuple[int, Decimal]]:
    return rows.order_by().values_list("partner_id").annotate(amount=Sum("net", default=ZERO))


def net_of_partner(*, vendor: Vendor, currency: str, start: date, end: date) -> Combinable:
    """The same of a row of `Partner`, as SQL; zero where nothing was bought."""
    lines = _counting(vendor, currency, start, end).filter(partner=OuterRef("pk")).order_by().values("partner")
    return Coalesce(Subquery(lines.annotate(sum=Sum("net")).values("sum")), ZERO)


def last_sale_by_partner(*, vendor: Vendor, partners: Collection[int] | None = None) -> Mapping[int, date]:
    """The day of the last sale of each of these partners (None: all of the vendor's); who never bought is missing."""
    only = {} if partners is None else {"pk__in": partners}
    buyers = Partner.objects.filter(_bought(vendor), **only)
    return dict(buyers.order_by().values_list("pk").annotate(last=_last_sale(vendor)))


def _bought(vendor: Vendor) -> Q:
    """Whether a row of `Partner` has a sale that has not been taken back, as SQL."""
    sums = PartnerQuarter.objects.filter(vendor=vendor, partner=OuterRef("pk"), bought__gt=0)
    invoices = _sold(vendor).filter(evidence=Evidence.INVOICE, partner=OuterRef("pk"))
    return Q(Exists(sums)) | Q(Exists(invoices))


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
    start, end = asked[0].start, now.end
    of_partner = {"vendor": vendor, "partner": partner, "currency": currency}
    sums = PartnerQuarter.objects.filter(quarter__in=[quarter.start for quarter in asked], **of_partner)
    invoices = _invoices(vendor=vendor, start=start, end=end, currency=currency).filter(partner=partner)
    by_quarter = invoices.annotate(quarter=TruncQuarter("counts_on")).order_by().values_list("quarter")
    net: dict[date, Decimal] = _added(
        sums.values_list("quarter").annotate(amount=Sum("net")), by_quarter.annotate(amount=Sum("net", default=ZERO))
    )
    return [(quarter, net.get(quarter.start, ZERO)) for quarter in asked]


def net_by_day(*, vendor: Vendor, currency: str, start: date, end: date) -> Mapping[date, Decimal]:
    """Net of what counts on each day of [start, end), of all partners; days without a sale are missing."""
    sums = VendorDay.objects.filter(vendor=vendor, day__gte=start, day__lt=end, currency=currency)
    invoices = _invoices(vendor=vendor, start=start, end=end, currency=currency).order_by().values_list("counts_on")
    return _added(
        sums.values_list("day").annotate(amount=Sum("net")), invoices.annotate(amount=Sum("net", default=ZERO))
    )


def net_of_partner_by_day(
    *, vendor: Vendor, partner: Partner, currency: str, start: date, end: date
) -> Mapping[date, Decimal]:
    """What `net_by_partner` counts of one partner, on each day of [start, end); days without a sale are missing."""
    lines = _counting(vendor, currency, start, end).filter(partner=partner)
    return dict(lines.order_by().values_list("counts_on").annotate(amount=Sum("net", default=ZERO)))


def totals_of_vendor(*, vendor: Vendor, start: date, end: date) -> Totals:
    """Sums over what counts in [start, end), of all partners."""
    sums = VendorDay.objects.filter(vendor=vendor, day__gte=start, day__lt=end)
    return _with_reported(totals(_invoices(vendor=vendor, start=start, end=end)), sums)


def totals_of_partner(
    *,
    invoices: QuerySet[SaleLine] | None,
    partner: Partner,
    actor: Actor,
    vendor: Vendor | None = None,
    distributor: Distributor | None = None,
    quarter: Period | None = None,
) -> Totals:
    """Sums over all that counts of the partner and that the actor sees, or as much as is asked for.

    `invoices`: those of its lines that an invoice proves and no report; None: it has no invoices. `quarter`: a
    calendar one.
    """
    asked = {"vendor": vendor, "distributor": distributor, "quarter": quarter and quarter.start}
    sums = PartnerQuarter.objects.visible_to(actor).filter(partner=partner)
    sums = sums.filter(**{name: value for name, value in asked.items() if value is not None})
    return _with_reported(totals(invoices) if invoices is not None else Totals(), sums)


def _with_reported(found: Totals, sums: QuerySet[Any]) -> Totals:
    reported = (
        sums.order_by()
        .values("currency")
        .annotate(all_lines=Sum("lines"), units=Sum("quantity"), amount=Sum("net"), nothing=Sum("without_value"))
    )
    for row in reported:
        found += Totals(row["all_lines"], row["units"], {row["currency"]: row["amount"]}, row["nothing"])
    return found


def _invoices(*, vendor: Vendor, start: date, end: date, **more: Any) -> QuerySet[SaleLine]:
    """Invoice lines that count because no report proves the same sale."""
    lines = SaleLine.objects.filter(vendor=vendor, counts_on__gte=start, counts_on__lt=end, **more)
    return counted_once(lines.filter(evidence=Evidence.INVOICE))


def _added(*sums: Iterable[tuple[K, Decimal]]) -> dict[K, Decimal]:
    found: dict[K, Decimal] = defaultdict(lambda: ZERO)
    for pairs in sums:
        for key, amount in pairs:
            found[key] += amount
    return dict(found)


def _split(start: date, end: date) -> tuple[tuple[date, date], list[tuple[date, date]]]:
    """The whole quarters of [start, end), none of them where both bounds are the same day; and what is left of it."""
    first, last = (Period.containing(PeriodKind.QUARTER, day) for day in (start, end))
    whole = (start if first.start == start else first.end, last.start)
    if whole[0] > whole[1]:
        return (start, start), [(start, end)]
    return whole, [part for part in ((start, whole[0]), (whole[1], end)) if part[0] < part[1]]


def same_time(today: date) -> tuple[Period, date, date, date]:
    """The running quarter, the first day after today, and [start, end) of the last quarter up to the same day."""
    now = Period.containing(PeriodKind.QUARTER, today)
    before = now.previous()
    until = today + timedelta(days=1)
    return now, until, before.start, min(before.end, before.start + (until - now.start))
