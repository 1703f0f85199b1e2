"""What sales add to the shared pages: menu entries, panels, customers that wait, columns of the list of partners."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from django.db.models import Count, Min, QuerySet
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from common import formats, registry
from common.access import DISTRIBUTOR, PARTNER, VENDOR, Actor
from common.period_names import period_name
from common.periods import Period
from common.registry import Area, AttentionSource, MenuEntry, Panel, Waiting
from common.ui import Chart, Series
from partners import composing
from partners.composing import ListAction, PartnerPanel
from partners.models import Enrolment, Partner
from partners.selectors import currency_of
from programs.models import Distributor, Vendor
from sales import partner_list, selectors, vendor_panels
from sales.golive.importing import BRINGING_ROLES
from sales.importing import UPLOADING_ROLES
from sales.matching import MATCHING_ROLES
from sales.models import Upload
from sales.revenue import net_by_day


def register() -> None:
    _menu()
    weeks, reports = "sales/panels/weeks.html", "sales/panels/reports.html"
    for panel in (
        Panel("weeks", PARTNER, weeks, weeks_of_partner, order=20, later=True),
        Panel("weeks-vendor", VENDOR, weeks, weeks_of_vendor, order=20, later=True),
        Panel("rising", VENDOR, "sales/panels/rising.html", vendor_panels.rising, order=40, later=True),
        Panel("reports", VENDOR, reports, vendor_panels.last_reports, column="side", order=20, later=True),
    ):
        registry.panels.register(panel)
    _partner_pages()
    for source in (
        AttentionSource("uploads", VENDOR, uploads_of_vendor, roles=UPLOADING_ROLES, order=15),
        AttentionSource("uploads-distributor", DISTRIBUTOR, uploads_of_distributor, order=15),
        AttentionSource("rows", VENDOR, waiting_rows, roles=MATCHING_ROLES, order=20),
    ):
        registry.attention.register(source)


def _menu() -> None:
    def sales(area: Area) -> str:
        return reverse("sales:partner-sales", args=[area.slug])

    def reports(area: Area) -> str:
        return reverse("sales:vendor-reports", args=[area.slug])

    def customers(area: Area) -> str:
        return reverse("sales:customers", args=[area.slug])

    def articles(area: Area) -> str:
        return reverse("sales:articles", args=[area.slug])

    def doubts(area: Area) -> str:
        return reverse("sales:doubts", args=[area.slug])

    matching: dict[str, Any] = {"scope": VENDOR, "roles": MATCHING_ROLES}
    for entry in (
        MenuEntry("sales", PARTNER, gettext_lazy("Sales"), "receipt", sales, order=30),
        MenuEntry("reports", VENDOR, gettext_lazy("Reports"), "file-earmark-spreadsheet", reports, order=20),
        MenuEntry(
            "customers", label=gettext_lazy("Customers"), icon="person-plus", url=customers, order=30, **matching
        ),
        MenuEntry("articles", label=gettext_lazy("Articles"), icon="list", url=articles, order=31, **matching),
        MenuEntry(
            "doubts", label=gettext_lazy("Doubtful rows"), icon="exclamation-circle", url=doubts, order=32, **matching
        ),
        MenuEntry("distributor-reports", DISTRIBUTOR, gettext_lazy("Reports"), "file-earmark-spreadsheet", _home),
    ):
        registry.menu.register(entry)


def _home(area: Area) -> str:
    return area.url


def _bring_partners(vendor: Vendor) -> str:
    return reverse("golive:imports", args=[vendor.slug])


def _partner_pages() -> None:
    composing.actions.register(
        ListAction(
            "bring", gettext_lazy("Bring partners in"), "upload", _bring_partners, roles=BRINGING_ROLES, order=10
        )
    )
    composing.panels.register(
        PartnerPanel("revenue", "sales/panels/revenue_of_partner.html", vendor_panels.revenue_of_partner, order=20)
    )
    partner_list.register()


# --- the quarter, week by week ---------------------------------------------------------------------------------------


def weeks_of_partner(area: Area, actor: Actor, today: date) -> Mapping[str, Any] | None:
    """The partner's revenue of all vendors that the actor sees."""
    enrolments = Enrolment.objects.visible_to(actor).filter(partner_id=area.pk).order_by("enrolled_on", "pk")
    currency = enrolments.values_list("program__currency", flat=True).first()
    if currency is None:
        return None
    partner = Partner(pk=area.pk)

    def by_day(quarter: Period) -> Mapping[date, Decimal]:
        return selectors.net_of_partner_by_day(
            partner=partner, actor=actor, currency=currency, start=quarter.start, end=quarter.end
        )

    return _panel(selectors.weeks_of_quarter(today=today, by_day=by_day), currency)


def weeks_of_vendor(area: Area, actor: Actor, today: date) -> Mapping[str, Any] | None:
    """The revenue of all of the vendor's partners."""
    vendor = Vendor(pk=area.pk)
    currency = currency_of(vendor)

    def by_day(quarter: Period) -> Mapping[date, Decimal]:
        return net_by_day(vendor=vendor, currency=currency, start=quarter.start, end=quarter.end)

    return _panel(selectors.weeks_of_quarter(today=today, by_day=by_day), currency)


