"""How deals went at a vendor: from registration to order, how fast they were decided, who wins, why they were lost."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from django.db.models import QuerySet
from django.urls import reverse
from django.utils.translation import gettext as _

from common import formats
from common.filters import FilterSet
from common.money import ZERO
from common.period_names import period_name
from common.periods import Period, PeriodKind
from common.ui import Chart, Crumb, Series
from deals import figures, vendor_selectors
from deals.figures import OfGroup, Record, Times
from deals.models import Deal
from deals.vendor_tables import FiguresFilter, FiguresRow, FiguresTable
from deals.wording import business_days
from programs.entering import VendorListPage, in_vendor

MOST_BARS = 12
"""Partners and months in a chart; the list below has all partners."""


class FiguresPage(VendorListPage):
    """About the deals of the filter: charts, each with its table, and a list of the partners to export."""

    table_class = FiguresTable
    filterset_class = FiguresFilter
    template_name = "deals/vendor/figures.html"
    export_name = "deal-figures"

    def rows(self) -> QuerySet[Deal]:
        return vendor_selectors.deals_at(vendor=self.vendor, actor=self.request.actor)

    def records(self, rows: QuerySet[Deal], filterset: FilterSet | None) -> Sequence[FiguresRow]:
        self.groups = figures.by_partner(rows)
        slug = self.vendor.slug
        return [FiguresRow(each, reverse("partners:detail", args=[slug, each.number])) for each in self.groups]

    def context(self, rows: QuerySet[Any]) -> dict[str, Any]:
        record, months = figures.record_of(rows), figures.decision_times(rows, self.vendor)
        times = figures.together(months.values())
        reasons = figures.reasons_for_losing(rows)
        ended = sorted(self.groups, key=lambda each: -each.record.ended)[:MOST_BARS]
        return {
            "crumbs": [Crumb(_("Deals"), reverse("deals:vendor-deals", args=[self.vendor.slug])), Crumb(_("Figures"))],
            "record": record,
            "times": times,
            "times_text": business_days(times.median),
            "charts": [
                chart
                for chart in (
                    funnel_chart(record),
                    months_chart(months),
                    in_time_chart(months),
                    ended_chart("partners", _("How deals ended, by partner"), _("Partner"), ended),
                    ended_chart("tiers", _("How deals ended, by tier"), _("Tier"), figures.by_tier(rows)),
                    reasons_chart(reasons),
                )
                if chart is not None
            ],
        }


figures_page = in_vendor()(FiguresPage.as_view())


# --- charts ----------------------------------------------------------------------------------------------------------


def funnel_chart(record: Record) -> Chart | None:
    """From registration to order; None where nothing was registered."""
    if not record.registered:
        return None
    summary = _("Of %(registered)s registered deals %(protected)s were protected and %(won)s were won.")
    return Chart(
        id="funnel",
        title=_("From registration to order"),
        axis=_("Stage"),
        labels=[_("Registered"), _("Protected"), _("Won")],
        series=[Series(_("Deals"), [record.registered, record.protected, record.won])],
        kind="bar",
        summary=summary % {name: formats.number(getattr(record, name)) for name in ("registered", "protected", "won")},
    )


def months_chart(months: Mapping[date, Times]) -> Chart | None:
    """How many business days decisions took, by month of the registration."""
    if not months:
        return None
    latest = list(months.items())[-MOST_BARS:]
    return Chart(
        id="months",
        title=_("How fast deals were decided"),
        axis=_("Month of the registration"),
        labels=[period_name(Period.containing(PeriodKind.MONTH, month)) for month, _times in latest],
        series=[Series(_("Median of business days"), [times.median for _month, times in latest])],
        kind="bar",
        summary=_("Counted from the registration; after a question, from the partner’s reply."),
    )


def in_time_chart(months: Mapping[date, Times]) -> Chart | None:
    """The share of decisions in time, by month of the registration."""
    if not months:
        return None
    latest = list(months.items())[-MOST_BARS:]
    decided = figures.together(months.values()).decided
    return Chart(
        id="in-time",
        title=_("Decided within two business days"),
        axis=_("Month of the registration"),
        labels=[period_name(Period.containing(PeriodKind.MONTH, month)) for month, _times in latest],
        series=[Series(_("Share"), [round(times.in_time or ZERO) for _month, times in latest])],
        kind="bar",
        unit="%",
        summary=_("Of %(count)s decisions.") % {"count": formats.number(decided)},
    )


def ended_chart(key: str, title: str, axis: str, groups: Sequence[OfGroup]) -> Chart | None:
    """Won, lost, lapsed and withdrawn of each; None where nothing has ended."""
    shown = [each for each in groups if each.record.ended]
    if not shown:
        return None
    parts = {_("Won"): "won", _("Lost"): "lost", _("Lapsed"): "lapsed", _("Withdrawn"): "withdrawn"}
    best = max(shown, key=lambda each: (each.record.win_rate or ZERO, each.record.ended))
    values = {"name": _name(best), "rate": formats.percent(best.record.win_rate, 0)}
    return Chart(
        id=key,
        title=title,
        axis=axis,
        labels=[_name(each) for each in shown],
        series=[Series(label, [getattr(each.record, name) for each in shown]) for label, name in parts.items()],
        kind="bar",
        stacked=True,
        summary=_("Highest share won: %(name)s with %(rate)s.") % values,
    )


def _name(group: OfGroup) -> str:
    return group.name or _("no tier")


def reasons_chart(reasons: Sequence[tuple[Deal.LostTo, int]]) -> Chart | None:
    """Why deals were lost; None where none was."""
    if not reasons:
        return None
    labels = [str(reason.label) for reason, _count in reasons]
    return Chart(
        id="reasons",
        title=_("Why deals were lost"),
        axis=_("Lost because of"),
        labels=labels,
        series=[Series(_("Deals"), [count for _reason, count in reasons])],
        kind="bar",
        summary=_("Most often: %(reason)s") % {"reason": labels[0]},
    )
