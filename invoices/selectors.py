"""Invoices as both sides see them, and what has become of them in figures."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any

from django.db.models import Count, DecimalField, Exists, F, Min, OuterRef, Prefetch, Q, QuerySet, Subquery, Sum
from django.db.models.functions import Coalesce

from common.access import Actor
from invoices.models import Invoice, InvoiceEvent, InvoiceLine
from invoices.valuing import counting_invoices
from partners.models import Enrolment, Partner
from programs.models import Vendor
from rebates.explained import NothingToExplain, explain_period
from rebates.live import running_versions
from sales.models import Evidence, SaleLine, SellOutReport

State = Invoice.State
RECENT = timedelta(hours=1)
RECENT_SHOWN = 100


def invoices_of(*, actor: Actor) -> QuerySet[Any]:
    """Invoices with all that a list shows of them. `pieces`: of the vendor's articles, with the document's signs."""
    lines = InvoiceLine.objects.filter(
        invoice=OuterRef("pk"), kind="DETAIL", left_out=False, product__isnull=False
    ).order_by()
    pieces = lines.values("invoice").annotate(sum=Sum("pieces")).values("sum")
    rows = Invoice.objects.visible_to(actor).defer("record", "visible_text", "checks")
    return rows.select_related("vendor", "partner", "distributor").annotate(
        pieces=Coalesce(Subquery(pieces), Decimal(0), output_field=DecimalField())
    )


def just_uploaded(*, partner: Partner, actor: Actor, now: datetime) -> QuerySet[Any]:
    """What the company uploaded within the last hour, the latest first."""
    recent = invoices_of(actor=actor).filter(partner=partner, uploaded_at__gt=now - RECENT)
    refused = InvoiceEvent.objects.filter(step=InvoiceEvent.Step.REFUSED)
    recent = recent.prefetch_related(Prefetch("events", refused, to_attr="refusals"))
    return recent.order_by("-uploaded_at", "-pk")[:RECENT_SHOWN]


def lines_of(invoice: Invoice) -> list[InvoiceLine]:
    return list(invoice.lines.select_related("product", "sale_line"))


def history_of(invoice: Invoice) -> list[InvoiceEvent]:
    return list(invoice.events.select_related("by"))


def shares_of(invoice: Invoice, lines: list[InvoiceLine], *, actor: Actor) -> Mapping[int, Decimal]:
    """What each sale line of an invoice brings in rebate now, over all terms that count invoices, by its id."""
    booked = {line.sale_line.pk: line.sale_line for line in lines if line.sale_line is not None}
    if not booked:
        return {}
    enrolments = Enrolment.objects.visible_to(actor).filter(
        partner=invoice.partner_id, program__vendor=invoice.vendor_id
    )
    shares: dict[int, Decimal] = {}
    for enrolment in enrolments.select_related("program__vendor", "partner"):
        published = counting_invoices(programs=[enrolment.program_id])
        asked = {
            (terms.code, str(period))
            for day in {line.counts_on for line in booked.values()}
            for terms, period in running_versions(published, today=day)
        }
        for code, period in sorted(asked):
            for pk, share in _shares(enrolment, code, period, invoice).items():
                if pk in booked:
                    shares[pk] = shares.get(pk, Decimal(0)) + share
    return shares


def _shares(enrolment: Enrolment, code: str, period: str, invoice: Invoice) -> Mapping[int, Decimal]:
    today = max(invoice.since.date(), invoice.issue_date or invoice.since.date())
    try:
        explained = explain_period(enrolment=enrolment, code=code, period=period, today=today)
    except NothingToExplain:
        return {}
    return {each.line.pk: each.share for each in explained.lines if each.share is not None}


# --- the vendor's figures --------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Figures:
    """`automatic` and `decided`: of the last 90 days. `waiting`: for a person; `oldest`: since when."""

    waiting: int
    oldest: datetime | None
    asked: int
    decided: int
    accepted: int
    automatic: int
    refused: int


LOOKED_BACK = timedelta(days=90)


def figures_of(*, vendor: Vendor, actor: Actor, now: datetime) -> Figures:
    """How the vendor's review goes."""
    rows = Invoice.objects.visible_to(actor).filter(vendor=vendor)
    recent = Q(decided_at__gte=now - LOOKED_BACK)
    found = rows.aggregate(
        waiting=Count("pk", filter=Q(state=State.REVIEW)),
        oldest=Min("since", filter=Q(state=State.REVIEW)),
        asked=Count("pk", filter=Q(state=State.ASKED)),
        decided=Count("pk", filter=recent),
        accepted=Count("pk", filter=recent & Q(state=State.ACCEPTED)),
        automatic=Count("pk", filter=recent & Q(state=State.ACCEPTED, automatic=True)),
        refused=Count("pk", filter=recent & Q(state=State.REFUSED)),
    )
    return Figures(**found)


