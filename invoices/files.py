"""The bytes of an invoice, for those who may see it: as an attachment, or its pages as pictures made of them."""

from __future__ import annotations

from django.core.cache import cache
from django.http import Http404, HttpResponse

from common.downloads import download
from invoices.models import Invoice, InvoiceFile
from sales.readers.invoices import limited
from sales.readers.invoices.record import Refused

KEPT_SECONDS = 600
UNSHOWN_SECONDS = 60
"""How long a page that could not be drawn is not tried again: trying takes a process and seconds."""
SANDBOX = {"sandbox": True}
"""Opened by itself a file runs nothing, whatever is in it; for views, added to the policy of all pages."""


def download_of(invoice: Invoice) -> HttpResponse:
    """The file as it came; a harmful one is given to nobody."""
    return download(_content(invoice), invoice.file_name)


def page_of(invoice: Invoice, number: int) -> HttpResponse:
    """Page `number`, from 1, as a picture, drawn in a limited child process."""
    if not 1 <= number <= invoice.pages or invoice.scan == Invoice.Scan.INFECTED:
        raise Http404
    key = f"invoice-page:{invoice.sha256}:{number}"
    picture: bytes | None = cache.get(key)
    if picture is None:
        try:
            picture = limited.render(_content(invoice), number - 1)
        except Refused as refusal:
            cache.set(key, b"", UNSHOWN_SECONDS)
            raise Http404 from refusal
        cache.set(key, picture, KEPT_SECONDS)
    if not picture:
        raise Http404
    return HttpResponse(picture, content_type="image/jpeg")


def _content(invoice: Invoice) -> bytes:
    if invoice.scan == Invoice.Scan.INFECTED:
        raise Http404
    return bytes(InvoiceFile.objects.get(pk=invoice.pk).content)
