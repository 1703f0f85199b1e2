"""A company's programs and applications: what it takes part in, what it may apply for, what became of it."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from common.access import OWNER, PARTNER
from common.errors import DomainError
from common.formats import date_long, date_short
from common.requests import UNPROCESSABLE, PersonRequest
from common.seen_forms import ActForm
from common.ui import Crumb
from partners import access_requests, application_selectors, applications, participation, selectors
from partners.application_forms import AccessForm, ReplyForm
from partners.application_wording import TONES, accepted, answers, events, state_for_partner
from partners.applications import Act
from partners.entering import in_partner
from partners.models import AccessRequest, Application, Partner
from partners.registration_forms import ApplyForm
from programs.models import Program
from programs.texts import description_of


@in_partner()
def programs(request: PersonRequest, partner: Partner) -> HttpResponse:
    """Programs the company takes part in, its applications, and programs it may apply for."""
    actor, today = request.actor, request.today
    enrolments = selectors.enrolments_of(partner=partner, actor=actor)
    owner = actor.has(PARTNER, partner.pk, OWNER)
    shown = application_selectors.applications_of(actor=actor).filter(partner=partner).order_by("-applied_at", "-id")
    context = {
        "memberships": [
            {
                "name": each.enrolment.program.name,
                "vendor": each.enrolment.program.vendor.name,
                "tier": each.tier.name if each.tier is not None else "",
                "since": date_short(each.enrolment.enrolled_on),
                "status": each.status.get_status_display() if each.status is not None else _("not active"),
                "tone": "success" if each.active else "neutral",
                "leave_url": reverse("partners:leave", args=[partner.number, each.enrolment.program.slug])
                if owner and _may_end(each)
                else "",
            }
            for each in selectors.memberships_on(enrolments=enrolments, day=today)
        ],
        "applications": [
            {
                "name": each.program.name,
                "vendor": each.program.vendor.name,
                "state": state_for_partner(each),
                "tone": TONES[each.state],
                "since": each.since,
                "url": reverse("partners:own-application", args=[partner.number, each.pk]),
            }
            for each in shown
        ],
        "open": [
            {
                "name": each.name,
                "vendor": each.vendor.name,
                "text": description_of(each),
                "url": reverse("partners:apply", args=[partner.number, each.slug]) if owner else "",
            }
            for each in application_selectors.programs_open_to(partner=partner, today=today)
        ],
    }
    return render(request, "partners/programs.html", context)


def _may_end(membership: selectors.Membership) -> bool:
    status = membership.status.status if membership.status is not None else None
    return participation.Step.ENDED in participation.possible_steps(status)


@in_partner(OWNER)
def apply(request: PersonRequest, partner: Partner, program: str) -> HttpResponse:
    """Apply for a program: its questions and its terms, the company is known."""
    found = get_object_or_404(Program.objects.filter(public=True).select_related("vendor"), slug=program)
    form = ApplyForm(request.POST if request.method == "POST" else None, program=found)
    if form.is_bound and form.is_valid():
        wanted = form.wanted
        try:
            application = applications.apply(
                partner=partner,
                program=found,
                answers=wanted.answers,
                accepted=wanted.accepted,
                act=Act(request.actor, timezone.now(), request.today),
            )
        except DomainError as error:
            form.refuse(error)
        else:
            text = _("Your application is with %(vendor)s. You get an answer by %(day)s.")
            messages.success(request, text % {"vendor": found.vendor.name, "day": date_long(application.due_on)})
            return redirect("partners:own-application", partner.number, application.pk)
    crumbs = [Crumb(_("Programs"), reverse("partners:programs", args=[partner.number])), Crumb(found.name)]
    context = {"form": form, "program": found, "crumbs": crumbs, "text": description_of(found)}
    return render(request, "partners/apply.html", context, status=UNPROCESSABLE if form.errors else 200)


@in_partner()
def application(request: PersonRequest, partner: Partner, pk: int) -> HttpResponse:
    """What was sent, whose turn it is, everything that was written."""
    return _page(request, _own(request, partner, pk))


@in_partner(OWNER)
def reply(request: PersonRequest, partner: Partner, pk: int) -> HttpResponse:
    found = _own(request, partner, pk)
    if request.method != "POST":
        return redirect("partners:own-application", partner.number, pk)
    form = ReplyForm(request.POST)
    if form.is_valid():
        act = Act(request.actor, timezone.now(), request.today, form.cleaned_data["text"], form.cleaned_data["seen"])
        try:
            applications.reply(application=found, act=act)
        except DomainError as error:
            form.refuse(error)
        else:
            messages.success(request, _("%(vendor)s can read it now.") % {"vendor": found.program.vendor.name})
            return redirect("partners:own-application", partner.number, pk)
    return _page(request, _own(request, partner, pk), form)


@in_partner(OWNER)
def withdraw(request: PersonRequest, partner: Partner, pk: int) -> HttpResponse:
    found = _own(request, partner, pk)
    if request.method == "POST":
        form = ActForm(request.POST)
        seen = form.cleaned_data["seen"] if form.is_valid() else None
        try:
            applications.withdraw(application=found, act=Act(request.actor, timezone.now(), request.today, seen=seen))
        except DomainError as error:
            messages.error(request, str(error))
        else:
            messages.success(request, _("Your application is withdrawn."))
    return redirect("partners:own-application", partner.number, pk)


def _own(request: PersonRequest, partner: Partner, pk: int) -> Application:
    own = application_selectors.applications_of(actor=request.actor).filter(partner=partner)
    return get_object_or_404(own, pk=pk)


def _page(request: PersonRequest, found: Application, form: ReplyForm | None = None) -> HttpResponse:
    number, program = found.partner.number, found.program
    steps = application_selectors.steps_of(found)
    form = form or ReplyForm()
    form.read(steps[-1].pk)
    owner = request.actor.has(PARTNER, found.partner_id, OWNER)
    again = found.state in (Application.State.REFUSED, Application.State.WITHDRAWN) and owner and program.public
    context: dict[str, Any] = {
        "application": found,
        "crumbs": [Crumb(_("Programs"), reverse("partners:programs", args=[number])), Crumb(program.name)],
        "state": state_for_partner(found),
        "tone": TONES[found.state],
        "events": events(found, steps),
        "facts": [*answers(found), *accepted(found)],
        "form": form if owner and found.state == Application.State.ASKED_BACK else None,
        "may_withdraw": owner and found.state in Application.UNDECIDED,
        "last": str(steps[-1].pk),
        "reason": steps[-1].text if found.state == Application.State.REFUSED else "",
        "again_url": reverse("partners:apply", args=[number, program.slug]) if again else "",
    }
    return render(request, "partners/application.html", context, status=UNPROCESSABLE if form.errors else 200)


# --- who asks to be let in -------------------------------------------------------------------------------------------


@in_partner(OWNER)
def requests(request: PersonRequest, partner: Partner) -> HttpResponse:
    """People who say that they work for the company."""
    waiting = access_requests.waiting_for(partner=partner, actor=request.actor)
    rows = [{"request": each, "form": AccessForm(prefix=f"request-{each.pk}")} for each in waiting]
    return render(request, "partners/access_requests.html", {"rows": rows})


@in_partner(OWNER)
def decide_request(request: PersonRequest, partner: Partner, pk: int, answer: str) -> HttpResponse:
    """Let somebody in with a role, or leave them out."""
    asked = get_object_or_404(
        AccessRequest.objects.visible_to(request.actor).filter(partner=partner).select_related("user", "partner"), pk=pk
    )
    if answer not in ("grant", "decline"):
        raise Http404
    if request.method == "POST":
        form = AccessForm(request.POST, prefix=f"request-{pk}")
        try:
            if answer == "decline":
                access_requests.decline(request=asked, actor=request.actor, now=timezone.now())
                messages.success(request, _("%(name)s stays outside.") % {"name": asked.user.name})
            elif form.is_valid():
                role = form.cleaned_data["role"]
                access_requests.grant(request=asked, role=role, actor=request.actor, now=timezone.now())
                messages.success(request, _("%(name)s works for your company now.") % {"name": asked.user.name})
            else:
                messages.error(request, _("Please choose a role."))
        except DomainError as error:
            messages.error(request, str(error))
    return redirect("partners:access-requests", partner.number)
