"""What shows that a deal was won, as both sides read it."""

from __future__ import annotations

from dataclasses import dataclass

from django.urls import reverse
from django.utils.translation import gettext as _

from deals.models import Deal
from invoices.models import Invoice
from invoices.wording import state_for_partner, state_for_vendor, title_of
from sales.claim_wording import line_in_words

PARTNERS_PAGES = ("sales:partner-sale", "invoices:invoice")
VENDORS_PAGES = ("sales:vendor-sale", "invoices:vendor-invoice")


@dataclass(frozen=True)
class Shown:
    """What shows that a deal was won. `note`: how far it does."""

    words: str
    url: str
    note: str


def proofs_of(deal: Deal, *, for_partner: bool) -> list[Shown]:
    """In words, with their addresses on the reader's side; none of what is not won."""
    if deal.state != Deal.State.WON:
        return []
    found = deal.proofs.select_related(
        "line__product", "line__reversed_by", "invoice__distributor", "invoice__vendor", "invoice__partner"
    )
    side = deal.partner.number if for_partner else deal.vendor.slug
    sale, document = PARTNERS_PAGES if for_partner else VENDORS_PAGES
    shown = []
    for proof in found:
        if (line := proof.line) is not None:
            note = _("taken back") if hasattr(line, "reversed_by") else ""
            shown.append(Shown(line_in_words(line), reverse(sale, args=[side, line.pk]), note))
        if (invoice := proof.invoice) is not None:
            url = reverse(document, args=[side, invoice.pk])
            shown.append(Shown(title_of(invoice), url, _state_of(invoice, for_partner=for_partner)))
    return shown


def _state_of(invoice: Invoice, *, for_partner: bool) -> str:
    state = state_for_partner(invoice) if for_partner else state_for_vendor(invoice)
    if invoice.state not in Invoice.OPEN:
        return state
    return _("%(state)s; it counts for the tier as soon as it is accepted") % {"state": state}
