"""The accounting pages: what a part of the journal holds, taking it, what was taken before, and the numbers for it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import cached_property
from tempfile import TemporaryFile
from typing import Any
from urllib.parse import urlencode

from django.contrib import messages
from django.db.models import QuerySet
from django.http import HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from common import formats
from common.downloads import download_stream
from common.errors import DomainError
from common.filters import FilterSet
from common.requests import UNPROCESSABLE, PersonRequest
from common.ui import Crumb
from programs.entering import VendorListPage, in_vendor
from programs.models import Vendor
from rebates.journal.exporting import (
    LONGEST_COMMIT,
    change_settings,
    export,
    overlapping,
    settings_of,
    suggestions,
)
from rebates.journal.reading import Days, Journal, Summary
from rebates.journal_forms import AccountingForm, JournalForm
from rebates.journal_tables import ExportLine, ExportTable
from rebates.models import AccountingSettings, JournalExport
from rebates.models.accounting import DEFAULTS, Chart
from rebates.rights import MONEY_ROLES


def range_name(days: Days) -> str:
    return f"{formats.date_short(days.start)} – {formats.date_short(days.last)}"


def _query(days: Days, fmt: str) -> dict[str, str]:
    return {"first": days.start.isoformat(), "last": days.last.isoformat(), "format": fmt}


class AccountingPage(VendorListPage):
    table_class = ExportTable
    template_name = "rebates/accounting.html"
    export_name = "journal-exports"

    @cached_property
    def settings(self) -> AccountingSettings:
        return settings_of(self.vendor)

    @cached_property
    def suggested(self) -> list[Days]:
        return suggestions(settings=self.settings, actor=self.request.actor, today=self.request.today)

    @cached_property
    def form(self) -> JournalForm:
        """What was asked for; before that, the quarter in which the last closing was booked."""
        asked = {name: self.request.GET[name] for name in JournalForm.base_fields if name in self.request.GET}
        return JournalForm({**_query(self.suggested[0], JournalExport.Format.CSV), **asked})

    def rows(self) -> QuerySet[JournalExport]:
        made = JournalExport.objects.visible_to(self.request.actor).filter(vendor=self.vendor)
        return made.select_related("made_by")

    def records(self, rows: QuerySet[JournalExport], filterset: FilterSet | None) -> Sequence[ExportLine]:
        return [self._line(each) for each in rows]

    def _line(self, each: JournalExport) -> ExportLine:
        days = Days(each.start, each.end)
        return ExportLine(
            days=range_name(days),
            start=each.start,
            format_name=each.get_format_display(),
            entries=each.entries,
            made_by=each.made_by.name if each.made_by else _("a command on the machine"),
            made_at=each.made_at,
            sha256=each.sha256,
            url=f"?{urlencode(_query(days, each.format))}",
        )

    def context(self, rows: QuerySet[JournalExport]) -> dict[str, Any]:
        slug = self.vendor.slug
        context: dict[str, Any] = {
            "form": self.form,
            "presets": [
                {"name": name, "label": range_name(days), "url": f"?{urlencode(_query(days, self._format))}"}
                for name, days in zip((_("Quarter"), _("Month"), _("Fiscal year")), self.suggested, strict=True)
            ],
            "settings_url": reverse("rebates:accounting-settings", args=[slug]),
        }
        if not self.form.is_valid():
            return context
        days = self.form.days
        journal = Journal(vendor=self.vendor, days=days, actor=self.request.actor)
        summary = journal.summary()
        made = overlapping(vendor=self.vendor, days=days, fmt=self._format, actor=self.request.actor)
        earlier = made.order_by("-start", "-end").values_list("start", "end").distinct()
        return {
            **context,
            "days": range_name(days),
            "summary": summary,
            "currencies": _by_currency(summary, self.settings.numbers),
            "runs": timezone.now() < days.over_at + LONGEST_COMMIT,
            "earlier": [range_name(Days(*each)) for each in earlier[:5]],
            "not_set_up": self._format == JournalExport.Format.DATEV and not self.settings.known_to_datev,
            "download": JournalForm(initial=_query(days, self._format), unseen=True),
            "export_url": reverse("rebates:accounting-export", args=[slug]),
        }

    @property
    def _format(self) -> str:
        valid = self.form.is_valid()
        return self.form.cleaned_data["format"] if valid else JournalExport.Format.CSV


def _by_currency(summary: Summary, numbers: Mapping[str, str]) -> list[dict[str, Any]]:
    """The sums as the page shows them: a table for each currency."""
    return [
        {
            "code": currency,
            "symbol": formats.currency_symbol(currency),
            "rows": [
                {"label": each.label, "number": numbers[each.account], "debit": each.debit, "credit": each.credit}
                for each in summary.sums
                if each.currency == currency
            ],
            "debit": debit,
            "credit": credit,
        }
        for currency, (debit, credit) in summary.totals.items()
    ]


@in_vendor(*MONEY_ROLES)
@require_POST
def take(request: PersonRequest, vendor: Vendor) -> HttpResponseBase:
    """The chosen part of the journal as a file, recorded."""
    page = reverse("rebates:accounting", args=[vendor.slug])
    form = JournalForm(request.POST)
    if not form.is_valid():
        messages.error(request, _("Please choose days and a format first."))
        return redirect(page)
    days, fmt = form.days, form.cleaned_data["format"]
    file = TemporaryFile()  # noqa: SIM115 – the answer closes it, when it is sent
    try:
        done = export(vendor=vendor, days=days, fmt=fmt, actor=request.actor, now=timezone.now(), out=file)
    except DomainError as error:
        file.close()
        messages.error(request, str(error))
        return redirect(f"{page}?{urlencode(_query(days, fmt))}")
    return download_stream(file, done.file_name)


@in_vendor(*MONEY_ROLES)
def settings(request: PersonRequest, vendor: Vendor) -> HttpResponseBase:
    """Numbers under which the vendor's bookkeeping knows itself and the accounts."""
    page = reverse("rebates:accounting", args=[vendor.slug])
    chart = request.GET.get("chart", "")
    proposed = {"chart": chart, **DEFAULTS[chart]} if chart in DEFAULTS else None
    form = AccountingForm(request.POST or None, instance=settings_of(vendor), initial=proposed)
    if form.is_valid():
        change_settings(actor=request.actor, vendor=vendor, values=form.cleaned_data)
        messages.success(request, _("Files are made with these numbers from now on."))
        return redirect(page)
    context = {
        "form": form,
        "charts": [{"label": Chart(chart).label, "url": f"?chart={chart}"} for chart in DEFAULTS],
        "crumbs": [Crumb(_("Accounting"), page), Crumb(_("Account numbers"))],
        "cancel_url": page,
    }
    status = UNPROCESSABLE if form.errors else 200
    return render(request, "rebates/accounting_settings.html", context, status=status)


accounting = in_vendor(*MONEY_ROLES)(AccountingPage.as_view())
