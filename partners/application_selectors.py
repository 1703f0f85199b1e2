"""Applications as a company and as a vendor ask about them."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import date
from typing import Any

from django.db.models import Count, Min, Prefetch, QuerySet

from common.access import Actor
from partners.models import Application, ApplicationStep, Care, Enrolment, EnrolmentStatus, Partner, Seat
from programs.models import Program, Vendor


def applications_of(*, actor: Actor) -> QuerySet[Application]:
    """Those the actor sees, with what pages show of them."""
    rows = Application.objects.visible_to(actor)
    return rows.select_related("partner", "program__vendor", "applied_by", "participation_terms")


def steps_of(application: Application) -> list[ApplicationStep]:
    return list(application.steps.select_related("author"))


def with_steps(*, partner: Partner, vendor: Vendor, actor: Actor) -> list[tuple[Application, list[ApplicationStep]]]:
    """The company's applications for the vendor's programs, each with all its steps."""
    steps = Prefetch("steps", queryset=ApplicationStep.objects.select_related("author"))
    found = applications_of(actor=actor).filter(partner=partner, program__vendor=vendor)
    return [(each, list(each.steps.all())) for each in found.prefetch_related(steps)]


def country_of(*, partner: Partner, day: date) -> str:
    seat = Seat.objects.filter(partner=partner, valid__contains=day).first()
    return seat.country if seat is not None else ""


def programs_open_to(*, partner: Partner, today: date) -> list[Program]:
    """Public programs for the company's country in which it does not take part and has not applied."""
    return _not_yet(Program.objects.taking_applications(day=today), partner=partner, today=today)


def _not_yet(programs: QuerySet[Program], *, partner: Partner, today: date) -> list[Program]:
    """Those for the company's country that go on, in which it does not take part and has not applied."""
    takes_part = EnrolmentStatus.objects.filter(enrolment__partner=partner, valid__contains=today).exclude(
        status=EnrolmentStatus.Status.ENDED
    )
    applied = Application.objects.filter(partner=partner, state__in=Application.UNDECIDED)
    found = programs.filter(countries__contains=[country_of(partner=partner, day=today)])
    found = found.exclude(ends_on__lte=today)
    found = found.exclude(pk__in=takes_part.values("enrolment__program")).exclude(pk__in=applied.values("program"))
    return list(found.select_related("vendor").order_by("vendor__name", "name"))


def programs_to_enrol_in(*, partner: Partner, vendor: Vendor, actor: Actor, today: date) -> list[Program]:
    """The vendor's running programs, public or not, in which a partner of its could be enrolled by hand."""
    found = Program.objects.visible_to(actor).filter(vendor=vendor, starts_on__lte=today)
    return _not_yet(found, partner=partner, today=today)


def care_of(*, partner: Partner, vendor: Vendor) -> Care | None:
    care = Care.objects.filter(partner=partner, vendor=vendor).select_related("manager", "distributor")
    return care.first()


def enrolment_of(application: Application) -> Enrolment | None:
    return Enrolment.objects.filter(partner=application.partner_id, program=application.program_id).first()


def enrolled_among(partners: Sequence[Partner], *, vendor: Vendor) -> set[int]:
    """Which of these partners have a page of their own at the vendor."""
    found = Enrolment.objects.filter(partner__in=partners, program__vendor=vendor)
    return set(found.values_list("partner_id", flat=True))


def undecided_at(*, vendor_id: int, actor: Actor) -> dict[str, Any]:
    """How many applications wait for the vendor, since when, and the first that is due."""
    waiting = Application.objects.visible_to(actor).filter(program__vendor_id=vendor_id, state=Application.State.OPEN)
    return waiting.aggregate(number=Count("id"), since=Min("since"), due=Min("due_on"))


def asked_back_of(*, partner_id: int, actor: Actor) -> list[Application]:
    """Applications in which the vendor needs something from the company, the oldest first."""
    asked = Application.objects.visible_to(actor).filter(state=Application.State.ASKED_BACK)
    return list(_named(asked.filter(partner_id=partner_id)).order_by("since", "id"))


def asked_back_in(*, partners: Collection[int], vendor: Vendor) -> list[Application]:
    """The same of many companies, about programs of one vendor."""
    asked = Application.objects.filter(partner__in=partners, state=Application.State.ASKED_BACK)
    return list(_named(asked.filter(program__vendor=vendor)).order_by("since", "id"))


def of_company(*, partner_id: int, actor: Actor) -> list[Application]:
    """Undecided applications of the company, by program."""
    undecided = Application.objects.visible_to(actor).filter(state__in=Application.UNDECIDED)
    return list(_named(undecided.filter(partner_id=partner_id)).order_by("program__name"))


def _named(applications: QuerySet[Application]) -> QuerySet[Application]:
    """With what a dashboard says of them and no more: it asks at each visit, mostly for nothing."""
    said = ("partner_id", "state", "since", "due_on", "program__name", "program__vendor__name")
    return applications.select_related("program__vendor").only(*said)
