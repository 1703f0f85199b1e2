"""Suspending, resuming and ending a participation: what happens to open money is shown before it is done."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from common.access import OWNER
from common.errors import DomainError
from common.formats import date_long
from common.requests import UNPROCESSABLE, PersonRequest
from common.ui import Crumb
from partners import applications, composing, participation, selectors
from partners.applications import Act
from partners.entering import in_partner
from partners.models import Enrolment, Partner
from partners.participation import CHANGES, Step
from partners.participation_forms import ParticipationForm
from partners.registration_forms import EnrolForm
from programs.deciding import DECIDING_ROLES
from programs.entering import in_vendor
from programs.models import Program, Vendor


@in_vendor(*DECIDING_ROLES)
@require_http_methods(["GET", "HEAD", "POST"])
def change(request: PersonRequest, vendor: Vendor, number: str, program: str, change: str) -> HttpResponse:
    """The vendor suspends, resumes or ends."""
    if change not in CHANGES:
        raise Http404
    enrolments = Enrolment.objects.visible_to(request.actor).filter(program__vendor=vendor)
    found = get_object_or_404(
        enrolments.select_related("program__vendor", "partner"), partner__number=number, program__slug=program
    )
    form = _form(request, found, CHANGES[change], by_partner=False)
    back = reverse("partners:detail", args=[vendor.slug, number])
    if form.is_bound and form.is_valid():
        try:
            step = participation.change(enrolment=found, wanted=form.wanted, actor=request.actor, now=timezone.now())
        except DomainError as error:
            form.add_error(None, str(error))
        else:
            text = _("Done: it holds from %(day)s. %(other)s has a mail that says so.")
            messages.success(request, text % {"day": date_long(step.on), "other": found.partner.name})
            return redirect(back)
    crumbs = [Crumb(_("Partners"), reverse("partners:list", args=[vendor.slug])), Crumb(found.partner.name, back)]
    return _page(request, found, form, crumbs, back)


@in_vendor(*DECIDING_ROLES)
@require_http_methods(["GET", "HEAD", "POST"])
def enrol(request: PersonRequest, vendor: Vendor, number: str, program: str) -> HttpResponse:
    """A known partner is taken into another of the vendor's programs."""
    partner = get_object_or_404(selectors.partners_of(vendor=vendor, actor=request.actor), number=number)
    found = get_object_or_404(Program.objects.visible_to(request.actor).filter(vendor=vendor), slug=program)
    form = EnrolForm(request.POST if request.method == "POST" else None, program=found, today=request.today)
    back = reverse("partners:detail", args=[vendor.slug, number])
    if form.is_bound and form.is_valid():
        act = Act(request.actor, timezone.now(), request.today)
        try:
            applications.enrol_known(
                partner=partner, program=found, answers=form.wanted.answers, admission=form.admission, act=act
            )
        except DomainError as error:
            form.refuse(error)
        else:
            text = _("%(partner)s takes part in %(program)s and has a mail that says so.")
            messages.success(request, text % {"partner": partner.name, "program": found.name})
            return redirect(back)
    crumbs = [Crumb(_("Partners"), reverse("partners:list", args=[vendor.slug])), Crumb(partner.name, back)]
    context = {"form": form, "program": found, "partner": partner, "back_url": back,
               "crumbs": [*crumbs, Crumb(found.name)]}  # fmt: skip
    return render(request, "partners/enrol.html", context, status=UNPROCESSABLE if form.errors else 200)


@in_partner(OWNER)
@require_http_methods(["GET", "HEAD", "POST"])
def leave(request: PersonRequest, partner: Partner, program: str) -> HttpResponse:
    """The company ends what it takes part in."""
    found = get_object_or_404(
        Enrolment.objects.visible_to(request.actor).select_related("program__vendor", "partner"),
        partner=partner,
        program__slug=program,
    )
    form = _form(request, found, Step.ENDED, by_partner=True)
    back = reverse("partners:programs", args=[partner.number])
    if form.is_bound and form.is_valid():
        try:
            step = participation.leave(
                enrolment=found, wanted=form.wanted, actor=request.actor, now=timezone.now(), today=request.today
            )
        except DomainError as error:
            form.add_error(None, str(error))
        else:
            text = _("Done: it holds from %(day)s. %(other)s has a mail that says so.")
            messages.success(request, text % {"day": date_long(step.on), "other": found.program.vendor.name})
            return redirect(back)
    return _page(request, found, form, [Crumb(_("Programs"), back)], back)


def _form(request: PersonRequest, found: Enrolment, step: Step, *, by_partner: bool) -> ParticipationForm:
    last = participation.last_step(found)
    return ParticipationForm(
        request.POST if request.method == "POST" else None,
        step=step,
        today=request.today,
        seen=last.pk if last is not None else None,
        by_partner=by_partner,
    )


def _page(
    request: PersonRequest, found: Enrolment, form: ParticipationForm, crumbs: list[Crumb], back: str
) -> HttpResponse:
    (membership,) = selectors.memberships_on(enrolments=[found], day=request.today)
    vendor = found.program.vendor
    context: dict[str, Any] = {
        "enrolment": found,
        "vendor": vendor,
        "step": form.step.value,
        "status": membership.status.get_status_display() if membership.status is not None else _("not active"),
        "crumbs": [*crumbs, Crumb(found.program.name)],
        "form": form,
        "back_url": back,
        "money": composing.open_money_of(vendor, [found], request.today),
    }
    return render(request, "partners/participation.html", context, status=UNPROCESSABLE if form.errors else 200)
