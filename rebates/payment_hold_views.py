"""From which account a vendor pays, and partners to whom nothing is paid for now."""

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
from common.errors import DomainError
from common.requests import UNPROCESSABLE, PersonRequest
from common.ui import Crumb, Fact
from partners.selectors import partners_of
from programs.entering import VendorListPage, in_vendor
from programs.models import Vendor
from rebates.models import PaymentHold, PaymentSettings
from rebates.payment_forms import HoldForm, ReasonForm, SettingsForm
from rebates.payment_tables import HoldTable, hold_in_words
from rebates.payment_views import runs_crumb
from rebates.payments import holding
from rebates.payments.settings import change_settings
from rebates.rights import MONEY_ROLES


@in_vendor(*MONEY_ROLES)
def settings(request: PersonRequest, vendor: Vendor) -> HttpResponse:
    """From which account is paid, how soon, from which amount on."""
    found = PaymentSettings.objects.filter(vendor=vendor).first()
    form = SettingsForm(
        request.POST or None,
        instance=found or PaymentSettings(vendor=vendor, holder=vendor.legal_name or vendor.name),
    )
    page = redirect("rebates:payments", vendor.slug)
    if form.is_valid():
        change_settings(vendor=vendor, actor=request.actor, values=form.values)
        messages.success(request, _("Saved. Runs that were proposed before keep what they were made with."))
        return page
    context = {"form": form, "crumbs": [runs_crumb(vendor), Crumb(_("How you pay"))], "cancel_url": page.url}
    return render(request, "rebates/payment_settings.html", context, status=UNPROCESSABLE if form.errors else 200)


class HoldsPage(VendorListPage):
    table_class = HoldTable
    template_name = "rebates/payment_holds.html"
    export_name = "payment-holds"

    def rows(self) -> QuerySet[PaymentHold]:
        return holding.holds_of(vendor=self.vendor, actor=self.request.actor)

    def context(self, rows: QuerySet[PaymentHold]) -> dict[str, Any]:
        return {
            "crumbs": [runs_crumb(self.vendor), Crumb(_("On hold"))],
            "new_url": reverse("rebates:payment-hold-new", args=[self.vendor.slug]),
        }


@in_vendor(*MONEY_ROLES)
def new_hold(request: PersonRequest, vendor: Vendor) -> HttpResponse:
    """Pay nothing to a partner from now on; it may be filled in by the page one comes from."""
    form = HoldForm(
        request.POST or None,
        partners=partners_of(vendor=vendor, actor=request.actor),
        initial={name: request.GET[name] for name in ("partner",) if name in request.GET},
    )
    list_url = reverse("rebates:payment-holds", args=[vendor.slug])
    if form.is_valid():
        try:
            made = holding.place(vendor=vendor, actor=request.actor, now=timezone.now(), **form.cleaned_data)
        except DomainError as error:
            form.refuse(error)
        else:
            messages.success(request, _("Nothing is paid to %(partner)s any more.") % {"partner": made.partner.name})
            return redirect(list_url)
    context = {
        "form": form,
        "crumbs": [runs_crumb(vendor), Crumb(_("On hold"), list_url), Crumb(_("Hold payments"))],
        "cancel_url": list_url,
    }
    return render(request, "rebates/payment_hold_new.html", context, status=UNPROCESSABLE if form.errors else 200)


@in_vendor(*MONEY_ROLES)
@require_GET
def hold(request: PersonRequest, vendor: Vendor, pk: int) -> HttpResponse:
    return _page(request, vendor, _found(request, vendor, pk), ReasonForm())


@in_vendor(*MONEY_ROLES)
@require_POST
def ask_release(request: PersonRequest, vendor: Vendor, pk: int) -> HttpResponse:
    found = _found(request, vendor, pk)
    form = ReasonForm(request.POST)
    if not form.is_valid():
        return _page(request, vendor, found, form)
    text = form.cleaned_data["reason"]

    def step() -> None:
        holding.ask_release(hold=found, actor=request.actor, text=text, now=timezone.now())

    return _stepped(request, found, step, _("Another person has to agree."))


@in_vendor(*MONEY_ROLES)
@require_POST
def release(request: PersonRequest, vendor: Vendor, pk: int) -> HttpResponse:
    found = _found(request, vendor, pk)

    def step() -> None:
        holding.release(hold=found, actor=request.actor, now=timezone.now())

    return _stepped(request, found, step, _("Payments go on with the next run."))


@in_vendor(*MONEY_ROLES)
@require_POST
def keep(request: PersonRequest, vendor: Vendor, pk: int) -> HttpResponse:
    found = _found(request, vendor, pk)

    def step() -> None:
        holding.keep_holding(hold=found, actor=request.actor, now=timezone.now())

    return _stepped(request, found, step, _("The payments stay on hold."))


def _stepped(request: PersonRequest, found: PaymentHold, step: Callable[[], None], done: str) -> HttpResponse:
    try:
        step()
    except DomainError as error:
        messages.error(request, str(error))
    else:
        messages.success(request, done)
    return redirect("rebates:payment-hold", found.vendor.slug, found.pk)


def _found(request: PersonRequest, vendor: Vendor, pk: int) -> PaymentHold:
    return get_object_or_404(holding.holds_of(vendor=vendor, actor=request.actor), pk=pk)


def _page(request: PersonRequest, vendor: Vendor, found: PaymentHold, form: ReasonForm) -> HttpResponse:
    words, tone = hold_in_words(found)
    asked = found.release_asked_at is not None and found.released_at is None
    may_release = holding.may_release(hold=found, actor=request.actor)
    context = {
        "hold": found,
        "state_text": words,
        "state_tone": tone,
        "facts": _facts(found),
        "refused": list(found.refused_steps.select_related("person")[:10]),
        "form": form,
        "may_ask": found.released_at is None and not asked,
        "may_release": may_release,
        "waits_for_another": asked and not may_release,
        "crumbs": [
            runs_crumb(vendor),
            Crumb(_("On hold"), reverse("rebates:payment-holds", args=[vendor.slug])),
            Crumb(found.partner.name),
        ],
    }
    for name in ("ask", "release", "keep"):
        context[f"{name}_url"] = reverse(f"rebates:payment-hold-{name}", args=[vendor.slug, found.pk])
    return render(request, "rebates/payment_hold.html", context, status=UNPROCESSABLE if form.errors else 200)


def _facts(found: PaymentHold) -> list[Fact]:
    facts = [
        Fact(_("Partner"), found.partner.name, hint=found.partner.number),
        Fact(_("Reason"), str(found.get_why_display())),
        Fact(_("What is known"), found.text),
        Fact(_("Placed by"), found.placed_by.name, hint=formats.datetime_short(found.placed_at)),
    ]
    if found.release_asked_by is not None:
        hint = formats.datetime_short(found.release_asked_at)
        facts.append(Fact(_("Release asked for by"), found.release_asked_by.name, hint=hint))
        facts.append(Fact(_("Why payments may go on"), found.release_text))
    if found.released_by is not None:
        facts.append(Fact(_("Released by"), found.released_by.name, hint=formats.datetime_short(found.released_at)))
    return facts


holds = in_vendor(*MONEY_ROLES)(HoldsPage.as_view())
