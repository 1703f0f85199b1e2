"""A vendor's pages about tiers: the list of who is about to change, one partner's tier, and what people decide."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django import forms
from django.contrib import messages
from django.db.models import QuerySet
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.functional import cached_property
from django.utils.translation import gettext as _

from common.access import VENDOR, VENDOR_ADMIN
from common.errors import DomainError
from common.filters import FilterSet
from common.requests import UNPROCESSABLE, PersonRequest
from common.tables import CompletedRows
from common.ui import Crumb
from partners.models import Enrolment
from partners.selectors import currency_of
from programs.deciding import DECIDING_ROLES
from programs.entering import VendorListPage, in_vendor
from programs.models import Program, Vendor
from tiers import deciding, vendor_partner
from tiers.models import TierMove, TierStanding
from tiers.vendor_forms import CheckForm, DecideForm, DeclineForm
from tiers.vendor_lists import Completing, revenue_in_sql, standings_of
from tiers.vendor_tables import StandingFilter, StandingTable


class TiersPage(VendorListPage):
    table_class = StandingTable
    filterset_class = StandingFilter
    template_name = "tiers/vendor/list.html"
    export_name = "tiers"

    @cached_property
    def programs(self) -> list[Program]:
        return list(Program.objects.visible_to(self.request.actor).filter(vendor=self.vendor).order_by("name"))

    @cached_property
    def currency(self) -> str:
        return currency_of(self.vendor)

    def rows(self) -> QuerySet[TierStanding]:
        today = self.request.today
        rows = standings_of(vendor=self.vendor, actor=self.request.actor, today=today)
        if self.request.GET.get("sort", "").removeprefix("-") == "revenue":
            rows = rows.alias(revenue=revenue_in_sql(vendor=self.vendor, currency=self.currency, today=today))
        return rows

    def filter_options(self) -> dict[str, Any]:
        return {"several": len(self.programs) > 1}

    def table_options(self) -> dict[str, Any]:
        return {"currency": self.currency, "exclude": [] if len(self.programs) > 1 else ["program"]}

    def records(self, rows: QuerySet[TierStanding], filterset: FilterSet | None) -> CompletedRows:
        complete = Completing(self.vendor, self.request.today, self.currency)
        return CompletedRows(rows, complete, tie_break=("enrolment__partner__name", "pk"))

    def context(self, rows: QuerySet[Any]) -> dict[str, Any]:
        actor, pk = self.request.actor, self.vendor.pk
        return {
            "vendor": self.vendor,
            "programs": self.programs,
            "several": len(self.programs) > 1,
            "may_decide": actor.has(VENDOR, pk, *DECIDING_ROLES),
            "may_configure": actor.has(VENDOR, pk, VENDOR_ADMIN),
        }


tiers_page = in_vendor()(TiersPage.as_view())


@in_vendor()
def partner(request: PersonRequest, vendor: Vendor, number: str, program: str) -> HttpResponse:
    """Where a partner stands with its tier, why, and what happened to it."""
    return _page(request, _found(request, vendor, number, program))


@in_vendor(*DECIDING_ROLES)
def accept(request: PersonRequest, vendor: Vendor, number: str, program: str, pk: int) -> HttpResponse:
    """Carry out a proposed rise. The button says which tier was shown."""
    found = _found(request, vendor, number, program)
    move = _move(found, pk)
    if request.method != "POST":
        return _back(found)
    shown = request.POST.get("tier", "")
    move.to_tier_id = int(shown) if shown.isascii() and shown.isdigit() and len(shown) < 10 else 0
    try:
        move = deciding.accept(move=move, actor=request.actor, today=request.today)
    except deciding.MovedOn as error:
        move.refresh_from_db()
        if not _own(request, move, TierMove.State.DONE):
            messages.warning(request, str(error))
            return _back(found)
    messages.success(
        request,
        _("%(partner)s is %(tier)s from today and has a mail that says so.")
        % {"partner": found.partner.name, "tier": move.to_tier.name},
    )
    return _back(found)


@in_vendor(*DECIDING_ROLES)
def decline(request: PersonRequest, vendor: Vendor, number: str, program: str, pk: int) -> HttpResponse:
    """Leave the tier as it is."""
    found = _found(request, vendor, number, program)
    move = _move(found, pk)
    if request.method != "POST":
        return _back(found)
    form = DeclineForm(request.POST, prefix="decline")
    if not form.is_valid():
        return _page(request, found, form)
    move.to_tier_id = form.cleaned_data["tier"]
    try:
        deciding.decline(move=move, reason=form.cleaned_data["reason"], actor=request.actor, today=request.today)
    except deciding.MovedOn as error:
        move.refresh_from_db()
        if not _own(request, move, TierMove.State.DECLINED):
            typed = _("You had written: “%(text)s”") % {"text": form.cleaned_data["reason"]}
            messages.warning(request, f"{error} {typed}")
            return _back(found)
    messages.success(request, _("Declined: the tier stays as it is."))
    return _back(found)


@in_vendor(*DECIDING_ROLES)
def decide(request: PersonRequest, vendor: Vendor, number: str, program: str) -> HttpResponse:
    """A tier by hand: first what will happen is shown, then it is done."""
    found = _found(request, vendor, number, program)
    today = request.today
    form = DecideForm(request.POST if request.method == "POST" else None, program=found.program, today=today)
    preview: list[str] = []
    if form.is_bound and form.is_valid():
        given = {name: form.cleaned_data[name] for name in ("tier", "until", "reason")}
        running = deciding.running_decision(enrolment=found, today=today)
        if running is not None and vendor_partner.same(running, request.actor, **given):
            return _decided(request, found)
        seen = deciding.situation(enrolment=found, today=today)
        shown = form.shows(":".join(map(str, (given["tier"].pk, given["until"], *seen))))
        try:
            if shown:
                deciding.decide(
                    enrolment=found, actor=request.actor, today=today, now=timezone.now(), seen=seen, **given
                )
                return _decided(request, found)
        except DomainError as error:
            form.add_error(None, str(error))
        preview = vendor_partner.consequences(enrolment=found, tier=given["tier"], until=given["until"], today=today)
    context = {"enrolment": found, "form": form, "preview": preview}
    return _step(request, found, "tiers/vendor/decide.html", _("Decide the tier by hand"), context)


def _decided(request: PersonRequest, found: Enrolment) -> HttpResponse:
    messages.success(request, _("Decided. %(partner)s has a mail that says so.") % {"partner": found.partner.name})
    return _back(found)


@in_vendor(*DECIDING_ROLES)
def end_decision(request: PersonRequest, vendor: Vendor, number: str, program: str, pk: int) -> HttpResponse:
    """From today the tier follows the requirements again."""
    found = _found(request, vendor, number, program)
    decision = get_object_or_404(vendor_partner.decisions_of(found, request.actor), pk=pk)
    return _post(
        request,
        found,
        lambda: deciding.end_decision(decision=decision, actor=request.actor, today=request.today),
        _("The decision has ended: the tier follows the requirements again."),
    )


@in_vendor(*DECIDING_ROLES)
def check(request: PersonRequest, vendor: Vendor, number: str, program: str, check: str) -> HttpResponse:
    """Somebody has seen that a criterion is met."""
    found = _found(request, vendor, number, program)
    text = _check(found, check)
    form = CheckForm(request.POST if request.method == "POST" else None, today=request.today)
    if form.is_bound and form.is_valid():
        try:
            deciding.check(
                enrolment=found, code=check, actor=request.actor, today=request.today, now=timezone.now(),
                **form.cleaned_data,
            )  # fmt: skip
        except DomainError as error:
            form.add_error(None, str(error))
        else:
            messages.success(request, _("Checked: %(check)s") % {"check": text})
            return _back(found)
    context = {"enrolment": found, "form": form, "check": text}
    return _step(request, found, "tiers/vendor/check.html", _("Check a criterion"), context)


@in_vendor(*DECIDING_ROLES)
def end_check(request: PersonRequest, vendor: Vendor, number: str, program: str, check: str) -> HttpResponse:
    """What was checked no longer holds."""
    found = _found(request, vendor, number, program)
    text = _check(found, check)
    return _post(
        request,
        found,
        lambda: deciding.end_checks(enrolment=found, code=check, actor=request.actor, today=request.today),
        _("Taken back: %(check)s") % {"check": text},
    )


# --- what they share -------------------------------------------------------------------------------------------------


def _found(request: PersonRequest, vendor: Vendor, number: str, program: str) -> Enrolment:
    enrolments = Enrolment.objects.visible_to(request.actor).filter(program__vendor=vendor)
    related = enrolments.select_related("program__vendor", "partner")
    return get_object_or_404(related, partner__number=number, program__slug=program)


def _move(found: Enrolment, pk: int) -> TierMove:
    moves = TierMove.objects.filter(enrolment=found, direction=TierMove.Direction.RISE)
    return get_object_or_404(moves.select_related("enrolment__program", "to_tier"), pk=pk)


def _own(request: PersonRequest, move: TierMove, state: str) -> bool:
    """Whether the person did just this before: they have pressed the button twice."""
    return move.state == state and move.closed_by_id == request.actor.user_id


def _check(found: Enrolment, code: str) -> str:
    """The wording of a check that the program's tiers ask for."""
    text = vendor_partner.checks_of(found.program).get(code)
    if text is None:
        raise Http404
    return text


