"""What was sold, seen by partner and by vendor, and what waits. A sale counts once, whatever proves it.

Rebate terms are another matter: they count their own evidence only.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from decimal import Decimal
from functools import reduce
from itertools import accumulate
from operator import sub
from typing import Any

from django.contrib.postgres.aggregates import ArrayAgg
from django.db.models import (
    BigIntegerField,
    Case,
    Count,
    Exists,
    F,
    Max,
    Min,
    OuterRef,
    Q,
    QuerySet,
    Subquery,
    Sum,
    When,
)
from django.db.models.expressions import RawSQL
from django.db.models.functions import Coalesce
from django.db.models.lookups import Exact, IsNull

from common.access import Actor
from common.money import ZERO
from common.periods import Period, PeriodKind
from partners.models import Partner
from programs.models import Authorisation, Distributor, DistributorStaff, Product, Program, Vendor
from sales.bookable import count_bookable
from sales.identifying import product_of
from sales.models import CustomerNumber, Evidence, Invitation, SaleLine, SellOutReport, Upload, WaitingRow

State = WaitingRow.State


def currencies_of(vendor: Vendor) -> list[str]:
    """Currencies of the vendor's programs; a sale in another one counts for nothing and waits for a person."""
    return sorted(set(Program.objects.filter(vendor=vendor).values_list("currency", flat=True)))


# --- sales -----------------------------------------------------------------------------------------------------------


def sales_of(
    *,
    partner: Partner | None = None,
    vendor: Vendor | None = None,
    start: date | None = None,
    end: date | None = None,
) -> QuerySet[SaleLine]:
    """Sale lines by what they count on, in [start, end), newest first, with all that a list shows of them."""
    lines = SaleLine.objects.select_related("vendor", "distributor", "product", "partner")
    given = {"partner": partner, "vendor": vendor, "counts_on__gte": start, "counts_on__lt": end}
    return lines.filter(**{name: value for name, value in given.items() if value is not None})


def counted_once(lines: QuerySet[SaleLine]) -> QuerySet[SaleLine]:
    """Leaves out invoice lines of a sale that a distributor's report proves too: same document, same article.

    A report's line that was taken back proves nothing, so the invoice counts again.
    """
    reported = SaleLine.objects.filter(
        vendor=OuterRef("vendor"),
        distributor=OuterRef("distributor"),
        document_key=OuterRef("document_key"),
        product=OuterRef("product"),
        evidence=Evidence.SELL_OUT,
        reverses__isnull=True,
        reversed_by__isnull=True,
    )
    return lines.filter(Q(evidence=Evidence.SELL_OUT) | ~Exists(reported))


@dataclass(frozen=True, slots=True)
class Totals:
    """Sums over lines. `net` by currency, different ones are never added; `without_value`: lines whose net is empty."""

    lines: int = 0
    quantity: Decimal = Decimal(0)
    net: Mapping[str, Decimal] = field(default_factory=dict)
    without_value: int = 0

    def __add__(self, other: Totals) -> Totals:
        currencies = [*self.net, *(currency for currency in other.net if currency not in self.net)]
        return Totals(
            lines=self.lines + other.lines,
            quantity=self.quantity + other.quantity,
            net={currency: self.net.get(currency, ZERO) + other.net.get(currency, ZERO) for currency in currencies},
            without_value=self.without_value + other.without_value,
        )


def totals(lines: QuerySet[SaleLine]) -> Totals:
    sums = list(
        lines.order_by("currency")
        .values("currency")
        .annotate(
            lines=Count("id"),
            units=Sum("quantity"),
            amount=Sum("net", default=ZERO),
            nothing=Count("id", filter=Q(net=None)),
        )
    )
    return Totals(
        lines=sum(row["lines"] for row in sums),
        quantity=sum((row["units"] for row in sums), Decimal(0)),
        net={row["currency"]: row["amount"] for row in sums},
        without_value=sum(row["nothing"] for row in sums),
    )


@dataclass(frozen=True, slots=True)
class Weeks:
    """Net of a quarter added up week by week, beside the same quarter a year before.

    `starts`: first day of each week that has days in the quarter. `now` ends with the week of today, `before` is whole.
    """

    quarter: Period
    starts: list[date]
    now: list[Decimal]
    before: list[Decimal]

    @property
    def empty(self) -> bool:
        return not any(self.now) and not any(self.before)