def reasons_of(*, vendor: Vendor, actor: Actor, now: datetime) -> list[tuple[str, int]]:
    """Reasons of refusals in the last 90 days, the most frequent first."""
    rows = Invoice.objects.visible_to(actor).filter(
        vendor=vendor, state=State.REFUSED, decided_at__gte=now - LOOKED_BACK
    )
    return list(rows.order_by().values_list("reason").annotate(count=Count("pk")).order_by("-count", "reason"))


def by_distributor(*, vendor: Vendor, actor: Actor, now: datetime) -> list[Mapping[str, Any]]:
    """Decided invoices of the last 90 days by distributor: how many, how many without a person, how many refused."""
    rows = Invoice.objects.visible_to(actor).filter(vendor=vendor, decided_at__gte=now - LOOKED_BACK)
    return list(
        rows.order_by()
        .values("distributor__name")
        .annotate(
            decided=Count("pk"),
            automatic=Count("pk", filter=Q(state=State.ACCEPTED, automatic=True)),
            refused=Count("pk", filter=Q(state=State.REFUSED)),
        )
        .order_by("-decided", "distributor__name")
    )


def contradicted(*, vendor: Vendor, actor: Actor) -> QuerySet[Any]:
    """Accepted invoices of which the distributor has reported other quantities since, or for another customer."""
    same_sale = SaleLine.objects.filter(
        vendor=OuterRef("vendor"),
        distributor=OuterRef("sale_line__distributor"),
        document_key=OuterRef("sale_line__document_key"),
        product=OuterRef("product"),
        reverses__isnull=True,
        reversed_by__isnull=True,
    ).order_by()
    reported, claimed = same_sale.filter(evidence=Evidence.SELL_OUT), same_sale.filter(evidence=Evidence.INVOICE)
    lines = InvoiceLine.objects.filter(invoice__vendor=vendor, sale_line__isnull=False).annotate(
        vendor=F("invoice__vendor")
    )
    said, taken = (
        each.values("document_key").annotate(sum=Sum("quantity")).values("sum") for each in (reported, claimed)
    )
    other = reported.exclude(partner=OuterRef("invoice__partner"))
    differing = (
        lines.filter(Exists(reported))
        .annotate(said=Subquery(said), taken=Subquery(taken), elsewhere=Exists(other))
        .filter(Q(elsewhere=True) | ~Q(said=F("taken")))
    )
    return invoices_of(actor=actor).filter(vendor=vendor, state=State.ACCEPTED, pk__in=differing.values("invoice"))


UNREPORTED_AFTER = timedelta(days=60)
"""After an invoice's date: from then on its distributor should have reported it."""
REPORTED_WITHIN = timedelta(days=30)
"""After an invoice's date: a report that comes later than that covers it."""


def never_reported(*, vendor: Vendor, actor: Actor, today: date) -> QuerySet[Any]:
    """Accepted invoices that their distributor has left out of its reports, though it sends them; the oldest first."""
    counted = InvoiceLine.objects.filter(invoice=OuterRef("pk"), sale_line__quantity__gt=0)
    of_distributor = {"vendor": OuterRef("vendor"), "distributor": OuterRef("distributor")}
    said = SaleLine.objects.filter(
        **of_distributor, document_key=OuterRef("document"), evidence=Evidence.SELL_OUT, reverses__isnull=True
    )
    covering = SellOutReport.objects.filter(**of_distributor, uploaded_at__gt=OuterRef("issue_date") + REPORTED_WITHIN)
    accepted = invoices_of(actor=actor).filter(
        vendor=vendor, state=State.ACCEPTED, unreported=True, issue_date__lte=today - UNREPORTED_AFTER
    )
    accepted = accepted.annotate(document=Subquery(counted.order_by().values("sale_line__document_key")[:1]))
    return accepted.filter(~Exists(said), Exists(covering), document__isnull=False).order_by("issue_date", "pk")