def _back(found: Enrolment) -> HttpResponse:
    return redirect("tiers:partner", found.program.vendor.slug, found.partner.number, found.program.slug)


def _post(request: PersonRequest, found: Enrolment, act: Callable[[], object], text: str) -> HttpResponse:
    if request.method == "POST":
        try:
            act()
        except DomainError as error:
            messages.warning(request, str(error))
        else:
            messages.success(request, text)
    return _back(found)


def _crumbs(found: Enrolment) -> list[Crumb]:
    vendor, number = found.program.vendor, found.partner.number
    return [
        Crumb(_("Tiers"), reverse("tiers:vendor", args=[vendor.slug])),
        Crumb(found.partner.name, reverse("tiers:partner", args=[vendor.slug, number, found.program.slug])),
    ]


def _step(request: PersonRequest, found: Enrolment, template: str, title: str, context: dict[str, Any]) -> HttpResponse:
    crumbs = _crumbs(found)
    context |= {"title": title, "crumbs": [*crumbs, Crumb(title)], "back_url": crumbs[-1].url}
    form: forms.Form = context["form"]
    return render(request, template, context, status=UNPROCESSABLE if form.errors else 200)


def _page(request: PersonRequest, found: Enrolment, failed: DeclineForm | None = None) -> HttpResponse:
    vendor = found.program.vendor
    standing = vendor_partner.stands(enrolment=found, today=request.today)
    move = standing.move
    decline_form = failed
    if decline_form is None and move is not None and move.due_on is None:
        decline_form = DeclineForm(prefix="decline", initial={"tier": move.to_tier_id})
    crumbs = _crumbs(found)
    context = {
        "enrolment": found,
        "vendor": vendor,
        "several": Program.objects.filter(vendor=vendor).count() > 1,
        "standing": standing,
        "crumbs": [crumbs[0], Crumb(found.partner.name)],
        "partner_url": reverse("partners:detail", args=[vendor.slug, found.partner.number]),
        "decline_form": decline_form,
        "may_decide": request.actor.has(VENDOR, vendor.pk, *DECIDING_ROLES),
    }
    return render(request, "tiers/vendor/partner.html", context, status=UNPROCESSABLE if failed is not None else 200)