def weeks_of_quarter(*, today: date, by_day: Callable[[Period], Mapping[date, Decimal]]) -> Weeks:
    """How the running quarter goes. `by_day` gives the net of the days of a quarter."""
    quarter = Period.containing(PeriodKind.QUARTER, today)
    year_before = quarter.previous(4)
    starts = _week_starts(quarter)
    now = _added_up(by_day(quarter), [start for start in starts if start <= today])
    before = _added_up(by_day(year_before), _week_starts(year_before))
    # A quarter has days in 13 or 14 calendar weeks, not always as many as a year before; the last one shows its end.
    last = len(starts) - 1
    aligned = [before[-1] if week == last else before[min(week, len(before) - 1)] for week in range(last + 1)]
    return Weeks(quarter, starts, now, aligned)


def _week_starts(quarter: Period) -> list[date]:
    first = quarter.start - timedelta(days=quarter.start.weekday())
    return [first + timedelta(weeks=number) for number in range(((quarter.end - first).days + 6) // 7)]


def _added_up(net: Mapping[date, Decimal], starts: list[date]) -> list[Decimal]:
    weeks: dict[date, Decimal] = defaultdict(lambda: ZERO)
    for day, amount in net.items():
        weeks[day - timedelta(days=day.weekday())] += amount
    return list(accumulate(weeks[start] for start in starts))


def net_of_partner_by_day(
    *, partner: Partner, actor: Actor, currency: str, start: date, end: date
) -> Mapping[date, Decimal]:
    """Net of what the partner bought, as far as the actor sees it, on each day of [start, end).

    Days without a sale are missing.
    """
    visible = sales_of(partner=partner, start=start, end=end).visible_to(actor)  # type: ignore[attr-defined]
    lines = counted_once(visible).filter(currency=currency)
    return dict(lines.order_by().values_list("counts_on").annotate(amount=Sum("net", default=ZERO)))


# --- reports ---------------------------------------------------------------------------------------------------------


def distributors_of(vendor: Vendor) -> QuerySet[Distributor]:
    """Distributors authorised, now or once, for a program of the vendor: those whose reports are taken."""
    return Distributor.objects.filter(
        Exists(Authorisation.objects.filter(distributor=OuterRef("pk"), program__vendor=vendor))
    )


def vendors_of(distributor: Distributor) -> QuerySet[Vendor]:
    """Vendors that take reports of the distributor."""
    authorised = Authorisation.objects.filter(distributor=distributor, program__vendor=OuterRef("pk"))
    return Vendor.objects.filter(Exists(authorised))


def reports_of(*, actor: Actor) -> QuerySet[SellOutReport]:
    """Reports without their content, with what became of their rows until now: rows that waited may be booked since.

    `booked_now`, `waiting_now`, `dismissed_now`, `rejected_now`, `superseded_now` (they waited when a later report put
    them right), `taken_back_now` (they were booked), `duplicates` and `unchanged` add up to `rows`.
    """
    unbooked = WaitingRow.objects.filter(report=OuterRef("pk")).order_by().values("report")
    # A match that was undone leaves the row it had behind and lets another one wait in its place: one row of the file.
    instead = WaitingRow.objects.filter(
        vendor=OuterRef("vendor"),
        distributor=OuterRef("distributor"),
        document_key=OuterRef("document_key"),
        document_line=OuterRef("document_line"),
        report=OuterRef("report"),
    ).exclude(state=State.SUPERSEDED)
    superseded = unbooked.filter(~Exists(instead), state=State.SUPERSEDED)
    reports = (
        SellOutReport.objects.visible_to(actor)
        .select_related("vendor", "distributor", "uploaded_by", "replaces", "replaced_by")
        .defer("content", "replaces__content", "replaced_by__content")
    )
    not_booked = (
        "duplicates",
        "unchanged",
        "waiting_now",
        "dismissed_now",
        "rejected_now",
        "superseded_now",
        "taken_back_now",
    )
    return reports.annotate(
        waiting_now=_count(unbooked.filter(state=State.WAITING)),
        dismissed_now=_count(unbooked.filter(state__in=[State.DISMISSED, State.NO_PRODUCT])),
        rejected_now=_count(unbooked.filter(state=State.REJECTED)),
        superseded_now=_count(superseded, of="report_row"),
        # Only of a report that was replaced: to look the lines of all the others up would be for nothing.
        taken_back_now=Case(When(replaced_by__isnull=False, then=_taken_back()), default=0),
    ).annotate(booked_now=reduce(sub, map(F, not_booked), F("rows")))


def _taken_back() -> Coalesce:
    """How many rows of a report were booked and no longer count because a later report replaced it."""
    waited = WaitingRow.objects.filter(report=OuterRef("reverses__report"), sale_line=OuterRef("reverses"))
    reversals = SaleLine.objects.filter(reverses__report=OuterRef("pk"), report__replaces__isnull=False)
    counted = reversals.exclude(report=OuterRef("pk")).filter(~Exists(waited)).order_by().values("reverses__report")
    return Coalesce(Subquery(counted.annotate(number=Count("id")).values("number")), 0)


TO_BE_LOOKED_AT = (Upload.State.DRAFT, Upload.State.REFUSED, Upload.State.FAILED)
"""States in which a file waits for a person."""
NOT_IMPORTED = (*TO_BE_LOOKED_AT, Upload.State.QUEUED)


def uploads_of(*, actor: Actor) -> QuerySet[Upload]:
    """Files on their way in, without their content."""
    uploads = Upload.objects.visible_to(actor).defer("content", "problems", "layout")
    return uploads.select_related("vendor", "distributor", "uploaded_by")


# Handed in, or begun, by the distributor's own people.
_BY_DISTRIBUTOR = Q(
    Exists(DistributorStaff.objects.filter(distributor=OuterRef("distributor"), user=OuterRef("uploaded_by")))
)


def uploads_to_vendor(*, vendor: Vendor, actor: Actor) -> QuerySet[Upload]:
    """Those a vendor's people have to know of: not what a distributor's people have not handed in yet."""
    return uploads_of(actor=actor).filter(vendor=vendor).exclude(_BY_DISTRIBUTOR & Q(state=Upload.State.DRAFT))


def uploads_by_distributor(*, distributor: Distributor, actor: Actor) -> QuerySet[Upload]:
    """Those a distributor's people have to know of: not what a vendor's people have not handed in for it yet."""
    uploads = uploads_of(actor=actor).filter(distributor=distributor)
    return uploads.filter(_BY_DISTRIBUTOR | ~Q(state=Upload.State.DRAFT))


def _count(rows: QuerySet[WaitingRow, Any], of: str = "id") -> Coalesce:
    return Coalesce(Subquery(rows.annotate(number=Count(of, distinct=True)).values("number")), 0)


# --- what waits ------------------------------------------------------------------------------------------------------


DOUBTFUL = ~Q(doubts=[]) & Q(settled_at__isnull=True)
"""Of a `WaitingRow`: something is doubtful, and nobody has said yet that it is right."""


def waiting_rows(*, vendor: Vendor, actor: Actor) -> QuerySet[WaitingRow]:
    return WaitingRow.objects.visible_to(actor).filter(vendor=vendor, state=State.WAITING)


def _known_numbers() -> QuerySet[CustomerNumber]:
    """To be asked inside a query for waiting rows."""
    return CustomerNumber.objects.filter(
        vendor=OuterRef("vendor"),
        distributor=OuterRef("distributor"),
        number=OuterRef("customer_number"),
        partner__isnull=False,
    )


def with_reason(rows: QuerySet[WaitingRow]) -> QuerySet[Any]:
    """Adds to each row what is known of it by now: `customer_known`, `article_known`, `currency_known`.

    For rows that are shown; asked of many at once the article takes its time (`sales.bookable` counts them).
    """
    programs = Program.objects.filter(vendor=OuterRef("vendor"), currency=OuterRef("currency"))
    return rows.annotate(
        customer_known=Exists(_known_numbers()),
        article_known=IsNull(MeantProduct(), False),
        currency_known=Exists(programs),
    )


class MeantProduct(RawSQL):
    """The product that a waiting row means, or the one that all rows of a group by its articles mean."""

    def __init__(self, *, grouped: bool = False) -> None:
        super().__init__(product_of(WaitingRow._meta.db_table), (), BigIntegerField())
        # It only asks for what the rows are grouped by: for Django an aggregate, so that it is asked once per group.
        self.contains_aggregate = grouped

    def get_group_by_cols(self) -> list[Any]:
        return [] if self.contains_aggregate else super().get_group_by_cols()


class OfGroup(Subquery):
    """A subquery that only asks for what the rows are grouped by: asked once per group, not once per row."""

    def get_group_by_cols(self) -> list[Any]:
        return []


def with_unknown_customer(rows: QuerySet[WaitingRow]) -> QuerySet[Any]:
    return rows.filter(~Exists(_known_numbers()))


def waiting_customers(*, vendor: Vendor, actor: Actor, state: str = State.WAITING) -> QuerySet[WaitingRow, Any]:
    """One entry per distributor's customer that nobody has matched yet, the largest first.

    `row` is one of its rows and names the entry in addresses. `net` is null where its currencies differ. `invited_at`:
    when the vendor wrote to it last.
    """
    rows = with_unknown_customer(WaitingRow.objects.visible_to(actor).filter(vendor=vendor, state=state))
    invited = Invitation.objects.filter(
        vendor=vendor, distributor=OuterRef("distributor"), customer_number=OuterRef("customer_number")
    )
    entries = rows.values("vendor__slug", "distributor", "distributor__name", "customer_number")
    return entries.annotate(
        row=Min("id"),
        name=Max("customer_name"),
        place=Max("customer_city"),
        rows=Count("id"),
        currencies=ArrayAgg("currency", distinct=True),
        net=Case(When(Exact(Count("currency", distinct=True), 1), then=Sum("net", default=ZERO))),
        first=Min("document_date"),
        last=Max("document_date"),
        invited_at=OfGroup(invited.order_by("-invited_at").values("invited_at")[:1]),
    ).order_by(F("net").desc(nulls_last=True), "row")


def waiting_articles(*, vendor: Vendor, actor: Actor, state: str = State.WAITING) -> QuerySet[WaitingRow, Any]:
    """One entry per article of a distributor that means no product of the vendor, those with most rows first.

    `row` is one of its rows and names the entry in addresses. With the state `NO_PRODUCT` those that were dismissed.
    """
    rows = WaitingRow.objects.visible_to(actor).filter(vendor=vendor, state=state)
    entries = rows.values(
        "vendor", "vendor__slug", "distributor", "distributor__name", "article", "gtin", "distributor_article"
    )
    found = entries.annotate(
        row=Min("id"),
        name=Max("article_name"),
        rows=Count("id"),
        quantity=Sum("quantity"),
        currencies=ArrayAgg("currency", distinct=True),
        net=Case(When(Exact(Count("currency", distinct=True), 1), then=Sum("net", default=ZERO))),
        first=Min("document_date"),
        last=Max("document_date"),
    ).order_by("-rows", "row")
    if state != State.WAITING:
        return found
    return found.annotate(product=MeantProduct(grouped=True)).filter(product__isnull=True)


def bookable_rows(*, vendor: Vendor) -> int:
    """Waiting rows of which everything is known by now, so that they only need to be booked."""
    return count_bookable(vendor=vendor, currencies=currencies_of(vendor))


def doubtful_rows(*, vendor: Vendor, actor: Actor, state: str = State.WAITING) -> QuerySet[WaitingRow]:
    """Rows in which something is doubtful and nobody has said yet that it is right, or those that were rejected."""
    rows = WaitingRow.objects.visible_to(actor).filter(vendor=vendor, state=state)
    return rows.filter(DOUBTFUL) if state == State.WAITING else rows.exclude(doubts=[])


def with_list_price(rows: QuerySet[WaitingRow]) -> QuerySet[Any]:
    """Adds `list_price` of the product that each row means, null where nobody knows."""
    meant = Product.objects.filter(pk=OuterRef("product"))
    return rows.annotate(product=MeantProduct()).annotate(list_price=Subquery(meant.values("list_price")))
