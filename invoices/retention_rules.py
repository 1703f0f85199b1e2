"""What invoices forget: the files of those that were refused or withdrawn, and what was read in them."""

from __future__ import annotations

from datetime import datetime

from common.kept import forgetting
from common.retention import Rule, rules
from invoices.models import Invoice, InvoiceFile


def _files(before: datetime, limit: int) -> int:
    """What was claimed with it, who decided and why stays; the file of an accepted one proves what counts."""
    over = Invoice.objects.filter(state__in=Invoice.FORGOTTEN, since__lte=before)
    with forgetting():
        found = over.filter(pk__in=InvoiceFile.objects.values("pk")).select_for_update().order_by("pk")[:limit]
        ids = [each.pk for each in found.only("pk")]
        InvoiceFile.objects.filter(pk__in=ids).delete()
        Invoice.objects.filter(pk__in=ids).update(record=None, visible_text="", pages=0)
    return len(ids)


def register() -> None:
    rules.register(Rule("invoice-files", _files))
