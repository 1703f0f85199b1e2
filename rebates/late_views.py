"""Sales that no closing settles any more: which they are, and what a person can do."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cached_property
from typing import Any

from django.db.models import QuerySet
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from common import formats
from common.access import VENDOR, VENDOR_ADMIN
from common.filters import FilterSet
from common.period_names import period_name
from common.ui import Crumb
from programs.entering import VendorListPage, in_vendor
from rebates.closing_tables import LateFilter, LateRow, LateTable
from rebates.late import Beyond, LateLine, late_lines
from rebates.rights import handles_money
from rebates.views import vendor_url
from sales.models import SaleLine


def reason_of(beyond: Beyond) -> str:
    """Why nobody settles a line of this period."""
    if beyond.needed is None:
        return _("no closing to come can settle it")
    text = ngettext(
        "too old: %(needed)s period back, closings look at %(now)s",
        "too old: %(needed)s periods back, closings look at %(now)s",
        beyond.needed,
    )
    values = {"needed": beyond.needed, "now": beyond.program.recomputed_periods}
    return text % {name: formats.number(value) for name, value in values.items()}


class LatePage(VendorListPage):
    table_class = LateTable
    filterset_class = LateFilter
    template_name = "rebates/late.html"
    export_name = "late-sales"
    per_page = 50

    @cached_property
    def late(self) -> list[LateLine]:
        return late_lines(vendor=self.vendor, actor=self.request.actor)

    def rows(self) -> QuerySet[SaleLine]:
        lines = SaleLine.objects.visible_to(self.request.actor)
        return lines.filter(vendor=self.vendor, pk__in=[each.line.pk for each in self.late])

    def table_options(self) -> dict[str, Any]:
        several = {
            "program": len({each.beyond.program.pk for each in self.late}) > 1,
            "rebate": len({each.terms.pk for each in self.late}) > 1,
        }
        return {"exclude": [name for name, shown in several.items() if not shown]}

    def filter_options(self) -> dict[str, Any]:
        programs = {each.beyond.program.slug: each.beyond.program.name for each in self.late}
        periods = {str(each.beyond.period): period_name(each.beyond.period) for each in self.late}
        return {"programs": sorted(programs.items(), key=lambda pair: pair[1]), "periods": list(periods.items())}

    def records(self, rows: QuerySet[SaleLine], filterset: FilterSet | None) -> Sequence[LateRow]:
        asked = filterset.form.cleaned_data if filterset is not None and filterset.is_valid() else {}
        program, period = asked.get("program"), asked.get("period")
        wanted = set(rows.values_list("pk", flat=True))
        return [
            self._row(each)
            for each in self.late
            if each.line.pk in wanted
            and (not program or each.beyond.program.slug == program)
            and (not period or str(each.beyond.period) == period)
        ]

    def _row(self, each: LateLine) -> LateRow:
        line, beyond, partner = each.line, each.beyond, each.enrolment.partner
        return LateRow(
            document=line.document_number,
            distributor=line.distributor.name,
            partner=partner.name,
            program=beyond.program.name,
            rebate=each.terms.name,
            period=period_name(beyond.period),
            ends=beyond.period.end,
            day=line.counts_on,
            product=line.product.name,
            quantity=line.quantity,
            net=line.net,
            currency=line.currency,
            booked_at=line.booked_at,
            reason=reason_of(beyond),
            url=reverse("sales:vendor-sale", args=[self.vendor.slug, line.pk]),
            rebate_url=vendor_url(self.vendor.slug, partner.number, each.terms, str(beyond.period)),
        )

    def context(self, rows: QuerySet[SaleLine]) -> dict[str, Any]:
        programs = {each.beyond.program: None for each in self.late if each.beyond.needed is not None}
        return {
            "crumbs": [
                Crumb(_("Closings"), reverse("rebates:closings", args=[self.vendor.slug])),
                Crumb(_("Late sales")),
            ],
            "late": self.late,
            "programs": [
                {"name": program.name, "url": reverse("admin:programs_program_change", args=[program.pk])}
                for program in programs
            ],
            "adjust_url": reverse("rebates:adjustment-new", args=[self.vendor.slug]),
            "adjusts": handles_money(self.request.actor, self.vendor.pk),
            "administers": self.request.actor.has(VENDOR, self.vendor.pk, VENDOR_ADMIN),
        }


late = in_vendor()(LatePage.as_view())
