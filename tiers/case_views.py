"""A partner's case studies: the list, writing one, its history and files."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.db.models import QuerySet
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from common import formats
from common.downloads import download
from common.errors import DomainError
from common.requests import UNPROCESSABLE, PersonRequest
from common.seen_forms import SeenForm
from common.ui import Crumb
from partners.entering import PartnerListPage, in_partner
from partners.models import Partner
from tiers import case_selectors, case_steps
from tiers.case_forms import CaseStudyForm
from tiers.case_steps import WRITING_ROLES, Written
from tiers.case_tables import CaseStudyFilter, PartnerCaseStudyTable
from tiers.case_wording import TONES, events, state_for_partner
from tiers.models import CaseStudy, CaseStudyFile


class CaseStudiesPage(PartnerListPage):
    table_class = PartnerCaseStudyTable
    filterset_class = CaseStudyFilter
    template_name = "tiers/cases/list.html"
    export_name = "case-studies"

    def rows(self) -> QuerySet[CaseStudy]:
        return case_selectors.case_studies_of(actor=self.request.actor).filter(enrolment__partner=self.partner)

    def context(self, rows: QuerySet[Any]) -> dict[str, Any]:
        actor, today = self.request.actor, self.request.today
        own = case_selectors.programs_to_write_for(partner=self.partner, actor=actor, today=today)
        writes = any(case_steps.may_write(actor, each) for each in own)
        return {"new_url": reverse("tiers:new-case-study", args=[self.partner.number]) if writes else ""}


case_studies = in_partner()(CaseStudiesPage.as_view())


@in_partner(*WRITING_ROLES)
def new(request: PersonRequest, partner: Partner) -> HttpResponse:
    """Begin one: as a draft, or handed in at once."""
    enrolments = case_selectors.programs_to_write_for(partner=partner, actor=request.actor, today=request.today)
    asked = next((each.pk for each in enrolments if each.program.slug == request.GET.get("program")), None)
    form = CaseStudyForm(
        request.POST or None, request.FILES or None, enrolments=enrolments, initial={"enrolment": asked}
    )
    if enrolments and form.is_valid():
        written = form.written
        try:
            study = case_steps.begin(
                enrolment=next(each for each in enrolments if each == form.cleaned_data["enrolment"]),
                written=written,
                actor=request.actor,
                today=request.today,
                now=timezone.now(),
            )
        except DomainError as error:
            form.refuse(error)
        else:
            return _written(request, study, written)
    crumbs = [Crumb(_("Case studies"), _list_url(partner)), Crumb(_("New case study"))]
    context = {
        "form": form if enrolments else None, "crumbs": crumbs, "cancel_url": _list_url(partner),
        "within": case_steps.ANSWERED_WITHIN,
    }  # fmt: skip
    return render(request, "tiers/cases/new.html", context, status=UNPROCESSABLE if form.errors else 200)


@in_partner()
def case_study(request: PersonRequest, partner: Partner, pk: int) -> HttpResponse:
    """What was written, its files and history; as long as it is the partner's turn, a form."""
    return _page(request, _study(request, partner, pk))


@in_partner(*WRITING_ROLES)
def write(request: PersonRequest, partner: Partner, pk: int) -> HttpResponse:
    study = _study(request, partner, pk)
    if request.method != "POST":
        return redirect("tiers:case-study", partner.number, pk)
    form = CaseStudyForm(request.POST, request.FILES)
    if form.is_valid():
        written = form.written
        try:
            study = case_steps.rewrite(
                study=study,
                written=written,
                seen=form.cleaned_data["seen"] or 0,
                actor=request.actor,
                today=request.today,
                now=timezone.now(),
            )
        except DomainError as error:
            form.refuse(error)
        else:
            return _written(request, study, written)
    return _page(request, _study(request, partner, pk), form)


