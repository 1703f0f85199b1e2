"""Invoices over the HTTP API: how systems of partners hand theirs in, and what became of them."""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal
from typing import Annotated, Any

from django.shortcuts import get_object_or_404
from django.utils import timezone
from django.utils.translation import gettext as _
from ninja import File, Form, Header, Query, Router, Schema, Status
from ninja.files import UploadedFile

from common.access import PARTNER
from common.api import ApiRequest, ById, Page, Refused, Slug, answers, needs, page_of
from common.hints import hint
from common.idempotency import Key, answer_once, digest_of
from common.tokens import Scope
from invoices import receiving, selectors
from invoices.outcomes import Check
from invoices.tasks import process
from invoices.wording import sentence
from partners.models import Partner
from programs.models import Vendor

router = Router(tags=["invoices"])


class CheckOut(Schema):
    """How one check came out: passed, warning, open or failed."""

    check: str
    outcome: str
    message: str


class InvoiceOut(Schema):
    """An uploaded invoice. `state`: received, read and checked are on their way; review and asked wait for people;
    accepted, refused and withdrawn are final. `pieces`: of the program's articles. `rebate`: given when accepted."""

    id: int
    vendor: str
    partner: str
    file_name: str
    sha256: str
    uploaded_at: datetime
    state: str
    reason: str
    number: str
    issue_date: date | None
    currency: str
    pieces: Decimal
    rebate: Decimal | None
    checks: list[CheckOut]


class InvoiceFilter(Schema):
    vendor: Slug | None = None
    partner: Slug | None = None


class InvoiceIn(Schema):
    vendor: Slug
    partner: Slug


def invoice_out(invoice: Any) -> InvoiceOut:
    return InvoiceOut(
        id=invoice.pk,
        vendor=invoice.vendor.slug,
        partner=invoice.partner.number,
        file_name=invoice.file_name,
        sha256=invoice.sha256,
        uploaded_at=invoice.uploaded_at,
        state=invoice.state,
        reason=invoice.reason,
        number=invoice.number,
        issue_date=invoice.issue_date,
        currency=invoice.currency,
        pieces=invoice.pieces,
        rebate=invoice.value,
        checks=[
            CheckOut(check=each.key, outcome=each.outcome, message=sentence(each))
            for each in map(Check.from_document, invoice.checks)
        ],
    )


@router.get("/invoices", response=answers(Page[InvoiceOut]), **needs(Scope.INVOICES))
def list_invoices(request: ApiRequest, filters: Query[InvoiceFilter], params: Query[ById]) -> dict[str, Any]:
    """Invoices in the order in which they came."""
    rows = _invoices(request)
    if filters.vendor:
        rows = rows.filter(vendor__slug=filters.vendor)
    if filters.partner:
        rows = rows.filter(partner__number=filters.partner)
    return page_of(rows, params, invoice_out)


@router.get("/invoices/{int:pk}", response=answers(InvoiceOut), **needs(Scope.INVOICES))
def get_invoice(request: ApiRequest, pk: int) -> InvoiceOut:
    """One invoice, with how every check came out."""
    return invoice_out(get_object_or_404(_invoices(request), pk=pk))


@router.post(
    "/invoices", response=answers(InvoiceOut, status=202, also={200: InvoiceOut}), **needs(Scope.INVOICES_WRITE)
)
def upload_invoice(
    request: ApiRequest,
    about: Form[InvoiceIn],
    file: File[UploadedFile],
    idempotency_key: Annotated[Key | None, Header()] = None,
) -> Status[Any]:
    """Upload an invoice of your distributor to a vendor (PDF, XML, PNG or JPEG). The vendor sees the whole document.

    It is answered with 202 and read after that: ask `/invoices/{id}` what became of it. The same file twice is answered
    with 200 and the first one.
    """
    partner = get_object_or_404(Partner.objects.filter(pk__in=request.actor.ids(PARTNER)), number=about.partner)
    vendor = get_object_or_404(
        Vendor.objects.filter(pk__in=[each.pk for each in receiving.vendors_taking(partner)]), slug=about.vendor
    )
    if not receiving.may_upload(request.actor, partner):
        raise Refused(403, _("Your role may not upload invoices."))
    if (file.size or 0) > receiving.LARGEST:
        raise Refused(413, _("The file is larger than %(size)s MB.") % {"size": receiving.LARGEST // 1_000_000})
    content = file.read()
    return answer_once(
        user=request.auth.user,
        key=idempotency_key,
        digest=digest_of(about.model_dump_json(), file.name or "", content),
        now=timezone.now(),
        answer=lambda: _receive(request, partner, vendor, file.name or "", content),
    )


def _receive(request: ApiRequest, partner: Partner, vendor: Vendor, file_name: str, content: bytes) -> Status[Any]:
    try:
        taken = receiving.receive(
            actor=request.actor, partner=partner, vendor=vendor, file_name=file_name, content=content,
            now=timezone.now(),
        )  # fmt: skip
    except receiving.NotTaken as refusal:
        raise Refused(422, str(refusal)) from refusal
    if not taken.known:
        hint(process, taken.invoice.pk)
    return Status(200 if taken.known else 202, invoice_out(_invoices(request).get(pk=taken.invoice.pk)))


def _invoices(request: ApiRequest) -> Any:
    return selectors.invoices_of(actor=request.actor).defer(None).defer("record", "visible_text")
