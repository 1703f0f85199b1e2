"""Deals over the HTTP API: how systems of partners register theirs, and how vendors read them.

A deal is called by its reference, the partner's number and its own: ids of rows would count what others register. No
answer depends on anybody else's deal until the vendor has decided. Vendors decide in the portal, where they see both.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from decimal import Decimal
from typing import Annotated, Any

from django.db.models import QuerySet
from django.http import Http404
from django.shortcuts import get_object_or_404
from django.utils import timezone
from django.utils.translation import gettext as _
from ninja import Header, Query, Router, Status

from common.access import PARTNER, VENDOR
from common.api import ApiRequest, ById, FieldProblem, Page, Refused, answers, needs, page_of
from common.errors import DomainError
from common.hints import hint
from common.idempotency import Key, answer_once, digest_of
from common.tokens import Scope
from deals import ending, opening, protecting, writing
from deals.acting import act_of
from deals.api_schemas import (
    LARGEST_NUMBER,
    DealDetail,
    DealFilter,
    DealIn,
    DealOut,
    MaybeTold,
    Seen,
    Told,
    WrittenAnew,
    WrittenIn,
    deal_out,
    row,
    told_about,
)
from deals.models import Deal
from deals.moving import MovedOn, NotAllowed
from deals.rights import may_register
from deals.selectors import deals_of
from deals.tasks import check_deal
from deals.writing import Written
from partners.models import Enrolment, Partner
from programs.models import Product, Vendor

router = Router(tags=["deals"])
State = Deal.State
_NUMBER = re.compile(r"0|[1-9][0-9]{0,9}")
"""Python reads no longer ones than some thousand digits."""


def _page(rows: QuerySet[Deal], filters: DealFilter, params: ById, *, key: str) -> dict[str, Any]:
    if filters.state:
        rows = rows.filter(state=filters.state)
    page = page_of(rows, params, lambda deal: deal, key=key)
    said = told_about(page["items"])
    return {**page, "items": [DealOut(**row(deal, said.get(deal.pk, ""))) for deal in page["items"]]}


# --- reading ----------------------------------------------------------------------------------------------------------


@router.get("/partners/{slug:number}/deals", response=answers(Page[DealOut]), **needs(Scope.DEALS))
def list_partner_deals(
    request: ApiRequest, number: str, filters: Query[DealFilter], params: Query[ById]
) -> dict[str, Any]:
    """Deals of a partner you work for, by their numbers."""
    partner = get_object_or_404(Partner.objects.filter(pk__in=request.actor.ids(PARTNER)), number=number)
    return _page(deals_of(actor=request.actor).filter(partner=partner), filters, params, key="number")


@router.get("/vendors/{slug:vendor}/deals", response=answers(Page[DealOut]), **needs(Scope.DEALS))
def list_vendor_deals(
    request: ApiRequest, vendor: str, filters: Query[DealFilter], params: Query[ById]
) -> dict[str, Any]:
    """Deals that partners have sent to a vendor you work for, in the order in which they named their customers."""
    found = get_object_or_404(Vendor.objects.filter(pk__in=request.actor.ids(VENDOR)), slug=vendor)
    sent = deals_of(actor=request.actor).filter(vendor=found, place__isnull=False)
    return _page(sent, filters, params, key="place")


@router.get("/deals/{slug:reference}", response=answers(DealDetail), **needs(Scope.DEALS))
def get_deal(request: ApiRequest, reference: str) -> DealDetail:
    """One deal with all it says. That a vendor's person has read a protected one is recorded; its partner sees it."""
    deal = _deal(request, reference)
    opening.record_opening(deal=deal, actor=request.actor, now=timezone.now())
    return deal_out(deal)


def _deal(request: ApiRequest, reference: str) -> Deal:
    partner, _dash, number = reference.rpartition("-")
    if not _NUMBER.fullmatch(number) or int(number) > LARGEST_NUMBER:
        raise Http404
    return get_object_or_404(deals_of(actor=request.actor), partner__number=partner, number=int(number))


# --- writing ----------------------------------------------------------------------------------------------------------


@router.post("/partners/{slug:number}/deals", response=answers(DealDetail, status=201), **needs(Scope.DEALS_WRITE))
def register_deal(
    request: ApiRequest, number: str, about: DealIn, idempotency_key: Annotated[Key | None, Header()] = None
) -> Status[Any]:
    """Begin a draft, or with `send` hand it in at once; what cannot be sent is kept as a draft, which the errors name.

    With the header `Idempotency-Key` a request that is sent again gets the first answer again; another request with
    that key gets 409. Without one, the same draft again is the first one.
    """
    partner = get_object_or_404(Partner.objects.filter(pk__in=request.actor.ids(PARTNER)), number=number)
    enrolment = get_object_or_404(
        Enrolment.objects.filter(partner=partner).select_related("partner", "program__vendor"),
        program__slug=about.program,
    )
    if not may_register(request.actor, partner.pk):
        raise Refused(403, _("Only owners and sales of the company register deals."))
    given = answer_once(
        user=request.auth.user,
        key=idempotency_key,
        digest=digest_of(number, about.model_dump_json()),
        now=timezone.now(),
        answer=lambda: _registered(request, enrolment, about),
    )
    if given.status_code >= 400:
        raise Refused(
            given.status_code, given.value["detail"], [FieldProblem(**each) for each in given.value["errors"]]
        )
    return given