def _panel(weeks: selectors.Weeks, currency: str) -> Mapping[str, Any] | None:
    if weeks.empty:
        return None
    quarter, year_before = period_name(weeks.quarter), period_name(weeks.quarter.previous(4))
    now = Series(quarter, [*weeks.now, *[None] * (len(weeks.starts) - len(weeks.now))])
    chart = Chart(
        id="weeks",
        title=_("Revenue in %(quarter)s, added up week by week") % {"quarter": quarter},
        axis=_("Calendar week"),
        labels=[_("week %(number)s") % {"number": start.isocalendar().week} for start in weeks.starts],
        series=[now, Series(year_before, weeks.before, muted=True)] if any(weeks.before) else [now],
        unit=currency,
        summary=_summary(weeks, currency, year_before),
    )
    return {"chart": chart}


def _summary(weeks: selectors.Weeks, currency: str, year_before: str) -> str:
    """The chart in one sentence."""
    now, before = weeks.now[-1], weeks.before[len(weeks.now) - 1]
    values = {
        "now": formats.money(now, currency),
        "difference": formats.money(abs(now - before), currency),
        "quarter": year_before,
    }
    if not any(weeks.before):
        return _("%(now)s so far.") % values
    if now > before:
        return _("%(now)s so far, %(difference)s more than by the same week of %(quarter)s.") % values
    if now < before:
        return _("%(now)s so far, %(difference)s less than by the same week of %(quarter)s.") % values
    return _("%(now)s so far, as much as by the same week of %(quarter)s.") % values


# --- what waits ------------------------------------------------------------------------------------------------------


def uploads_of_vendor(area: Area, actor: Actor, today: date) -> Iterable[Waiting]:
    """Files to the vendor that somebody began to hand in."""
    return _uploads(selectors.uploads_to_vendor(vendor=Vendor(pk=area.pk), actor=actor), area, "vendor")


def uploads_of_distributor(area: Area, actor: Actor, today: date) -> Iterable[Waiting]:
    """Files that the distributor's people began to hand in."""
    uploads = selectors.uploads_by_distributor(distributor=Distributor(pk=area.pk), actor=actor)
    return _uploads(uploads, area, "distributor")


def _uploads(uploads: QuerySet[Upload], area: Area, kind: str) -> Iterable[Waiting]:
    """One item for all files; where there is one only, it leads to it."""
    waiting = uploads.filter(state__in=selectors.TO_BE_LOOKED_AT).order_by()
    found = waiting.aggregate(count=Count("pk"), since=Min("uploaded_at"), first=Min("pk"))
    if not found["count"]:
        return
    url = reverse(f"sales:{kind}-reports", args=[area.slug])
    if found["count"] == 1:
        url = reverse(f"sales:{kind}-upload-page", args=[area.slug, found["first"]])
    text = ngettext("A report is to be checked", "%(count)s reports are to be checked", found["count"])
    yield Waiting(text % {"count": formats.number(found["count"])}, url, since=found["since"], count=found["count"])


def waiting_rows(area: Area, actor: Actor, today: date) -> Iterable[Waiting]:
    """What is to be done about rows that wait; where there are none, nothing more is asked."""
    vendor, doubtful = Vendor(pk=area.pk), selectors.DOUBTFUL
    found = selectors.waiting_rows(vendor=vendor, actor=actor).aggregate(
        rows=Count("pk"),
        doubtful=Count("pk", filter=doubtful),
        since=Min("report__uploaded_at", filter=doubtful),
    )
    if not found["rows"]:
        return
    yield from _unknown_customers(vendor, area, actor)
    yield from _unknown_articles(vendor, area, actor)
    if count := found["doubtful"]:
        text = ngettext(
            "%(count)s doubtful row in distributors' reports",
            "%(count)s doubtful rows in distributors' reports",
            count,
        )
        url = reverse("sales:doubts", args=[area.slug])
        yield Waiting(text % {"count": formats.number(count)}, url, since=found["since"], count=count)


def _unknown_customers(vendor: Vendor, area: Area, actor: Actor) -> Iterable[Waiting]:
    """Customers that somebody has to tell who they are, as one item; rows that only need to be booked, as another."""
    url = reverse("sales:customers", args=[area.slug])
    entries = selectors.waiting_customers(vendor=vendor, actor=actor)
    if count := entries.count():
        text = ngettext(
            "%(count)s unknown customer in distributors' reports",
            "%(count)s unknown customers in distributors' reports",
            count,
        )
        yield Waiting(text % {"count": formats.number(count)}, url, since=_waiting_since(vendor, actor), count=count)
    if bookable := selectors.bookable_rows(vendor=vendor):
        text = ngettext("%(count)s waiting row can be booked", "%(count)s waiting rows can be booked", bookable)
        yield Waiting(text % {"count": formats.number(bookable)}, url, count=bookable)


def _unknown_articles(vendor: Vendor, area: Area, actor: Actor) -> Iterable[Waiting]:
    """Articles of reports that mean no product yet, as one item."""
    if count := selectors.waiting_articles(vendor=vendor, actor=actor).count():
        text = ngettext(
            "%(count)s unknown article in distributors' reports",
            "%(count)s unknown articles in distributors' reports",
            count,
        )
        yield Waiting(text % {"count": formats.number(count)}, reverse("sales:articles", args=[area.slug]), count=count)


def _waiting_since(vendor: Vendor, actor: Actor) -> datetime | None:
    rows = selectors.with_unknown_customer(selectors.waiting_rows(vendor=vendor, actor=actor))
    since: datetime | None = rows.aggregate(since=Min("report__uploaded_at"))["since"]
    return since
