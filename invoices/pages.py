"""What invoices add to the shared pages: menu entries, what waits, and the source of a sale."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date

from django.db.models import Count, Max, Min, QuerySet
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from common import formats, registry
from common.access import PARTNER, VENDOR, Actor
from common.registry import Area, AttentionSource, MenuEntry, Waiting
from common.ui import Fact
from invoices.models import Invoice, InvoiceLine
from invoices.receiving import UPLOADING_ROLES
from invoices.wording import title_of
from partners.models import Partner
from partners.waiting import Partners, WaitingSource, Waits, partner_waits
from programs.deciding import DECIDING_ROLES
from programs.models import Vendor
from sales import sources
from sales.hindrances import Hindrance, hindrances
from sales.models import SaleLine


def register() -> None:
    own, all_of_vendor = gettext_lazy("Invoices"), gettext_lazy("Invoices")
    registry.menu.register(MenuEntry("invoices", PARTNER, own, "file-earmark-text", _partner_list, order=32))
    registry.menu.register(
        MenuEntry("vendor-invoices", VENDOR, all_of_vendor, "file-earmark-text", _vendor_list, order=22)
    )
    registry.attention.register(AttentionSource("invoices", PARTNER, asked, roles=UPLOADING_ROLES, order=12))
    partner_waits.register(WaitingSource("invoices", asked_by, roles=UPLOADING_ROLES, order=12))
    registry.attention.register(AttentionSource("vendor-invoices", VENDOR, waiting, roles=DECIDING_ROLES, order=12))
    sources.sources.register(sources.Source("invoice", source_of))
    hindrances.register(Hindrance("invoices", open_invoices))


def _partner_list(area: Area) -> str:
    return reverse("invoices:partner", args=[area.slug])


def _vendor_list(area: Area) -> str:
    return reverse("invoices:vendor", args=[area.slug])


# --- what waits ------------------------------------------------------------------------------------------------------


def asked(area: Area, actor: Actor, today: date) -> Iterable[Waiting]:
    """Invoices about which the vendor asks something, as one item."""
    return _asked({area.pk: area.slug}, Invoice.objects.visible_to(actor)).get(area.pk, ())


def asked_by(partners: Partners, vendor: Vendor, today: date) -> Waits:
    return _asked(partners, Invoice.objects.filter(vendor=vendor))


def _asked(partners: Partners, invoices: QuerySet[Invoice]) -> Waits:
    by_partner = invoices.filter(partner__in=partners, state=Invoice.State.ASKED).order_by().values("partner_id")
    found = {}
    for row in by_partner.annotate(count=Count("pk"), first=Min("since"), one=Max("pk")):
        count, slug = row["count"], partners[row["partner_id"]]
        text = ngettext(
            "A question about an invoice waits for you", "%(count)s questions about invoices wait for you", count
        )
        one = reverse("invoices:invoice", args=[slug, row["one"]])
        many = f"{reverse('invoices:partner', args=[slug])}?state={Invoice.State.ASKED.value}"
        label = text % {"count": formats.number(count)}
        url = one if count == 1 else many
        found[row["partner_id"]] = [Waiting(label, url, since=row["first"], count=count)]
    return found


def waiting(area: Area, actor: Actor, today: date) -> Iterable[Waiting]:
    """Invoices that wait for a person of the vendor, as one item."""
    rows = Invoice.objects.visible_to(actor).filter(vendor_id=area.pk, state=Invoice.State.REVIEW).order_by()
    found = rows.aggregate(count=Count("pk"), since=Min("since"))
    if count := found["count"]:
        text = ngettext("An invoice waits for review", "%(count)s invoices wait for review", count)
        label = text % {"count": formats.number(count)}
        url = f"{_vendor_list(area)}?state={Invoice.State.REVIEW.value}"
        yield Waiting(label, url, since=found["since"], count=count)


def open_invoices(vendor: Vendor, partner: Partner) -> str:
    """Undecided ones would be accepted for a company that is gone."""
    count = Invoice.objects.filter(vendor=vendor, partner=partner, state__in=Invoice.OPEN).count()
    text = ngettext(
        "%(count)s invoice of %(partner)s is open. Please decide it first.",
        "%(count)s invoices of %(partner)s are open. Please decide them first.",
        count,
    )
    return text % {"count": formats.number(count), "partner": partner.name} if count else ""


# --- where a sale comes from -----------------------------------------------------------------------------------------


def source_of(sale: SaleLine, actor: Actor, *, of_vendor: bool) -> Fact | None:
    """The invoice that proves a sale, as far as the actor sees it."""
    line = (
        InvoiceLine.objects.visible_to(actor)
        .filter(sale_line=sale.reverses_id or sale.pk)
        .select_related("invoice__vendor", "invoice__partner")
        .defer("invoice__record", "invoice__visible_text", "invoice__checks")
        .first()
    )
    if line is None:
        return None
    invoice = line.invoice
    url = (
        reverse("invoices:vendor-invoice", args=[invoice.vendor.slug, invoice.pk])
        if of_vendor
        else reverse("invoices:invoice", args=[invoice.partner.number, invoice.pk])
    )
    number = {"line": line.line_id or str(line.position)}
    return Fact(_("Uploaded document"), title_of(invoice), hint=_("line %(line)s") % number, url=url)
