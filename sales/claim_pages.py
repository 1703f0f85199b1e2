"""What questions add to the shared pages: menu entries, what waits, and sales as what a question can be about."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date

from django.db.models import Count, Max, Min, QuerySet
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from common import formats, registry
from common.access import CHANNEL_MANAGER, PARTNER, VENDOR, VENDOR_ADMIN, VENDOR_FINANCE, Actor, ActorQuerySet
from common.registry import Area, AttentionSource, MenuEntry, Waiting
from common.ui import Fact
from partners.waiting import Partners, WaitingSource, Waits, partner_waits
from programs.models import Vendor
from sales.claim_wording import line_facts
from sales.claims import ANSWERING_ROLES, ASKING_ROLES
from sales.models import Claim, SaleLine
from sales.subjects import SubjectKind, subjects


def register() -> None:
    registry.menu.register(
        MenuEntry("claims", PARTNER, gettext_lazy("Questions"), "chat-left-text", _partner_list, order=40)
    )
    registry.menu.register(
        MenuEntry("vendor-claims", VENDOR, gettext_lazy("Questions"), "chat-left-text", _vendor_list, order=35)
    )
    registry.attention.register(AttentionSource("claims", PARTNER, asked_back, roles=ASKING_ROLES, order=10))
    partner_waits.register(WaitingSource("claims", asked_back_by, roles=ASKING_ROLES, order=10))
    registry.attention.register(
        AttentionSource(
            "vendor-claims", VENDOR, unanswered, roles=(CHANNEL_MANAGER, VENDOR_ADMIN, VENDOR_FINANCE), order=10
        )
    )
    subjects.register(
        SubjectKind(
            key=Claim.Kind.SALE,
            model=SaleLine,
            rows=_sales,
            vendor=lambda line: line.vendor,
            partner=lambda line: line.partner,
            label=_label,
            facts=_facts,
            partner_url=lambda line: reverse("sales:partner-sale", args=[line.partner.number, line.pk]),
            vendor_url=lambda line: reverse("sales:vendor-sale", args=[line.vendor.slug, line.pk]),
        )
    )


def _partner_list(area: Area) -> str:
    return reverse("sales:partner-claims", args=[area.slug])


def _vendor_list(area: Area) -> str:
    return reverse("sales:vendor-claims", args=[area.slug])


# --- a sale as a subject ---------------------------------------------------------------------------------------------


def _sales() -> ActorQuerySet:
    lines = SaleLine.objects.select_related("vendor", "partner", "distributor", "product", "report")
    return lines.defer("report__content")


def _label(line: SaleLine) -> str:
    return f"{line.product.name}, {line.document_number}"


def _facts(line: SaleLine) -> list[Fact]:
    facts = [
        *line_facts(line),
        Fact(_("Distributor"), line.distributor.name),
        Fact(_("Document"), line.document_number, hint=_("line %(line)s") % {"line": line.document_line}),
    ]
    if line.report is not None:
        received = _("received %(when)s") % {"when": formats.datetime_short(line.report.uploaded_at)}
        facts.append(Fact(_("Row of the report"), formats.number(line.report_row), hint=received))
    return facts


# --- what waits ------------------------------------------------------------------------------------------------------


def asked_back(area: Area, actor: Actor, today: date) -> Iterable[Waiting]:
    """Questions in which the vendor needs something from the partner, as one item."""
    return _asked_back({area.pk: area.slug}, Claim.objects.visible_to(actor)).get(area.pk, ())


def asked_back_by(partners: Partners, vendor: Vendor, today: date) -> Waits:
    return _asked_back(partners, Claim.objects.filter(vendor=vendor))


def _asked_back(partners: Partners, claims: QuerySet[Claim]) -> Waits:
    by_partner = claims.filter(partner__in=partners, state=Claim.State.ASKED_BACK).order_by().values("partner_id")
    found = {}
    for row in by_partner.annotate(number=Count("id"), first=Min("since"), one=Max("id"), by=Max("vendor__name")):
        number, slug = row["number"], partners[row["partner_id"]]
        if number == 1:
            text = _("%(vendor)s has a question for you") % {"vendor": row["by"]}
            url = reverse("sales:partner-claim", args=[slug, row["one"]])
        else:
            text = _("%(count)s of your questions wait for your answer") % {"count": formats.number(number)}
            url = f"{reverse('sales:partner-claims', args=[slug])}?state={Claim.State.ASKED_BACK.value}"
        found[row["partner_id"]] = [Waiting(text, url, since=row["first"], count=number)]
    return found


def unanswered(area: Area, actor: Actor, today: date) -> Iterable[Waiting]:
    """Questions that wait for the vendor, as one item with the oldest clock; finance hears of settled amounts only."""
    claims = Claim.objects.visible_to(actor).filter(vendor_id=area.pk, state=Claim.State.OPEN)
    if not actor.has(VENDOR, area.pk, *ANSWERING_ROLES):
        claims = claims.filter(kind=Claim.Kind.SETTLEMENT)
    found = claims.aggregate(number=Count("id"), since=Min("since"), due=Min("due_on"))
    if number := found["number"]:
        text = ngettext("%(count)s question of a partner", "%(count)s questions of partners", number)
        url = f"{_vendor_list(area)}?state={Claim.State.OPEN.value}"
        yield Waiting(
            text % {"count": formats.number(number)}, url, since=found["since"], due=found["due"], count=number
        )
