"""The bytes of an invoice, for those who may see it: as an attachment, or its pages as pictures made of them."""

from __future__ import annotations

from django.core.cache import cache
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404
from django.utils.translation import gettext as _

from common.downloads import download
from invoices.models import Invoice, InvoiceFile
from sales.readers.invoices import limited
from sales.readers.invoices.record import Refused

KEPT_SECONDS = 600
UNSHOWN_SECONDS = 60
"""How long a page that could not be drawn is not tried again: trying takes a process and seconds."""
SANDBOX = {"sandbox": True}
"""Opened by itself a file runs nothing, whatever is in it; for views, added to the policy of all pages."""


def withheld(invoice: Invoice) -> str:
    """Why nobody gets the file, in a sentence; empty: it can be downloaded."""
    if invoice.scan == Invoice.Scan.INFECTED:
        return _("The virus scanner says that the file is harmful.")
    if not InvoiceFile.objects.filter(pk=invoice.pk).exists():
        return _("The file is not kept any more.")
    if invoice.scan == Invoice.Scan.WAITING:
        return _("The file can be downloaded as soon as the virus scanner has looked at it.")
    return ""


def download_of(invoice: Invoice) -> HttpResponse:
    """The file as it came; one that is harmful or not yet scanned is given to nobody."""
    if withheld(invoice):
        raise Http404
    return download(_content(invoice), invoice.file_name)


def page_of(invoice: Invoice, number: int) -> HttpResponse:
    """Page `number`, from 1, as a picture, drawn in a limited child process. Pixels harm nobody, so that people can
    look at what the scanner has not answered for yet."""
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
    return bytes(get_object_or_404(InvoiceFile, pk=invoice.pk).content)
