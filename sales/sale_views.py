"""Sales: a partner's list, and one sale with the row it comes from."""

from __future__ import annotations

from django.db.models import QuerySet
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils.functional import cached_property
from django.utils.http import urlencode
from django.utils.translation import gettext as _

from common import formats
from common.access import Actor
from common.filters import FilterSet
from common.periods import Period
from common.requests import PersonRequest
from common.tables import CountedRows
from common.ui import Crumb, Fact
from partners.entering import PartnerListPage, in_partner
from partners.models import Partner
from programs.entering import in_vendor
from programs.models import Vendor
from sales.claim_selectors import claims_about
from sales.claim_wording import line_facts, state_for_partner, state_for_vendor
from sales.claims import may_ask
from sales.models import Claim, Evidence, SaleLine
from sales.revenue import totals_of_partner
from sales.selectors import Totals, counted_once, sales_of, totals
from sales.sources import facts_of
from sales.subjects import subjects
from sales.tables import SaleFilter, SaleTable

SUMMED = {"vendor", "distributor", "quarter"}
"""Filters by which sums are kept; with any other one all lines are added up."""


class PartnerSalesPage(PartnerListPage):
    table_class = SaleTable
    filterset_class = SaleFilter
    template_name = "sales/sales.html"
    export_name = "sales"
    per_page = 25
    totals: Totals

    def rows(self) -> QuerySet[SaleLine]:
        lines: QuerySet[SaleLine] = sales_of(partner=self.partner).visible_to(self.request.actor)  # type: ignore[attr-defined]
        return counted_once(lines) if self.invoiced else lines

    @cached_property
    def invoiced(self) -> bool:
        """Whether anything of the partner is proven by an invoice: only then can two lines be the same sale."""
        return SaleLine.objects.filter(partner=self.partner, evidence=Evidence.INVOICE).exists()

    def records(self, rows: QuerySet[SaleLine], filterset: FilterSet | None) -> CountedRows:
        asked = filterset.form.cleaned_data if filterset is not None and filterset.is_valid() else None
        if asked is None or any(value for name, value in asked.items() if name not in SUMMED):
            self.totals = totals(rows)
        else:
            quarter = Period.parse(asked["quarter"]) if asked["quarter"] else None
            given = {"vendor": asked["vendor"], "distributor": asked["distributor"], "quarter": quarter}
            invoices = rows.filter(evidence=Evidence.INVOICE) if self.invoiced else None
            self.totals = totals_of_partner(invoices=invoices, partner=self.partner, actor=self.request.actor, **given)
        return CountedRows(rows.values(*SaleTable.SHOWN), self.totals.lines)

    def table_options(self) -> dict[str, Totals]:
        return {"totals": self.totals}

    def context(self, rows: QuerySet[SaleLine]) -> dict[str, str]:
        """Where a missing sale is asked for, with what the list is filtered by."""
        if not may_ask(self.request.actor, self.partner):
            return {}
        given = {name: self.request.GET[name] for name in ("vendor", "distributor") if self.request.GET.get(name)}
        url = reverse("sales:ask-missing", args=[self.partner.number])
        return {"missing_url": f"{url}?{urlencode(given)}" if given else url}


partner_sales = in_partner()(PartnerSalesPage.as_view())


@in_partner()
def partner_sale(request: PersonRequest, partner: Partner, pk: int) -> HttpResponse:
    """One sale of the partner, whatever proves it."""
    line = _line(request, sales_of(partner=partner), pk)
    crumbs = [Crumb(_("Sales"), reverse("sales:partner-sales", args=[partner.number])), Crumb(line.product.name)]
    context = {"line": line, "crumbs": crumbs, **_described(line, request.actor), **_question(request, partner, line)}
    return render(request, "sales/sale.html", context)


def _question(request: PersonRequest, partner: Partner, line: SaleLine) -> dict[str, str]:
    """The open question about the sale, or where the person may ask."""
    about = claims_about(kind=subjects[Claim.Kind.SALE], subject=line, actor=request.actor)
    if (claim := about.filter(state__in=Claim.UNANSWERED).first()) is not None:
        return {
            "question_url": reverse("sales:partner-claim", args=[partner.number, claim.pk]),
            "question_state": state_for_partner(claim),
        }
    if not may_ask(request.actor, partner):
        return {}
    return {"ask_url": reverse("sales:ask-about", args=[partner.number, Claim.Kind.SALE.value, line.pk])}


@in_vendor()
def vendor_sale(request: PersonRequest, vendor: Vendor, pk: int) -> HttpResponse:
    """A sale of one of the vendor's partners."""
    line = _line(request, sales_of(vendor=vendor), pk)
    crumbs = [Crumb(line.partner.name, reverse("partners:detail", args=[vendor.slug, line.partner.number]))]
    if line.report is not None:
        report = Crumb(line.report.file_name, reverse("sales:vendor-report", args=[vendor.slug, line.report.pk]))
        crumbs.append(report)
    crumbs.append(Crumb(line.document_number))
    context = {"line": line, "crumbs": crumbs, **_described(line, request.actor, of_vendor=True)}
    about = claims_about(kind=subjects[Claim.Kind.SALE], subject=line, actor=request.actor)
    if (claim := about.filter(state__in=Claim.UNANSWERED).first()) is not None:
        context |= {
            "question_url": reverse("sales:vendor-claim", args=[vendor.slug, claim.pk]),
            "question_state": state_for_vendor(claim),
        }
    return render(request, "sales/sale.html", context)


def _line(request: PersonRequest, lines: QuerySet[SaleLine], pk: int) -> SaleLine:
    visible = lines.visible_to(request.actor).select_related("report", "reverses", "reversed_by")  # type: ignore[attr-defined]
    return get_object_or_404(visible.defer("report__content"), pk=pk)


def _described(line: SaleLine, actor: Actor, *, of_vendor: bool = False) -> dict[str, list[Fact]]:
    """The sale as it counts, and as its source says it."""
    sale = [*line_facts(line), Fact(_("Partner"), line.partner.name), Fact(_("Vendor"), line.vendor.name)]
    source = [
        Fact(_("Proven by"), line.get_evidence_display()),
        Fact(_("Distributor"), line.distributor.name),
        Fact(_("Document"), line.document_number, hint=_("line %(line)s") % {"line": line.document_line}),
        Fact(_("Document date"), formats.date_long(line.document_date)),
    ]
    if line.report is not None:
        received = _("received %(when)s") % {"when": formats.datetime_short(line.report.uploaded_at)}
        source.append(Fact(_("Row of the report"), formats.number(line.report_row), hint=received))
    written = [
        Fact(_("Customer number"), line.customer_number),
        Fact(_("Article as reported"), line.article),
        Fact(_("Project"), line.project_ref),
    ]
    source += facts_of(line, actor, of_vendor=of_vendor)
    source += [fact for fact in written if fact.value]
    source.append(Fact(_("Booked"), formats.datetime_short(line.booked_at)))
    return {"sale": sale, "source": source}
