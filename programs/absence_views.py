"""Who of a vendor's people is away: listed beside the team, entered, ended early."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from common.access import CHANNEL_MANAGER, VENDOR, VENDOR_ADMIN, VENDOR_FINANCE
from common.errors import DomainError
from common.requests import UNPROCESSABLE, PersonRequest
from common.ui import Crumb
from programs import absences as service
from programs.absence_forms import AbsenceForm
from programs.deciding import DECIDING_ROLES
from programs.entering import in_vendor
from programs.models import Absence, Vendor


@in_vendor(VENDOR_ADMIN, CHANNEL_MANAGER, VENDOR_FINANCE)
def absences(request: PersonRequest, vendor: Vendor) -> HttpResponse:
    """Who is away or will be, and a form for whoever may enter an absence."""
    actor, today = request.actor, request.today
    own = None if actor.has(VENDOR, vendor.pk, VENDOR_ADMIN) else request.user
    decides = actor.has(VENDOR, vendor.pk, *DECIDING_ROLES)
    data = request.POST if request.method == "POST" and decides else None
    form = AbsenceForm(data, people=service.people_of(vendor), own=own, initial={"person": request.user.pk})
    if data is not None and form.is_valid():
        try:
            service.enter(vendor=vendor, actor=actor, today=today, **form.cleaned_data)
        except DomainError as error:
            form.refuse(error)
        else:
            messages.success(request, _("Saved."))
            return redirect("programs:absences", vendor.slug)
    rows = [
        {
            "absence": each,
            "days": service.in_words(each),
            "now": each.valid_from is not None and each.valid_from <= today,
            "end_url": reverse("programs:absence-end", args=[vendor.slug, each.pk])
            if service.may_enter(actor, vendor, each.person_id)
            else "",
        }
        for each in service.absences_at(vendor=vendor, actor=actor, today=today)
    ]
    context = {
        "rows": rows,
        "form": form if decides else None,
        "crumbs": [Crumb(_("Team"), reverse("programs:team", args=[vendor.slug])), Crumb(_("Absences"))],
    }
    return render(request, "programs/absences.html", context, status=UNPROCESSABLE if form.errors else 200)


@in_vendor(*DECIDING_ROLES)
@require_POST
def end(request: PersonRequest, vendor: Vendor, pk: int) -> HttpResponse:
    """The person is back, or does not go."""
    absence = get_object_or_404(Absence.objects.visible_to(request.actor).filter(vendor=vendor), pk=pk)
    try:
        service.end(absence=absence, actor=request.actor, today=request.today)
    except DomainError as error:
        messages.error(request, str(error))
    else:
        messages.success(request, _("The absence of %(name)s is ended.") % {"name": absence.person.name})
    return redirect("programs:absences", vendor.slug)
