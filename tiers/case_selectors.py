"""Case studies as both sides and the public see them."""

from __future__ import annotations

from datetime import date

from django.db.models import Case, Exists, F, IntegerField, OuterRef, QuerySet, Value, When

from common.access import Actor
from partners.models import Enrolment, EnrolmentStatus, Partner
from programs.models import Program
from tiers.models import CaseStudy, CaseStudyFile, CaseStudyStep

State = CaseStudy.State
PUBLISHED = 6
ACTIVE = EnrolmentStatus.Status.ACTIVE


def case_studies_of(*, actor: Actor) -> QuerySet[CaseStudy]:
    """With all that a list shows of them: first what waits for the vendor by its clock, then for the partner."""
    turn = Case(
        When(state=State.SUBMITTED, then=Value(0)),
        When(state=State.RETURNED, then=Value(1)),
        When(state=State.DRAFT, then=Value(2)),
        default=Value(3),
        output_field=IntegerField(),
    )
    found = CaseStudy.objects.visible_to(actor).select_related(
        "enrolment__partner", "enrolment__program__vendor", "written_by"
    )
    return found.order_by(turn, F("due_on").asc(nulls_last=True), "-since", "-id")


def steps_of(study: CaseStudy) -> list[CaseStudyStep]:
    return list(study.steps.select_related("author"))


def files_of(study: CaseStudy) -> list[CaseStudyFile]:
    """Without their content."""
    return list(study.files.defer("content"))


def programs_to_write_for(*, partner: Partner, actor: Actor, today: date) -> list[Enrolment]:
    """Where the company takes part today."""
    active = EnrolmentStatus.objects.filter(enrolment=OuterRef("pk"), status=ACTIVE, valid__contains=today)
    own = Enrolment.objects.visible_to(actor).filter(Exists(active), partner=partner)
    return list(own.select_related("program__vendor", "partner").order_by("program__name"))


def published(*, program: Program, day: date) -> list[CaseStudy]:
    """Accepted ones with consent, of companies that take part, the newest first."""
    active = EnrolmentStatus.objects.filter(enrolment=OuterRef("enrolment"), status=ACTIVE, valid__contains=day)
    found = CaseStudy.objects.filter(Exists(active), enrolment__program=program, state=State.ACCEPTED, consent=True)
    return list(found.select_related("enrolment__partner").order_by("-accepted_on", "-id")[:PUBLISHED])
