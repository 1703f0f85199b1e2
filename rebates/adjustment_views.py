"""Manual adjustments: the list, proposing one, and a second person's decision."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.db.models import QuerySet
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from common import formats
from common.downloads import download
from common.errors import DomainError
from common.requests import UNPROCESSABLE, PersonRequest
from common.ui import Crumb, Fact
from partners.selectors import partners_of
from programs.entering import VendorListPage, in_vendor
from programs.models import Program, Vendor
from rebates import adjusting
from rebates.adjusting import MovedOn
from rebates.adjustment_forms import AdjustmentForm, RefusalForm
from rebates.adjustment_tables import TONES, AdjustmentFilter, AdjustmentTable
from rebates.models import ManualAdjustment
from rebates.rights import MONEY_ROLES, handles_money

State = ManualAdjustment.State


class AdjustmentsPage(VendorListPage):
    table_class = AdjustmentTable
    filterset_class = AdjustmentFilter
    template_name = "rebates/adjustments.html"
    export_name = "adjustments"

    def rows(self) -> QuerySet[ManualAdjustment]:
        return adjusting.adjustments_of(vendor=self.vendor, actor=self.request.actor)

    def context(self, rows: QuerySet[ManualAdjustment]) -> dict[str, Any]:
        may = handles_money(self.request.actor, self.vendor.pk)
        slug = self.vendor.slug
        return {
            "crumbs": [Crumb(_("Accounts"), reverse("rebates:accounts", args=[slug])), Crumb(_("Manual adjustments"))],
            "new_url": reverse("rebates:adjustment-new", args=[slug]) if may else "",
        }


@in_vendor(*MONEY_ROLES)
def propose(request: PersonRequest, vendor: Vendor) -> HttpResponse:
    """Ask a second person to book an amount. Partner and program may be filled in by the page one comes from."""
    programs = Program.objects.visible_to(request.actor).filter(vendor=vendor)
    given = {name: request.GET[name] for name in ("partner", "program") if name in request.GET}
    form = AdjustmentForm(
        request.POST or None,
        request.FILES or None,
        programs=programs,
        partners=partners_of(vendor=vendor, actor=request.actor),
        initial=given,
    )
    if form.is_valid():
        try:
            made = adjusting.propose(proposal=form.proposal, actor=request.actor, now=timezone.now())
        except DomainError as error:
            form.refuse(error)
        else:
            messages.success(request, _("The adjustment waits for a second person."))
            return redirect("rebates:adjustment", vendor.slug, made.pk)
    list_url = reverse("rebates:adjustments", args=[vendor.slug])
    context = {
        "form": form,
        "cancel_url": list_url,
        "crumbs": [Crumb(_("Manual adjustments"), list_url), Crumb(_("New adjustment"))],
    }
    return render(request, "rebates/adjustment_new.html", context, status=UNPROCESSABLE if form.errors else 200)


@in_vendor()
@require_GET
def adjustment(request: PersonRequest, vendor: Vendor, pk: int) -> HttpResponse:
    return _page(request, vendor, _found(request, vendor, pk), RefusalForm())


@in_vendor()
@require_GET
def proof(request: PersonRequest, vendor: Vendor, pk: int) -> HttpResponse:
    """The file as it came."""
    found = get_object_or_404(ManualAdjustment.objects.visible_to(request.actor).filter(program__vendor=vendor), pk=pk)
    return download(found.proof, found.proof_name)


@in_vendor(*MONEY_ROLES)
@require_POST
def book(request: PersonRequest, vendor: Vendor, pk: int) -> HttpResponse:
    found = _found(request, vendor, pk)
    amount = formats.money(found.amount, found.currency, signed=True)
    done = _("Booked: %(amount)s for %(partner)s.") % {"amount": amount, "partner": found.partner.name}

    def decide() -> ManualAdjustment:
        return adjusting.book(adjustment_id=pk, actor=request.actor, now=timezone.now())

    return _decided(request, found, State.BOOKED, decide, done)


@in_vendor(*MONEY_ROLES)
@require_POST
def refuse(request: PersonRequest, vendor: Vendor, pk: int) -> HttpResponse:
    """Why not is asked for; where it is missing the page comes again with what was typed."""
    found = _found(request, vendor, pk)
    form = RefusalForm(request.POST)
    if not form.is_valid():
        return _page(request, vendor, found, form)

    def decide() -> ManualAdjustment:
        comment = form.cleaned_data["comment"]
        return adjusting.refuse(adjustment_id=pk, actor=request.actor, comment=comment, now=timezone.now())

    return _decided(request, found, State.REFUSED, decide, _("The adjustment is refused."))


@in_vendor(*MONEY_ROLES)
@require_POST
def withdraw(request: PersonRequest, vendor: Vendor, pk: int) -> HttpResponse:
    found = _found(request, vendor, pk)

    def decide() -> ManualAdjustment:
        return adjusting.withdraw(adjustment_id=pk, actor=request.actor, now=timezone.now())

    return _decided(request, found, State.WITHDRAWN, decide, _("The adjustment is withdrawn."))


def _decided(
    request: PersonRequest, found: ManualAdjustment, wanted: State, decide: Callable[[], ManualAdjustment], done: str
) -> HttpResponse:
    """Decide and come back to the page, which says how it stands. A second click finds its own decision."""
    try:
        decide()
    except MovedOn as error:
        found.refresh_from_db(fields=["state", "decided_by"])
        if (found.state, found.decided_by_id) == (wanted, request.actor.user_id):
            messages.info(request, _("You have done that already; it happened once."))
        else:
            messages.error(request, str(error))
    except DomainError as error:
        messages.error(request, str(error))
    else:
        messages.success(request, done)
    return redirect("rebates:adjustment", found.program.vendor.slug, found.pk)


def _found(request: PersonRequest, vendor: Vendor, pk: int) -> ManualAdjustment:
    return get_object_or_404(adjusting.adjustments_of(vendor=vendor, actor=request.actor), pk=pk)


def _page(request: PersonRequest, vendor: Vendor, found: ManualAdjustment, form: RefusalForm) -> HttpResponse:
    actor = request.actor
    slug, waiting = vendor.slug, found.state == State.PROPOSED
    may = waiting and handles_money(actor, vendor.pk)
    deciders = adjusting.deciders_of(found) if waiting else []
    list_url = reverse("rebates:adjustments", args=[slug])
    context = {
        "adjustment": found,
        "title": _("Adjustment for %(partner)s") % {"partner": found.partner.name},
        "crumbs": [Crumb(_("Manual adjustments"), list_url), Crumb(found.partner.name)],
        "tone": TONES[found.state],
        "facts": _facts(found),
        "proof_url": reverse("rebates:adjustment-proof", args=[slug, found.pk]),
        "account_url": reverse("rebates:account-of", args=[slug, found.partner.number, found.currency]),
        "deciders": [person.name for person in deciders],
        "waiting": waiting,
        "may_decide": may and actor.user_id in {person.pk for person in deciders},
        "may_withdraw": may and found.requested_by_id == actor.user_id,
        "form": form,
    }
    for step in ("book", "refuse", "withdraw"):
        context[f"{step}_url"] = reverse(f"rebates:adjustment-{step}", args=[slug, found.pk])
    return render(request, "rebates/adjustment.html", context, status=UNPROCESSABLE if form.errors else 200)


def _facts(found: ManualAdjustment) -> list[Fact]:
    facts = [
        Fact(_("Partner"), found.partner.name, hint=found.partner.number),
        Fact(_("Program"), found.program.name),
        Fact(_("Reason"), found.reason),
        Fact(_("Proposed by"), found.requested_by.name, hint=formats.datetime_short(found.requested_at)),
    ]
    if found.decided_by is not None and found.state != State.WITHDRAWN:
        facts.append(Fact(_("Decided by"), found.decided_by.name, hint=formats.datetime_short(found.decided_at)))
    if found.comment:
        facts.append(Fact(_("Why it was refused"), found.comment))
    return facts


adjustments = in_vendor()(AdjustmentsPage.as_view())