def _registered(request: ApiRequest, enrolment: Enrolment, about: DealIn) -> Status[Any]:
    """A refusal is returned, not raised: the draft and what the vendor is to know of the limit stay."""
    written = _written(about, enrolment.program.vendor_id)
    draft = None
    try:
        draft = writing.begin(enrolment=enrolment, written=written, act=act_of(request))
        return Status(201, deal_out(_sent(request, draft) if about.send else draft))
    except DomainError as error:
        refusal = _refusal(error)
        if draft is not None:
            kept = FieldProblem(field="reference", value=draft.reference, message=_("It is kept as a draft."))
            refusal.errors.append(kept)
        errors = [each.model_dump() for each in refusal.errors]
        return Status(refusal.status, {"detail": refusal.detail, "errors": errors})


@router.put("/deals/{slug:reference}", response=answers(DealDetail), **needs(Scope.DEALS_WRITE))
def change_deal(request: ApiRequest, reference: str, about: WrittenAnew) -> DealDetail:
    """Write a draft anew, or what was sent; the customer of a protected deal stays as it is."""
    deal = _own(request, reference)
    written, act = _written(about, deal.vendor_id), act_of(request, about.version)
    if deal.state == State.DRAFT:
        return _done(lambda: writing.save(deal=deal, written=written, act=act))
    return _done(lambda: _checked_later(writing.change(deal=deal, written=written, act=act)))


@router.post("/deals/{slug:reference}/submit", response=answers(DealDetail), **needs(Scope.DEALS_WRITE))
def submit_deal(request: ApiRequest, reference: str, about: Seen) -> DealDetail:
    """Hand in a draft. The same again is answered with what it has become."""
    deal = _own(request, reference)
    return _done(lambda: _sent(request, deal, about.version))


@router.post("/deals/{slug:reference}/updates", response=answers(DealDetail), **needs(Scope.DEALS_WRITE))
def update_deal(request: ApiRequest, reference: str, about: Told) -> DealDetail:
    """Say how a protected deal stands; without an update in time its protection lapses."""
    deal = _own(request, reference)
    return _done(lambda: protecting.update(deal=deal, text=about.text, act=act_of(request, about.version)))


@router.post("/deals/{slug:reference}/replies", response=answers(DealDetail), **needs(Scope.DEALS_WRITE))
def reply_about_deal(request: ApiRequest, reference: str, about: Told) -> DealDetail:
    """Answer what the vendor has asked back; its clock begins anew."""
    deal = _own(request, reference)
    return _done(lambda: writing.reply(deal=deal, text=about.text, act=act_of(request, about.version)))


@router.post("/deals/{slug:reference}/withdraw", response=answers(DealDetail), **needs(Scope.DEALS_WRITE))
def withdraw_deal(request: ApiRequest, reference: str, about: MaybeTold) -> DealDetail:
    """Give a deal up that was sent; why need not be said."""
    deal = _own(request, reference)
    return _done(lambda: ending.withdraw(deal=deal, text=about.text, act=act_of(request, about.version)))


def _own(request: ApiRequest, reference: str) -> Deal:
    """A deal of a partner the token's person works for. Whoever only reads it is told so."""
    deal = _deal(request, reference)
    if not may_register(request.actor, deal.partner_id):
        raise Refused(403, _("Only owners and sales of the company do this."))
    return deal


def _sent(request: ApiRequest, deal: Deal, seen: int | None = None) -> Deal:
    return _checked_later(writing.submit(deal=deal, act=act_of(request, deal.version if seen is None else seen)))


def _checked_later(deal: Deal) -> Deal:
    """It is compared with others after the answer, so that the answer says nothing of them."""
    hint(check_deal, deal.pk)
    return deal


def _done(step: Callable[[], Deal]) -> DealDetail:
    try:
        return deal_out(step())
    except DomainError as error:
        raise _refusal(error) from error


def _refusal(error: DomainError) -> Refused:
    if isinstance(error, writing.Incomplete):
        missing = [FieldProblem(field=_called(name), message=_("This is missing.")) for name in error.fields]
        return Refused(422, str(error), missing)
    status = 403 if isinstance(error, NotAllowed) else 409 if isinstance(error, MovedOn) else 422
    return Refused(status, str(error))


def _called(name: str) -> str:
    """What a field of a deal is called here: “customer.name”."""
    part, _line, rest = name.partition("_")
    return f"{part}.{rest}" if part in ("customer", "contact") else name


def _written(about: WrittenIn, vendor_id: int) -> Written:
    """Raises Refused where an article is none of the vendor's, or named twice."""
    known = dict(
        Product.objects.filter(vendor=vendor_id, article__in=[each.article for each in about.products]).values_list(
            "article", "pk"
        )
    )
    errors = [
        FieldProblem(field="products", value=each.article, message=_("The vendor has no such product."))
        for each in about.products
        if each.article not in known
    ]
    if errors or len(known) != len(about.products):
        raise Refused(422, _("Each product of the vendor can be named once."), errors)
    value = about.expected_value
    return Written(
        **{f"customer_{name}": text for name, text in about.customer.model_dump().items()},
        **{f"contact_{name}": text for name, text in about.contact.model_dump().items()},
        title=about.title, need=about.need, done=about.done, expected_on=about.expected_on,
        expected_value=None if value is None else Decimal(value),
        products={known[each.article]: each.quantity for each in about.products},
    )  # fmt: skip
