"""A vendor's closings: where each is, what it settles, what is odd, and putting parked partners back to work."""

from __future__ import annotations

from collections.abc import Sequence
from functools import cached_property
from typing import Any

from django.contrib import messages
from django.db.models import QuerySet
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST

from common import formats
from common.errors import DomainError
from common.filters import FilterSet
from common.hints import hint
from common.money import ZERO
from common.period_names import period_name
from common.periods import NotAPeriod, Period
from common.requests import PersonRequest
from common.ui import Crumb
from partners.models import Enrolment
from programs.entering import VendorListPage, in_vendor
from programs.models import Program, Vendor
from rebates import closings as selectors
from rebates import tasks
from rebates.closing import NothingToClose, needs_comment, open_closing, retry_parked
from rebates.closing_tables import AmountFilter, AmountLine, AmountTable, ClosingFilter, ClosingLine, ClosingTable
from rebates.closing_words import held_in_words, is_moving, stages_of, state_of, too_much_in_words
from rebates.closings import Amount, ClosingRow
from rebates.ledger import is_halted
from rebates.live import terms_in_force
from rebates.models import Closing
from rebates.rights import MONEY_ROLES, handles_money
from rebates.views import vendor_url


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
        return {
            "late_url": reverse("rebates:late", args=[self.vendor.slug]),
            "ledger_url": reverse("rebates:ledger", args=[self.vendor.slug]),
            "halted": is_halted(vendor_id=self.vendor.pk),
            "bounds": [
                {"name": program.name, "url": reverse("rebates:bounds", args=[self.vendor.slug, program.slug])}
                for program in Program.objects.visible_to(self.request.actor).filter(vendor=self.vendor)
                if handles_money(self.request.actor, self.vendor.pk)
            ],
        }

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
            adjustment=row.adjustment,
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
        too_much = needs_comment(closing) if closing is not None else []
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
            "stages": stages_of(row, items, self.request.today),
            "moving": closing is not None and is_moving(closing, items),
            "total": formats.money(own + adjusted, self.program.currency),
            "adjusted": adjusted,
            "against": own - sum(known, ZERO) if known else None,
            "paid": sum(1 for row in amounts if row.amount > 0),
            "biggest": [self._line(row) for row in selectors.biggest(amounts)],
            "most_changed": [self._line(row) for row in selectors.most_changed(amounts)],
            "too_much": [too_much_in_words(each, self.program.currency) for each in too_much],
            **self._people(items),
        }

    def _people(self, items: selectors.Items) -> dict[str, Any]:
        """What waits for a person, and what one has said."""
        acts = handles_money(self.request.actor, self.vendor.pk)
        return {
            "may_act": acts,
            "may_start": acts and self.closing is None and self.period.end <= self.request.today,
            "parked": [
                {
                    "name": item.enrolment.partner.name,
                    "url": reverse("partners:detail", args=[self.vendor.slug, item.enrolment.partner.number]),
                    "reason": held_in_words(item),
                    "attempts": item.attempts,
                    "accept_url": self._of_closing("closing-accept", item.pk) if item.found is not None else "",
                }
                for item in items.parked
            ],
            "accepted": items.accepted,
            "halted": is_halted(vendor_id=self.vendor.pk),
            "ledger_url": reverse("rebates:ledger", args=[self.vendor.slug]),
            "comment_url": self._of_closing("closing-comment"),
            "retry_url": self._of_closing("closing-retry"),
            "start_url": self._of_closing("closing-start"),
            "progress_url": self._of_closing("closing-progress"),
        }

    def _of_closing(self, name: str, *more: int) -> str:
        return reverse(f"rebates:{name}", args=[self.vendor.slug, self.program.slug, str(self.period), *more])


@in_vendor()
def progress(request: PersonRequest, vendor: Vendor, program: str, period: str) -> HttpResponse:
    """The line of states alone, for a page that waits; once nothing moves any more the page loads itself anew."""
    closings = Closing.objects.visible_to(request.actor).filter(program__vendor=vendor).select_related("program")
    closing = get_object_or_404(closings, program__slug=program, period=period)
    items = selectors.items_of(closing)
    row = ClosingRow(closing.program, Period.parse(period), closing, items.all, len(items.parked))
    context = {
        "stages": stages_of(row, items, request.today),
        "moving": is_moving(closing, items),
        "progress_url": request.path,
    }
    answer = render(request, "rebates/closing_progress.html", context)
    if not context["moving"]:
        answer["HX-Refresh"] = "true"
    return answer


@in_vendor(*MONEY_ROLES)
@require_POST
def start(request: PersonRequest, vendor: Vendor, program: str, period: str) -> HttpResponse:
    """Close a period that is over before its grace days are."""
    found = get_object_or_404(Program.objects.visible_to(request.actor), vendor=vendor, slug=program)
    try:
        asked = Period.parse(period)
        closing = open_closing(
            program=found, period=asked, today=request.today, now=timezone.now(), requested_by=request.user
        )
    except (NotAPeriod, NothingToClose) as error:
        raise Http404 from error
    except DomainError as error:
        messages.error(request, str(error))
    else:
        hint(tasks.run_closing, closing.pk)
        messages.success(request, _("The closing is started."))
    return redirect("rebates:closing", vendor.slug, program, period)


@in_vendor(*MONEY_ROLES)
@require_POST
def retry(request: PersonRequest, vendor: Vendor, program: str, period: str) -> HttpResponse:
    """Put the parked partners of a closing back to work."""
    actor = request.actor
    closings = Closing.objects.visible_to(actor).filter(program__vendor=vendor)
    closing = get_object_or_404(closings, program__slug=program, period=period)
    count = retry_parked(closing_id=closing.pk, actor=actor)
    if count:
        hint(tasks.run_closing, closing.pk)
        text = ngettext("%(count)s partner is calculated again.", "%(count)s partners are calculated again.", count)
        messages.success(request, text % {"count": count})
    else:
        messages.info(request, _("No partner is held back any more."))
    return redirect("rebates:closing", vendor.slug, program, period)


closings = in_vendor()(ClosingsPage.as_view())
closing = in_vendor()(ClosingPage.as_view())
