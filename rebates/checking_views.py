"""Whether a vendor's ledger is sound: which rules hold, what is broken and where, and letting the money work go on."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST

from common import formats
from common.errors import DomainError
from common.requests import UNPROCESSABLE, PersonRequest
from common.ui import Crumb
from programs.entering import in_vendor
from programs.models import Vendor
from rebates.checking import check, release
from rebates.forms import CommentForm
from rebates.models import Breach, Ledger
from rebates.rights import MONEY_ROLES, handles_money


@in_vendor()
def ledger(request: PersonRequest, vendor: Vendor) -> HttpResponse:
    """The rules, and what a check found."""
    return _page(request, vendor, CommentForm())


@in_vendor(*MONEY_ROLES)
@require_POST
def check_now(request: PersonRequest, vendor: Vendor) -> HttpResponse:
    """Check once more, without waiting for the hour."""
    check(vendor_id=vendor.pk, now=timezone.now())
    count = Breach.objects.filter(vendor=vendor, gone_at=None).count()
    if count:
        text = ngettext("%(count)s mistake found.", "%(count)s mistakes found.", count)
        messages.error(request, text % {"count": formats.number(count)})
    else:
        messages.success(request, _("Checked: everything agrees."))
    return redirect("rebates:ledger", vendor.slug)


@in_vendor(*MONEY_ROLES)
@require_POST
def go_on(request: PersonRequest, vendor: Vendor) -> HttpResponse:
    """Let the money work go on after a repair."""
    form = CommentForm(request.POST)
    if form.is_valid():
        try:
            release(vendor=vendor, actor=request.actor, comment=form.cleaned_data["comment"], now=timezone.now())
        except DomainError as error:
            form.add_error(None, str(error))
        else:
            messages.success(request, _("Rebates go on."))
            return redirect("rebates:ledger", vendor.slug)
    return _page(request, vendor, form)


def _page(request: PersonRequest, vendor: Vendor, form: CommentForm) -> HttpResponse:
    found = list(Breach.objects.visible_to(request.actor).filter(vendor=vendor, gone_at=None))
    broken = {breach.rule for breach in found}
    context = {
        "form": form,
        "ledger": Ledger.objects.filter(vendor=vendor).select_related("released_by").first(),
        "rules": [{"text": rule.label, "broken": rule.value in broken} for rule in Breach.Rule],
        "breaches": found,
        "may_release": handles_money(request.actor, vendor.pk),
        "check_url": reverse("rebates:ledger-check", args=[vendor.slug]),
        "release_url": reverse("rebates:ledger-release", args=[vendor.slug]),
        "crumbs": [Crumb(_("Closings"), reverse("rebates:closings", args=[vendor.slug])), Crumb(_("Ledger"))],
    }
    status = UNPROCESSABLE if form.errors else 200
    return render(request, "rebates/ledger.html", context, status=status)
