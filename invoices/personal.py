"""What invoices say about a person: what they uploaded, decided and wrote."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from common.personal import section
from invoices.models import Invoice, InvoiceEvent


def register() -> None:
    of = ("vendor__name", "partner__name", "number", "file_name")
    section("invoices", _("Invoices you uploaded"), Invoice, "uploaded_by", *of, "uploaded_at", "state", order=60)
    section("invoices-decided", _("Invoices you decided"), Invoice, "decided_by", *of, "decided_at", "state", order=61)
    section("invoices-held", _("Invoices you are looking at"), Invoice, "held_by", *of, "held_until", order=62)
    section(
        "invoice-steps",
        _("What you did with invoices"),
        InvoiceEvent,
        "by",
        "invoice_id",
        "step",
        "at",
        "text",
        order=63,
    )
