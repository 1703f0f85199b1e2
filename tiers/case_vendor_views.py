"""Case studies at the vendor: the list by its clock, and one of them with the answer."""

from __future__ import annotations

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from common.errors import DomainError
from common.requests import UNPROCESSABLE, PersonRequest
from common.ui import Crumb
from programs.deciding import DECIDING_ROLES
from programs.entering import VendorListPage, in_vendor
from programs.models import Vendor
from tiers import case_selectors, case_steps
from tiers.case_forms import ACCEPT, AnswerForm
from tiers.case_tables import VendorCaseStudyFilter, VendorCaseStudyTable
from tiers.case_views import file_of
from tiers.case_wording import TONES, events, state_for_vendor
from tiers.models import CaseStudy, CaseStudyFile


class VendorCaseStudiesPage(VendorListPage):
    table_class = VendorCaseStudyTable
    filterset_class = VendorCaseStudyFilter
    template_name = "tiers/cases/vendor_list.html"
    export_name = "case-studies"

    def rows(self) -> QuerySet[CaseStudy]:
        # A platform admin sees drafts elsewhere; here is what was handed in.
        handed_in = case_selectors.case_studies_of(actor=self.request.actor).exclude(state=CaseStudy.State.DRAFT)
        return handed_in.filter(enrolment__program__vendor=self.vendor)


case_studies = in_vendor()(VendorCaseStudiesPage.as_view())


@in_vendor()
def case_study(request: PersonRequest, vendor: Vendor, pk: int) -> HttpResponse:
    """What was handed in, what was said before, and the answer."""
    return _page(request, _study(request, vendor, pk))


@in_vendor(*DECIDING_ROLES)
def answer(request: PersonRequest, vendor: Vendor, pk: int) -> HttpResponse:
    """Accept or return; then comes the list, where the next one waits on top."""
    study = _study(request, vendor, pk)
    if not case_steps.may_answer(request.actor, study):
        raise PermissionDenied
    if request.method != "POST":
        return redirect("tiers:vendor-case-study", vendor.slug, pk)
    form = AnswerForm(request.POST)
    if form.is_valid() and _answered(request, study, form):
        messages.success(request, _("%(partner)s has your answer.") % {"partner": study.enrolment.partner.name})
        return redirect("tiers:vendor-case-studies", vendor.slug)
    return _page(request, _study(request, vendor, pk), form)


def _answered(request: PersonRequest, study: CaseStudy, form: AnswerForm) -> bool:
    """Take the step; where it is refused, the form says why."""
    given, now = form.cleaned_data, timezone.now()
    try:
        if given["outcome"] == ACCEPT:
            case_steps.accept(
                study=study, text=given["text"], seen=given["seen"], actor=request.actor, today=request.today, now=now
            )
        else:
            case_steps.send_back(study=study, text=given["text"], seen=given["seen"], actor=request.actor, now=now)
    except DomainError as error:
        form.refuse(error)
        return False
    return True


@in_vendor()
def file(request: PersonRequest, vendor: Vendor, pk: int) -> HttpResponse:
    """A file as it came."""
    seen = CaseStudyFile.objects.visible_to(request.actor).exclude(case_study__state=CaseStudy.State.DRAFT)
    return file_of(seen.filter(case_study__enrolment__program__vendor=vendor), pk)


def _study(request: PersonRequest, vendor: Vendor, pk: int) -> CaseStudy:
    handed_in = case_selectors.case_studies_of(actor=request.actor).exclude(state=CaseStudy.State.DRAFT)
    return get_object_or_404(handed_in.filter(enrolment__program__vendor=vendor), pk=pk)


def _page(request: PersonRequest, study: CaseStudy, form: AnswerForm | None = None) -> HttpResponse:
    slug, waits = study.enrolment.program.vendor.slug, study.state == CaseStudy.State.SUBMITTED
    form = form or AnswerForm(initial={"seen": study.version})
    context = {
        "study": study,
        "crumbs": [Crumb(_("Case studies"), reverse("tiers:vendor-case-studies", args=[slug])), Crumb(study.title)],
        "partner_url": reverse("partners:detail", args=[slug, study.enrolment.partner.number]),
        "state": state_for_vendor(study),
        "tone": TONES[study.state],
        "overdue": study.due_on is not None and study.due_on < request.today,
        "files": [
            (each.file_name, reverse("tiers:vendor-case-file", args=[slug, each.pk]), each.pk)
            for each in case_selectors.files_of(study)
        ],
        "events": events(case_selectors.steps_of(study)),
        "form": form if waits and case_steps.may_answer(request.actor, study) else None,
        "lost": form.non_field_errors() if not waits else (),
    }
    return render(request, "tiers/cases/vendor_case.html", context, status=UNPROCESSABLE if form.errors else 200)
