"""A vendor's closings: where each is, what it settles, what is odd, and putting parked partners back to work."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from functools import cached_property
from typing import Any

from django.contrib import messages
from django.db.models import QuerySet
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST
from kombu.exceptions import OperationalError

from common import formats
from common.access import VENDOR
from common.filters import FilterSet
from common.money import ZERO
from common.period_names import period_name
from common.periods import NotAPeriod, Period
from common.requests import PersonRequest
from common.ui import Crumb, Stage, Tone
from partners.models import Enrolment
from programs.entering import VendorListPage, in_vendor
from programs.models import Program, Vendor
from rebates import closings as selectors
from rebates import tasks
from rebates.closing import RETRYING_ROLES, retry_parked
from rebates.closing_tables import AmountFilter, AmountLine, AmountTable, ClosingFilter, ClosingLine, ClosingTable
from rebates.closings import Amount, ClosingRow
from rebates.live import terms_in_force
from rebates.models import Closing
from rebates.views import vendor_url


def state_of(row: ClosingRow) -> tuple[str, Tone]:
    """The state of a closing in words, and how it looks."""
    closing = row.closing
    if closing is None:
        return _("closes on %(day)s") % {"day": formats.date_long(row.closes_on)}, "neutral"
    if row.parked:
        text = ngettext("%(count)s partner held back", "%(count)s partners held back", row.parked)
        return text % {"count": formats.number(row.parked)}, "danger"
    words: dict[str, tuple[str, Tone]] = {
        Closing.State.OPEN: (_("due, starts shortly"), "info"),
        Closing.State.FROZEN: (_("being calculated"), "info"),
        Closing.State.CALCULATED: (_("calculated, sums are compared"), "info"),
        Closing.State.SEALED: (_("closed"), "success"),
    }
    return words[closing.state]


class ClosingsPage(VendorListPage):
    table_class = ClosingTable
    filterset_class = ClosingFilter
    template_name = "rebates/closings.html"
    export_name = "closings"

    def rows(self) -> QuerySet[Program]:
        return Program.objects.visible_to(self.request.actor).filter(vendor=self.vendor)

    def records(self, rows: QuerySet[Program], filterset: FilterSet | None) -> Sequence[ClosingLine]:
        actor, today = self.request.actor, self.request.today
        wanted = set(rows.values_list("pk", flat=True))
        found = selectors.closings_of(vendor=self.vendor, actor=actor, today=today)
        return [self._line(row) for row in found if row.program.pk in wanted]

    def context(self, rows: QuerySet[Program]) -> dict[str, Any]:
        return {"late_url": reverse("rebates:late", args=[self.vendor.slug])}

    def _line(self, row: ClosingRow) -> ClosingLine:
        text, tone = state_of(row)
        closed = row.closing is not None
        return ClosingLine(
            name=period_name(row.period),
            program=row.program.name,
            ends=row.period.end,
            state_text=text,
            state_tone=tone,
            partners=row.items if closed else None,
            parked=row.parked or None,
            total=(row.total or ZERO) if closed else None,
            currency=row.program.currency,
            url=reverse("rebates:closing", args=[self.vendor.slug, row.program.slug, str(row.period)]),
        )


class ClosingPage(VendorListPage):
    """One closing, or what it would be as of now while the period runs."""

    table_class = AmountTable
    filterset_class = AmountFilter
    template_name = "rebates/closing.html"
    export_name = "settlements"

    @cached_property
    def program(self) -> Program:
        programs = Program.objects.visible_to(self.request.actor).filter(vendor=self.vendor)
        return get_object_or_404(programs, slug=self.kwargs["program"])

    @cached_property
    def period(self) -> Period:
        try:
            period = Period.parse(self.kwargs["period"])
        except NotAPeriod as error:
            raise Http404 from error
        if str(period) != self.kwargs["period"] or period.start > self.request.today:
            raise Http404
        return period

    @cached_property
    def closing(self) -> Closing | None:
        found = Closing.objects.filter(program=self.program, period=str(self.period)).select_related("program").first()
        if found is None and not terms_in_force(program=self.program, period=self.period):
            raise Http404
        return found

    @cached_property
    def amounts(self) -> list[Amount]:
        if self.closing is not None and self.closing.state != Closing.State.OPEN:
            return selectors.amounts_of(self.closing)
        today = self.request.today
        return selectors.amounts_now(program=self.program, period=self.period, today=today)

    def rows(self) -> QuerySet[Enrolment]:
        return Enrolment.objects.visible_to(self.request.actor).filter(program=self.program)

    def table_options(self) -> dict[str, Any]:
        adjusted = any(row.adjustment for row in self.amounts)
        compared = any(row.before is not None for row in self.amounts)
        several = len({row.terms.code for row in self.amounts}) > 1
        hidden = [
            name for name, shown in (("period", adjusted), ("change", compared), ("terms_name", several)) if not shown
        ]
        return {"currency": self.program.currency, "exclude": hidden}

    def filter_options(self) -> dict[str, Any]:
        return {
            "terms": sorted({(row.terms.code, row.terms.name) for row in self.amounts}),
            "adjusted": any(row.adjustment for row in self.amounts),
        }

    def records(self, rows: QuerySet[Enrolment], filterset: FilterSet | None) -> Sequence[AmountLine]:
        asked = filterset.form.cleaned_data if filterset is not None and filterset.is_valid() else {}
        wanted = set(rows.values_list("pk", flat=True))
        kind = {AmountFilter.OWN: False, AmountFilter.ADJUSTED: True}.get(asked.get("kind", ""))
        return [
            self._line(row)
            for row in self.amounts
            if row.enrolment.pk in wanted
            and (not asked.get("terms") or row.terms.code == asked["terms"])
            and (kind is None or row.adjustment is kind)
        ]

    def _line(self, row: Amount) -> AmountLine:
        partner = row.enrolment.partner
        return AmountLine(
            name=partner.name,
            place=partner.city or partner.number,
            terms_name=row.terms.name,
            period=period_name(row.period),
            attainment=row.attainment,
            amount=row.amount,
            change=row.change,
            url=vendor_url(self.vendor.slug, partner.number, row.terms, str(row.period)),
        )

    def context(self, rows: QuerySet[Enrolment]) -> dict[str, Any]:
        closing, amounts = self.closing, self.amounts
        items = selectors.items_of(closing) if closing is not None else selectors.Items()
        own, adjusted = selectors.totals_of(amounts)
        known = [row.before for row in amounts if row.before is not None]
        row = ClosingRow(self.program, self.period, closing, items.all, len(items.parked))
        state_text, state_tone = state_of(row)
        actor = self.request.actor
        return {
            "program": self.program,
            "period_name": period_name(self.period),
            "last_period": period_name(self.period.previous()),
            "crumbs": [
                Crumb(_("Closings"), reverse("rebates:closings", args=[self.vendor.slug])),
                Crumb(f"{period_name(self.period)}, {self.program.name}"),
            ],
            "closing": closing,
            "preview": closing is None or closing.state == Closing.State.OPEN,
            "state_text": state_text,
            "state_tone": state_tone,
            "stages": _stages(row, items, self.request.today),
            "total": formats.money(own + adjusted, self.program.currency),
            "adjusted": adjusted,
            "against": own - sum(known, ZERO) if known else None,
            "paid": sum(1 for row in amounts if row.amount > 0),
            "items": items,
            "parked": [
                {
                    "name": item.enrolment.partner.name,
                    "url": reverse("partners:detail", args=[self.vendor.slug, item.enrolment.partner.number]),
                    "reason": item.reason,
                    "attempts": item.attempts,
                }
                for item in items.parked
            ],
            "may_retry": actor.has(VENDOR, self.vendor.pk, *RETRYING_ROLES),
            "retry_url": reverse("rebates:closing-retry", args=[self.vendor.slug, self.program.slug, str(self.period)]),
            "biggest": [self._line(row) for row in selectors.biggest(amounts)],
            "most_changed": [self._line(row) for row in selectors.most_changed(amounts)],
        }


def _stages(row: ClosingRow, items: selectors.Items, today: Any) -> list[Stage]:
    """The line of states: what is done, where the closing is, what comes."""
    closing = row.closing
    over = today >= row.period.end
    last_day, due = formats.date_long(row.period.last_day), formats.date_long(row.closes_on)
    stages: list[Stage] = []

    def add(label: str, at: datetime | None, done: bool, hint: str = "", *, failed: bool = False) -> None:
        reached = all(stage.state == "done" for stage in stages)
        state: Any = "done" if done else "failed" if failed else "current" if reached else "ahead"
        stages.append(Stage(label, state, at, hint))

    add(_("Period over"), None, over, last_day)
    add(_("Late reports in"), closing.opened_at if closing else None, closing is not None, "" if closing else due)
    add(_("Sales fixed"), closing.frozen_at if closing else None, closing is not None and closing.frozen_at is not None)
    calculated = closing is not None and closing.calculated_at is not None
    hint = ""
    if closing is not None and closing.frozen_at is not None and not calculated:
        hint = _("%(done)s of %(all)s partners") % {"done": items.done, "all": items.all}
    add(_("Calculated"), closing.calculated_at if closing else None, calculated, hint, failed=bool(items.parked))
    add(_("Closed"), closing.sealed_at if closing else None, closing is not None and closing.sealed_at is not None)
    return stages


@in_vendor(*RETRYING_ROLES)
@require_POST
def retry(request: PersonRequest, vendor: Vendor, program: str, period: str) -> HttpResponse:
    """Put the parked partners of a closing back to work."""
    actor = request.actor
    closings = Closing.objects.visible_to(actor).filter(program__vendor=vendor)
    closing = get_object_or_404(closings, program__slug=program, period=period)
    count = retry_parked(closing_id=closing.pk, actor=actor)
    if count:
        _work_on(closing.pk)
        text = ngettext("%(count)s partner is calculated again.", "%(count)s partners are calculated again.", count)
        messages.success(request, text % {"count": count})
    else:
        messages.info(request, _("No partner is held back any more."))
    return redirect("rebates:closing", vendor.slug, program, period)


def _work_on(closing_id: int) -> None:
    """A hint to the worker; without a broker the next tick finds the closing by itself."""
    try:
        tasks.run_closing.delay(closing_id)
    except OperationalError:
        return


closings = in_vendor()(ClosingsPage.as_view())
closing = in_vendor()(ClosingPage.as_view())
