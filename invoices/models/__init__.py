"""Invoices that partners upload as proof of purchase, and by which rules a vendor takes them."""

from invoices.models.documents import ClaimedSerial, Invoice, InvoiceEvent, InvoiceFile, InvoiceLine
from invoices.models.rules import InvoiceRules, PackFactor

__all__ = ["ClaimedSerial", "Invoice", "InvoiceEvent", "InvoiceFile", "InvoiceLine", "InvoiceRules", "PackFactor"]
