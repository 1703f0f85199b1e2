"""Partners and their enrolments over the HTTP API."""

from __future__ import annotations

from datetime import date
from typing import Any

from django.db.models import OuterRef, QuerySet, Subquery
from django.shortcuts import get_object_or_404
from ninja import Query, Router, Schema

from common.api import ApiRequest, ById, ByName, Page, Slug, answers, needs, page_of
from common.tokens import Scope
from partners.models import Enrolment, EnrolmentStatus, EnrolmentTier, Partner

router = Router(tags=["partners"])


class PartnerOut(Schema):
    number: str
    name: str
    street: str
    postcode: str
    city: str
    vat_id: str


class EnrolmentOut(Schema):
    """A partner in a program; `status` and `tier` as of today, null where there is none."""

    partner: str
    program: str
    program_name: str
    vendor: str
    currency: str
    enrolled_on: date
    status: str | None
    tier: str | None


class EnrolmentFilter(Schema):
    partner: Slug | None = None
    program: Slug | None = None


def enrolments(request: ApiRequest) -> QuerySet[Enrolment]:
    """Enrolments the token's person sees, with their standing of today."""
    own = {"enrolment": OuterRef("pk"), "valid__contains": request.today}
    return (
        Enrolment.objects.visible_to(request.actor)
        .select_related("partner", "program__vendor")
        .annotate(
            status_today=Subquery(EnrolmentStatus.objects.filter(**own).values("status")[:1]),
            tier_today=Subquery(EnrolmentTier.objects.filter(**own).values("tier__code")[:1]),
        )
    )


def enrolment_out(enrolment: Any) -> EnrolmentOut:
    return EnrolmentOut(
        partner=enrolment.partner.number,
        program=enrolment.program.slug,
        program_name=enrolment.program.name,
        vendor=enrolment.program.vendor.slug,
        currency=enrolment.program.currency,
        enrolled_on=enrolment.enrolled_on,
        status=enrolment.status_today,
        tier=enrolment.tier_today,
    )


def partner_out(partner: Partner) -> PartnerOut:
    return PartnerOut.model_validate(partner, from_attributes=True)


@router.get("/partners", response=answers(Page[PartnerOut]), **needs(Scope.PARTNERS))
def list_partners(request: ApiRequest, params: Query[ByName]) -> dict[str, Any]:
    """Partners you work for or that take part in your programs, by number."""
    return page_of(Partner.objects.visible_to(request.actor), params, partner_out, key="number")


@router.get("/partners/{slug:number}", response=answers(PartnerOut), **needs(Scope.PARTNERS))
def get_partner(request: ApiRequest, number: str) -> PartnerOut:
    """One partner."""
    return partner_out(get_object_or_404(Partner.objects.visible_to(request.actor), number=number))


@router.get("/enrolments", response=answers(Page[EnrolmentOut]), **needs(Scope.FIGURES))
def list_enrolments(request: ApiRequest, filters: Query[EnrolmentFilter], params: Query[ById]) -> dict[str, Any]:
    """Which partner takes part in which program, since when, and with which status and tier today."""
    rows = enrolments(request)
    if filters.partner:
        rows = rows.filter(partner__number=filters.partner)
    if filters.program:
        rows = rows.filter(program__slug=filters.program)
    return page_of(rows, params, enrolment_out)
