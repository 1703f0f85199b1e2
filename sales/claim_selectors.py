"""Questions as both sides see them, and what the vendor should look at before it answers one."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.contrib.contenttypes.prefetch import GenericPrefetch
from django.db.models import Case, F, IntegerField, Model, Q, QuerySet, Value, When

from common.access import Actor
from sales.keys import document_key
from sales.models import Claim, ClaimMessage, Evidence, SaleLine, WaitingRow
from sales.selectors import distributors_of
from sales.subjects import SubjectKind, subjects

State = Claim.State
SHOWN = 10
CORRECTIONS_OFFERED = 50


def claims_of(*, actor: Actor) -> QuerySet[Claim]:
    """Questions with all that a list shows of them: first the vendor's turn by its clock, then the partner's."""
    claims = Claim.objects.visible_to(actor).select_related("vendor", "partner", "distributor", "asked_by")
    turn = Case(
        When(state=State.OPEN, then=Value(0)),
        When(state=State.ASKED_BACK, then=Value(1)),
        default=Value(2),
        output_field=IntegerField(),
    )
    due = Case(When(state__in=Claim.UNANSWERED, then=F("due_on")))
    with_subject = claims.prefetch_related(GenericPrefetch("subject", [kind.rows() for kind in subjects]))
    return with_subject.order_by(turn, due.asc(nulls_last=True), "-since", "-id")


def thread_of(claim: Claim) -> list[ClaimMessage]:
    """Everything that was written, the question first, without the files themselves."""
    return list(claim.messages.defer("content").select_related("author"))


def claims_about(*, kind: SubjectKind, subject: Model, actor: Actor) -> QuerySet[Claim]:
    """Questions about one sale or settlement, the latest first."""
    about = Claim.objects.visible_to(actor).filter(subject_type=kind.content_type, subject_id=subject.pk)
    return about.select_related("vendor", "partner").order_by("-asked_at", "-id")


def corrections_for(claim: Claim) -> QuerySet[SaleLine]:
    """Lines of the partner booked since it asked, those that fit best first: they may be the correction."""
    lines = SaleLine.objects.filter(
        vendor_id=claim.vendor_id, partner_id=claim.partner_id, booked_at__gte=claim.asked_at, reversed_by__isnull=True
    )
    # A sale that should not be there is corrected by what takes it back; what takes back another one corrects nothing.
    about = claim.subject_id if claim.kind == Claim.Kind.SALE else None
    lines = lines.filter(Q(reverses__isnull=True) | Q(reverses=about))
    key = document_key(claim.document_number)
    fits = Case(
        *([When(document_key=key, then=Value(0))] if key else []),
        *([When(_of_article(claim), then=Value(1))] if claim.article else []),
        default=Value(2),
        output_field=IntegerField(),
    )
    return lines.select_related("product").alias(fits=fits).order_by("fits", "-id")


@dataclass(frozen=True)
class Candidates:
    """Where a missing sale may be: in rows that wait, or in the books, of whichever partner."""

    waiting: list[WaitingRow]
    booked: list[SaleLine]


def candidates_for(claim: Claim, *, actor: Actor) -> Candidates:
    """What distributors have reported of the document; where no document is named, of the article or the day."""
    key = document_key(claim.document_number)
    distributors = (
        [claim.distributor_id]
        if claim.distributor_id
        else list(distributors_of(claim.vendor).values_list("pk", flat=True))
    )
    rows = WaitingRow.objects.visible_to(actor).filter(
        vendor_id=claim.vendor_id,
        distributor_id__in=distributors,
        state__in=[WaitingRow.State.WAITING, WaitingRow.State.DISMISSED, WaitingRow.State.NO_PRODUCT],
    )
    meant = Q(document_key=key) if key else _of_facts(claim)
    waiting = rows.filter(meant).select_related("distributor").order_by("-document_date", "-id")[:SHOWN]
    return Candidates(list(waiting), list(_booked(claim, key, distributors, actor)) if key else [])


def _of_facts(claim: Claim) -> Q:
    """Without a document: the article, or the day; with neither, everything of the distributor may be meant."""
    if claim.article:
        return Q(article__iexact=claim.article)
    return Q(document_date=claim.document_date) if claim.document_date else Q()


def _of_article(claim: Claim) -> Q:
    return Q(product__article__iexact=claim.article) | Q(article__iexact=claim.article)


def _booked(claim: Claim, key: str, distributors: list[Any], actor: Actor) -> QuerySet[SaleLine]:
    lines = SaleLine.objects.visible_to(actor).filter(
        vendor_id=claim.vendor_id,
        distributor_id__in=distributors,
        evidence__in=Evidence.values,
        document_key=key,
        reverses__isnull=True,
        reversed_by__isnull=True,
    )
    return lines.select_related("product", "partner").order_by("-counts_on", "-id")[:SHOWN]
