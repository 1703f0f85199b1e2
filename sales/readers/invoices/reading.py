"""Invoices as XML into records. PDF files that carry such XML are opened elsewhere and end here too."""

from __future__ import annotations

from dataclasses import replace

from sales.readers.invoices import checks, cii, ubl
from sales.readers.invoices.record import Invoice
from sales.readers.invoices.roots import UBL_CREDIT_NOTE, UBL_INVOICE
from sales.readers.invoices.xml import invoice_root, is_invoice_root

__all__ = ["is_invoice_root", "read_xml"]


def read_xml(content: bytes) -> Invoice:
    """The record of an invoice in UBL, CII or ZUGFeRD 1.0, also in an SBDH envelope.

    Raises `Refused` for everything else. What was read is exactly what is written; whatever is missing, cannot be read
    or does not agree with the rest is a remark in `warnings`.
    """
    root = invoice_root(content)
    syntax = ubl if root.tag in {UBL_INVOICE, UBL_CREDIT_NOTE} else cii
    invoice, fields = syntax.read(root)
    checks.check(invoice, fields)
    return replace(invoice, warnings=fields.all_remarks())
