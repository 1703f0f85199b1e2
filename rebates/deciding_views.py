"""What a person says to a closing: that an amount above a bound is right, and what the bounds are."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from common.errors import DomainError
from common.hints import hint
from common.period_names import period_name
from common.periods import Period
from common.requests import UNPROCESSABLE, PersonRequest
from common.ui import Crumb
from programs.entering import in_vendor
from programs.models import Program, Vendor
from rebates import tasks
from rebates.bounds import bounds_of, change_bounds
from rebates.closing import accept, comment, needs_comment
from rebates.closing_words import held_in_words, too_much_in_words
from rebates.forms import AcceptForm, BoundsForm, CommentForm
from rebates.models import Closing, ClosingItem
from rebates.rights import MONEY_ROLES


def _crumbs(vendor: Vendor, closing: Closing, last: str) -> list[Crumb]:
    name = f"{period_name(Period.parse(closing.period))}, {closing.program.name}"
    return [
        Crumb(_("Closings"), reverse("rebates:closings", args=[vendor.slug])),
        Crumb(name, reverse("rebates:closing", args=[vendor.slug, closing.program.slug, closing.period])),
        Crumb(last),
    ]


@in_vendor(*MONEY_ROLES)
def accept_amount(request: PersonRequest, vendor: Vendor, program: str, period: str, pk: int) -> HttpResponse:
    """Say why what a partner would get is right."""
    items = ClosingItem.objects.visible_to(request.actor).select_related("closing__program", "enrolment__partner")
    found = get_object_or_404(
        items, pk=pk, closing__program__vendor=vendor, closing__program__slug=program, closing__period=period
    )
    page = redirect("rebates:closing", vendor.slug, program, period)
    if found.state != ClosingItem.State.PARKED or found.found is None:
        messages.info(request, _("This partner is not held back any more."))
        return page
    form = AcceptForm(request.POST or None, initial={"amount": found.found})
    if form.is_valid():
        text, amount = form.cleaned_data["comment"], form.cleaned_data["amount"]
        if accept(item_id=found.pk, actor=request.actor, text=text, amount=amount):
            hint(tasks.run_closing, found.closing_id)
            messages.success(request, _("%(partner)s is settled.") % {"partner": found.enrolment.partner.name})
        else:
            messages.info(request, _("Nothing was done: somebody was first, or the amount is another one now."))
        return page
    context = {
        "form": form,
        "crumbs": _crumbs(vendor, found.closing, _("Accept the amount")),
        "partner": found.enrolment.partner.name,
        "why": held_in_words(found),
        "amount": found.found,
        "currency": found.closing.program.currency,
        "cancel_url": page.url,
    }
    return render(request, "rebates/closing_accept.html", context, status=UNPROCESSABLE if form.errors else 200)


@in_vendor(*MONEY_ROLES)
def comment_total(request: PersonRequest, vendor: Vendor, program: str, period: str) -> HttpResponse:
    """Say why a total that is out of bounds is right; the closing is sealed with it."""
    closings = Closing.objects.visible_to(request.actor).select_related("program")
    closing = get_object_or_404(closings, program__vendor=vendor, program__slug=program, period=period)
    page = redirect("rebates:closing", vendor.slug, program, period)
    reasons = needs_comment(closing)
    if not reasons:
        messages.info(request, _("The total needs no comment any more."))
        return page
    form = CommentForm(request.POST or None)
    if form.is_valid():
        try:
            comment(closing_id=closing.pk, actor=request.actor, text=form.cleaned_data["comment"], now=timezone.now())
        except DomainError as error:
            messages.error(request, str(error))
        else:
            messages.success(request, _("The period is closed."))
        return page
    context = {
        "form": form,
        "crumbs": _crumbs(vendor, closing, _("Confirm the total")),
        "reasons": [too_much_in_words(each, closing.program.currency) for each in reasons],
        "period_name": period_name(Period.parse(closing.period)),
        "program": closing.program,
        "cancel_url": page.url,
    }
    return render(request, "rebates/closing_comment.html", context, status=UNPROCESSABLE if form.errors else 200)


@in_vendor(*MONEY_ROLES)
def bounds(request: PersonRequest, vendor: Vendor, program: str) -> HttpResponse:
    """From which amounts on a closing of the program waits for a person."""
    found = get_object_or_404(Program.objects.visible_to(request.actor), vendor=vendor, slug=program)
    form = BoundsForm(request.POST or None, instance=bounds_of(found))
    list_url = reverse("rebates:closings", args=[vendor.slug])
    if form.is_valid():
        change_bounds(program=found, actor=request.actor, values=form.cleaned_data)
        messages.success(request, _("The bounds hold for everything that is calculated from now on."))
        return redirect(list_url)
    context = {
        "form": form,
        "program": found,
        "crumbs": [Crumb(_("Closings"), list_url), Crumb(_("Bounds, %(program)s") % {"program": found.name})],
        "cancel_url": list_url,
    }
    return render(request, "rebates/bounds.html", context, status=UNPROCESSABLE if form.errors else 200)