@in_partner(*WRITING_ROLES)
def discard(request: PersonRequest, partner: Partner, pk: int) -> HttpResponse:
    study, form = _study(request, partner, pk), SeenForm(request.POST)
    if request.method == "POST" and form.is_valid():
        try:
            case_steps.discard(study=study, seen=form.cleaned_data["seen"], actor=request.actor)
        except DomainError as error:
            messages.error(request, str(error))
        else:
            messages.success(request, _("The draft is gone."))
            return redirect(_list_url(partner))
    return redirect("tiers:case-study", partner.number, pk)


@in_partner(*WRITING_ROLES)
def consent(request: PersonRequest, partner: Partner, pk: int) -> HttpResponse:
    """Publish an accepted one, or no longer."""
    study = _study(request, partner, pk)
    if request.method == "POST":
        agrees = request.POST.get("consent") == "yes"
        try:
            case_steps.set_consent(study=study, consent=agrees, actor=request.actor)
        except DomainError as error:
            messages.error(request, str(error))
        else:
            published, taken_back = _("It is on the program's page now."), _("It is no longer on the program's page.")
            messages.success(request, published if agrees else taken_back)
    return redirect("tiers:case-study", partner.number, pk)


@in_partner()
def file(request: PersonRequest, partner: Partner, pk: int) -> HttpResponse:
    """A file as it came."""
    return file_of(CaseStudyFile.objects.visible_to(request.actor).filter(case_study__enrolment__partner=partner), pk)


def file_of(found: QuerySet[CaseStudyFile], pk: int) -> HttpResponse:
    kept = get_object_or_404(found, pk=pk)
    return download(kept.content, kept.file_name)


@in_partner(*WRITING_ROLES)
def remove_file(request: PersonRequest, partner: Partner, pk: int) -> HttpResponse:
    own = CaseStudyFile.objects.visible_to(request.actor).filter(case_study__enrolment__partner=partner)
    kept = get_object_or_404(own.defer("content"), pk=pk)
    if request.method == "POST":
        try:
            case_steps.remove_file(file=kept, actor=request.actor)
        except DomainError as error:
            messages.error(request, str(error))
    return redirect("tiers:case-study", partner.number, kept.case_study_id)


def _study(request: PersonRequest, partner: Partner, pk: int) -> CaseStudy:
    own = case_selectors.case_studies_of(actor=request.actor).filter(enrolment__partner=partner)
    return get_object_or_404(own, pk=pk)


def _list_url(partner: Partner) -> str:
    return reverse("tiers:case-studies", args=[partner.number])


def _written(request: PersonRequest, study: CaseStudy, written: Written) -> HttpResponse:
    if written.hand_in and study.due_on is not None:
        values = {"vendor": study.enrolment.program.vendor.name, "day": formats.date_long(study.due_on)}
        messages.success(request, _("%(vendor)s has your case study. You get an answer by %(day)s.") % values)
    else:
        messages.success(request, _("Your draft is saved."))
    return redirect("tiers:case-study", study.enrolment.partner.number, study.pk)


def _page(request: PersonRequest, study: CaseStudy, form: CaseStudyForm | None = None) -> HttpResponse:
    number = study.enrolment.partner.number
    writes = case_steps.may_write(request.actor, study.enrolment)
    if form is None:
        form = CaseStudyForm(initial={"seen": study.version, **_words_of(study)})
    steps = case_selectors.steps_of(study)
    returned = steps[-1] if study.state == CaseStudy.State.RETURNED and steps else None
    context = {
        "study": study,
        "crumbs": [Crumb(_("Case studies"), reverse("tiers:case-studies", args=[number])), Crumb(study.title)],
        "state": state_for_partner(study),
        "tone": TONES[study.state],
        "form": form if writes and study.writable else None,
        "files": [
            (each.file_name, reverse("tiers:case-file", args=[number, each.pk]), each.pk)
            for each in case_selectors.files_of(study)
        ],
        "returned": returned,
        "events": events(steps),
        "writes": writes,
        "version": str(study.version),
        "tier_url": reverse("tiers:way", args=[number, study.enrolment.program.slug]),
    }
    return render(request, "tiers/cases/case.html", context, status=UNPROCESSABLE if form.errors else 200)


def _words_of(study: CaseStudy) -> dict[str, Any]:
    return Written(study.title, study.customer, study.text, study.consent).fields()
